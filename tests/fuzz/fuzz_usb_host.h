/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef FUZZ_USB_HOST_H
#define FUZZ_USB_HOST_H

/* The process of a USB device, and the host behind it, out of an input. */
#include <linux/can/error.h>

#include "../../sim/canmcu/ports/hotplug.h"
#include "fuzz_world.h"
#include "util/array.h"

/* As buses have them, and none. */
static const uint32_t fuzz_rates_bps[] = { 0,	   10000,  125000,
					   250000, 500000, 1000000 };

struct fuzz_host {
	struct hotplug hotplug;
	size_t *room;  /* for messages to it */
	uint8_t mcus;  /* as for fuzz_frame() */
	bool told_off; /* it knows that its bridge is bus-off */
};

/* A host hears nothing of a bus that its bridge is off of. */
static inline void fuzz_host_hear(struct fuzz_host *host,
				  const struct can_frame *f)
{
	if (f->can_id & CAN_ERR_FLAG)
		host->told_off = f->can_id & CAN_ERR_BUSOFF;
	else
		check(!host->told_off);
}

/* For hotplug_cfg.send, with a struct fuzz_host as its argument. */
static inline bool fuzz_host_tell(void *arg, const struct usb_link_msg *msg)
{
	struct fuzz_host *host = arg;

	check(usb_link_valid(msg, usb_link_len(msg)));
	if (msg->kind == USB_LINK_FRAME)
		fuzz_host_hear(host, &msg->frame);
	if (!*host->room)
		return false;
	--*host->room;
	if (msg->kind == USB_LINK_PLUG)
		host->told_off = false;
	return true;
}

/* Messages of a device. */

static inline void fuzz_host_read_bytes(struct fuzz_input *in, uint8_t *out,
					uint32_t *len)
{
	/* katapult-protocol.md, section 12 */
	static const uint8_t connect[] = { 0x01, 0x88, 0x11, 0x00,
					   0xf1, 0x7c, 0x99, 0x03 };
	uint8_t how = fuzz_next(in);

	*len = how % 64;
	if (how & 0x80) {
		*len = sizeof(connect);
		memcpy(out, connect, sizeof(connect));
		return;
	}
	for (uint32_t i = 0; i < *len; i++)
		out[i] = fuzz_next(in);
}

static inline void fuzz_host_read_memory(struct fuzz_input *in,
					 const struct fuzz_host *host,
					 struct usb_link_msg *msg)
{
	const struct mcu *m = host->hotplug.cfg.mcu;

	msg->memory.seq = fuzz_next(in);
	msg->memory.address = m->cfg.type->flash_map->start +
			      ((uint32_t)fuzz_next16(in) << 4);
	fuzz_host_read_bytes(in, msg->memory.bytes, &msg->memory.len);
}

static inline void fuzz_host_read_frame(struct fuzz_input *in,
					const struct fuzz_host *host,
					struct usb_link_msg *msg)
{
	fuzz_valid_frame(in, &msg->frame, host->mcus);
}

static inline void fuzz_host_read_discards(struct fuzz_input *in,
					   const struct fuzz_host *host,
					   struct usb_link_msg *msg)
{
	(void)host;
	msg->number = fuzz_next(in) & 1;
}

static inline void fuzz_host_read_mode(struct fuzz_input *in,
				       const struct fuzz_host *host,
				       struct usb_link_msg *msg)
{
	uint8_t how = fuzz_next(in);

	(void)host;
	msg->mode.up = how & 1;
	msg->mode.bitrate_bps =
		fuzz_rates_bps[how % ARRAY_SIZE(fuzz_rates_bps)];
}

static inline void fuzz_host_read_address(struct fuzz_input *in,
					  const struct fuzz_host *host,
					  struct usb_link_msg *msg)
{
	const struct mcu_type *type = host->hotplug.cfg.mcu->cfg.type;

	msg->number = (int32_t)type->flash_map->start + fuzz_next(in);
}

static inline void fuzz_host_read_message(struct fuzz_input *in,
					  const struct fuzz_host *host,
					  struct usb_link_msg *msg)
{
	static void (*const reads[USB_LINK_KIND_COUNT])(
		struct fuzz_input * in, const struct fuzz_host *host,
		struct usb_link_msg *msg) = {
		[USB_LINK_LOCAL] = fuzz_host_read_frame,
		[USB_LINK_BUS] = fuzz_host_read_frame,
		[USB_LINK_MODE] = fuzz_host_read_mode,
		[USB_LINK_DISCARDS] = fuzz_host_read_discards,
		[USB_LINK_ERASE] = fuzz_host_read_memory,
		[USB_LINK_PROGRAM] = fuzz_host_read_memory,
		[USB_LINK_READ] = fuzz_host_read_memory,
		[USB_LINK_LEAVE] = fuzz_host_read_address,
	};
	unsigned int kinds = USB_LINK_KIND_COUNT - USB_LINK_PLUGGED;

	*msg = (struct usb_link_msg){ .kind = USB_LINK_PLUGGED +
					      fuzz_next(in) % kinds };
	if (reads[msg->kind])
		reads[msg->kind](in, host, msg);
}

static inline void fuzz_host_take(struct fuzz_host *host,
				  const struct usb_link_msg *msg,
				  uint64_t now_us)
{
	if (hotplug_is_full(&host->hotplug))
		return;
	if (msg->kind == USB_LINK_MODE || msg->kind == USB_LINK_PLUGGED)
		host->told_off = false;
	check(usb_link_valid(msg, usb_link_len(msg)));
	hotplug_take(&host->hotplug, msg, now_us);
}

#endif
