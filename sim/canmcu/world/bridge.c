// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "bridge.h"

#include <linux/can/error.h>
#include <string.h>

#include "../wire/wire.h"
#include "bus.h"
#include "node_index.h"

void bridge_add(struct bridge *br, struct bus *bus)
{
	br->slots_used = 0;
	bus_listen(bus, &br->listener);
}

void bridge_remove(struct bridge *br)
{
	bus_leave(&br->listener);
}

/* The state of its controller. */

/* The host's bit rate, or its own, is not that of the bus. */
static bool is_deaf(const struct bridge *br)
{
	return br->deaf || mcu_off_speed(&br->listener.node->mcu);
}

static enum confinement_state state_of(const struct bridge *br)
{
	enum confinement_state own =
		confinement_state(&br->listener.node->sender.confinement);
	enum confinement_state given = br->listener.node->mcu.cfg.usb.bus_state;

	if (is_deaf(br))
		return CONFINEMENT_BUS_OFF;
	return own > given ? own : given;
}

/* usbip-gsusb-bridge.md, section 4.3; the host forgets bus-off by RESTARTED. */
static struct can_frame error_frame(enum confinement_state from,
				    enum confinement_state to)
{
	static const struct {
		canid_t id;
		uint8_t detail; /* data[1] */
	} rows[CONFINEMENT_STATE_COUNT] = {
		[CONFINEMENT_ACTIVE] = { CAN_ERR_CRTL, CAN_ERR_CRTL_ACTIVE },
		[CONFINEMENT_WARNING] = { CAN_ERR_CRTL,
					  CAN_ERR_CRTL_TX_WARNING },
		[CONFINEMENT_PASSIVE] = { CAN_ERR_CRTL,
					  CAN_ERR_CRTL_TX_PASSIVE },
		[CONFINEMENT_BUS_OFF] = { CAN_ERR_BUSOFF, 0 },
	};
	struct can_frame f = { .can_id = CAN_ERR_FLAG | rows[to].id,
			       .can_dlc = CAN_ERR_DLC };

	if (from == CONFINEMENT_BUS_OFF && to == CONFINEMENT_ACTIVE)
		f.can_id = CAN_ERR_FLAG | CAN_ERR_RESTARTED;
	f.data[1] = rows[to].detail;
	return f;
}

static void send_to_host(const struct bridge *br, const struct can_frame *f)
{
	if (br->receive)
		br->receive(br->arg, f);
}

void bridge_update(struct bridge *br, uint64_t now_us)
{
	enum confinement_state state = state_of(br);
	struct can_frame f = error_frame(br->reported, state);

	if (state != br->state)
		mcu_event(&br->listener.node->mcu, EVENT_BUS_STATE,
			  confinement_state_name(state), now_us);
	br->state = state;
	if (state != br->reported)
		send_to_host(br, &f);
	br->reported = state;
}

/* A reset of the chip is one of its controller. */
static void follow_reset(struct bridge *br)
{
	if (br->generation == br->listener.node->mcu.generation)
		return;
	br->generation = br->listener.node->mcu.generation;
	br->slots_used = 0;
	br->deaf = false;
	bus_follow_reset(br->listener.bus, br->listener.node);
}

/* Frames. */

static bool is_off(const struct bridge *br)
{
	return state_of(br) == CONFINEMENT_BUS_OFF;
}

/* By itself it comes back, and what it had is sent: see struct arbiter. */
static bool is_off_for_good(const struct bridge *br)
{
	return is_deaf(br) ||
	       br->listener.node->mcu.cfg.usb.bus_state == CONFINEMENT_BUS_OFF;
}

/* It is the first member. */
static struct bridge *bridge_of_listener(const struct bus_listener *l)
{
	return (struct bridge *)l;
}

static void received(struct bus_listener *l, const struct can_frame *f)
{
	const struct bridge *br = bridge_of_listener(l);

	if (!is_off(br))
		send_to_host(br, f);
}

static void sent(struct bus_listener *l)
{
	struct bridge *br = bridge_of_listener(l);

	if (br->slots_used)
		br->slots_used--;
}

static void state_changed(struct bus_listener *l, uint64_t now_us)
{
	bridge_update(bridge_of_listener(l), now_us);
}

void bridge_init(struct bridge *br, struct node *node)
{
	static const struct bus_listener_ops ops = { received, sent,
						     state_changed };

	*br = (struct bridge){ .listener = { .ops = &ops, .node = node },
			       .generation = node->mcu.generation };
	node->listener = &br->listener;
}

struct bridge *bridge_at(const struct node *node)
{
	return bridge_of_listener(node->listener);
}

static struct bridge *bridge_of(const struct mcu *m)
{
	return bridge_at(node_of(m));
}

void bridge_attach(const struct mcu *m,
		   void (*receive)(void *arg, const struct can_frame *f),
		   void *arg)
{
	struct bridge *br = bridge_of(m);

	br->receive = receive;
	br->arg = arg;
}

unsigned int bridge_inside(const struct mcu *m)
{
	return bridge_of(m)->inside;
}

bool bridge_is_off(const struct mcu *m)
{
	return is_off_for_good(bridge_of(m));
}

/*
 * As hardware sends it: without the bit that others would take for an error of their
 * own, and no longer than the data is.
 */
static struct can_frame sendable(const struct can_frame *f)
{
	struct can_frame sent = *f;

	sent.can_id &= ~CAN_ERR_FLAG;
	sent.can_dlc = wire_data_len(f);
	return sent;
}

bool bridge_forward(const struct mcu *m, const struct can_frame *f,
		    uint64_t now_us)
{
	struct bridge *br = bridge_of(m);
	struct can_frame sent = sendable(f);

	follow_reset(br);
	if (br->slots_used >= m->cfg.type->family->tx_slots ||
	    is_off_for_good(br) || !bus_forward(&br->listener, &sent, now_us))
		return false;
	br->slots_used++;
	return true;
}

void bridge_host(const struct mcu *m, bool up, uint32_t bitrate_bps,
		 uint64_t now_us)
{
	struct bridge *br = bridge_of(m);
	uint32_t wanted_bps = m->cfg.usb.bitrate_bps;

	follow_reset(br);
	br->deaf = up && wanted_bps && bitrate_bps != wanted_bps;
	/* an interface that goes up believes that all is well */
	br->reported = CONFINEMENT_ACTIVE;
	if (up)
		bridge_update(br, now_us);
}
