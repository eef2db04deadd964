// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/canbootreq tools/canbus tools/shared
/* What is said of a controller in trouble. States: linux/can/netlink.h. */
#include "report_canbootreq.h"

#define SAID "canbootreq: warning: can0 is in state "
#define DOWN_UP                          \
	"sudo ip link set can0 down && " \
	"sudo ip link set can0 up type can bitrate 500000\n"

static const struct state_row {
	const char *name;
	struct kcan_link link;
	const char *err;
} state_rows[] = {
	{ "warning",
	  { .state = KCAN_LINK_STATE_ERROR_WARNING },
	  SAID "ERROR-WARNING: some frames fail, so look for wiring, "
	       "termination and bit rate; it ends when all is well again, or, "
	       "while no Klipper host uses the bus, with: " DOWN_UP },
	{ "passive, with error counters",
	  { .state = KCAN_LINK_STATE_ERROR_PASSIVE,
	    .has_counters = true,
	    .tx_errors = 128,
	    .rx_errors = 7 },
	  SAID "ERROR-PASSIVE (error counters tx 128 rx 7): most frames fail, "
	       "so look for power, wiring, termination and the same bit rate "
	       "on all nodes; it ends when all is well again, or, while no "
	       "Klipper host uses the bus, with: " DOWN_UP },
	{ "a controller that restarts only after bus-off",
	  { .state = KCAN_LINK_STATE_ERROR_WARNING, .restart_ms = 100 },
	  SAID "ERROR-WARNING: some frames fail, so look for wiring, "
	       "termination and bit rate; it ends when all is well again, or, "
	       "while no Klipper host uses the bus, with: " DOWN_UP },
	{ "bus-off after trying",
	  { .state = KCAN_LINK_STATE_BUS_OFF },
	  SAID
	  "BUS-OFF: nothing is sent any more, as with a wrong bit rate, "
	  "CAN-H and CAN-L swapped or no termination; restart it: " DOWN_UP },
	{ "up, but stopped",
	  { .state = KCAN_LINK_STATE_STOPPED },
	  SAID "STOPPED: nothing is sent; restart it: " DOWN_UP },
	{ "up, but asleep",
	  { .state = KCAN_LINK_STATE_SLEEPING },
	  SAID "SLEEPING: nothing is sent; restart it: " DOWN_UP },
};

static void test_state(void **state)
{
	const struct state_row *row = *state;
	const struct words_facts facts = { .ifname = "can0",
					   .bitrate_bps = 500000,
					   .link = row->link };
	struct capture c;

	capture_open(&c, false);
	report_warning(&c.report, WARNING_STATE, &facts);
	capture_end(&c);
	assert_string_equal(c.out, "");
	assert_string_equal(c.err, row->err);
	capture_free(&c);
}

#define OFF "canbootreq: can0 is in state BUS-OFF"
#define RESTART                                                           \
	"; no request was sent; restart it: sudo ip link set can0 down "  \
	"&& sudo ip link set can0 up type can bitrate 500000; if it "     \
	"recurs, likely: wrong bit rate, CAN-H and CAN-L swapped, or no " \
	"termination\n"

static const struct state_row off_rows[] = {
	{ "bus-off, and nothing else is known",
	  { .state = KCAN_LINK_STATE_BUS_OFF },
	  OFF RESTART },
	{ "bus-off, with error counters",
	  { .state = KCAN_LINK_STATE_BUS_OFF,
	    .has_counters = true,
	    .tx_errors = 248 },
	  OFF " (error counters tx 248 rx 0)" RESTART },
	{ "bus-off, and it comes back by itself",
	  { .state = KCAN_LINK_STATE_BUS_OFF, .restart_ms = 100 },
	  OFF " (restarts by itself after 100 ms)" RESTART },
	{ "bus-off, and all is known",
	  { .state = KCAN_LINK_STATE_BUS_OFF,
	    .has_counters = true,
	    .tx_errors = 65535,
	    .rx_errors = 65535,
	    .restart_ms = 4294967295 },
	  OFF " (error counters tx 65535 rx 65535, restarts by itself after "
	      "4294967295 ms)" RESTART },
};

static void test_off(void **state)
{
	const struct state_row *row = *state;
	const struct words_facts facts = { .cause = CAUSE_BUS_OFF,
					   .ifname = "can0",
					   .bitrate_bps = 500000,
					   .link = row->link };
	struct capture c;

	capture_open(&c, false);
	report_end(&c.report, &facts);
	assert_int_equal(report_close(&c.report), 5);
	capture_end(&c);
	assert_string_equal(c.err, row->err);
	capture_free(&c);
}

int main(void)
{
	struct CMUnitTest
		tests[ARRAY_SIZE(state_rows) + ARRAY_SIZE(off_rows)] = { 0 };
	size_t n = 0;

	ROWS(state_rows, test_state);
	ROWS(off_rows, test_off);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
