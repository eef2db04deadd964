// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "look.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <kcan/admin.h>
#include <kcan/kat.h>

#include "util/array.h"

#define LISTEN_US 250000
#define NAMES_MAX 8
#define USUAL_BITRATE 1000000

/* users of nodeids: can-admin-channel.md, section 1 */
#define KLIPPER_FIRST 0x109u
#define KLIPPER_LAST 0x181u
#define FLASHTOOL_TO_NODE 0x202u
#define FLASHTOOL_FROM_NODE 0x203u

enum look_receiver look_classify(const struct kcan_receiver *receiver)
{
	canid_t id = receiver->id & CAN_SFF_MASK;

	if (!receiver->mask)
		return LOOK_UNFILTERED;
	if (receiver->id & ~CAN_SFF_MASK ||
	    (receiver->mask & CAN_SFF_MASK) != CAN_SFF_MASK)
		return LOOK_OTHER;
	return id >= KLIPPER_FIRST && id <= KLIPPER_LAST && id & 1 ?
		       LOOK_KLIPPER_HOST :
		       LOOK_OTHER;
}

/* Not what another canbootreq asks after a proof: who are you, what are you? */
static bool is_flash_block(const uint8_t *data, uint8_t len)
{
	if (len < 4 || data[0] != 0x01 || data[1] != 0x88 ||
	    data[3] > KCAN_KAT_WORDS_MAX)
		return false;
	if (data[2] == KCAN_KAT_ACK)
		return len > 4 && data[4] != KCAN_KAT_GET_CANBUS_ID &&
		       data[4] != KCAN_KAT_CONNECT;
	return data[2] >= KCAN_KAT_SEND_BLOCK && data[2] <= KCAN_KAT_COMPLETE;
}

bool look_is_flashing(const struct can_frame *frame)
{
	uint8_t nodeid;
	bool tx;

	if (frame->can_id & ~CAN_SFF_MASK || !frame->can_dlc)
		return false;
	if (frame->can_id == FLASHTOOL_TO_NODE ||
	    frame->can_id == FLASHTOOL_FROM_NODE)
		return true;
	return kcan_nodeid_from_id(frame->can_id, &nodeid, &tx) &&
	       is_flash_block(frame->data, frame->can_dlc);
}

static bool end_with(struct words_facts *facts, enum cause cause)
{
	facts->cause = cause;
	return false;
}

bool look_is_up(const char *ifname)
{
	struct kcan_link link;

	return !kcan_link_get(&link, ifname) && link.up;
}

/* Adds " can1 vcan0": all of them, or which of them are up beside one. */
static size_t list_interfaces(char *out, size_t size, const char *but_up)
{
	char names[NAMES_MAX][IF_NAMESIZE];
	int n = kcan_link_list(names, NAMES_MAX);
	size_t used = 0;

	for (int i = 0; i < n && i < NAMES_MAX && used < size; i++)
		if (!but_up ||
		    (strcmp(names[i], but_up) != 0 && look_is_up(names[i])))
			used += (size_t)snprintf(out + used, size - used, " %s",
						 names[i]);
	if (n > NAMES_MAX && used && used < size)
		used += (size_t)snprintf(out + used, size - used, " and more");
	return used;
}

size_t look_up_interfaces(char (*names)[IF_NAMESIZE], size_t max)
{
	int n = kcan_link_list(names, max);
	size_t len = 0;

	for (int i = 0; i < n && (size_t)i < max; i++)
		if (look_is_up(names[i]))
			memmove(names[len++], names[i], IF_NAMESIZE);
	return len;
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

	facts->cause = cause;
	if (!if_nametoindex(facts->ifname))
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

static void note_receiver(const struct kcan_receiver *receiver, void *arg)
{
	static const char *const kinds[] = {
		[LOOK_OTHER] = "other",
		[LOOK_KLIPPER_HOST] = "Klipper host",
		[LOOK_UNFILTERED] = "unfiltered, may be a flashing tool",
	};
	enum look_receiver kind = look_classify(receiver);
	struct look_programs *found = arg;

	found->klipper_host |= kind == LOOK_KLIPPER_HOST;
	found->unfiltered |= kind == LOOK_UNFILTERED;
	if (found->trace)
		fprintf(found->trace,
			"canbootreq: %s: receiver %03X/%08X: %s\n",
			receiver->ifname, receiver->id, receiver->mask,
			kinds[kind]);
}

void look_at_programs(struct look_programs *out, const char *ifname)
{
	/* no such list, no finding: a kernel may be built without it */
	kcan_rcvlist_each(ifname, note_receiver, out);
}

/* Return: 1 when a flash is going on, 0, or a negative errno. */
static int listen_for_flash(struct bus *bus)
{
	/* ids 100..1FF and 200..2FF, standard data frames */
	static const canid_t mask = 0x700 | CAN_EFF_FLAG | CAN_RTR_FLAG;
	const struct can_filter filters[] = { { 0x100, mask },
					      { 0x200, mask } };
	uint64_t end_us = loop_now(bus->loop) + LISTEN_US;
	struct kcan_bus_rx rx[BUS_BATCH];
	int n = bus_open(bus, filters, 2);
	bool seen = false;

	if (n)
		return n;
	while (n >= 0 && !seen && !bus->loop->signal &&
	       bus->loop->now_us < end_us) {
		n = bus_turn(bus, rx, end_us);
		for (int i = 0; i < n; i++)
			seen |= look_is_flashing(&rx[i].frame);
	}
	bus_close(bus);
	return n < 0 ? n : seen;
}

bool look(struct bus *bus, const struct opts *opts, struct report *r,
	  struct kcan_link *link, struct words_facts *facts)
{
	struct look_programs found = { .trace = opts->verbose ?
							r->streams.trace :
							NULL };
	int flashing;

	if (!look_at_link(opts, r, link, facts))
		return false;
	look_at_programs(&found, opts->ifname);
	if (found.klipper_host)
		warn(r, facts, WARNING_KLIPPER_HOST);
	if (!found.unfiltered)
		return true;
	flashing = listen_for_flash(bus);
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
