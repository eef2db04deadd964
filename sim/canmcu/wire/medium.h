/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_MEDIUM_H
#define CANMCU_MEDIUM_H

#include <linux/can.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Frames handed to the kernel and not yet back: few enough that their echoes
 * cannot overflow a default receive buffer.
 */
#define MEDIUM_WINDOW 64
/* A refused frame is tried again after this time. */
#define MEDIUM_RETRY_US 1000
/* After a loss of received frames, confirmations are waited for so long. */
#define MEDIUM_GIVE_UP_US 100000

/** One frame between a node's hardware and the wire. */
struct medium_entry {
	void *sender;	     /* the caller's; NULL once withdrawn */
	uint32_t generation; /* the caller's */
	bool extra;	     /* the caller's: no MCU waits for it */
	bool left; /* the caller's: its hardware, so no reset stops it */
	struct can_frame frame;
};

/**
 * struct medium - the frames that simulated nodes are sending, in order
 *
 * The wire is the kernel: a frame was transmitted when it comes back, and not
 * before (docs/architecture.md, "Decisions"). A ring in three parts: sent and not yet confirmed,
 * waiting, free. It grows by medium_reserve() only.
 */
struct medium {
	struct medium_entry *ring;
	size_t size;  /* entries, a power of two */
	size_t first; /* counters, taken modulo @size: oldest */
	size_t next;  /* to be sent next */
	size_t end;   /* behind the newest */
	bool cut;
	uint64_t retry_us;   /* nothing is sent before */
	uint64_t give_up_us; /* UINT64_MAX: all confirmations will come */
	size_t give_up_end;  /* entries before it are given up then */
};

/** Room for @entries frames at least. Return: 0 or -ENOMEM. */
int medium_init(struct medium *m, size_t entries);
/** Room for so many from now on. Return: 0, or -ENOMEM: it is as it was. */
int medium_reserve(struct medium *m, size_t entries);
void medium_fini(struct medium *m);

/** Return: false when there is no room; then nothing was queued. */
bool medium_queue(struct medium *m, const struct medium_entry *entry);

/** Return: the entry to be sent now, or NULL. Answer with one of the three. */
struct medium_entry *medium_next(struct medium *m, uint64_t now_us);
/** The kernel took it. */
void medium_sent(struct medium *m);
/** The kernel refused it: nobody heard it, and it stays the next one. */
void medium_refused(struct medium *m, uint64_t now_us);
/** It is not to be sent any more: its node was reset. */
void medium_withdraw(struct medium *m);

/**
 * medium_match() - a frame of ours came back
 *
 * Return: how many entries to take with medium_pop() now, the last of which is
 * this frame; 0 when it is none of those that were sent. Entries before the
 * last were sent too, but their echoes were lost.
 */
size_t medium_match(const struct medium *m, const struct can_frame *frame);

/** Take the oldest entry; there has to be one that was sent or withdrawn. */
struct medium_entry medium_pop(struct medium *m);

/** Received frames were lost: confirmations may be among them. */
void medium_lost(struct medium *m, uint64_t now_us);
/** Return: how many entries to take as sent now, without a confirmation. */
size_t medium_given_up(struct medium *m, uint64_t now_us);

/**
 * medium_link() - the wire was cut, or mended
 *
 * While it is cut nothing is sent, and what was not confirmed will be sent
 * again.
 */
void medium_link(struct medium *m, bool up);

/** Return: when medium_next() or medium_given_up() has news; UINT64_MAX. */
uint64_t medium_deadline(const struct medium *m);

#endif
