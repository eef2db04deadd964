// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* For which start an image was built: flashing.md, section 1.3. */
#include "image_parts.h"

#include <string.h>

#include "image_vectors.h"
#include "util/cursor.h"

/* Where an image may have been built for that is in no menu. */
#define STEP 256u
#define STEPS (192u * 1024u / STEP)

struct search {
	const struct kcan_image *image;
	const uint8_t *bytes;
	bool witness; /* demand the second one, too */
	unsigned int found;
	uint32_t start; /* the first one */
};

/* Does the code of "identify" know the dictionary at @address? */
static bool has_word(const struct search *s, uint32_t address)
{
	uint8_t word[4];
	struct util_cursor c = util_cursor_on(word, sizeof(word));
	const uint8_t *p = s->bytes, *end = p + s->image->size;

	util_put_le32(&c, address);
	for (; end - p >= (ptrdiff_t)sizeof(word); p++) {
		p = memchr(p, word[0], (size_t)(end - p) - sizeof(word) + 1);
		if (!p)
			return false;
		if (!memcmp(p, word, sizeof(word)))
			return true;
	}
	return false;
}

static void try(struct search *s, uint32_t start)
{
	if (s->found && s->start == start)
		return;
	if (!kcan_image_is_for(s->bytes, s->image->size, start))
		return;
	if (s->witness &&
	    !has_word(s, start + (uint32_t)s->image->dictionary->offset))
		return;
	if (!s->found++)
		s->start = start;
}

static void try_menu(struct search *s, const struct kcan_chip_menu *menu)
{
	for (size_t i = 0; i < menu->len; i++)
		try(s, s->image->chip->flash.start + menu->starts[i].offset);
}

static void try_menus(struct search *s)
{
	s->found = 0;
	try_menu(s, s->image->chip->klipper);
	try_menu(s, s->image->chip->katapult);
	if (s->image->board)
		try(s, s->image->board->start);
}

/* Where most of an image runs from RAM, this would find what is none. */
static void try_everything(struct search *s)
{
	s->found = 0;
	if (s->image->chip->layout->write == KCAN_CHIP_WRITE_PAGES)
		return;
	for (uint32_t i = 0; i <= STEPS; i++)
		try(s, s->image->chip->flash.start + i * STEP);
}

void kcan_image_start_find(struct kcan_image *image, const uint8_t *bytes)
{
	struct search s = { .image = image, .bytes = bytes };

	if (!image->chip)
		return;
	try_menus(&s);
	if (s.found > 1 && image->dictionary) {
		s.witness = true;
		try_menus(&s);
	} else if (!s.found) {
		try_everything(&s);
	}
	image->is_start_known = s.found == 1;
	image->start = s.found == 1 ? s.start : 0;
}
