// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu
/* Lines of the control socket: each has a reply, and none does harm. */
#include "../support/unit.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../sim/canmcu/ctl.h"
#include "canmcu_klipper.h"

#define U "112233445566"

static char reason[64]; /* of the last shutdown */

static void note_reason(void *arg, const struct event *event)
{
	(void)arg;
	if (event->type == EVENT_SHUTDOWN)
		snprintf(reason, sizeof(reason), "%s", event->text);
}

static int prepare(void **state)
{
	struct mcu_cfg cfgs[] = {
		{ .uuid = { { 0x11, 0x22, 0x33, 0x44, 0x55, 0x66 } },
		  .type = mcu_type_find("stm32g0b1xx"),
		  .bootloader = BOOTLOADER_KATAPULT,
		  .state = MCU_KLIPPER,
		  .boot_us = 30000,
		  .nodeid = -1 },
		{ .uuid = { { 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff } },
		  .type = mcu_type_find("rp2040"),
		  .bootloader = BOOTLOADER_NONE,
		  .state = MCU_OFF,
		  .nodeid = -1 },
	};
	struct world *w = NULL;

	assert_int_equal(
		world_new(&w, &(struct world_cfg){ .mcus = cfgs,
						   .mcus_len = 2,
						   .buses_len = 1,
						   .events = { note_reason,
							       NULL } }),
		0);
	*state = w;
	return 0;
}

static int release(void **state)
{
	world_free(*state);
	return 0;
}

#define OK "{\"ok\":true}"
#define ERROR(text) "{\"ok\":false,\"error\":\"" text "\"}"
#define NO_COMMAND(text)                   \
	ERROR("there is no command '" text \
	      "': give list, shutdown, power, reset, wait or quit")
#define NODE(state)                                                \
	"{\"uuid\":\"112233445566\",\"mcu_type\":\"stm32g0b1xx\"," \
	"\"bootloader\":\"katapult\",\"state\":\"" state "\",\"nodeid\":null}"

static const struct command_line {
	const char *name;
	const char *text;
	const char *reply; /* NULL: it waits */
} command_lines[] = {
	{ "list shows every MCU", "list",
	  "{\"ok\":true,\"mcus\":[" NODE(
		  "klipper") ",{\"uuid\":"
			     "\"aabbccddeeff\",\"mcu_type\":\"rp2040\",\"bootloader\":\"none\","
			     "\"state\":\"off\",\"nodeid\":null}]}" },
	{ "a carriage return is let pass", "reset " U "\r", OK },
	{ "blanks more than needed are let pass", "  reset   " U "  ", OK },
	{ "shutdown", "shutdown " U, OK },
	{ "shutdown with a reason of several words", "shutdown " U " too hot",
	  OK },
	{ "shutdown of what is no Klipper", "shutdown aabbccddeeff",
	  ERROR("aabbccddeeff is in state 'off': only Klipper can be shut "
		"down") },
	{ "power off", "power " U " off", OK },
	{ "power on", "power aabbccddeeff on", OK },
	{ "power sideways", "power " U " maybe",
	  ERROR("power 'maybe': give 'on' or 'off'") },
	{ "power without a word", "power " U,
	  ERROR("wrong number of words: give 'power UUID on|off'") },
	{ "reset of what is off", "reset aabbccddeeff",
	  ERROR("aabbccddeeff is off: switch it on with 'power aabbccddeeff "
		"on'") },
	{ "reset of nobody", "reset 010203040506",
	  ERROR("there is no MCU 010203040506: 'list' shows those there are") },
	{ "reset of rubbish", "reset 0x12",
	  ERROR("UUID '0x12': give exactly 12 hex digits") },
	{ "list with a word too many", "list all",
	  ERROR("wrong number of words: give 'list'") },
	{ "wait for what is so", "wait " U " klipper",
	  "{\"ok\":true,\"mcu\":" NODE("klipper") "}" },
	{ "wait for unassigned", "wait " U " unassigned 10",
	  "{\"ok\":true,\"mcu\":" NODE("klipper") "}" },
	{ "wait for what is not so", "wait " U " katapult", NULL },
	{ "wait with no patience", "wait " U " katapult 0",
	  "{\"ok\":false,\"error\":\"timeout: not 'katapult' yet\",\"mcu\":" NODE(
		  "klipper") "}" },
	{ "wait for an unknown state", "wait " U " happy",
	  ERROR("state 'happy': give klipper, shutdown, katapult, rom, boot, "
		"off, assigned or unassigned") },
	{ "wait for no number", "wait " U " rom soon",
	  ERROR("timeout 'soon': give milliseconds from 0 to 3600000") },
	{ "wait for ever", "wait " U " rom 3600001",
	  ERROR("timeout '3600001': give milliseconds from 0 to 3600000") },
	{ "wait with a negative number", "wait " U " rom -1",
	  ERROR("timeout '-1': give milliseconds from 0 to 3600000") },
	{ "quit", "quit", OK },
	{ "an empty line", "", NO_COMMAND("") },
	{ "blanks only", "   ", NO_COMMAND("") },
	{ "an unknown command", "explode", NO_COMMAND("explode") },
	{ "commands have one spelling", "LIST", NO_COMMAND("LIST") },
	{ "a control character", "list\t",
	  ERROR("this is no line of UTF-8 "
		"text") },
	{ "no UTF-8", "reset \xff\xfe",
	  ERROR("this is no line of UTF-8 text") },
	{ "UTF-8 that the answer would cut inside a character",
	  "x23456789012345678901234567890123456789\xc3\xa9",
	  ERROR("this cannot be read as UTF-8 text") },
};

static void test_line(void **state)
{
	const struct command_line *l = *state;
	struct ctl_result r;
	void *w;

	prepare(&w);
	r = ctl_execute(w, l->text, strlen(l->text), 1000000);
	assert_int_equal(r.waiting, !l->reply);
	if (l->reply)
		assert_string_equal(r.reply, l->reply);
	assert_int_equal(r.quit, !strcmp(l->text, "quit"));
	free(r.reply);
	release(&w);
}

static void test_a_nul_byte_is_refused(void **state)
{
	struct ctl_result r = ctl_execute(*state, "list\0x", 6, 0);

	assert_string_equal(r.reply, ERROR("this is no line of UTF-8 text"));
	free(r.reply);
}

static void test_a_wait_ends_when_the_state_comes(void **state)
{
	static const char want[] = "{\"ok\":true,\"mcu\":" NODE("katapult") "}";
	struct world *w = *state;
	struct ctl_result r;
	char *reply;

	r = ctl_execute(w, "wait " U " katapult 100", 30, 1000000);
	assert_true(r.waiting);
	assert_int_equal(r.wait.deadline_us, 1100000);
	assert_null(ctl_wait_reply(&r.wait, 1099999));
	world_rx(w, 0, &FRAME(0x3f0, 0x02, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66),
		 false, 1000000);
	world_step(w, 1030000);
	reply = ctl_wait_reply(&r.wait, 1030000);
	assert_string_equal(reply, want);
	free(reply);
}

static void test_power_off_is_done(void **state)
{
	struct world *w = *state;

	free(ctl_execute(w, "power " U " off", 22, 0).reply);
	assert_int_equal(world_at(w, 0)->state, MCU_OFF);
}

static void test_a_shutdown_keeps_all_words_of_its_reason(void **state)
{
	struct world *w = *state;

	free(ctl_execute(w, "shutdown " U " too hot", 29, 0).reply);
	assert_int_equal(world_at(w, 0)->state, MCU_SHUTDOWN);
	assert_string_equal(reason, "too hot");
}

/* From bytes to lines. */

static void test_lines_come_out_whatever_the_pieces(void **state)
{
	static const char *const pieces[] = { "li", "st\nres", "", "et\n\nq" };
	static const char *const want[] = { "list", "reset", "" };
	struct ctl_lines lines = { 0 };
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
		const char *data = pieces[i];
		size_t len = strlen(data);
		struct ctl_line line;

		while (ctl_lines_next(&lines, &data, &len, &line)) {
			assert_false(line.too_long);
			assert_int_equal(line.len, strlen(want[n]));
			assert_memory_equal(line.text, want[n++], line.len);
		}
		assert_int_equal(len, 0);
	}
	assert_int_equal(n, ARRAY_SIZE(want));
	assert_int_equal(lines.len, 1);
}

static void feed(struct ctl_lines *lines, size_t len, bool too_long)
{
	char *text = malloc(len + 1);
	const char *data = text;
	struct ctl_line line;
	size_t left = len + 1;

	memset(text, 'x', len);
	text[len] = '\n';
	assert_true(ctl_lines_next(lines, &data, &left, &line));
	assert_int_equal(line.too_long, too_long);
	assert_int_equal(left, 0);
	free(text);
}

static void test_a_line_too_long_is_told_once_and_harms_no_other(void **state)
{
	struct ctl_lines lines = { 0 };

	(void)state;
	feed(&lines, 4096, false);
	feed(&lines, 4097, true);
	feed(&lines, 1000000, true);
	feed(&lines, 4096, false);
}

static void test_a_line_too_long_in_small_pieces(void **state)
{
	struct ctl_lines lines = { 0 };
	struct ctl_line line;
	const char *data;
	size_t len;

	(void)state;
	for (int i = 0; i < 5000; i++) {
		data = "x";
		len = 1;
		assert_false(ctl_lines_next(&lines, &data, &len, &line));
	}
	data = "\nquit\n";
	len = 6;
	assert_true(ctl_lines_next(&lines, &data, &len, &line));
	assert_true(line.too_long);
	assert_true(ctl_lines_next(&lines, &data, &len, &line));
	assert_false(line.too_long);
	assert_memory_equal(line.text, "quit", 4);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, prepare, release)

static void test_list_tells_which_klipper_runs(void **state)
{
	struct sparse memory = { .size = 512 * 1024 };
	struct mcu_cfg cfg = {
		.uuid = { { 0x11, 0x22, 0x33, 0x44, 0x55, 0x66 } },
		.type = mcu_type_find("stm32g0b1xx"),
		.bootloader = BOOTLOADER_KATAPULT,
		.state = MCU_KLIPPER,
		.nodeid = -1,
		.flash_store = { sparse_read, sparse_write, &memory },
	};
	struct ctl_result r;
	struct world *w;

	(void)state;
	assert_int_equal(sparse_write(&memory, 0x2000, klipper_stream,
				      sizeof(klipper_stream)),
			 0);
	assert_int_equal(
		world_new(&w, &(struct world_cfg){ .mcus = &cfg,
						   .mcus_len = 1,
						   .buses_len = 1,
						   .events = { note_reason,
							       NULL } }),
		0);
	r = ctl_execute(w, "list", 4, 0);
	assert_string_equal(
		r.reply,
		"{\"ok\":true,\"mcus\":[{\"uuid\":\"112233445566\","
		"\"mcu_type\":\"stm32g0b1xx\",\"bootloader\":\"katapult\","
		"\"state\":\"klipper\",\"nodeid\":null,"
		"\"version\":\"v0.12.0-1-gabcdef\","
		"\"mcu_name\":\"stm32g0b1xx\"}]}");
	free(r.reply);
	world_free(w);
	sparse_fini(&memory);
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		CASE(test_a_nul_byte_is_refused),
		CASE(test_a_wait_ends_when_the_state_comes),
		CASE(test_power_off_is_done),
		CASE(test_a_shutdown_keeps_all_words_of_its_reason),
		cmocka_unit_test(test_lines_come_out_whatever_the_pieces),
		cmocka_unit_test(
			test_a_line_too_long_is_told_once_and_harms_no_other),
		cmocka_unit_test(test_a_line_too_long_in_small_pieces),
		cmocka_unit_test(test_list_tells_which_klipper_runs),
	};
	struct CMUnitTest tests[ARRAY_SIZE(command_lines) + ARRAY_SIZE(others)];
	size_t n = 0;

	ROWS(command_lines, test_line);
	memcpy(&tests[n], others, sizeof(others));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
