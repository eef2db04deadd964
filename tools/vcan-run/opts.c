// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "opts.h"

#ifndef KCAN_VERSION
#define KCAN_VERSION "unknown"
#endif

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define MEM_MIN_MIB 32
#define MEM_MAX_MIB (64 * 1024)
#define IFACE_NAME_MAX 15

struct opt {
	const char *long_name;
	char short_name; /* 0: none */
	const char *arg; /* NULL: takes none */
	const char *help;
	/* Return: -1 to go on, else the exit status. */
	int (*apply)(struct opts *o, const char *arg);
};

static int complain(const char *what, const char *arg, const char *wanted)
{
	fprintf(stderr, "vcan-run: %s '%s' is not valid; %s\n", what, arg,
		wanted);
	return STATUS_OWN_FAILURE;
}

static int set_engine(struct opts *o, const char *arg)
{
	char names[64];

	if (!engine_find(arg)) {
		engine_names(names, sizeof(names), " or ");
		fprintf(stderr, "vcan-run: there is no engine '%s'; use %s\n",
			arg, names);
		return STATUS_OWN_FAILURE;
	}
	o->engine = arg;
	return -1;
}

static int add_iface(struct opts *o, const char *arg)
{
	size_t len = strlen(arg);

	if (!len || len > IFACE_NAME_MAX || strpbrk(arg, "/: \t\n%") ||
	    !strcmp(arg, ".") || !strcmp(arg, ".."))
		return complain("interface name", arg,
				"use 1 to 15 characters like vcan0");
	if (o->n_ifaces == OPTS_IFACES_MAX)
		return complain("one more interface", arg,
				"at most 16 can be named");
	o->ifaces[o->n_ifaces++] = arg;
	return -1;
}

static int set_mem(struct opts *o, const char *arg)
{
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
		return complain("memory size", arg,
				"use a number of MiB like 256M, 32M to 64G");
	o->mem_mib = n;
	return -1;
}

static int set_boot_timeout(struct opts *o, const char *arg)
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(arg, &end, 10);
	if (errno || *end || arg[0] < '0' || arg[0] > '9' || !n || n > 3600)
		return complain("boot timeout", arg, "use 1 to 3600 seconds");
	o->boot_timeout_s = n;
	return -1;
}

static int set_verbose(struct opts *o, const char *arg)
{
	(void)arg;
	o->verbose = true;
	return -1;
}

static int print_version(struct opts *o, const char *arg)
{
	(void)o;
	(void)arg;
	puts("vcan-run " KCAN_VERSION);
	return 0;
}

static int print_help(struct opts *o, const char *arg);

static const struct opt opt_table[] = {
	{ "engine", 'e', "NAME", "use this engine: host or uml", set_engine },
	{ "interface", 'i', "NAME", "have this interface (repeatable; vcan0)",
	  add_iface },
	{ "mem", 'm', "SIZE", "memory of a guest (256M)", set_mem },
	{ "boot-timeout", 0, "SECONDS", "patience with a guest's boot (60)",
	  set_boot_timeout },
	{ "verbose", 'v', NULL, "say which engine and why; guest's console",
	  set_verbose },
	{ "version", 'V', NULL, "print the version", print_version },
	{ "help", 'h', NULL, "print this help", print_help },
};

static int print_help(struct opts *o, const char *arg)
{
	(void)o;
	(void)arg;
	puts("Usage: vcan-run [options] [--] COMMAND [ARG...]\n"
	     "Run a command on a machine where vcan0 exists and is up,\n"
	     "whatever this machine's kernel has.\n");
	for (size_t i = 0; i < ARRAY_SIZE(opt_table); i++) {
		const struct opt *t = &opt_table[i];
		char left[40];

		snprintf(left, sizeof(left), "%c%c%s --%s%s%s",
			 t->short_name ? '-' : ' ',
			 t->short_name ? t->short_name : ' ',
			 t->short_name ? "," : " ", t->long_name,
			 t->arg ? " " : "", t->arg ? t->arg : "");
		printf("  %-30s%s\n", left, t->help);
	}
	puts("\nExit status: the command's; 128+N when signal N killed it;\n"
	     "125 vcan-run failed, 126 cannot execute, 127 not found.");
	return 0;
}

/* 0x100 and up: long options, so that none collides with a short one */
static const struct opt *find_opt(int c)
{
	if (c >= 0x100)
		return &opt_table[c - 0x100];
	for (size_t i = 0; i < ARRAY_SIZE(opt_table); i++)
		if (c == opt_table[i].short_name)
			return &opt_table[i];
	return NULL;
}

static void build_getopt(struct option *longs, char *shorts)
{
	*shorts++ = '+';
	for (size_t i = 0; i < ARRAY_SIZE(opt_table); i++) {
		const struct opt *t = &opt_table[i];

		longs[i] = (struct option){
			.name = t->long_name,
			.has_arg = t->arg ? required_argument : no_argument,
			.val = 0x100 + i,
		};
		if (!t->short_name)
			continue;
		*shorts++ = t->short_name;
		if (t->arg)
			*shorts++ = ':';
	}
}

int opts_parse(struct opts *o, int argc, char **argv)
{
	struct option longs[ARRAY_SIZE(opt_table) + 1] = { 0 };
	char shorts[2 * ARRAY_SIZE(opt_table) + 2] = "";
	const struct opt *opt;
	int c, status;

	*o = (struct opts){ .mem_mib = 256, .boot_timeout_s = 60 };
	build_getopt(longs, shorts);
	while ((c = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		opt = c == '?' ? NULL : find_opt(c);
		if (!opt) {
			fputs("vcan-run: see 'vcan-run --help'\n", stderr);
			return STATUS_OWN_FAILURE;
		}
		status = opt->apply(o, optarg);
		if (status >= 0)
			return status;
	}
	if (optind == argc) {
		fputs("vcan-run: no command was given; see 'vcan-run --help'\n",
		      stderr);
		return STATUS_OWN_FAILURE;
	}
	if (!o->n_ifaces)
		o->ifaces[o->n_ifaces++] = "vcan0";
	o->argv = argv + optind;
	return -1;
}
