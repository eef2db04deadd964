// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "hotplug.h"

#include <errno.h>
#include <string.h>

#include "../world/bridge.h"

static bool send_message(struct hotplug *h, const struct usb_link_msg *msg)
{
	bool sent = h->cfg.send(h->cfg.arg, msg);

	h->waits |= !sent;
	return sent;
}

static void report(struct hotplug *h, struct event event, uint64_t now_us)
{
	event.uuid = &h->cfg.mcu->cfg.uuid;
	event.now_us = now_us;
	h->cfg.events.emit(h->cfg.events.arg, &event);
}

/* Return: whether the device is what the MCU is now. */
static bool has(const struct hotplug *h, enum usb_kind kind)
{
	return h->plugged && h->kind == kind &&
	       h->generation == h->cfg.mcu->generation;
}

/* Return: whether the host is connected to that. */
static bool is(const struct hotplug *h, enum usb_kind kind)
{
	return h->attached && has(h, kind);
}

static void received(void *arg, const struct can_frame *f)
{
	struct hotplug *h = arg;

	/* a full bridge loses what it hears */
	if (is(h, USB_GSUSB))
		h->cfg.send(h->cfg.arg,
			    &(struct usb_link_msg){ .kind = USB_LINK_FRAME,
						    .frame = *f });
}

void hotplug_init(struct hotplug *h, const struct hotplug_cfg *cfg)
{
	*h = (struct hotplug){ .cfg = *cfg };
	if (cfg->mcu->cfg.link == MCU_LINK_BRIDGE)
		bridge_attach(cfg->mcu, received, h);
}

/* To the device: what is plugged in. */

/* What a bridge has on its way to the host is lost with the connection. */
static void forget(struct hotplug *h)
{
	h->attached = false;
	h->held = false;
	h->sent_len = 0;
	h->local_id = 0;
	h->gsusb = (struct gsusb_cfg){ 0 };
	if (h->cfg.mcu->cfg.link != MCU_LINK_BRIDGE)
		return;
	world_link(h->cfg.world, bridge_inside(h->cfg.mcu), false);
	world_link(h->cfg.world, bridge_inside(h->cfg.mcu), true);
}

static void plug(struct hotplug *h)
{
	struct usb_link_msg msg = { .kind = USB_LINK_PLUG };
	bool wanted = hotplug_device(&msg.plug, h->cfg.mcu);

	if (h->generation == h->cfg.mcu->generation && wanted == h->plugged)
		return;
	if (!wanted)
		msg.kind = USB_LINK_UNPLUG;
	if ((wanted || h->plugged) && !send_message(h, &msg))
		return;
	h->generation = h->cfg.mcu->generation;
	h->plugged = wanted;
	h->kind = msg.plug.kind;
	forget(h);
}

static void send_local_id(struct hotplug *h)
{
	struct usb_link_msg msg = { .kind = USB_LINK_LOCAL_ID,
				    .local_id = mcu_rx_id(h->cfg.mcu) };

	if (msg.local_id != h->local_id && send_message(h, &msg))
		h->local_id = msg.local_id;
}

/* The device has to see that itself: the MCU is not to wait behind such a frame. */
static bool is_stalled(const struct hotplug *h)
{
	return h->cfg.mcu->cfg.usb.stalled ||
	       (is(h, USB_GSUSB) && bridge_is_off(h->cfg.mcu));
}

static void send_deviations(struct hotplug *h)
{
	const struct mcu_usb_cfg *usb = &h->cfg.mcu->cfg.usb;
	struct usb_link_msg msg = { .kind = USB_LINK_DEVIATE,
				    .gsusb = { .mute = usb->mute,
					       .slow = usb->slow,
					       .stalled = is_stalled(h) } };

	if (!memcmp(&msg.gsusb, &h->gsusb, sizeof(h->gsusb)))
		return;
	if (send_message(h, &msg))
		h->gsusb = msg.gsusb;
}

/*
 * The device tells of each one when it is on its way to the host; without a host it
 * has them, too, or they would be due for as long as there is none. What nobody
 * takes is taken back, and what was there before a reset is no more.
 */
static void send_own(struct hotplug *h, uint64_t now_us)
{
	unsigned int bus = bridge_inside(h->cfg.mcu);
	struct usb_link_msg msg = { .kind = USB_LINK_SENT };

	while (world_tx(h->cfg.world, bus, &msg.frame, now_us)) {
		if (!has(h, USB_GSUSB) || h->sent_len == USB_BOARD_OWN_LEN ||
		    !send_message(h, &msg)) {
			world_refused(h->cfg.world, bus, now_us);
			return;
		}
		world_sent(h->cfg.world, bus);
		h->sent[(h->sent_first + h->sent_len++) % USB_BOARD_OWN_LEN] =
			msg.frame;
	}
}

size_t hotplug_write(struct hotplug *h, const uint8_t *data, size_t len)
{
	struct usb_link_msg msg = { .kind = USB_LINK_BYTES };
	size_t sent = 0, n;

	if (!is(h, USB_CDC_KLIPPER) && !is(h, USB_CDC_KATAPULT))
		return len;
	/* the port takes a piece as a whole, or drops it */
	for (; sent < len; sent += n) {
		n = len - sent < CDC_TX_SIZE ? len - sent : CDC_TX_SIZE;
		memcpy(msg.bytes.bytes, data + sent, n);
		msg.bytes.len = (uint32_t)n;
		if (!send_message(h, &msg))
			break;
	}
	h->mcu_waits = sent < len;
	return sent;
}

/* From the device. Return: false when it has to be taken later. */

static bool plugged(struct hotplug *h, const struct usb_link_msg *msg,
		    uint64_t now_us)
{
	h->attached = true;
	h->port = msg->number;
	report(h,
	       (struct event){ .type = EVENT_PLUGGED,
			       .text = hotplug_kind_name(h->kind),
			       .count = (uint64_t)(int64_t)h->port },
	       now_us);
	return true;
}

static bool unplugged(struct hotplug *h, const struct usb_link_msg *msg,
		      uint64_t now_us)
{
	/* a host that breaks off has pulled it; one that never took it has not */
	if (!h->attached)
		h->err = msg->number;
	h->attached = false;
	if (!h->err)
		report(h,
		       (struct event){ .type = EVENT_UNPLUGGED,
				       .count = (uint64_t)(int64_t)h->port },
		       now_us);
	return true;
}

static bool local(struct hotplug *h, const struct usb_link_msg *msg,
		  uint64_t now_us)
{
	if (is(h, USB_GSUSB))
		world_rx(h->cfg.world, bridge_inside(h->cfg.mcu), &msg->frame,
			 false, now_us);
	return true;
}

static bool bus(struct hotplug *h, const struct usb_link_msg *msg,
		uint64_t now_us)
{
	if (!is(h, USB_GSUSB))
		return true;
	/* the device has not heard yet that the MCU has a nodeid */
	if (h->local_id != mcu_rx_id(h->cfg.mcu) &&
	    msg->frame.can_id == mcu_rx_id(h->cfg.mcu))
		return local(h, msg, now_us);
	/* what was on its way to here when it began is lost */
	return is_stalled(h) || bridge_forward(h->cfg.mcu, &msg->frame, now_us);
}

static bool accepted(struct hotplug *h, const struct usb_link_msg *msg,
		     uint64_t now_us)
{
	struct can_frame f = h->sent[h->sent_first];

	(void)msg;
	if (!has(h, USB_GSUSB) || !h->sent_len)
		return true;
	h->sent_first = (h->sent_first + 1) % USB_BOARD_OWN_LEN;
	h->sent_len--;
	world_rx(h->cfg.world, bridge_inside(h->cfg.mcu), &f, true, now_us);
	return true;
}

static bool mode(struct hotplug *h, const struct usb_link_msg *msg,
		 uint64_t now_us)
{
	if (!is(h, USB_GSUSB))
		return true;
	report(h,
	       (struct event){ .type = EVENT_HOST,
			       .text = msg->mode.up ? "up" : "down",
			       .count = msg->mode.bitrate_bps },
	       now_us);
	bridge_host(h->cfg.mcu, msg->mode.up, msg->mode.bitrate_bps, now_us);
	return true;
}

static bool discards(struct hotplug *h, const struct usb_link_msg *msg,
		     uint64_t now_us)
{
	if (is(h, USB_GSUSB))
		world_bridge_discards(h->cfg.world, h->cfg.mcu, msg->number,
				      now_us);
	return true;
}

static bool touch(struct hotplug *h, const struct usb_link_msg *msg,
		  uint64_t now_us)
{
	(void)msg;
	if (is(h, USB_CDC_KLIPPER))
		world_usb_touch(h->cfg.world, h->cfg.mcu, now_us);
	return true;
}

static bool bytes(struct hotplug *h, const struct usb_link_msg *msg,
		  uint64_t now_us)
{
	struct usb_link_bytes *left = &h->msg.bytes;
	uint32_t taken;

	if (!is(h, USB_CDC_KLIPPER) && !is(h, USB_CDC_KATAPULT))
		return true;
	taken = (uint32_t)world_rx_bytes(h->cfg.world, h->cfg.mcu,
					 msg->bytes.bytes, msg->bytes.len,
					 now_us);
	if (taken == msg->bytes.len)
		return true;
	/* @msg may be the one that is held */
	left->len = msg->bytes.len - taken;
	memmove(left->bytes, msg->bytes.bytes + taken, left->len);
	h->msg.kind = USB_LINK_BYTES;
	return false;
}

static int32_t erase(struct flash *flash, const struct usb_link_memory *m,
		     struct usb_link_memory *answer)
{
	struct flash_result result = flash_erase(flash, m->address);

	(void)answer;
	return result.err ? result.err : (int32_t)result.erased_bytes;
}

static int32_t program(struct flash *flash, const struct usb_link_memory *m,
		       struct usb_link_memory *answer)
{
	(void)answer;
	return flash_program(flash, m->address, m->bytes, m->len);
}

static int32_t read_back(struct flash *flash, const struct usb_link_memory *m,
			 struct usb_link_memory *answer)
{
	if (m->len > sizeof(answer->bytes))
		return -EINVAL;
	answer->len = m->len;
	return flash_read(flash, m->address, answer->bytes, m->len);
}

/* What waits then is the question: it is asked once more. */
static bool memory(struct hotplug *h, const struct usb_link_msg *msg,
		   uint64_t now_us)
{
	static int32_t (*const work[USB_LINK_KIND_COUNT])(
		struct flash * flash, const struct usb_link_memory *m,
		struct usb_link_memory *answer) = {
		[USB_LINK_ERASE] = erase,
		[USB_LINK_PROGRAM] = program,
		[USB_LINK_READ] = read_back,
	};
	struct usb_link_msg answer = { .kind = USB_LINK_MEMORY,
				       .memory.seq = msg->memory.seq };
	struct flash *flash = world_rom_flash(h->cfg.world, h->cfg.mcu);

	(void)now_us;
	if (!is(h, USB_DFUSE))
		return true;
	answer.memory.result =
		flash ? work[msg->kind](flash, &msg->memory, &answer.memory) :
			-EIO;
	return send_message(h, &answer);
}

static bool leave(struct hotplug *h, const struct usb_link_msg *msg,
		  uint64_t now_us)
{
	if (is(h, USB_DFUSE))
		world_rom_leave(h->cfg.world, h->cfg.mcu, (uint32_t)msg->number,
				now_us);
	return true;
}

static bool take(struct hotplug *h, const struct usb_link_msg *msg,
		 uint64_t now_us)
{
	static bool (*const takes[USB_LINK_KIND_COUNT])(
		struct hotplug * h, const struct usb_link_msg *msg,
		uint64_t now_us) = {
		[USB_LINK_PLUGGED] = plugged,
		[USB_LINK_UNPLUGGED] = unplugged,
		[USB_LINK_LOCAL] = local,
		[USB_LINK_BUS] = bus,
		[USB_LINK_ACCEPTED] = accepted,
		[USB_LINK_MODE] = mode,
		[USB_LINK_DISCARDS] = discards,
		[USB_LINK_TOUCH] = touch,
		[USB_LINK_BYTES] = bytes,
		[USB_LINK_ERASE] = memory,
		[USB_LINK_PROGRAM] = memory,
		[USB_LINK_READ] = memory,
		[USB_LINK_LEAVE] = leave,
	};

	return !takes[msg->kind] || takes[msg->kind](h, msg, now_us);
}

void hotplug_take(struct hotplug *h, const struct usb_link_msg *msg,
		  uint64_t now_us)
{
	h->held = !take(h, msg, now_us);
	if (h->held && msg->kind != USB_LINK_BYTES)
		h->msg = *msg;
}

bool hotplug_kick(struct hotplug *h, uint64_t now_us)
{
	bool freed = false;

	h->waits = false;
	plug(h);
	if (h->held) {
		h->held = !take(h, &h->msg, now_us);
		freed = !h->held;
	}
	if (h->mcu_waits) {
		h->mcu_waits = false;
		world_serial_room(h->cfg.world, h->cfg.mcu, now_us);
	}
	if (is(h, USB_GSUSB)) {
		send_local_id(h);
		send_deviations(h);
	}
	if (h->cfg.mcu->cfg.link == MCU_LINK_BRIDGE)
		send_own(h, now_us);
	return freed;
}
