// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/usb/stream.c sim/canmcu/usb/usbip.c sim/canmcu/usb/device.c
/* usbip-gsusb-bridge.md, section 2, and its traps: section 12 */
#include "host.h"

/* A device that does what the test says. */
struct dummy {
	struct usb_control control; /* the last one */
	uint8_t data[64];	    /* of it */
	int control_result;
	int out_result;
	int in_result;
	uint8_t got[4096]; /* from all endpoints */
	size_t got_len;
	unsigned int asked;
};

static int dummy_control(void *arg, const struct usb_control *c, uint8_t *reply,
			 uint64_t now_us)
{
	struct dummy *d = arg;

	(void)now_us;
	d->asked++;
	d->control = *c;
	if (c->data && c->length <= sizeof(d->data))
		memcpy(d->data, c->data, c->length);
	memset(reply, 0xcc, USB_ANSWER_MAX);
	return d->control_result;
}

static int dummy_out(void *arg, uint8_t ep, const uint8_t *data, uint32_t len,
		     uint64_t now_us)
{
	struct dummy *d = arg;
	int n = d->out_result;

	(void)ep;
	(void)now_us;
	d->asked++;
	if (n > 0)
		n = (uint32_t)n < len ? n : (int)len;
	if (n > 0) {
		assert_in_range(d->got_len + (size_t)n, 0, sizeof(d->got));
		memcpy(d->got + d->got_len, data, (size_t)n);
		d->got_len += (size_t)n;
	}
	/* takes once, and then no more */
	if (d->out_result > 0)
		d->out_result = -EAGAIN;
	return n;
}

static int dummy_in(void *arg, uint8_t ep, uint8_t *data, uint32_t room,
		    uint64_t now_us)
{
	struct dummy *d = arg;
	int n = d->in_result;

	(void)now_us;
	d->asked++;
	memset(data, ep, room);
	/* gives once, and then no more */
	if (n >= 0)
		d->in_result = -EAGAIN;
	return n;
}

static const struct usb_stream_ops dummy_ops = {
	.control = dummy_control,
	.out = dummy_out,
	.in = dummy_in,
};

static struct dummy dummy;

static struct host *new_host(void)
{
	struct host *h = calloc(1, sizeof(*h));

	assert_non_null(h);
	dummy = (struct dummy){ .control_result = -EAGAIN,
				.out_result = -EAGAIN,
				.in_result = -EAGAIN };
	h->stream = &h->own;
	usb_stream_init(h->stream, &dummy_ops, &dummy);
	return h;
}

static void end(struct host *h)
{
	host_detach(h);
	free(h);
}

static void give(struct host *h, int len)
{
	dummy.in_result = len;
	usb_stream_run(h->stream, h->now_us);
}

/* The tables of section 2, written out once in full. */
static const uint8_t get_descriptor[48] = {
	0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x2a, 0x00, 0x01, 0x00, 0x02,
	0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00,
	0x00, 0x00, 0x00, 0x40, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x80, 0x06, 0x00, 0x01, 0x00, 0x00, 0x40, 0x00,
};
static const uint8_t answered[48 + 2] = {
	0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x2a, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xcc, 0xcc,
};
static const uint8_t stalled[48] = {
	0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x2a, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xe0,
};
static const uint8_t unlink_it[48] = {
	0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x2b, 0x00, 0x01, 0x00, 0x02,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x2a,
};
static const uint8_t unlinked[48] = {
	0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x2b, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0x98,
};

static void assert_tx(struct host *h, const void *want, size_t len)
{
	const uint8_t *tx;

	assert_int_equal(usb_stream_tx(h->stream, &tx), len);
	assert_memory_equal(tx, want, len);
	usb_stream_sent(h->stream, len);
}

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

/* Trap 1: "ip link set can0 down" hangs for ever without it. */
static void test_unlink_of_a_dead_device(void **state)
{
	struct host *h = new_host();
	uint32_t in = host_in(h, 1, 20), out = host_out(h, 2, "x", 1);
	uint32_t asked = dummy.asked;

	(void)state;
	host_hears_unlinked(h, host_unlink(h, in), -ECONNRESET);
	host_hears_unlinked(h, host_unlink(h, out), -ECONNRESET);
	host_hears_nothing(h);
	assert_int_equal(dummy.asked, asked);
	end(h);
}

/* Trap 2: the kernel drops a device that does so. */
static void test_no_late_answer(void **state)
{
	struct host *h = new_host();
	uint32_t in = host_in(h, 1, 20);

	(void)state;
	host_hears_unlinked(h, host_unlink(h, in), -ECONNRESET);
	give(h, 20);
	host_hears_nothing(h);
	assert_int_equal(dummy.in_result, 20);
	end(h);
}

static void test_late_unlink(void **state)
{
	struct host *h = new_host();
	uint32_t in;

	(void)state;
	in = host_in(h, 1, 4);
	give(h, 4);
	host_hears_data(h, in, "\1\1\1\1", 4);
	host_hears_unlinked(h, host_unlink(h, in), 0);
	host_hears_nothing(h);
	end(h);
}

static void test_unlink_in_the_middle(void **state)
{
	struct host *h = new_host();
	uint32_t in[4];

	(void)state;
	for (size_t i = 0; i < 4; i++)
		in[i] = host_in(h, 1, 1);
	host_hears_unlinked(h, host_unlink(h, in[1]), -ECONNRESET);
	host_hears_unlinked(h, host_unlink(h, in[3]), -ECONNRESET);
	give(h, 1);
	host_hears_data(h, in[0], "\1", 1);
	in[1] = host_in(h, 1, 1);
	give(h, 1);
	host_hears_data(h, in[2], "\1", 1);
	give(h, 1);
	host_hears_data(h, in[1], "\1", 1);
	give(h, 1);
	host_hears_nothing(h);
	end(h);
}

/* As at "down": 30 of them in a row. */
static void test_30_unlinks(void **state)
{
	struct host *h = new_host();
	uint32_t first = h->seqnum + 1;

	(void)state;
	for (size_t i = 0; i < 30; i++)
		host_in(h, 1, 20);
	for (uint32_t i = 0; i < 30; i++)
		host_hears_unlinked(h, host_unlink(h, first + i), -ECONNRESET);
	assert_int_equal(h->stream->pending, 0);
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
	struct CMUnitTest tests[64] = {
		{ "headers are as written in the reference",
		  test_literal_bytes },
		{ "bytes may come one by one", test_byte_by_byte },
		{ "or several messages at once", test_many_at_once },
		{ "an unlink is answered without the device",
		  test_unlink_of_a_dead_device },
		{ "no RET_SUBMIT comes after RET_UNLINK", test_no_late_answer },
		{ "an unlink that is too late is told so", test_late_unlink },
		{ "an unlink takes no other SUBMIT along",
		  test_unlink_in_the_middle },
		{ "30 unlinks as at ip link set down", test_30_unlinks },
		{ "a reset clears all queues", test_reset },
		{ "a reset forgets half a payload", test_reset_in_a_payload },
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
		{ "a kernel that does not read is waited for",
		  test_kernel_does_not_read },
		{ "an answer waits until there is room for it",
		  test_answers_wait_for_room },
	};
	size_t n = 20;

	ROWS(odd_controls, test_odd_control);
	ROWS(refused, test_refused);
	return _cmocka_run_group_tests("usb_stream", tests, n, NULL, NULL);
}
