/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef VCAN_RUN_SPAWN_H
#define VCAN_RUN_SPAWN_H

#include <sys/types.h>

#include "../line/mux.h"
#include "../line/setup.h"
#include "../reason.h"

/** The guest's ends of the command's stdin, stdout, stderr; -1: none. */
struct spawned {
	pid_t pid;
	int fd[MUX_STREAMS];
};

/**
 * spawn_command() - run the command in a session of its own
 *
 * With setup->tty its stdin and stdout (and stderr when that says so) are a
 * pseudo terminal. Return: 0, or -1 with @reason.
 */
int spawn_command(const struct setup *s, struct spawned *out,
		  struct reason *reason);

#endif
