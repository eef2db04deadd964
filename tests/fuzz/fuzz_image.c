// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * Any file for any board, from its bytes to the sentences: what is said agrees
 * with itself. Every other one is an image with some of its bytes changed.
 */
#include <kcan/image.h>
#include <kcan/kat.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "../unit/image_make.h"
#include "dict/find.h"
#include "flash/image_vectors.h"
#include "fuzz.h"

static const struct dict_lib linked = DICT_LINKED;

static uint32_t next_word(struct fuzz_input *in)
{
	uint32_t word = 0;

	for (int i = 0; i < 4; i++)
		word = word << 8 | fuzz_next(in);
	return word;
}

static const struct kcan_chip *next_chip(struct fuzz_input *in)
{
	const struct kcan_chip *chip = kcan_chip_at(fuzz_next(in) % 32);

	return chip ? chip : kcan_chip_at(0);
}

/* A start of that menu, or any. */
static uint32_t next_start(struct fuzz_input *in, const struct kcan_chip *chip,
			   const struct kcan_chip_menu *menu)
{
	uint8_t n = fuzz_next(in);

	return n < menu->len ? chip->flash.start + menu->starts[n].offset :
			       next_word(in);
}

static struct kcan_image_board next_board(struct fuzz_input *in, char name[8])
{
	const struct kcan_chip *chip = next_chip(in);
	struct kcan_image_board board = { .mcu = chip->name,
					  .protocol = KCAN_KAT_PROTOCOL };

	board.start = next_start(in, chip, chip->katapult);
	board.link = fuzz_next(in) % KCAN_IMAGE_LINK_COUNT;
	board.owns_timing = fuzz_next(in) & 1;
	board.bit_rate = fuzz_next(in) & 1 ? 1000000 : next_word(in);
	board.flash_size = fuzz_next(in) & 1 ? 0 : next_word(in);
	if (fuzz_next(in) < 16) {
		for (int i = 0; i < 7; i++)
			name[i] = (char)fuzz_next(in);
		board.mcu = name;
		board.protocol = next_word(in);
	}
	return board;
}

/* With facts that nobody has found in it. */
static void next_dictionary(struct fuzz_input *in,
			    struct kcan_image_dictionary *d)
{
	snprintf(d->mcu, sizeof(d->mcu), "%s", next_chip(in)->name);
	d->can_bps = fuzz_next(in) & 1 ? 1000000 : 0;
	d->uart_bps = fuzz_next(in) & 1 ? 250000 : 0;
	d->bridge = fuzz_next(in) & 1;
	d->offset = fuzz_next(in) & 1 ? MADE_DICTIONARY : next_word(in);
	d->len = fuzz_next(in) & 1 ? MADE_STREAM_LEN : next_word(in);
}

static void patch(struct fuzz_input *in, uint8_t *image)
{
	while (in->size) {
		size_t at = next_word(in) >> 16;

		image[at % MADE_LEN] = fuzz_next(in);
	}
}

/* Of its own size: nothing behind it is looked at. */
static uint8_t *next_image(struct fuzz_input *in, size_t *len)
{
	const struct kcan_chip *chip = next_chip(in);
	uint8_t *image = malloc(MADE_LEN + in->size);

	check(image);
	*len = in->size;
	if (fuzz_next(in) & 1) {
		make_image(image, chip->ram[0].start + chip->ram[0].size,
			   next_start(in, chip, chip->klipper),
			   chip->layout->write == KCAN_CHIP_WRITE_PAGES);
		patch(in, image);
		*len = MADE_LEN;
	} else {
		*len = in->size;
		memcpy(image, in->data, *len);
	}
	image = realloc(image, *len ? *len : 1);
	check(image);
	return image;
}

static void check_sentence(const struct kcan_image *image,
			   enum kcan_image_finding finding)
{
	char text[KCAN_IMAGE_SENTENCE_LEN];
	size_t len = kcan_image_say(text, sizeof(text), image, finding);

	check(len == strlen(text) && len < sizeof(text) - 1);
	for (size_t i = 0; i < len; i++)
		check(text[i] >= ' ' && text[i] <= '~');
}

/* Those of its findings, and @any, which may be none of them. */
static void check_sentences(const struct kcan_image *image, unsigned int any)
{
	for (unsigned int i = 0; i < KCAN_IMAGE_FINDING_COUNT; i++)
		if (i == any || kcan_image_has(image, i))
			check_sentence(image, i);
}

static void check_image(const struct kcan_image *image, const uint8_t *bytes,
			size_t len)
{
	bool runs = image->kind == KCAN_IMAGE_KLIPPER ||
		    image->kind == KCAN_IMAGE_OTHER ||
		    image->kind == KCAN_IMAGE_DEPLOYER;

	check(image->size <= len);
	check(!(image->findings >> KCAN_IMAGE_FINDING_COUNT));
	check((kcan_image_severity(image) == KCAN_IMAGE_FINE) ==
	      !image->findings);
	check((image->kind == KCAN_IMAGE_KLIPPER) <=
	      (image->dictionary != NULL));
	/* what does not run is not flashed, and but of Katapult one thing is said */
	check(runs || kcan_image_severity(image) >= KCAN_IMAGE_REFUSED);
	check(runs || image->kind == KCAN_IMAGE_KATAPULT ||
	      !(image->findings & (image->findings - 1)));
	if (!image->is_start_known)
		return;
	check(kcan_image_is_for(bytes, image->size, image->start));
	if (!image->board || kcan_image_severity(image) > KCAN_IMAGE_WARNING)
		return;
	check(image->start == image->board->start);
	check(image->stack % 4 == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, size };
	char name[8] = { 0 };
	struct kcan_image_board board = next_board(&in, name);
	struct kcan_image_dictionary d, facts = { 0 };
	struct kcan_image image;
	uint8_t flags = fuzz_next(&in);
	size_t len;
	uint8_t *bytes;

	next_dictionary(&in, &facts);
	bytes = next_image(&in, &len);
	dictionary_find(&linked, &d, bytes, len);
	kcan_image_judge(&image, bytes, len, flags & 1 ? &facts : &d,
			 flags & 6 ? &board : NULL);
	check_image(&image, bytes, len);
	check_sentences(&image, flags >> 3);
	free(bytes);
	return 0;
}
