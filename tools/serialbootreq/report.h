/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef SERIALBOOTREQ_REPORT_H
#define SERIALBOOTREQ_REPORT_H

#include <stdbool.h>

#include "../shared/json.h"
#include "../shared/streams.h"
#include "words.h"

/** Where results go. */
struct report {
	struct say_streams streams;
	bool json;
	struct say_json lib;
	int unmade; /* errno: a result could not be put into words */
};

/**
 * report_open() - get ready; loads jansson when @json
 * @r: must stay where it is
 *
 * Return: false when that is missing: @facts tell it.
 */
bool report_open(struct report *r, bool json, struct words_facts *facts);

/** How the call ended. Return: the exit status; a failed write counts. */
int report_end(struct report *r, const struct words_facts *facts);

/**
 * report_close() - write what still waits for a reader
 *
 * Return: @code, or that of a local error when it could not be written.
 */
int report_close(struct report *r, int code);

/** The string of --dry-run. Return: likewise. */
int report_dry_run(struct report *r);

#endif
