/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef VCAN_RUN_REASON_H
#define VCAN_RUN_REASON_H

/** One sentence without its full stop: what was observed, and a remedy. */
struct reason {
	char text[512];
};

/** Return: always -1, so that a function can say and return at once. */
int reason_set(struct reason *w, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
