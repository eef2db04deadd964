// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "pulse.h"

void pulse_heard(struct pulse *p, uint64_t now_ms)
{
	p->heard_ms = now_ms;
	p->ping_ms = 0;
}

/* From the ping on it is our own time: we may have been stopped before it. */
uint64_t pulse_deadline(const struct pulse *p)
{
	return (p->ping_ms ? p->ping_ms : p->heard_ms) + p->patience_ms / 2;
}

enum pulse_verdict pulse_check(struct pulse *p, uint64_t now_ms)
{
	if (now_ms < pulse_deadline(p))
		return PULSE_WAIT;
	if (p->ping_ms)
		return PULSE_LOST;
	p->ping_ms = now_ms;
	return PULSE_PING;
}
