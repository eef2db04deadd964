/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef VCAN_RUN_RELAY_H
#define VCAN_RUN_RELAY_H

#include <stdbool.h>

#include "../line/setup.h"
#include "../opts.h"
#include "../reason.h"
#include "../vm/vm.h"

/**
 * relay_run() - hand the command to a guest and pass everything through
 * @vm:    started
 * @setup: what the guest is told
 * @sigfd: SIGCHLD, SIGWINCH and the signals that are passed on
 *
 * Return: the command's exit status (STATUS_OWN_FAILURE when the guest was
 * lost after the command had started, which is said), or -1 with @reason when
 * nothing was started.
 */
int relay_run(const struct vm *vm, const struct opts *o,
	      const struct setup_blob *setup, int sigfd, struct reason *reason);

#endif
