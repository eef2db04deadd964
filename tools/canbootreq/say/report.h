/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANBOOTREQ_REPORT_H
#define CANBOOTREQ_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include <kcan/uuid.h>

#include "../../shared/report.h"
#include "json.h"
#include "nodelist.h"
#include "words.h"

/**
 * report_open() - get ready; loads jansson when @json
 * @r: must stay where it is
 *
 * Return: false when that is missing: it has been said, and the code is set.
 */
bool report_open(struct report *r, bool json);

/** report_open(), and the end of a call whose command line was wrong. */
void report_usage(struct report *r, bool json, const char *sentence);

/** A warning about the bus, at once, in text mode. */
void report_warning(struct report *r, enum warning warning,
		    const struct words_facts *facts);

/** All warnings of @facts, as above. */
void report_warnings(struct report *r, const struct words_facts *facts);

/** One end: of a UUID, or of the whole call when the facts have none. */
void report_end(struct report *r, const struct words_facts *facts);

/** The line of an end whose report_end() is to follow a little later. */
void report_early(struct report *r, struct words_facts *facts);

/**
 * report_node() - one node that answered --query
 * @app:  byte 7 of its answer
 * @tell: with its interface for people, too: there are several
 */
void report_node(struct report *r, const char *ifname,
		 const struct kcan_uuid *uuid, uint8_t app, bool tell);

/** The end of --listen: the list, then @facts as the end of the call. */
void report_nodelist(struct report *r, const struct nodelist *list,
		     const struct words_facts *facts);

/** One line of --dry-run. */
void report_dry_run(struct report *r, const struct kcan_uuid *uuid);

#endif
