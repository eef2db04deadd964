// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/usb/stream.c sim/canmcu/usb/usbip.c sim/canmcu/usb/device.c
// needs: sim/canmcu/usb/gsusb.c
/*
 * What waits in a bridge, who waits for it, and what is lost. Traps are those
 * of usbip-gsusb-bridge.md.
 */
#include "bridge.h"

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
	static const struct CMUnitTest tests[] = {
		{ "a busy MCU delays RET_SUBMIT", test_slow },
		{ "MODE reset flushes all queues", test_down_flushes },
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

	return cmocka_run_group_tests(tests, NULL, NULL);
}
