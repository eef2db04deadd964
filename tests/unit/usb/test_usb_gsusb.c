// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/usb/stream.c sim/canmcu/usb/usbip.c sim/canmcu/usb/device.c
// needs: sim/canmcu/usb/gsusb.c
/*
 * A bridge and Linux's gs_usb: how it is set up, and which frames go where.
 * Sections and traps are those of usbip-gsusb-bridge.md.
 */
#include "bridge.h"

/* Section 4.2, the table. */
#define HOST_FORMAT                                              \
	{                                                        \
		{ 0x41, 0, 1, 0, 0, 0, 4, 0 }, "\xef\xbe\0\0", 4 \
	}
#define DEVICE_CONFIG                                         \
	{                                                     \
		{ 0xc1, 5, 1, 0, 0, 0, 12, 0 },               \
			BYTES("\0\0\0\0\x02\0\0\0\x01\0\0\0") \
	}
#define BT_CONST                                                               \
	{                                                                      \
		{ 0xc1, 4, 0, 0, 0, 0, 40, 0 },                                \
			BYTES("\0\0\0\0\x00\x6c\xdc\x02\x01\0\0\0\x10\0\0\0"   \
			      "\x01\0\0\0\x08\0\0\0\x04\0\0\0\x01\0\0\0\0\x04" \
			      "\0\0\x01\0\0\0")                                \
	}
static const struct control probe[] = { HOST_FORMAT, DEVICE_CONFIG, BT_CONST };

/* Section 4.2: the probe, "ip link set can0 up", and down again. */
static void test_up_and_down(void **state)
{
	struct bridge *b = new_bridge();
	uint32_t first;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(probe); i++)
		host_control(&b->host, &probe[i]);
	first = b->host.seqnum + 1;
	for (size_t i = 0; i < 30; i++)
		host_in(&b->host, 1, ROOM);
	up(b);
	assert_int_equal(b->bitrate_bps, 1000000);
	for (uint32_t i = 0; i < 30; i++)
		host_hears_unlinked(&b->host, host_unlink(&b->host, first + i),
				    -ECONNRESET);
	host_control(&b->host, &reset);
	assert_false(b->up);
	assert_int_equal(b->modes, 2);
	end(b);
}

/* Section 4.2: seen on 48 MHz. */
static const struct rate {
	const char *name;
	struct control timing;
	uint32_t want;
} rates[] = {
	{ "1 M", TIMING("\x05", "\x06", "\x04", "\x01", "\x03\0"), 1000000 },
	{ "800 k", TIMING("\x07", "\x08", "\x04", "\x01", "\x03\0"), 800000 },
	{ "500 k", TIMING("\x06", "\x07", "\x02", "\x01", "\x06\0"), 500000 },
	{ "250 k", TIMING("\x06", "\x07", "\x02", "\x01", "\x0c\0"), 250000 },
	{ "125 k", TIMING("\x06", "\x07", "\x02", "\x01", "\x18\0"), 125000 },
	{ "10 k", TIMING("\x06", "\x07", "\x02", "\x01", "\x2c\x01"), 10000 },
	{ "no prescaler at all", TIMING("\0", "\0", "\0", "\0", "\0\0"), 0 },
	{ "numbers that no chip has",
	  TIMING("\xff\xff\xff", "\xff", "\xff", "\xff", "\xff\xff"), 0 },
};

static void test_rate(void **state)
{
	const struct rate *row = *state;
	struct bridge *b = new_bridge();

	host_control(&b->host, &row->timing);
	assert_int_equal(b->modes, 0);
	host_control(&b->host, &start);
	assert_int_equal(b->bitrate_bps, row->want);
	end(b);
}

/* "Everything else": section 4.2 */
static const struct stalled {
	const char *name;
	uint8_t setup[8];
} stalled[] = {
	{ "berr", { 0x41, 3, 0, 0, 0, 0, 4, 0 } },
	{ "timestamp", { 0xc1, 6, 1, 0, 0, 0, 4, 0 } },
	{ "identify", { 0x41, 7, 0, 0, 0, 0, 4, 0 } },
	{ "extended bit timing constants", { 0xc1, 11, 0, 0, 0, 0, 72, 0 } },
	{ "termination", { 0xc1, 13, 0, 0, 0, 0, 4, 0 } },
	{ "a mode of the wrong length", { 0x41, 2, 0, 0, 0, 0, 4, 0 } },
	{ "a mode that is read", { 0xc1, 2, 0, 0, 0, 0, 8, 0 } },
};

static void test_stalled(void **state)
{
	const struct stalled *row = *state;
	struct bridge *b = new_bridge();
	struct control c = { .data = "abcd", .len = STALL };

	memcpy(c.setup, row->setup, 8);
	host_control(&b->host, &c);
	end(b);
}

/* The request: echo, the MCU itself, the bus. */
static void test_request(void **state)
{
	struct bridge *b = new_bridge();
	uint32_t in, out;

	(void)state;
	up(b);
	in = host_in(&b->host, 1, ROOM);
	out = send(b, REQUEST);
	host_hears_done(&b->host, out, 0, ROOM);
	host_hears_data(&b->host, in, REQUEST, ROOM);
	assert_string_equal(b->log, "echoed,mcu:3f0 bus:3f0");
	assert_frame_equal(b->last, FRAME(0x3f0, 0x02, 0xb0, 0x91, 0xcc, 0xc2,
					  0x41, 0xc9));
	end(b);
}

/* Which frames of the host go where; the MCU has nodeid 4. */
static const struct route {
	const char *name;
	const char *record;
	canid_t local_id;
	const char *want;
} routes[] = {
	{ "its own data go no further", DATA("\1", "\x08\1"), 0x108,
	  "echoed,mcu:108" },
	{ "without a nodeid nothing is its own", DATA("\1", "\x08\1"), 0,
	  "bus:108" },
	{ "a frame on its transmit id is for the bus", DATA("\2", "\x09\1"),
	  0x108, "bus:109" },
	{ "another node's data are for the bus", DATA("\2", "\x0a\1"), 0x108,
	  "bus:10a" },
	{ "admin frames are for both", DATA("\2", "\xf0\3"), 0x108,
	  "echoed,mcu:3f0 bus:3f0" },
	{ "answers to admin frames are for the bus", DATA("\2", "\xf1\3"),
	  0x108, "bus:3f1" },
	{ "an extended frame is for the bus",
	  "\2\0\0\0\xf0\3\0\x80\2\0\0\0\xab\xcd\0\0\0\0\0\0", 0x108,
	  "bus:800003f0" },
	{ "a length above 8 is 8",
	  "\2\0\0\0\x0a\1\0\0\x0f\0\0\0\xab\xcd\0\0\0\0\0\0", 0x108,
	  "bus:10a" },
};

static void test_route(void **state)
{
	const struct route *row = *state;
	struct bridge *b = new_bridge();
	uint32_t in, out;

	up(b);
	b->gsusb.local_id = row->local_id;
	in = host_in(&b->host, 1, ROOM);
	out = send(b, row->record);
	host_hears_done(&b->host, out, 0, ROOM);
	host_hears_data(&b->host, in, row->record, ROOM);
	assert_string_equal(b->log, row->want);
	assert_in_range(b->last.can_dlc, 2, 8);
	end(b);
}

static void test_receive(void **state)
{
	struct bridge *b = new_bridge();
	uint32_t in = host_in(&b->host, 1, ROOM);

	(void)state;
	up(b);
	b->gsusb.local_id = 0x108;
	/* the MCU hears the bus through the host only */
	gsusb_receive(&b->gsusb, &FRAME(0x108, 1));
	gsusb_receive(&b->gsusb, &FRAME(0x109, 1));
	run(b);
	host_hears_nothing(&b->host);
	gsusb_receive(&b->gsusb, &FRAME(0x10b, 0xab, 0xcd));
	run(b);
	host_hears_data(&b->host, in, RECEIVED("\x0b\1"), ROOM);
	/* the MCU's own answer */
	in = host_in(&b->host, 1, ROOM);
	assert_true(gsusb_send(&b->gsusb, &FRAME(0x109, 0xab, 0xcd)));
	run(b);
	host_hears_data(&b->host, in, RECEIVED("\x09\1"), ROOM);
	assert_string_equal(b->log, "");
	end(b);
}

/* Section 4.3: states of the bus are error frames. */
static void test_error_frame(void **state)
{
	static const char want[] = "\xff\xff\xff\xff\x04\0\0\x20\x08\0\0\0"
				   "\0\x10\0\0\0\0\0\0";
	struct can_frame f = { .can_id = CAN_ERR_FLAG | 0x004,
			       .can_dlc = 8,
			       .data = { 0, 0x10 } };
	struct bridge *b = new_bridge();
	uint32_t in = host_in(&b->host, 1, ROOM);

	(void)state;
	up(b);
	gsusb_receive(&b->gsusb, &f);
	run(b);
	host_hears_data(&b->host, in, want, ROOM);
	end(b);
}

static void test_bus_before_echo(void **state)
{
	struct bridge *b = new_bridge();
	uint32_t in[2];

	(void)state;
	up(b);
	host_hears_done(&b->host, send(b, DATA("\1", "\x0a\1")), 0, ROOM);
	gsusb_receive(&b->gsusb, &FRAME(0x10b, 0xab, 0xcd));
	in[0] = host_in(&b->host, 1, ROOM);
	in[1] = host_in(&b->host, 1, ROOM);
	host_hears_data(&b->host, in[0], RECEIVED("\x0b\1"), ROOM);
	host_hears_data(&b->host, in[1], DATA("\1", "\x0a\1"), ROOM);
	end(b);
}

static void test_ten_slots(void **state)
{
	struct bridge *b = new_bridge();
	char record[] = DATA("\0", "\x0a\1");
	uint32_t in;

	(void)state;
	up(b);
	for (char slot = 0; slot < 10; slot++) {
		record[0] = slot;
		host_hears_done(&b->host, send(b, record), 0, ROOM);
	}
	for (char slot = 0; slot < 10; slot++) {
		record[0] = slot;
		in = host_in(&b->host, 1, ROOM);
		host_hears_data(&b->host, in, record, ROOM);
	}
	host_in(&b->host, 1, ROOM);
	host_hears_nothing(&b->host);
	end(b);
}

/* Trap 6: the frame is taken, and its slot is never free again. */
static void test_mute(void **state)
{
	struct bridge *b = new_bridge();

	(void)state;
	up(b);
	b->gsusb.cfg.mute = true;
	host_in(&b->host, 1, ROOM);
	host_hears_done(&b->host, send(b, DATA("\1", "\x0a\1")), 0, ROOM);
	host_hears_nothing(&b->host);
	assert_string_equal(b->log, "bus:10a");
	end(b);
}

static void test_down_is_deaf(void **state)
{
	struct bridge *b = new_bridge();

	(void)state;
	host_in(&b->host, 1, ROOM);
	host_hears_done(&b->host, send(b, REQUEST), 0, ROOM);
	assert_true(gsusb_send(&b->gsusb, &FRAME(0x109, 1)));
	run(b);
	host_hears_nothing(&b->host);
	assert_string_equal(b->log, "");
	end(b);
}

static void test_odd_lengths(void **state)
{
	struct bridge *b = new_bridge();

	(void)state;
	up(b);
	host_in(&b->host, 1, ROOM);
	host_hears_done(&b->host, host_out(&b->host, 2, REQUEST, 19), 0, 19);
	host_hears_done(&b->host, host_out(&b->host, 2, NULL, 0), 0, 0);
	host_hears_nothing(&b->host);
	assert_string_equal(b->log, "");
	end(b);
}

static void test_short_room(void **state)
{
	struct bridge *b = new_bridge();
	uint32_t in = host_in(&b->host, 1, 11);

	(void)state;
	up(b);
	host_hears_done(&b->host, send(b, REQUEST), 0, ROOM);
	host_hears_data(&b->host, in, REQUEST, 11);
	end(b);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rates) + ARRAY_SIZE(stalled) +
				ARRAY_SIZE(routes) + 10] = {
		{ "probe, up and down as gs_usb does them", test_up_and_down },
		{ "a request is echoed, obeyed and passed on, in this order",
		  test_request },
		{ "what comes from the bus, and from the MCU", test_receive },
		{ "a state of the bus is an error frame", test_error_frame },
		{ "what waits from the bus comes before an echo",
		  test_bus_before_echo },
		{ "ten slots are echoed unchanged", test_ten_slots },
		{ "without echo the frame is taken all the same", test_mute },
		{ "an interface that is down neither hears nor speaks",
		  test_down_is_deaf },
		{ "what is no frame is ignored", test_odd_lengths },
		{ "a URB that is too short gets what fits", test_short_room },
	};
	size_t n = 10;

	ROWS(rates, test_rate);
	ROWS(stalled, test_stalled);
	ROWS(routes, test_route);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
