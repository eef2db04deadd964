// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine.h"
#include "util/array.h"
#include "util/clean.h"
#include "vm/vm.h"

/* in the order in which they are tried: the cheapest first */
static const struct engine engines[] = {
	{ "host", false, engine_host_run, NULL },
	{ "uml", false, engine_guest_run, &vm_uml },
	{ "qemu", true, engine_guest_run, &vm_qemu },
};

const struct engine *engine_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(engines); i++)
		if (!strcmp(engines[i].name, name))
			return &engines[i];
	return NULL;
}

void engine_names(char *out, size_t size, const char *separator)
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(engines) && used < size; i++)
		used += snprintf(out + used, size - used, "%s%s",
				 i ? separator : "", engines[i].name);
}

int engine_run_first(const struct opts *o)
{
	struct reason reason[ARRAY_SIZE(engines)] = { 0 };
	int status;

	for (size_t i = 0; i < ARRAY_SIZE(engines); i++) {
		const struct engine *e = &engines[i];

		if ((o->engine && strcmp(o->engine, e->name) != 0) ||
		    (o->usb && !e->usb))
			continue;
		status = e->run(e, o, &reason[i]);
		if (status >= 0)
			return status;
		if (o->verbose)
			util_say(STDERR_FILENO,
				 "vcan-run: engine %s skipped: %s", e->name,
				 reason[i].text);
	}
	for (size_t i = 0; i < ARRAY_SIZE(engines); i++)
		if (reason[i].text[0])
			util_say(STDERR_FILENO,
				 "vcan-run: engine %s does not work "
				 "here: %s",
				 engines[i].name, reason[i].text);
	return STATUS_OWN_FAILURE;
}
