// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * For tests and benches: a Klipper host for one MCU on CAN. It connects as
 * klippy does, then does what the lines on its standard input say, and prints
 * what the MCU answers.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "script.h"
#include "util/array.h"
#include "util/number.h"
#include "util/opt.h"

#define EXIT_USAGE 2
#define ERROR_MAX 160
#define SECONDS_MAX 3600

struct opts {
	struct host_cfg cfg;
	bool has_uuid, stats;
	char error[ERROR_MAX];
};

#define refuse(o, ...) (snprintf((o)->error, ERROR_MAX, __VA_ARGS__), -EINVAL)

/* An option that only sets something. */
#define SETTER(name, lvalue, value)                         \
	static int apply_##name(void *ctx, const char *arg) \
	{                                                   \
		struct opts *o = ctx;                       \
                                                            \
		(void)arg;                                  \
		o->lvalue = (value);                        \
		return 0;                                   \
	}
SETTER(interface, cfg.ifname, arg)
SETTER(dictionary, cfg.dictionary, arg)
SETTER(save, cfg.save, arg)
SETTER(fast, cfg.fast, true)
SETTER(stats, stats, true)

static int apply_uuid(void *ctx, const char *arg)
{
	struct opts *o = ctx;

	o->has_uuid = true;
	if (!kcan_uuid_parse(&o->cfg.uuid, arg))
		return 0;
	return refuse(o, "UUID '%.40s': give 12 hex digits", arg);
}

static int read_number(struct opts *o, const char *arg, uint64_t max,
		       uint64_t *out)
{
	if (!util_parse_number(arg, out) && *out <= max)
		return 0;
	return refuse(o, "'%.40s': give a number up to %" PRIu64, arg, max);
}

static int apply_nodeid(void *ctx, const char *arg)
{
	struct opts *o = ctx;
	uint64_t n;
	int err = read_number(o, arg, 255, &n);

	if (!err)
		o->cfg.nodeid = (uint8_t)n;
	return err;
}

static int read_seconds(struct opts *o, const char *arg, uint64_t *us)
{
	uint64_t n;
	int err = read_number(o, arg, SECONDS_MAX, &n);

	if (!err)
		*us = n * 1000000;
	return err;
}

static int apply_timeout(void *ctx, const char *arg)
{
	struct opts *o = ctx;

	return read_seconds(o, arg, &o->cfg.timeout_us);
}

static int apply_give_up(void *ctx, const char *arg)
{
	struct opts *o = ctx;

	return read_seconds(o, arg, &o->cfg.give_up_us);
}

static const struct util_opt rows[] = {
	{ "interface", 'i', "IFACE", "CAN interface (can0), or a tty's path",
	  apply_interface },
	{ "uuid", 'u', "UUID", "the MCU", apply_uuid },
	{ "nodeid", 0, "N", "the nodeid to give it (4)", apply_nodeid },
	{ "give-up", 0, "S", "seconds for connecting (90)", apply_give_up },
	{ .help = "What klippy does not have:" },
	{ "fast", 0, NULL, "no pauses while connecting", apply_fast },
	{ "timeout", 0, "S", "seconds for an answer (10)", apply_timeout },
	{ "dictionary", 0, "FILE",
	  "use this one; the first line has to be a query then",
	  apply_dictionary },
	{ "save-dictionary", 0, "FILE", "keep the one that was asked for",
	  apply_save },
	{ "stats", 0, NULL, "print what calls in loops took", apply_stats },
};
#define ROWS ARRAY_SIZE(rows)

/* Return: 0, or -EINVAL with the reason in @o->error. */
static int parse(struct opts *o, int argc, char **argv)
{
	const struct util_opts how = { .table = rows,
				       .len = ROWS,
				       .ctx = o,
				       .error = o->error,
				       .error_size = ERROR_MAX };
	int operand = util_opts_parse(&how, argc, argv);

	if (operand < 0)
		return operand;
	if (operand < argc)
		return refuse(o, "'%.40s' is no option", argv[operand]);
	if (!o->has_uuid && !strchr(o->cfg.ifname, '/'))
		return refuse(o, "no MCU: give its UUID with -u");
	return 0;
}

int main(int argc, char **argv)
{
	struct opts o = { .cfg = { .ifname = "can0",
				   .nodeid = 4,
				   .timeout_us = 10000000,
				   .give_up_us = 90000000 } };
	static struct host host;
	int err;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (parse(&o, argc, argv)) {
		fprintf(stderr, "khost: %s\nUsage: khost [OPTION]... <LINES\n",
			o.error);
		util_opts_print(stderr, rows, ROWS);
		script_print_help();
		return EXIT_USAGE;
	}
	host.cfg = o.cfg;
	err = host_connect(&host);
	if (!err)
		err = script_run(&host, STDIN_FILENO, o.stats);
	if (err)
		fprintf(stderr, "khost: %s\n", host.error);
	host_close(&host);
	if (err == -EINVAL)
		return EXIT_USAGE;
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
