// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "cable.h"

#include <errno.h>
#include <string.h>

#include "../world/bridge.h"

static bool tell(struct cable *c, const struct usb_link_msg *msg)
{
	bool told = c->cfg.tell(c->cfg.arg, msg);

	c->waits |= !told;
	return told;
}

static void report(struct cable *c, struct event event, uint64_t now_us)
{
	event.uuid = &c->cfg.mcu->cfg.uuid;
	event.now_us = now_us;
	c->cfg.events.emit(c->cfg.events.arg, &event);
}

/* Return: whether the host is connected to what the MCU is now. */
static bool is(const struct cable *c, enum usb_kind kind)
{
	return c->attached && c->plugged && c->kind == kind &&
	       c->generation == c->cfg.mcu->generation;
}

static void heard(void *arg, const struct can_frame *f)
{
	struct cable *c = arg;

	/* a full bridge loses what it hears */
	if (is(c, USB_GSUSB))
		c->cfg.tell(c->cfg.arg,
			    &(struct usb_link_msg){ .kind = USB_LINK_FRAME,
						    .frame = *f });
}

void cable_init(struct cable *c, const struct cable_cfg *cfg)
{
	*c = (struct cable){ .cfg = *cfg };
	if (cfg->mcu->cfg.link == MCU_LINK_BRIDGE)
		bridge_attach(cfg->mcu, heard, c);
}

/* To the device: what is plugged in. */

/* What a bridge has on its way to the host is lost with the connection. */
static void forget(struct cable *c)
{
	c->attached = false;
	c->held = false;
	c->sent_len = 0;
	c->local_id = 0;
	c->gsusb = (struct gsusb_cfg){ 0 };
	if (c->cfg.mcu->cfg.link != MCU_LINK_BRIDGE)
		return;
	world_link(c->cfg.world, bridge_inside(c->cfg.mcu), false);
	world_link(c->cfg.world, bridge_inside(c->cfg.mcu), true);
}

static void plug(struct cable *c)
{
	struct usb_link_msg msg = { .kind = USB_LINK_PLUG };
	bool wanted = cable_plug(&msg.plug, c->cfg.mcu);

	if (c->generation == c->cfg.mcu->generation && wanted == c->plugged)
		return;
	if (!wanted)
		msg.kind = USB_LINK_UNPLUG;
	if ((wanted || c->plugged) && !tell(c, &msg))
		return;
	c->generation = c->cfg.mcu->generation;
	c->plugged = wanted;
	c->kind = msg.plug.kind;
	forget(c);
}

static void tell_local_id(struct cable *c)
{
	struct usb_link_msg msg = { .kind = USB_LINK_LOCAL_ID,
				    .local_id = mcu_rx_id(c->cfg.mcu) };

	if (msg.local_id != c->local_id && tell(c, &msg))
		c->local_id = msg.local_id;
}

static void tell_deviations(struct cable *c)
{
	const struct mcu_usb_cfg *usb = &c->cfg.mcu->cfg.usb;
	struct usb_link_msg msg = { .kind = USB_LINK_DEVIATE,
				    .gsusb = { .mute = usb->mute,
					       .slow = usb->slow } };

	if (usb->mute == c->gsusb.mute && usb->slow == c->gsusb.slow)
		return;
	if (tell(c, &msg))
		c->gsusb = msg.gsusb;
}

/* The device tells of each one when it is on its way to the host. */
static void send_own(struct cable *c, uint64_t now_us)
{
	unsigned int bus = bridge_inside(c->cfg.mcu);
	struct usb_link_msg msg = { .kind = USB_LINK_SENT };

	while (c->sent_len < USB_BOARD_OWN_LEN &&
	       world_tx(c->cfg.world, bus, &msg.frame, now_us)) {
		if (!tell(c, &msg)) {
			world_refused(c->cfg.world, bus, now_us);
			return;
		}
		world_sent(c->cfg.world, bus);
		c->sent[(c->sent_first + c->sent_len++) % USB_BOARD_OWN_LEN] =
			msg.frame;
	}
}

size_t cable_write(struct cable *c, const uint8_t *data, size_t len)
{
	struct usb_link_msg msg = { .kind = USB_LINK_BYTES };
	size_t sent = 0, n;

	if (!is(c, USB_CDC_KLIPPER) && !is(c, USB_CDC_KATAPULT))
		return len;
	/* the port takes a piece as a whole, or drops it */
	for (; sent < len; sent += n) {
		n = len - sent < CDC_TX_SIZE ? len - sent : CDC_TX_SIZE;
		memcpy(msg.bytes.bytes, data + sent, n);
		msg.bytes.len = (uint32_t)n;
		if (!tell(c, &msg))
			break;
	}
	c->mcu_waits = sent < len;
	return sent;
}

/* From the device. Return: false when it has to be taken later. */

static bool plugged(struct cable *c, const struct usb_link_msg *msg,
		    uint64_t now_us)
{
	c->attached = true;
	c->port = msg->number;
	report(c,
	       (struct event){ .type = EVENT_PLUGGED,
			       .text = cable_kind_name(c->kind),
			       .count = (uint64_t)(int64_t)c->port },
	       now_us);
	return true;
}

static bool unplugged(struct cable *c, const struct usb_link_msg *msg,
		      uint64_t now_us)
{
	/* a host that breaks off has pulled it; one that never took it has not */
	if (!c->attached)
		c->err = msg->number;
	c->attached = false;
	if (!c->err)
		report(c,
		       (struct event){ .type = EVENT_UNPLUGGED,
				       .count = (uint64_t)(int64_t)c->port },
		       now_us);
	return true;
}

static bool local(struct cable *c, const struct usb_link_msg *msg,
		  uint64_t now_us)
{
	if (is(c, USB_GSUSB))
		world_rx(c->cfg.world, bridge_inside(c->cfg.mcu), &msg->frame,
			 false, now_us);
	return true;
}

static bool bus(struct cable *c, const struct usb_link_msg *msg,
		uint64_t now_us)
{
	if (!is(c, USB_GSUSB))
		return true;
	/* the device has not heard yet that the MCU has a nodeid */
	if (c->local_id != mcu_rx_id(c->cfg.mcu) &&
	    msg->frame.can_id == mcu_rx_id(c->cfg.mcu))
		return local(c, msg, now_us);
	return bridge_forward(c->cfg.mcu, &msg->frame, now_us);
}

static bool accepted(struct cable *c, const struct usb_link_msg *msg,
		     uint64_t now_us)
{
	struct can_frame f = c->sent[c->sent_first];

	(void)msg;
	if (!is(c, USB_GSUSB) || !c->sent_len)
		return true;
	c->sent_first = (c->sent_first + 1) % USB_BOARD_OWN_LEN;
	c->sent_len--;
	world_rx(c->cfg.world, bridge_inside(c->cfg.mcu), &f, true, now_us);
	return true;
}

static bool mode(struct cable *c, const struct usb_link_msg *msg,
		 uint64_t now_us)
{
	if (!is(c, USB_GSUSB))
		return true;
	report(c,
	       (struct event){ .type = EVENT_HOST,
			       .text = msg->mode.up ? "up" : "down",
			       .count = msg->mode.bitrate_bps },
	       now_us);
	bridge_host(c->cfg.mcu, msg->mode.up, msg->mode.bitrate_bps, now_us);
	return true;
}

static bool touch(struct cable *c, const struct usb_link_msg *msg,
		  uint64_t now_us)
{
	(void)msg;
	if (is(c, USB_CDC_KLIPPER))
		world_usb_touch(c->cfg.world, c->cfg.mcu, now_us);
	return true;
}

static bool bytes(struct cable *c, const struct usb_link_msg *msg,
		  uint64_t now_us)
{
	struct usb_link_bytes *left = &c->msg.bytes;
	uint32_t taken;

	if (!is(c, USB_CDC_KLIPPER) && !is(c, USB_CDC_KATAPULT))
		return true;
	taken = (uint32_t)world_rx_bytes(c->cfg.world, c->cfg.mcu,
					 msg->bytes.bytes, msg->bytes.len,
					 now_us);
	if (taken == msg->bytes.len)
		return true;
	/* @msg may be the one that is held */
	left->len = msg->bytes.len - taken;
	memmove(left->bytes, msg->bytes.bytes + taken, left->len);
	c->msg.kind = USB_LINK_BYTES;
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
static bool memory(struct cable *c, const struct usb_link_msg *msg,
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
	struct flash *flash = world_rom_flash(c->cfg.world, c->cfg.mcu);

	(void)now_us;
	if (!is(c, USB_DFUSE))
		return true;
	answer.memory.result =
		flash ? work[msg->kind](flash, &msg->memory, &answer.memory) :
			-EIO;
	return tell(c, &answer);
}

static bool leave(struct cable *c, const struct usb_link_msg *msg,
		  uint64_t now_us)
{
	if (is(c, USB_DFUSE))
		world_rom_leave(c->cfg.world, c->cfg.mcu, (uint32_t)msg->number,
				now_us);
	return true;
}

static bool take(struct cable *c, const struct usb_link_msg *msg,
		 uint64_t now_us)
{
	static bool (*const takes[USB_LINK_KIND_COUNT])(
		struct cable * c, const struct usb_link_msg *msg,
		uint64_t now_us) = {
		[USB_LINK_PLUGGED] = plugged,
		[USB_LINK_UNPLUGGED] = unplugged,
		[USB_LINK_LOCAL] = local,
		[USB_LINK_BUS] = bus,
		[USB_LINK_ACCEPTED] = accepted,
		[USB_LINK_MODE] = mode,
		[USB_LINK_TOUCH] = touch,
		[USB_LINK_BYTES] = bytes,
		[USB_LINK_ERASE] = memory,
		[USB_LINK_PROGRAM] = memory,
		[USB_LINK_READ] = memory,
		[USB_LINK_LEAVE] = leave,
	};

	return !takes[msg->kind] || takes[msg->kind](c, msg, now_us);
}

void cable_take(struct cable *c, const struct usb_link_msg *msg,
		uint64_t now_us)
{
	c->held = !take(c, msg, now_us);
	if (c->held && msg->kind != USB_LINK_BYTES)
		c->msg = *msg;
}

bool cable_kick(struct cable *c, uint64_t now_us)
{
	bool freed = false;

	c->waits = false;
	plug(c);
	if (c->held) {
		c->held = !take(c, &c->msg, now_us);
		freed = !c->held;
	}
	if (c->mcu_waits) {
		c->mcu_waits = false;
		world_serial_room(c->cfg.world, c->cfg.mcu, now_us);
	}
	if (is(c, USB_GSUSB)) {
		tell_local_id(c);
		tell_deviations(c);
		send_own(c, now_us);
	}
	return freed;
}
