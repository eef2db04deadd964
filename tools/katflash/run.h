/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KATFLASH_RUN_H
#define KATFLASH_RUN_H

#include "say/progress.h"
#include "targets.h"

/**
 * run_all() - all boards, until each has its end
 *
 * Those on CAN at the same time; then those on serial ports, likewise; then
 * adapters, which take their bus away with them.
 *
 * Return: 0, or a negative errno when there was nothing to wait with.
 */
int run_all(struct targets *t, struct loop *loop, struct progress *progress);

#endif
