// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "targets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../canbus/programs.h"
#include "../canbus/reserve.h"
#include "adapter.h"
#include "io/usbport.h"
#include "proto/usbdev.h"
#include "say/warn.h"

#define BOARDS_ON_A_WIRE (NODEIDS_COUNT / 3)
#define UP "sudo ip link set %s up type can bitrate 1000000"

static bool fail(struct targets *t, const char *sentence)
{
	end_with(&t->end, KCAN_OUTCOME_LOCAL_ERROR, "%s", sentence);
	return false;
}

/* Return: the one of that name, made when it is new. */
static struct wire *wire_of(struct targets *t, const char *ifname,
			    struct loop *loop)
{
	struct wire *wire = t->wires;

	while (wire < t->wires + t->wires_len && strcmp(wire->ifname, ifname))
		wire++;
	if (wire == t->wires + t->wires_len) {
		t->wires_len++;
		wire->ifname = ifname;
		wire->bus = (struct bus){ .loop = loop, .ifname = ifname };
	}
	return wire;
}

/* By its name. @port: set when it is on a serial port. */
static int find_named(struct targets *t, const struct opts *opts,
		      struct board *b, const char **ifname, struct port *port)
{
	const struct opts_board *o = &opts->boards[t->len];
	struct printer *p = &t->printer;
	const struct config_mcu *mcu;
	int err = config_mcus_find(&p->mcus, &mcu, o->name, p->error);

	if (err)
		return err;
	b->name = mcu->name;
	if (!mcu->uuid.text)
		return printer_port(p, mcu, &port->device,
				    o->baud_bps ? NULL : &port->baud_bps);
	return printer_reach(p, mcu, &b->uuid, opts->on_ifname ? NULL : ifname);
}

static bool is_twice(const struct targets *t, const struct board *b)
{
	for (const struct board *other = t->boards; other < b; other++)
		if (b->port && other->port ?
			    port_is_same(b->port, other->port) :
			    !b->port && !other->port &&
				    kcan_uuid_equal(&other->uuid, &b->uuid))
			return true;
	return false;
}

static bool fail_twice(struct targets *t, const struct opts_board *o)
{
	char uuid[KCAN_UUID_STR_LEN + 1];

	end_with(&t->end, KCAN_OUTCOME_USAGE,
		 "%s '%.60s' is the same board as another one: leave one of "
		 "them out",
		 opts_board_option(o), opts_board_name(o, uuid));
	return false;
}

static uint32_t rate_or_usual(uint32_t rate_bps)
{
	return rate_bps ? rate_bps : OPTS_BAUD_DEFAULT;
}

static bool find_board(struct targets *t, const struct opts *opts,
		       struct loop *loop)
{
	const struct opts_board *o = &opts->boards[t->len];
	struct board *b = &t->boards[t->len];
	struct port *port = &t->ports[t->len];
	const char *ifname = opts->ifname;

	b->loop = loop;
	b->uuid = o->uuid;
	*port = (struct port){ .device = o->device,
			       .baud_bps = rate_or_usual(o->baud_bps),
			       .katapult_bps = rate_or_usual(o->katapult_bps) };
	if (o->name && find_named(t, opts, b, &ifname, port))
		return fail(t, t->printer.error);
	b->port = port->device ? port : NULL;
	b->link = b->port ? &board_on_port : &board_on_can;
	if (is_twice(t, b))
		return fail_twice(t, o);
	b->firmware = &t->firmwares[t->len];
	t->len++;
	if (opts->command == OPTS_READ)
		b->firmware->path = o->file;
	else if (firmware_read(b->firmware, o->file))
		return fail(t, b->firmware->error);
	if (o->backup && backup_prepare(&b->backup, o->backup, opts->force))
		return fail(t, b->backup.error);
	if (!b->port)
		b->wire = wire_of(t, ifname, loop);
	return true;
}

/*
 * Each is proven and flashed on one nodeid, and asked on another whether it runs
 * or stays in Katapult. One that is asked for Katapult again has two until it is
 * proven. Now and then one that is drawn is of no use.
 */
static bool has_nodeids(struct targets *t, const struct wire *wire)
{
	size_t n = 0;

	for (size_t i = 0; i < t->len; i++)
		n += t->boards[i].wire == wire;
	if (n <= BOARDS_ON_A_WIRE)
		return true;
	end_with(&t->end, KCAN_OUTCOME_USAGE,
		 "%zu boards on %s need more nodeids than there are from %d to "
		 "%d: flash %d at most in one call",
		 n, wire->ifname, NODEIDS_FIRST, NODEIDS_LAST,
		 BOARDS_ON_A_WIRE);
	return false;
}

/* What would be lost if @b saved what is on it; or NULL. */
static const char *lost_by(const struct targets *t, const struct board *b)
{
	for (const struct board *o = t->boards; o < t->boards + t->len; o++) {
		if (o->opts->command != OPTS_READ &&
		    backup_replaces(&b->backup, o->firmware->path))
			return o->firmware->path;
		if (o != b && o->backup.path &&
		    backup_is_same_place(&b->backup, &o->backup))
			return o->backup.path;
	}
	return NULL;
}

/* Other names of one file are not seen on the command line. */
static bool loses_nothing(struct targets *t)
{
	const char *lost;

	for (const struct board *b = t->boards; b < t->boards + t->len; b++) {
		lost = b->backup.path ? lost_by(t, b) : NULL;
		if (!lost)
			continue;
		end_with(&t->end, KCAN_OUTCOME_USAGE,
			 "'%.80s' is to be written, and is the same file as "
			 "'%.80s': give it a name of its own",
			 b->backup.path, lost);
		return false;
	}
	return true;
}

bool targets_find(struct targets *t, const struct opts *opts, struct report *r,
		  struct loop *loop)
{
	bool named = false;

	for (size_t i = 0; i < opts->len; i++)
		named |= opts->boards[i].name != NULL;
	if (named && printer_open(&t->printer, opts->config, r))
		return fail(t, t->printer.error);
	for (size_t i = 0; i < opts->len; i++) {
		t->boards[i].opts = opts;
		t->boards[i].r = r;
		if (!find_board(t, opts, loop))
			return false;
	}
	for (size_t i = 0; i < t->wires_len; i++)
		if (!has_nodeids(t, &t->wires[i]))
			return false;
	return loses_nothing(t);
}

static void end_away(struct targets *t, const struct board *adapter)
{
	const char *ifname = adapter->wire->ifname;
	char uuid[KCAN_UUID_STR_LEN + 1];

	kcan_uuid_format(&adapter->uuid, uuid);
	end_with(&t->end, KCAN_OUTCOME_LOCAL_ERROR,
		 "there is no interface %s, as its adapter %s is in Katapult; "
		 "nothing was sent",
		 ifname, uuid);
	end_next(&t->end,
		 "flash that alone first: katflash -i %s -u %s FILE; then type "
		 "the same command again",
		 ifname, uuid);
}

/*
 * There is no such interface: is its adapter in Katapult? The others on it cannot
 * be reached then. Return: whether it is; when it is not alone, see @t->end.
 */
static bool find_away(struct targets *t, struct wire *wire)
{
	const struct board *adapter = NULL;
	size_t on_it = 0;

	for (size_t i = 0; i < t->len; i++) {
		if (t->boards[i].wire != wire)
			continue;
		on_it++;
		if (adapter_find_away(&t->boards[i], &t->ports[i]))
			adapter = &t->boards[i];
	}
	wire->away = adapter && on_it == 1;
	if (adapter && !wire->away)
		end_away(t, adapter);
	return adapter;
}

static bool look_at_link(struct targets *t, struct wire *wire)
{
	int err = kcan_link_get(&wire->link, wire->ifname);

	if (err == -ENODEV && find_away(t, wire))
		return wire->away;
	if (err || !wire->link.is_can) {
		end_with(&t->end, KCAN_OUTCOME_LOCAL_ERROR,
			 err && err != -ENODEV ?
				 "%s could not be looked at: %s" :
			 err ? "there is no interface %s" :
			       "%s is not a CAN interface",
			 wire->ifname, strerror(-err));
		end_next(&t->end, "see what there is: canbootreq --list");
	} else if (!wire->link.up) {
		end_with(&t->end, KCAN_OUTCOME_LOCAL_ERROR, "%s is down",
			 wire->ifname);
		end_next(&t->end, "bring it up: " UP, wire->ifname);
	} else if (wire->link.state == KCAN_LINK_STATE_BUS_OFF) {
		end_with(&t->end, KCAN_OUTCOME_LOCAL_ERROR,
			 "%s is in state BUS-OFF", wire->ifname);
		end_next(&t->end,
			 "look for wiring and bit rate, then: sudo ip "
			 "link set %s down && " UP,
			 wire->ifname, wire->ifname);
	} else {
		return true;
	}
	return false;
}

static bool look_at_programs(struct targets *t, const struct opts *opts,
			     struct report *r, struct wire *wire)
{
	struct programs found = { .program = "katflash",
				  .trace = opts->verbose ? r->streams.trace :
							   NULL };
	int flashing = 0;

	programs_look(&found, wire->ifname);
	if (found.unfiltered)
		flashing = programs_listen(&wire->bus);
	if (flashing < 0) {
		end_with(&t->end, KCAN_OUTCOME_LOCAL_ERROR,
			 "it could not be heard whether somebody flashes over "
			 "%s: %s",
			 wire->ifname, strerror(-flashing));
		return false;
	}
	if (!flashing && !found.klipper_host)
		return true;
	end_with(&t->end, KCAN_OUTCOME_BUSY,
		 flashing ? "another program is flashing over %s" :
			    "a Klipper host has nodes open on %s, and losing "
			    "one ends its print",
		 wire->ifname);
	end_next(&t->end, flashing ?
				  "wait for its end, or go on with --force" :
				  "stop it, for example: sudo systemctl stop "
				  "klipper; or go on with --force");
	if (!opts->force)
		return false;
	warn_boards(r, t->boards, t->len, wire,
		    "%s; going on because of --force", t->end.reason);
	return true;
}

/* It is asked last, as it takes the bus along. */
static void look_for_adapter(struct targets *t, struct wire *wire)
{
	struct kcan_usbport *port;
	struct kcan_usbdev dev;
	bool found = false;

	wire->owns_timing = kcan_link_has_bitrate(&wire->link);
	if (kcan_usbport_of_interface(&port, wire->ifname))
		return;
	kcan_usbport_look(port, &dev);
	if (kcan_usbdev_info(&dev)->kind == KCAN_USBDEV_BRIDGE)
		wire->owns_timing = false;
	for (size_t i = 0; i < t->len && !found; i++)
		found = t->boards[i].wire == wire &&
			adapter_find(&t->boards[i], &t->ports[i], &dev, port);
	if (!found)
		kcan_usbport_close(port);
}

/* Neither canbootreq nor another katflash is at it; until this process ends. */
static bool reserve(struct targets *t, struct board *b, const struct opts *opts,
		    struct report *r)
{
	unsigned int ifindex = b->wire->nodeids.ifindex;
	char uuid[KCAN_UUID_STR_LEN + 1], holder[64];
	int fd = reserve_uuid(ifindex, &b->uuid);

	kcan_uuid_format(&b->uuid, uuid);
	if (fd == -EADDRINUSE) {
		reserve_holder(holder, sizeof(holder), ifindex, &b->uuid);
		end_with(&t->end, KCAN_OUTCOME_BUSY,
			 "%s is busy with %s on %s; nothing was sent", holder,
			 uuid, b->wire->ifname);
		end_next(&t->end, "wait for its end, then try again, or go on "
				  "with --force");
		if (opts->force)
			warn_boards(r, b, 1, NULL,
				    "%s is busy with %s on %s; going on "
				    "because of --force",
				    holder, uuid, b->wire->ifname);
		return opts->force;
	}
	if (fd < 0)
		end_with(&t->end, KCAN_OUTCOME_LOCAL_ERROR,
			 "%s could not be reserved: %s; nothing was sent", uuid,
			 strerror(-fd));
	return fd >= 0;
}

static bool open_wire(struct targets *t, const struct opts *opts,
		      struct wire *wire)
{
	int err;

	wire->nodeids.ifindex = wire->link.index;
	wire->nodeids.force = opts->force;
	err = bus_open_nodeids(&wire->bus, 0);
	if (!err)
		return true;
	end_with(&t->end, KCAN_OUTCOME_LOCAL_ERROR,
		 "%s could not be opened: %s", wire->ifname, strerror(-err));
	return false;
}

bool targets_look(struct targets *t, const struct opts *opts, struct report *r)
{
	for (size_t i = 0; i < t->wires_len; i++) {
		struct wire *wire = &t->wires[i];

		if (!look_at_link(t, wire))
			return false;
		if (wire->away)
			continue;
		look_for_adapter(t, wire);
		if (!look_at_programs(t, opts, r, wire) ||
		    !open_wire(t, opts, wire))
			return false;
	}
	for (size_t i = 0; i < t->len; i++) {
		struct board *b = &t->boards[i];

		if (b->wire ? !reserve(t, b, opts, r) :
			      !port_is_there(b->port, &t->end))
			return false;
	}
	return true;
}

void targets_free(struct targets *t)
{
	for (size_t i = 0; i < t->len; i++) {
		board_close(&t->boards[i]);
		free(t->boards[i].warnings);
		backup_free(&t->boards[i].backup);
		previous_free(&t->boards[i].previous);
		firmware_free(&t->firmwares[i]);
	}
	for (size_t i = 0; i < t->wires_len; i++)
		bus_close(&t->wires[i].bus);
	printer_close(&t->printer);
}
