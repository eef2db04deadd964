/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CONFIG_SPAN_H
#define CONFIG_SPAN_H

#include <stddef.h>
#include <string.h>

/* What Klipper's reader takes for a blank within a line. */
#define SPAN_BLANKS " \t\r\v\f"

/** A piece of a text. */
struct span {
	const char *at;
	size_t len;
};

/** Return: @t without outer blanks. */
static inline struct span span_strip(struct span t)
{
	while (t.len && strchr(SPAN_BLANKS, t.at[0])) {
		t.at++;
		t.len--;
	}
	while (t.len && strchr(SPAN_BLANKS, t.at[t.len - 1]))
		t.len--;
	return t;
}

#endif
