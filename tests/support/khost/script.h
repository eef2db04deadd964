/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KHOST_SCRIPT_H
#define KHOST_SCRIPT_H

#include "host.h"

/**
 * script_run() - do what the lines of a file say, until it ends
 * @fd:    read as it comes; in between the host listens
 * @stats: print what calls in loops took
 *
 * A line is one of the commands of the MCU's dictionary (message_write()),
 * which is waited for, or one of ours: see script_print_help().
 *
 * Return: 0, or as in host.h.
 */
int script_run(struct host *h, int fd, bool stats);

void script_print_help(void);

#endif
