// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "watchdog.h"

void watchdog_feed(struct watchdog *p, uint64_t now_ms)
{
	p->fed_ms = now_ms;
	p->ping_ms = 0;
}

/* From the ping on it is our own time: we may have been stopped before it. */
uint64_t watchdog_deadline(const struct watchdog *p)
{
	return (p->ping_ms ? p->ping_ms : p->fed_ms) + p->limit_ms / 2;
}

enum watchdog_verdict watchdog_check(struct watchdog *p, uint64_t now_ms)
{
	if (now_ms < watchdog_deadline(p))
		return WATCHDOG_WAIT;
	if (p->ping_ms)
		return WATCHDOG_LOST;
	p->ping_ms = now_ms;
	return WATCHDOG_PING;
}
