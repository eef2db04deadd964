// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "opts.h"

#include <string.h>

#include "../canbus/names.h"
#include "../canbus/nodeids.h"
#include "proto/listen.h"
#include "util/number.h"

static int opt_interface(void *ctx, const char *arg)
{
	struct opts *o = ctx;

	if (canbus_take_interface(&o->ifname, arg, o->error))
		return -EINVAL;
	o->on_ifname = true;
	o->anywhere = !strcmp(arg, "any");
	return 0;
}

static int opt_uuid(void *ctx, const char *arg)
{
	struct opts *o = ctx;
	struct kcan_uuid uuid;

	if (canbus_take_uuid(&uuid, arg,
			     "type serialbootreq -d DEVICE; canbootreq asks "
			     "over CAN",
			     o->error))
		return -EINVAL;
	for (size_t i = 0; i < o->uuids_len; i++)
		if (kcan_uuid_equal(&o->uuids[i], &uuid))
			return refuse(o, "-u '%s' is given twice", arg);
	if (o->uuids_len == OPTS_UUIDS_MAX)
		return refuse(o, "-u '%s': at most %d UUIDs in one call", arg,
			      OPTS_UUIDS_MAX);
	o->uuids[o->uuids_len++] = uuid;
	return 0;
}

static int opt_config(void *ctx, const char *arg)
{
	struct opts *o = ctx;

	return opts_take_config(&o->config, arg, o->error);
}

static int opt_mcu(void *ctx, const char *arg)
{
	struct opts *o = ctx;

	for (size_t i = 0; i < o->names_len; i++)
		if (!strcmp(o->names[i], arg))
			return refuse(o, "-m '%.40s' is given twice", arg);
	if (o->names_len == OPTS_UUIDS_MAX)
		return refuse(o, "-m '%.40s': at most %d MCUs in one call", arg,
			      OPTS_UUIDS_MAX);
	o->names[o->names_len++] = arg;
	return 0;
}

static int opt_timeout(void *ctx, const char *arg)
{
	struct opts *o = ctx;

	return opts_parse_timeout(&o->timeout_us, arg, o->error);
}

static int opt_nodeid(void *ctx, const char *arg)
{
	struct opts *o = ctx;
	uint64_t value = OPTS_NODEID_MAX + 1; /* or beyond every number */

	if (util_parse_number(arg, &value) == -EINVAL)
		return refuse(
			o,
			"--nodeid '%.40s' is no number: %d to %d, or 0x%x "
			"to 0x%x",
			arg, OPTS_NODEID_MIN, OPTS_NODEID_MAX, OPTS_NODEID_MIN,
			OPTS_NODEID_MAX);
	if (value < OPTS_NODEID_MIN)
		return refuse(
			o,
			"--nodeid '%.40s' is too low: %d to %d; below lie the "
			"nodeids that Klipper hosts, console.py and "
			"flashtool.py give out",
			arg, OPTS_NODEID_MIN, OPTS_NODEID_MAX);
	if (value > OPTS_NODEID_MAX)
		return refuse(o, "--nodeid '%.40s' is too high: %d to %d", arg,
			      OPTS_NODEID_MIN, OPTS_NODEID_MAX);
	o->nodeid = (uint8_t)value;
	return 0;
}

static int opt_no_verify(void *ctx, const char *arg)
{
	struct opts *o = ctx;

	(void)arg;
	o->verify = false;
	return 0;
}

#define COMMAND(which)                    \
	OPTS_COMMAND(struct opts, which), \
		.excludes =               \
			"--leave, --query, --listen, --list and --dry-run exclude each other"

static const struct util_opt table[] = {
	{ "interface", 'i', "IFACE", "CAN interface (default can0); any: all",
	  opt_interface },
	{ "uuid", 'u', "UUID", "an MCU, 12 hex digits; may be repeated",
	  opt_uuid },
	{ "mcu", 'm', "NAME", "an MCU by its name in printer.cfg; likewise",
	  opt_mcu },
	{ "all", 0, NULL, "all MCUs that are on CAN by printer.cfg",
	  .sets = UTIL_OPT_SETS(struct opts, all) },
	{ "config", 'c', "FILE", "printer.cfg (default: where it usually is)",
	  opt_config },
	{ "leave", 0, NULL, "the way back: start the application again",
	  COMMAND(OPTS_LEAVE) },
	{ "query", 0, NULL, "list unassigned nodes (a broadcast)",
	  COMMAND(OPTS_QUERY) },
	{ "listen", 0, NULL, "list what is alive on the bus, send nothing",
	  COMMAND(OPTS_LISTEN) },
	{ "list", 0, NULL, "list interfaces and boards on USB, send nothing",
	  COMMAND(OPTS_LIST) },
	{ "dry-run", 0, NULL, "print the frame, touch nothing",
	  COMMAND(OPTS_DRY_RUN) },
	{ "no-verify", 0, NULL, "stop after the request, prove nothing",
	  opt_no_verify },
	{ "diagnose", 0, NULL, "without proof, ask Klipper: ends a print",
	  .sets = UTIL_OPT_SETS(struct opts, diagnose) },
	{ "timeout", 0, "SECONDS",
	  "how long to wait (5; --query 2, --listen 6)", opt_timeout },
	{ "wait-iface", 0, NULL, "wait for somebody to bring IFACE up",
	  .sets = UTIL_OPT_SETS(struct opts, wait_iface) },
	{ "nodeid", 0, "N", "nodeid to begin with, 130..254 (default: drawn)",
	  opt_nodeid },
	{ "force", 0, NULL, "go on although others are at it",
	  .sets = UTIL_OPT_SETS(struct opts, force) },
	OPTS_COMMON(struct opts, "show every frame and what was looked at"),
};

static const struct util_opt_hint habits[] = {
	{ "request-bootloader", 'r',
	  "canbootreq asks for the bootloader always: leave it out, type "
	  "canbootreq -u UUID" },
	{ NULL, 'q', "to list unassigned nodes type canbootreq --query" },
	{ "firmware", 'f',
	  "canbootreq flashes nothing: type canbootreq -u UUID, which names "
	  "the command that flashes" },
	{ "status", 's',
	  "to see which nodes are in Katapult type canbootreq --query" },
	{ "device", 'd',
	  "a serial port is asked by another program: type serialbootreq -d "
	  "DEVICE" },
	{ "baud", 'b',
	  "a serial port is asked by another program: type serialbootreq -d "
	  "DEVICE -b BAUD; the bit rate of CAN is that of IFACE" },
	{ NULL, 'l',
	  "to list interfaces and boards on USB type canbootreq --list, to "
	  "list what is alive on the bus canbootreq --listen; both send "
	  "nothing" },
	{ 0 },
};

static int check_wait_iface(struct opts *o)
{
	if (o->wait_iface && o->command != OPTS_REQUEST &&
	    o->command != OPTS_LEAVE)
		return refuse(o, "--wait-iface is for a request or --leave: "
				 "leave out --query, --listen, --list, "
				 "--dry-run");
	return 0;
}

/* What is about one interface alone. */
static int check_anywhere(struct opts *o)
{
	if (!o->anywhere)
		return 0;
	if (o->wait_iface)
		return refuse(o, "--wait-iface waits for one interface: name "
				 "it with -i");
	if (o->command == OPTS_REQUEST && !o->verify)
		return refuse(o, "-i any finds an MCU by its proof: leave out "
				 "--no-verify, or name the interface");
	return 0;
}

/* What disturbs or moves a node has no meaning there. */
static int check_sends_nothing(struct opts *o, const char *command)
{
	if (!o->verify || o->force || o->nodeid || o->diagnose)
		return refuse(o, "%s sends nothing: leave out %s", command,
			      !o->verify ? "--no-verify" :
			      o->force	 ? "--force" :
			      o->nodeid	 ? "--nodeid" :
					   "--diagnose");
	return 0;
}

static int check_listen(struct opts *o)
{
	if (check_sends_nothing(o, "--listen"))
		return -EINVAL;
	if (o->timeout_us && o->timeout_us < KCAN_LISTEN_MIN_US)
		return refuse(o,
			      "--timeout '%g' is too short for --listen: a "
			      "Klipper node reports every 5 s, so 6 at least",
			      (double)o->timeout_us / 1e6);
	return 0;
}

static int check_list(struct opts *o)
{
	/* any is what it lists anyway */
	o->on_ifname &= !o->anywhere;
	if (o->uuids_len || opts_has_names(o))
		return refuse(o, "--list shows all there is: leave out %s",
			      o->uuids_len ? "-u" :
			      o->all	   ? "--all" :
					     "-m");
	if (o->timeout_us)
		return refuse(o, "--list waits for nothing: leave out "
				 "--timeout");
	return check_sends_nothing(o, "--list");
}

/* Return: an option that is about names of MCUs, or NULL. */
static const char *naming(const struct opts *o)
{
	return o->uuids_len ? "-u" :
	       o->names_len ? "-m" :
	       o->all	    ? "--all" :
	       o->config    ? "-c" :
			      NULL;
}

static int check_names(struct opts *o)
{
	if (o->command == OPTS_LISTEN && naming(o))
		return refuse(o, "--listen hears all nodes: leave out %s",
			      naming(o));
	if (o->command == OPTS_QUERY && naming(o))
		return refuse(o, "--query asks all nodes: leave out %s",
			      naming(o));
	if (o->all && o->names_len)
		return refuse(o, "--all asks all MCUs: leave out -m");
	if (o->uuids_len && opts_has_names(o))
		return refuse(o,
			      "-u and %s exclude each other: give the UUIDs of "
			      "all, or the names",
			      o->all ? "--all" : "-m");
	if (o->config && !opts_has_names(o))
		return refuse(o, "-c says where names are to be found: add -m "
				 "NAME or --all");
	return 0;
}

int opts_check_count(struct opts *o)
{
	bool proves = o->command == OPTS_LEAVE ||
		      (o->command == OPTS_REQUEST && o->verify);

	if (proves && o->uuids_len > NODEIDS_COUNT)
		return refuse(
			o,
			"%zu UUIDs need as many nodeids, but from %d to %d "
			"there are %d: make several calls",
			o->uuids_len, NODEIDS_FIRST, NODEIDS_LAST,
			NODEIDS_COUNT);
	return 0;
}

static int check_whole(struct opts *o)
{
	if (o->command == OPTS_LEAVE && !o->verify)
		return refuse(o,
			      "--leave always proves: leave out --no-verify");
	if (o->diagnose && (o->command != OPTS_REQUEST || !o->verify))
		return refuse(o,
			      "--diagnose is for a request that is to be "
			      "proven: leave out --leave, --query, --dry-run, "
			      "--no-verify");
	if (o->command != OPTS_QUERY && !naming(o))
		return refuse(o, "no MCU is named: give -m NAME, as in "
				 "printer.cfg, or -u UUID; " CANBUS_UUID_FORM);
	return opts_check_count(o);
}

static uint64_t default_timeout(enum opts_command command)
{
	if (command == OPTS_LISTEN)
		return KCAN_LISTEN_MIN_US;
	return command == OPTS_QUERY ? 2000000 : 5000000;
}

int opts_parse(struct opts *out, int argc, char **argv)
{
	int err;

	memset(out, 0, sizeof(*out));
	out->ifname = "can0";
	out->verify = true;
	out->json = util_opts_has(argc, argv, "--json");
	err = opts_apply(OPTS_INTO(out, table, habits), argc, argv,
			 "an MCU is named with -m NAME or -u UUID");
	if (!err)
		err = check_wait_iface(out);
	if (!err)
		err = check_anywhere(out);
	if (!err && out->command <= OPTS_LISTEN)
		err = check_names(out);
	if (!err && out->command == OPTS_LISTEN)
		err = check_listen(out);
	if (!err && out->command == OPTS_LIST)
		err = check_list(out);
	if (!out->timeout_us)
		out->timeout_us = default_timeout(out->command);
	if (!err && out->command < OPTS_LISTEN)
		err = check_whole(out);
	return err;
}

/* Those of a flash are katflash's. */
static bool has(enum kcan_outcome outcome)
{
	return outcome < KCAN_OUTCOME_FLASHED ||
	       outcome > KCAN_OUTCOME_NOT_STARTED;
}

void opts_help(FILE *to)
{
	fputs("usage: canbootreq [-c FILE] -m NAME [-m NAME ...] [options]\n"
	      "       canbootreq [-c FILE] --all [options]\n"
	      "       canbootreq [-i IFACE] -u UUID [-u UUID ...] [options]\n"
	      "       canbootreq --leave {-m NAME | --all | -u UUID} ...\n"
	      "       canbootreq [-i IFACE] --query\n"
	      "       canbootreq [-i IFACE] --listen\n"
	      "       canbootreq [-i IFACE] [-c FILE] --list\n"
	      "       canbootreq --dry-run {-m NAME | --all | -u UUID} ...\n\n"
	      "Ask Klipper MCUs on CAN for their bootloader, and prove that "
	      "Katapult answers.\n\noptions:\n",
	      to);
	util_opts_print(to, table, ARRAY_SIZE(table));
	fputs("\nOutcomes and exit codes; with several UUIDs the highest:\n",
	      to);
	opts_print_outcomes(to, has);
}
