// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/usb/link.c
/* Messages between the endpoint and the world, and which are broken. */
#include "../../support/unit.h"

#include "../../../sim/canmcu/usb/link.h"

/* Of another process of the same program, and yet checked. */
static const struct broken {
	const char *name;
	struct usb_link_msg msg;
	size_t len;
} broken[] = {
	{ "a message without its kind", { .kind = USB_LINK_UNPLUG }, 1 },
	{ "a message of no kind",
	  { .kind = USB_LINK_KIND_COUNT },
	  sizeof(struct usb_link_msg) },
	{ "half a frame", { .kind = USB_LINK_FRAME }, 8 },
	{ "fewer bytes than announced",
	  { .kind = USB_LINK_BYTES, .bytes.len = 4 },
	  offsetof(struct usb_link_msg, bytes.bytes) + 3 },
	{ "more bytes than there can be",
	  { .kind = USB_LINK_BYTES, .bytes.len = USB_LINK_BYTES_MAX + 1 },
	  offsetof(struct usb_link_msg, bytes.bytes) + USB_LINK_BYTES_MAX + 1 },
	{ "a frame with more data than there can be",
	  { .kind = USB_LINK_BUS, .frame.can_dlc = CAN_MAX_DLEN + 1 },
	  offsetof(struct usb_link_msg, frame) + sizeof(struct can_frame) },
};

/* What is neither: in a bool it would be undefined. */
static void test_neither_true_nor_false(void **state)
{
	struct usb_link_msg mode = { .kind = USB_LINK_MODE };
	struct usb_link_msg deviate = { .kind = USB_LINK_DEVIATE };

	(void)state;
	assert_true(usb_link_valid(&mode, usb_link_len(&mode)));
	*(unsigned char *)&mode.mode.up = 2;
	assert_false(usb_link_valid(&mode, usb_link_len(&mode)));
	assert_true(usb_link_valid(&deviate, usb_link_len(&deviate)));
	*(unsigned char *)&deviate.gsusb.stalled = 0xff;
	assert_false(usb_link_valid(&deviate, usb_link_len(&deviate)));
}

static void test_broken(void **state)
{
	const struct broken *row = *state;

	assert_false(usb_link_valid(&row->msg, row->len));
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(broken) + 1] = {
		{ "a message with what is neither true nor false",
		  test_neither_true_nor_false },
	};
	size_t n = 1;

	ROWS(broken, test_broken);
	return _cmocka_run_group_tests("usb_link", tests, n, NULL, NULL);
}
