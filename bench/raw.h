/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef BENCH_RAW_H
#define BENCH_RAW_H

/* What the programs need that canmcu is measured with: nothing of libkcan. */
#include <err.h>
#include <linux/can.h>
#include <linux/can/raw.h>
#include <net/if.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/** A socket on @ifname that hears what passes @filter; or the program ends. */
static inline int raw_open(const char *ifname, const struct can_filter *filter)
{
	struct sockaddr_can addr = { .can_family = AF_CAN };
	int fd = socket(PF_CAN, SOCK_RAW, CAN_RAW);

	addr.can_ifindex = (int)if_nametoindex(ifname);
	if (fd < 0 ||
	    setsockopt(fd, SOL_CAN_RAW, CAN_RAW_FILTER, filter,
		       sizeof(*filter)) ||
	    bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		err(1, "%s", ifname);
	return fd;
}

static inline uint64_t raw_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/** The CRC of Klipper's blocks and of Katapult's. */
static inline uint16_t raw_crc16(const uint8_t *data, size_t len)
{
	uint16_t crc = 0xffff;

	while (len--) {
		crc ^= *data++;
		for (int i = 0; i < 8; i++)
			crc = (uint16_t)(crc >> 1 ^ (crc & 1 ? 0x8408 : 0));
	}
	return crc;
}

#endif
