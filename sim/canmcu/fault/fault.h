/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_FAULT_H
#define CANMCU_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kcan/uuid.h>

#define FAULTS_MAX 32	    /* of one MCU */
#define FAULT_TEXT_MAX 160  /* of one, written out, with its NUL */
#define FAULT_ERROR_MAX 240 /* a sentence about one that is wrong */

/** What can go wrong; names, meaning and parameters are in fault_table.c. */
enum fault_kind {
	/* a frame between the MCU and the bus */
	FAULT_DROP,
	FAULT_DELAY,
	FAULT_DUPLICATE,
	FAULT_CORRUPT,
	FAULT_REORDER,
	FAULT_MUTE,
	FAULT_DEAF,
	/* a bootloader request, and a start */
	FAULT_IGNORE_REQUEST,
	FAULT_BOOT_LATE,
	FAULT_BOOT_NEVER,
	/* a question to Katapult */
	FAULT_WRONG_UUID,
	FAULT_ANSWER_NACK,
	FAULT_ANSWER_ERROR,
	FAULT_ANSWER_BUSY,
	FAULT_STUCK,
	/* a block that is written, the last command, or any data frame */
	FAULT_WRITE_FAIL,
	FAULT_POWER_LOSS,
	FAULT_LEAVE_EARLY,
	FAULT_BROWN_OUT,
	FAULT_COUNT
};

/** Which way a frame goes, as the MCU sees it; bits. */
enum fault_dir {
	FAULT_RX = 1,
	FAULT_TX = 2,
};

/** One fault of one MCU. */
struct fault {
	enum fault_kind kind;
	unsigned int dirs;   /* of the frames it is about */
	uint32_t chance_ppm; /* of striking, each time it could */
	uint64_t after;	     /* how often it lets things pass first */
	uint64_t count;	     /* how often it strikes; UINT64_MAX: no end */
	uint64_t ms;
	bool has_byte;
	uint8_t byte; /* index of the one to corrupt */
	bool has_address;
	uint32_t address; /* within the block that is written */
	bool has_uuid;
	struct kcan_uuid uuid;
	/* what has happened */
	uint64_t met;	 /* how often it could have struck */
	uint64_t struck; /* how often it did */
};

/** A row of the table, for those who list them. */
struct fault_info {
	const char *name;
	const char *parameters; /* beside chance, after and count */
	const char *meaning;	/* what happens */
	const char *stands_for; /* where it comes from in the real world */
};

/** Return: the row of @kind; NULL from FAULT_COUNT on. */
const struct fault_info *fault_info(enum fault_kind kind);

/**
 * fault_parse() - read "NAME [rx|tx] [KEY=VALUE]..."
 * @out:   set on success only
 * @error: on failure: what is wrong, and what would be right
 *
 * Return: 0 or -EINVAL.
 */
int fault_parse(struct fault *out, const char *text,
		char error[static FAULT_ERROR_MAX]);

/** Write @fault as fault_parse() reads it, without what is as usual. */
void fault_format(char out[static FAULT_TEXT_MAX], const struct fault *fault);

/**
 * struct faults - all of one MCU, and its own chances
 *
 * Pure. Which of its opportunities a fault takes depends on the seed, the UUID
 * and the order of the opportunities, and on nothing else: a run can be
 * repeated.
 */
struct faults {
	struct fault *list; /* allocated with the first one */
	size_t len;
	uint64_t random;
};

/** None yet. */
void faults_init(struct faults *f, uint64_t seed, const struct kcan_uuid *uuid);
void faults_fini(struct faults *f);

/**
 * faults_add() - one more, copied; its counters start at 0
 *
 * Return: 0, -ENOSPC (FAULTS_MAX are there) or -ENOMEM.
 */
int faults_add(struct faults *f, const struct fault *fault);

/** Take away those called @name, or with NULL all. Return: how many. */
size_t faults_remove(struct faults *f, const char *name);

/** Where a fault may strike; what does not apply is 0. */
struct fault_place {
	enum fault_kind kind;
	enum fault_dir dir;
	uint32_t address; /* of a block of 64 bytes that is written */
};

/**
 * faults_strike() - something that can go wrong is about to happen
 *
 * Return: the first fault that strikes here, counted, or NULL.
 */
const struct fault *faults_strike(struct faults *f,
				  const struct fault_place *place);

/** Return: a number below @below (which is not 0), from the MCU's chances. */
uint32_t faults_random(struct faults *f, uint32_t below);

#endif
