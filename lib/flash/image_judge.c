// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Can a file work on a board? Sections are those of flashing.md. */
#include "image_parts.h"

#include <kcan/kat.h>
#include <string.h>

#include "image_vectors.h"
#include "util/array.h"

uint32_t kcan_image_writable(const struct kcan_image *image)
{
	const struct kcan_chip *chip = kcan_image_board_chip(image);
	uint32_t known = image->board->flash_size;

	return known && known < chip->writable ? known : chip->writable;
}

uint64_t kcan_image_room(const struct kcan_image *image, uint32_t flash_size)
{
	const struct kcan_chip *chip = kcan_image_board_chip(image);
	uint64_t end = (uint64_t)chip->flash.start + flash_size;
	uint32_t start = image->board->start;

	/* the front of the flash is Katapult's own place */
	return start > chip->flash.start && start < end ? end - start : 0;
}

/* As it is written: in whole blocks. */
static uint64_t written(const struct kcan_image *image)
{
	return ((uint64_t)image->size + KCAN_KAT_BLOCK_SIZE - 1) /
	       KCAN_KAT_BLOCK_SIZE * KCAN_KAT_BLOCK_SIZE;
}

static bool has_no_dictionary(const struct kcan_image *m)
{
	return m->kind == KCAN_IMAGE_OTHER;
}

static bool has_no_signature(const struct kcan_image *m)
{
	return !m->is_signed;
}

static bool is_deployer(const struct kcan_image *m)
{
	return m->kind == KCAN_IMAGE_DEPLOYER;
}

/* What a command does in another major version nobody knows. */
static bool is_unknown_protocol(const struct kcan_image *m)
{
	return m->board && m->board->protocol >> KCAN_KAT_MAJOR_SHIFT !=
				   KCAN_KAT_PROTOCOL >> KCAN_KAT_MAJOR_SHIFT;
}

/* Of some only Klipper is known, and not what there is erased at a time. */
static bool is_unknown_chip(const struct kcan_image *m)
{
	const struct kcan_chip *chip = kcan_image_board_chip(m);

	return m->board &&
	       !(chip && kcan_chip_erase_size(chip, chip->flash.start));
}

/* Katapult erases a unit when its first block is written. */
static bool is_start_erased(const struct kcan_chip *chip, uint32_t start)
{
	uint32_t unit = kcan_chip_erase_size(chip, start);

	return !unit || (start - chip->flash.start) % unit == 0;
}

static bool is_start_outside(const struct kcan_image *m)
{
	const struct kcan_chip *chip = kcan_image_board_chip(m);

	return chip && (!kcan_image_room(m, kcan_image_writable(m)) ||
			!is_start_erased(chip, m->board->start));
}

static bool is_other_name(const struct kcan_image *m)
{
	return m->board && m->dictionary && strcmp(m->dictionary->mcu, "?") &&
	       strcmp(m->dictionary->mcu, m->board->mcu) != 0;
}

static bool is_like_board(const struct kcan_image *m)
{
	return kcan_chip_is_alike(m->dictionary->mcu, m->board->mcu);
}

static bool is_other_chip(const struct kcan_image *m)
{
	return is_other_name(m) && !is_like_board(m);
}

static bool is_chip_alike(const struct kcan_image *m)
{
	return is_other_name(m) && is_like_board(m);
}

static bool is_stack_usual(const struct kcan_image *m)
{
	return kcan_image_stack_fits(m->stack, m->chip->ram, KCAN_CHIP_RAMS);
}

static bool is_stack_possible(const struct kcan_image *m)
{
	struct kcan_chip_range largest = { m->chip->ram[0].start,
					   m->chip->ram_largest };

	return kcan_image_stack_fits(m->stack, &largest, 1);
}

static bool is_stack_outside(const struct kcan_image *m)
{
	return m->chip && !is_stack_usual(m) && !is_stack_possible(m);
}

static bool is_stack_large(const struct kcan_image *m)
{
	return m->chip && !is_stack_usual(m) && is_stack_possible(m);
}

static bool is_too_large(const struct kcan_image *m)
{
	return kcan_image_board_chip(m) && !is_start_outside(m) &&
	       written(m) > kcan_image_room(m, kcan_image_writable(m));
}

/* Only the smallest part of that name is too small. */
static bool is_perhaps_too_large(const struct kcan_image *m)
{
	const struct kcan_chip *chip = kcan_image_board_chip(m);

	return chip && !is_start_outside(m) && !is_too_large(m) &&
	       !m->board->flash_size &&
	       written(m) > kcan_image_room(m, chip->flash.size);
}

/* Addresses of chips whose flash is elsewhere say nothing about each other. */
static bool is_comparable(const struct kcan_image *m)
{
	const struct kcan_chip *chip = kcan_image_board_chip(m);

	return chip && chip->flash.start == m->chip->flash.start;
}

static bool has_entry(const struct kcan_image *m)
{
	const struct kcan_chip *chip = kcan_image_board_chip(m);

	return kcan_chip_menu_find(chip, chip->klipper, m->board->start);
}

static bool is_other_start(const struct kcan_image *m)
{
	return is_comparable(m) && m->is_start_known &&
	       m->start != m->board->start;
}

static bool is_wrong_start(const struct kcan_image *m)
{
	return is_other_start(m) && has_entry(m);
}

static bool is_wrong_start_without_entry(const struct kcan_image *m)
{
	return is_other_start(m) && !has_entry(m);
}

static bool is_reset_outside(const struct kcan_image *m)
{
	struct kcan_chip_range place = { 0 };

	if (!is_comparable(m) || m->is_start_known)
		return false;
	place.start = m->board->start;
	place.size = m->size > UINT32_MAX ? UINT32_MAX : (uint32_t)m->size;
	return !kcan_image_reset_fits(m->reset, &place);
}

static bool is_start_unproven(const struct kcan_image *m)
{
	return !m->is_start_known && !is_reset_outside(m);
}

static bool is_other_link(const struct kcan_image *m)
{
	return m->board && m->board->link && m->link &&
	       m->link != m->board->link;
}

static bool is_rate_known(const struct kcan_image *m)
{
	return m->link == KCAN_IMAGE_LINK_CAN && m->board->owns_timing &&
	       m->board->bit_rate;
}

static bool is_other_rate(const struct kcan_image *m)
{
	return m->board && m->board->link == m->link && is_rate_known(m) &&
	       m->dictionary->can_bps != m->board->bit_rate;
}

/* Section 0, fact 3: that of a bridge is in no image. */
static bool is_rate_unproven(const struct kcan_image *m)
{
	return m->board && m->board->link == m->link &&
	       (m->link == KCAN_IMAGE_LINK_BRIDGE ||
		(m->link == KCAN_IMAGE_LINK_CAN && !is_rate_known(m)));
}

/* Which pins a board has nobody knows, but those that it had were likely right. */
static bool has_other_pins(const struct kcan_image *m)
{
	const struct kcan_image_dictionary *old = m->board ? m->board->old :
							     NULL;

	return old && old->len && m->dictionary && strcmp(old->pins, "?") &&
	       strcmp(m->dictionary->pins, "?") &&
	       strcmp(old->pins, m->dictionary->pins) != 0;
}

/* What is looked for in a file that runs. */
static const struct check {
	enum kcan_image_finding finding;
	bool (*is_so)(const struct kcan_image *image);
} checks[] = {
	{ KCAN_IMAGE_FINDING_DEPLOYER, is_deployer },
	{ KCAN_IMAGE_FINDING_NO_DICTIONARY, has_no_dictionary },
	{ KCAN_IMAGE_FINDING_NO_SIGNATURE, has_no_signature },
	{ KCAN_IMAGE_FINDING_PROTOCOL, is_unknown_protocol },
	{ KCAN_IMAGE_FINDING_BOARD_CHIP, is_unknown_chip },
	{ KCAN_IMAGE_FINDING_BOARD_START, is_start_outside },
	{ KCAN_IMAGE_FINDING_CHIP, is_other_chip },
	{ KCAN_IMAGE_FINDING_CHIP_ALIKE, is_chip_alike },
	{ KCAN_IMAGE_FINDING_STACK, is_stack_outside },
	{ KCAN_IMAGE_FINDING_STACK_LARGE, is_stack_large },
	{ KCAN_IMAGE_FINDING_SIZE, is_too_large },
	{ KCAN_IMAGE_FINDING_SIZE_UNSURE, is_perhaps_too_large },
	{ KCAN_IMAGE_FINDING_START, is_wrong_start },
	{ KCAN_IMAGE_FINDING_START_NO_ENTRY, is_wrong_start_without_entry },
	{ KCAN_IMAGE_FINDING_RESET, is_reset_outside },
	{ KCAN_IMAGE_FINDING_START_UNPROVEN, is_start_unproven },
	{ KCAN_IMAGE_FINDING_LINK, is_other_link },
	{ KCAN_IMAGE_FINDING_BIT_RATE, is_other_rate },
	{ KCAN_IMAGE_FINDING_BIT_RATE_UNPROVEN, is_rate_unproven },
	{ KCAN_IMAGE_FINDING_PINS, has_other_pins },
};

/* What is to be said of a file that does not run: of its kind alone. */
static const enum kcan_image_finding of_kind[KCAN_IMAGE_KIND_COUNT] = {
	[KCAN_IMAGE_KATAPULT] = KCAN_IMAGE_FINDING_KATAPULT,
	[KCAN_IMAGE_BOOT2] = KCAN_IMAGE_FINDING_BOOT2,
	[KCAN_IMAGE_UF2] = KCAN_IMAGE_FINDING_NO_IMAGE,
	[KCAN_IMAGE_ELF] = KCAN_IMAGE_FINDING_NO_IMAGE,
	[KCAN_IMAGE_IHEX] = KCAN_IMAGE_FINDING_NO_IMAGE,
	[KCAN_IMAGE_SREC] = KCAN_IMAGE_FINDING_NO_IMAGE,
	[KCAN_IMAGE_DFUSE] = KCAN_IMAGE_FINDING_NO_IMAGE,
	[KCAN_IMAGE_CHITU] = KCAN_IMAGE_FINDING_NO_IMAGE,
	[KCAN_IMAGE_ROBIN] = KCAN_IMAGE_FINDING_NO_IMAGE,
	[KCAN_IMAGE_SHORT] = KCAN_IMAGE_FINDING_SHORT,
};

/*
 * Katapult itself may be flashed by who insists, and then a board that it is too
 * large for stops just as well.
 */
#define OF_KATAPULT                            \
	(1u << KCAN_IMAGE_FINDING_PROTOCOL |   \
	 1u << KCAN_IMAGE_FINDING_BOARD_CHIP | \
	 1u << KCAN_IMAGE_FINDING_BOARD_START | 1u << KCAN_IMAGE_FINDING_SIZE)

static uint32_t looked_for(const struct kcan_image *image)
{
	if (kcan_image_kind_runs(image->kind))
		return UINT32_MAX;
	return image->kind == KCAN_IMAGE_KATAPULT ? OF_KATAPULT : 0;
}

static void add(struct kcan_image *image, enum kcan_image_finding finding)
{
	image->findings |= 1u << finding;
}

enum kcan_image_link
kcan_image_link_of(const struct kcan_image_dictionary *dictionary)
{
	if (!dictionary || !dictionary->len)
		return KCAN_IMAGE_LINK_UNKNOWN;
	if (dictionary->bridge)
		return KCAN_IMAGE_LINK_BRIDGE;
	if (dictionary->can_bps)
		return KCAN_IMAGE_LINK_CAN;
	return dictionary->uart_bps ? KCAN_IMAGE_LINK_UART :
				      KCAN_IMAGE_LINK_USB;
}

static void read_all(struct kcan_image *image, const uint8_t *bytes)
{
	struct kcan_image_vectors v;

	kcan_image_vectors_read(&v, bytes, image->size);
	image->stack = v.stack;
	image->reset = v.reset;
	if (image->dictionary)
		image->chip = kcan_chip_find(image->dictionary->mcu);
	if (!image->chip)
		image->chip = kcan_image_board_chip(image);
	image->link = kcan_image_link_of(image->dictionary);
	image->is_signed = kcan_image_is_signed(bytes, image->size);
	kcan_image_start_find(image, bytes);
}

void kcan_image_judge(struct kcan_image *out, const uint8_t *bytes, size_t len,
		      const struct kcan_image_dictionary *dictionary,
		      const struct kcan_image_board *board)
{
	bool found = dictionary && dictionary->len;

	*out = (struct kcan_image){ .dictionary = found ? dictionary : NULL,
				    .board = board };
	out->size = len - kcan_image_suffix_len(bytes, len);
	out->kind = kcan_image_kind_of(bytes, out->size, found);
	if (!kcan_image_kind_runs(out->kind))
		add(out, of_kind[out->kind]);
	else
		read_all(out, bytes);
	if (kcan_image_kind_runs(out->kind) && out->size < len)
		add(out, KCAN_IMAGE_FINDING_SUFFIX);
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++)
		if (looked_for(out) >> checks[i].finding & 1 &&
		    checks[i].is_so(out))
			add(out, checks[i].finding);
}

bool kcan_image_has(const struct kcan_image *image,
		    enum kcan_image_finding finding)
{
	return finding < KCAN_IMAGE_FINDING_COUNT &&
	       image->findings >> finding & 1;
}

enum kcan_image_severity kcan_image_severity(const struct kcan_image *image)
{
	enum kcan_image_severity worst = KCAN_IMAGE_FINE;

	for (unsigned int i = 0; i < KCAN_IMAGE_FINDING_COUNT; i++)
		if (kcan_image_has(image, i) &&
		    kcan_image_finding_get(i)->severity > worst)
			worst = kcan_image_finding_get(i)->severity;
	return worst;
}
