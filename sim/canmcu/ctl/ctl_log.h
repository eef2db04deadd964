/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_CTL_LOG_H
#define CANMCU_CTL_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../mcu/event.h"

#define CTL_LOG_LEN 1024 /* events */

/** One event that is kept. */
struct ctl_log_entry;

/**
 * struct ctl_log - the last events, for those who ask late or read slowly
 *
 * However many read it, and however slowly, it keeps CTL_LOG_LEN events at
 * most. All zero is an empty one; release with ctl_log_fini().
 */
struct ctl_log {
	struct ctl_log_entry *ring[CTL_LOG_LEN];
	uint64_t first; /* number of the oldest event kept; above last: none */
	uint64_t last;	/* number of the last event; 0: there was none */
};

void ctl_log_fini(struct ctl_log *log);

/**
 * ctl_log_add() - keep an event, which may drop the oldest
 * @event: numbered, and each with the number after that of the one before
 *
 * Without memory all are dropped, so that the loss is told to their readers.
 */
void ctl_log_add(struct ctl_log *log, const struct event *event);

/** Which events somebody wants. */
struct ctl_filter {
	struct kcan_uuid *uuids; /* owned; those about one of these MCUs */
	size_t uuids_len;	 /* 0: those about any MCU, and about none */
	int type;		 /* EVENT_...; -1: all */
};

/**
 * ctl_log_find() - the first event from number *@seq on
 * @seq: set to the number of that event, or past the last one
 * @end: number of the last one to look at
 *
 * Events that are kept no more are passed over.
 *
 * Return: a JSON object without newline, valid until the next ctl_log_add();
 * NULL when there is none.
 */
const char *ctl_log_find(const struct ctl_log *log,
			 const struct ctl_filter *filter, uint64_t *seq,
			 uint64_t end);

/** Somebody who is told events. */
struct ctl_subscription {
	struct ctl_filter filter;
	uint64_t next; /* number of the next event to look at; 0: none, ever */
};

/**
 * ctl_subscription_next() - what to tell next
 * @end: as above
 *
 * Events that were dropped before they could be told are told as
 * {"event":"missed","seq":NUMBER OF THE LAST ONE,"events":HOW MANY}.
 *
 * Return: a JSON object without newline, to be freed; NULL when there is
 * nothing to tell, or no memory: then it comes with the next call.
 */
char *ctl_subscription_next(struct ctl_subscription *s,
			    const struct ctl_log *log, uint64_t end);

/** Return: true when ctl_subscription_next() may have something to tell. */
bool ctl_subscription_pending(const struct ctl_subscription *s,
			      const struct ctl_log *log);

/** Be told nothing any more. */
void ctl_subscription_end(struct ctl_subscription *s);

#endif
