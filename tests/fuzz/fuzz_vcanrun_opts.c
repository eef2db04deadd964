// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/vcan-run/opts.c
/*
 * Any command line, NUL between the words: it is refused with a sentence, or there
 * is a command, and interfaces that a kernel takes.
 */
#include <stdlib.h>
#include <string.h>

#include "../../tools/vcan-run/engine.h"
#include "../../tools/vcan-run/opts.h"
#include "fuzz.h"
#include "util/array.h"

/* The engines themselves are not what is tried. */
const struct engine *engine_find(const char *name)
{
	static const struct engine engines[] = {
		{ .name = "uml" }, { .name = "qemu", .usb = true }
	};

	for (size_t i = 0; i < ARRAY_SIZE(engines); i++)
		if (!strcmp(engines[i].name, name))
			return &engines[i];
	return NULL;
}

void engine_names(char *out, size_t size, const char *separator)
{
	check(size > 16);
	strcpy(out, separator);
}

static void check_name(const char *name)
{
	size_t len = strlen(name);

	check(len >= 1 && len <= 15);
	check(!strpbrk(name, "/: \t\n%"));
	check(strcmp(name, ".") != 0 && strcmp(name, "..") != 0);
}

static void check_options(const struct fuzz_line *line, const struct opts *o)
{
	check(o->n_ifaces <= OPTS_IFACES_MAX);
	for (size_t i = 0; i < o->n_ifaces; i++)
		check_name(o->ifaces[i]);
	check(!o->mem_mib || (o->mem_mib >= 32 && o->mem_mib <= 64 * 1024));
	check(o->boot_timeout_s >= 1 && o->boot_timeout_s <= 3600);
	check(o->hang_timeout_s >= 1 && o->hang_timeout_s <= 3600);
	check(!o->kvaser || o->usb);
	if (o->action == OPTS_RUN)
		check(o->argv > line->argv &&
		      o->argv < line->argv + line->argc && *o->argv);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_line line;
	struct opts opts;

	fuzz_line_read(&line, "vcan-run", data, size);
	if (opts_parse(&opts, line.argc, line.argv))
		check(*opts.error && strlen(opts.error) < sizeof(opts.error));
	else
		check_options(&line, &opts);
	free(line.text);
	return 0;
}
