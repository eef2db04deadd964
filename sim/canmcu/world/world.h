/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_WORLD_H
#define CANMCU_WORLD_H

#include <linux/can.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../mcu/event.h"
#include "../mcu/mcu.h"

/**
 * struct world - MCUs, the buses they are on, and time
 *
 * Pure: no socket, no clock. Frames, bytes and time go in, frames, bytes and
 * the next deadline come out. After any call, take what is to be sent with world_tx().
 * Times are microseconds of a monotonic clock and must not go backwards.
 *
 * Order: of what happens at one time, a deadline comes before a frame, and
 * nodes that hear the same frame do so one after the other, in no promised
 * order. What they answer goes to the wire in the order of that.
 */
struct world;

/** Where bytes of MCUs on serial lines go; called from within a world. */
struct world_serial {
	/* As mcu_env.write, but world_serial_room() for the others. */
	size_t (*write)(void *arg, const struct mcu *m, const uint8_t *bytes,
			size_t len, uint64_t now_us);
	void *arg;
};

/** What a world is made of. */
struct world_cfg {
	const struct mcu_cfg *mcus; /* copied; what they point to is not */
	size_t mcus_len;
	uint32_t bitrate_bps; /* of every bus; 0: frames take no time */
	bool collisions;      /* only with a bit rate */
	uint64_t start_us;    /* when it begins; the MCUs start then */
	uint64_t seed;	      /* of all faults that strike by chance */
	size_t buses_len;     /* at least one; mcu_cfg.bus is below it */
	struct mcu_software software; /* what runs on them; must outlive it */
	struct event_sink events;     /* called from within these functions */
	struct world_serial serial;   /* .write NULL: nobody is there */
};

/**
 * world_new() - MCUs as configured, each in its first state
 * @out: set on success only; release with world_free()
 *
 * Return: 0, -EEXIST (a UUID twice, without same_uuid), -EINVAL (a bus that is not there) or
 * -ENOMEM.
 */
int world_new(struct world **out, const struct world_cfg *cfg);

/** NULL is allowed. */
void world_free(struct world *w);

/**
 * world_rx() - a frame ended on the wire
 * @bus:   index, as in all of these, below world_cfg.buses_len
 * @frame: anything at all
 * @own:   it is one that world_tx() gave out
 */
void world_rx(struct world *w, unsigned int bus, const struct can_frame *frame,
	      bool own, uint64_t now_us);

/** Let pass what is due at @now_us. */
void world_step(struct world *w, uint64_t now_us);

/** Return: when to call world_step() and world_tx(); UINT64_MAX: no need. */
uint64_t world_deadline(const struct world *w);

/**
 * world_tx() - the frame to put on the wire now
 *
 * Answer with world_sent() or world_refused() before asking again.
 *
 * Return: false when there is none.
 */
bool world_tx(struct world *w, unsigned int bus, struct can_frame *frame,
	      uint64_t now_us);
/** The frame given out is on its way; it counts when it comes back. */
void world_sent(struct world *w, unsigned int bus);
/** Nobody heard it; the node will try again, a little later. */
void world_refused(struct world *w, unsigned int bus, uint64_t now_us);

/** Some received frames were lost, maybe our own among them. */
void world_lost(struct world *w, unsigned int bus, uint64_t now_us);

/** The bus is cut off, and what has not come back fails; or it is back. */
void world_link(struct world *w, unsigned int bus, bool up);

/**
 * world_loop_back() - a bus that no interface carries: what is to be sent there
 * has been sent, and is heard by all
 */
void world_loop_back(struct world *w, unsigned int bus, uint64_t now_us);

/**
 * world_rx_bytes() - bytes came in on the serial line of @m
 * @m: one of world_find() or world_at(); its link is USB or UART, or it is a
 *     bridge in Katapult
 *
 * Bytes take no time; what an MCU is too busy for is as with mcu_rx_bytes().
 *
 * Return: how many were taken, as mcu_rx_bytes().
 */
size_t world_rx_bytes(struct world *w, const struct mcu *m,
		      const uint8_t *bytes, size_t len, uint64_t now_us);

/** More bytes of @m can be taken than the last write did. */
void world_serial_room(struct world *w, const struct mcu *m, uint64_t now_us);

/** As mcu_bridge_discards(). */
void world_bridge_discards(struct world *w, const struct mcu *m, bool discards,
			   uint64_t now_us);

/** As mcu_usb_touch(). */
void world_usb_touch(struct world *w, const struct mcu *m, uint64_t now_us);

/** Return: how many MCUs there are. */
size_t world_len(const struct world *w);

/** Return: one of them, @index below world_len(). */
const struct mcu *world_at(const struct world *w, size_t index);

/** Return: the first MCU with that UUID, or NULL. */
const struct mcu *world_find(const struct world *w,
			     const struct kcan_uuid *uuid);

/** Return: what all chances come from. */
uint64_t world_seed(const struct world *w);

/*
 * The user acts on a board: as the functions of mcu.h, and as faults_add() and
 * faults_remove(); @m is one of world_find(). A fault of frames is -EOPNOTSUPP
 * where there are none.
 */
int world_put_pin(struct world *w, const struct mcu *m, uint8_t pin,
		  float level, uint64_t now_us);
bool world_plug(struct world *w, const struct mcu *m, const char *section,
		bool plugged, uint64_t now_us);
int world_reset(struct world *w, const struct mcu *m, uint64_t now_us);
void world_power(struct world *w, const struct mcu *m, bool on,
		 uint64_t now_us);
int world_shutdown(struct world *w, const struct mcu *m, const char *reason,
		   uint64_t now_us);
void world_assign(struct world *w, const struct mcu *m, uint8_t nodeid,
		  uint64_t now_us);
int world_put(struct world *w, const struct mcu *m, enum mcu_state state,
	      uint64_t now_us);
int world_add_fault(struct world *w, const struct mcu *m,
		    const struct fault *fault);
size_t world_remove_faults(struct world *w, const struct mcu *m,
			   const char *name);

/** Return: the flash, while the ROM's bootloader runs; else NULL. */
struct flash *world_rom_flash(struct world *w, const struct mcu *m);

/**
 * world_rom_leave() - the ROM's bootloader starts what is at @address
 *
 * Where nothing is, the chip runs into nothing. No effect in other states.
 */
void world_rom_leave(struct world *w, const struct mcu *m, uint32_t address,
		     uint64_t now_us);

/**
 * world_configure() - let a board be another one from now on
 * @m:   one of world_find(), and stays it
 * @cfg: copied; what it points to is not; its faults, its nodeid and its state
 *       to start in are not looked at
 *
 * What the board is can be changed only while it is off, see mcu_same_board();
 * what is kept in memory of a flash of another layout is blank then.
 *
 * Return: 0, -EBUSY (not off), -EEXIST (another one has that UUID), -EINVAL (a
 * bus that is not there) or -ENOMEM; after an error all is as it was.
 */
int world_configure(struct world *w, const struct mcu *m,
		    const struct mcu_cfg *cfg, uint64_t now_us);

#endif
