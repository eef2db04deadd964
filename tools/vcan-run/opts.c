// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "opts.h"
#include "util/array.h"
#include "util/number.h"
#include "util/opt.h"

#define MEM_MIN_MIB 32
#define MEM_MAX_MIB (64 * 1024)
#define IFACE_NAME_MAX 15

/* -EINVAL, and why. */
#define refuse(o, ...) \
	(snprintf((o)->error, sizeof((o)->error), __VA_ARGS__), -EINVAL)

static int set_engine(void *ctx, const char *arg)
{
	struct opts *o = ctx;
	char names[64];

	engine_names(names, sizeof(names), " or ");
	if (!engine_find(arg))
		return refuse(o, "there is no engine '%.40s'; use %s", arg,
			      names);
	o->engine = arg;
	return 0;
}

static int add_iface(void *ctx, const char *arg)
{
	struct opts *o = ctx;
	size_t len = strlen(arg);

	if (!len || len > IFACE_NAME_MAX || strpbrk(arg, "/: \t\n%") ||
	    !strcmp(arg, ".") || !strcmp(arg, ".."))
		return refuse(o,
			      "interface name '%.40s' is not valid; use 1 to "
			      "15 characters like vcan0",
			      arg);
	if (o->n_ifaces == OPTS_IFACES_MAX)
		return refuse(o,
			      "interface '%.40s' is one too many; at most %d "
			      "can be named",
			      arg, OPTS_IFACES_MAX);
	o->ifaces[o->n_ifaces++] = arg;
	return 0;
}

static int set_mem(void *ctx, const char *arg)
{
	struct opts *o = ctx;
	unsigned long long n;
	char *end;

	errno = 0;
	n = strtoull(arg, &end, 10);
	if (*end == 'g' || *end == 'G')
		n = n > MEM_MAX_MIB ? n : n * 1024;
	if (*end && strchr("gGmM", *end))
		end++;
	if (errno || *end || arg[0] < '0' || arg[0] > '9' || n < MEM_MIN_MIB ||
	    n > MEM_MAX_MIB)
		return refuse(o,
			      "memory size '%.40s' is not valid; use a number "
			      "of MiB like 256M, 32M to 64G",
			      arg);
	o->mem_mib = n;
	return 0;
}

static int set_seconds(struct opts *o, const char *what, const char *arg,
		       unsigned int *out)
{
	uint64_t n;

	if (util_parse_number(arg, &n) || !n || n > 3600)
		return refuse(o,
			      "%s timeout '%.40s' is not valid; use 1 to "
			      "3600 seconds",
			      what, arg);
	*out = n;
	return 0;
}

static int set_boot_timeout(void *ctx, const char *arg)
{
	struct opts *o = ctx;

	return set_seconds(o, "boot", arg, &o->boot_timeout_s);
}

static int set_hang_timeout(void *ctx, const char *arg)
{
	struct opts *o = ctx;

	return set_seconds(o, "hang", arg, &o->hang_timeout_s);
}

static int want_usb(void *ctx, const char *arg)
{
	struct opts *o = ctx;

	(void)arg;
	o->usb = true;
	return 0;
}

static int want_kvaser(void *ctx, const char *arg)
{
	struct opts *o = ctx;

	o->kvaser = true;
	return want_usb(ctx, arg);
}

static int add_verbose(void *ctx, const char *arg)
{
	struct opts *o = ctx;

	(void)arg;
	o->verbose++;
	return 0;
}

static const struct util_opt table[] = {
	{ "engine", 'e', "NAME", "use this engine: host, uml or qemu",
	  set_engine },
	{ "interface", 'i', "NAME", "create this interface (repeatable; vcan0)",
	  add_iface },
	{ "usb", 'u', NULL, "use an engine with USB: gs_usb, cdc_acm, udev",
	  want_usb },
	{ "kvaser", 0, NULL, "create can0 and can1 on two emulated PCI cards",
	  want_kvaser },
	{ "mem", 'm', "SIZE", "memory of a guest (uml 256M, qemu 512M)",
	  set_mem },
	{ "boot-timeout", 0, "SECONDS", "longest boot of a guest (60)",
	  set_boot_timeout },
	{ "hang-timeout", 0, "SECONDS", "longest silence of a guest (120)",
	  set_hang_timeout },
	{ "verbose", 'v', NULL,
	  "show the choice of the engine; -vv: the console", add_verbose },
	{ "version", 'V', NULL, "print the version",
	  .sets = UTIL_OPT_SETS(struct opts, action), .value = OPTS_VERSION,
	  .ends = true },
	{ "help", 'h', NULL, "print this help",
	  .sets = UTIL_OPT_SETS(struct opts, action), .value = OPTS_HELP,
	  .ends = true },
};

int opts_parse(struct opts *o, int argc, char **argv)
{
	const struct util_opts how = { .table = table,
				       .len = ARRAY_SIZE(table),
				       .ctx = o,
				       .command = true,
				       .error = o->error,
				       .error_size = sizeof(o->error) };
	int operand;

	*o = (struct opts){ .boot_timeout_s = 60, .hang_timeout_s = 120 };
	operand = util_opts_parse(&how, argc, argv);
	if (operand <= 0)
		return operand;
	if (operand == argc)
		return refuse(o, "no command was given");
	if (o->usb && o->engine && !engine_find(o->engine)->usb)
		return refuse(o, "engine %s has no USB; use qemu", o->engine);
	if (!o->n_ifaces)
		o->ifaces[o->n_ifaces++] = "vcan0";
	o->argv = argv + operand;
	return 0;
}

void opts_help(FILE *to)
{
	fputs("Usage: vcan-run [options] [--] COMMAND [ARG...]\n"
	      "Run a command on a machine where vcan0 exists and is up, even if "
	      "this machine's\n"
	      "kernel has no CAN.\n\n",
	      to);
	util_opts_print(to, table, ARRAY_SIZE(table));
	fputs("\nExit status: that of the command, or 128+N if signal N killed it;\n"
	      "125 vcan-run failed, 126 cannot execute, 127 not found.\n",
	      to);
}
