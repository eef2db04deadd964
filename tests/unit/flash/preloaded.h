/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_FLASH_PRELOADED_H
#define UNIT_FLASH_PRELOADED_H

/* A board with an application, and another one to be flashed. */
#include "bench.h"

#define LEN (40 * 1024)
#define SHORT_LEN (20 * BLOCK)

static struct bench b;
static uint8_t *old, *image;

static inline int setup(void **state)
{
	(void)state;
	old = bench_image(LEN, 77);
	image = bench_image(LEN, 5);
	return 0;
}

static inline int teardown(void **state)
{
	(void)state;
	free(old);
	free(image);
	return 0;
}

/* Some flashes are smaller than what is there before. */
static inline void start(const char *type)
{
	bench_start(&b, type);
	if (b.board.mcu.flash.size < 64 * 1024)
		b.board.mcu.flash.memory.size = b.board.mcu.flash.size =
			64 * 1024;
	bench_preload(&b, old, LEN);
}

#endif
