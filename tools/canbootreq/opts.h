/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANBOOTREQ_OPTS_H
#define CANBOOTREQ_OPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kcan/uuid.h>

#include "../shared/opts.h"

/* Below lie the ids that Klipper hosts, console.py and flashtool give out. */
#define OPTS_NODEID_MIN 130
#define OPTS_NODEID_MAX 254
#define OPTS_UUIDS_MAX (OPTS_NODEID_MAX - OPTS_NODEID_MIN + 1)

enum opts_command {
	OPTS_REQUEST,
	OPTS_LEAVE,
	OPTS_QUERY,
	OPTS_DRY_RUN,
	OPTS_LISTEN,
	OPTS_LIST,
	OPTS_HELP,
	OPTS_VERSION,
};

/** The command line, checked. Texts point into argv. */
struct opts {
	enum opts_command command;
	const char *ifname;
	bool anywhere;	   /* -i any: all CAN interfaces that are up */
	bool on_ifname;	   /* -i is given: whatever printer.cfg says */
	const char *place; /* where printer.cfg names @ifname; NULL: nowhere */
	struct kcan_uuid uuids[OPTS_UUIDS_MAX];
	size_t uuids_len;
	const char *config; /* printer.cfg; NULL: where it usually is */
	/* Of -m; or, when @uuids have been found by them, the name of each. */
	const char *names[OPTS_UUIDS_MAX];
	size_t names_len;
	bool all; /* that are on CAN, by printer.cfg */
	uint64_t timeout_us;
	uint8_t nodeid; /* to be tried first; 0: whichever is drawn */
	bool verify;
	bool diagnose;	 /* ask Klipper, when Katapult does not answer */
	bool wait_iface; /* for somebody to bring the interface up */
	bool json;
	bool force;
	bool verbose;
	char error[OPTS_ERROR_LEN]; /* one sentence, when parsing failed */
};

/** Return: whether the MCUs are to be found in a printer.cfg. */
static inline bool opts_has_names(const struct opts *o)
{
	return o->names_len || o->all;
}

/** Can so many UUIDs be asked at once? Return: 0, or -EINVAL and @o->error. */
int opts_check_count(struct opts *o);

#endif
