/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KATFLASH_END_H
#define KATFLASH_END_H

#include <stdarg.h>

#include <kcan/outcome.h>

/** How the way in has ended. */
enum entry {
	ENTRY_PROVEN, /* Katapult is there, and has said on which chip */
	/* it is there, but did not say; its end is set in case nobody asks again */
	ENTRY_UNNAMED,
	ENTRY_SILENT, /* nothing has answered, and it was asked once; likewise */
	ENTRY_FAILED, /* its end says why */
	ENTRY_DOWN,   /* so it does: the interface went down */
};

/**
 * How it ended for one board, or for the call: what was observed, and what to
 * do. Any bytes: made printable when it is reported.
 */
struct end {
	enum kcan_outcome outcome;
	int signal; /* with INTERRUPTED */
	char reason[700];
	char next[1600]; /* lines; "": nothing */
};

/** Set the outcome and the reason; there is nothing to do next. */
__attribute__((format(printf, 3, 4))) void
end_with(struct end *end, enum kcan_outcome outcome, const char *format, ...);

/** And one thing more, behind the reason. */
__attribute__((format(printf, 2, 3))) void end_add(struct end *end,
						   const char *format, ...);

/** And what to do. */
__attribute__((format(printf, 2, 3))) void end_next(struct end *end,
						    const char *format, ...);

#endif
