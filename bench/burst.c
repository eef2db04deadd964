// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * Keeps a paced bus full: queries so many unassigned MCUs so often that several
 * frames wait at any time, and prints how many frames a second came, and how
 * many make up the bitrate, both of the same frames.
 * Usage: burst IFACE MCUS BITRATE SECONDS
 */
#include "bits.h"
#include "raw.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define QUERY_ID 0x3f0
#define ANSWER_ID 0x3f1
/* Waiting at least, for each MCU: a node's hardware holds three of them. */
#define AHEAD 2
#define RECEIVE_BUFFER (4 * 1024 * 1024) /* bytes */
#define SILENCE_S 2
#define BATCH 32
#define US_PER_S 1000000

struct burst {
	int fd;
	unsigned int mcus;
	uint64_t pending; /* answers that were asked for and did not come yet */
	uint64_t frames;  /* behind the first answers, queries included */
	uint64_t bits;	  /* of these */
};

static int open_bus(const char *ifname)
{
	const struct can_filter filter = { ANSWER_ID, CAN_SFF_MASK };
	int fd = raw_open(ifname, &filter), room = RECEIVE_BUFFER;
	struct timeval silence = { .tv_sec = SILENCE_S };

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof(silence)))
		err(1, "%s", ifname);
	return fd;
}

static void count(struct burst *b, const struct can_frame *f)
{
	b->frames++;
	b->bits += bits_of(f);
}

static void query(struct burst *b)
{
	struct can_frame f = { .can_id = QUERY_ID, .can_dlc = 1 };

	while (b->pending < (uint64_t)AHEAD * b->mcus) {
		if (write(b->fd, &f, sizeof(f)) != sizeof(f))
			err(1, "write");
		count(b, &f);
		b->pending += b->mcus;
	}
}

/*
 * Many at a time where they are there: the CPU is needed elsewhere. An answer
 * that was lost is one that is waited for. Return: when they came.
 */
static uint64_t take_answers(struct burst *b)
{
	struct can_frame frames[BATCH];
	struct iovec iov[BATCH];
	struct mmsghdr msgs[BATCH] = { 0 };
	int n;

	for (int i = 0; i < BATCH; i++) {
		iov[i] = (struct iovec){ &frames[i], sizeof(frames[i]) };
		msgs[i].msg_hdr.msg_iov = &iov[i];
		msgs[i].msg_hdr.msg_iovlen = 1;
	}
	n = recvmmsg(b->fd, msgs, BATCH, MSG_WAITFORONE, NULL);
	if (n < 0)
		err(1, "%llu answers do not come",
		    (unsigned long long)b->pending);
	for (int i = 0; i < n; i++)
		count(b, &frames[i]);
	b->pending -= (uint64_t)n;
	return raw_now_ns() / 1000;
}

int main(int argc, char **argv)
{
	uint64_t bitrate, end_us, start_us, us;
	struct burst b = { 0 };

	if (argc != 5)
		errx(2, "usage: burst IFACE MCUS BITRATE SECONDS");
	b.fd = open_bus(argv[1]);
	b.mcus = (unsigned int)strtoul(argv[2], NULL, 10);
	bitrate = strtoull(argv[3], NULL, 10);
	end_us = strtoull(argv[4], NULL, 10) * US_PER_S;
	if (!b.mcus || !bitrate || !end_us)
		errx(2, "MCUS, BITRATE and SECONDS are at least 1");
	query(&b);
	start_us = take_answers(&b);
	b.frames = b.bits = 0;
	do {
		query(&b);
		us = take_answers(&b) - start_us;
	} while (us < end_us);
	printf("%llu %llu\n", (unsigned long long)(b.frames * US_PER_S / us),
	       (unsigned long long)(b.frames * bitrate / b.bits));
	return 0;
}
