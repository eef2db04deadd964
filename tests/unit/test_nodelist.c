// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/canbootreq tools/canbus tools/shared
/* What --listen prints of what was heard. */
#include "report_canbootreq.h"

#include <signal.h>

#define S 1000000u
#define NEXT_1                                                               \
	"a node that has a nodeid answers no query; its UUID is heard only " \
	"while the nodeid is given"
#define NEXT_2                                                               \
	"Klipper's host counts nodeids from 4, in the order of canbus_uuid " \
	"in printer.cfg; console.py takes 64, flashtool.py 129"

#define SHORT_QUEUE                                                         \
	"the transmit queue of can0 is short (10 frames): bursts of "       \
	"Klipper's host do not fit and come late; make it longer: sudo ip " \
	"link set can0 txqueuelen 128"

/* klipper-mcu-protocol.md, section 19, and katapult-protocol.md, section 12 */
static const struct {
	uint64_t at_us;
	bool here;
	struct can_frame frame;
} heard_frames[] = {
	{ 1 * S, true,
	  FRAME(0x3f0, 0x01, 0xca, 0x46, 0x3a, 0x06, 0xa1, 0xac, 0x04) },
	{ 1 * S, true,
	  FRAME(0x108, 0x08, 0x11, 0x01, 0x00, 0x28, 0x42, 0x24, 0x7e) },
	{ 2 * S, false, FRAME(0x109, 0x05, 0x10, 0x9e, 0x81, 0x7e) },
	{ 3 * S, true, FRAME(0x10a, 0x06) },
	{ 3 * S, false, FRAME(0x10a, 0x06) },
	{ 4 * S, false,
	  FRAME(0x202, 0x01, 0x88, 0x13, 0x00, 0x41, 0x4f, 0x99, 0x03) },
	{ 4 * S, false,
	  FRAME(0x210, 0x01, 0x88, 0x11, 0x00, 0xf1, 0x7c, 0x99, 0x03) },
	{ 4 * S, false, FRAME(0x10d, 0x55) },
	{ 5 * S, false,
	  FRAME(0x3f1, 0x20, 0x41, 0xf9, 0x05, 0xf5, 0x50, 0x04, 0x11) },
	{ 5 * S, false, FRAME(0x3f0, 0x12) },
	{ 5 * S, false, FRAME(0x3f0, 0x12) },
	/* V40: shutdown */
	{ 5 * S, false,
	  FRAME(0x10f, 0x0b, 0x11, 0x12, 0xa5, 0xd7, 0xa9, 0x59, 0x02) },
	{ 5 * S, false, FRAME(0x10f, 0x6c, 0xe7, 0x7e) },
	{ 5 * S, false, FRAME(0x20000040, 0, 0, 0, 0, 0, 0, 0, 0) },
};

static const struct row {
	const char *name;
	bool json;
	bool silent; /* no frame was heard */
	struct words_facts facts;
	struct kcan_link link;
	unsigned int dropped;
	int code;
	const char *out; /* all of stdout */
	const char *err; /* all of stderr */
} rows[] = {
	{ "for people, on a bus with everything known",
	  .facts = { .cause = CAUSE_HEARD, .detail = "2 nodeids were" },
	  .link = { .name = "can0",
		    .state = KCAN_LINK_STATE_ERROR_PASSIVE,
		    .bitrate_bps = 1000,
		    .has_counters = true,
		    .tx_errors = 128,
		    .rx_errors = 7,
		    .txqueuelen = 1 },
	  .dropped = 3,
	  .out = "can0: state ERROR-PASSIVE, 13 frames in 6.0 s: 2.2 frames/s, "
		 "10.2 bytes/s, load at least 18.32 % of 1000 bit/s, 1 error "
		 "frame, 1 x bus-off, error counters tx 128 rx 7, queue of 1 "
		 "frame, 3 frames lost here (too fast)\n"
		 "nodeid 4: Klipper ca463a06a1ac, 1 frame, the last 4.0 s ago, "
		 "1 to it from this computer\n"
		 "nodeid 5: not heard, 2 to it from here and elsewhere\n"
		 "nodeid 6: an unknown program, 1 frame, the last 2.0 s ago\n"
		 "nodeid 7: Klipper, 2 frames, the last 1.0 s ago, likely in "
		 "shutdown by what it said 1.0 s ago\n"
		 "nodeid 129: not heard, 1 to it from elsewhere; flash "
		 "traffic: 1 x SEND_EOF\n"
		 "nodeid 136: not heard, 1 to it from elsewhere; asked: 1 x "
		 "CONNECT\n"
		 "admin: 1 x SET_KLIPPER_NODEID ca463a06a1ac -> nodeid 4 from "
		 "this computer\n"
		 "admin: 1 x NEED_NODEID 41f905f55004 (Katapult) from "
		 "elsewhere\n"
		 "admin: 2 x CLEAR_CANBOOT_NODEID from elsewhere\n",
	  .err = "canbootreq: " NEXT_1 "\ncanbootreq:   " NEXT_2 "\n" },
	{ "silence on a bus that tells nothing", .silent = true,
	  .facts = { .cause = CAUSE_UNHEARD }, .link = { .name = "can0" },
	  .code = 3,
	  .out = "can0: state UNKNOWN, 0 frames in 6.0 s: 0.0 frames/s, 0.0 "
		 "bytes/s, 0 error frames, queue of 0 frames\n",
	  .err = "canbootreq: no node was heard on can0 within 6 s; a node is "
		 "silent until a host gives it a nodeid, and in Katapult until "
		 "it is asked: unless the bus is in use, list those with "
		 "--query; if a host has nodes on can0: look for power, "
		 "wiring, termination and bit rate\n" },
	{ "silence of a controller that is bus-off", .silent = true,
	  .facts = { .cause = CAUSE_UNHEARD_OFF, .bitrate_bps = 500000 },
	  .link = { .name = "can0", .state = KCAN_LINK_STATE_BUS_OFF },
	  .code = 3,
	  .out = "can0: state BUS-OFF, 0 frames in 6.0 s: 0.0 frames/s, 0.0 "
		 "bytes/s, 0 error frames, queue of 0 frames\n",
	  .err = "canbootreq: can0 is in state BUS-OFF, so no node was heard; "
		 "restart it: sudo ip link set can0 down && sudo ip link set "
		 "can0 up type can bitrate 500000; if it recurs, likely: wrong "
		 "bit rate, CAN-H and CAN-L swapped, or no termination\n" },
	{ "troubles come behind the list, before what to do", .silent = true,
	  .facts = { .cause = CAUSE_CUT_SHORT,
		     .signal = SIGINT,
		     .warnings = 1u << WARNING_SHORT_QUEUE,
		     .txqueuelen = 10 },
	  .link = { .name = "can0", .txqueuelen = 10 }, .code = 130,
	  .out = "can0: state UNKNOWN, 0 frames in 6.0 s: 0.0 frames/s, 0.0 "
		 "bytes/s, 0 error frames, queue of 10 frames\n",
	  .err = "canbootreq: warning: " SHORT_QUEUE "\n"
		 "canbootreq: ended by SIGINT before 6 s were over; a Klipper "
		 "node reports every 5 s: one that is not listed may be "
		 "alive\n" },
	{ "troubles are for scripts, too", .json = true, .silent = true,
	  .facts = { .cause = CAUSE_CUT_SHORT,
		     .signal = SIGINT,
		     .warnings = 1u << WARNING_SHORT_QUEUE,
		     .txqueuelen = 10 },
	  .link = { .name = "can0", .txqueuelen = 10 }, .code = 130,
	  .out = "{\"schema\":1,\"outcome\":\"interrupted\",\"code\":130,"
		 "\"reason\":\"ended by SIGINT before 6 s were over\","
		 "\"interface\":\"can0\",\"elapsed_ms\":6000,\"bus\":{"
		 "\"state\":\"UNKNOWN\",\"frames\":0,\"bytes\":0,"
		 "\"frames_per_s\":0.0,\"bytes_per_s\":0.0,"
		 "\"error_frames\":0,\"bus_off\":0,\"unacknowledged\":0,"
		 "\"txqueuelen\":10,\"dropped\":0},\"nodes\":[],"
		 "\"admin\":[],\"warnings\":[\"" SHORT_QUEUE "\"],"
		 "\"next\":\"a Klipper node reports every 5 s: one that is "
		 "not listed may be alive\"}\n",
	  .err = "" },
	{ "ended by Ctrl-C", .silent = true,
	  .facts = { .cause = CAUSE_CUT_SHORT, .signal = SIGINT },
	  .link = { .name = "can0" }, .code = 130,
	  .out = "can0: state UNKNOWN, 0 frames in 6.0 s: 0.0 frames/s, 0.0 "
		 "bytes/s, 0 error frames, queue of 0 frames\n",
	  .err = "canbootreq: ended by SIGINT before 6 s were over; a Klipper "
		 "node reports every 5 s: one that is not listed may be "
		 "alive\n" },
	{ "for scripts, on a bus with everything known", .json = true,
	  .facts = { .cause = CAUSE_HEARD, .detail = "2 nodeids were" },
	  .link = { .name = "can0",
		    .state = KCAN_LINK_STATE_ERROR_PASSIVE,
		    .bitrate_bps = 1000,
		    .has_counters = true,
		    .tx_errors = 128,
		    .rx_errors = 7,
		    .txqueuelen = 1 },
	  .dropped = 3,
	  .out = "{\"schema\":1,\"outcome\":\"heard\",\"code\":0,\"reason\":"
		 "\"2 nodeids were heard on can0\",\"interface\":\"can0\","
		 "\"elapsed_ms\":6000,\"bus\":{\"state\":\"ERROR-PASSIVE\","
		 "\"bitrate_bps\":1000,\"frames\":13,\"bytes\":61,"
		 "\"frames_per_s\":2.16667,\"bytes_per_s\":10.1667,"
		 "\"load_percent\":18.3167,\"error_frames\":1,\"bus_off\":1,"
		 "\"unacknowledged\":0,\"tx_errors\":128,\"rx_errors\":7,"
		 "\"txqueuelen\":1,\"dropped\":3},"
		 "\"nodes\":[{\"nodeid\":4,\"heard\":true,\"alive\":true,\"program\":"
		 "\"klipper\",\"uuid\":\"ca463a06a1ac\",\"frames\":1,"
		 "\"last_ms\":4000,\"asked\":1,\"asked_here\":1,\"flash\":"
		 "false,\"commands\":{}},{\"nodeid\":5,\"heard\":false,"
		 "\"frames\":0,\"asked\":2,\"asked_here\":1,\"flash\":false,"
		 "\"commands\":{}},{\"nodeid\":6,\"heard\":true,\"alive\":true,\"program\":"
		 "\"unknown\",\"frames\":1,\"last_ms\":2000,\"asked\":0,"
		 "\"asked_here\":0,\"flash\":false,\"commands\":{}},"
		 "{\"nodeid\":7,\"heard\":true,\"alive\":true,\"program\":"
		 "\"klipper\",\"frames\":2,\"last_ms\":1000,\"shutdown\":"
		 "\"likely\",\"shutdown_ms\":1000,\"asked\":0,"
		 "\"asked_here\":0,\"flash\":false,\"commands\":{}},"
		 "{\"nodeid\":129,\"heard\":false,\"frames\":0,\"asked\":1,"
		 "\"asked_here\":0,\"flash\":true,\"commands\":{\"SEND_EOF\":"
		 "1}},{\"nodeid\":136,\"heard\":false,\"frames\":0,\"asked\":1,"
		 "\"asked_here\":0,\"flash\":false,\"commands\":{\"CONNECT\":"
		 "1}}],\"admin\":[{\"command\":\"SET_KLIPPER_NODEID\","
		 "\"uuid\":\"ca463a06a1ac\",\"nodeid\":4,\"count\":1,\"here\":"
		 "1},{\"command\":\"NEED_NODEID\",\"uuid\":\"41f905f55004\","
		 "\"program\":\"katapult\",\"count\":1,\"here\":0},"
		 "{\"command\":\"CLEAR_CANBOOT_NODEID\",\"count\":2,\"here\":"
		 "0}],\"next\":\"" NEXT_1 "\\n" NEXT_2 "\"}\n",
	  .err = "" },
	{ "for scripts, an interface that went away", .json = true,
	  .silent = true,
	  .facts = { .cause = CAUSE_LISTEN_LOST, .detail = "vanished" },
	  .link = { .name = "can0" }, .code = 3,
	  .out = "{\"schema\":1,\"outcome\":\"no-answer\",\"code\":3,"
		 "\"reason\":\"can0 vanished while listening\",\"interface\":"
		 "\"can0\",\"elapsed_ms\":6000,\"bus\":{\"state\":\"UNKNOWN\","
		 "\"frames\":0,\"bytes\":0,\"frames_per_s\":0.0,"
		 "\"bytes_per_s\":0.0,\"error_frames\":0,\"bus_off\":0,"
		 "\"unacknowledged\":0,\"txqueuelen\":0,\"dropped\":0},"
		 "\"nodes\":[],\"admin\":[],\"next\":\"bring "
		 "can0 up again (if it is gone, plug its adapter in before): "
		 "sudo ip link set can0 up\"}\n",
	  .err = "" },
};

static void test_row(void **state)
{
	const struct row *row = *state;
	struct words_facts facts = row->facts;
	struct kcan_listen *listen;
	struct capture c;

	facts.ifname = "can0";
	facts.timeout_us = 6 * S;
	capture_open(&c, row->json);
	assert_int_equal(kcan_listen_new(&listen), 0);
	for (size_t i = 0; i < ARRAY_SIZE(heard_frames) && !row->silent; i++)
		kcan_listen_rx(listen, &heard_frames[i].frame,
			       heard_frames[i].here, heard_frames[i].at_us);
	report_nodelist(&c.report,
			&(struct nodelist){ .listen = listen,
					    .link = row->link,
					    .end_us = 6 * S,
					    .elapsed_us = 6 * S,
					    .dropped = row->dropped },
			&facts);
	assert_int_equal(report_close(&c.report), row->code);
	capture_end(&c);
	assert_string_equal(c.out, row->out);
	assert_string_equal(c.err, row->err);
	kcan_listen_free(listen);
	capture_free(&c);
}

static void test_an_ear_of_no_time_divides_by_nothing(void **state)
{
	struct kcan_listen *listen;
	struct nodelist h = { .link = { .bitrate_bps = 500000 } };

	(void)state;
	assert_int_equal(kcan_listen_new(&listen), 0);
	h.listen = listen;
	assert_true(nodelist_rate(&h, 0) == 0);
	assert_true(nodelist_load(&h) == 0);
	kcan_listen_free(listen);
}

static void test_a_silent_Klipper_node_is_likely_gone(void **state)
{
	/* its ACK, section 4.3; it reports every 5 s */
	const struct can_frame ack = FRAME(0x109, 0x05, 0x11, 0x8f, 0x08, 0x7e);
	struct words_facts facts = { .cause = CAUSE_HEARD, .ifname = "can0" };
	struct nodelist h = { .end_us = 7 * S, .elapsed_us = 7 * S };
	struct kcan_listen *listen;
	struct capture c;

	(void)state;
	for (int json = 0; json < 2; json++) {
		assert_int_equal(kcan_listen_new(&listen), 0);
		kcan_listen_rx(listen, &ack, false, S / 2);
		h.listen = listen;
		capture_open(&c, json);
		report_nodelist(&c.report, &h, &facts);
		assert_int_equal(report_close(&c.report), 0);
		capture_end(&c);
		assert_non_null(strstr(c.out, json ? "\"alive\":false" :
						     "1 frame, the last 6.5 s "
						     "ago, so it is likely "
						     "gone\n"));
		kcan_listen_free(listen);
		capture_free(&c);
	}
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows) + 2] = {
		cmocka_unit_test(test_an_ear_of_no_time_divides_by_nothing),
		cmocka_unit_test(test_a_silent_Klipper_node_is_likely_gone),
	};
	size_t n = 2;

	ROWS(rows, test_row);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
