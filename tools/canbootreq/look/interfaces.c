// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "interfaces.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "look.h"
#include "seek.h"

void interfaces_fail(const struct opts *opts, struct report *r, int err)
{
	/* the one that people mean, should its adapter be in a bootloader */
	struct words_facts facts = { .ifname = opts->anywhere ? "can0" :
								opts->ifname };

	look_explain(&facts, err);
	if (err == -ENODEV)
		seek_adapter(opts, &facts);
	if (facts.cause == CAUSE_NO_INTERFACE)
		facts.cause = CAUSE_NONE_UP;
	report_end(r, &facts);
}

bool interfaces_open(struct interfaces *out, const struct opts *opts,
		     struct report *r)
{
	out->len = 1;
	if (opts->anywhere)
		out->len = look_up_interfaces(out->names, BUS_GROUP_MAX);
	out->list = calloc(out->len, sizeof(*out->list));
	if (!out->len || !out->list) {
		interfaces_fail(opts, r, out->len ? -ENOMEM : -ENODEV);
		free(out->list);
		return false;
	}
	for (size_t i = 0; i < out->len; i++) {
		out->list[i] = *opts;
		if (opts->anywhere)
			out->list[i].ifname = out->names[i];
	}
	return true;
}

void interfaces_close(struct interfaces *list)
{
	free(list->list);
}

void interfaces_add(struct words_facts *facts, const char *ifname)
{
	char *out = facts->where;
	size_t size = sizeof(facts->where), used = strlen(out);

	if (used + strlen(", ") + strlen(ifname) < size)
		snprintf(out + used, size - used, "%s%s", used ? ", " : "",
			 ifname);
}
