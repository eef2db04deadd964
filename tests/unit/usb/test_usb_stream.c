// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/usb/stream.c sim/canmcu/usb/usbip.c sim/canmcu/usb/device.c
/*
 * usbip-gsusb-bridge.md, section 2, and its traps: section 12. How messages come in
 * bytes, whatever the kernel says, and whether it reads or not.
 */
#include "dummy.h"

static void test_literal_bytes(void **state)
{
	struct host *h = new_host();

	(void)state;
	dummy.control_result = 2;
	host_feed(h, get_descriptor, sizeof(get_descriptor));
	assert_tx(h, answered, sizeof(answered));
	assert_int_equal(dummy.control.type, 0x80);
	assert_int_equal(dummy.control.request, 6);
	assert_int_equal(dummy.control.value, 0x0100);
	assert_int_equal(dummy.control.length, 64);
	dummy.control_result = -EPIPE;
	host_feed(h, get_descriptor, sizeof(get_descriptor));
	assert_tx(h, stalled, sizeof(stalled));
	dummy.control_result = -EAGAIN;
	host_feed(h, get_descriptor, sizeof(get_descriptor));
	host_feed(h, unlink_it, sizeof(unlink_it));
	assert_tx(h, unlinked, sizeof(unlinked));
	end(h);
}

static void test_byte_by_byte(void **state)
{
	struct host *h = new_host();

	(void)state;
	dummy.control_result = 2;
	for (size_t i = 0; i < sizeof(get_descriptor); i++) {
		host_hears_nothing(h);
		host_feed(h, get_descriptor + i, 1);
	}
	assert_tx(h, answered, sizeof(answered));
	end(h);
}

static void test_many_at_once(void **state)
{
	uint8_t all[3 * sizeof(get_descriptor)];
	struct host *h = new_host();

	(void)state;
	dummy.control_result = -EPIPE;
	for (size_t i = 0; i < 3; i++)
		memcpy(all + i * 48, get_descriptor, 48);
	host_feed(h, all, sizeof(all));
	for (size_t i = 0; i < 3; i++)
		host_hears_done(h, 0x2a, -EPIPE, 0);
	host_hears_nothing(h);
	end(h);
}

/* Trap 5: nothing of the last connection is in the next one. */
static void test_reset(void **state)
{
	struct host *h = new_host();

	(void)state;
	host_in(h, 1, 20);
	host_out(h, 2, "x", 1);
	dummy.control_result = 2;
	host_feed(h, get_descriptor, sizeof(get_descriptor));
	host_feed(h, get_descriptor, 47);
	usb_stream_reset(h->stream);
	give(h, 20);
	host_hears_nothing(h);
	host_feed(h, get_descriptor, sizeof(get_descriptor));
	assert_tx(h, answered, sizeof(answered));
	host_hears_nothing(h);
	end(h);
}

static void test_reset_in_a_payload(void **state)
{
	static const uint8_t header[48] = {
		0, 0, 0, 1, [0x13] = 2, [0x1b] = 20
	};
	struct host *h = new_host();

	(void)state;
	host_feed(h, header, sizeof(header));
	host_feed(h, "half", 4);
	usb_stream_reset(h->stream);
	dummy.control_result = 2;
	host_feed(h, get_descriptor, sizeof(get_descriptor));
	assert_tx(h, answered, sizeof(answered));
	end(h);
}

/* The kernel does not read: no more is taken, nothing is lost. */
static void test_kernel_does_not_read(void **state)
{
	struct host *h = new_host();
	size_t sent = 0, heard = 0;
	const uint8_t *tx;
	int n;

	(void)state;
	dummy.control_result = 2;
	do {
		n = usb_stream_feed(h->stream, unlink_it, 48, 0);
		sent += n == 48;
	} while (n == 48);
	assert_int_equal(n, 0);
	assert_int_equal(sent, USB_TX_SIZE / 48);
	while (usb_stream_tx(h->stream, &tx)) {
		host_hears_unlinked(h, 0x2b, 0);
		heard++;
	}
	assert_int_equal(heard, sent);
	host_feed(h, get_descriptor, sizeof(get_descriptor));
	assert_tx(h, answered, sizeof(answered));
	end(h);
}

static void test_answers_wait_for_room(void **state)
{
	struct host *h = new_host();
	const uint8_t *tx;
	uint32_t in;

	(void)state;
	while (usb_stream_feed(h->stream, unlink_it, 48, 0) == 48)
		;
	usb_stream_sent(h->stream, 48);
	in = host_in(h, 1, 1);
	give(h, 1);
	assert_int_equal(dummy.in_result, 1);
	usb_stream_sent(h->stream, usb_stream_tx(h->stream, &tx));
	usb_stream_run(h->stream, h->now_us);
	host_hears_data(h, in, "\1", 1);
	end(h);
}

static const struct refused {
	const char *name;
	uint8_t at;
	uint8_t bytes[4];
	int want;
} refused[] = {
	{ "a command that is not the kernel's", 0x00, { 0, 0, 0, 3 }, -EPROTO },
	{ "a third direction", 0x0c, { 0, 0, 0, 2 }, -EPROTO },
	{ "a seventeenth endpoint", 0x10, { 0, 0, 0, 16 }, -EPROTO },
	{ "a negative length", 0x18, { 0xff, 0xff, 0xff, 0xff }, -EPROTO },
	{ "isochronous packets", 0x20, { 0, 0, 0, 1 }, -EPROTO },
	{ "no packets as the documentation has it",
	  0x20,
	  { 0xff, 0xff, 0xff, 0xff },
	  48 },
};

static void test_refused(void **state)
{
	const struct refused *row = *state;
	struct host *h = new_host();
	uint8_t header[48];

	memcpy(header, get_descriptor, sizeof(header));
	memcpy(header + row->at, row->bytes, 4);
	assert_int_equal(usb_stream_feed(h->stream, header, 48, 0), row->want);
	/* and for good */
	assert_int_equal(usb_stream_feed(h->stream, get_descriptor, 48, 0),
			 row->want);
	host_hears_nothing(h);
	end(h);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(refused) + 7] = {
		{ "headers are as written in the reference",
		  test_literal_bytes },
		{ "bytes may come one by one", test_byte_by_byte },
		{ "or several messages at once", test_many_at_once },
		{ "a reset clears all queues", test_reset },
		{ "a reset forgets half a payload", test_reset_in_a_payload },
		{ "a kernel that does not read is waited for",
		  test_kernel_does_not_read },
		{ "an answer waits until there is room for it",
		  test_answers_wait_for_room },
	};
	size_t n = 7;

	ROWS(refused, test_refused);
	return _cmocka_run_group_tests("usb_stream", tests, n, NULL, NULL);
}
