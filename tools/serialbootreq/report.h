/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef SERIALBOOTREQ_REPORT_H
#define SERIALBOOTREQ_REPORT_H

#include <stdbool.h>

#include "../serial/words.h"
#include "../shared/report.h"

/**
 * report_open() - get ready; loads jansson when @json
 * @r: must stay where it is
 *
 * Return: false when that is missing: @facts say so.
 */
bool report_open(struct report *r, bool json, struct words_facts *facts);

/** report_open(), and the end of a call whose command line was wrong. */
void report_usage(struct report *r, bool json, const char *sentence);

/** How the call ended. */
void report_end(struct report *r, const struct words_facts *facts);

/** The string of --dry-run. */
void report_dry_run(struct report *r);

#endif
