/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UTIL_RANDOM_H
#define UTIL_RANDOM_H

#include <stdint.h>

/**
 * util_random() - a number that who replays what was recorded does not know
 *
 * Neither blocks nor fails: while the kernel has no entropy yet, the clock is
 * where it comes from. No secret.
 */
uint32_t util_random(void);

#endif
