// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Dictionaries as identify hands them out: klipper-mcu-protocol.md, section 7. */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "firmware.h"

static bool is_same(const struct klipper_build *a,
		    const struct klipper_build *b)
{
	return a->type == b->type && a->clock_hz == b->clock_hz &&
	       a->link == b->link && a->rate == b->rate &&
	       a->elsewhere == b->elsewhere &&
	       !strcmp(a->version, b->version) && !strcmp(a->mcu, b->mcu);
}

static struct firmware_image *compress_text(const char *text)
{
	uLong text_len = (uLong)strlen(text), len = compressBound(text_len);
	struct firmware_image *image = calloc(1, sizeof(*image) + len);

	if (!image)
		return NULL;
	if (compress2(image->data, &len, (const Bytef *)text, text_len,
		      Z_BEST_COMPRESSION) != Z_OK) {
		free(image);
		return NULL;
	}
	image->len = len;
	return image;
}

static struct firmware_image *make_image(const struct klipper_firmware *fw,
					 const struct klipper_build *build)
{
	char *text = firmware_describe(fw, build);
	struct firmware_image *image = text ? compress_text(text) : NULL;

	free(text);
	if (image)
		image->build = *build;
	return image;
}

const struct firmware_image *firmware_image(struct klipper_firmware *fw,
					    const struct klipper_build *build)
{
	struct firmware_image *image = fw->images;

	while (image && !is_same(&image->build, build))
		image = image->next;
	if (image)
		return image;
	image = make_image(fw, build);
	if (image) {
		image->next = fw->images;
		fw->images = image;
	}
	return image;
}
