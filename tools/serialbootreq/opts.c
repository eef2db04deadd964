// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "opts.h"

#define DEVICE_FORM                                                       \
	"-d /dev/serial/by-id/usb-Klipper_... (USB) or -d /dev/ttyS0 -b " \
	"250000 (UART)"

static int opt_device(void *ctx, const char *arg)
{
	struct opts *o = ctx;

	if (!*arg)
		return refuse(o, "-d '' names no device: " DEVICE_FORM);
	if (o->device)
		return refuse(o, "-d '%.80s': one device in one call", arg);
	o->device = arg;
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

	if (o->name)
		return refuse(o, "-m '%.40s': one MCU in one call", arg);
	o->name = arg;
	return 0;
}

static int opt_baud(void *ctx, const char *arg)
{
	struct opts *o = ctx;

	return opts_parse_baud(&o->baud_bps, "-b", arg, o->error);
}

static int opt_katapult_baud(void *ctx, const char *arg)
{
	struct opts *o = ctx;

	return opts_parse_baud(&o->katapult_bps, "--katapult-baud", arg,
			       o->error);
}

static int opt_timeout(void *ctx, const char *arg)
{
	struct opts *o = ctx;

	return opts_parse_timeout(&o->timeout_us, arg, o->error);
}

#define WAY(which)                                                 \
	.sets = UTIL_OPT_SETS(struct opts, way), .value = (which), \
	.excludes = "--usb and --uart exclude each other"

static const struct util_opt table[] = {
	{ "device", 'd', "DEVICE", "the serial port that the MCU is behind",
	  opt_device },
	{ "mcu", 'm', "NAME", "or an MCU by its name in printer.cfg", opt_mcu },
	{ "config", 'c', "FILE", "printer.cfg (default: where it usually is)",
	  opt_config },
	{ "baud", 'b', "BAUD", "UART: rate of the application (default 250000)",
	  opt_baud },
	{ "katapult-baud", 0, "BAUD", "UART: rate of Katapult (default 250000)",
	  opt_katapult_baud },
	{ "usb", 0, NULL, "ask by 1200 baud and DTR, whatever it looks like",
	  WAY(WAY_USB) },
	{ "uart", 0, NULL, "ask by the string, whatever it looks like",
	  WAY(WAY_UART) },
	{ "dry-run", 0, NULL, "print the string as hex, touch nothing",
	  OPTS_COMMAND(struct opts, OPTS_DRY_RUN) },
	{ "timeout", 0, "SECONDS", "how long to wait for the proof (5)",
	  opt_timeout },
	OPTS_COMMON(struct opts, "show every byte and what was looked at"),
};

static const struct util_opt_hint habits[] = {
	{ "request-bootloader", 'r',
	  "serialbootreq asks for the bootloader always: leave it out, type "
	  "serialbootreq -d DEVICE" },
	{ "query", 'q',
	  "nodes on CAN are listed by another program: type canbootreq "
	  "--query" },
	{ "firmware", 'f',
	  "serialbootreq flashes nothing: type serialbootreq -d DEVICE, which "
	  "names the command that flashes" },
	{ "status", 's',
	  "type serialbootreq -d DEVICE, which says so when Katapult is there "
	  "already" },
	{ "interface", 'i',
	  "a node on CAN is asked by another program: type canbootreq -i IFACE "
	  "-u UUID" },
	{ "uuid", 'u',
	  "a node on CAN is asked by another program: type canbootreq -u "
	  "UUID" },
	{ "list", 'l',
	  "to list serial ports on USB type ls /dev/serial/by-id/" },
	{ 0 },
};

static int check_whole(struct opts *o)
{
	if (o->device && o->name)
		return refuse(o, "-m names the device, too: leave out -d");
	if (o->config && !o->name)
		return refuse(o, "-c says where a name is to be found: add -m "
				 "NAME");
	if (o->command == OPTS_REQUEST && !o->device && !o->name)
		return refuse(o, "no device is named: give " DEVICE_FORM
				 ", or -m NAME as in printer.cfg");
	if (o->command == OPTS_DRY_RUN && o->way == WAY_USB)
		return refuse(o, "--usb sends no bytes that --dry-run could "
				 "print: the request is 1200 baud and DTR");
	if (o->way == WAY_USB && (o->baud_bps || o->katapult_bps))
		return refuse(o, "--usb asks at 1200 baud always: leave out %s",
			      o->baud_bps ? "-b" : "--katapult-baud");
	return 0;
}

int opts_parse(struct opts *out, int argc, char **argv)
{
	int err;

	*out = (struct opts){ .json = util_opts_has(argc, argv, "--json"),
			      .timeout_us = 5000000 };
	err = opts_apply(OPTS_INTO(out, table, habits), argc, argv,
			 "a device is named with -d DEVICE or -m NAME");
	if (!err)
		err = check_whole(out);
	out->has_baud = out->baud_bps;
	if (!out->baud_bps)
		out->baud_bps = OPTS_BAUD_DEFAULT;
	if (!out->katapult_bps)
		out->katapult_bps = OPTS_BAUD_DEFAULT;
	return err;
}

void opts_help(FILE *to)
{
	fputs("usage: serialbootreq -d DEVICE [-b BAUD] [options]\n"
	      "       serialbootreq [-c FILE] -m NAME [options]\n"
	      "       serialbootreq --dry-run\n\n"
	      "Ask a Klipper MCU on a serial port for its bootloader; "
	      "prove that it came up.\n\noptions:\n",
	      to);
	util_opts_print(to, table, ARRAY_SIZE(table));
	fputs("\nOutcomes and exit codes:\n", to);
	opts_print_outcomes(to, words_has);
}
