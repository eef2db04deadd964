// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* MCUs by the names that their sections in a printer.cfg have. */
#include "../commands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../../shared/printer.h"
#include "../look/look.h"
#include "anywhere.h"
#include "util/array.h"

/* An MCU that is to be asked, and where. */
struct named {
	const struct config_mcu *mcu;
	struct kcan_uuid uuid;
	const char *ifname;
	bool started; /* its interface had its turn */
};

struct names {
	const struct opts *opts;
	struct report *r;
	struct printer printer;
	struct named list[OPTS_UUIDS_MAX];
	size_t len;
};

/* -EINVAL, and why. */
#define refuse_name(n, ...)                                       \
	(snprintf((n)->printer.error, sizeof((n)->printer.error), \
		  __VA_ARGS__),                                   \
	 -EINVAL)

static int add(struct names *n, const struct config_mcu *mcu)
{
	struct named *to = &n->list[n->len];

	for (size_t i = 0; i < n->len; i++)
		if (n->list[i].mcu == mcu)
			return refuse_name(n, "-m '%.40s' is given twice",
					   mcu->name);
	if (n->len == ARRAY_SIZE(n->list))
		return refuse_name(n,
				   "%.200s has more than %zu MCUs: ask some "
				   "of them with -m",
				   n->printer.path, ARRAY_SIZE(n->list));
	to->ifname = n->opts->ifname;
	to->mcu = mcu;
	n->len++;
	return printer_reach(&n->printer, mcu, &to->uuid,
			     n->opts->on_ifname ? NULL : &to->ifname);
}

static int add_named(struct names *n, const char *name)
{
	const struct config_mcu *mcu;
	int err = config_mcus_find(&n->printer.mcus, &mcu, name,
				   n->printer.error);

	if (err)
		return err;
	if (mcu->uuid.text)
		return add(n, mcu);
	printer_serial_advice(mcu, n->printer.error);
	return -EINVAL;
}

static int add_all(struct names *n)
{
	const struct config_mcus *mcus = &n->printer.mcus;
	char text[CONFIG_ERROR_MAX];
	int err = 0;

	for (size_t i = 0; i < mcus->len && !err; i++)
		if (mcus->list[i].uuid.text)
			err = add(n, &mcus->list[i]);
		else
			report_note(
				n->r, "not asked: %s",
				printer_serial_advice(&mcus->list[i], text));
	if (err || n->len)
		return err;
	return refuse_name(
		n,
		"%.200s has no section with a canbus_uuid, so no MCU of it is "
		"on CAN: %s",
		n->printer.path,
		mcus->len ? "ask one with serialbootreq -m NAME" :
			    "give the path of printer.cfg with -c");
}

static int resolve(struct names *n)
{
	int err = printer_open(&n->printer, n->opts->config, n->r);

	if (!err && n->opts->all)
		return add_all(n);
	for (size_t i = 0; i < n->opts->names_len && !err; i++)
		err = add_named(n, n->opts->names[i]);
	return err;
}

/* Where the interface of an MCU is named. */
static void locate(const struct config_mcu *mcu, char *out, size_t size)
{
	const struct config_value *value = &mcu->interface;

	if (value->text)
		snprintf(out, size, "%.200s:%u: canbus_interface of [%.40s]",
			 value->file, value->line, mcu->section);
	else
		snprintf(out, size,
			 "%.200s:%u: [%.40s] has no canbus_interface",
			 mcu->uuid.file, mcu->uuid.line, mcu->section);
}

/* The call for all that are on the interface of @first. */
static void take_interface(struct names *n, const struct named *first,
			   struct opts *out)
{
	*out = *n->opts;
	out->ifname = first->ifname;
	for (size_t i = 0; i < n->len; i++) {
		struct named *m = &n->list[i];

		if (strcmp(m->ifname, first->ifname) != 0)
			continue;
		m->started = true;
		out->names[out->uuids_len] = m->mcu->name;
		out->uuids[out->uuids_len++] = m->uuid;
	}
}

static bool is_can(const char *ifname)
{
	struct kcan_link link;

	return !kcan_link_get(&link, ifname) && link.is_can;
}

/* The call ends with what is wrong; of some MCUs USB may know more. */
static void ask_in_vain(struct names *n, const struct named *m)
{
	char place[CONFIG_ERROR_MAX];
	struct opts one;

	take_interface(n, m, &one);
	locate(m->mcu, place, sizeof(place));
	if (!one.on_ifname)
		one.place = place;
	cmd_request(&one, n->r);
}

/* Nothing is sent when one of the interfaces is missing. */
static bool check_interfaces(struct names *n)
{
	bool all = true;

	if (n->opts->wait_iface || n->opts->anywhere)
		return true;
	for (size_t i = 0; i < n->len; i++) {
		const struct named *m = &n->list[i];

		if (m->started || is_can(m->ifname))
			continue;
		ask_in_vain(n, m);
		all = false;
	}
	return all;
}

static int check_counts(struct names *n)
{
	struct opts one;

	for (size_t i = 0; i < n->len; i++) {
		take_interface(n, &n->list[i], &one);
		if (opts_check_count(&one))
			return refuse_name(n, "%s: %s", one.ifname, one.error);
	}
	for (size_t i = 0; i < n->len; i++)
		n->list[i].started = false;
	return 0;
}

static void dry_run(struct names *n)
{
	struct opts one;

	for (size_t i = 0; i < n->len; i++) {
		if (n->list[i].started)
			continue;
		take_interface(n, &n->list[i], &one);
		cmd_dry_run(&one, n->r);
	}
}

/* All interfaces at once, each told of in the order in which they are named. */
static int run(struct names *n)
{
	struct opts *list = calloc(n->len + 1, sizeof(*list));
	size_t len = 0;

	if (!list)
		return refuse_name(n, "there is no memory to ask %zu MCUs",
				   n->len);
	for (size_t i = 0; i < n->len; i++)
		if (!n->list[i].started)
			take_interface(n, &n->list[i], &list[len++]);
	if (list->anywhere)
		cmd_request(list, n->r);
	else
		request_on(list, len, n->r);
	free(list);
	return 0;
}

/* Return: 0, or -EINVAL and why. */
static int ask(struct names *n)
{
	int err = resolve(n);

	if (!err)
		err = check_counts(n);
	if (err)
		return err;
	if (n->opts->command == OPTS_DRY_RUN)
		dry_run(n);
	else if (check_interfaces(n))
		err = run(n);
	return err;
}

void cmd_named(const struct opts *opts, struct report *r)
{
	struct words_facts facts = { .cause = CAUSE_LOCAL };
	struct names n = { .opts = opts, .r = r };

	if (ask(&n)) {
		snprintf(facts.detail, sizeof(facts.detail), "%s",
			 n.printer.error);
		report_end(r, &facts);
	}
	printer_close(&n.printer);
}
