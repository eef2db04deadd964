/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_IMAGE_USUAL_H
#define UNIT_IMAGE_USUAL_H

/* A file that somebody wants to flash, for a board that it fits. */
#include "../support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kcan/image.h>

#include "image_make.h"

#define LARGE (3u << 20)

/* A file, its facts and a board, all of which fit: each row changes something. */
static struct scene {
	uint8_t bytes[LARGE];
	size_t len;
	struct kcan_image_dictionary dictionary;
	struct kcan_image_board board;
} scene;

static const struct kcan_image_dictionary usual_dictionary = {
	.mcu = "stm32g0b1xx",
	.version = "v0.13.0-730-g84104bbbd",
	.app = "Klipper",
	.build_versions = "gcc: 12.2.1 binutils: 2.40",
	.pins = "PB0,PB1",
	.can_bps = 1000000,
	.offset = MADE_DICTIONARY,
	.len = MADE_STREAM_LEN,
};

static const struct kcan_image_board usual_board = {
	.mcu = "stm32g0b1xx",
	.protocol = 0x00010100,
	.start = 0x08002000,
	.link = KCAN_IMAGE_LINK_CAN,
	.bit_rate = 1000000,
	.owns_timing = true,
};

static inline void begin(void)
{
	make_image(scene.bytes, 0x20024000, 0x08002000, false);
	memset(scene.bytes + MADE_LEN, 0xff, LARGE - MADE_LEN);
	scene.len = MADE_LEN;
	scene.dictionary = usual_dictionary;
	scene.board = usual_board;
}

static inline void set_file(const void *bytes, size_t len)
{
	memcpy(scene.bytes, bytes, len);
}

static inline void set_mcu(const char *mcu)
{
	snprintf(scene.dictionary.mcu, sizeof(scene.dictionary.mcu), "%s", mcu);
}

static inline void no_dictionary(void)
{
	scene.dictionary = (struct kcan_image_dictionary){ 0 };
}

static inline void judge(struct kcan_image *out)
{
	/* of its own size: nothing behind it is looked at */
	uint8_t *copy = malloc(scene.len ? scene.len : 1);

	assert_non_null(copy);
	memcpy(copy, scene.bytes, scene.len);
	kcan_image_judge(out, copy, scene.len, &scene.dictionary, &scene.board);
	free(copy);
}

#endif
