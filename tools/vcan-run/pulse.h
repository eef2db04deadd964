// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#ifndef VCAN_RUN_PULSE_H
#define VCAN_RUN_PULSE_H

#include <stdint.h>

/**
 * struct pulse - is the guest alive?
 *
 * Anything that is heard of it is a sign of life. After half of our patience
 * it is pinged; it acknowledges all that it is sent, whatever its command
 * does. Times are milliseconds of a clock that does not go backwards.
 */
struct pulse {
	uint64_t patience_ms;
	uint64_t heard_ms;
	uint64_t ping_ms; /* 0: none is under way */
};

enum pulse_verdict { PULSE_WAIT, PULSE_PING, PULSE_LOST };

void pulse_heard(struct pulse *p, uint64_t now_ms);

/** Return: when to ask pulse_check() again. */
uint64_t pulse_deadline(const struct pulse *p);

/** PULSE_PING is said once, and to be sent at once. */
enum pulse_verdict pulse_check(struct pulse *p, uint64_t now_ms);

#endif
