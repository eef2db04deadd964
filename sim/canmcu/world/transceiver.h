/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_TRANSCEIVER_H
#define CANMCU_TRANSCEIVER_H

#include <linux/can.h>
#include <stddef.h>
#include <stdint.h>

#include "../fault/fault.h"

/* A frame that waits for a next one to change places with waits so long. */
#define TRANSCEIVER_REORDER_US 20000
/* Frames that are late at a time; a further one is lost. */
#define TRANSCEIVER_LATE_MAX 64
/* Faults that one frame can meet. */
#define TRANSCEIVER_STRIKES_MAX 4
/* What can come of one frame: itself, its double, and those it overtook. */
#define TRANSCEIVER_OUT_MAX (2 + TRANSCEIVER_LATE_MAX)

/** A frame that has not arrived yet. */
struct transceiver_late {
	uint64_t due_us;
	enum fault_dir dir;
	bool overtaken; /* goes right behind the next one */
	struct can_frame frame;
};

/**
 * struct transceiver - what stands between an MCU and its bus
 *
 * Pure. Faults of frames happen here: a frame goes in, and none, one or several
 * come out, now or later.
 */
struct transceiver {
	struct transceiver_late *late; /* by time; allocated when needed */
	size_t len;
};

/** What comes out at once. */
struct transceiver_out {
	struct can_frame frames[TRANSCEIVER_OUT_MAX];
	size_t len;
	/* the faults that struck, for the report */
	const struct fault *faults[TRANSCEIVER_STRIKES_MAX];
	size_t faults_len;
};

void transceiver_fini(struct transceiver *t);

/** @frame goes in @dir's direction; @out is what arrives now. */
void transceiver_pass(struct transceiver *t, struct faults *faults,
		      enum fault_dir dir, const struct can_frame *frame,
		      uint64_t now_us, struct transceiver_out *out);

/**
 * transceiver_due() - the next late frame that arrives by @now_us
 *
 * Return: false when there is none.
 */
bool transceiver_due(struct transceiver *t, uint64_t now_us,
		     enum fault_dir *dir, struct can_frame *frame);

/** Return: when transceiver_due() has the next one; UINT64_MAX. */
uint64_t transceiver_deadline(const struct transceiver *t);

#endif
