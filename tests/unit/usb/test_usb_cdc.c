// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/usb/stream.c sim/canmcu/usb/usbip.c sim/canmcu/usb/device.c
// needs: sim/canmcu/usb/cdc.c
/*
 * The serial port as Linux's cdc_acm and the tools use it: usbip-gsusb-bridge.md,
 * section 4.5; can-admin-channel.md, section 11.1.
 */
#include "host.h"

#include "../../../sim/canmcu/usb/cdc.h"

struct board {
	struct host host;
	struct cdc cdc;
	struct cdc_env env;
	size_t room;
	uint8_t got[2048];
	size_t got_len;
	unsigned int touches;
};

static size_t take(void *arg, const uint8_t *data, size_t len, uint64_t now_us)
{
	struct board *b = arg;
	size_t n = len < b->room ? len : b->room;

	(void)now_us;
	assert_in_range(b->got_len + n, 0, sizeof(b->got));
	memcpy(b->got + b->got_len, data, n);
	b->got_len += n;
	b->room -= n;
	return n;
}

static void touch(void *arg, uint64_t now_us)
{
	struct board *b = arg;

	(void)now_us;
	b->touches++;
}

static struct board *new_board(const struct usb_personality *personality,
			       bool heeds)
{
	struct board *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->env = (struct cdc_env){ .receive = take,
				   .touch = heeds ? touch : NULL,
				   .arg = b };
	b->room = sizeof(b->got);
	cdc_init(&b->cdc, &b->env);
	host_attach(&b->host, personality, &b->cdc,
		    &(struct usb_identity){ 0 });
	host_configure(&b->host);
	return b;
}

static void end(struct board *b)
{
	host_detach(&b->host);
	free(b);
}

/* The last digit is for data bits. */
#define LINE(rate)                                                       \
	{                                                                \
		{ 0x21, 0x20, 0, 0, 0, 0, 7, 0 }, rate "\0\0\0\0\x08", 7 \
	}
#define B9600 LINE("\x80\x25")
#define B1200 LINE("\xb0\x04")
#define B115200 LINE("\x00\xc2\x01")
#define LINES(lines)                                            \
	{                                                       \
		{ 0x21, 0x22, (lines), 0, 0, 0, 0, 0 }, NULL, 0 \
	}

/* Section 4.5, the last table. */
static const struct touch_row {
	const char *name;
	const struct usb_personality *personality;
	bool heeds;
	struct control script[8];
	unsigned int want;
} touches[] = {
	{ "flash_usb.py, flashtool.py, pyserial without DTR",
	  &cdc_klipper_personality,
	  true,
	  { B9600, LINES(3), B1200, LINES(2) },
	  1 },
	{ "stty 1200",
	  &cdc_klipper_personality,
	  true,
	  { B9600, LINES(3), B1200, LINES(0) },
	  1 },
	{ "picocom -b 1200 --lower-dtr",
	  &cdc_klipper_personality,
	  true,
	  { B9600, LINES(3), LINES(2), B1200 },
	  1 },
	{ "picocom -b 1200, normal quit",
	  &cdc_klipper_personality,
	  true,
	  { B9600, LINES(3), B1200, B9600, LINES(0) },
	  0 },
	{ "other rates",
	  &cdc_klipper_personality,
	  true,
	  { B9600, LINES(3), B115200, LINES(0) },
	  0 },
	{ "line state alone, when nothing was set",
	  &cdc_klipper_personality,
	  true,
	  { LINES(3), LINES(0) },
	  0 },
	{ "RTS does not matter",
	  &cdc_klipper_personality,
	  true,
	  { LINES(1), B1200, LINES(2) },
	  1 },
	{ "Katapult does not heed it",
	  &cdc_katapult_personality,
	  false,
	  { B9600, LINES(3), B1200, LINES(2) },
	  0 },
};

static void test_touch(void **state)
{
	const struct touch_row *row = *state;
	struct board *b = new_board(row->personality, row->heeds);

	for (const struct control *c = row->script; c->setup[0]; c++) {
		assert_int_equal(b->touches, 0);
		host_control(&b->host, c);
	}
	assert_int_equal(b->touches, row->want);
	end(b);
}

/* "Anything malformed: stalled, nothing stored" */
static const struct malformed {
	const char *name;
	struct control control;
} malformed[] = {
	{ "line coding of 6 bytes",
	  { { 0x21, 0x20, 0, 0, 0, 0, 6, 0 }, "\xb0\x04\0\0\0\0", STALL } },
	{ "line coding with a value",
	  { { 0x21, 0x20, 1, 0, 0, 0, 7, 0 }, "\xb0\x04\0\0\0\0\x08", STALL } },
	{ "line coding of another interface",
	  { { 0x21, 0x20, 0, 0, 1, 0, 7, 0 }, "\xb0\x04\0\0\0\0\x08", STALL } },
	{ "line state of another interface",
	  { { 0x21, 0x22, 0, 0, 1, 0, 0, 0 }, NULL, STALL } },
	{ "line state with data",
	  { { 0x21, 0x22, 0, 0, 0, 0, 1, 0 }, "x", STALL } },
	{ "a break", { { 0x21, 0x23, 0xff, 0xff, 0, 0, 0, 0 }, NULL, STALL } },
};

static void test_malformed(void **state)
{
	static const struct control kept = { { 0xa1, 0x21, 0, 0, 0, 0, 7, 0 },
					     "\0\0\0\0\0\0\0",
					     7 };
	const struct malformed *row = *state;
	struct board *b = new_board(&cdc_klipper_personality, true);

	host_control(&b->host, &row->control);
	host_control(&b->host, &kept);
	assert_int_equal(b->touches, 0);
	end(b);
}

/* Section 4.5: probe, open, data both ways, close. */
static void test_session(void **state)
{
	static const struct control probe = B9600, open = LINES(3),
				    close = LINES(0);
	struct board *b = new_board(&cdc_katapult_personality, false);
	uint8_t data[131];
	uint32_t first, out;

	(void)state;
	memset(data, 0x5a, sizeof(data));
	host_control(&b->host, &probe);
	assert_int_equal(cdc_rate(&b->cdc), 9600);
	first = host_in(&b->host, 3, 8);
	for (size_t i = 0; i < 16; i++)
		host_in(&b->host, 1, 128);
	host_control(&b->host, &open);
	out = host_out(&b->host, 2, data, sizeof(data));
	host_hears_done(&b->host, out, 0, sizeof(data));
	assert_int_equal(b->got_len, sizeof(data));
	assert_true(cdc_send(&b->cdc, data, 130));
	usb_stream_run(b->host.stream, 0);
	host_hears_data(&b->host, first + 1, data, 128);
	host_hears_data(&b->host, first + 2, data, 2);
	host_control(&b->host, &close);
	for (uint32_t i = 0; i < 17; i++)
		host_hears_unlinked(&b->host, host_unlink(&b->host, first + i),
				    i == 1 || i == 2 ? 0 : -ECONNRESET);
	host_hears_nothing(&b->host);
	end(b);
}

static void test_receiver_is_full(void **state)
{
	struct board *b = new_board(&cdc_klipper_personality, true);
	uint8_t data[1280];
	uint32_t out;

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7);
	b->room = 192;
	out = host_out(&b->host, 2, data, sizeof(data));
	while (b->got_len < sizeof(data)) {
		host_hears_nothing(&b->host);
		b->room = 192;
		usb_stream_run(b->host.stream, 0);
	}
	host_hears_done(&b->host, out, 0, sizeof(data));
	assert_memory_equal(b->got, data, sizeof(data));
	end(b);
}

static void test_host_does_not_read(void **state)
{
	struct board *b = new_board(&cdc_klipper_personality, true);
	uint8_t data[192] = { 1 };

	(void)state;
	assert_true(cdc_send(&b->cdc, data, 190));
	assert_false(cdc_send(&b->cdc, data, 3));
	assert_true(cdc_send(&b->cdc, data, 2));
	assert_false(cdc_send(&b->cdc, data, 1));
	host_hears_data(&b->host, host_in(&b->host, 1, 189), data, 189);
	host_hears_data(&b->host, host_in(&b->host, 1, 128), "\0\1\0", 3);
	end(b);
}

static void test_empty_out(void **state)
{
	struct board *b = new_board(&cdc_klipper_personality, true);

	(void)state;
	host_hears_done(&b->host, host_out(&b->host, 2, NULL, 0), 0, 0);
	end(b);
}

/* Trap 5: the next personality does not see the bytes of this one. */
static void test_reset(void **state)
{
	struct board *b = new_board(&cdc_klipper_personality, true);

	(void)state;
	assert_true(cdc_send(&b->cdc, (const uint8_t *)"old", 3));
	host_in(&b->host, 3, 8);
	host_detach(&b->host);
	cdc_init(&b->cdc, &b->env);
	host_attach(&b->host, &cdc_katapult_personality, &b->cdc,
		    &(struct usb_identity){ 0 });
	host_configure(&b->host);
	host_in(&b->host, 1, 128);
	host_hears_nothing(&b->host);
	end(b);
}

int main(void)
{
	struct CMUnitTest tests[32] = {
		{ "probe, open, data and close as cdc_acm does them",
		  test_session },
		{ "a full receiver makes the host wait",
		  test_receiver_is_full },
		{ "what does not fit for the host is not taken",
		  test_host_does_not_read },
		{ "an OUT without data is taken", test_empty_out },
		{ "a reset forgets what was to be read", test_reset },
	};
	size_t n = 5;

	ROWS(touches, test_touch);
	ROWS(malformed, test_malformed);
	return _cmocka_run_group_tests("usb_cdc", tests, n, NULL, NULL);
}
