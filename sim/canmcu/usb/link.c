// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "link.h"

#include <string.h>

#define BODY(member)                             \
	(offsetof(struct usb_link_msg, member) + \
	 sizeof(((struct usb_link_msg *)0)->member))
#define MEMORY_LEN offsetof(struct usb_link_msg, memory.bytes)
#define BYTES_LEN offsetof(struct usb_link_msg, bytes.bytes)

/* Without the bytes at the end of some. */
static const size_t lens[USB_LINK_KIND_COUNT] = {
	[USB_LINK_PLUG] = BODY(plug),
	[USB_LINK_UNPLUG] = BODY(kind),
	[USB_LINK_FRAME] = BODY(frame),
	[USB_LINK_SENT] = BODY(frame),
	[USB_LINK_LOCAL_ID] = BODY(local_id),
	[USB_LINK_DEVIATE] = BODY(gsusb),
	[USB_LINK_MEMORY] = MEMORY_LEN,
	[USB_LINK_BYTES] = BYTES_LEN,
	[USB_LINK_PLUGGED] = BODY(number),
	[USB_LINK_UNPLUGGED] = BODY(number),
	[USB_LINK_LOCAL] = BODY(frame),
	[USB_LINK_BUS] = BODY(frame),
	[USB_LINK_ACCEPTED] = BODY(kind),
	[USB_LINK_MODE] = BODY(mode),
	[USB_LINK_DISCARDS] = BODY(number),
	[USB_LINK_TOUCH] = BODY(kind),
	[USB_LINK_ERASE] = MEMORY_LEN,
	[USB_LINK_PROGRAM] = MEMORY_LEN,
	[USB_LINK_READ] = MEMORY_LEN,
	[USB_LINK_LEAVE] = BODY(number),
};

static uint32_t bytes_of(const struct usb_link_msg *msg)
{
	if (msg->kind == USB_LINK_BYTES)
		return msg->bytes.len;
	if (msg->kind == USB_LINK_MEMORY || msg->kind == USB_LINK_PROGRAM)
		return msg->memory.len;
	return 0;
}

size_t usb_link_len(const struct usb_link_msg *msg)
{
	return lens[msg->kind] + bytes_of(msg);
}

static bool is_frame(const struct usb_link_msg *msg)
{
	return msg->frame.can_dlc <= CAN_MAX_DLEN;
}

/* What is neither true nor false must not be read as a bool. */
static bool is_bool(const bool *at)
{
	return *(const unsigned char *)at <= 1;
}

static bool is_gsusb(const struct usb_link_msg *msg)
{
	return is_bool(&msg->gsusb.mute) && is_bool(&msg->gsusb.slow) &&
	       is_bool(&msg->gsusb.stalled);
}

static bool is_mode(const struct usb_link_msg *msg)
{
	return is_bool(&msg->mode.up);
}

/* NULL: any bytes are one. */
static bool (*const checks[USB_LINK_KIND_COUNT])(
	const struct usb_link_msg *msg) = {
	[USB_LINK_FRAME] = is_frame,   [USB_LINK_SENT] = is_frame,
	[USB_LINK_DEVIATE] = is_gsusb, [USB_LINK_LOCAL] = is_frame,
	[USB_LINK_BUS] = is_frame,     [USB_LINK_MODE] = is_mode,
};

bool usb_link_valid(const struct usb_link_msg *msg, size_t len)
{
	if (len < sizeof(msg->kind) ||
	    (unsigned int)msg->kind >= USB_LINK_KIND_COUNT ||
	    len < lens[msg->kind])
		return false;
	if (bytes_of(msg) > USB_LINK_BYTES_MAX || len != usb_link_len(msg))
		return false;
	return !checks[msg->kind] || checks[msg->kind](msg);
}
