// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Steppers: klipper-mcu-protocol.md, section 20. */
#include "stepper.h"

#include "../pin.h"
#include "trsync.h"

#define LATE_US 1000u /* that steps may be, within a queue */

enum { STEPPER_POSITION = 5 };

#define TOO_FAR_IN_PAST "Stepper too far in past"
#define INVALID_COUNT "Invalid count parameter"
#define STILL_ACTIVE "Can't reset time when stepper active"

/*
 * No step is made one by one: when each one is due follows from its move, and
 * the only time that matters is when a move ends.
 */
struct stepper {
	struct klipper_timer timer; /* the end of @move */
	struct klipper_signal stop;
	struct klipper_moves moves;
	struct klipper_moves past; /* that a clock may be set back to */
	struct klipper_move move;  /* under way; without steps: none */
	int64_t start_ticks; /* of @move: one interval before its first step */
	int32_t position;    /* before @move */
	uint8_t oid;
	uint8_t step_pin;
	uint8_t dir_pin;
	bool forward;	 /* the next move */
	bool need_reset; /* drop moves until there is a new clock */
};

/*
 * Ticks from the start of a move until its step @n, from 1 on. An interval is a
 * signed difference of clocks: section 11.
 */
static int64_t step_ticks(const struct klipper_move *move, uint32_t n)
{
	return (int64_t)n * (int32_t)move->interval +
	       (int64_t)move->add * n * (n - 1) / 2;
}

/* Return: how many steps of a move from @start on are made at @ticks. */
static uint32_t steps_until(const struct klipper_move *move, int64_t start,
			    uint64_t ticks)
{
	uint32_t low = 0, high = move->count;

	while (low < high) {
		uint32_t n = (low + high + 1) / 2;

		if (start + step_ticks(move, n) <= (int64_t)ticks)
			low = n;
		else
			high = n - 1;
	}
	return low;
}

/* Return: where it is after so many steps of its move. */
static int32_t position_after(const struct stepper *s, uint32_t steps)
{
	uint32_t position = (uint32_t)s->position;

	return (int32_t)(s->move.forward ? position + steps : position - steps);
}

/* A clock that was set back takes back the steps that it has made since. */
static int32_t position_at(const struct stepper *s, uint64_t ticks)
{
	uint32_t position = (uint32_t)position_after(
		s, steps_until(&s->move, s->start_ticks, ticks));

	for (const struct klipper_move *m = s->past.first; m; m = m->next) {
		uint32_t undone =
			m->count - steps_until(m, (int64_t)m->ticks, ticks);

		position += m->forward ? -undone : undone;
	}
	return (int32_t)position;
}

static void forget_past(struct stepper *s)
{
	struct klipper_move move;

	while (klipper_moves_take(&s->past, &move))
		continue;
}

static int64_t end_of(const struct klipper_move *move)
{
	return (int64_t)move->ticks + step_ticks(move, move->count);
}

/* Its move is made. Out of memory: its past is a little less exact. */
static void remember(const struct klipper *k, struct stepper *s)
{
	int64_t kept = 2 * (int64_t)klipper_lateness_ticks(k);
	struct klipper_move move;

	if (!kept || !s->move.count)
		return;
	while (s->past.first && end_of(s->past.first) < s->start_ticks - kept)
		klipper_moves_take(&s->past, &move);
	move = s->move;
	move.ticks = (uint64_t)s->start_ticks;
	klipper_moves_keep(&s->past, &move);
}

static void begin_move(const struct klipper_call *c)
{
	struct stepper *s = c->object;
	int64_t end = s->start_ticks + step_ticks(&s->move, s->move.count);
	uint64_t end_ticks = end > 0 ? (uint64_t)end : 0;

	klipper_pin_drive(c->k, s->dir_pin, s->move.forward ? 1 : 0, c->now_us);
	klipper_timer_set(c->k, &s->timer, klipper_when_us(c->k, end_ticks));
}

/* What is not begun makes no step. Return: @reason */
static const char *refuse_move(struct stepper *s, const char *reason)
{
	s->move.count = 0;
	return reason;
}

static bool is_too_late(const struct klipper *k, const struct stepper *s)
{
	int64_t late_us = -(int64_t)(int32_t)s->move.interval * 1000000 /
			  klipper_clock_hz(k);

	return late_us > LATE_US;
}

static const char *fire(const struct klipper_call *c)
{
	struct stepper *s = c->object;

	remember(c->k, s);
	s->position = position_after(s, s->move.count);
	s->start_ticks += step_ticks(&s->move, s->move.count);
	s->move.count = 0;
	if (!klipper_moves_pop(c->k, &s->moves, &s->move))
		return NULL;
	if (is_too_late(c->k, s))
		return refuse_move(s, TOO_FAR_IN_PAST);
	begin_move(c);
	return NULL;
}

/* From standing still: its first step must not be over. */
static const char *start(const struct klipper_call *c)
{
	struct stepper *s = c->object;
	uint64_t first;

	klipper_moves_pop(c->k, &s->moves, &s->move);
	first = klipper_clock_near(
		c->k, (uint32_t)s->start_ticks + s->move.interval, c->now_us);
	if (klipper_is_over(c->k, first, c->now_us))
		return refuse_move(s, KLIPPER_TIMER_TOO_CLOSE);
	s->start_ticks = (int64_t)first - (int32_t)s->move.interval;
	begin_move(c);
	return NULL;
}

/* At once, with the steps made that are made. The direction is forgotten, too. */
static void halt(const struct klipper_call *c, struct stepper *s)
{
	klipper_timer_stop(c->k, &s->timer);
	s->position = position_at(s, klipper_clock(c->k, c->now_us));
	s->move.count = 0;
	forget_past(s);
	klipper_moves_drop(c->k, &s->moves);
	s->forward = false;
	klipper_pin_drive(c->k, s->dir_pin, 0, c->now_us);
	s->need_reset = true;
}

static void run_stop(const struct klipper_call *c,
		     struct klipper_signal *signal)
{
	halt(c, (void *)((uint8_t *)signal - offsetof(struct stepper, stop)));
}

static void shut_down(const struct klipper_call *c)
{
	halt(c, c->object);
}

static void fini(struct klipper *k, void *object)
{
	struct stepper *s = object;

	klipper_moves_drop(k, &s->moves);
	forget_past(s);
	/* the carriage stays there, but for what a reset cuts short */
	mcu_keep_steps(klipper_mcu(k), s->step_pin, s->position);
}

static const struct klipper_kind kind = {
	.size = sizeof(struct stepper),
	.fini = fini,
	.shutdown = shut_down,
};

int32_t klipper_stepper_steps(struct klipper *k, uint8_t step_pin,
			      uint64_t now_us)
{
	for (unsigned int oid = 0; oid <= UINT8_MAX; oid++) {
		const struct stepper *s =
			klipper_oid_find(k, (uint8_t)oid, &kind);

		if (s && s->step_pin == step_pin)
			return position_at(s, klipper_clock(k, now_us));
	}
	return 0;
}

static const char *config_stepper(const struct klipper_call *c)
{
	const char *reason =
		klipper_pin_setup(c->k, c->v[1].num, KLIPPER_PIN_OUTPUT);

	if (!reason)
		reason = klipper_pin_setup(c->k, c->v[2].num,
					   KLIPPER_PIN_OUTPUT);
	if (reason)
		return reason;
	*(struct stepper *)c->object = (struct stepper){
		.timer.fire = fire,
		.stop.run = run_stop,
		.oid = (uint8_t)c->v[0].num,
		.step_pin = (uint8_t)c->v[1].num,
		.dir_pin = (uint8_t)c->v[2].num,
	};
	/* invert_step above 0: it rests high */
	klipper_pin_drive(c->k, (uint8_t)c->v[1].num, (int8_t)c->v[3].num > 0,
			  c->now_us);
	klipper_pin_drive(c->k, (uint8_t)c->v[2].num, 0, c->now_us);
	return NULL;
}

static const char *queue_step(const struct klipper_call *c)
{
	struct stepper *s = c->object;
	struct klipper_move move = {
		.interval = c->v[1].num,
		.count = (uint16_t)c->v[2].num,
		.add = (int16_t)c->v[3].num,
	};
	const char *reason;

	if (klipper_moves_full(c->k))
		return KLIPPER_MOVE_OVERFLOW;
	if (!move.count)
		return INVALID_COUNT;
	if (s->need_reset)
		return NULL;
	move.forward = s->forward;
	reason = klipper_moves_push(c->k, &s->moves, &move);
	return reason || s->move.count ? reason : start(c);
}

static const char *set_next_step_dir(const struct klipper_call *c)
{
	struct stepper *s = c->object;

	s->forward = (uint8_t)c->v[1].num;
	return NULL;
}

static const char *reset_step_clock(const struct klipper_call *c)
{
	struct stepper *s = c->object;

	if (s->move.count)
		return STILL_ACTIVE;
	s->start_ticks = c->v[1].num;
	s->need_reset = false;
	return NULL;
}

static const char *stepper_get_position(const struct klipper_call *c)
{
	struct stepper *s = c->object;

	KLIPPER_RESPOND(c->k, &klipper_steppers, STEPPER_POSITION, NUM(s->oid),
			NUM(position_at(s, klipper_clock(c->k, c->now_us))));
	return NULL;
}

static const char *stepper_stop_on_trigger(const struct klipper_call *c)
{
	struct stepper *s = c->object;
	struct klipper_trsync *ts =
		klipper_trsync_find(c->k, (uint8_t)c->v[1].num);

	return ts ? klipper_trsync_wait(ts, &s->stop) : KLIPPER_INVALID_OID;
}

static const struct klipper_message messages[] = {
	{ "config_stepper oid=%c step_pin=%c dir_pin=%c invert_step=%c "
	  "step_pulse_ticks=%u",
	  config_stepper, .makes = &kind },
	{ "queue_step oid=%c interval=%u count=%hu add=%hi", queue_step,
	  &kind },
	{ "set_next_step_dir oid=%c dir=%c", set_next_step_dir, &kind },
	{ "reset_step_clock oid=%c clock=%u", reset_step_clock, &kind },
	{ "stepper_get_position oid=%c", stepper_get_position, &kind },
	[STEPPER_POSITION] = { "stepper_position oid=%c pos=%i" },
	{ "stepper_stop_on_trigger oid=%c trsync_oid=%c",
	  stepper_stop_on_trigger, &kind },
};

const struct klipper_module klipper_steppers = {
	KLIPPER_MESSAGES(messages),
	.strings =
		KLIPPER_STRINGS(TOO_FAR_IN_PAST, INVALID_COUNT, STILL_ACTIVE),
};
