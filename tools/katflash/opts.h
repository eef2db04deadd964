/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KATFLASH_OPTS_H
#define KATFLASH_OPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kcan/uuid.h>

#include "../shared/opts.h"

#define OPTS_BOARDS_MAX 32

enum opts_command {
	OPTS_FLASH,
	OPTS_CHECK,
	OPTS_VERIFY,
	OPTS_READ,
	OPTS_HELP,
	OPTS_VERSION,
};

/** One board, and what it is to get. */
struct opts_board {
	const char *name;   /* by printer.cfg; NULL: by @device or @uuid */
	const char *device; /* of a serial port; NULL: by @uuid */
	struct kcan_uuid uuid;
	uint32_t baud_bps;     /* on a UART; 0: as usual */
	uint32_t katapult_bps; /* likewise */
	const char *file;
	const char *backup; /* where to save what is there; or NULL */
};

/** Return: the option that names a board: "-m". */
const char *opts_board_option(const struct opts_board *board);

/**
 * opts_board_name() - what that option was given
 * @uuid: room for it
 *
 * Return: any bytes, or @uuid.
 */
const char *opts_board_name(const struct opts_board *board,
			    char uuid[static KCAN_UUID_STR_LEN + 1]);

/** The command line, checked. Texts point into argv. */
struct opts {
	enum opts_command command;
	const char *ifname;
	bool on_ifname;	    /* -i is given: whatever printer.cfg says */
	const char *config; /* printer.cfg; NULL: where it usually is */
	struct opts_board boards[OPTS_BOARDS_MAX];
	size_t len;
	const char *file; /* of --check without a board */
	uint64_t timeout_us;
	bool backs_up; /* --backup is given */
	bool no_start;
	bool no_wait;
	bool force;
	bool json;
	bool progress; /* each second */
	bool verbose;
	char error[OPTS_ERROR_LEN]; /* one sentence, when parsing failed */
};

#endif
