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

#include "../board/dictionary.h"
#include "../board/family.h"
#include "../board/pins.h"
#include "../device/heat.h"
#include "../device/rail.h"
#include "../fault/fault.h"
#include "../wire/confinement.h"
#include "event.h"

/* can-admin-channel.md, section 5 */
#define MCU_ADMIN_QUEUE_LEN 8 /* frames */
#define MCU_RX_SIZE 192	      /* bytes */
#define MCU_TX_SIZE 2048      /* bytes; how many are used is the program's */

/* Longest text that CONNECT or USB tells here, with its NUL. */
#define MCU_TEXT_MAX 48

/* Longest name that a configuration file gives, with its NUL. */
#define MCU_NAME_MAX 40

/*
 * From a SET that changes the nodeid until frames on the new id are heard: the
 * task has to run and to rewrite the filter (section 5, consequence A).
 */
#define MCU_FILTER_CHANGE_US 200

/** How an MCU is reached: Klipper's own communication interfaces. */
enum mcu_link {
	MCU_LINK_CAN,
	MCU_LINK_BRIDGE, /* on USB, with a CAN bus behind it */
	MCU_LINK_USB,	 /* a serial port on USB */
	MCU_LINK_UART,	 /* a serial line */
	MCU_LINK_COUNT
};

/** Return: "can", "bridge", "usb" or "uart". */
const char *mcu_link_name(enum mcu_link link);

/** Return: whether it is a board that has no CAN at all. */
static inline bool mcu_link_is_serial(enum mcu_link link)
{
	return link == MCU_LINK_USB || link == MCU_LINK_UART;
}

/** Return: whether it is one that is plugged into USB. */
static inline bool mcu_link_is_usb(enum mcu_link link)
{
	return link == MCU_LINK_USB || link == MCU_LINK_BRIDGE;
}

/** What an MCU is doing, by the names of --state, "list" and "wait". */
enum mcu_state {
	MCU_OFF,
	MCU_BOOT, /* in reset, starting, or in the double-reset wait */
	MCU_KLIPPER,
	MCU_SHUTDOWN, /* Klipper, after a shutdown */
	MCU_KATAPULT,
	MCU_ROM,  /* a bootloader that is not on CAN */
	MCU_DEAD, /* ran into nothing: deaf until the next reset */
	MCU_STATE_COUNT
};

/** Return: "klipper", "shutdown", ... */
const char *mcu_state_name(enum mcu_state state);

/** Return: false when no state is called @name. */
bool mcu_state_find(enum mcu_state *out, const char *name);

/** What USB has to do with an MCU. */
struct mcu_usb_cfg {
	char serial[MCU_TEXT_MAX]; /* number: text; "": not known */
	int vhci_port;		   /* of vhci_hcd; -1: any that is free */
	uint16_t tcp_port;	   /* not 0: on TCP instead */
	/* Of a bridge, for tests of hosts: */
	uint32_t bitrate_bps;		  /* that the host has to set; 0: any */
	enum confinement_state bus_state; /* at least so bad */
	bool mute;			  /* no echo of the host's frames */
	bool slow;			  /* takes none of them */
};

/** What a board is. */
struct mcu_cfg {
	struct kcan_uuid uuid;
	char name[MCU_NAME_MAX]; /* of its section; "": has none */
	unsigned int bus;	 /* that it is on: opts.ifnames[bus] */
	enum mcu_link link;
	const char *uart; /* of MCU_LINK_UART: "pty:PATH", or a tty's path */
	uint32_t baud;	  /* of MCU_LINK_UART, or 0: the usual, 250000 */
	struct mcu_usb_cfg usb;
	const struct mcu_type *type;
	enum bootloader bootloader; /* one that the family can have */
	enum mcu_state state;	    /* to start in; not BOOT, ROM, DEAD */
	uint64_t boot_us;	    /* from a reset until Katapult listens */
	int nodeid;		    /* to start with, 0..255; -1: unassigned */
	bool double_reset;	    /* Katapult built with its 500 ms window */
	bool sane_rx;		    /* Katapult's receiver without its trap */
	bool blank;		    /* no application in its flash when new */
	uint32_t erase_us;	    /* per KiB; the main loop stands still */
	uint32_t app_start;	    /* flash_app_start_ok(), or 0: the usual */
	uint32_t clock_hz;	    /* of Klipper's clock, or 0: its type's */
	const char *flash_image;    /* path; NULL: in memory only */
	struct flash_store flash_store; /* that file, opened; or zeroed */
	/* What CONNECT tells; "": as a board of its type usually does. */
	char mcu_name[MCU_TEXT_MAX];
	char katapult_version[MCU_TEXT_MAX];
	const struct fault *faults; /* to start with; copied by mcu_init() */
	size_t faults_len;
	const struct heat_cfg *heat; /* what is warm; copied likewise */
	size_t heat_len;
	const struct rail_cfg *rails; /* what moves; likewise */
	size_t rails_len;
};

struct mcu;
struct klipper;
struct klipper_firmware;

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
	struct klipper_firmware *klipper; /* shared by all; not NULL */
	uint32_t bitrate_bps;		  /* or 0: frames take no time */
	uint64_t start_us; /* since when MCUs run that run at first */
	uint64_t seed;	   /* of all chances */
	struct event_sink events;
};

/** The boot request cell: can-admin-channel.md, sections 8.2 and 8.4. */
enum mcu_cell {
	MCU_CELL_CLEARED,
	MCU_CELL_STAY,	/* stay in Katapult */
	MCU_CELL_START, /* start the application now */
	MCU_CELL_ROM,	/* the application jumps to the ROM as it starts */
};

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
	/* Handle one block at most. Return: true when it got any further. */
	bool (*data_task)(struct mcu *m, uint64_t now_us);
	/* It has a nodeid, or another one; may be NULL. */
	void (*assigned)(struct mcu *m, uint64_t now_us);
	/* It has just started; may be NULL. */
	void (*started)(struct mcu *m, uint64_t now_us);
	/* The nodeid was just taken away because somebody else uses it. */
	void (*conflict)(struct mcu *m, uint64_t now_us);
};

extern const struct mcu_program klipper_programs[MCU_LINK_COUNT];
/* With a CAN bus behind it, Katapult is a serial port on USB. */
extern const struct mcu_program katapult_programs[MCU_LINK_COUNT];

/** What a reset forgets: cleared as one. */
struct mcu_live {
	struct klipper *klipper;	   /* NULL: was not needed yet */
	const struct mcu_program *program; /* NULL: deaf and mute */
	void (*alarm)(struct mcu *m, uint64_t now_us);
	uint64_t alarm_us;
	uint64_t filter_us; /* when frames on the data ids are heard */
	uint64_t start_us;  /* when it came out of reset */
	uint64_t stall_us;  /* until when the main loop stands still; or 0 */
	canid_t rx_id;	    /* 0: unassigned; the transmit id is one more */
	uint8_t slots_used;
	uint8_t admin_first;
	uint8_t admin_len;
	bool woken;	 /* Klipper on a UART: there was a sync byte */
	bool blocked;	 /* in an answer that the hardware has no room for */
	bool need_sync;	 /* Katapult: look for a header first */
	bool need_valid; /* Katapult: one NACK was sent, no good block yet */
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
	bool rom_for_good;   /* survives a power cycle */
	uint32_t generation; /* counts resets: older frames are not ours */
	struct flash flash;  /* only Katapult's boards have one */
	struct faults faults;
	struct pins pins;	       /* what hands have put on them */
	struct heat heat;	       /* what else is on them */
	struct rails rails;	       /* likewise */
	struct dictionary application; /* what started last; "": not known */
	struct mcu_live live;
};

/** The flash of such a board as it leaves the factory, in memory. */
void mcu_factory_flash(struct flash *f, const struct mcu_cfg *cfg);

/**
 * mcu_init() - start in @cfg->state, without an event
 * @cfg: copied; its path and its store must outlive @m
 * @env: must outlive @m
 *
 * Where that is Klipper and Katapult finds no application, it is Katapult.
 *
 * Return: 0, or as faults_add(); mcu_fini() is to be called in any case.
 */
int mcu_init(struct mcu *m, const struct mcu_cfg *cfg,
	     const struct mcu_env *env);

/** Release what @m holds; not @m itself. */
void mcu_fini(struct mcu *m);

/** Return: whether @a and @b tell of one board, set up in two ways. */
bool mcu_same_board(const struct mcu_cfg *a, const struct mcu_cfg *b);

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
const struct dictionary *mcu_application(const struct mcu *m);

/** Return: 0..255, or -1 when unassigned. */
static inline int mcu_nodeid(const struct mcu *m)
{
	if (!m->live.rx_id)
		return -1;
	return (int)(m->live.rx_id - KCAN_DATA_ID_FIRST) / 2;
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

/** Take this nodeid, as if by a SET; no effect when it is deaf. */
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

/* For the programs. */

/**
 * mcu_read_pin() - what is on a pin from outside
 * @level: set to what hands have put there, or else a thermistor or an endstop
 *
 * Return: false when nothing is.
 */
bool mcu_read_pin(const struct mcu *m, uint8_t pin, uint64_t now_us,
		  float *level);

/** Hand @f to the hardware. Return: false when all its slots are taken. */
bool mcu_transmit(struct mcu *m, const struct can_frame *f, uint64_t now_us);

/** As mcu_fault(), for an MCU that has any. */
const struct fault *
mcu_meet_fault(struct mcu *m, const struct fault_place *place, uint64_t now_us);

/** Does a fault strike here? It is reported then; NULL: no. */
static inline const struct fault *
mcu_fault(struct mcu *m, const struct fault_place *place, uint64_t now_us)
{
	return m->faults.len ? mcu_meet_fault(m, place, now_us) : NULL;
}

/** Report that @fault has struck. */
void mcu_event_fault(struct mcu *m, const struct fault *fault, uint64_t now_us);

/** The UUID that it tells, which a fault may have changed. */
struct kcan_uuid mcu_told_uuid(struct mcu *m, uint64_t now_us);

/** Return: whether somebody may hear its data channel. */
static inline bool mcu_is_connected(const struct mcu *m)
{
	return m->live.rx_id || m->live.program->serial;
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

/** COMPLETE: the application is started in 100 ms (section 8.3). */
void mcu_complete(struct mcu *m, uint64_t now_us);

/** The main loop stands still for @us from @now_us on. */
void mcu_stall(struct mcu *m, uint64_t us, uint64_t now_us);

/** Report that the flash failed with @err: of its store. */
void mcu_event_flash_error(struct mcu *m, int err, uint64_t now_us);

/** Report which application starts, when that is known. */
void mcu_event_application(struct mcu *m, uint64_t now_us);

/** Report that so many @pages were written. */
void mcu_event_flashed(struct mcu *m, uint32_t pages, uint64_t now_us);

/** Report @type with @text. */
void mcu_event(struct mcu *m, enum event_type type, const char *text,
	       uint64_t now_us);

/** The supply is gone, and comes back after @back_us; 0: it does not. */
void mcu_lose_power(struct mcu *m, uint64_t back_us, uint64_t now_us);

/* For mcu.c: what happens at a reset (boot.c). */

/** Forget what a reset forgets and run @state. */
void mcu_enter(struct mcu *m, enum mcu_state state, uint64_t now_us);

/** The chip comes out of reset: decide what runs (section 8.3). */
void mcu_boot(struct mcu *m, uint64_t now_us);

#endif
