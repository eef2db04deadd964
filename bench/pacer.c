// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * The least that keeps a bus at its bit rate: what canmcu's pace is measured
 * against. Each query is answered for so many MCUs (can-admin-channel.md, section
 * 3), one frame behind the other, each when it has ended on the wire: no states,
 * no arbitration, and nothing of libkcan. What it is late by, it makes up for.
 * Usage: pacer IFACE MCUS BITRATE
 */
#include "bits.h"
#include "raw.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#define QUERY_ID 0x3f0
#define ANSWER_ID 0x3f1
#define NS_PER_S 1000000000u

struct pacer {
	int fd;
	unsigned int mcus, turn;
	uint64_t bitrate;
	uint64_t waiting; /* answers */
	uint64_t end_ns;  /* when the frame on the wire has passed */
};

static struct can_frame answer_of(unsigned int mcu)
{
	return (struct can_frame){
		.can_id = ANSWER_ID,
		.can_dlc = 8,
		.data = { 0x20, 0x11, 0x22, 0x33, 0x44, (uint8_t)(mcu >> 8),
			  (uint8_t)mcu, 0x01 },
	};
}

static void occupy(struct pacer *p, const struct can_frame *f)
{
	p->end_ns += (uint64_t)bits_of(f) * NS_PER_S / p->bitrate;
}

/* The next one begins where the last one ended. */
static void begin(struct pacer *p)
{
	struct can_frame f = answer_of(p->turn);

	occupy(p, &f);
}

static void send_passed(struct pacer *p)
{
	uint64_t now_ns = raw_now_ns();

	while (p->waiting && p->end_ns <= now_ns) {
		struct can_frame f = answer_of(p->turn);

		if (write(p->fd, &f, sizeof(f)) != sizeof(f))
			err(1, "write");
		p->turn = (p->turn + 1) % p->mcus;
		if (--p->waiting)
			begin(p);
	}
}

static void take_query(struct pacer *p)
{
	struct can_frame f;

	if (read(p->fd, &f, sizeof(f)) != sizeof(f))
		err(1, "read");
	if (!p->waiting) {
		p->end_ns = raw_now_ns();
		begin(p);
	}
	occupy(p, &f);
	p->waiting += p->mcus;
}

static void turn(struct pacer *p)
{
	struct pollfd on = { .fd = p->fd, .events = POLLIN };
	uint64_t now_ns = raw_now_ns();
	uint64_t wait_ns = p->end_ns > now_ns ? p->end_ns - now_ns : 0;
	struct timespec wait = { (time_t)(wait_ns / NS_PER_S),
				 (long)(wait_ns % NS_PER_S) };

	if (ppoll(&on, 1, p->waiting ? &wait : NULL, NULL) < 0)
		err(1, "ppoll");
	if (on.revents)
		take_query(p);
	send_passed(p);
}

int main(int argc, char **argv)
{
	const struct can_filter filter = { QUERY_ID, CAN_SFF_MASK };
	struct pacer p = { 0 };

	if (argc != 4)
		errx(2, "usage: pacer IFACE MCUS BITRATE");
	p.fd = raw_open(argv[1], &filter);
	p.mcus = (unsigned int)strtoul(argv[2], NULL, 10);
	p.bitrate = strtoull(argv[3], NULL, 10);
	if (!p.mcus || !p.bitrate)
		errx(2, "MCUS and BITRATE are at least 1");
	puts("ready");
	fflush(stdout);
	while (1)
		turn(&p);
}
