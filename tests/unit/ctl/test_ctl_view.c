// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/ctl/ctl_view.c
/* What "canmcu ctl watch" shows of what the simulator says, whatever that is. */
#include "../../support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../sim/canmcu/ctl/ctl_view.h"

#define U "112233445566"
#define MCU(state, nodeid, devices)                                       \
	"{\"uuid\":\"" U "\",\"mcu_type\":\"stm32g0b1xx\",\"bootloader\"" \
	":\"katapult\",\"state\":\"" state "\",\"nodeid\":" nodeid        \
	",\"name\":\"EBB\",\"devices\":[" devices "]}"
#define DEVICE(section, shows) \
	"{\"section\":\"" section "\",\"shows\":\"" shows "\"}"
#define BED DEVICE("heater_bed", "60.0 C, heater 40 %")
#define FAN DEVICE("fan", "3000 rpm")
#define HEAD "~UUID          STATE      NODEID  CHIP          NAME"
#define IN_KLIPPER U "  klipper         4  stm32g0b1xx   EBB"
#define BED_LINE "    heater_bed                  60.0 C, heater 40 %"

/* <: the cursor goes to the top; ~: the line is erased; >: and all behind it */
static const struct screen {
	const char *name;
	const char *mcus;
	const char *events[3];
	struct ctl_view_size size;
	const char *want;
} screens[] = {
	{ "a board with its devices, and events at the end",
	  "[" MCU("klipper", "4", BED "," FAN) "]",
	  { "{\"event\":\"assigned\",\"time_us\":5,\"seq\":7,\"uuid\":\"" U
	    "\",\"nodeid\":4}",
	    "{\"event\":\"ready\",\"interface\":\"vcan0\",\"mcus\":1}" },
	  { 24, 80 },
	  "<" HEAD "\n~" IN_KLIPPER "\n~" BED_LINE
	  "\n~    fan                         3000 rpm\n~\n~" U
	  " assigned 4\n~ready vcan0 1>" },
	{ "without a nodeid",
	  "[" MCU("off", "null", "") "]",
	  { NULL },
	  { 24, 80 },
	  "<" HEAD "\n~" U "  off             -  stm32g0b1xx   EBB\n~>" },
	{ "a narrow terminal",
	  "[" MCU("klipper", "4", FAN) "]",
	  { "{\"event\":\"shutdown\",\"reason\":\"Timer too close\"}" },
	  { 24, 20 },
	  "<~UUID          STATE \n~" U "  klippe\n~    fan             "
	  "\n~\n~shutdown Timer too c>" },
	{ "one with few lines",
	  "[" MCU("klipper", "4", BED "," FAN "," BED) "]",
	  { "{\"event\":\"ready\"}" },
	  { 4, 80 },
	  "<" HEAD "\n~" IN_KLIPPER "\n~" BED_LINE "\n~... and 2 lines more>" },
	{ "one with the fewest",
	  "[" MCU("klipper", "4", BED) "]",
	  { "{\"event\":\"ready\"}" },
	  { 1, 80 },
	  "<" HEAD ">" },
	{ "bytes that are nobody's business",
	  "[" MCU("\\u001b[2J", "4", DEVICE("\xc3\xa4", "a\\nb")) "]",
	  { "{\"event\":\"shutdown\",\"reason\":\"\\u007f\\u0007\"}" },
	  { 24, 80 },
	  "<" HEAD "\n~" U "  ?[2J            4  stm32g0b1xx   EBB\n~    ??"
	  "                          a?b\n~\n~shutdown ?\?>" },
	{ "something else altogether",
	  "[7,{\"uuid\":1,\"devices\":{}},null]",
	  { "[]", "{}", "{\"event\":[1],\"x\":{}}" },
	  { 24, 80 },
	  "<" HEAD
	  "\n~                              -                \n~       "
	  "                       -                \n~                       "
	  "       -                \n~\n~\n~\n~>" },
};

static void replace(char *text, const char *from, char to)
{
	size_t len = strlen(from);

	for (char *at = text; (at = strstr(at, from));) {
		*at++ = to;
		memmove(at, at + len - 1, strlen(at + len - 1) + 1);
	}
}

static void test_screen(void **state)
{
	const struct screen *s = *state;
	struct ctl_view_events events = { 0 };
	json_t *mcus = json_loads(s->mcus, 0, NULL);
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	assert_non_null(mcus);
	for (size_t i = 0; i < ARRAY_SIZE(s->events) && s->events[i]; i++) {
		json_t *event = json_loads(s->events[i], 0, NULL);

		assert_non_null(event);
		ctl_view_event(&events, event);
		json_decref(event);
	}
	ctl_view_screen(to, mcus, &events, s->size);
	fclose(to);
	replace(text, "\033[H", '<');
	replace(text, "\033[K", '~');
	replace(text, "\033[J", '>');
	assert_string_equal(text, s->want);
	free(text);
	json_decref(mcus);
}

static void test_the_last_events_are_kept(void **state)
{
	struct ctl_view_events events = { 0 };
	char text[64];

	(void)state;
	for (int i = 1; i <= CTL_VIEW_EVENTS + 2; i++) {
		json_t *event =
			json_pack("{s:s,s:i}", "event", "seed", "seed", i);

		ctl_view_event(&events, event);
		json_decref(event);
	}
	assert_int_equal(events.len, CTL_VIEW_EVENTS);
	assert_string_equal(events.lines[0], "seed 3");
	snprintf(text, sizeof(text), "seed %d", CTL_VIEW_EVENTS + 2);
	assert_string_equal(events.lines[CTL_VIEW_EVENTS - 1], text);
}

static void test_what_is_printed_as_json_commands_no_terminal(void **state)
{
	json_t *look = json_loads(
		"{\"ok\":true,\"mcus\":[{\"n\177\":\"\\u001b\\u00e4\\n\"}]}", 0,
		NULL);
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	(void)state;
	assert_non_null(look);
	ctl_view_json(to, look);
	fclose(to);
	assert_string_equal(text,
			    "{\"mcus\":[{\"n?\":\"\\u001B\\u00E4\\n\"}]}\n");
	free(text);
	json_decref(look);
}

static const struct change {
	const char *name;
	const char *was; /* NULL: nothing yet */
	const char *now;
	const char *want;
} changes[] = {
	{ "at first all is told", NULL, "[" MCU("klipper", "null", FAN) "]",
	  U " state: klipper\n" U " nodeid: -\n" U " fan: 3000 rpm\n" },
	{ "nothing has changed", "[" MCU("klipper", "4", FAN) "]",
	  "[" MCU("klipper", "4", FAN) "]", "" },
	{ "each of what has", "[" MCU("klipper", "4", BED "," FAN) "]",
	  "[" MCU("shutdown", "5", BED "," DEVICE("fan", "0 rpm")) "]",
	  U " state: shutdown\n" U " nodeid: 5\n" U " fan: 0 rpm\n" },
	{ "a board that is new", "[]", "[" MCU("boot", "null", "") "]",
	  U " state: boot\n" U " nodeid: -\n" },
	{ "a row that is new, and those below it",
	  "[" MCU("klipper", "4", BED "," FAN) "]",
	  "[" MCU("klipper", "4",
		  BED "," DEVICE("probe", "unplugged") "," FAN) "]",
	  U " probe: unplugged\n" },
	{ "a row that has gone, and those below it",
	  "[" MCU("klipper", "4",
		  BED "," DEVICE("probe", "unplugged") "," FAN) "]",
	  "[" MCU("klipper", "4", BED "," FAN) "]", U " probe: plugged in\n" },
	{ "one of the two rows of a section",
	  "[" MCU("klipper", "4", DEVICE("fan", "25.0 C") "," FAN) "]",
	  "[" MCU("klipper", "4",
		  DEVICE("fan", "25.0 C") "," DEVICE("fan", "0 rpm")) "]",
	  U " fan: 0 rpm\n" },
	{ "bytes that are nobody's business",
	  "[" MCU("klipper", "4", DEVICE("x", "y")) "]",
	  "[" MCU("klipper", "4", DEVICE("x", "\\u001b\\n")) "]",
	  U " x: ??\n" },
};

static void test_change(void **state)
{
	const struct change *c = *state;
	json_t *was = c->was ? json_loads(c->was, 0, NULL) : NULL;
	json_t *now = json_loads(c->now, 0, NULL);
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	ctl_view_changes(to, was, now);
	fclose(to);
	assert_string_equal(text, c->want);
	free(text);
	json_decref(was);
	json_decref(now);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(screens) + ARRAY_SIZE(changes) + 2];
	size_t n = 0;

	ROWS(screens, test_screen);
	ROWS(changes, test_change);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(
		test_the_last_events_are_kept);
	tests[n] = (struct CMUnitTest)cmocka_unit_test(
		test_what_is_printed_as_json_commands_no_terminal);
	return cmocka_run_group_tests_name("ctl view", tests, NULL, NULL);
}
