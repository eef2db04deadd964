/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef VCAN_RUN_WATCHDOG_H
#define VCAN_RUN_WATCHDOG_H

#include <stdint.h>

/**
 * struct watchdog - is the guest alive?
 *
 * Anything that comes from it is a sign of life. After half of the limit
 * it is pinged; it acknowledges all that it is sent, whatever its command
 * does. Times are milliseconds of a clock that does not go backwards.
 */
struct watchdog {
	uint64_t limit_ms;
	uint64_t fed_ms;
	uint64_t ping_ms; /* 0: none is under way */
};

enum watchdog_verdict { WATCHDOG_WAIT, WATCHDOG_PING, WATCHDOG_LOST };

void watchdog_feed(struct watchdog *p, uint64_t now_ms);

/** Return: when to ask watchdog_check() again. */
uint64_t watchdog_deadline(const struct watchdog *p);

/** WATCHDOG_PING is said once, and to be sent at once. */
enum watchdog_verdict watchdog_check(struct watchdog *p, uint64_t now_ms);

#endif
