/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef SERIALBOOTREQ_OPTS_H
#define SERIALBOOTREQ_OPTS_H

#include <stdbool.h>
#include <stdint.h>

#include "../serial/words.h"
#include "../shared/opts.h"

enum opts_command {
	OPTS_REQUEST,
	OPTS_DRY_RUN,
	OPTS_HELP,
	OPTS_VERSION,
};

/** The command line, checked. Texts point into argv. */
struct opts {
	enum opts_command command;
	enum way way;
	const char *device;
	const char *config;    /* printer.cfg; NULL: where it usually is */
	const char *name;      /* of the MCU in it; NULL: @device is given */
	bool has_baud;	       /* -b is given: whatever printer.cfg says */
	uint32_t baud_bps;     /* of the application */
	uint32_t katapult_bps; /* of Katapult */
	uint64_t timeout_us;
	bool json;
	bool verbose;
	char error[OPTS_ERROR_LEN]; /* one sentence, when parsing failed */
};

#endif
