// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "wire.h"

#include <stdio.h>

#define CRC15 0x4599
/* CRC delimiter, ACK slot, ACK delimiter, end of frame, intermission */
#define TAIL_BITS (1 + 1 + 1 + 7 + WIRE_INTERMISSION_BITS)
#define PRIORITY_BITS 32
/* A standard frame's arbitration field ends with its RTR bit. */
#define STANDARD_BITS 12

struct encoder {
	struct wire_bits *to;
	uint8_t last;	  /* level */
	unsigned int run; /* equal bits at the end */
	uint16_t crc;
};

static void append(struct encoder *e, uint8_t level)
{
	unsigned int at = e->to->len++;

	e->run = at && e->last == level ? e->run + 1 : 1;
	e->last = level;
	e->to->word[at / 32] |= (uint32_t)level << (31 - at % 32);
}

static void put(struct encoder *e, uint32_t value, unsigned int bits)
{
	while (bits--) {
		uint8_t level = value >> bits & 1;
		bool feed = level ^ (e->crc >> 14 & 1);

		e->crc = (e->crc << 1 & 0x7fff) ^ (feed ? CRC15 : 0);
		append(e, level);
		if (e->run == 5)
			append(e, !level);
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

uint8_t wire_data_len(const struct can_frame *f)
{
	return f->can_dlc < CAN_MAX_DLEN ? f->can_dlc : CAN_MAX_DLEN;
}

void wire_encode(struct wire_bits *w, const struct can_frame *f)
{
	unsigned int arbitration = f->can_id & CAN_EFF_FLAG ? PRIORITY_BITS :
							      STANDARD_BITS;
	struct encoder e = { .to = w };

	*w = (struct wire_bits){ 0 };
	put(&e, 0, 1);
	put(&e, wire_priority(f) >> (PRIORITY_BITS - arbitration), arbitration);
	w->arbitration_end = w->len;
	put(&e, 0, 2); /* IDE and r0, or r1 and r0 */
	put(&e, wire_data_len(f), 4);
	for (unsigned int i = 0;
	     i < wire_data_len(f) && !(f->can_id & CAN_RTR_FLAG); i++)
		put(&e, f->data[i], 8);
	put(&e, e.crc, 15);
	w->frame_bits = w->len + TAIL_BITS;
}

unsigned int wire_frame_bits(const struct can_frame *f)
{
	struct wire_bits w;

	wire_encode(&w, f);
	return w.frame_bits;
}

static bool is_recessive(const struct wire_bits *w, unsigned int bit)
{
	return w->word[bit / 32] >> (31 - bit % 32) & 1;
}

bool wire_first_difference(struct wire_difference *d, const struct wire_bits *a,
			   const struct wire_bits *b)
{
	unsigned int i = 0, bit;

	while (i < WIRE_WORDS && a->word[i] == b->word[i])
		i++;
	if (i == WIRE_WORDS)
		return false;
	bit = 32 * i + (unsigned int)__builtin_clz(a->word[i] ^ b->word[i]);
	if (bit >= a->len || bit >= b->len)
		return false;
	d->bit = bit;
	d->a_dominant = !is_recessive(a, bit);
	/* of a standard and an extended frame only one may be in it */
	d->arbitration = bit < (d->a_dominant ? b : a)->arbitration_end;
	return true;
}

void wire_text(char out[static WIRE_TEXT_MAX], const struct can_frame *f)
{
	unsigned int len = wire_data_len(f);
	char *at = out + sprintf(out, "%03X#", f->can_id & CAN_SFF_MASK);

	for (unsigned int i = 0; i < len; i++)
		at += sprintf(at, "%02X", f->data[i]);
}
