// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "wire.h"

#include <stdio.h>

#define CRC15 0x4599
/* An extended frame with 8 bytes has 118 bits, and 29 stuff bits at most. */
#define STUFFED_MAX (118 + 29)
/* CRC delimiter, ACK slot, ACK delimiter, end of frame, intermission */
#define TAIL_BITS (1 + 1 + 1 + 7 + WIRE_INTERMISSION_BITS)
#define PRIORITY_BITS 32
/* A standard frame's arbitration field ends with its RTR bit. */
#define STANDARD_BITS 12

/* What is stuffed: from the start of frame to the last bit of the CRC. */
struct stuffed {
	uint8_t level[STUFFED_MAX]; /* 0: dominant */
	unsigned int len;
	unsigned int run; /* equal bits at the end */
	unsigned int arbitration_end;
	uint16_t crc;
};

static void append(struct stuffed *s, uint8_t level)
{
	s->run = s->len && s->level[s->len - 1] == level ? s->run + 1 : 1;
	s->level[s->len++] = level;
}

static void put(struct stuffed *s, uint32_t value, unsigned int bits)
{
	while (bits--) {
		uint8_t level = value >> bits & 1;
		bool feed = level ^ (s->crc >> 14 & 1);

		s->crc = (s->crc << 1 & 0x7fff) ^ (feed ? CRC15 : 0);
		append(s, level);
		if (s->run == 5)
			append(s, !level);
	}
}

uint32_t wire_priority(const struct can_frame *f)
{
	uint32_t rtr = !!(f->can_id & CAN_RTR_FLAG);
	uint32_t id = f->can_id & CAN_EFF_MASK;

	/* base id, SRR, IDE, the rest of the id, RTR */
	if (f->can_id & CAN_EFF_FLAG)
		return id >> 18 << 21 | 3 << 19 | (id & 0x3ffff) << 1 | rtr;
	return (id & CAN_SFF_MASK) << 21 | rtr << 20;
}

static void encode(struct stuffed *s, const struct can_frame *f)
{
	unsigned int arbitration = f->can_id & CAN_EFF_FLAG ? PRIORITY_BITS :
							      STANDARD_BITS;
	unsigned int len = f->can_dlc < CAN_MAX_DLEN ? f->can_dlc :
						       CAN_MAX_DLEN;

	s->len = s->run = s->crc = 0;
	put(s, 0, 1);
	put(s, wire_priority(f) >> (PRIORITY_BITS - arbitration), arbitration);
	s->arbitration_end = s->len;
	put(s, 0, 2); /* IDE and r0, or r1 and r0 */
	put(s, len, 4);
	for (unsigned int i = 0; i < len && !(f->can_id & CAN_RTR_FLAG); i++)
		put(s, f->data[i], 8);
	put(s, s->crc, 15);
}

unsigned int wire_frame_bits(const struct can_frame *f)
{
	struct stuffed s;

	encode(&s, f);
	return s.len + TAIL_BITS;
}

bool wire_first_difference(struct wire_difference *d, const struct can_frame *a,
			   const struct can_frame *b)
{
	struct stuffed sa, sb;
	unsigned int bit = 0;

	encode(&sa, a);
	encode(&sb, b);
	while (bit < sa.len && bit < sb.len && sa.level[bit] == sb.level[bit])
		bit++;
	if (bit == sa.len || bit == sb.len)
		return false;
	d->bit = bit;
	d->a_dominant = !sa.level[bit];
	/* of a standard and an extended frame only one may be in it */
	d->arbitration = bit < (d->a_dominant ? sb : sa).arbitration_end;
	return true;
}

void wire_text(char out[static WIRE_TEXT_MAX], const struct can_frame *f)
{
	unsigned int len = f->can_dlc < CAN_MAX_DLEN ? f->can_dlc :
						       CAN_MAX_DLEN;
	char *at = out + sprintf(out, "%03X#", f->can_id & CAN_SFF_MASK);

	for (unsigned int i = 0; i < len; i++)
		at += sprintf(at, "%02X", f->data[i]);
}
