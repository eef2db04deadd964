/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef BENCH_BITS_H
#define BENCH_BITS_H

/* How long a frame is on the wire, without what canmcu counts that with. */
#include <linux/can.h>
#include <stdbool.h>

/* Start of frame, id, RTR, IDE, r0, DLC; data; CRC: what is stuffed. */
#define BITS_STUFFED_MAX (1 + 11 + 3 + 4 + 64 + 15)
/* CRC delimiter, ACK, its delimiter, end of frame, intermission */
#define BITS_UNSTUFFED (1 + 1 + 1 + 7 + 3)

struct bits_levels {
	bool level[BITS_STUFFED_MAX];
	unsigned int len;
};

static inline void bits_put(struct bits_levels *l, unsigned int value,
			    unsigned int bits)
{
	while (bits--)
		l->level[l->len++] = value >> bits & 1;
}

/* x^15 + x^14 + x^10 + x^8 + x^7 + x^4 + x^3 + 1 */
static inline unsigned int bits_crc15(const struct bits_levels *l)
{
	unsigned int crc = 0;

	for (unsigned int i = 0; i < l->len; i++) {
		crc = crc << 1 ^ (unsigned int)l->level[i] << 15;
		if (crc & 0x8000)
			crc ^= 0xc599;
	}
	return crc;
}

/* A bit of the other level behind each five equal ones, itself one of five. */
static inline unsigned int bits_stuffed(const struct bits_levels *l)
{
	unsigned int stuffed = 0, run = 0;
	bool last = !l->level[0];

	for (unsigned int i = 0; i < l->len; i++) {
		run = l->level[i] == last ? run + 1 : 1;
		last = l->level[i];
		if (run < 5)
			continue;
		stuffed++;
		last = !last;
		run = 1;
	}
	return stuffed;
}

/** Of a standard data frame, intermission included. */
static inline unsigned int bits_of(const struct can_frame *f)
{
	struct bits_levels l = { .len = 0 };

	bits_put(&l, f->can_id & CAN_SFF_MASK, 1 + 11);
	bits_put(&l, 0, 3);
	bits_put(&l, f->can_dlc, 4);
	for (int i = 0; i < f->can_dlc; i++)
		bits_put(&l, f->data[i], 8);
	bits_put(&l, bits_crc15(&l), 15);
	return l.len + bits_stuffed(&l) + BITS_UNSTUFFED;
}

#endif
