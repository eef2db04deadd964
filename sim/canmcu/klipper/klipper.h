/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_KLIPPER_KLIPPER_H
#define CANMCU_KLIPPER_KLIPPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>
#include <kcan/klp.h>

#include "../mcu/mcu_program.h"
#include "util/array.h"

/*
 * The contract between the simulated Klipper application and its modules.
 * Sections are those of klipper-mcu-protocol.md.
 *
 * A module is one const table, listed in modules.c. It holds no state of its
 * own: what it remembers is either the klipper_state() of a module or an object
 * with an oid, both of one MCU, zeroed when made and gone with a reset.
 */
struct klipper;

/**
 * struct klipper_call - what all of a module is called with
 * @object: what it is about: the object whose oid comes first in a command, or
 *          the timer that fires, which is the first member of its object; NULL:
 *          a command of no object
 * @v:      values of a command, one for each parameter: decoded, but not cut to
 *          the declared width (section 5.4), and bytes only valid during the
 *          call; otherwise NULL
 */
struct klipper_call {
	struct klipper *k;
	void *object;
	const struct kcan_klp_value *v;
	uint64_t now_us;
};

/**
 * klipper_command - run a command, or what a timer is for
 *
 * Responses are sent from within (KLIPPER_RESPOND()), before the ACK.
 *
 * Return: NULL, or one of its module's strings: the reason of a shutdown, which
 * ends the block (section 6).
 */
typedef const char *klipper_command(const struct klipper_call *c);

struct klipper_kind;

/** Which builds have a message. */
enum klipper_builds {
	KLIPPER_ALL,
	KLIPPER_CAN, /* USB-CAN adapters, too */
	KLIPPER_BRIDGE
};

/**
 * struct klipper_message - one row of what a module understands and says
 *
 * A response is sent by its index, and so has a name and a designator in its
 * module; rows behind it go on counting. An index that is too low overrides a
 * row, of which the compiler warns; one that is too high leaves an empty row,
 * which klipper_firmware_new() refuses.
 */
struct klipper_message {
	const char *format;   /* "clock clock=%u": as in the dictionary */
	klipper_command *run; /* NULL: a response, or there is no more to do */
	/* Its first parameter is the oid of an object of this kind: */
	const struct klipper_kind *on;	  /* which has to be there */
	const struct klipper_kind *makes; /* which is new */
	bool in_shutdown;		  /* allowed there (section 9.1, "S") */
	enum klipper_builds builds;
};

static inline bool klipper_is_command(const struct klipper_message *m)
{
	return m->run || m->on || m->makes;
}

/** What tells builds of Klipper apart; MCUs that agree share a dictionary. */
struct klipper_build {
	const struct mcu_type *type;
	uint32_t clock_hz;
	enum mcu_link link;
	uint32_t rate;	   /* bit/s of CAN, baud of a UART, 0 on USB */
	uint8_t elsewhere; /* klipper_pins_elsewhere() */
	char version[sizeof(((struct kcan_image_dictionary *)0)->version)];
	char mcu[sizeof(((struct kcan_image_dictionary *)0)->mcu)];
};

static inline bool klipper_is_on_can(enum mcu_link link)
{
	return link == MCU_LINK_CAN || link == MCU_LINK_BRIDGE;
}

/** What a module adds constants and enumerations to, and for which build. */
struct klipper_dictionary {
	json_t *config;
	json_t *enumerations;
	const struct klipper_build *build;
};

/**
 * struct klipper_module - commands that belong together
 * @messages: commands and responses in the order of their ids. Ids are
 *            numbered through all modules, so a new row belongs behind the
 *            others, and a new module behind the others
 * @strings:  every reason its commands and timers return (section 8.5), other
 *            modules' excepted, and NULL behind them. May be NULL
 * @describe: Return: 0, or -1 as jansson does. May be NULL
 */
struct klipper_module {
	const struct klipper_message *messages;
	size_t messages_len;
	const char *const *strings;
	size_t state_size; /* bytes */
	int (*describe)(const struct klipper_dictionary *d);
};

#define KLIPPER_MESSAGES(m) .messages = (m), .messages_len = ARRAY_SIZE(m)
#define KLIPPER_STRINGS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/** All modules, NULL behind the last one; klipper_basic is the first. */
extern const struct klipper_module *const klipper_modules[];
extern const struct klipper_module klipper_basic;
extern const struct klipper_module klipper_pins;
extern const struct klipper_module klipper_digital;
extern const struct klipper_module klipper_pwm;
extern const struct klipper_module klipper_adc;
extern const struct klipper_module klipper_buttons;
extern const struct klipper_module klipper_trsyncs;
extern const struct klipper_module klipper_endstops;
extern const struct klipper_module klipper_steppers;
extern const struct klipper_module klipper_counters;
extern const struct klipper_module klipper_debug;
extern const struct klipper_module klipper_bridges;
extern const struct klipper_module klipper_spis;
extern const struct klipper_module klipper_tmcuarts;
extern const struct klipper_module klipper_i2cs;
extern const struct klipper_module klipper_neopixels;
extern const struct klipper_module klipper_thermocouples;
extern const struct klipper_module klipper_bulks;
extern const struct klipper_module klipper_accels;
extern const struct klipper_module klipper_lcds;
extern const struct klipper_module klipper_sos_filters;
extern const struct klipper_module klipper_triggers;
extern const struct klipper_module klipper_load_cells;
extern const struct klipper_module klipper_ldc1612s;
extern const struct klipper_module klipper_angles;
extern const struct klipper_module klipper_sercoms;
extern const struct klipper_module klipper_ads131m0xs;

/* What modules may use. */

/**
 * klipper_respond() - send a response, in a block of its own
 * @row:    index in @module's messages
 * @values: as many as it has parameters; may be NULL when it has none
 *
 * Nothing is sent while unassigned (section 2.4), when the message is too long
 * (section 6) or the transmit buffer is full.
 */
void klipper_respond(struct klipper *k, const struct klipper_module *module,
		     unsigned int row, const struct kcan_klp_value *values);

/* The same with its values in place: NUM() or BYTES() each. */
#define KLIPPER_RESPOND(k, module, row, ...) \
	klipper_respond(k, module, row,      \
			(const struct kcan_klp_value[]){ __VA_ARGS__ })
#define NUM(n) ((struct kcan_klp_value){ .num = (uint32_t)(n) })
#define BYTES(p, n) ((struct kcan_klp_value){ .data = (p), .len = (n) })

/** Return: the MCU it runs on. */
struct mcu *klipper_mcu(const struct klipper *k);

/** Return: what the firmware was built for, which a flashed one may have changed. */
const struct mcu_type *klipper_built_for(const struct klipper *k);

/** Return: whether the MCU is in shutdown. */
bool klipper_is_shutdown(const struct klipper *k);

/** Return: @module's state, @module->state_size bytes, zeroed at first. */
void *klipper_state(struct klipper *k, const struct klipper_module *module);

/* Clock (section 11): 64 bits inside, the host sees the lower half. */

/** Return: ticks per second. */
uint32_t klipper_clock_hz(const struct klipper *k);

/** Return: ticks since the MCU started. */
uint64_t klipper_clock(const struct klipper *k, uint64_t now_us);

/**
 * Return: the ticks a host means by @clock, up to 2^31 from now; 0 for what was
 * before the MCU started.
 */
uint64_t klipper_clock_near(const struct klipper *k, uint32_t clock,
			    uint64_t now_us);

/** Return: the first microsecond when the clock has reached @ticks. */
uint64_t klipper_when_us(const struct klipper *k, uint64_t ticks);

/**
 * klipper_is_over() - a command came too late for what it asks for
 *
 * Return: whether @ticks are over: since a microsecond, which is all that time
 * is told by here. With --lateness, and not later than that allows, they are
 * not: all clocks are set back to them.
 */
bool klipper_is_over(struct klipper *k, uint64_t ticks, uint64_t now_us);

/** Return: what --lateness is in ticks; 0 without it. */
uint32_t klipper_lateness_ticks(const struct klipper *k);

/** Return: of @first, and each @step later, the first not before @ticks. */
uint64_t klipper_grid(uint64_t first, uint32_t step, uint64_t ticks);

/**
 * struct klipper_timer - runs once, at a time
 *
 * Lies in the object that it belongs to, which stops it before it goes; the
 * engine does so for objects with an oid and all modules' states, when the
 * configuration is forgotten.
 */
struct klipper_timer {
	klipper_command *fire; /* called at @at_us; a shutdown stops it */
	uint64_t at_us; /* less what clocks were set back by; see below */
	bool task;	/* goes on in shutdown, as a task of the firmware */
	bool armed;
	struct klipper_timer *next;
};

/** Start @t, or move it; at equal times the one set first is first. */
void klipper_timer_set(struct klipper *k, struct klipper_timer *t,
		       uint64_t at_us);
void klipper_timer_stop(struct klipper *k, struct klipper_timer *t);

/** Return: when an armed timer runs, by the clock of @now_us. */
uint64_t klipper_timer_due_us(const struct klipper *k,
			      const struct klipper_timer *t);

/**
 * klipper_timer_at() - the same at a clock value
 *
 * Return: NULL, or KLIPPER_TIMER_TOO_CLOSE as klipper_is_over() tells.
 */
const char *klipper_timer_at(struct klipper *k, struct klipper_timer *t,
			     uint64_t ticks, uint64_t now_us);

/**
 * Return: NULL, or KLIPPER_TIMER_IN_PAST for what would come again after so few
 * ticks that no MCU could follow.
 */
const char *klipper_check_period(const struct klipper *k, uint32_t ticks);

/**
 * struct klipper_kind - what an oid can stand for
 *
 * Its address is the kind's identity. The functions may be NULL.
 */
struct klipper_kind {
	size_t size; /* bytes of one object */
	/* It goes, its timers are stopped: release what it holds. */
	void (*fini)(struct klipper *k, void *object);
	/*
	 * The MCU has just shut down and all timers are stopped: outputs go to
	 * their safe values, queues are emptied (section 13.1), and timers that
	 * go on are set. Also called in shutdown, when another reason comes.
	 */
	void (*shutdown)(const struct klipper_call *c);
	/* The user has put another level on some pin. */
	void (*pin_changed)(const struct klipper_call *c);
};

/* Reasons that all modules return; klipper_basic has them in its strings. */
#define KLIPPER_CANT_ASSIGN_OID "Can't assign oid"
#define KLIPPER_INVALID_OID "Invalid oid type"
#define KLIPPER_NO_MEMORY "alloc_chunk failed"
#define KLIPPER_TIMER_TOO_CLOSE "Timer too close"
#define KLIPPER_TIMER_IN_PAST "Rescheduled timer in the past"
#define KLIPPER_MOVE_OVERFLOW "Move queue overflow"

/**
 * klipper_oid_new() - give @oid to a new object
 * @out: zeroed; set on success only. Owned by the engine
 *
 * Return: NULL, KLIPPER_CANT_ASSIGN_OID (out of range, taken, or after
 * finalize_config) or KLIPPER_NO_MEMORY, to be returned by the command.
 */
const char *klipper_oid_new(struct klipper *k, uint8_t oid,
			    const struct klipper_kind *kind, void **out);

/** Return: the object, or NULL: the command returns KLIPPER_INVALID_OID. */
void *klipper_oid_find(struct klipper *k, uint8_t oid,
		       const struct klipper_kind *kind);

/*
 * Moves: what is to happen later, in the order of coming. An MCU has so many of
 * them as it tells in move_count; all queues share them (section 10).
 */

/** One entry. Outputs use @ticks and @value, steppers the others. */
struct klipper_move {
	struct klipper_move *next;
	uint64_t ticks;	   /* when */
	uint32_t value;	   /* what then */
	uint32_t interval; /* ticks to the first step */
	uint16_t count;	   /* steps */
	int16_t add;	   /* ticks that each interval is longer */
	bool forward;
};

/** A queue, all zero when empty. */
struct klipper_moves {
	struct klipper_move *first;
	struct klipper_move *last;
};

/** Return: whether no move is left, as it is before finalize_config. */
bool klipper_moves_full(const struct klipper *k);

/** Return: NULL, KLIPPER_MOVE_OVERFLOW or KLIPPER_NO_MEMORY. */
const char *klipper_moves_push(struct klipper *k, struct klipper_moves *queue,
			       const struct klipper_move *move);

/** Return: false when @queue is empty; otherwise *@out, without its @next. */
bool klipper_moves_pop(struct klipper *k, struct klipper_moves *queue,
		       struct klipper_move *out);

void klipper_moves_drop(struct klipper *k, struct klipper_moves *queue);

/*
 * The same for moves that the simulator remembers, which are none of the MCU's.
 * klipper_moves_keep() returns false when out of memory.
 */
bool klipper_moves_keep(struct klipper_moves *queue,
			const struct klipper_move *move);
bool klipper_moves_take(struct klipper_moves *queue, struct klipper_move *out);

#endif
