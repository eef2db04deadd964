// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "opts.h"

#include <stddef.h>
#include <string.h>

#include "../canbus/names.h"

#define SAVES                                                                 \
	"--backup is for flashing: to save what is on a board type katflash " \
	"--read -u UUID FILE"
#define FORM                                                             \
	"-u UUID FILE, -d DEVICE FILE, or -m NAME FILE with NAME as in " \
	"printer.cfg"

static int opt_interface(void *ctx, const char *arg)
{
	struct opts *o = ctx;

	o->on_ifname = true;
	return canbus_take_interface(&o->ifname, arg, o->error);
}

/* Return: NULL, and why in @o->error. */
static struct opts_board *add_board(struct opts *o, const char *option,
				    const char *arg)
{
	if (o->len == OPTS_BOARDS_MAX) {
		(void)refuse(o, "%s '%.40s': at most %d boards in one call",
			     option, arg, OPTS_BOARDS_MAX);
		return NULL;
	}
	return &o->boards[o->len++];
}

static int opt_uuid(void *ctx, const char *arg)
{
	struct opts *o = ctx;
	struct opts_board *board;
	struct kcan_uuid uuid;

	if (canbus_take_uuid(&uuid, arg,
			     "name it with -d; -u is for boards on CAN",
			     o->error))
		return -EINVAL;
	for (size_t i = 0; i < o->len; i++)
		if (!o->boards[i].name && !o->boards[i].device &&
		    kcan_uuid_equal(&o->boards[i].uuid, &uuid))
			return refuse(o, "-u '%s' is given twice", arg);
	board = add_board(o, "-u", arg);
	if (!board)
		return -EINVAL;
	board->uuid = uuid;
	return 0;
}

static int opt_device(void *ctx, const char *arg)
{
	struct opts *o = ctx;
	struct opts_board *board;

	if (!*arg)
		return refuse(o, "-d '' names no device: give " FORM);
	board = add_board(o, "-d", arg);
	if (!board)
		return -EINVAL;
	board->device = arg;
	return 0;
}

/* A rate is that of the board that is named before it. */
static int take_baud(struct opts *o, size_t offset, const char *option,
		     const char *arg)
{
	if (!o->len)
		return refuse(o,
			      "%s '%.40s' stands before its board: give -d "
			      "DEVICE %s BAUD FILE",
			      option, arg, option);
	return opts_parse_baud(
		(uint32_t *)((char *)&o->boards[o->len - 1] + offset), option,
		arg, o->error);
}

static int opt_baud(void *ctx, const char *arg)
{
	return take_baud(ctx, offsetof(struct opts_board, baud_bps), "-b", arg);
}

static int opt_katapult_baud(void *ctx, const char *arg)
{
	return take_baud(ctx, offsetof(struct opts_board, katapult_bps),
			 "--katapult-baud", arg);
}

static int opt_mcu(void *ctx, const char *arg)
{
	struct opts *o = ctx;
	struct opts_board *board = add_board(o, "-m", arg);

	if (!board)
		return -EINVAL;
	board->name = arg;
	return 0;
}

static int opt_config(void *ctx, const char *arg)
{
	struct opts *o = ctx;

	return opts_take_config(&o->config, arg, o->error);
}

static int opt_timeout(void *ctx, const char *arg)
{
	struct opts *o = ctx;

	return opts_parse_timeout(&o->timeout_us, arg, o->error);
}

/* In front of all boards it is for the first one. */
static int opt_backup(void *ctx, const char *arg)
{
	struct opts *o = ctx;
	const char **backup = &o->boards[o->len ? o->len - 1 : 0].backup;

	if (!*arg || *backup)
		return refuse(o,
			      "--backup '%.80s': give one path for each board, "
			      "behind it",
			      arg);
	*backup = arg;
	o->backs_up = true;
	return 0;
}

/* The file of the board that is named before it. */
static int take_file(void *ctx, const char *arg)
{
	struct opts *o = ctx;
	const char **file = o->len ? &o->boards[o->len - 1].file : &o->file;

	if (!*arg)
		return refuse(o, "a FILE has no name: give " FORM);
	if (*file)
		return refuse(o, "'%.80s' is a second FILE %s: give " FORM, arg,
			      o->len ? "for one board" : "without a board");
	*file = arg;
	return 0;
}

#define COMMAND(which)                    \
	OPTS_COMMAND(struct opts, which), \
		.excludes = "--check, --verify and --read exclude each other"

static const struct util_opt table[] = {
	{ "interface", 'i', "IFACE", "CAN interface (default can0)",
	  opt_interface },
	{ "uuid", 'u', "UUID", "a board, its FILE next; may be repeated",
	  opt_uuid },
	{ "device", 'd', "DEVICE", "a board by its serial port; likewise",
	  opt_device },
	{ "baud", 'b', "BAUD", "UART: rate of its application (250000)",
	  opt_baud },
	{ "katapult-baud", 0, "BAUD", "UART: rate of its Katapult (250000)",
	  opt_katapult_baud },
	{ "mcu", 'm', "NAME", "a board by its name in printer.cfg; likewise",
	  opt_mcu },
	{ "config", 'c', "FILE", "printer.cfg (default: where it usually is)",
	  opt_config },
	{ "check", 0, NULL, "judge FILE, and erase nothing",
	  COMMAND(OPTS_CHECK) },
	{ "verify", 0, NULL, "compare the board with FILE, and write nothing",
	  COMMAND(OPTS_VERIFY) },
	{ "read", 0, NULL, "save what is on the board as FILE",
	  COMMAND(OPTS_READ) },
	{ "backup", 0, "PATH", "before flashing save what is on the board",
	  opt_backup },
	{ "no-start", 0, NULL, "stay in Katapult at the end",
	  .sets = UTIL_OPT_SETS(struct opts, no_start) },
	{ "no-wait", 0, NULL, "do not look whether the new firmware runs",
	  .sets = UTIL_OPT_SETS(struct opts, no_wait) },
	{ "force", 0, NULL, "go on against what can be overruled",
	  .sets = UTIL_OPT_SETS(struct opts, force) },
	{ "timeout", 0, "SECONDS",
	  "for the way in, and for the start, each (5)", opt_timeout },
	{ "progress", 0, NULL, "tell each second how far each board is",
	  .sets = UTIL_OPT_SETS(struct opts, progress) },
	OPTS_COMMON(struct opts, "show every frame and what was looked at"),
};

static const struct util_opt_hint habits[] = {
	{ "firmware", 'f', "the file stands behind its board: give " FORM },
	{ "request-bootloader", 'r',
	  "to ask for the bootloader alone type canbootreq -u UUID" },
	{ NULL, 'q', "to list unassigned nodes type canbootreq --query" },
	{ "status", 's',
	  "to see which nodes are in Katapult type canbootreq --query" },
	{ NULL, 'l',
	  "to list interfaces and boards on USB type canbootreq --list" },
	{ 0 },
};

static bool is_named_twice(const struct opts *o, size_t at)
{
	const char *path = o->boards[at].backup;

	for (size_t i = 0; i < o->len; i++) {
		const struct opts_board *board = &o->boards[i];

		if ((o->command != OPTS_READ && !strcmp(board->file, path)) ||
		    (i != at && board->backup && !strcmp(board->backup, path)))
			return true;
	}
	return false;
}

static int check_paths(struct opts *o)
{
	if (o->backs_up && o->command != OPTS_FLASH)
		return refuse(o, SAVES);
	for (size_t i = 0; i < o->len; i++) {
		struct opts_board *board = &o->boards[i];

		if (o->command == OPTS_READ)
			board->backup = board->file;
		if (board->backup && is_named_twice(o, i))
			return refuse(o,
				      "'%.80s' is to be written, and is named "
				      "twice: give it a name of its own",
				      board->backup);
	}
	return 0;
}

const char *opts_board_option(const struct opts_board *board)
{
	return board->name ? "-m" : board->device ? "-d" : "-u";
}

const char *opts_board_name(const struct opts_board *board,
			    char uuid[static KCAN_UUID_STR_LEN + 1])
{
	kcan_uuid_format(&board->uuid, uuid);
	return board->name ? board->name : board->device ? board->device : uuid;
}

static int check_board(struct opts *o, const struct opts_board *board)
{
	char uuid[KCAN_UUID_STR_LEN + 1];

	if (!board->file)
		return refuse(o, "%s %.60s has no FILE: give " FORM,
			      opts_board_option(board),
			      opts_board_name(board, uuid));
	if ((board->baud_bps || board->katapult_bps) && !board->name &&
	    !board->device)
		return refuse(o,
			      "-u %s is on CAN, where there is no baud "
			      "rate: leave out %s",
			      opts_board_name(board, uuid),
			      board->baud_bps ? "-b" : "--katapult-baud");
	return 0;
}

/* "--check FILE -u UUID" leaves no doubt for which board it is. */
static int place_file(struct opts *o)
{
	if (o->len > 1 || o->boards[0].file)
		return refuse(
			o, "'%.80s' stands before the first board: give " FORM,
			o->file);
	o->boards[0].file = o->file;
	o->file = NULL;
	return 0;
}

static int check_whole(struct opts *o)
{
	bool named = false;
	int err = 0;

	if (!o->len && o->command != OPTS_CHECK)
		return refuse(o, "no board is named: give " FORM);
	if (!o->len && !o->file)
		return refuse(o, "--check needs a FILE");
	if (o->len && o->file && place_file(o))
		return -EINVAL;
	for (size_t i = 0; i < o->len && !err; i++) {
		named |= o->boards[i].name != NULL;
		err = check_board(o, &o->boards[i]);
	}
	if (!err && o->config && !named)
		return refuse(o, "-c says where names are to be found: add -m "
				 "NAME FILE");
	return err ? err : check_paths(o);
}

int opts_parse(struct opts *out, int argc, char **argv)
{
	struct util_opts how = *OPTS_INTO(out, table, habits);
	int err;

	*out = (struct opts){ .ifname = "can0",
			      .json = util_opts_has(argc, argv, "--json"),
			      .timeout_us = 5000000 };
	how.operand = take_file;
	err = util_opts_parse(&how, argc, argv);
	if (err < 0)
		return err;
	return out->command < OPTS_HELP ? check_whole(out) : 0;
}

static bool has(enum kcan_outcome outcome)
{
	return outcome != KCAN_OUTCOME_IN_BOOTLOADER &&
	       outcome != KCAN_OUTCOME_REQUESTED &&
	       outcome != KCAN_OUTCOME_LEFT_BOOTLOADER &&
	       outcome != KCAN_OUTCOME_HEARD;
}

void opts_help(FILE *to)
{
	fputs("usage: katflash [-i IFACE] -u UUID FILE [-u UUID FILE ...] "
	      "[options]\n"
	      "       katflash -d DEVICE [-b BAUD] FILE [options]\n"
	      "       katflash [-c FILE] -m NAME FILE [-m NAME FILE ...] "
	      "[options]\n"
	      "       katflash --verify {-u UUID | -d DEVICE | -m NAME} FILE "
	      "...\n"
	      "       katflash --read {-u UUID | -d DEVICE | -m NAME} FILE "
	      "...\n"
	      "       katflash --check FILE\n"
	      "       katflash --check {-u UUID | -d DEVICE | -m NAME} FILE "
	      "...\n\n"
	      "Put new firmware on Klipper boards on CAN, USB or UART, and "
	      "prove that it runs.\n\noptions:\n",
	      to);
	util_opts_print(to, table, ARRAY_SIZE(table));
	fputs("\nOutcomes and exit codes; with several boards the highest:\n",
	      to);
	opts_print_outcomes(to, has);
}
