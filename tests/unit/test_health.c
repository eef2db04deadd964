// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/canbootreq tools/canbus tools/shared
/* What is wrong with a bus, and what is said of it. */
#include "report_canbootreq.h"

#include "../../tools/canbootreq/look/look.h"
#include "../../tools/canbootreq/say/health.h"

#define SAID "canbootreq: warning: "
#define UP "sudo ip link set can0 up type can bitrate 500000\n"
#define DOWN_UP "sudo ip link set can0 down && " UP
#define UNACKNOWLEDGED(how)                                                    \
	SAID "no node acknowledges what is sent on can0" how ": check power, " \
	     "wiring, 120 ohm termination, and that all nodes have the same "  \
	     "bit rate\n"
#define SHORT(n)                                                              \
	SAID "the transmit queue of can0 is short (" n " frames): bursts of " \
	     "Klipper's host do not fit and come late; make it longer: sudo " \
	     "ip link set can0 txqueuelen 128\n"
#define PASSIVE(how)                                                     \
	SAID "can0 is in state ERROR-PASSIVE" how ": most frames fail, " \
	     "so look for power, wiring, termination and the same bit "  \
	     "rate on all nodes; it ends when all is well again, or, "   \
	     "while no Klipper host uses the bus, with: " DOWN_UP

#define LINK(s, queue, by, ...)                                               \
	{                                                                     \
		.name = "can0", .is_can = true, .up = true,                   \
		.txqueuelen = (queue), .bitrate_bps = 500000, .driver = (by), \
		.state = KCAN_LINK_STATE_##s, __VA_ARGS__                     \
	}
#define TX_ERRORS(n) .has_counters = true, .tx_errors = (n)

static const struct row {
	const char *name;
	struct kcan_link link;
	struct health_counts counts;
	const char *err; /* all that is said */
} rows[] = {
	{ "all is well",
	  LINK(ERROR_ACTIVE, 128, "mcp251x"),
	  { .frames = 9 },
	  "" },
	{ "vcan, which tells nothing, is well",
	  { .name = "can0", .up = true, .driver = "vcan", .txqueuelen = 1000 },
	  { .frames = 9 },
	  "" },
	{ "a queue of 127 is short",
	  LINK(ERROR_ACTIVE, 127, "mcp251x"),
	  { 0 },
	  SHORT("127") },
	{ "an interface that is down may have a short queue, and no state",
	  { .name = "can0",
	    .txqueuelen = 10,
	    .bitrate_bps = 500000,
	    .state = KCAN_LINK_STATE_STOPPED },
	  { 0 },
	  SHORT("10") },
	{ "restart-ms is fine with a driver that can do it",
	  LINK(ERROR_ACTIVE, 128, "mcp251x", .restart_ms = 100),
	  { 0 },
	  "" },
	{ "restart-ms crashes kernels with gs_usb",
	  LINK(ERROR_ACTIVE, 128, "gs_usb", .restart_ms = 100),
	  { 0 },
	  SAID
	  "restart-ms is set on can0, but its driver gs_usb cannot restart "
	  "it: at the next bus-off the kernel can crash; take it back: "
	  "sudo ip link set can0 down && sudo ip link set can0 type can "
	  "restart-ms 0 && " UP },
	{ "gs_usb without restart-ms is well",
	  LINK(ERROR_ACTIVE, 128, "gs_usb"),
	  { 0 },
	  "" },
	{ "passive, by what it sends: counted up to 128 and no further",
	  LINK(ERROR_PASSIVE, 128, "mcp251x", TX_ERRORS(128)),
	  { 0 },
	  UNACKNOWLEDGED(" (error counters tx 128 rx 0)") },
	{ "an error frame says that nobody acknowledged",
	  LINK(ERROR_ACTIVE, 128, "mcp251x"),
	  { .unacknowledged = 1 },
	  UNACKNOWLEDGED("") },
	{ "while somebody is heard, somebody acknowledges",
	  LINK(ERROR_PASSIVE, 128, "mcp251x", TX_ERRORS(128)),
	  { .frames = 1, .unacknowledged = 1 },
	  PASSIVE(" (error counters tx 128 rx 0)") },
	{ "passive by more than missing acknowledgements",
	  LINK(ERROR_PASSIVE, 128, "mcp251x", TX_ERRORS(136)),
	  { 0 },
	  PASSIVE(" (error counters tx 136 rx 0)") },
	{ "passive, and nothing is counted",
	  LINK(ERROR_PASSIVE, 128, "mcp251x"),
	  { 0 },
	  PASSIVE("") },
	{ "bus-off comes before what led to it",
	  LINK(BUS_OFF, 128, "mcp251x"),
	  { .unacknowledged = 9 },
	  SAID "can0 is in state BUS-OFF: nothing is sent any more, as with a "
	       "wrong bit rate, CAN-H and CAN-L swapped or no termination; "
	       "restart it: " DOWN_UP },
	{ "troubles do not hide each other",
	  LINK(ERROR_PASSIVE, 10, "mcp251x"),
	  { 0 },
	  PASSIVE("") SHORT("10") },
};

static void test_row(void **state)
{
	const struct row *row = *state;
	struct words_facts facts = { .ifname = "can0" };
	unsigned int found = health_of(&row->link, &row->counts);
	struct capture c;

	look_note_link(&facts, &row->link);
	capture_open(&c, false);
	for (int i = 0; i < WARNING_COUNT; i++)
		if (found & 1u << i)
			report_warning(&c.report, (enum warning)i, &facts);
	capture_end(&c);
	assert_string_equal(c.out, "");
	assert_string_equal(c.err, row->err);
	capture_free(&c);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows)] = { 0 };
	size_t n = 0;

	ROWS(rows, test_row);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
