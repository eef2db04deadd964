// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "arbiter.h"

#include <errno.h>

#include "arbiter_errors.h"
#include "wire.h"

#define SUSPEND_BITS 8
#define US_PER_S 1000000

#define sender_of(timer_ptr)                                     \
	((struct arbiter_sender *)((char *)(timer_ptr)-offsetof( \
		struct arbiter_sender, rank)))

static void list_push(struct arbiter_list *list, struct arbiter_sender *s)
{
	*(list->last ? &list->last->next : &list->first) = s;
	list->last = s;
	s->list = list;
	s->next = NULL;
}

static void list_remove(struct arbiter_sender *s)
{
	struct arbiter_sender **at = &s->list->first, *before = NULL;

	while (*at != s) {
		before = *at;
		at = &before->next;
	}
	*at = s->next;
	if (s->list->last == s)
		s->list->last = before;
	s->list = NULL;
}

static struct arbiter_sender *list_pop(struct arbiter_list *list)
{
	struct arbiter_sender *s = list->first;

	if (s)
		list_remove(s);
	return s;
}

int arbiter_init(struct arbiter *a, const struct arbiter_cfg *cfg, size_t max)
{
	*a = (struct arbiter){ .cfg = *cfg };
	return cfg->bitrate ? timer_heap_init(&a->waiting, max) : -EINVAL;
}

void arbiter_fini(struct arbiter *a)
{
	timer_heap_fini(&a->waiting);
}

int arbiter_reserve(struct arbiter *a, size_t max)
{
	return timer_heap_reserve(&a->waiting, max);
}

void arbiter_add(struct arbiter *a, struct arbiter_sender *s)
{
	s->all_next = a->senders;
	a->senders = s;
}

/* Rounded up, and never added up: what is rounded here is not used further. */
static uint64_t us_at(const struct arbiter *a, uint64_t bits)
{
	uint32_t bitrate = a->cfg.bitrate;

	return a->origin_us + (bits * US_PER_S + bitrate - 1) / bitrate;
}

/* Who waits for the bus. */

static struct arbiter_sender *first_waiting(const struct arbiter *a)
{
	const struct timer *rank = timer_heap_first(&a->waiting);

	return rank ? sender_of(rank) : NULL;
}

/* A timer's time is a rank here: what wins arbitration, then what is older */
static void line_up(struct arbiter *a, struct arbiter_sender *s)
{
	const struct arbiter_slot *slot = &s->slots[0];

	timer_heap_set(&a->waiting, &s->rank,
		       (uint64_t)slot->priority << 31 |
			       (slot->age & INT32_MAX));
}

static void idle_until(struct arbiter *a, uint64_t at_us, unsigned int bits)
{
	a->origin_us = at_us;
	a->free = bits;
}

/* Has a frame at @now_us, and did not have one before. */
static void enter(struct arbiter *a, struct arbiter_sender *s, uint64_t now_us)
{
	if (!first_waiting(a) && us_at(a, a->free) < now_us)
		idle_until(a, now_us, 0);
	line_up(a, s);
}

bool arbiter_queue(struct arbiter *a, struct arbiter_sender *s,
		   uint32_t generation, const struct can_frame *frame,
		   uint64_t now_us)
{
	bool sending = s->list == &a->wire || s->list == &a->ended;
	struct arbiter_slot slot = { .frame = *frame,
				     .priority = wire_priority(frame),
				     .age = a->age,
				     .generation = generation };
	size_t at = s->len;

	if (s->len == ARBITER_SLOTS)
		return false;
	wire_encode(&slot.bits, frame);
	for (; at > sending && slot.priority < s->slots[at - 1].priority; at--)
		s->slots[at] = s->slots[at - 1];
	s->slots[at] = slot;
	s->len++;
	a->age++;
	if (!s->list)
		enter(a, s, now_us);
	return true;
}

void arbiter_withdraw(struct arbiter *a, struct arbiter_sender *s)
{
	if (s->list)
		list_remove(s);
	if (s->rank.pos)
		timer_heap_set(&a->waiting, &s->rank, UINT64_MAX);
	s->len = 0;
	s->confinement = (struct confinement){ 0 };
}

void arbiter_remove(struct arbiter *a, struct arbiter_sender *s)
{
	struct arbiter_sender **at = &a->senders;

	arbiter_withdraw(a, s);
	arbiter_set_foreign(a, s, false);
	while (*at != s)
		at = &(*at)->all_next;
	*at = s->all_next;
}

void arbiter_set_foreign(struct arbiter *a, struct arbiter_sender *s,
			 bool foreign)
{
	a->foreign_len += (size_t)foreign - (size_t)s->foreign;
	s->foreign = foreign;
}

/* On the wire. */

static void recover(struct arbiter *a)
{
	struct arbiter_sender *s = list_pop(&a->off);

	arbiter_count(a, s, confinement_reset, s->recovery_us);
	if (s->len)
		enter(a, s, s->recovery_us);
}

void arbiter_received(struct arbiter *a, const struct can_frame *frame,
		      uint64_t now_us)
{
	const struct arbiter_sender *ours = first_waiting(a);
	unsigned int bits =
		arbiter_count_heard(a, now_us) + wire_frame_bits(frame);

	if (us_at(a, a->free + a->debt) > now_us + ARBITER_BACKLOG_US)
		return;
	if (ours && ours->slots[0].priority < wire_priority(frame))
		a->debt += bits;
	else if (us_at(a, a->free + bits - WIRE_INTERMISSION_BITS) > now_us)
		a->free += bits;
	else
		idle_until(a, now_us, WIRE_INTERMISSION_BITS);
}

static void end_suspension(struct arbiter *a)
{
	struct arbiter_sender *s;

	while ((s = list_pop(&a->suspended)))
		line_up(a, s);
}

static void begin(struct arbiter *a)
{
	struct arbiter_sender *s = first_waiting(a);
	uint32_t priority;
	unsigned int bits;

	if (!s) {
		a->free += SUSPEND_BITS;
		end_suspension(a);
		s = first_waiting(a);
	}
	priority = s->slots[0].priority;
	do {
		timer_heap_set(&a->waiting, &s->rank, UINT64_MAX);
		list_push(&a->wire, s);
		s = first_waiting(a);
	} while (a->cfg.collisions && s && s->slots[0].priority == priority);
	end_suspension(a);
	bits = arbiter_compete(a);
	/* whole seconds are exact, and keep the count small */
	while (a->free >= a->cfg.bitrate) {
		a->free -= a->cfg.bitrate;
		a->origin_us += US_PER_S;
	}
	a->end_us = us_at(a, a->free + bits - WIRE_INTERMISSION_BITS);
	a->free += bits + a->debt;
	a->debt = 0;
}

static void finish(struct arbiter *a)
{
	struct arbiter_sender *s;

	arbiter_count_ended(a);
	while ((s = list_pop(&a->wire)))
		list_push(&a->ended, s);
	a->given = false;
}

/* What comes next for one that has sent. */
static void settle(struct arbiter *a, struct arbiter_sender *s)
{
	if (confinement_state(&s->confinement) == CONFINEMENT_BUS_OFF) {
		s->recovery_us = us_at(a, a->free + CONFINEMENT_RECOVERY_BITS);
		list_push(&a->off, s);
	} else if (s->len && confinement_is_passive(&s->confinement)) {
		list_push(&a->suspended, s);
	} else if (s->len) {
		line_up(a, s);
	}
}

static void take_result(struct arbiter *a, struct arbiter_result *out)
{
	struct arbiter_sender *s = list_pop(&a->ended);
	const struct arbiter_slot *slot = &s->slots[0];

	*out = (struct arbiter_result){
		.outcome = s->failed ? ARBITER_ERROR :
			   a->given  ? ARBITER_MERGED :
				       ARBITER_SENT,
		.sender = s,
		.generation = slot->generation,
		.end_us = a->end_us,
		.frame = slot->frame,
	};
	if (!s->failed) {
		a->given = true;
		s->len--;
		for (size_t i = 0; i < s->len; i++)
			s->slots[i] = s->slots[i + 1];
	}
	settle(a, s);
}

/* Of who waits; UINT64_MAX: nobody. */
static uint64_t start_bit(const struct arbiter *a)
{
	if (first_waiting(a))
		return a->free;
	return a->suspended.first ? a->free + SUSPEND_BITS : UINT64_MAX;
}

/* When the next thing happens to who is, or wants to be, on the wire. */
static uint64_t wire_us(const struct arbiter *a)
{
	uint64_t bit = start_bit(a);

	if (a->wire.first)
		return a->end_us;
	/* who comes in the same microsecond starts together with them */
	return bit == UINT64_MAX ? bit : us_at(a, bit) + 1;
}

static uint64_t recovery_us(const struct arbiter *a)
{
	return a->off.first ? a->off.first->recovery_us : UINT64_MAX;
}

bool arbiter_next(struct arbiter *a, struct arbiter_result *out,
		  uint64_t now_us)
{
	while (!a->ended.first) {
		if (recovery_us(a) < wire_us(a) && recovery_us(a) <= now_us)
			recover(a);
		else if (wire_us(a) > now_us || wire_us(a) == UINT64_MAX)
			return false;
		else if (a->wire.first)
			finish(a);
		else
			begin(a);
	}
	take_result(a, out);
	return true;
}

/*
 * Of frames in a row nobody has to see the end of each: the last one keeps the
 * bus busy while its sender is given room for more. Return: bits, from the end
 * of the first to that of the last but one.
 */
static unsigned int bits_in_a_row(const struct arbiter_sender *s)
{
	unsigned int bits = 0;

	for (size_t i = 1; i + 1 < s->len; i++)
		bits += s->slots[i].bits.frame_bits;
	return bits;
}

static uint64_t us_of_bits(const struct arbiter *a, uint64_t bits)
{
	uint64_t us = bits * US_PER_S / a->cfg.bitrate;

	return us < ARBITER_SLACK_US ? us : ARBITER_SLACK_US;
}

/* Nobody has to wake up at the start of a frame: its end is early enough. */
static uint64_t end_us(const struct arbiter *a)
{
	const struct arbiter_sender *s = first_waiting(a);
	uint64_t bit = start_bit(a);

	if (a->ended.first)
		return a->end_us;
	if (a->wire.first)
		return a->end_us + us_of_bits(a, bits_in_a_row(a->wire.first));
	if (bit == UINT64_MAX)
		return bit;
	s = s ? s : a->suspended.first;
	bit += s->slots[0].bits.frame_bits;
	return us_at(a, bit - WIRE_INTERMISSION_BITS) +
	       us_of_bits(a, bits_in_a_row(s));
}

uint64_t arbiter_deadline(const struct arbiter *a)
{
	return end_us(a) < recovery_us(a) ? end_us(a) : recovery_us(a);
}
