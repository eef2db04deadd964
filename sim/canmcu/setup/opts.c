// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "opts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "boards.h"
#include "util/array.h"
#include "util/clean.h"
#include "util/number.h"
#include "util/opt.h"

#define LATENESS_MAX_MS 900 /* a host asks for the clock once a second */
#define OPTIONS_MAX 64
#define OPTION_LEN 32

struct parser {
	struct opts opts;
	struct boards boards;
	char *error;
};

/* -EINVAL, and why. */
#define refuse(p, ...) \
	(snprintf((p)->error, OPTS_ERROR_MAX, __VA_ARGS__), -EINVAL)

static struct board_group *new_group(struct parser *p, const char *name)
{
	struct board_group *g;

	p->boards.first = p->boards.len;
	g = boards_add(&p->boards);
	if (g)
		g->name = name;
	return g;
}

static int apply_uuid(void *ctx, const char *arg)
{
	struct parser *p = ctx;
	struct board_group *g;
	struct kcan_uuid uuid;

	if (kcan_uuid_parse(&uuid, arg))
		return refuse(p,
			      "UUID '%s': give exactly 12 hex digits, like "
			      "112233445566",
			      arg);
	g = new_group(p, arg);
	if (!g)
		return -ENOMEM;
	g->board.cfg.uuid = uuid;
	return 0;
}

static int apply_chip_id(void *ctx, const char *arg)
{
	struct parser *p = ctx;
	struct board_group *g = new_group(p, arg);

	if (!g)
		return -ENOMEM;
	return keys_apply(&g->board, "--chip-id", arg, p->error,
			  OPTS_ERROR_MAX);
}

static int apply_config(void *ctx, const char *arg)
{
	struct parser *p = ctx;

	return boards_read(&p->boards, &config_disk, arg, p->error);
}

static int apply_count(void *ctx, const char *arg)
{
	struct parser *p = ctx;
	struct board_group *g;
	uint64_t count;
	size_t len;

	g = boards_current(&p->boards, &len);
	if (!p->boards.len || g->from_file || g->board.chip_id_len)
		return refuse(p, "--count %s: give it after a -u UUID", arg);
	if (util_parse_number(arg, &count) || !count || count > OPTS_COUNT_MAX)
		return refuse(p, "--count '%s': give a number from 1 to %d",
			      arg, OPTS_COUNT_MAX);
	g->count = count;
	return 0;
}

/* Every option that is a key. */
static int apply_key(void *ctx, const struct util_opt *row, const char *arg)
{
	struct parser *p = ctx;
	char name[OPTION_LEN];
	struct board_group *g;
	int err = 0;
	size_t len;

	snprintf(name, sizeof(name), "--%s", row->name);
	g = boards_current(&p->boards, &len);
	for (size_t i = 0; i < len && !err; i++)
		err = keys_apply(&g[i].board, name, arg ? arg : "yes", p->error,
				 OPTS_ERROR_MAX);
	return err;
}

static int apply_control(void *ctx, const char *arg)
{
	struct parser *p = ctx;

	p->opts.control = arg;
	return 0;
}

static int apply_seed(void *ctx, const char *arg)
{
	struct parser *p = ctx;
	uint64_t seed;

	if (util_parse_number(arg, &seed) || seed > INT64_MAX)
		return refuse(p, "--seed '%s': give a number from 0 to %lld",
			      arg, (long long)INT64_MAX);
	p->opts.seed = seed;
	p->opts.has_seed = true;
	return 0;
}

static int apply_bitrate(void *ctx, const char *arg)
{
	struct parser *p = ctx;
	uint64_t bps;

	if (util_parse_number(arg, &bps) || bps < MCU_CAN_BPS_MIN ||
	    bps > MCU_CAN_BPS_MAX)
		return refuse(p,
			      "--bitrate '%s': give bits per second from %d to "
			      "%d, like 1000000",
			      arg, MCU_CAN_BPS_MIN, MCU_CAN_BPS_MAX);
	if (p->opts.bitrate_bps && p->opts.bitrate_bps != bps)
		return refuse(p,
			      "--bitrate '%s': it was %u before; leave one of "
			      "the two away",
			      arg, p->opts.bitrate_bps);
	p->opts.bitrate_bps = (uint32_t)bps;
	return 0;
}

static int apply_bed(void *ctx, const char *arg)
{
	struct parser *p = ctx;

	if (!bed_parse(&p->opts.bed, arg))
		return refuse(p,
			      "--bed '%s': give at most %d rows of %d heights "
			      "up to %d mm, from the front to the back, like "
			      "0,0.1/0,0.2",
			      arg, BED_POINTS_MAX, BED_POINTS_MAX, BED_MM_MAX);
	return 0;
}

static int apply_lateness(void *ctx, const char *arg)
{
	struct parser *p = ctx;
	uint64_t ms;

	if (util_parse_number(arg, &ms) || ms > LATENESS_MAX_MS)
		return refuse(p, "--lateness '%s': give milliseconds, 0 to %d",
			      arg, LATENESS_MAX_MS);
	p->opts.lateness_us = ms * 1000;
	return 0;
}

#define ACTION UTIL_OPT_SETS(struct parser, opts.action)

static const struct util_opt rows[] = {
	{ "config", 'c', "FILE", "simulate the CAN MCUs of a printer.cfg",
	  apply_config },
	{ "control", 0, "PATH", "create a control socket at PATH",
	  apply_control },
	{ "json", 0, NULL, "report events as JSON, one object per line",
	  .sets = UTIL_OPT_SETS(struct parser, opts.json) },
	{ "seed", 0, "N", "repeat the random choices of a run with this seed",
	  apply_seed },
	{ "bitrate", 0, "N", "give frames the time that they need at N bit/s",
	  apply_bitrate },
	{ "bed", 0, "ROWS", "how high the bed is, in mm, like 0,0.1/0,0.2",
	  apply_bed },
	{ "collisions", 0, NULL,
	  "let answers with the same id destroy each other",
	  .sets = UTIL_OPT_SETS(struct parser, opts.collisions) },
	{ "lateness", 0, "MS", "let commands come late by MS, see the man page",
	  apply_lateness },
	{ "help", 'h', NULL, "print this help and exit", .sets = ACTION,
	  .value = OPTS_HELP, .ends = true },
	{ "version", 0, NULL, "print the version and exit", .sets = ACTION,
	  .value = OPTS_VERSION, .ends = true },
	{ .help = "Options of an MCU, or of all MCUs of a file; before the "
		  "first -u or -c\nthey are defaults for all MCUs:" },
	{ "uuid", 'u', "UUID", "start an MCU: 12 hex digits", apply_uuid },
	{ "chip-id", 0, "HEX", "start an MCU with the UUID of this chip id",
	  apply_chip_id },
	{ "count", 0, "N", "start N MCUs; UUIDs and nodeids count up",
	  apply_count },
};
#define ROWS ARRAY_SIZE(rows)

/* The rows above, and one for each key that is an option. */
struct options {
	struct util_opt rows[OPTIONS_MAX];
	char names[OPTIONS_MAX][OPTION_LEN];
	size_t len;
};

static void add_key(struct options *o, const struct key *key)
{
	char *name = o->names[o->len];

	snprintf(name, OPTION_LEN, "%s", key->name);
	for (char *c = name; *c; c++)
		*c = *c == '_' ? '-' : *c;
	o->rows[o->len++] = (struct util_opt){ .name = name,
					       .letter = key->letter,
					       .arg = key->arg,
					       .help = key->help };
}

static void list_options(struct options *o)
{
	const struct key *key;

	memcpy(o->rows, rows, sizeof(rows));
	o->len = ROWS;
	for (size_t i = 0; (key = keys_at(i)) && o->len < OPTIONS_MAX; i++)
		if (!key->file_only)
			add_key(o, key);
}

static int apply_all(struct parser *p, int argc, char **argv)
{
	struct options options;
	struct util_opts how = { .table = options.rows,
				 .ctx = p,
				 .apply = apply_key,
				 .error = p->error,
				 .error_size = OPTS_ERROR_MAX };
	int operand;

	list_options(&options);
	how.len = options.len;
	operand = util_opts_parse(&how, argc, argv);
	if (operand > 0 && operand < argc)
		return refuse(
			p, "'%s' is not an option: MCUs are given as -u UUID",
			argv[operand]);
	return operand < 0 ? operand : 0;
}

/* What the printer of a user has is not to keep its MCUs from being played. */
static void warn_of_missing(void *ctx, const char *sentence)
{
	(void)ctx;
	util_say(STDERR_FILENO, "canmcu: warning: %s", sentence);
}

int opts_parse(struct opts *out, int argc, char **argv,
	       char error[static OPTS_ERROR_MAX])
{
	struct parser p = { .error = error };
	int err;

	boards_init(&p.boards);
	p.boards.missing = warn_of_missing;
	snprintf(error, OPTS_ERROR_MAX, "out of memory");
	err = apply_all(&p, argc, argv);
	if (p.opts.collisions && !p.opts.bitrate_bps)
		p.opts.bitrate_bps = MCU_CAN_BPS_MAX;
	if (!err && p.opts.action == OPTS_RUN)
		err = boards_build(&p.opts, &p.boards, error);
	boards_fini(&p.boards);
	*out = p.opts;
	if (err)
		opts_fini(out);
	return err;
}

void opts_fini(struct opts *opts)
{
	free(opts->mcus);
	free(opts->ifnames);
	free(opts->faults);
	for (size_t i = 0; i < opts->devices_len; i++)
		devices_fini(&opts->devices[i]);
	free(opts->devices);
	printers_free(&opts->printers);
	util_texts_free(&opts->texts);
	*opts = (struct opts){ 0 };
}

static void help_fault(FILE *to, const struct fault_info *info)
{
	fprintf(to, "  %s%s%s\n      %s\n", info->name,
		info->parameters[0] ? " " : "", info->parameters,
		info->meaning);
}

void opts_help(FILE *to)
{
	const struct mcu_type *type;
	struct options options;

	list_options(&options);
	fputs("Usage: canmcu [OPTION]... {-u UUID | --chip-id HEX | -c FILE} "
	      "[OPTION]...\n"
	      "       canmcu ctl [--control PATH] [COMMAND]     (canmcu ctl "
	      "--help)\n"
	      "       canmcu image OPTION... >FILE              (canmcu image "
	      "--help)\n"
	      "Simulate MCUs that run Klipper or Katapult on a CAN bus, or on "
	      "USB.\n\n",
	      to);
	util_opts_print(to, options.rows, options.len);
	fputs("\nMCU types:", to);
	for (size_t i = 0; (type = mcu_type_at(i)); i++)
		fprintf(to, "%s%s", i % 6 ? " " : "\n  ", type->name);
	fputs("\n\nFaults, with [chance=P] [after=N] [count=N] for each:\n",
	      to);
	for (int i = 0; i < FAULT_COUNT; i++)
		help_fault(to, fault_info((enum fault_kind)i));
	fputs("\nExit status: 0 stopped by a signal or 'quit', 1 failed, "
	      "2 wrong usage.\n",
	      to);
}
