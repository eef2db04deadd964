/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef IO_RCVLIST_H
#define IO_RCVLIST_H

#include <linux/can.h>
#include <net/if.h>
#include <stdbool.h>

/** One receiver on this machine, from a line under /proc/net/can. */
struct kcan_receiver {
	char ifname[IF_NAMESIZE]; /* "any" when it listens everywhere */
	canid_t id;		  /* with flags, as the filter has it */
	canid_t mask;		  /* 0: receives every frame */
};

/**
 * kcan_rcvlist_parse() - read one line of a /proc/net/can/rcvlist_* file
 * @line: anything; head lines and "(vcan0: no entry)" are no receivers
 *
 * Return: false when the line names no receiver; then @out is untouched.
 */
bool kcan_rcvlist_parse(struct kcan_receiver *out, const char *line);

/**
 * kcan_rcvlist_each() - all receivers of @ifname, those on "any" included
 * @visit: called once each, with @arg
 *
 * Standard and filtered receivers and the unfiltered ones are listed
 * (rcvlist_sff, rcvlist_fil, rcvlist_all); the kernel shows those of its own
 * network namespace only.
 *
 * Return: 0, or a negative errno when the kernel shows no such list.
 */
int kcan_rcvlist_each(const char *ifname,
		      void (*visit)(const struct kcan_receiver *r, void *arg),
		      void *arg);

/** kcan_rcvlist_read() - those in one file, which is @path */
int kcan_rcvlist_read(const char *path, const char *ifname,
		      void (*visit)(const struct kcan_receiver *r, void *arg),
		      void *arg);

#endif
