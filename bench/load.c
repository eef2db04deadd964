// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * How long the frames of a bus take on the wire: adds up the bits of all frames
 * with ids below 400 until one with id 3FF comes, and prints how many there were
 * and the milliseconds that they take at this bit rate.
 * Usage: load IFACE BITRATE
 */
#include "bits.h"
#include "raw.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define LAST_ID 0x3ff
/* What a full bus of 1 Mbit/s brings between two looks has room many times. */
#define RECEIVE_BUFFER (8 * 1024 * 1024) /* bytes */
#define LOOK_EVERY_NS 20000000
#define BATCH 64

struct load {
	uint64_t frames, bits;
	bool ended;
};

/* All that has come. */
static void add_up(int fd, struct load *load)
{
	struct can_frame f[BATCH];
	struct iovec iov[BATCH];
	struct mmsghdr msgs[BATCH] = { 0 };
	int n;

	for (int i = 0; i < BATCH; i++) {
		iov[i] = (struct iovec){ &f[i], sizeof(f[i]) };
		msgs[i].msg_hdr.msg_iov = &iov[i];
		msgs[i].msg_hdr.msg_iovlen = 1;
	}
	do {
		n = recvmmsg(fd, msgs, BATCH, MSG_DONTWAIT, NULL);
		for (int i = 0; i < n && !load->ended; i++) {
			load->ended = f[i].can_id == LAST_ID;
			load->frames += !load->ended;
			load->bits += load->ended ? 0 : bits_of(&f[i]);
		}
	} while (n == BATCH && !load->ended);
	if (n < 0 && errno != EAGAIN)
		err(1, "recvmmsg");
}

int main(int argc, char **argv)
{
	/* a receiver of everything is what a flashing tool looks like */
	const struct can_filter filter = { 0, 0x400 };
	int room = RECEIVE_BUFFER;
	struct load load = { 0 };
	uint64_t bitrate;
	int fd;

	if (argc != 3 || !(bitrate = strtoull(argv[2], NULL, 10)))
		errx(2, "usage: load IFACE BITRATE");
	fd = raw_open(argv[1], &filter);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		err(1, "%s", argv[1]);
	while (!load.ended) {
		/* to be woken by each frame would slow down what is measured */
		nanosleep(&(struct timespec){ .tv_nsec = LOOK_EVERY_NS }, NULL);
		add_up(fd, &load);
	}
	printf("%llu %llu\n", (unsigned long long)load.frames,
	       (unsigned long long)(load.bits * 1000 / bitrate));
	return 0;
}
