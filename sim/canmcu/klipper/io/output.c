// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Outputs that change at clock values: klipper-mcu-protocol.md, section 20. */
#include "output.h"

#define NEVER UINT64_MAX

/* Wake up for the first move, or when the last one has lasted too long. */
static const char *arm(struct klipper *k, struct klipper_output *o,
		       uint64_t now_us)
{
	const struct klipper_move *next = o->moves.first;

	if (next && next->ticks > o->end_ticks)
		return o->type->too_late;
	if (next)
		return klipper_timer_at(k, &o->timer, next->ticks, now_us);
	if (o->end_ticks != NEVER)
		return klipper_timer_at(k, &o->timer, o->end_ticks, now_us);
	klipper_timer_stop(k, &o->timer);
	return NULL;
}

static void apply(struct klipper *k, struct klipper_output *o, uint32_t value,
		  uint64_t ticks, uint64_t now_us)
{
	float level = o->type->level(o, value);
	bool limited = o->max_ticks && level != o->rest;

	klipper_pin_drive(k, o->pin, level, now_us);
	o->end_ticks = limited ? ticks + o->max_ticks : NEVER;
}

static const char *fire(struct klipper *k, struct klipper_timer *t,
			uint64_t now_us)
{
	/* it is the first member */
	struct klipper_output *o = (struct klipper_output *)t;
	struct klipper_move move;

	if (!klipper_moves_pop(k, &o->moves, &move))
		return o->type->missed;
	apply(k, o, move.value, move.ticks, now_us);
	if (o->moves.first && o->moves.first->ticks < move.ticks)
		return KLIPPER_TIMER_IN_PAST;
	return arm(k, o, now_us);
}

void klipper_output_fini(struct klipper *k, void *object)
{
	struct klipper_output *o = object;

	klipper_moves_drop(k, &o->moves);
}

void klipper_output_shut_down(struct klipper *k, void *object, uint64_t now_us)
{
	struct klipper_output *o = object;

	klipper_moves_drop(k, &o->moves);
	klipper_pin_drive(k, o->pin, o->rest, now_us);
	o->end_ticks = NEVER;
}

const char *klipper_output_new(struct klipper *k, uint8_t oid,
			       const struct klipper_output_cfg *cfg,
			       uint64_t now_us)
{
	struct klipper_output *o;
	void *object;
	const char *reason = klipper_pin_setup(k, cfg->pin, cfg->type->use);

	if (!reason)
		reason = klipper_oid_new(k, oid, &cfg->type->kind, &object);
	if (reason)
		return reason;
	o = object;
	o->timer.fire = fire;
	o->type = cfg->type;
	o->pin = (uint8_t)cfg->pin;
	o->cycle_ticks = cfg->cycle_ticks;
	o->value_max = cfg->value_max;
	o->max_ticks = cfg->max_ticks;
	o->rest = cfg->type->level(o, cfg->rest);
	o->end_ticks = NEVER;
	klipper_pin_drive(k, o->pin, cfg->type->level(o, cfg->value), now_us);
	return NULL;
}

const char *klipper_output_queue(struct klipper *k, struct klipper_output *o,
				 uint32_t clock, uint32_t value,
				 uint64_t now_us)
{
	bool first = !o->moves.first;
	struct klipper_move move = {
		.ticks = klipper_clock_near(k, clock, now_us),
		.value = value,
	};
	const char *reason = klipper_moves_push(k, &o->moves, &move);

	return reason || !first ? reason : arm(k, o, now_us);
}

const char *klipper_output_set(struct klipper *k, struct klipper_output *o,
			       uint32_t value, uint64_t now_us)
{
	apply(k, o, value, klipper_clock(k, now_us), now_us);
	return arm(k, o, now_us);
}
