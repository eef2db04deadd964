// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/mcu/event.c
#include "../../support/unit.h"

#include <string.h>

#include "../../../sim/canmcu/mcu/event.h"

static const struct kcan_uuid uuid = { { 0x11, 0x22, 0x33, 0x44, 0x55, 0x66 } };

#define U "112233445566"
#define JSON(name, rest) \
	"{\"event\":\"" name "\",\"time_us\":42,\"uuid\":\"" U "\"," rest "}"

static const struct row {
	const char *name;
	struct event event;
	const char *text;
	const char *json;
} rows[] = {
	{ "ready",
	  { EVENT_READY, 42, NULL, "vcan0", 3, 0 },
	  "ready vcan0 3",
	  "{\"event\":\"ready\",\"time_us\":42,\"interface\":\"vcan0\","
	  "\"mcus\":3}" },
	{ "state",
	  { EVENT_STATE, 42, &uuid, "katapult", 0, 0 },
	  U " state katapult",
	  JSON("state", "\"state\":\"katapult\"") },
	{ "assigned",
	  { EVENT_ASSIGNED, 42, &uuid, NULL, 0, 240 },
	  U " assigned 240",
	  JSON("assigned", "\"nodeid\":240") },
	{ "unassigned",
	  { EVENT_UNASSIGNED, 42, &uuid, NULL, 0, 4 },
	  U " unassigned 4",
	  JSON("unassigned", "\"nodeid\":4") },
	{ "conflict",
	  { EVENT_CONFLICT, 42, &uuid, NULL, 0, 4 },
	  U " conflict 4",
	  JSON("conflict", "\"nodeid\":4") },
	{ "shutdown",
	  { EVENT_SHUTDOWN, 42, &uuid, "too \"hot\"", 0, 0 },
	  U " shutdown too \"hot\"",
	  JSON("shutdown", "\"reason\":\"too \\\"hot\\\"\"") },
	{ "crash",
	  { EVENT_CRASH, 42, &uuid, "there is no application", 0, 0 },
	  U " crash there is no application",
	  JSON("crash", "\"reason\":\"there is no application\"") },
	{ "request",
	  { EVENT_REQUEST, 42, &uuid, "ignored", 0, 0 },
	  U " request ignored",
	  JSON("request", "\"action\":\"ignored\"") },
	{ "reset",
	  { EVENT_RESET, 42, &uuid, "pin", 0, 0 },
	  U " reset pin",
	  JSON("reset", "\"cause\":\"pin\"") },
	{ "power",
	  { EVENT_POWER, 42, &uuid, "off", 0, 0 },
	  U " power off",
	  JSON("power", "\"power\":\"off\"") },
	{ "flashed",
	  { EVENT_FLASHED, 42, &uuid, NULL, 3, 0 },
	  U " flashed 3",
	  JSON("flashed", "\"pages\":3") },
	{ "bus-state",
	  { EVENT_BUS_STATE, 42, &uuid, "error-passive", 0, 0 },
	  U " bus-state error-passive",
	  JSON("bus-state", "\"bus_state\":\"error-passive\"") },
	{ "fault",
	  { EVENT_FAULT, 42, &uuid, "drop", 3, 0 },
	  U " fault drop 3",
	  JSON("fault", "\"fault\":\"drop\",\"struck\":3") },
	{ "seed",
	  { EVENT_SEED, 42, NULL, NULL, 7, 0 },
	  "seed 7",
	  "{\"event\":\"seed\",\"time_us\":42,\"seed\":7}" },
	{ "flash-error",
	  { EVENT_FLASH_ERROR, 42, &uuid, "it is full", 0, 0 },
	  U " flash-error it is full",
	  JSON("flash-error", "\"reason\":\"it is full\"") },
	{ "late",
	  { EVENT_LATE, 42, &uuid, NULL, 250, 0 },
	  U " late 250",
	  JSON("late", "\"us\":250") },
	{ "application",
	  { EVENT_APPLICATION, 42, &uuid, "v0.12.0", 0, 0, "rp2040" },
	  U " application v0.12.0 rp2040",
	  JSON("application", "\"version\":\"v0.12.0\",\"mcu\":\"rp2040\"") },
	{ "link",
	  { EVENT_LINK, 42, NULL, "down", 0, 0 },
	  "link down",
	  "{\"event\":\"link\",\"time_us\":42,\"link\":\"down\"}" },
	{ "dropped",
	  { EVENT_DROPPED, 42, NULL, NULL, 12, 0 },
	  "dropped 12",
	  "{\"event\":\"dropped\",\"time_us\":42,\"frames\":12}" },
	{ "lost",
	  { EVENT_LOST, 42, &uuid, NULL, 12, 0 },
	  U " lost 12",
	  JSON("lost", "\"bytes\":12") },
	{ "plugged",
	  { EVENT_PLUGGED, 42, &uuid, "gs_usb", 3, 0 },
	  U " plugged gs_usb 3",
	  JSON("plugged", "\"device\":\"gs_usb\",\"port\":3") },
	{ "unplugged",
	  { EVENT_UNPLUGGED, 42, &uuid, NULL, 3, 0 },
	  U " unplugged 3",
	  JSON("unplugged", "\"port\":3") },
	{ "host",
	  { EVENT_HOST, 42, &uuid, "up", 500000, 0 },
	  U " host up 500000",
	  JSON("host", "\"host\":\"up\",\"bitrate\":500000") },
};

static void test_row(void **state)
{
	const struct row *r = *state;
	char line[EVENT_LINE_MAX];

	assert_true(event_format(line, &r->event, false));
	assert_string_equal(line, r->text);
	assert_true(event_format(line, &r->event, true));
	assert_string_equal(line, r->json);
}

static void test_every_event_is_in_the_table(void **state)
{
	(void)state;
	assert_int_equal(ARRAY_SIZE(rows), EVENT_COUNT);
}

static void test_a_device_on_tcp_has_no_port(void **state)
{
	const struct event event = { EVENT_PLUGGED, 42, &uuid, "gs_usb",
				     (uint64_t)-1 };
	char line[EVENT_LINE_MAX];

	(void)state;
	assert_true(event_format(line, &event, false));
	assert_string_equal(line, "112233445566 plugged gs_usb -1");
	assert_true(event_format(line, &event, true));
	assert_non_null(strstr(line, "\"port\":-1}"));
}

static void test_a_fault_tells_which_frame_it_struck(void **state)
{
	const struct event event = { EVENT_FAULT, 42, &uuid,   "drop",
				     3,		  0,  "3F0#00" };
	char line[EVENT_LINE_MAX];

	(void)state;
	assert_true(event_format(line, &event, false));
	assert_string_equal(line, "112233445566 fault drop 3F0#00 3");
	assert_true(event_format(line, &event, true));
	assert_non_null(strstr(line, "\"frame\":\"3F0#00\",\"struck\":3}"));
}

/* A terminal may not have it: what prints a line makes other bytes '?'. */
static void test_json_is_ascii(void **state)
{
	const struct event event = { .type = EVENT_FLASH_ERROR,
				     .text = "bl\xc3\xb6"
					     "d" };
	char line[EVENT_LINE_MAX];

	(void)state;
	assert_true(event_format(line, &event, true));
	assert_non_null(strstr(line, "\"bl\\u00F6d\""));
}

static void test_every_event_is_found_by_its_name(void **state)
{
	enum event_type type;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_true(event_find(&type, rows[i].name));
		assert_int_equal(type, rows[i].event.type);
		assert_string_equal(event_name(type), rows[i].name);
	}
	assert_false(event_find(&type, "missed"));
	assert_false(event_find(&type, ""));
}

static void test_a_number_is_told_in_json_only(void **state)
{
	struct event event = { .type = EVENT_ASSIGNED,
			       .now_us = 42,
			       .uuid = &uuid,
			       .nodeid = 240,
			       .seq = 17 };
	char line[EVENT_LINE_MAX];

	(void)state;
	assert_true(event_format(line, &event, false));
	assert_string_equal(line, U " assigned 240");
	assert_true(event_format(line, &event, true));
	assert_string_equal(line, "{\"event\":\"assigned\",\"time_us\":42,"
				  "\"seq\":17,\"uuid\":\"" U "\","
				  "\"nodeid\":240}");
}

static void test_what_does_not_fit_is_not_cut(void **state)
{
	static char text[EVENT_LINE_MAX];
	struct event event = { EVENT_SHUTDOWN, 42, &uuid, text, 0, 0 };
	char line[EVENT_LINE_MAX];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	assert_false(event_format(line, &event, false));
	assert_string_equal(line, "");
	assert_false(event_format(line, &event, true));
	assert_string_equal(line, "");
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows) + 7] = {
		cmocka_unit_test(test_every_event_is_in_the_table),
		cmocka_unit_test(test_a_device_on_tcp_has_no_port),
		cmocka_unit_test(test_a_fault_tells_which_frame_it_struck),
		cmocka_unit_test(test_json_is_ascii),
		cmocka_unit_test(test_every_event_is_found_by_its_name),
		cmocka_unit_test(test_a_number_is_told_in_json_only),
		cmocka_unit_test(test_what_does_not_fit_is_not_cut),
	};
	size_t n = 7;

	ROWS(rows, test_row);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
