// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Sections are those of flashing.md. */
#include "image_build.h"

#include <string.h>

#include "flash/image_vectors.h"
#include "util/cursor.h"

#define VECTORS 16     /* words of the table */
#define TABLE_LEN 0x40 /* bytes of it */
#define CODE_MIN 512   /* bytes in front of a dictionary */
#define THUMB 1	       /* of every address of code */

/* Of the RP2 family, which runs from RAM: section 1.2. */
#define RP_START_CODE 0x80
#define RP_HANDLER 0x20000240
#define RP_DEFINITION 0x90

static const uint8_t disable_interrupts[] = { 0x72, 0xb6 };
static const uint8_t jump_to_itself[] = { 0xfe, 0xe7 };
static const uint8_t image_definition[] = { 0xd3, 0xde, 0xff, 0xff,
					    0x42, 0x01, 0x21, 0x10 };

/* Offsets. */
struct layout {
	uint32_t reset;
	uint32_t signature;
	uint32_t dictionary;
};

static bool runs_from_ram(const struct mcu_type *type)
{
	return type->flash_map->buffered;
}

bool image_start_ok(const struct mcu_type *type, uint32_t address)
{
	if (address == type->flash_map->start)
		return type->rom != FAMILY_ROM_RP2040;
	return flash_app_start_ok(type->flash_map, type->flash_size, address);
}

uint32_t image_size_min(size_t dictionary_len)
{
	return CODE_MIN + (uint32_t)dictionary_len;
}

uint32_t image_size_max(const struct mcu_type *type, uint32_t start)
{
	return type->flash_size - (start - type->flash_map->start);
}

/* At 84, 76 and 63 % of a usual image: sections 1.3, 1.5 and 2. */
static struct layout lay_out(const struct image_spec *spec)
{
	uint32_t last = spec->size - (uint32_t)spec->dictionary_len;
	uint32_t usual = spec->size / 100 * 84;
	uint32_t dictionary = (usual < last ? usual : last) / 8 * 8;

	return (struct layout){
		.reset = runs_from_ram(spec->type) ? RP_START_CODE :
						     dictionary / 32 * 24,
		.signature = dictionary / 80 * 72,
		.dictionary = dictionary,
	};
}

/*
 * Letters and digits without a CanBoot in them, nor anything else that is looked
 * for. Nobody's chances depend on them: the constants are Knuth's MMIX.
 */
static void fill(uint8_t *out, size_t len, const char *version)
{
	uint64_t state = 1;

	for (; *version; version++)
		state = state * 31 + (uint8_t)*version;
	for (size_t i = 0; i < len; i++) {
		state = state * 6364136223846793005u + 1442695040888963407u;
		out[i] = 0x20 + (uint8_t)(state >> 40) % 0x50;
	}
}

static void put(uint8_t *out, uint32_t at, const void *bytes, size_t len)
{
	memcpy(out + at, bytes, len);
}

static void put_word(uint8_t *out, uint32_t at, uint32_t word)
{
	struct util_cursor c = util_cursor_on(out + at, 4);

	util_put_le32(&c, word);
}

static void put_vectors(uint8_t *out, const struct image_spec *spec,
			const struct layout *at)
{
	uint32_t handler = runs_from_ram(spec->type) ? RP_HANDLER :
						       spec->start + TABLE_LEN;

	put_word(out, 0, mcu_type_stack(spec->type));
	put_word(out, 4, spec->start + at->reset + THUMB);
	for (uint32_t i = 2; i < VECTORS; i++)
		put_word(out, 4 * i, handler + THUMB);
}

static void put_code(uint8_t *out, const struct image_spec *spec,
		     const struct layout *at)
{
	put(out, at->reset, disable_interrupts, sizeof(disable_interrupts));
	if (spec->is_signed)
		put(out, at->signature, KCAN_IMAGE_SIGNATURE,
		    KCAN_IMAGE_SIGNATURE_LEN);
	if (spec->type->rom == FAMILY_ROM_RP2350)
		put(out, RP_DEFINITION, image_definition,
		    sizeof(image_definition));
	if (runs_from_ram(spec->type))
		return;
	put(out, TABLE_LEN, jump_to_itself, sizeof(jump_to_itself));
	/* the code of "identify" knows where the dictionary is */
	put_word(out, at->signature - 4, spec->start + at->dictionary);
}

void image_build(uint8_t *out, const struct image_spec *spec)
{
	struct layout at = lay_out(spec);

	fill(out, spec->size, spec->version);
	put_vectors(out, spec, &at);
	put_code(out, spec, &at);
	put(out, at.dictionary, spec->dictionary, spec->dictionary_len);
}
