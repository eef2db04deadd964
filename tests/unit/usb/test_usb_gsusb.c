// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/usb/stream.c sim/canmcu/usb/usbip.c sim/canmcu/usb/device.c
// needs: sim/canmcu/usb/gsusb.c
/*
 * The bridge as Linux's gs_usb sees it: usbip-gsusb-bridge.md, sections 4.2 and
 * 4.3; can-admin-channel.md, sections 4 and 14.4.
 */
#include "host.h"

#include <stdio.h>

#include "../../../sim/canmcu/usb/gsusb.h"

#define ROOM 20

struct bridge {
	struct host host;
	struct gsusb gsusb;
	struct gsusb_env env;
	char log[256]; /* who got what, in order */
	bool bus_is_full;
	bool mcu_is_full;
	bool up;
	uint32_t bitrate_bps;
	unsigned int modes;
	struct can_frame last;
};

static void note(struct bridge *b, const char *who, const struct can_frame *f)
{
	size_t len = strlen(b->log);

	snprintf(b->log + len, sizeof(b->log) - len, "%s%s:%x", len ? " " : "",
		 who, f->can_id);
	b->last = *f;
}

static bool take_local(void *arg, const struct can_frame *f, uint64_t now_us)
{
	struct bridge *b = arg;
	const uint8_t *tx;

	(void)now_us;
	if (b->mcu_is_full)
		return false;
	/* the echo is on its way already */
	if (b->gsusb.live.echo_len || usb_stream_tx(b->host.stream, &tx))
		note(b, "echoed,mcu", f);
	else
		note(b, "mcu", f);
	return true;
}

static bool take_bus(void *arg, const struct can_frame *f, uint64_t now_us)
{
	struct bridge *b = arg;

	(void)now_us;
	if (b->bus_is_full)
		return false;
	note(b, "bus", f);
	return true;
}

static void take_mode(void *arg, bool up, uint32_t bitrate_bps, uint64_t now_us)
{
	struct bridge *b = arg;

	(void)now_us;
	b->up = up;
	b->bitrate_bps = bitrate_bps;
	b->modes++;
}

/* As klippy is told it: "discard=1" */
static void take_discards(void *arg, bool discards, uint64_t now_us)
{
	struct bridge *b = arg;
	size_t len = strlen(b->log);

	(void)now_us;
	snprintf(b->log + len, sizeof(b->log) - len, "%sdiscard=%d",
		 len ? " " : "", discards);
}

static struct bridge *new_bridge(void)
{
	struct bridge *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->env = (struct gsusb_env){ .local = take_local,
				     .bus = take_bus,
				     .mode = take_mode,
				     .discards = take_discards,
				     .arg = b };
	b->host.now_us = 1000;
	gsusb_init(&b->gsusb, &b->env);
	host_attach(&b->host, &gsusb_personality, &b->gsusb,
		    &(struct usb_identity){ 0 });
	host_configure(&b->host);
	return b;
}

static void end(struct bridge *b)
{
	host_detach(&b->host);
	free(b);
}

/* Section 4.2, the table; 1 Mbit/s as kernel 6.1 sets it. */
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
#define TIMING(prop, seg1, seg2, sjw, brp)                            \
	{                                                             \
		{ 0x41, 1, 0, 0, 0, 0, 20, 0 },                       \
			prop "\0\0\0" seg1 "\0\0\0" seg2 "\0\0\0" sjw \
			     "\0\0\0" brp "\0\0",                     \
			20                                            \
	}
#define MODE(mode)                                                      \
	{                                                               \
		{ 0x41, 2, 0, 0, 0, 0, 8, 0 }, mode "\0\0\0\0\0\0\0", 8 \
	}
static const struct control probe[] = { HOST_FORMAT, DEVICE_CONFIG, BT_CONST };
static const struct control timing_1m =
	TIMING("\x05", "\x06", "\x04", "\x01", "\x03\0");
static const struct control start = MODE("\x01");
static const struct control reset = MODE("\0");

static void up(struct bridge *b)
{
	host_control(&b->host, &timing_1m);
	host_control(&b->host, &start);
	assert_true(b->up);
}

static void run(struct bridge *b)
{
	usb_stream_run(b->host.stream, b->host.now_us);
}

/* Frames on USB, literally. */
#define REQUEST /* 3F0#02 b091ccc241c9, slot 0 */ \
	"\0\0\0\0\xf0\x03\0\0\x07\0\0\0\x02\xb0\x91\xcc\xc2\x41\xc9\0"
#define DATA(slot, id) slot "\0\0\0" id "\0\0\x02\0\0\0\xab\xcd\0\0\0\0\0\0"
#define RECEIVED(id) "\xff\xff\xff\xff" id "\0\0\x02\0\0\0\xab\xcd\0\0\0\0\0\0"

static uint32_t send(struct bridge *b, const char *record)
{
	return host_out(&b->host, 2, record, ROOM);
}

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

static void test_slow(void **state)
{
	struct bridge *b = new_bridge();
	uint32_t out;

	(void)state;
	up(b);
	b->gsusb.cfg.slow = true;
	out = send(b, DATA("\1", "\x0a\1"));
	host_hears_nothing(&b->host);
	b->gsusb.cfg.slow = false;
	run(b);
	host_hears_done(&b->host, out, 0, ROOM);
	assert_string_equal(b->log, "bus:10a");
	end(b);
}

/* Trap 5: old echoes would appear in the fresh can0. */
static void test_down_flushes(void **state)
{
	struct bridge *b = new_bridge();

	(void)state;
	up(b);
	gsusb_receive(&b->gsusb, &FRAME(0x10b, 0xab, 0xcd));
	host_hears_done(&b->host, send(b, DATA("\1", "\x0a\1")), 0, ROOM);
	b->bus_is_full = true;
	host_hears_done(&b->host, send(b, DATA("\2", "\x0a\1")), 0, ROOM);
	host_control(&b->host, &reset);
	gsusb_receive(&b->gsusb, &FRAME(0x10b, 0xab, 0xcd));
	host_control(&b->host, &start);
	b->bus_is_full = false;
	host_in(&b->host, 1, ROOM);
	gsusb_run(&b->gsusb, b->host.now_us);
	run(b);
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

/* Nobody hears it twice, and the bus not before the MCU. */
static void test_mcu_is_full(void **state)
{
	struct bridge *b = new_bridge();

	(void)state;
	up(b);
	b->mcu_is_full = true;
	host_hears_done(&b->host, send(b, REQUEST), 0, ROOM);
	b->host.now_us += 10 * GSUSB_PATIENCE_US;
	gsusb_run(&b->gsusb, b->host.now_us);
	assert_string_equal(b->log, "");
	b->mcu_is_full = false;
	b->bus_is_full = true;
	gsusb_run(&b->gsusb, b->host.now_us);
	assert_string_equal(b->log, "echoed,mcu:3f0");
	b->bus_is_full = false;
	gsusb_run(&b->gsusb, b->host.now_us);
	assert_string_equal(b->log, "echoed,mcu:3f0 bus:3f0");
	assert_int_equal(b->gsusb.discarded, 0);
	end(b);
}

/* 16 wait in the firmware, then the host does. */
static void test_bus_is_full(void **state)
{
	struct bridge *b = new_bridge();
	uint32_t out, in;

	(void)state;
	up(b);
	b->bus_is_full = true;
	for (size_t i = 0; i < 16; i++)
		host_hears_done(&b->host, send(b, DATA("\1", "\x0a\1")), 0,
				ROOM);
	out = send(b, DATA("\2", "\x0a\1"));
	host_hears_nothing(&b->host);
	/* of the first one the echo has come, of no other */
	in = host_in(&b->host, 1, ROOM);
	host_hears_data(&b->host, in, DATA("\1", "\x0a\1"), ROOM);
	in = host_in(&b->host, 1, ROOM);
	host_hears_nothing(&b->host);
	b->bus_is_full = false;
	gsusb_run(&b->gsusb, b->host.now_us);
	run(b);
	host_hears_data(&b->host, in, DATA("\1", "\x0a\1"), ROOM);
	host_hears_done(&b->host, out, 0, ROOM);
	assert_int_equal(b->gsusb.discarded, 0);
	end(b);
}

/* A bus that is stuck: the echoes go on, the frames do not. */
static void test_discarding(void **state)
{
	struct bridge *b = new_bridge();
	uint32_t in;

	(void)state;
	up(b);
	assert_true(gsusb_deadline(&b->gsusb) == UINT64_MAX);
	b->bus_is_full = true;
	host_hears_done(&b->host, send(b, DATA("\1", "\x0a\1")), 0, ROOM);
	in = host_in(&b->host, 1, ROOM);
	host_hears_data(&b->host, in, DATA("\1", "\x0a\1"), ROOM);
	assert_int_equal(gsusb_deadline(&b->gsusb), 1000 + GSUSB_PATIENCE_US);
	b->host.now_us += GSUSB_PATIENCE_US - 1;
	gsusb_run(&b->gsusb, b->host.now_us);
	assert_int_equal(b->gsusb.discarded, 0);
	assert_string_equal(b->log, "");
	b->host.now_us++;
	gsusb_run(&b->gsusb, b->host.now_us);
	assert_int_equal(b->gsusb.discarded, 1);
	assert_string_equal(b->log, "discard=1");
	assert_true(gsusb_deadline(&b->gsusb) == UINT64_MAX);
	in = host_in(&b->host, 1, ROOM);
	host_hears_done(&b->host, send(b, DATA("\2", "\x0a\1")), 0, ROOM);
	host_hears_data(&b->host, in, DATA("\2", "\x0a\1"), ROOM);
	assert_int_equal(b->gsusb.discarded, 2);
	assert_string_equal(b->log, "discard=1");
	/* an interface that goes down and up does not mend it */
	up(b);
	host_hears_done(&b->host, send(b, DATA("\2", "\x0a\1")), 0, ROOM);
	in = host_in(&b->host, 1, ROOM);
	host_hears_data(&b->host, in, DATA("\2", "\x0a\1"), ROOM);
	assert_int_equal(b->gsusb.discarded, 3);
	assert_string_equal(b->log, "discard=1");
	/* the bus is back */
	b->bus_is_full = false;
	host_hears_done(&b->host, send(b, DATA("\3", "\x0a\1")), 0, ROOM);
	assert_string_equal(b->log, "discard=1 bus:10a discard=0");
	b->bus_is_full = true;
	send(b, DATA("\3", "\x0a\1"));
	assert_int_equal(b->gsusb.discarded, 3);
	end(b);
}

static void test_stalled_on_demand(void **state)
{
	struct bridge *b = new_bridge();
	uint32_t in;

	(void)state;
	up(b);
	b->gsusb.cfg.stalled = true;
	host_hears_done(&b->host, send(b, DATA("\1", "\x0a\1")), 0, ROOM);
	in = host_in(&b->host, 1, ROOM);
	host_hears_data(&b->host, in, DATA("\1", "\x0a\1"), ROOM);
	b->host.now_us += GSUSB_PATIENCE_US;
	gsusb_run(&b->gsusb, b->host.now_us);
	assert_int_equal(b->gsusb.discarded, 1);
	assert_string_equal(b->log, "discard=1");
	b->gsusb.cfg.stalled = false;
	host_hears_done(&b->host, send(b, DATA("\3", "\x0a\1")), 0, ROOM);
	assert_string_equal(b->log, "discard=1 bus:10a discard=0");
	end(b);
}

static void test_host_does_not_read(void **state)
{
	struct bridge *b = new_bridge();

	(void)state;
	up(b);
	for (size_t i = 0; i < GSUSB_BUS_QUEUE_LEN; i++)
		gsusb_receive(&b->gsusb, &FRAME(0x10b, 1));
	assert_int_equal(b->gsusb.dropped, 0);
	gsusb_receive(&b->gsusb, &FRAME(0x10b, 1));
	assert_int_equal(b->gsusb.dropped, 1);
	assert_false(gsusb_send(&b->gsusb, &FRAME(0x109, 1)));
	end(b);
}

/* Echoes that nobody fetches hold the host's frames back, too. */
static void test_echoes_are_not_read(void **state)
{
	struct bridge *b = new_bridge();
	uint32_t last = 0;

	(void)state;
	up(b);
	for (size_t i = 0; i < GSUSB_ECHOES_MAX + GSUSB_HOST_QUEUE_LEN; i++)
		host_hears_done(&b->host, send(b, DATA("\1", "\x08\1")), 0,
				ROOM);
	last = send(b, DATA("\1", "\x08\1"));
	host_hears_nothing(&b->host);
	host_hears_data(&b->host, host_in(&b->host, 1, ROOM),
			DATA("\1", "\x08\1"), ROOM);
	host_hears_done(&b->host, last, 0, ROOM);
	end(b);
}

int main(void)
{
	struct CMUnitTest tests[48] = {
		{ "probe, up and down as gs_usb does them", test_up_and_down },
		{ "a request is echoed, obeyed and passed on, in this order",
		  test_request },
		{ "what comes from the bus, and from the MCU", test_receive },
		{ "a state of the bus is an error frame", test_error_frame },
		{ "what waits from the bus comes before an echo",
		  test_bus_before_echo },
		{ "ten slots are echoed unchanged", test_ten_slots },
		{ "without echo the frame is taken all the same", test_mute },
		{ "a busy MCU delays RET_SUBMIT", test_slow },
		{ "MODE reset flushes all queues", test_down_flushes },
		{ "an interface that is down neither hears nor speaks",
		  test_down_is_deaf },
		{ "what is no frame is ignored", test_odd_lengths },
		{ "a URB that is too short gets what fits", test_short_room },
		{ "a full bus makes the host wait", test_bus_is_full },
		{ "a full MCU makes the bus wait", test_mcu_is_full },
		{ "the same on demand", test_stalled_on_demand },
		{ "a stuck bus makes the bridge discard, echoes go on",
		  test_discarding },
		{ "frames of the bus are dropped when the host does not read",
		  test_host_does_not_read },
		{ "echoes that are not read make the host wait",
		  test_echoes_are_not_read },
	};
	size_t n = 18;

	ROWS(rates, test_rate);
	ROWS(stalled, test_stalled);
	ROWS(routes, test_route);
	return _cmocka_run_group_tests("usb_gsusb", tests, n, NULL, NULL);
}
