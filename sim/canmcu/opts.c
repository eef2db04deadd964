// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "opts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fleet.h"
#include "util/hex.h"
#include "util/number.h"
#include "util/opt.h"

#define BOOT_MS_DEFAULT 30
#define BOOT_MS_MAX 3600000
#define ERASE_MS_DEFAULT 10 /* 128 KiB take 1 to 4 s on real chips */
#define ERASE_MS_MAX 1000
#define CHIP_ID_MAX 16 /* bytes */

struct parser {
	struct opts *opts;
	struct fleet_group defaults;
	struct fleet_group *groups;
	size_t groups_len;
	char *error;
};

/* -EINVAL, and why. */
#define refuse(p, ...) \
	(snprintf((p)->error, OPTS_ERROR_MAX, __VA_ARGS__), -EINVAL)

/* The MCU that an option is for; everybody before the first -u. */
static struct fleet_group *current(struct parser *p)
{
	return p->groups_len ? &p->groups[p->groups_len - 1] : &p->defaults;
}

struct range {
	unsigned long min, max;
};

static int read_number(struct parser *p, const char *option, const char *text,
		       struct range range, unsigned long *out)
{
	if (!util_parse_number(text, out) && *out >= range.min &&
	    *out <= range.max)
		return 0;
	return refuse(p, "%s '%s': give a number from %lu to %lu", option, text,
		      range.min, range.max);
}

static int read_switch(struct parser *p, const char *option, const char *text,
		       bool *out)
{
	*out = !strcmp(text, "on");
	if (*out || !strcmp(text, "off"))
		return 0;
	return refuse(p, "%s '%s': give 'on' or 'off'", option, text);
}

static int apply_interface(void *ctx, const char *arg)
{
	struct parser *p = ctx;

	p->opts->ifname = arg;
	return 0;
}

static struct fleet_group *new_group(struct parser *p, const char *name)
{
	struct fleet_group *g = &p->groups[p->groups_len++];

	*g = p->defaults;
	g->name = name;
	return g;
}

static int apply_uuid(void *ctx, const char *arg)
{
	struct parser *p = ctx;
	struct kcan_uuid uuid;

	if (kcan_uuid_parse(&uuid, arg))
		return refuse(p,
			      "UUID '%s': give exactly 12 hex digits, like "
			      "112233445566",
			      arg);
	new_group(p, arg)->cfg.uuid = uuid;
	return 0;
}

static int apply_chip_id(void *ctx, const char *arg)
{
	struct parser *p = ctx;
	size_t len = strlen(arg) / 2;
	uint8_t id[CHIP_ID_MAX];
	struct fleet_group *g;

	if (!len || len > sizeof(id) || util_hex_decode(id, arg, strlen(arg)))
		return refuse(p,
			      "chip id '%s': give 24 hex digits for an STM32, "
			      "16 for an RP2040, 32 for LPC and SAM",
			      arg);
	g = new_group(p, arg);
	g->chip_id_len = len;
	kcan_uuid_from_chip_id(&g->cfg.uuid, id, len);
	return 0;
}

static int apply_count(void *ctx, const char *arg)
{
	struct parser *p = ctx;
	unsigned long count;

	if (!p->groups_len || current(p)->chip_id_len)
		return refuse(p, "--count %s: give it after a -u UUID", arg);
	if (read_number(p, "--count", arg, (struct range){ 1, OPTS_COUNT_MAX },
			&count))
		return -EINVAL;
	current(p)->count = count;
	return 0;
}

static int apply_mcu_type(void *ctx, const char *arg)
{
	struct parser *p = ctx;
	const struct mcu_type *type = mcu_type_find(arg);

	if (!type)
		return refuse(p,
			      "MCU type '%s': give one that --help lists, "
			      "like stm32g0b1xx",
			      arg);
	current(p)->cfg.type = type;
	return 0;
}

static int apply_bootloader(void *ctx, const char *arg)
{
	struct parser *p = ctx;
	struct fleet_group *g = current(p);

	g->has_bootloader = true;
	if (bootloader_find(&g->cfg.bootloader, arg))
		return 0;
	return refuse(p, "bootloader '%s': give 'katapult', 'rom' or 'none'",
		      arg);
}

static int apply_state(void *ctx, const char *arg)
{
	struct parser *p = ctx;
	enum mcu_state state;

	if (!mcu_state_find(&state, arg) || state == MCU_BOOT ||
	    state == MCU_ROM || state == MCU_DEAD)
		return refuse(p,
			      "state '%s': give 'klipper', 'shutdown', "
			      "'katapult' or 'off'",
			      arg);
	current(p)->cfg.state = state;
	return 0;
}

static int apply_nodeid(void *ctx, const char *arg)
{
	struct parser *p = ctx;
	unsigned long nodeid;

	if (read_number(p, "--nodeid", arg, (struct range){ 0, 255 }, &nodeid))
		return -EINVAL;
	current(p)->cfg.nodeid = (int)nodeid;
	return 0;
}

static int apply_boot_ms(void *ctx, const char *arg)
{
	struct parser *p = ctx;
	unsigned long ms;

	if (read_number(p, "--boot-ms", arg, (struct range){ 0, BOOT_MS_MAX },
			&ms))
		return -EINVAL;
	current(p)->cfg.boot_us = ms * 1000u;
	return 0;
}

static int apply_double_reset(void *ctx, const char *arg)
{
	struct parser *p = ctx;

	return read_switch(p, "--double-reset", arg,
			   &current(p)->cfg.double_reset);
}

static int apply_sane_rx(void *ctx, const char *arg)
{
	struct parser *p = ctx;

	(void)arg;
	current(p)->cfg.sane_rx = true;
	return 0;
}

static int apply_no_application(void *ctx, const char *arg)
{
	struct parser *p = ctx;

	(void)arg;
	current(p)->cfg.blank = true;
	return 0;
}

static int apply_erase_ms(void *ctx, const char *arg)
{
	struct parser *p = ctx;
	unsigned long ms;

	if (read_number(p, "--erase-ms", arg, (struct range){ 0, ERASE_MS_MAX },
			&ms))
		return -EINVAL;
	current(p)->cfg.erase_us = (uint32_t)ms * 1000u;
	return 0;
}

static int apply_control(void *ctx, const char *arg)
{
	struct parser *p = ctx;

	p->opts->control = arg;
	return 0;
}

static int apply_json(void *ctx, const char *arg)
{
	struct parser *p = ctx;

	(void)arg;
	p->opts->json = true;
	return 0;
}

static int apply_help(void *ctx, const char *arg)
{
	struct parser *p = ctx;

	(void)arg;
	p->opts->action = OPTS_HELP;
	return 1;
}

static int apply_version(void *ctx, const char *arg)
{
	struct parser *p = ctx;

	(void)arg;
	p->opts->action = OPTS_VERSION;
	return 1;
}

static const struct util_opt rows[] = {
	{ "interface", 'i', "IFACE", "CAN interface (vcan0)", apply_interface },
	{ "control", 0, "PATH", "make a control socket there", apply_control },
	{ "json", 0, NULL, "report events as JSON, one object a line",
	  apply_json },
	{ "help", 'h', NULL, "print this and exit", apply_help },
	{ "version", 0, NULL, "print the version and exit", apply_version },
	{ .help = "Options of an MCU; before the first -u they are everybody's "
		  "default:" },
	{ "uuid", 'u', "UUID", "start an MCU: 12 hex digits", apply_uuid },
	{ "chip-id", 0, "HEX", "start an MCU named by its chip id",
	  apply_chip_id },
	{ "count", 0, "N", "so many MCUs, with UUIDs (and nodeids) counting up",
	  apply_count },
	{ "mcu-type", 0, "TYPE", "chip, see below (stm32g0b1xx)",
	  apply_mcu_type },
	{ "bootloader", 0, "WHICH",
	  "katapult, rom or none (katapult, where there is one for CAN)",
	  apply_bootloader },
	{ "state", 0, "STATE",
	  "start as klipper, shutdown, katapult or off (klipper)",
	  apply_state },
	{ "nodeid", 0, "N", "start with this nodeid, 0..255 (unassigned)",
	  apply_nodeid },
	{ "boot-ms", 0, "N", "ms from a request until Katapult listens (30)",
	  apply_boot_ms },
	{ "double-reset", 0, "on|off",
	  "Katapult's 500 ms wait after power-on and reset (on)",
	  apply_double_reset },
	{ "no-application", 0, NULL, "nothing behind Katapult: it stays",
	  apply_no_application },
	{ "erase-ms", 0, "N", "ms that erasing a KiB of flash takes (10)",
	  apply_erase_ms },
	{ "sane-rx", 0, NULL, "let Katapult recover from any broken block",
	  apply_sane_rx },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static int apply_all(struct parser *p, int argc, char **argv)
{
	const struct util_opts how = { .table = rows,
				       .len = ROWS,
				       .ctx = p,
				       .error = p->error,
				       .error_size = OPTS_ERROR_MAX };
	int operand = util_opts_parse(&how, argc, argv);

	if (operand > 0 && operand < argc)
		return refuse(p, "'%s' is no option: MCUs are given as -u UUID",
			      argv[operand]);
	return operand < 0 ? operand : 0;
}

int opts_parse(struct opts *out, int argc, char **argv,
	       char error[static OPTS_ERROR_MAX])
{
	struct parser p = {
		.opts = out,
		.error = error,
		.defaults = { .cfg = { .type = mcu_type_find("stm32g0b1xx"),
				       .state = MCU_KLIPPER,
				       .boot_us = BOOT_MS_DEFAULT * 1000u,
				       .erase_us = ERASE_MS_DEFAULT * 1000u,
				       .nodeid = -1,
				       .double_reset = true },
			      .count = 1 },
	};
	int err;

	*out = (struct opts){ .ifname = "vcan0" };
	snprintf(error, OPTS_ERROR_MAX, "out of memory");
	p.groups = calloc((size_t)argc, sizeof(*p.groups));
	if (!p.groups)
		return -ENOMEM;
	err = apply_all(&p, argc, argv);
	if (!err && out->action == OPTS_RUN)
		err = fleet_build(out, p.groups, p.groups_len, error);
	free(p.groups);
	if (err)
		opts_fini(out);
	return err;
}

void opts_fini(struct opts *opts)
{
	free(opts->mcus);
	opts->mcus = NULL;
}

void opts_help(FILE *to)
{
	const struct mcu_type *type;

	fputs("Usage: canmcu [OPTION]... {-u UUID | --chip-id HEX} [OPTION]...\n"
	      "Play MCUs that run Klipper or Katapult on a CAN bus.\n\n",
	      to);
	util_opts_print(to, rows, ROWS);
	fputs("\nMCU types:", to);
	for (size_t i = 0; (type = mcu_type_at(i)); i++)
		fprintf(to, "%s%s", i % 6 ? " " : "\n  ", type->name);
	fputs("\n\nExit status: 0 stopped by a signal or 'quit', 1 trouble, "
	      "2 wrong usage.\n",
	      to);
}
