/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef VCAN_RUN_OPTS_H
#define VCAN_RUN_OPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define OPTS_IFACES_MAX 16

/* As env(1) and timeout(1) have it; anything else is the command's own. */
#define STATUS_OWN_FAILURE 125
#define STATUS_NOT_EXECUTABLE 126
#define STATUS_NOT_FOUND 127
#define STATUS_SIGNAL_BASE 128

enum opts_action { OPTS_RUN, OPTS_HELP, OPTS_VERSION };

/** The command line, checked. Texts point into argv. */
struct opts {
	enum opts_action action;
	const char *engine; /* NULL: the first that works */
	const char *ifaces[OPTS_IFACES_MAX];
	size_t n_ifaces;
	unsigned int mem_mib;	     /* of a guest; 0: as the engine has it */
	unsigned int boot_timeout_s; /* of a guest */
	unsigned int hang_timeout_s; /* of a guest */
	bool usb;		     /* an engine with USB is needed */
	bool kvaser;		     /* can0 and can1, two PCI cards */
	unsigned int verbose;	     /* how often -v was given */
	char **argv;		     /* the command, NULL-terminated */
	char error[160];	     /* one sentence, when parsing failed */
};

/**
 * opts_parse() - read the command line
 *
 * Return: 0, or -EINVAL and a sentence in @o->error.
 */
int opts_parse(struct opts *o, int argc, char **argv);

/** Print what --help prints. */
void opts_help(FILE *to);

#endif
