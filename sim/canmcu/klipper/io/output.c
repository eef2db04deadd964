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

static const char *fire(const struct klipper_call *c)
{
	struct klipper_output *o = c->object;
	struct klipper_move move;

	if (!klipper_moves_pop(c->k, &o->moves, &move))
		return o->type->missed;
	apply(c->k, o, move.value, move.ticks, c->now_us);
	if (o->moves.first && o->moves.first->ticks < move.ticks)
		return KLIPPER_TIMER_IN_PAST;
	return arm(c->k, o, c->now_us);
}

void klipper_output_fini(struct klipper *k, void *object)
{
	struct klipper_output *o = object;

	klipper_moves_drop(k, &o->moves);
}

void klipper_output_shut_down(const struct klipper_call *c)
{
	struct klipper_output *o = c->object;

	klipper_moves_drop(c->k, &o->moves);
	klipper_pin_drive(c->k, o->pin, o->rest, c->now_us);
	o->end_ticks = NEVER;
}

const char *klipper_output_new(const struct klipper_call *c,
			       const struct klipper_output_cfg *cfg)
{
	const struct klipper_output_type *type = cfg->type;
	struct klipper_output *o;
	void *object;
	const char *reason = klipper_pin_setup(c->k, cfg->pin, type->use);

	if (!reason)
		reason = klipper_oid_new(c->k, (uint8_t)c->v[0].num,
					 &type->kind, &object);
	if (reason)
		return reason;
	o = object;
	o->timer.fire = fire;
	o->type = type;
	o->pin = (uint8_t)cfg->pin;
	o->cycle_ticks = cfg->cycle_ticks;
	o->value_max = cfg->value_max;
	o->max_ticks = cfg->max_ticks;
	o->rest = type->level(o, cfg->rest);
	o->end_ticks = NEVER;
	klipper_pin_drive(c->k, o->pin, type->level(o, cfg->value), c->now_us);
	return NULL;
}

const char *klipper_output_queue(const struct klipper_call *c, uint32_t value)
{
	struct klipper_output *o = c->object;
	bool first = !o->moves.first;
	struct klipper_move move = {
		.ticks = klipper_clock_near(c->k, c->v[1].num, c->now_us),
		.value = value,
	};
	const char *reason = klipper_moves_push(c->k, &o->moves, &move);

	return reason || !first ? reason : arm(c->k, o, c->now_us);
}

const char *klipper_output_set(const struct klipper_call *c, uint32_t value)
{
	apply(c->k, c->object, value, klipper_clock(c->k, c->now_us),
	      c->now_us);
	return arm(c->k, c->object, c->now_us);
}
