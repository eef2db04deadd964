// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "adapter.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>

#include <kcan/admin.h>

#include "../canbus/up.h"
#include "../serial/trace.h"
#include "../shared/report.h"
#include "../shared/usb.h"
#include "say/progress.h"
#include "say/warn.h"
#include "tell/tell.h"

#define BACK_US 10000000 /* at least: flashing.md, section 7 */
#define LINE_LEN 160

static void become(struct board *b, struct port *port)
{
	/* sentences call it by its interface */
	*port = (struct port){ .device = b->wire->ifname,
			       .baud_bps = OPTS_BAUD_DEFAULT,
			       .katapult_bps = OPTS_BAUD_DEFAULT,
			       .facts.way = WAY_USB };
	b->port = port;
	b->link = &board_as_adapter;
}

bool adapter_find(struct board *b, struct port *port,
		  const struct kcan_usbdev *device, struct kcan_usbport *usb)
{
	if (kcan_usbdev_match(device, &b->uuid) != KCAN_USBDEV_MATCH_YES)
		return false;
	become(b, port);
	port->usb = usb;
	port->facts.usb = *device;
	snprintf(port->facts.port, sizeof(port->facts.port), "%s",
		 kcan_usbport_name(usb));
	return true;
}

struct seek {
	struct board *b;
	struct port *port;
};

static void see(const char *name, const struct kcan_usbdev *device, void *arg)
{
	struct seek *seek = arg;
	struct board *b = seek->b;

	if (b->port || kcan_usbdev_info(device)->kind != KCAN_USBDEV_KATAPULT ||
	    kcan_usbdev_match(device, &b->uuid) != KCAN_USBDEV_MATCH_YES)
		return;
	become(b, seek->port);
	b->port->facts.usb = *device;
	b->port->facts.cause = CAUSE_USB_ALREADY;
	snprintf(b->port->facts.port, sizeof(b->port->facts.port), "%s", name);
}

bool adapter_find_away(struct board *b, struct port *port)
{
	kcan_usbport_each(see, &(struct seek){ b, port });
	return b->port;
}

/* Return: 0 or a negative errno: it was not sent. */
static int request(struct board *b)
{
	struct can_frame frame;

	kcan_admin_encode(&frame, &(struct kcan_admin_msg){
					  .cmd = KCAN_ADMIN_REQUEST_BOOTLOADER,
					  .uuid = b->uuid });
	return b->wire->lost ? b->wire->lost : bus_send(&b->wire->bus, &frame);
}

static void follow(struct board *b)
{
	static const enum cause causes[] = USB_CAUSES;
	struct port *port = b->port;
	struct words_facts *facts = &port->facts;
	uint64_t end_us = loop_now(b->loop) + b->opts->timeout_us;
	struct kcan_usbfollow f;

	kcan_usbfollow_init(&f, &facts->usb, end_us, end_us);
	usb_follow(port->usb, &f, b->loop, trace_device);
	/* what is left of it belongs to an interface that is gone */
	bus_close(&b->wire->bus);
	facts->usb = f.seen;
	facts->cause = causes[f.verdict];
	if (f.verdict != KCAN_USBFOLLOW_KATAPULT)
		return;
	usb_wait_for_name(port->usb, &facts->usb, b->loop);
	if (!facts->usb.tty[0])
		facts->cause = CAUSE_USB_NO_TTY;
}

/* Is it to be seen whether the others are on its bus as before? */
static bool looks_behind(const struct board *b)
{
	return b->opts->command == OPTS_FLASH && !b->opts->no_start &&
	       !b->opts->no_wait;
}

static bool enter(struct board *b)
{
	struct words_facts *facts = &b->port->facts;
	struct wire *wire = b->wire;
	int err;

	if (!port_begin(b))
		return true;
	if (!wire->away) {
		if (looks_behind(b))
			behind_ask(&wire->before, &wire->bus, &b->uuid);
		err = kcan_usbport_watch(b->port->usb);
		facts->cause = err ? CAUSE_UNWATCHED : CAUSE_PENDING;
		if (!err && (err = request(b)))
			facts->cause = CAUSE_LOST_UNSENT;
		facts->requested = !err;
		if (err)
			snprintf(facts->detail, sizeof(facts->detail), "%s",
				 strerror(-err));
		else
			follow(b);
	}
	wire->lost = 0;
	port_ask(b);
	return true;
}

static enum entry entered(struct board *b)
{
	enum entry entry = port_entered(b);

	b->target.link = KCAN_IMAGE_LINK_BRIDGE;
	return entry;
}

/* What to type to bring it up. */
static const char *line_of(const struct board *b, char line[static LINE_LEN])
{
	const struct kcan_link *link = &b->wire->link;
	char queue[32] = "";

	if (link->txqueuelen)
		snprintf(queue, sizeof(queue), "txqueuelen %u ",
			 link->txqueuelen);
	snprintf(line, LINE_LEN,
		 "sudo ip link set %.15s up %stype can bitrate %u",
		 b->wire->ifname, queue,
		 link->bitrate_bps ? link->bitrate_bps : 1000000);
	return line;
}

/* Somebody else may do it, as systemd-networkd does. */
static bool bring_up(struct board *b, uint64_t until_us)
{
	const char *ifname = b->wire->ifname;
	char line[LINE_LEN];
	int err = -EPERM;

	if (canbus_is_up(ifname))
		return true;
	if (b->wire->link.bitrate_bps)
		err = kcan_link_restore(&b->wire->link, ifname);
	if (!err || canbus_is_up(ifname))
		return true;
	progress_clear(b->r, b->opts);
	report_note(b->r, "%s is back, and down: bring it up now: %s", ifname,
		    line_of(b, line));
	return canbus_wait_up(b->loop, ifname, until_us);
}

/* Return: whether the interface is there as before; false: see @why. */
static bool bring_back(struct board *b, const char **why)
{
	struct words_facts *facts = &b->port->facts;
	uint64_t timeout_us = b->opts->timeout_us;
	uint64_t until_us;

	/* for what is said of it */
	facts->timeout_us = timeout_us > BACK_US ? timeout_us : BACK_US;
	until_us = loop_now(b->loop) + facts->timeout_us;

	*why = "it did not come back as an adapter";
	if (!usb_wait_for_kind(b->port->usb, &facts->usb, KCAN_USBDEV_BRIDGE,
			       b->loop, until_us))
		return false;
	b->wire->ifname = b->wire->bus.ifname = facts->usb.ifname;
	*why = "its interface came back down, so it could not be asked";
	return bring_up(b, until_us);
}

static void warn_of_rate(struct board *b)
{
	uint32_t before_bps = b->wire->link.bitrate_bps;
	struct kcan_link now;

	if (kcan_link_get(&now, b->wire->ifname) || !before_bps ||
	    !now.bitrate_bps || now.bitrate_bps == before_bps)
		return;
	progress_clear(b->r, b->opts);
	warn_boards(b->r, b, 1, NULL,
		    "%s came back with %u bit/s, and had %u before",
		    b->wire->ifname, now.bitrate_bps, before_bps);
}

static void left(struct board *b)
{
	char line[LINE_LEN];
	const char *why;

	if (!b->flash || !kcan_flash_result(b->flash).completed) {
		board_on_port.left(b);
		return;
	}
	port_starts(b);
	if (bring_back(b, &why) || *b->end.next)
		return;
	end_next(&b->end, "%s: %s", why, line_of(b, line));
}

static void starts(struct board *b)
{
	char line[LINE_LEN];

	port_starts(b);
	if (b->opts->no_wait)
		end_next(&b->end, "when %s is back: %s", b->wire->ifname,
			 line_of(b, line));
}

static bool open_bus(struct board *b)
{
	struct wire *wire = b->wire;
	int err = bus_open_nodeids(&wire->bus, 0);

	wire->nodeids =
		(struct nodeids){ .ifindex = if_nametoindex(wire->ifname),
				  .force = wire->nodeids.force };
	return !err;
}

/* Nobody can tell before whether it has the speed of the others. */
static void look_behind(struct board *b)
{
	struct wire *wire = b->wire;

	wire->cut_off = wire->before.len &&
			!behind_answers(&wire->before, &wire->bus, &b->uuid) &&
			!b->loop->signal;
}

/* It keeps its nodeid: without it would take its interface away once more. */
static bool find(struct board *b, struct kcan_running_cfg *cfg)
{
	char line[LINE_LEN];
	const char *why;

	cfg->reset = NULL;
	if (!bring_back(b, &why)) {
		if (b->loop->signal || !b->port->facts.usb.ifname[0]) {
			end_elsewhere(b);
			return false;
		}
		end_not_seen(b, why);
		end_next(&b->end, "%s; then type the same command again%s",
			 line_of(b, line), end_without_backup(b));
		return false;
	}
	b->draw = (struct nodeids_draw){ .pool = &b->wire->nodeids };
	warn_of_rate(b);
	look_behind(b);
	if (open_bus(b))
		return board_on_can.find(b, cfg);
	end_not_seen(b, "its interface could not be opened");
	return false;
}

/* On its port it was seen to be none. */
static bool turn_back(struct board *b)
{
	(void)b;
	return false;
}

static const struct link_ops *now_on(const struct board *b)
{
	return b->running ? &board_on_can : &board_on_port;
}

static void send_due(struct board *b)
{
	now_on(b)->send(b);
}

static uint64_t deadline(const struct board *b)
{
	return now_on(b)->deadline(b);
}

static int turn(struct board *b, uint64_t deadline_us)
{
	struct kcan_bus_rx rx[BUS_BATCH];
	int n;

	if (!b->running)
		return board_on_port.wait(b, deadline_us);
	n = bus_turn(&b->wire->bus, rx, deadline_us);
	for (int i = 0; i < n; i++) {
		if (!rx[i].own)
			nodeids_note(&b->wire->nodeids, &rx[i].frame);
		board_rx(b, &rx[i]);
	}
	if (n == -ENODEV)
		b->wire->lost = n;
	if (n == -ENETDOWN || b->wire->down)
		board_down(b);
	b->wire->down = false;
	return 0;
}

const struct link_ops board_as_adapter = {
	.enter = enter,
	.entered = entered,
	.leave = port_leave,
	.left = left,
	.starts = starts,
	.find = find,
	.turn_back = turn_back,
	.send = send_due,
	.deadline = deadline,
	.wait = turn,
	.close = port_close,
};
