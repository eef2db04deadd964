// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Who sees an error on the bus, and what that costs. */
#include "arbiter_errors.h"

#include "wire.h"

/* From the bit behind the one that was wrong: see arbiter.h. */
#define ERROR_FRAME_BITS (6 + 3 + 8 + WIRE_INTERMISSION_BITS)
/* Until another bit rate is a stuff error: 3 to 20, as the two rates differ. */
#define FOREIGN_BITS 10

/* What is counted. */

void arbiter_count(struct arbiter *a, struct arbiter_sender *s,
		   void (*rule)(struct confinement *), uint64_t at_us)
{
	enum confinement_state before = confinement_state(&s->confinement);

	rule(&s->confinement);
	if (a->cfg.changed && confinement_state(&s->confinement) != before)
		a->cfg.changed(a->cfg.arg, s, at_us);
}

static void count_one(struct arbiter *a, struct arbiter_sender *s, bool error,
		      uint64_t at_us)
{
	if (s->foreign && !confinement_is_passive(&s->confinement))
		arbiter_count(a, s, confinement_rx_error_first, at_us);
	else
		arbiter_count(a, s,
			      error || s->foreign ? confinement_rx_error :
						    confinement_rx_ok,
			      at_us);
}

/* All who are not sending hear a frame, or an error. */
static void count_received(struct arbiter *a, bool error, uint64_t at_us)
{
	uint8_t rec_max = 0;

	if (!error && !a->rec_max && !a->foreign_len)
		return;
	for (struct arbiter_sender *s = a->senders; s; s = s->all_next) {
		if (s->list != &a->wire)
			count_one(a, s, error, at_us);
		if (s->confinement.rec > rec_max)
			rec_max = s->confinement.rec;
	}
	a->rec_max = rec_max;
}

void arbiter_count_ended(struct arbiter *a)
{
	count_received(a, a->destroyed, a->end_us);
	for (struct arbiter_sender *s = a->wire.first; s; s = s->next)
		arbiter_count(a, s,
			      s->failed ? confinement_tx_error :
					  confinement_tx_ok,
			      a->end_us);
}

/* What another bit rate does. */

/* Whether somebody's flag is to come who is at another bit rate. */
static bool is_flagged(const struct arbiter *a)
{
	const struct arbiter_sender *s = a->foreign_len ? a->senders : NULL;

	while (s && (!s->foreign || confinement_is_passive(&s->confinement) ||
		     s->list == &a->wire))
		s = s->all_next;
	return s;
}

static bool is_disturbed(const struct arbiter *a)
{
	const struct arbiter_sender *s = a->wire.first;

	while (s && !s->foreign)
		s = s->next;
	return s || is_flagged(a);
}

unsigned int arbiter_count_heard(struct arbiter *a, uint64_t at_us)
{
	unsigned int bits = 0;

	for (; is_flagged(a); bits += FOREIGN_BITS + ERROR_FRAME_BITS)
		count_received(a, true, at_us);
	count_received(a, false, at_us);
	return bits;
}

/* Who sends together. */

static const struct wire_bits *bits_of(const struct arbiter_sender *s)
{
	return &s->slots[0].bits;
}

/* The frame that is dominant where it parts from any of the others. */
static const struct wire_bits *dominant(const struct arbiter_list *list)
{
	const struct wire_bits *best = bits_of(list->first);
	struct wire_difference d;

	for (const struct arbiter_sender *s = list->first->next; s; s = s->next)
		if (wire_first_difference(&d, bits_of(s), best) && d.a_dominant)
			best = bits_of(s);
	return best;
}

/*
 * Until somebody's error flag is seen, the bus is what the dominant frame is,
 * and so each sender fails where its own parts from that. Return: bits.
 */
unsigned int arbiter_compete(struct arbiter *a)
{
	const struct wire_bits *best = dominant(&a->wire);
	unsigned int flag_bit = UINT32_MAX;
	struct wire_difference d;
	struct arbiter_sender *s;

	if (is_disturbed(a))
		flag_bit = FOREIGN_BITS - 1;
	for (s = a->wire.first; s; s = s->next) {
		s->failed = wire_first_difference(&d, best, bits_of(s));
		if (s->failed && !confinement_is_passive(&s->confinement) &&
		    d.bit < flag_bit)
			flag_bit = d.bit;
	}
	a->destroyed = flag_bit != UINT32_MAX;
	if (!a->destroyed)
		return best->frame_bits;
	for (s = a->wire.first; s; s = s->next)
		s->failed = true;
	return flag_bit + 1 + ERROR_FRAME_BITS;
}
