// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * Sends so many frames on an interface, as fast as they are confirmed, and
 * prints how many that were in a second. A driver of gs_usb has room for WINDOW.
 * Usage: flood IFACE FRAMES
 */
#include "raw.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define WINDOW 10
#define SILENCE_S 20

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static int open_bus(const char *ifname)
{
	const struct can_filter filter = { 0x555, CAN_SFF_MASK };
	int fd = raw_open(ifname, &filter), own = 1;
	struct timeval silence = { .tv_sec = SILENCE_S };

	if (setsockopt(fd, SOL_CAN_RAW, CAN_RAW_RECV_OWN_MSGS, &own,
		       sizeof(own)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof(silence)))
		err(1, "%s", ifname);
	return fd;
}

int main(int argc, char **argv)
{
	struct can_frame f = { .can_id = 0x555, .can_dlc = CAN_MAX_DLEN };
	unsigned long frames, sent = 0;
	uint64_t start_us;
	int fd;

	if (argc != 3 || !(frames = strtoul(argv[2], NULL, 10)))
		errx(2, "usage: flood IFACE FRAMES");
	fd = open_bus(argv[1]);
	start_us = now_us();
	for (unsigned long confirmed = 0; confirmed < frames; confirmed++) {
		for (; sent < frames && sent < confirmed + WINDOW; sent++)
			if (write(fd, &f, sizeof(f)) != sizeof(f))
				err(1, "write");
		if (read(fd, &f, sizeof(f)) != sizeof(f))
			err(1, "%lu of %lu are confirmed", confirmed, frames);
	}
	printf("%llu\n",
	       (unsigned long long)frames * 1000000 / (now_us() - start_us));
	return 0;
}
