// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#ifndef VCAN_RUN_MODULES_H
#define VCAN_RUN_MODULES_H

/**
 * modules_load_can() - load what there is for CAN, with what it needs
 *
 * Modules that do not exist are passed over: they may be built in, and the
 * frame that must be carried afterwards decides. Failures go to stderr.
 */
void modules_load_can(void);

#endif
