/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef VCAN_RUN_PROBE_H
#define VCAN_RUN_PROBE_H

#include <stddef.h>

#include "reason.h"

/**
 * probe_bus() - make the interfaces, bring them up, carry a frame on each
 *
 * A kernel that has the name but not the thing is found here and not by the
 * command. Return: 0, or -1 with @reason.
 */
int probe_bus(const char *const *ifaces, size_t n, struct reason *reason);

/** Return: 0, or -1 with @reason when the kernel has no CAN sockets. */
int probe_af_can(struct reason *reason);

#endif
