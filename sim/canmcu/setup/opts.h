/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_OPTS_H
#define CANMCU_OPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "../device/bed.h"
#include "../mcu/mcu_cfg.h"
#include "util/texts.h"

#define OPTS_ERROR_MAX 512
#define OPTS_COUNT_MAX 65536 /* MCUs in one process */
#define OPTS_BUSES_MAX 64

struct printer;

enum opts_action { OPTS_RUN, OPTS_HELP, OPTS_VERSION };

/** A command line, understood. */
struct opts {
	enum opts_action action;
	const char **ifnames; /* each once; mcu_cfg.bus is an index; owned */
	size_t ifnames_len;
	const char *control; /* path; NULL: no control socket */
	bool json;
	uint64_t seed;
	bool has_seed;
	uint32_t bitrate_bps; /* 0: frames take no time */
	bool collisions;
	uint64_t lateness_us; /* that commands may be; 0: as firmware does */
	struct mcu_cfg *mcus; /* owned */
	size_t mcus_len;
	struct fault *faults; /* owned: what the MCUs point to */
	size_t faults_len;
	struct devices *devices; /* owned, likewise; for each kind of MCU */
	size_t devices_len;
	struct bed bed;		  /* of every printer */
	struct printer *printers; /* owned: what the devices point to */
	struct util_texts *texts; /* owned: what a file gave the MCUs */
};

/**
 * opts_parse() - read a command line, and the files that it names
 * @out:   strings point into @argv; release with opts_fini()
 * @error: set on failure only: one sentence without a newline
 *
 * Return: 0, -EINVAL, -ENOMEM, or why a file cannot be read; after an error
 * there is nothing to release.
 */
int opts_parse(struct opts *out, int argc, char **argv,
	       char error[static OPTS_ERROR_MAX]);

void opts_fini(struct opts *opts);

/** Print what --help prints. */
void opts_help(FILE *to);

#endif
