// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * How long the frames of a bus take on the wire: adds up the bits of all frames
 * with ids below 400 until one with id 3FF comes, and prints how many there were
 * and the milliseconds that they take at this bit rate.
 * Usage: load IFACE BITRATE
 */
#include "bits.h"
#include "raw.h"

#include <stdio.h>
#include <stdlib.h>

#define LAST_ID 0x3ff
#define RECEIVE_BUFFER (8 * 1024 * 1024) /* bytes */

int main(int argc, char **argv)
{
	/* a receiver of everything is what a flashing tool looks like */
	const struct can_filter filter = { 0, 0x400 };
	int room = RECEIVE_BUFFER;
	uint64_t frames = 0, bits = 0, bitrate;
	struct can_frame f;
	int fd;

	if (argc != 3 || !(bitrate = strtoull(argv[2], NULL, 10)))
		errx(2, "usage: load IFACE BITRATE");
	fd = raw_open(argv[1], &filter);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		err(1, "%s", argv[1]);
	while (read(fd, &f, sizeof(f)) == sizeof(f) && f.can_id != LAST_ID) {
		frames++;
		bits += bits_of(&f);
	}
	printf("%llu %llu\n", (unsigned long long)frames,
	       (unsigned long long)(bits * 1000 / bitrate));
	return 0;
}
