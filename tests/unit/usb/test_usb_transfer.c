// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/usb/stream.c sim/canmcu/usb/usbip.c sim/canmcu/usb/device.c
/*
 * usbip-gsusb-bridge.md, sections 2 and 12: what a request carries, how long it may
 * be, and which one waits for which.
 */
#include "dummy.h"

/* Trap 2 once more: never more than there is room for. */
static void test_never_too_long(void **state)
{
	static const uint8_t ones[8] = { 1, 1, 1, 1, 1, 1, 1, 1 };
	struct host *h = new_host();
	uint32_t in = host_in(h, 1, 8);

	(void)state;
	give(h, 64);
	host_hears_data(h, in, ones, 8);
	dummy.control_result = 100;
	host_control(h, &(struct control){ { 0x80, 6, 0, 1, 0, 0, 2, 0 },
					   BYTES("\xcc\xcc") });
	end(h);
}

static void test_endpoints_do_not_wait_for_each_other(void **state)
{
	struct host *h = new_host();
	uint32_t out = host_out(h, 2, "late", 4), control;

	(void)state;
	dummy.control_result = 0;
	control = host_submit(h, 0, false,
			      (uint8_t[8]){ 0x21, 0x22, 3, 0, 0, 0, 0, 0 },
			      NULL, 0);
	host_hears_done(h, control, 0, 0);
	dummy.out_result = 4;
	usb_stream_run(h->stream, h->now_us);
	host_hears_done(h, out, 0, 4);
	end(h);
}

/* Delaying RET_SUBMIT is the NAK; a long URB goes in many packets. */
static void test_out_in_parts(void **state)
{
	static const char text[] = "0123456789";
	struct host *h = new_host();
	uint32_t out = host_out(h, 2, text, 10), next = host_out(h, 2, "x", 1);

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		dummy.out_result = 4;
		usb_stream_run(h->stream, h->now_us);
		host_hears_nothing(h);
	}
	dummy.out_result = 4;
	usb_stream_run(h->stream, h->now_us);
	host_hears_done(h, out, 0, 10);
	host_hears_nothing(h);
	dummy.out_result = 4;
	usb_stream_run(h->stream, h->now_us);
	host_hears_done(h, next, 0, 1);
	assert_int_equal(dummy.got_len, 11);
	assert_memory_equal(dummy.got, "0123456789x", 11);
	end(h);
}

static void test_empty_out(void **state)
{
	struct host *h = new_host();

	(void)state;
	dummy.out_result = 0;
	host_hears_done(h, host_out(h, 2, NULL, 0), 0, 0);
	end(h);
}

static void test_control_waits_its_turn(void **state)
{
	static const uint8_t set[8] = { 0x21, 1, 0, 0, 0, 0, 2, 0 };
	static const uint8_t get[8] = { 0xa1, 3, 0, 0, 0, 0, 6, 0 };
	struct host *h = new_host();
	uint32_t first = host_submit(h, 0, false, set, "ab", 2);
	uint32_t second = host_submit(h, 0, true, get, NULL, 6);

	(void)state;
	host_hears_nothing(h);
	assert_int_equal(dummy.control.request, 1);
	assert_memory_equal(dummy.data, "ab", 2);
	dummy.control_result = 0;
	usb_stream_run(h->stream, h->now_us);
	host_hears_done(h, first, 0, 2);
	host_hears_data(h, second, "", 0);
	end(h);
}

/* What no driver sends, but a program with usbfs can. */
static const struct odd_control {
	const char *name;
	uint8_t setup[8];
	bool in;
	uint32_t len; /* of the buffer */
	bool asked;
} odd_controls[] = {
	{ "data out by a request that reads",
	  { 0x80, 6, 0, 1, 0, 0, 1, 0 },
	  0,
	  1,
	  false },
	{ "data in by a request that writes",
	  { 0x21, 1, 0, 0, 0, 0, 1, 0 },
	  1,
	  1,
	  false },
	{ "less data than announced",
	  { 0x21, 1, 0, 0, 0, 0, 2, 0 },
	  0,
	  1,
	  false },
	{ "more data than announced",
	  { 0x21, 1, 0, 0, 0, 0, 1, 0 },
	  0,
	  2,
	  false },
	{ "a request that reads nothing",
	  { 0x80, 6, 0, 1, 0, 0, 0, 0 },
	  0,
	  0,
	  true },
};

static void test_odd_control(void **state)
{
	const struct odd_control *row = *state;
	struct host *h = new_host();
	uint32_t seqnum;

	dummy.control_result = 0;
	seqnum = host_submit(h, 0, row->in, row->setup, "xx", row->len);
	host_hears_done(h, seqnum, row->asked ? 0 : STALL, 0);
	assert_int_equal(dummy.asked, row->asked);
	end(h);
}

/* As cdc_acm and gs_usb never ask for, but a program with the device may. */
static void test_the_longest_payload(void **state)
{
	static uint8_t payload[16384];
	struct host *h = new_host();
	uint32_t seqnum;

	(void)state;
	dummy.out_result = 4;
	seqnum = host_out(h, 2, payload, sizeof(payload));
	host_hears_nothing(h);
	assert_int_equal(dummy.got_len, 4);
	host_hears_unlinked(h, host_unlink(h, seqnum), -ECONNRESET);
	end(h);
}

static void test_too_long_a_payload(void **state)
{
	static uint8_t payload[16384 + 1];
	struct host *h = new_host();

	(void)state;
	host_hears_done(h, host_out(h, 2, payload, sizeof(payload)), -EMSGSIZE,
			0);
	dummy.control_result = 2;
	host_feed(h, get_descriptor, sizeof(get_descriptor));
	assert_tx(h, answered, sizeof(answered));
	assert_int_equal(dummy.got_len, 0);
	end(h);
}

static void test_too_many_wait(void **state)
{
	struct host *h = new_host();
	uint32_t first = host_in(h, 1, 1);

	(void)state;
	for (size_t i = 1; i < USB_PENDING_MAX; i++)
		host_in(h, 1, 1);
	host_hears_nothing(h);
	host_hears_done(h, host_out(h, 2, "abc", 3), -ENOMEM, 0);
	host_hears_unlinked(h, host_unlink(h, first), -ECONNRESET);
	host_in(h, 1, 1);
	host_hears_nothing(h);
	end(h);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(odd_controls) + 8] = {
		{ "no answer is longer than its room", test_never_too_long },
		{ "an endpoint does not wait for another one",
		  test_endpoints_do_not_wait_for_each_other },
		{ "a long OUT is taken in parts, and answered once",
		  test_out_in_parts },
		{ "an OUT without data is answered", test_empty_out },
		{ "control requests are answered in their order",
		  test_control_waits_its_turn },
		{ "too long a payload is skipped and refused",
		  test_too_long_a_payload },
		{ "the longest payload is taken", test_the_longest_payload },
		{ "too many that wait are refused", test_too_many_wait },
	};
	size_t n = 8;

	ROWS(odd_controls, test_odd_control);
	return _cmocka_run_group_tests("usb_transfer", tests, n, NULL, NULL);
}
