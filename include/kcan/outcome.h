/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KCAN_OUTCOME_H
#define KCAN_OUTCOME_H

#include <kcan/decls.h>

KCAN_DECLS_BEGIN

/**
 * enum kcan_outcome - everything that a request or a flash can end in
 *
 * One table (kcan_outcome_get) gives each its exit code, name and meaning; the
 * programs, their --help, the man pages and the tests all use that one.
 */
enum kcan_outcome {
	KCAN_OUTCOME_IN_BOOTLOADER,
	KCAN_OUTCOME_REQUESTED,
	KCAN_OUTCOME_LEFT_BOOTLOADER,
	KCAN_OUTCOME_HEARD,
	KCAN_OUTCOME_LOCAL_ERROR,
	KCAN_OUTCOME_USAGE,
	KCAN_OUTCOME_NO_ANSWER,
	KCAN_OUTCOME_STILL_APPLICATION,
	KCAN_OUTCOME_NOT_SENT,
	KCAN_OUTCOME_BUSY,
	KCAN_OUTCOME_UNPROVEN,
	KCAN_OUTCOME_NO_APPLICATION,
	KCAN_OUTCOME_FLASHED,
	KCAN_OUTCOME_SAME,
	KCAN_OUTCOME_CHECKED,
	KCAN_OUTCOME_SAVED,
	KCAN_OUTCOME_IMAGE_REFUSED,
	KCAN_OUTCOME_INCOMPLETE,
	KCAN_OUTCOME_NOT_STARTED,
	KCAN_OUTCOME_INTERRUPTED,
	KCAN_OUTCOME_COUNT
};

/** One row of the outcome table. */
struct kcan_outcome_info {
	int code; /* exit status, 0..11; INTERRUPTED: 128, plus the signal */
	const char *name;    /* "in-bootloader" */
	const char *meaning; /* in English, without a full stop */
};

/** Return: the row of @outcome, a constant; NULL when it is out of range. */
const struct kcan_outcome_info *kcan_outcome_get(enum kcan_outcome outcome);

KCAN_DECLS_END

#endif
