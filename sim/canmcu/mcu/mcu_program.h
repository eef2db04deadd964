/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_MCU_PROGRAM_H
#define CANMCU_MCU_PROGRAM_H

/*
 * The contract between an MCU and the programs that run on it. The MCU knows of
 * them what is in these rows, and which ones there are it is told. Sections are
 * those of can-admin-channel.md.
 */
#include "mcu.h"

/** One row of a program's admin commands. */
struct mcu_cmd {
	uint8_t opcode;
	uint8_t min_len; /* opcode included; shorter frames are ignored */
	bool own_uuid;	 /* run only when bytes 1..6 are our UUID */
	/* Return: false to be called again when the hardware has room. */
	bool (*run)(struct mcu *m, const struct can_frame *f, uint64_t now_us);
};

/** A program that can run on an MCU, as it is built for one mcu_link. */
struct mcu_program {
	uint8_t app;	/* its SET command, and byte 7 of its answers */
	bool serial;	/* bytes instead of frames: no nodeid, no admin */
	bool throttles; /* what it has no room for waits; else it is lost */
	size_t rx_size; /* bytes, at most MCU_RX_SIZE */
	size_t tx_size; /* bytes */
	const struct mcu_cmd *cmds;
	size_t cmds_len;
	/*
	 * Handle one block at most of what has come in, and take it from @rx.
	 * Return: true when it got any further.
	 */
	bool (*data_task)(struct mcu *m, struct kcan_stream *rx,
			  uint64_t now_us);

	/* All of these may be NULL. */

	/* It has just started. */
	void (*started)(struct mcu *m, uint64_t now_us);
	/* It ends, by a reset or for ever: release mcu_own(m)->object. */
	void (*stop)(struct mcu *m);
	/* The time of mcu_wake_at() has come. */
	void (*alarm)(struct mcu *m, uint64_t now_us);
	/* It has a nodeid, or another one. */
	void (*assigned)(struct mcu *m, uint64_t now_us);
	/* The nodeid was just taken away because somebody else uses it. */
	void (*conflict)(struct mcu *m, uint64_t now_us);
	/* Bytes come in on the serial line: what its interrupt sees. */
	void (*interrupt)(struct mcu *m, const uint8_t *bytes, size_t len);
	/* The USB-CAN adapter that it is throws frames away, or no more. */
	void (*discards)(struct mcu *m, bool discards, uint64_t now_us);
	/* The serial port on USB is at 1200 baud without DTR. */
	void (*usb_touched)(struct mcu *m, uint64_t now_us);
	/* Shut down, as mcu_shutdown(). Return: 0 or -ENOMEM. */
	int (*shutdown)(struct mcu *m, const char *reason, uint64_t now_us);
	/* The user has put another level on some pin. */
	void (*pin_changed)(struct mcu *m, uint64_t now_us);
	/* As mcu_look_at_pin(). Return: false when it uses none yet. */
	bool (*look_at_pin)(const struct mcu *m, uint8_t pin, const char **use,
			    float *level, uint64_t now_us);
	/* Return: how many steps it has made on a pin and still counts. */
	int32_t (*steps)(const struct mcu *m, uint8_t step_pin,
			 uint64_t now_us);
};

/* What programs may use. */

/** Return: what the program keeps. */
static inline struct mcu_own *mcu_own(struct mcu *m)
{
	return &m->live.own;
}

/** Return: its object; NULL: it has none yet. */
static inline void *mcu_object(const struct mcu *m)
{
	return m->live.own.object;
}

/** Return: when it came out of reset. */
static inline uint64_t mcu_start_us(const struct mcu *m)
{
	return m->live.start_us;
}

/** Return: whether it is to be woken at some time. */
static inline bool mcu_has_alarm(const struct mcu *m)
{
	return m->live.alarm;
}

/** Call @alarm at @at_us, which may be over; instead of any other. */
static inline void mcu_set_alarm(struct mcu *m, uint64_t at_us,
				 void (*alarm)(struct mcu *m, uint64_t now_us))
{
	m->live.alarm = alarm;
	m->live.alarm_us = at_us;
}

/** The same with the program's own alarm; UINT64_MAX: call nothing. */
static inline void mcu_wake_at(struct mcu *m, uint64_t at_us)
{
	mcu_set_alarm(m, at_us,
		      at_us == UINT64_MAX ? NULL : m->live.program->alarm);
}

/** Klipper has shut down for @reason, or runs again: another state. */
void mcu_enter_shutdown(struct mcu *m, const char *reason, uint64_t now_us);
void mcu_leave_shutdown(struct mcu *m, uint64_t now_us);

/* Pins, in mcu_pin.c. */

/** It drives @pin, with a level or a duty of 0..1. */
void mcu_drive_pin(struct mcu *m, uint8_t pin, float level, uint64_t now_us);

/**
 * mcu_pin_edges() - count what a device does to a pin
 *
 * Return: false when none lets its level change, or the user holds it.
 */
bool mcu_pin_edges(const struct mcu *m, uint8_t pin, uint64_t now_us,
		   struct device_edges *out);

/** Return: whether what is on @pin may change without mcu_put_pin(). */
bool mcu_pin_moves(const struct mcu *m, uint8_t pin);

/** It says something on a bus. Return: whether somebody has understood it. */
bool mcu_talk(struct mcu *m, const struct device_message *message,
	      uint64_t now_us);

/** What its configuration has on its pins. Return: 0 or -ENOMEM. */
int mcu_init_devices(struct mcu *m);

/** So many steps, which are not counted on any more, were made on a pin. */
void mcu_keep_steps(struct mcu *m, uint8_t step_pin, int32_t steps);

/**
 * mcu_read_pin() - what is on a pin from outside
 * @level: set to what the user has put there, or else a device
 *
 * Return: false when nothing is.
 */
bool mcu_read_pin(const struct mcu *m, uint8_t pin, uint64_t now_us,
		  float *level);

/** As mcu_fault(), for an MCU that has any. */
const struct fault *
mcu_meet_fault(struct mcu *m, const struct fault_place *place, uint64_t now_us);

/** Does a fault strike here? It is reported then; NULL: no. */
static inline const struct fault *
mcu_fault(struct mcu *m, const struct fault_place *place, uint64_t now_us)
{
	return m->faults.len ? mcu_meet_fault(m, place, now_us) : NULL;
}

/** The UUID that it tells, which a fault may have changed. */
struct kcan_uuid mcu_reported_uuid(struct mcu *m, uint64_t now_us);

/** Return: whether what runs is built for a serial line. */
static inline bool mcu_is_serial(const struct mcu *m)
{
	return m->live.program->serial;
}

/** Return: whether somebody may hear its data channel. */
static inline bool mcu_is_connected(const struct mcu *m)
{
	return m->live.rx_id || mcu_is_serial(m);
}

/** Return: how many bytes can be queued on the data channel. */
static inline size_t mcu_room(const struct mcu *m)
{
	return m->live.tx.size - m->live.tx.len;
}

/** Hand out what is queued on the data channel, as far as it goes now. */
void mcu_transmit_queued(struct mcu *m, uint64_t now_us);

/** Queue bytes on the data channel; dropped as a whole when they do not fit. */
void mcu_answer(struct mcu *m, const void *data, size_t len);

/** QUERY_UNASSIGNED (3.1, 3.2). */
bool mcu_cmd_query(struct mcu *m, const struct can_frame *f, uint64_t now_us);
/** SET_..._NODEID (3.3, 3.5): ours, or a conflict, or nothing. */
bool mcu_cmd_set(struct mcu *m, const struct can_frame *f, uint64_t now_us);

/** Back to unassigned; buffers stay (section 5). */
void mcu_unassign(struct mcu *m, uint64_t now_us);

/** Leave for the bootloader if there is one (section 8). */
void mcu_request_bootloader(struct mcu *m, uint64_t now_us);

/** Klipper's own reset: back to it at once, through Katapult if there is one. */
void mcu_restart(struct mcu *m, uint64_t now_us);

/**
 * COMPLETE: the application is started in 100 ms, counted from the last one;
 * or @at_once.
 */
void mcu_complete(struct mcu *m, bool at_once, uint64_t now_us);

/** The main loop stands still for @us from @now_us on. */
void mcu_stall(struct mcu *m, uint64_t us, uint64_t now_us);

/** Report that the flash failed with @err: of its store. */
void mcu_event_flash_error(struct mcu *m, int err, uint64_t now_us);

/** Report which application starts, when that is known. */
void mcu_event_application(struct mcu *m, uint64_t now_us);

/** Report an event of which there is a number. */
void mcu_event_count(struct mcu *m, enum event_type type, uint64_t count,
		     uint64_t now_us);

/** The supply is gone, and comes back after @back_us; 0: it does not. */
void mcu_lose_power(struct mcu *m, uint64_t back_us, uint64_t now_us);

/** Report a nodeid that it has got, lost, or shares. */
void mcu_event_nodeid(struct mcu *m, enum event_type type, int nodeid,
		      uint64_t now_us);

/* What is flashed, in mcu_flash.c. */

/** The flash that its configuration tells of, as it is when new. */
void mcu_init_flash(struct mcu *m);

/**
 * mcu_problem_at() - look at the application that starts at @address
 *
 * Return: NULL: it runs; or why not, to be shown to the user.
 */
const char *mcu_problem_at(struct mcu *m, uint32_t address);

/* What runs, in mcu_state.c. */

/** Return: what comes of @state, which a board is to start in. */
enum mcu_state mcu_first_state(struct mcu *m, enum mcu_state state);

/** Forget what a reset forgets and run @state. */
void mcu_enter(struct mcu *m, enum mcu_state state, uint64_t now_us);

/**
 * mcu_halt() - the CPU faults: MCU_DEAD
 * @reason: what made it so, for the user
 *
 * What is in the CAN hardware is still sent.
 */
void mcu_halt(struct mcu *m, const char *reason, uint64_t now_us);

/* What happens at a reset, in boot.c. */

/** The chip comes out of reset: decide what runs (section 8.3). */
void mcu_boot(struct mcu *m, uint64_t now_us);

#endif
