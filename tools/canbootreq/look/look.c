// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "look.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <kcan/admin.h>
#include <kcan/kat.h>

#include "../../canbus/programs.h"
#include "../../canbus/up.h"
#include "util/array.h"

#define NAMES_MAX 8
#define USUAL_BITRATE 1000000

static bool end_with(struct words_facts *facts, enum cause cause)
{
	facts->cause = cause;
	return false;
}

/* Adds " can1 vcan0": all of them, or which of them are up beside one. */
static size_t list_interfaces(char *out, size_t size, const char *but_up)
{
	char names[NAMES_MAX][IF_NAMESIZE];
	int n = kcan_link_list(names, NAMES_MAX);
	size_t used = 0;

	for (int i = 0; i < n && i < NAMES_MAX && used < size; i++)
		if (!but_up ||
		    (strcmp(names[i], but_up) != 0 && canbus_is_up(names[i])))
			used += (size_t)snprintf(out + used, size - used, " %s",
						 names[i]);
	if (n > NAMES_MAX && used && used < size)
		used += (size_t)snprintf(out + used, size - used, " and more");
	return used;
}

int look_up_interfaces(char (*names)[IF_NAMESIZE], size_t max)
{
	int n = kcan_link_list(NULL, 0), room = n, len = 0;
	char(*all)[IF_NAMESIZE];

	if (n <= 0)
		return n;
	all = calloc((size_t)n, sizeof(*all));
	if (!all)
		return -ENOMEM;
	n = kcan_link_list(all, (size_t)room);
	for (int i = 0; i < n && i < room; i++) {
		if (!canbus_is_up(all[i]))
			continue;
		if ((size_t)len < max)
			memcpy(names[len], all[i], IF_NAMESIZE);
		len++;
	}
	free(all);
	return n < 0 ? n : len;
}

/* "the CAN interfaces here: can1 vcan0", or that there are none */
static void explain_interfaces(char *out, size_t size)
{
	size_t used = (size_t)snprintf(out, size, "the CAN interfaces here:");

	if (!list_interfaces(out + used, size - used, NULL))
		snprintf(out, size, "no CAN interface exists on this machine");
}

void look_for_others(struct words_facts *facts)
{
	char names[sizeof(facts->others) + 1];

	*facts->others = '\0';
	if (list_interfaces(names, sizeof(names), facts->ifname))
		snprintf(facts->others, sizeof(facts->others), "%s", names + 1);
}

static int try_can_socket(void)
{
	int fd = socket(PF_CAN, SOCK_RAW | SOCK_CLOEXEC, CAN_RAW);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static void explain_missing(struct words_facts *facts)
{
	int err = try_can_socket();

	facts->cause = CAUSE_NO_INTERFACE;
	explain_interfaces(facts->detail, sizeof(facts->detail));
	if (err == -EAFNOSUPPORT || err == -EPROTONOSUPPORT)
		look_explain(facts, -EAFNOSUPPORT);
}

void look_explain(struct words_facts *facts, int err)
{
	static const struct {
		int err;
		enum cause cause;
	} causes[] = {
		{ EAFNOSUPPORT, CAUSE_NO_CAN }, { EPERM, CAUSE_PERMISSION },
		{ EACCES, CAUSE_PERMISSION },	{ ENETDOWN, CAUSE_DOWN },
		{ ENXIO, CAUSE_NOT_CAN },
	};

	if (err == -ENODEV) {
		explain_missing(facts);
		return;
	}
	facts->cause = CAUSE_LOCAL;
	for (size_t i = 0; i < ARRAY_SIZE(causes); i++)
		if (causes[i].err == -err)
			facts->cause = causes[i].cause;
	if (facts->cause == CAUSE_NOT_CAN)
		explain_interfaces(facts->detail, sizeof(facts->detail));
	else if (facts->cause == CAUSE_LOCAL)
		snprintf(facts->detail, sizeof(facts->detail),
			 "%s could not be used: %s", facts->ifname,
			 strerror(-err));
	else
		snprintf(facts->detail, sizeof(facts->detail), "%s",
			 strerror(-err));
}

void look_explain_lost(struct words_facts *facts, enum cause cause, int err)
{
	char *out = facts->detail;
	size_t size = sizeof(facts->detail);
	struct kcan_link link;

	facts->cause = cause;
	if (kcan_link_get(&link, facts->ifname) == -ENODEV)
		snprintf(out, size, "vanished");
	else if (err == -ENETDOWN || err == -ENODEV)
		snprintf(out, size, "went down");
	else
		snprintf(out, size, "failed (%s)", strerror(-err));
}

static void warn(struct report *r, struct words_facts *facts,
		 enum warning warning)
{
	facts->warnings |= 1u << warning;
	report_warning(r, warning, facts);
}

static void show_link(FILE *to, const struct kcan_link *link)
{
	fprintf(to,
		"canbootreq: %s: driver %s, state %s, bit rate %u, "
		"queue %u, a confirmation means %s\n",
		link->name, link->driver[0] ? link->driver : "unknown",
		kcan_link_state_name(link->state), link->bitrate_bps,
		link->txqueuelen,
		kcan_link_confirms_ack(link) ? "acknowledged" : "handed over");
	if (link->restart_ms)
		fprintf(to, "canbootreq: %s: restarts %u ms after bus-off\n",
			link->name, link->restart_ms);
	if (link->has_counters)
		fprintf(to, "canbootreq: %s: error counters tx %u rx %u\n",
			link->name, link->tx_errors, link->rx_errors);
}

void look_note_link(struct words_facts *facts, const struct kcan_link *link)
{
	facts->txqueuelen = link->txqueuelen;
	facts->link = *link;
	if (!kcan_link_has_bitrate(link))
		return;
	facts->bitrate_guessed = !link->bitrate_bps;
	facts->bitrate_bps = link->bitrate_bps ? link->bitrate_bps :
						 USUAL_BITRATE;
}

bool look_at_link(const struct opts *opts, struct report *r,
		  struct kcan_link *link, struct words_facts *facts)
{
	int err = kcan_link_get(link, opts->ifname);

	if (!err && !link->is_can)
		err = -ENXIO;
	if (err) {
		look_explain(facts, err);
		return false;
	}
	if (opts->verbose)
		show_link(r->streams.trace, link);
	look_note_link(facts, link);
	if (!link->up) {
		look_for_others(facts);
		return end_with(facts, CAUSE_DOWN);
	}
	if (link->state == KCAN_LINK_STATE_BUS_OFF)
		return end_with(facts, CAUSE_BUS_OFF);
	if (link->state > KCAN_LINK_STATE_ERROR_ACTIVE)
		warn(r, facts, WARNING_STATE);
	return true;
}

bool look(struct bus *bus, const struct opts *opts, struct report *r,
	  struct kcan_link *link, struct words_facts *facts)
{
	struct programs found = { .program = "canbootreq",
				  .trace = opts->verbose ? r->streams.trace :
							   NULL };
	int flashing;

	if (!look_at_link(opts, r, link, facts))
		return false;
	programs_look(&found, opts->ifname);
	if (found.klipper_host)
		warn(r, facts, WARNING_KLIPPER_HOST);
	if (!found.unfiltered)
		return true;
	flashing = programs_listen(bus);
	if (bus->loop->signal) {
		facts->signal = bus->loop->signal;
		return end_with(facts, CAUSE_INTERRUPTED);
	}
	if (flashing < 0) {
		look_explain(facts, flashing);
		return false;
	}
	if (!flashing)
		return true;
	if (!opts->force)
		return end_with(facts, CAUSE_FLASHING);
	warn(r, facts, WARNING_FORCED);
	return true;
}
