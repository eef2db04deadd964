/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_CTL_VIEW_H
#define CANMCU_CTL_VIEW_H

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

/*
 * What "canmcu ctl watch" shows: pure, from replies to "look" and events to text.
 * All of it is printable ASCII, whatever the simulator says.
 */

#define CTL_VIEW_EVENTS 6 /* the last ones, at most */
#define CTL_VIEW_LINE_MAX 240

/** What a terminal can show. */
struct ctl_view_size {
	unsigned int rows, columns;
};

/** The last events, the oldest first; zeroed: none. */
struct ctl_view_events {
	char lines[CTL_VIEW_EVENTS][CTL_VIEW_LINE_MAX];
	size_t len;
};

/** One more event, as "subscribe" tells it; anything may be given. */
void ctl_view_event(struct ctl_view_events *events, const json_t *event);

/**
 * ctl_view_screen() - the whole of a terminal, and nothing beyond it
 * @mcus: of a reply to "look"; anything may be given
 *
 * The cursor stays in the last line.
 */
void ctl_view_screen(FILE *to, const json_t *mcus,
		     const struct ctl_view_events *events,
		     struct ctl_view_size size);

/**
 * ctl_view_changes() - a line for all that is not as it was
 * @was: of the reply before; NULL: all is new
 */
void ctl_view_changes(FILE *to, const json_t *was, const json_t *mcus);

/** A line with all that is in a reply to "look", but for its "ok". */
void ctl_view_json(FILE *to, const json_t *look);

/* Take over a terminal, and give it back as it was. */
#define CTL_VIEW_BEGIN "\033[?1049h\033[?25l"
#define CTL_VIEW_END "\033[?25h\033[?1049l"

#endif
