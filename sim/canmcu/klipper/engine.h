/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_KLIPPER_ENGINE_H
#define CANMCU_KLIPPER_ENGINE_H

#include "basic.h"
#include "firmware.h"

/* Sections are those of klipper-mcu-protocol.md. */

/** As Klipper's firmware allocates at most: sections 9.1 and 10. */
#define KLIPPER_MOVES 1024

struct klipper_oid {
	const struct klipper_kind *kind; /* NULL: free */
	void *object;
	bool broken; /* the command that made it failed: nobody finds it */
};

/** What config_reset forgets. */
struct klipper_config {
	bool allocated;
	uint8_t oids_len;
	uint16_t move_count; /* not 0: configured */
	uint16_t moves_used;
	uint32_t crc;
	struct klipper_oid *oids;
	struct klipper_oid *made; /* by the command that runs; NULL: none */
};

/**
 * struct klipper - the state of one running Klipper application
 *
 * Made when it is needed first, gone with a reset. Whether the MCU is in
 * shutdown is told by its state; who is assigned, by its nodeid.
 */
struct klipper {
	struct mcu *mcu;
	struct klipper_firmware *fw;
	const struct firmware_image *image; /* NULL: not asked for yet */
	struct kcan_klp_mcu link;
	uint16_t reason; /* static_string_id of the first shutdown */
	bool restart;	 /* when the command that runs is done */
	uint32_t rounds; /* blocks since the last stats */
	uint64_t set_back_before_us; /* all clocks, before this one began */
	uint64_t told_ticks;	     /* the latest that was told as "now" */
	struct klipper_config config;
	struct klipper_timer stats;
	struct klipper_timer *timers; /* armed, the next one first */
	max_align_t states[];	      /* of all modules */
};

/** The application of @m, which runs one; NULL: out of memory. */
struct klipper *klipper_of(struct mcu *m, uint64_t now_us);

/** NULL is allowed. */
void klipper_free(struct klipper *k);

/** Return: false when nothing can be done with what is in @rx. */
bool klipper_step(struct klipper *k, struct kcan_stream *rx, uint64_t now_us);

/**
 * klipper_shutdown() - section 13.1
 * @reason: one without a static_string_id is told as "Shutdown by command"
 */
void klipper_shutdown(struct klipper *k, const char *reason, uint64_t now_us);

/** Back to running; not in shutdown: no effect. */
void klipper_clear_shutdown(struct klipper *k, uint64_t now_us);

/** The MCU's alarm while Klipper runs: timers fire that are due. */
void klipper_alarm(struct mcu *m, uint64_t now_us);

/** Have the alarm ring when the first timer is due, and not before. */
void klipper_follow_timers(struct klipper *k);

/**
 * Return: as klipper_clock(), but never less than before, as a host takes that
 * for an overflow of the lower half.
 */
uint64_t klipper_told_clock(struct klipper *k, uint64_t now_us);

/** Stop timers, all or those that do not run in shutdown. */
void klipper_stop_timers(struct klipper *k, bool tasks);

/** Return: NULL or the reason of a shutdown. */
const char *klipper_allocate_oids(struct klipper *k, uint8_t count);

/** The command that runs fails: what it made keeps its oid, and is broken. */
void klipper_oid_break(struct klipper *k);

/** Call what all objects do at a shutdown. */
void klipper_oids_shutdown(struct klipper *k, uint64_t now_us);

/** Call what all objects do when a pin has changed. */
void klipper_oids_pin_changed(struct klipper *k, uint64_t now_us);

/** Oids, CRC, modules' states: as after a reset. Stats have to be started. */
void klipper_forget_config(struct klipper *k);

/** Send a block; without @content it is an ACK or a NAK. */
void klipper_send(struct klipper *k, const uint8_t *content, uint8_t len);

/** As klipper_respond(), of the module that every firmware begins with. */
void klipper_respond_basic(struct klipper *k, enum klipper_basic_row row,
			   const struct kcan_klp_value *values);

/** Prepare @k's stats, which come every 5 s (section 12). */
void klipper_start_stats(struct klipper *k, uint64_t now_us);

/** Return: when stats are due, @now_us or later. */
uint64_t klipper_stats_us(const struct mcu *m, uint64_t now_us);

#endif
