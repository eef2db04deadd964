/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef SERIALBOOTREQ_REPORT_H
#define SERIALBOOTREQ_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "say/json.h"
#include "words.h"

/** Where results go. */
struct report {
	FILE *out; /* results */
	FILE *err; /* diagnostics */
	bool json;
	struct say_json lib;
	int write_error; /* errno of the first failure on @out */
};

/**
 * report_open() - get ready; loads jansson when @json
 *
 * Return: false when that is missing: @facts tell it.
 */
bool report_open(struct report *r, bool json, struct words_facts *facts);

/** How the call ended. Return: the exit status; a failed write counts. */
int report_end(struct report *r, const struct words_facts *facts);

/**
 * report_close() - all is written
 *
 * Return: @code, or that of a local error when it could not be written.
 */
int report_close(struct report *r, int code);

/** The string of --dry-run. Return: likewise. */
int report_dry_run(struct report *r);

#endif
