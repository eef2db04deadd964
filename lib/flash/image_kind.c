// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* What a file is: sections are those of flashing.md. */
#include "image_parts.h"

#include <string.h>

#include "image_vectors.h"
#include "util/array.h"
#include "util/cursor.h"
#include "util/hex.h"

#define DFU_SUFFIX_LEN 16
#define BOOT2_LEN 256 /* in front of the vector table of an RP2040 */
#define RP2040_FLASH 0x10000000
#define DIGITS_MAX 8
/* How far its signature is behind the front of Katapult; 0x160 were seen. */
#define KATAPULT_REACH 0x400
/* How often a signature may be for nothing. One is what is in a real image. */
#define SIGNATURES_MAX 16

/* Section 1.4: how files begin that are no images. */
static const struct magic {
	const char *bytes;
	size_t len;
	size_t digits; /* hexadecimal ones that follow; even */
	enum kcan_image_kind kind;
} magics[] = {
	{ "UF2\n\x57\x51\x5d\x9e", 8, 0, KCAN_IMAGE_UF2 },
	{ "\x7f"
	  "ELF",
	  4, 0, KCAN_IMAGE_ELF },
	{ ":", 1, 8, KCAN_IMAGE_IHEX },
	{ "S0", 2, 2, KCAN_IMAGE_SREC },
	{ "DfuSe", 5, 0, KCAN_IMAGE_DFUSE },
	{ "\x44\x3d\x2d\x3f", 4, 0, KCAN_IMAGE_CHITU },
};

static bool is_hex(const uint8_t *bytes, size_t len)
{
	uint8_t out[DIGITS_MAX / 2];

	return !util_hex_decode(out, (const char *)bytes, len);
}

static bool has_magic(const struct magic *m, const uint8_t *bytes, size_t len)
{
	return len >= m->len + m->digits && !memcmp(bytes, m->bytes, m->len) &&
	       is_hex(bytes + m->len, m->digits);
}

/* Where the flash of a chip starts on which Katapult runs. */
static const uint32_t flash_starts[] = { 0x08000000, RP2040_FLASH, 0 };

/*
 * Does Katapult's table, with this reset entry, lie such that @distance bytes
 * behind the front of Katapult its signature is?
 */
static bool leads_to(uint32_t reset, size_t distance)
{
	size_t behind = distance + KCAN_IMAGE_SIGNATURE_LEN + 1;

	for (size_t i = 0; i < ARRAY_SIZE(flash_starts); i++)
		if (reset - flash_starts[i] == behind)
			return true;
	return false;
}

static uint32_t word_at(const uint8_t *bytes)
{
	struct util_cursor c = util_cursor_reading(bytes, sizeof(uint32_t));

	return util_get_le32(&c);
}

/*
 * Is @front the front of a Katapult whose signature is at @signature? On an
 * RP2040 its table is behind boot2.
 */
static bool is_katapult_at(const uint8_t *front, const uint8_t *signature)
{
	size_t distance = (size_t)(signature - front);

	return (distance >= 8 && leads_to(word_at(front + 4), distance)) ||
	       (distance >= BOOT2_LEN + 8 &&
		leads_to(word_at(front + BOOT2_LEN + 4), distance));
}

/* Anywhere in the image, or at its front only? */
static bool has_katapult(const uint8_t *bytes, size_t len, bool anywhere)
{
	const uint8_t *end = bytes + len, *at = bytes, *front;

	for (int n = 0; n < SIGNATURES_MAX; n++) {
		at = kcan_image_signature_find(at, (size_t)(end - at));
		if (!at)
			return false;
		front = at - bytes > KATAPULT_REACH ? at - KATAPULT_REACH :
						      bytes;
		if (!anywhere && front > bytes)
			return false;
		do {
			if (is_katapult_at(front, at))
				return true;
			front++;
		} while (anywhere && front < at);
		at++;
	}
	return false;
}

/* Section 1.2: as one chooses it in the menu, or with another boot2. */
static bool has_boot2(const uint8_t *bytes, size_t len)
{
	static const uint8_t usual[] = { 0x00, 0xb5, 0x32, 0x4b,
					 0x21, 0x20, 0x58, 0x60 };

	return !memcmp(bytes, usual, sizeof(usual)) ||
	       (len > BOOT2_LEN &&
		kcan_image_is_for(bytes + BOOT2_LEN, len - BOOT2_LEN,
				  RP2040_FLASH + BOOT2_LEN));
}

/*
 * What the bootloader of MKS Robin boards turns around again, and where: section
 * 1.4. All of the dictionary may be behind it.
 */
#define ROBIN_FIRST 320
#define ROBIN_END 31040
static const uint8_t robin[] = {
	0xa3, 0xbd, 0xad, 0x0d, 0x41, 0x11, 0xbb, 0x8d, 0xdc, 0x80, 0x2d,
	0xd0, 0xd2, 0xc4, 0x9b, 0x1e, 0x26, 0xeb, 0xe3, 0x33, 0x4a, 0x15,
	0xe4, 0x0a, 0xb3, 0xb1, 0x3c, 0x93, 0xbb, 0xaf, 0xf7, 0x3e
};
#define STARTS_STEP 256u
#define STARTS_END (flash_starts[0] + 192 * 1024u)

static uint8_t unscrambled(const uint8_t *bytes, size_t at)
{
	bool is_within = at >= ROBIN_FIRST && at < ROBIN_END;

	return bytes[at] ^ (is_within ? robin[at % sizeof(robin)] : 0);
}

/* Would the code at an odd @offset begin with these two bytes? */
static bool would_begin(const uint8_t *bytes, size_t len, uint32_t offset,
			const char *code)
{
	return offset % 2 && offset < len &&
	       unscrambled(bytes, offset - 1) == (uint8_t)code[0] &&
	       unscrambled(bytes, offset) == (uint8_t)code[1];
}

/* Then both handlers of section 1.3 are there, for some start or other. */
static bool is_robin(const uint8_t *bytes, size_t len)
{
	uint32_t reset = word_at(bytes + 4), handler = word_at(bytes + 8);
	uint32_t start = flash_starts[0];

	for (; start <= STARTS_END; start += STARTS_STEP)
		if (reset - start > ROBIN_FIRST && reset - start < ROBIN_END &&
		    would_begin(bytes, len, reset - start, "\x72\xb6") &&
		    would_begin(bytes, len, handler - start, "\xfe\xe7"))
			return true;
	return false;
}

enum kcan_image_kind kcan_image_kind_of(const uint8_t *bytes, size_t len,
					bool has_dictionary)
{
	for (size_t i = 0; i < ARRAY_SIZE(magics); i++)
		if (has_magic(&magics[i], bytes, len))
			return magics[i].kind;
	if (len < KCAN_IMAGE_TABLE_LEN)
		return KCAN_IMAGE_SHORT;
	if (has_katapult(bytes, len, false))
		return KCAN_IMAGE_KATAPULT;
	if (has_boot2(bytes, len))
		return KCAN_IMAGE_BOOT2;
	if (is_robin(bytes, len))
		return KCAN_IMAGE_ROBIN;
	if (has_dictionary)
		return KCAN_IMAGE_KLIPPER;
	return has_katapult(bytes, len, true) ? KCAN_IMAGE_DEPLOYER :
						KCAN_IMAGE_OTHER;
}

/* That of USB's DFU: bit by bit, from the lowest, and not inverted at the end. */
static uint32_t dfu_crc(const uint8_t *bytes, size_t len)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < len; i++) {
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return crc;
}

size_t kcan_image_suffix_len(const uint8_t *bytes, size_t len)
{
	if (len < DFU_SUFFIX_LEN || memcmp(bytes + len - 8, "UFD\x10", 4) != 0)
		return 0;
	return word_at(bytes + len - 4) == dfu_crc(bytes, len - 4) ?
		       DFU_SUFFIX_LEN :
		       0;
}
