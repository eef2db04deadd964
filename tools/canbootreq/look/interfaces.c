// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "interfaces.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "look.h"
#include "seek.h"

#define MORE " and more"

/* The first of them is the one to be brought up; its name is in @link. */
static void explain_none_up(struct words_facts *facts, struct kcan_link *link)
{
	char name[1][IF_NAMESIZE];

	facts->cause = CAUSE_NONE_HERE;
	facts->ifname = "any";
	if (kcan_link_list(name, 1) < 1 || kcan_link_get(link, name[0]))
		return;
	facts->cause = CAUSE_NONE_UP;
	facts->ifname = link->name;
	facts->bitrate_bps = 0; /* that of an adapter on USB, which is none */
	facts->bitrate_guessed = false;
	look_note_link(facts, link);
}

void interfaces_fail(const struct opts *opts, struct report *r, int err)
{
	struct words_facts facts = { .ifname = opts->ifname };
	struct kcan_link link;

	/* the one that people mean, should its adapter be in a bootloader */
	if (opts->anywhere && err == -ENODEV)
		facts.ifname = "can0";
	look_explain(&facts, err);
	if (err == -ENODEV)
		seek_adapter(opts, &facts);
	if (facts.cause == CAUSE_NO_INTERFACE)
		explain_none_up(&facts, &link);
	if (err == -E2BIG)
		snprintf(facts.detail, sizeof(facts.detail),
			 "more than %d CAN interfaces are up; name one of them "
			 "with -i",
			 BUS_GROUP_MAX);
	report_end(r, &facts);
}

static int find(struct interfaces *out, const struct opts *opts)
{
	int n = 1;

	if (opts->anywhere)
		n = look_up_interfaces(out->names, BUS_GROUP_MAX);
	if (n <= 0)
		return n ? n : -ENODEV;
	if (n > BUS_GROUP_MAX)
		return -E2BIG;
	out->len = (size_t)n;
	out->list = calloc(out->len, sizeof(*out->list));
	return out->list ? 0 : -ENOMEM;
}

bool interfaces_open(struct interfaces *out, const struct opts *opts,
		     struct report *r)
{
	int err = find(out, opts);

	if (err) {
		interfaces_fail(opts, r, err);
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
	size_t needed = strlen(", ") + strlen(ifname) + sizeof(MORE);

	if (strstr(out, MORE))
		return;
	if (used + needed > size)
		snprintf(out + used, size - used, MORE);
	else
		snprintf(out + used, size - used, "%s%s", used ? ", " : "",
			 ifname);
}
