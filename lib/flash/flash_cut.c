// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * How a command is cut into frames, and how one with a gap in it is ended.
 * Sections are those of katapult-protocol.md.
 */
#include <string.h>

#include "flash_machine.h"
#include "util/crc16.h"

#define TRAILER_LEN 2
#define CRC_LEN 2
#define END_LEN (CRC_LEN + TRAILER_LEN)
#define ADDRESS_END 8	  /* header, code, length, address */
#define HEADER_FIRST 0x01 /* what makes the receiver stay where it is */

static void add_part(struct flashing_out *out, size_t at, size_t len)
{
	out->parts[out->parts_len++] =
		(struct flashing_part){ .at = (uint8_t)at,
					.len = (uint8_t)len };
}

/*
 * An 01 in the end of a command would block the receiver when that end is
 * repeated and was not missing (section 3). It is cut so that the last frame has
 * none: the CRC may have one, the trailer has not.
 */
static size_t end_len(const struct flashing_out *out)
{
	const uint8_t *crc = out->bytes + out->len - END_LEN;

	return memchr(crc, HEADER_FIRST, CRC_LEN) ? TRAILER_LEN : END_LEN;
}

/* In as few frames as can be, none of them much shorter than the others. */
static void cut_evenly(struct flashing_out *out, size_t end)
{
	size_t at = 0, n = (end + CAN_MAX_DLEN - 1) / CAN_MAX_DLEN;

	for (size_t len; n; at += len, n--) {
		len = (end - at + n - 1) / n;
		add_part(out, at, len);
	}
}

void flashing_cut(struct kcan_flash *f)
{
	struct flashing_out *out = &f->out;
	size_t end = out->len;

	out->parts_len = 0;
	if (!flashing_on_can(f)) {
		add_part(out, 0, out->len);
		return;
	}
	if (out->len > CAN_MAX_DLEN)
		end -= end_len(out);
	cut_evenly(out, end);
	if (end < out->len)
		add_part(out, end, out->len - end);
}

void flashing_cut_tail(struct kcan_flash *f)
{
	struct flashing_out *out = &f->out;
	const struct flashing_part last = out->parts[out->parts_len - 1];

	memmove(out->bytes, out->bytes + last.at, last.len);
	memset(out->bytes + last.len, 0, CAN_MAX_DLEN - last.len);
	out->len = CAN_MAX_DLEN;
	out->parts_len = 0;
	add_part(out, 0, out->len);
}

/* What the node has of the command, in front of @bytes. */
static size_t gather(const struct flashing_out *out, uint8_t *bytes)
{
	size_t len = 0;

	for (size_t i = 0; i < out->parts_len; i++) {
		const struct flashing_part *part = &out->parts[i];

		if (part->state != FLASHING_WENT)
			continue;
		memcpy(bytes + len, out->bytes + part->at, part->len);
		len += part->len;
	}
	return len;
}

/* Any bytes and a CRC that is right behind them, none of them an 01. */
static void fill_up(uint8_t *bytes, size_t held, size_t len)
{
	uint16_t crc;
	uint8_t *end = bytes + len - END_LEN;

	memset(bytes + held, 0, len - END_LEN - held);
	do {
		bytes[held] += bytes[held] ? 1 : 2;
		crc = util_crc16(bytes + 2, len - END_LEN - 2);
	} while ((uint8_t)crc == HEADER_FIRST || crc >> 8 == HEADER_FIRST);
	end[0] = (uint8_t)crc;
	end[1] = (uint8_t)(crc >> 8);
	end[2] = 0x99;
	end[3] = 0x03;
}

bool flashing_repair(struct kcan_flash *f, uint64_t now_us)
{
	struct flashing_out *out = &f->out;
	uint8_t bytes[KCAN_KAT_MAX];
	size_t held = gather(out, bytes);

	/*
	 * Another command would do what it says with another address. A frame
	 * in the middle is missing, which is longer than the end: see
	 * cut_evenly().
	 */
	if (f->said == FLASHING_SAID_REPAIR || f->phase != FLASHING_WRITE ||
	    f->looks || out->parts[0].len < ADDRESS_END ||
	    out->parts[0].state != FLASHING_WENT)
		return false;
	fill_up(bytes, held, out->len);
	out->len -= held;
	memcpy(out->bytes, bytes + held, out->len);
	out->parts_len = 0;
	cut_evenly(out, out->len);
	f->said = FLASHING_SAID_REPAIR;
	f->spoiled = true;
	flashing_send(f, now_us);
	return true;
}

/* Return: one that the node has is behind one that it has not. */
bool flashing_has_gap(const struct kcan_flash *f)
{
	const struct flashing_out *out = &f->out;
	bool lost = false;

	for (size_t i = 0; i < out->parts_len; i++) {
		if (out->parts[i].state == FLASHING_LOST)
			lost = true;
		else if (lost)
			return true;
	}
	return false;
}
