/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_MCU_H
#define CANMCU_MCU_H

#include <linux/can.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kcan/admin.h>
#include <kcan/stream.h>
#include <kcan/uuid.h>

#include "../board/flashed.h"
#include "../board/pins.h"
#include "event.h"
#include "mcu_cfg.h"

/* can-admin-channel.md, section 5 */
#define MCU_ADMIN_QUEUE_LEN 8 /* frames */
#define MCU_RX_SIZE 192	      /* bytes */
#define MCU_TX_SIZE 2048      /* bytes; how many are used is the program's */

/*
 * From a SET that changes the nodeid until frames on the new id are heard: the
 * task has to run and to rewrite the filter (section 5, consequence A).
 */
#define MCU_FILTER_CHANGE_US 200

/* Frames that the hardware keeps while no interrupt runs: flashing.md, 4.2. */
#define MCU_RX_SLOTS 3

struct mcu;
struct mcu_program;

/**
 * What can run on MCUs: for each program as many rows as there are links, see
 * mcu_program.h. NULL: there is none, and an MCU that starts it stays deaf.
 */
struct mcu_software {
	const struct mcu_program *application; /* MCU_KLIPPER, MCU_SHUTDOWN */
	const struct mcu_program *bootloader;  /* MCU_KATAPULT */
	void *shared; /* by all applications; what it is, they know */
};

/** What Klipper tells about its bus; the counters wrap. */
struct mcu_bus_status {
	uint32_t rx_errors;
	uint32_t tx_errors;
	uint32_t tx_retries;
	enum confinement_state state;
};

/** What an MCU is connected to; called from within the functions below. */
struct mcu_env {
	/* The hardware got a frame to send; mcu_tx_done() when it was sent. */
	void (*transmit)(void *arg, struct mcu *m, const struct can_frame *f,
			 uint64_t now_us);
	/*
	 * Bytes for a serial line. Return: how many it takes now, mcu_run() for
	 * the others; a UART takes all. NULL: nobody is there.
	 */
	size_t (*write)(void *arg, struct mcu *m, const uint8_t *bytes,
			size_t len, uint64_t now_us);
	/* NULL: a bus without errors. */
	void (*bus_status)(void *arg, const struct mcu *m,
			   struct mcu_bus_status *out);
	void *arg;
	struct mcu_software software;
	uint32_t bitrate_bps; /* or 0: frames take no time */
	uint64_t start_us;    /* since when MCUs run that run at first */
	uint64_t seed;	      /* of all chances */
	struct event_sink events;
};

/** Katapult's request cell: can-admin-channel.md, section 8.2. */
enum mcu_cell {
	MCU_CELL_CLEARED,
	MCU_CELL_STAY,	/* stay in Katapult */
	MCU_CELL_START, /* start the application now */
};

/** What the program that runs keeps; zeroed at a reset. */
struct mcu_own {
	void *object; /* of any size; its stop() releases it */
	bool flags[2];
};

/** What a reset forgets: cleared as one. Others go through mcu_program.h. */
struct mcu_live {
	struct mcu_own own;
	const struct mcu_program *program; /* NULL: deaf and mute */
	void (*alarm)(struct mcu *m, uint64_t now_us);
	uint64_t alarm_us;
	uint64_t filter_us; /* when frames on the data ids are heard */
	uint64_t start_us;  /* when it came out of reset */
	uint64_t stall_us;  /* until when the CPU stands still; or 0 */
	canid_t rx_id;	    /* 0: unassigned; the transmit id is one more */
	bool off_speed;	    /* another bit rate than that of the bus */
	uint8_t slots_used;
	uint8_t unread; /* frames that came in while it stands still */
	uint8_t admin_first;
	uint8_t admin_len;
	bool blocked; /* in an answer that the hardware has no room for */
	struct can_frame admin[MCU_ADMIN_QUEUE_LEN];
	struct kcan_stream rx;
	struct kcan_stream tx;
	uint8_t rx_buf[MCU_RX_SIZE];
	uint8_t tx_buf[MCU_TX_SIZE];
};

/**
 * struct mcu - one microcontroller: identity, memory, the program that runs
 *
 * Pure: no socket, no clock. Frames go in through mcu_rx(), bytes through
 * mcu_rx_bytes(), which only file them as the interrupt does; mcu_run() is the
 * main loop. Must not be moved once initialised. Others read it through the
 * functions below.
 */
struct mcu {
	struct mcu_cfg cfg;
	const struct mcu_env *env;
	enum mcu_state state;
	enum mcu_cell cell;  /* survives a reset, not a power cycle */
	bool rom_flag;	     /* to the ROM instead (section 8.4); likewise */
	bool rom_for_good;   /* survives a power cycle */
	uint32_t generation; /* counts resets: older frames are not ours */
	struct flash flash;  /* only Katapult's boards have one */
	struct faults faults;
	struct pins pins;	   /* what the user has put on them */
	struct devices devices;	   /* what else is on them */
	struct device_board board; /* as they know it */
	struct flashed flashed;	   /* what started last */
	uint32_t looked_at;	   /* the address of that */
	struct mcu_live live;
};

/** The flash of such a board as it leaves the factory, in memory. */
void mcu_factory_flash(struct flash *f, const struct mcu_cfg *cfg);

/**
 * mcu_init() - start in @cfg->state, without an event but for a crash
 * @cfg: copied; its path and its store must outlive @m
 * @env: must outlive @m
 *
 * Where that is Klipper and Katapult finds no application, it is Katapult, and
 * where the chip could not run what it finds, it is MCU_DEAD.
 *
 * Return: 0, or as faults_add(); mcu_fini() is to be called in any case.
 */
int mcu_init(struct mcu *m, const struct mcu_cfg *cfg,
	     const struct mcu_env *env);

/** Release what @m holds; not @m itself. */
void mcu_fini(struct mcu *m);

/**
 * mcu_configure() - be what @cfg says from now on
 * @cfg: as for mcu_init(), but for what is to start with; a board that is not
 *       mcu_same_board() only while it is off
 *
 * A flash in memory that is laid out as before keeps what is in it.
 */
void mcu_configure(struct mcu *m, const struct mcu_cfg *cfg);

/** A frame of somebody else ended on the wire; anything may be given. */
void mcu_rx(struct mcu *m, const struct can_frame *f, uint64_t now_us);

/**
 * mcu_rx_bytes() - bytes came in on the serial line; anything may be given
 *
 * Give a few at a time, with mcu_run() in between: the main loop is quicker
 * than a line, and the buffer small (klipper-mcu-protocol.md, section 2.4;
 * katapult-protocol.md, section 6).
 *
 * Return: how many were taken: all of them, but on USB what has no room is to
 * be given again after mcu_run().
 */
size_t mcu_rx_bytes(struct mcu *m, const uint8_t *bytes, size_t len,
		    uint64_t now_us);

/**
 * mcu_bridge_discards() - the bus takes no frame, and the host's are thrown away
 * @discards: false: it takes them again
 */
void mcu_bridge_discards(struct mcu *m, bool discards, uint64_t now_us);

/**
 * mcu_usb_touch() - the serial port on USB is at 1200 baud without DTR
 *
 * Klipper takes that for a bootloader request, anything else does not
 * (can-admin-channel.md, section 11.1).
 */
void mcu_usb_touch(struct mcu *m, uint64_t now_us);

/** Do what there is to do at @now_us; call after the functions above. */
void mcu_run(struct mcu *m, uint64_t now_us);

/** One frame handed to mcu_env.transmit since the last reset was sent. */
void mcu_tx_done(struct mcu *m);

/** Return: when to call mcu_run() without a frame; UINT64_MAX: no need. */
static inline uint64_t mcu_deadline(const struct mcu *m)
{
	if (m->live.stall_us)
		return m->live.stall_us;
	return m->live.alarm ? m->live.alarm_us : UINT64_MAX;
}

/**
 * Return: true when its main loop stands still: in an answer (section 3.2), or
 * while the flash is busy.
 */
static inline bool mcu_blocked(const struct mcu *m)
{
	return m->live.blocked || m->live.stall_us;
}

/** Return: the Klipper application that runs; NULL: none, or not known. */
const struct kcan_image_dictionary *mcu_application(const struct mcu *m);

/** Return: whether what runs is on CAN, where nodeids are. */
bool mcu_is_on_can(const struct mcu *m);

/** Return: false when it is deaf and mute, in any state. */
static inline bool mcu_runs(const struct mcu *m)
{
	return m->live.program;
}

/** Return: whether what runs is built for another bit rate than its bus has. */
static inline bool mcu_off_speed(const struct mcu *m)
{
	return m->live.off_speed;
}

/** Return: the id on which it hears data, or 0 when unassigned. */
static inline canid_t mcu_rx_id(const struct mcu *m)
{
	return m->live.rx_id;
}

/** Return: 0..255, or -1 when unassigned. */
static inline int mcu_nodeid(const struct mcu *m)
{
	if (!m->live.rx_id)
		return -1;
	return (int)(m->live.rx_id - KCAN_DATA_ID_FIRST) / 2;
}

/** Return: the speed of its serial line, baud: that of what runs. */
static inline uint32_t mcu_baud(const struct mcu *m)
{
	uint32_t baud = m->state == MCU_KATAPULT ?
				m->cfg.katapult_baud :
				m->flashed.dictionary.uart_bps;

	return baud ? baud : m->cfg.baud;
}

/** The reset pin. Return: 0, or -EHOSTDOWN when the MCU is off. */
int mcu_reset(struct mcu *m, uint64_t now_us);

/** Switch the supply; no effect when it is so already. */
void mcu_power(struct mcu *m, bool on, uint64_t now_us);

/**
 * mcu_put() - be in @state at once, however one gets there
 * @state: one to start in; Klipper becomes Katapult as in mcu_init()
 *
 * No effect when it is so already; otherwise as after a reset, or power off.
 *
 * Return: 0, or -EINVAL when the board has no Katapult.
 */
int mcu_put(struct mcu *m, enum mcu_state state, uint64_t now_us);

/** Take this nodeid, as if by a SET; no effect unless mcu_is_on_can(). */
void mcu_assign(struct mcu *m, uint8_t nodeid, uint64_t now_us);

/** The ROM's bootloader jumps there; no effect when it does not run. */
void mcu_rom_leave(struct mcu *m, uint32_t address, uint64_t now_us);

/**
 * mcu_shutdown() - the Klipper application shuts down; a first reason is kept
 * @reason: any text; a host is told the ones that the firmware knows
 *
 * Return: 0, -EINVAL when it is not Klipper that runs, or -ENOMEM.
 */
int mcu_shutdown(struct mcu *m, const char *reason, uint64_t now_us);

/**
 * mcu_put_pin() - put a level on a pin from outside, until another one
 * @level: 0..1, of the supply; or PINS_FREE: nothing any more
 *
 * Stays through resets and power cycles. A program that drives the pin itself
 * does not see it.
 *
 * Return: 0 or -ENOMEM.
 */
int mcu_put_pin(struct mcu *m, uint8_t pin, float level, uint64_t now_us);

/**
 * mcu_look_at_pin() - measure a pin from outside
 * @use: set to "output", "input", "adc" or "unused"
 *
 * Return: its level, 0..1.
 */
float mcu_look_at_pin(const struct mcu *m, uint8_t pin, const char **use,
		      uint64_t now_us);

/**
 * mcu_plug() - plug in what a section has on the pins and buses, or unplug it
 *
 * Stays through resets and power cycles. Return: false when it has nothing.
 */
bool mcu_plug(struct mcu *m, const char *section, bool plugged,
	      uint64_t now_us);

/* What others report of it. */

/** Report @type with @text. */
void mcu_event(struct mcu *m, enum event_type type, const char *text,
	       uint64_t now_us);

/** Report that @fault has struck @frame, which is NULL for no frame. */
void mcu_event_fault(struct mcu *m, const struct fault *fault,
		     const char *frame, uint64_t now_us);

#endif
