/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef SHARED_OPTS_H
#define SHARED_OPTS_H

#include <errno.h>
#include <stdint.h>

#include <kcan/outcome.h>

#include "util/array.h"
#include "util/opt.h"

#define OPTS_ERROR_LEN 240

/** -EINVAL, and why in @o->error, which has OPTS_ERROR_LEN. */
#define refuse(o, ...) \
	(snprintf((o)->error, OPTS_ERROR_LEN, __VA_ARGS__), -EINVAL)

/** An option that is a command. */
#define OPTS_COMMAND(type, which) \
	.sets = UTIL_OPT_SETS(type, command), .value = (which)

/** The last rows of each table; @type has json, verbose and command. */
#define OPTS_COMMON(type, verbose_help)                             \
	{ "json", 0, NULL, "print JSON, one object a line",         \
	  .sets = UTIL_OPT_SETS(type, json) },                      \
		{ "verbose", 'v', NULL, verbose_help,               \
		  .sets = UTIL_OPT_SETS(type, verbose) },           \
		{ "version",	0,                                  \
		  NULL,		"print the version",                \
		  .ends = true, OPTS_COMMAND(type, OPTS_VERSION) }, \
	{                                                           \
		"help", 'h', NULL, "print this help",               \
			.ends = true, OPTS_COMMAND(type, OPTS_HELP) \
	}

struct opts; /* of each program; has @error, and what OPTS_COMMON() sets */

/**
 * opts_parse() - read the command line; each program has its own
 * @out: usable as a whole on success; after an error @json and @error only
 *
 * Return: 0, or -EINVAL and a sentence in @out->error.
 */
int opts_parse(struct opts *out, int argc, char **argv);

/** Print usage, every option and the table of outcomes; likewise. */
void opts_help(FILE *to);

/* For those. */

/**
 * How to read a command line into @o by a table. @habits: hints for what those
 * type who know flashtool.py.
 */
#define OPTS_INTO(o, rows, habits)                                \
	(&(const struct util_opts){ .table = (rows),              \
				    .len = ARRAY_SIZE(rows),      \
				    .ctx = (o),                   \
				    .error = (o)->error,          \
				    .error_size = OPTS_ERROR_LEN, \
				    .hints = (habits) })

/** What --timeout says. Return: 0, or -EINVAL and why in @error. */
int opts_parse_timeout(uint64_t *out_us, const char *arg,
		       char error[static OPTS_ERROR_LEN]);

#define OPTS_BAUD_DEFAULT 250000 /* of Klipper and of Katapult */

/**
 * opts_parse_baud() - read a rate
 * @what: begins the sentence: "-b"
 *
 * Return: 0, or -EINVAL and why in @error.
 */
int opts_parse_baud(uint32_t *out, const char *what, const char *arg,
		    char error[static OPTS_ERROR_LEN]);

/** What -c says, once. Return: 0, or -EINVAL and why in @error. */
int opts_take_config(const char **out, const char *arg,
		     char error[static OPTS_ERROR_LEN]);

/**
 * opts_apply() - read a command line that has options only
 * @how:  of OPTS_INTO()
 * @form: "an MCU is named with -u UUID": to who left out the option
 *
 * Return: 0, or a negative errno and why in @how->error.
 */
int opts_apply(const struct util_opts *how, int argc, char **argv,
	       const char *form);

/** The rows of --help for outcomes, successes first. @has: which. */
void opts_print_outcomes(FILE *to, bool (*has)(enum kcan_outcome outcome));

#endif
