// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Buttons: klipper-mcu-protocol.md, section 20. */
#include <string.h>

#include "../pin.h"

#define BUTTONS_MAX 8
#define REPORTS_MAX 8 /* kept until they are acknowledged */

enum { BUTTONS_STATE = 4 };

#define TOO_MANY "Max of 8 buttons"
#define PAST_MAXIMUM "Set button past maximum button count"
#define INVALID_RETRANSMIT "Invalid buttons retransmit count"

#define RETRANSMIT_MAX 127

/*
 * Looked at every rest_ticks; of each pin, two looks in a row have to agree.
 * Levels are told as they are: the host inverts them. Nothing is looked at while
 * no pin is changed or changes by itself, and all is acknowledged: it would be as
 * before.
 */
struct buttons {
	struct klipper_timer timer;
	uint64_t first_ticks;  /* of all looks */
	uint64_t resend_ticks; /* what is not acknowledged */
	uint32_t rest_ticks;   /* 0: not looked at */
	uint8_t resend_looks;
	uint8_t oid;
	uint8_t count;
	uint8_t added;	/* bits */
	uint8_t seen;	/* at the last look */
	uint8_t agreed; /* when two looks did */
	uint8_t acked;	/* as the host has counted them, wraps */
	uint8_t reports_len;
	uint8_t reports[REPORTS_MAX];
	uint8_t pins[BUTTONS_MAX];
};

static uint8_t look(struct klipper *k, const struct buttons *b, uint64_t now_us)
{
	uint8_t state = 0;

	for (unsigned int i = 0; i < b->count; i++)
		if (b->added & 1 << i)
			state |=
				(uint8_t)(klipper_pin_read(k, b->pins[i], now_us)
					  << i);
	return state;
}

static bool any_moves(struct klipper *k, const struct buttons *b)
{
	for (unsigned int i = 0; i < b->count; i++)
		if (b->added >> i & 1 &&
		    mcu_pin_moves(klipper_mcu(k), b->pins[i]))
			return true;
	return false;
}

static void report(struct klipper *k, struct buttons *b, uint64_t ticks)
{
	b->resend_ticks = ticks + (uint64_t)b->rest_ticks * b->resend_looks;
	KLIPPER_RESPOND(k, &klipper_buttons, BUTTONS_STATE, NUM(b->oid),
			NUM(b->acked), BYTES(b->reports, b->reports_len));
}

/* When to look again; never when all is still and told. */
static void arm(struct klipper *k, struct buttons *b, uint64_t ticks,
		uint64_t now_us)
{
	uint64_t next_ticks = ticks + b->rest_ticks;

	if (look(k, b, now_us) == b->agreed && b->seen == b->agreed) {
		bool moves = any_moves(k, b);

		if (!b->reports_len && !moves)
			return;
		if (!moves)
			next_ticks = b->resend_ticks;
	}
	klipper_timer_set(k, &b->timer, klipper_when_us(k, next_ticks));
}

/* Return: whether there is more to tell; what has no room is not told. */
static bool debounce(struct buttons *b, uint8_t state)
{
	uint8_t stable = (uint8_t) ~(state ^ b->seen);
	uint8_t changed = (state ^ b->agreed) & stable;

	b->seen = state;
	b->agreed ^= changed;
	if (!changed || b->reports_len == REPORTS_MAX)
		return false;
	b->reports[b->reports_len++] = b->agreed;
	return true;
}

static const char *fire(const struct klipper_call *c)
{
	struct buttons *b = c->object;
	uint64_t ticks = klipper_grid(b->first_ticks, b->rest_ticks,
				      klipper_clock(c->k, c->now_us) + 1) -
			 b->rest_ticks;

	if (debounce(b, look(c->k, b, c->now_us)) ||
	    (b->reports_len && ticks >= b->resend_ticks))
		report(c->k, b, ticks);
	arm(c->k, b, ticks, c->now_us);
	return NULL;
}

/* At the next look, which may be the one that was to come anyway. */
static void pin_changed(const struct klipper_call *c)
{
	struct buttons *b = c->object;
	uint64_t at_us;

	if (!b->rest_ticks)
		return;
	at_us = klipper_when_us(c->k,
				klipper_grid(b->first_ticks, b->rest_ticks,
					     klipper_clock(c->k, c->now_us)));
	if (!b->timer.armed || at_us < klipper_timer_due_us(c->k, &b->timer))
		klipper_timer_set(c->k, &b->timer, at_us);
}

static void shut_down(const struct klipper_call *c)
{
	struct buttons *b = c->object;

	b->rest_ticks = 0;
}

static const struct klipper_kind kind = {
	.size = sizeof(struct buttons),
	.shutdown = shut_down,
	.pin_changed = pin_changed,
};

static const char *config_buttons(const struct klipper_call *c)
{
	uint8_t oid = (uint8_t)c->v[0].num, count = (uint8_t)c->v[1].num;
	const char *reason;
	struct buttons *b;
	void *object;

	if (count > BUTTONS_MAX)
		return TOO_MANY;
	reason = klipper_oid_new(c->k, oid, &kind, &object);
	if (reason)
		return reason;
	b = object;
	b->timer.fire = fire;
	b->oid = oid;
	b->count = count;
	return NULL;
}

static const char *buttons_add(const struct klipper_call *c)
{
	struct buttons *b = c->object;
	uint8_t pos = (uint8_t)c->v[1].num;
	const char *reason;

	if (pos >= b->count)
		return PAST_MAXIMUM;
	reason = klipper_pin_setup_input(c->k, c->v[2].num, c->v[3].num);
	if (reason)
		return reason;
	b->pins[pos] = (uint8_t)c->v[2].num;
	b->added |= (uint8_t)(1 << pos);
	return NULL;
}

static const char *buttons_query(const struct klipper_call *c)
{
	struct buttons *b = c->object;
	const char *reason = klipper_check_period(c->k, c->v[2].num);
	uint8_t retransmit_count = (uint8_t)c->v[3].num;

	klipper_timer_stop(c->k, &b->timer);
	b->rest_ticks = 0;
	if (retransmit_count > RETRANSMIT_MAX)
		return INVALID_RETRANSMIT;
	b->rest_ticks = c->v[2].num;
	b->first_ticks = klipper_clock_near(c->k, c->v[1].num, c->now_us);
	b->resend_looks = retransmit_count + 1;
	/* what is inverted is taken to be high when it is left alone */
	b->seen = b->agreed = (uint8_t)c->v[4].num;
	b->acked = b->reports_len = 0;
	if (!b->rest_ticks)
		return NULL; /* no more */
	if (reason)
		return reason;
	return klipper_timer_at(c->k, &b->timer, b->first_ticks, c->now_us);
}

static const char *buttons_ack(const struct klipper_call *c)
{
	struct buttons *b = c->object;
	uint8_t count = (uint8_t)c->v[1].num;

	b->acked += count;
	if (count > b->reports_len)
		count = b->reports_len;
	b->reports_len -= count;
	memmove(b->reports, b->reports + count, b->reports_len);
	return NULL;
}

static const struct klipper_message messages[] = {
	{ "config_buttons oid=%c button_count=%c", config_buttons },
	{ "buttons_add oid=%c pos=%c pin=%u pull_up=%c", buttons_add, &kind },
	{ "buttons_query oid=%c clock=%u rest_ticks=%u retransmit_count=%c "
	  "invert=%c",
	  buttons_query, &kind },
	{ "buttons_ack oid=%c count=%c", buttons_ack, &kind },
	[BUTTONS_STATE] = { "buttons_state oid=%c ack_count=%c state=%*s" },
};

const struct klipper_module klipper_buttons = {
	KLIPPER_MESSAGES(messages),
	.strings = KLIPPER_STRINGS(TOO_MANY, PAST_MAXIMUM, INVALID_RETRANSMIT),
};
