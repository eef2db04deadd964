/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_ARBITER_H
#define CANMCU_ARBITER_H

#include <linux/can.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "confinement.h"
#include "timer_heap.h"
#include "wire.h"

/* Frames that one CAN controller holds for sending: family's tx_slots, most. */
#define ARBITER_SLOTS 4
/*
 * Heard frames keep the bus busy for so long at most: more in a row is a flood
 * that no real bus of this speed would have carried.
 */
#define ARBITER_BACKLOG_US 100000
/* Of frames in a row, the end of one may be seen so much later. */
#define ARBITER_SLACK_US 300

struct arbiter_sender;

struct arbiter_list {
	struct arbiter_sender *first;
	struct arbiter_sender *last;
};

struct arbiter_slot {
	struct can_frame frame;
	uint32_t priority;   /* see wire_priority() */
	uint32_t age;	     /* lower is older; wraps */
	uint32_t generation; /* the caller's */
	struct wire_bits bits;
};

/**
 * struct arbiter_sender - the sending half of one simulated CAN controller
 *
 * Embedded in the caller's node, all zero before arbiter_add(); must not move
 * then. Others read @confinement only.
 */
struct arbiter_sender {
	struct confinement confinement;
	struct timer rank;	   /* set while it waits for the bus */
	struct arbiter_list *list; /* the one it is in, or NULL */
	struct arbiter_sender *next;
	struct arbiter_sender *all_next;
	uint64_t recovery_us; /* end of bus-off */
	bool failed;	      /* what it sent last saw an error */
	bool foreign;	      /* see arbiter_set_foreign() */
	uint8_t len;
	struct arbiter_slot slots[ARBITER_SLOTS]; /* the next one first */
};

struct arbiter_cfg {
	uint32_t bitrate; /* bit/s */
	bool collisions;
	/*
	 * The state of a controller changed, at @at_us; by arbiter_next() and
	 * arbiter_received() only, and may not call back. May be NULL.
	 */
	void (*changed)(void *arg, struct arbiter_sender *s, uint64_t at_us);
	void *arg;
};

/**
 * struct arbiter - who sends next, and until when, on a bus that has a speed
 *
 * Pure: no socket, no clock. When the bus is free, of all frames that wait the
 * one starts that wins arbitration. It takes the bus for wire_frame_bits() and
 * is given out when its last bit before the intermission ended, for that is
 * when it counts. A caller who is late loses no bus time: frames that waited
 * start where the one before them ended, and nothing is rounded from frame to
 * frame.
 *
 * Of one sender's frames the lowest id goes first, then the oldest: mailboxes
 * of bxCAN are sent in the order of their ids unless told otherwise.
 *
 * Without collisions, frames with the same arbitration field go one after the
 * other, the oldest first. With them, they start together, as
 * can-admin-channel.md, section 14.1, tells of a QUERY's answers:
 * - Who sends a recessive bit and sees a dominant one has a bit error: 8 more on
 *   its transmit error counter, and its frame is tried again.
 * - When it is not error-passive, its error flag destroys the frame for all that
 *   still send it: 8 more for each of them too, 1 more on the receive error
 *   counter of all others. The bus is free again 20 bits after the first such
 *   error: 6 of the flag, 3 of the 1 to 5 by which the others' flags outlast
 *   it, 8 of the delimiter and 3 of the intermission.
 * - When all that see an error are error-passive, nobody notices, and the frame
 *   with the dominant bits goes on to its end.
 * - Equal frames are one frame on the wire, and all of them were sent.
 * - An error-passive sender gives others 8 bits to start before its next frame.
 * - Bus-off lasts 1408 bits, whatever is on the bus meanwhile. What waited then
 *   still waits, and is sent: bxCAN with ABOM keeps its mailboxes. That such a
 *   node hears nothing is for the caller to see to.
 * - One that has another bit rate understands no frame, and nobody understands
 *   its own: each of them is destroyed after some 10 bits, by a stuff error. So
 *   is each of the others while it is error-active and can send a flag; it is the
 *   first to see an error, which costs it 9 on its receive error counter, so
 *   that it is error-passive after 15 of them. A frame that was heard is taken
 *   for repeated until it got through.
 */
struct arbiter {
	struct arbiter_cfg cfg;
	struct arbiter_sender *senders;
	struct timer_heap waiting;
	struct arbiter_list wire;      /* who is sending now */
	struct arbiter_list ended;     /* results to be taken */
	struct arbiter_list suspended; /* error-passive, in their 8 bits */
	struct arbiter_list off;       /* bus-off, the first to return first */
	uint64_t origin_us;
	uint64_t free;	 /* bit times from @origin_us; idle from then on */
	uint64_t debt;	 /* bit times of heard frames that come behind ours */
	uint64_t end_us; /* of what is on the wire or was last */
	uint32_t age;
	size_t foreign_len; /* senders at another bit rate */
	uint8_t rec_max;    /* of all senders; may be too high */
	bool destroyed;	    /* what is on the wire will end in an error frame */
	bool given;	    /* of the frame that ended, one was given out */
};

enum arbiter_outcome {
	ARBITER_SENT,	/* to be put on the kernel's interface */
	ARBITER_MERGED, /* was the same bits as the last one that was SENT */
	ARBITER_ERROR,	/* not sent; will be tried again */
};

struct arbiter_result {
	enum arbiter_outcome outcome;
	struct arbiter_sender *sender;
	uint32_t generation; /* as given to arbiter_queue() */
	uint64_t end_us;
	struct can_frame frame;
};

/**
 * arbiter_init() - a bus with nobody on it
 * @max: senders that will be added, at most
 *
 * Must not be moved then. Return: 0, -EINVAL (no bit rate) or -ENOMEM.
 */
int arbiter_init(struct arbiter *a, const struct arbiter_cfg *cfg, size_t max);
void arbiter_fini(struct arbiter *a);
/** Room for @max senders from now on. Return: 0, or -ENOMEM: as it was. */
int arbiter_reserve(struct arbiter *a, size_t max);
void arbiter_add(struct arbiter *a, struct arbiter_sender *s);
/** As arbiter_withdraw(), and it is taken away. */
void arbiter_remove(struct arbiter *a, struct arbiter_sender *s);

/*
 * Times are microseconds of a monotonic clock. Before anything is queued, heard
 * or withdrawn at some time, arbiter_next() has to have nothing more for that
 * time. What is queued within one microsecond starts together.
 */

/** Whether @s has another bit rate than the bus; only with collisions. */
void arbiter_set_foreign(struct arbiter *a, struct arbiter_sender *s,
			 bool foreign);

/** Return: false when the sender's slots are full; then nothing was queued. */
bool arbiter_queue(struct arbiter *a, struct arbiter_sender *s,
		   uint32_t generation, const struct can_frame *frame,
		   uint64_t now_us);

/**
 * arbiter_received() - a frame that is nobody's here ended on the wire
 *
 * It took the bus for its bits before @now_us. When the bus was not free then,
 * as in a burst, it takes it for as long behind what it was busy with; and
 * behind a waiting frame of ours that would have won against it.
 */
void arbiter_received(struct arbiter *a, const struct can_frame *frame,
		      uint64_t now_us);

/**
 * arbiter_withdraw() - the sender's controller was reset or lost its supply
 *
 * Nothing that it had will be given out, and its counters are zero. What it has
 * on the wire takes its time, but nobody hears it.
 */
void arbiter_withdraw(struct arbiter *a, struct arbiter_sender *s);

/** Return: true and *@out filled; false when nothing more ended by @now_us. */
bool arbiter_next(struct arbiter *a, struct arbiter_result *out,
		  uint64_t now_us);

/**
 * Return: when to call arbiter_next(): the end of the frame, of the last but one
 * when its sender has more behind it (ARBITER_SLACK_US later at most), or of a
 * bus-off. UINT64_MAX: no need. An error frame may have ended earlier; nothing is
 * lost by seeing it late.
 */
uint64_t arbiter_deadline(const struct arbiter *a);

#endif
