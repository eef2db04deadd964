/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_APP_H
#define CANMCU_APP_H

#include "setup/opts.h"

/**
 * app_run() - play until a signal, "quit" or the end of the bus
 *
 * Events go to stdout, troubles to stderr.
 *
 * Return: the exit status.
 */
int app_run(const struct opts *opts);

#endif
