// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The sentences on an image, with what was seen of it in their {slots}. */
#include "image_parts.h"

#include <string.h>

#include "util/array.h"

struct text {
	char *out;
	size_t size;
	size_t used;
};

static void put_char(struct text *t, char c)
{
	if (t->used + 1 < t->size)
		t->out[t->used++] = c >= ' ' && c <= '~' ? c : '?';
}

static void put_text(struct text *t, const char *text)
{
	for (; *text; text++)
		put_char(t, *text);
}

static void put_digits(struct text *t, uint64_t number, unsigned int base,
		       int least)
{
	char digits[20];
	int n = 0;

	do {
		digits[n++] = "0123456789abcdef"[number % base];
		number /= base;
	} while (number || n < least);
	while (n)
		put_char(t, digits[--n]);
}

static void put_number(struct text *t, uint64_t number)
{
	put_digits(t, number, 10, 1);
}

static void put_address(struct text *t, uint32_t address)
{
	put_text(t, "0x");
	put_digits(t, address, 16, 8);
}

static void put_rate(struct text *t, uint32_t rate)
{
	if (!rate) {
		put_text(t, "a bit rate that no bridge's image tells");
		return;
	}
	put_number(t, rate);
	put_text(t, " bit/s");
}

/* @none: when the menu has no such entry, or that has no name */
static void put_entry(struct text *t, const struct kcan_chip_start *entry,
		      const char *none)
{
	if (!entry || !entry->text) {
		put_text(t, none);
		return;
	}
	put_char(t, '"');
	put_text(t, entry->text);
	put_char(t, '"');
}

static const struct kcan_chip_start *klipper_entry(const struct kcan_chip *chip,
						   uint32_t start)
{
	return chip ? kcan_chip_menu_find(chip, chip->klipper, start) : NULL;
}

/* The first start of Katapult that is in Klipper's menu, too. */
static const struct kcan_chip_start *common(const struct kcan_chip *chip)
{
	if (!chip)
		return NULL;
	for (size_t i = 0; i < chip->katapult->len; i++)
		if (klipper_entry(chip,
				  chip->flash.start +
					  chip->katapult->starts[i].offset))
			return &chip->katapult->starts[i];
	return NULL;
}

static void say_size(struct text *t, const struct kcan_image *m)
{
	put_number(t, m->size);
}

static void say_kind(struct text *t, const struct kcan_image *m)
{
	put_text(t, kcan_image_kind_what(m->kind));
}

static void say_instead(struct text *t, const struct kcan_image *m)
{
	put_text(t, kcan_image_kind_instead(m->kind));
}

static void say_protocol(struct text *t, const struct kcan_image *m)
{
	uint32_t version = m->board ? m->board->protocol : 0;

	put_number(t, version >> KCAN_KAT_MAJOR_SHIFT);
	put_char(t, '.');
	put_number(t, version >> 8 & 0xff);
	put_char(t, '.');
	put_number(t, version & 0xff);
}

static void say_board(struct text *t, const struct kcan_image *m)
{
	put_text(t, m->board ? m->board->mcu : "?");
}

static void say_mcu(struct text *t, const struct kcan_image *m)
{
	put_text(t, m->dictionary ? m->dictionary->mcu : "?");
}

static void say_chip(struct text *t, const struct kcan_image *m)
{
	put_text(t, m->chip ? m->chip->name : "?");
}

static void say_stack(struct text *t, const struct kcan_image *m)
{
	put_address(t, m->stack);
}

static void say_reset(struct text *t, const struct kcan_image *m)
{
	put_address(t, m->reset);
}

static void say_built(struct text *t, const struct kcan_image *m)
{
	put_address(t, m->start);
}

static void say_start(struct text *t, const struct kcan_image *m)
{
	if (m->board)
		put_address(t, m->board->start);
	else
		put_text(t, "the start that the board has");
}

static void say_built_entry(struct text *t, const struct kcan_image *m)
{
	put_entry(t, klipper_entry(m->chip, m->start), "in no menu");
}

static void say_entry(struct text *t, const struct kcan_image *m)
{
	put_entry(t,
		  m->board ? klipper_entry(kcan_image_board_chip(m),
					   m->board->start) :
			     NULL,
		  "what fits");
}

static void say_katapult(struct text *t, const struct kcan_image *m)
{
	put_entry(t, common(kcan_image_board_chip(m)), "the usual offset");
}

static void say_katapult_entry(struct text *t, const struct kcan_image *m)
{
	const struct kcan_chip *c = kcan_image_board_chip(m);
	const struct kcan_chip_start *s = common(c);

	put_entry(t, s ? klipper_entry(c, c->flash.start + s->offset) : NULL,
		  "Klipper's own");
}

static void say_ram(struct text *t, const struct kcan_image *m)
{
	put_number(t, m->chip ? m->chip->ram[0].size / 1024 : 0);
}

static void say_flash(struct text *t, const struct kcan_image *m)
{
	const struct kcan_chip *c = kcan_image_board_chip(m);

	put_number(t, c ? c->flash.size / 1024 : 0);
}

static void say_room(struct text *t, const struct kcan_image *m)
{
	put_number(t, kcan_image_board_chip(m) ?
			      kcan_image_room(m, kcan_image_writable(m)) :
			      0);
}

static const char *const links[KCAN_IMAGE_LINK_COUNT] = {
	[KCAN_IMAGE_LINK_UNKNOWN] = "what it does not tell",
	[KCAN_IMAGE_LINK_CAN] = "a node on a CAN bus",
	[KCAN_IMAGE_LINK_BRIDGE] = "a USB-CAN bridge",
	[KCAN_IMAGE_LINK_USB] = "a serial device on USB",
	[KCAN_IMAGE_LINK_UART] = "a device on a UART",
};

static void say_link(struct text *t, const struct kcan_image *m)
{
	put_text(t, links[m->link]);
}

static void say_board_link(struct text *t, const struct kcan_image *m)
{
	bool known = m->board && m->board->link < KCAN_IMAGE_LINK_COUNT;

	put_text(t, links[known ? m->board->link : KCAN_IMAGE_LINK_UNKNOWN]);
}

static void say_speed(struct text *t, const struct kcan_image *m)
{
	put_rate(t, m->dictionary ? m->dictionary->can_bps : 0);
}

static void say_bus_speed(struct text *t, const struct kcan_image *m)
{
	put_rate(t, m->board ? m->board->bit_rate : 0);
}

static void say_pins(struct text *t, const struct kcan_image *m)
{
	put_text(t, m->dictionary ? m->dictionary->pins : "?");
}

static void say_old_pins(struct text *t, const struct kcan_image *m)
{
	put_text(t, m->board && m->board->old ? m->board->old->pins : "?");
}

static const struct slot {
	const char *name;
	void (*put)(struct text *t, const struct kcan_image *image);
} slots[] = {
	{ "{size}", say_size },
	{ "{kind}", say_kind },
	{ "{instead}", say_instead },
	{ "{protocol}", say_protocol },
	{ "{board}", say_board },
	{ "{mcu}", say_mcu },
	{ "{chip}", say_chip },
	{ "{stack}", say_stack },
	{ "{reset}", say_reset },
	{ "{built}", say_built },
	{ "{built-entry}", say_built_entry },
	{ "{start}", say_start },
	{ "{entry}", say_entry },
	{ "{katapult}", say_katapult },
	{ "{katapult-entry}", say_katapult_entry },
	{ "{ram}", say_ram },
	{ "{flash}", say_flash },
	{ "{room}", say_room },
	{ "{link}", say_link },
	{ "{board-link}", say_board_link },
	{ "{speed}", say_speed },
	{ "{bus-speed}", say_bus_speed },
	{ "{pins}", say_pins },
	{ "{old-pins}", say_old_pins },
};

static const struct slot *find_slot(const char *at)
{
	size_t len;

	if (*at != '{')
		return NULL;
	len = strcspn(at, "}") + 1;
	for (size_t i = 0; i < ARRAY_SIZE(slots); i++)
		if (strlen(slots[i].name) == len &&
		    !memcmp(at, slots[i].name, len))
			return &slots[i];
	return NULL;
}

size_t kcan_image_say(char *out, size_t size, const struct kcan_image *image,
		      enum kcan_image_finding finding)
{
	const struct kcan_image_finding_info *info =
		kcan_image_finding_get(finding);
	const char *at = info ? info->sentence : "";
	struct text t = { .out = out, .size = size };

	while (*at) {
		const struct slot *s = find_slot(at);

		if (s)
			s->put(&t, image);
		else
			put_char(&t, *at);
		at += s ? strlen(s->name) : 1;
	}
	out[t.used] = '\0';
	return t.used;
}
