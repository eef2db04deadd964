// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tests/support/khost
/*
 * The host that the tests on a bus rely on: how it reads and writes messages. The ids
 * are those of klipper-mcu-protocol.md, section 17.3.
 */
#include "../support/unit.h"

#include <errno.h>
#include <string.h>

#include "../support/khost/message.h"
#include "util/hex.h"

static const char json[] =
	"{\"commands\": {\"get_config\": 2, \"finalize_config crc=%u\": 3,"
	" \"allocate_oids count=%c\": 4, \"debug_ping data=%*s\": 12,"
	" \"set_digital_out pin=%u value=%c\": 30,"
	" \"queue_digital_out oid=%c clock=%u on_ticks=%u\": 31,"
	" \"queue_step oid=%c interval=%u count=%hu add=%hi\": 32},"
	" \"responses\": {\"clock clock=%u\": 15,"
	" \"config is_config=%c crc=%u is_shutdown=%c move_count=%hu\": 14,"
	" \"stepper_position oid=%c pos=%i\": 33,"
	" \"shutdown clock=%u static_string_id=%hu\": 18,"
	" \"canbus_id canbus_uuid=%.*s canbus_nodeid=%u\": 21},"
	" \"enumerations\": {\"static_string_id\": {\"Command request\": 2},"
	" \"pin\": {\"PA0\": [0, 16], \"PB0\": [16, 16], \"TEMP\": 254}},"
	" \"config\": {\"CLOCK_FREQ\": 50000000}}";

static const struct write_row {
	const char *name;
	const char *line;
	const char *hex; /* NULL: refused */
} write_rows[] = {
	{ "V28", "finalize_config crc=3912464276", "038ec9cdef14" },
	{ "V18", "get_config", "02" },
	{ "V24", "debug_ping data=000102030405", "0c06000102030405" },
	{ "several in a block", "allocate_oids count=3; get_config", "040302" },
	{ "any order", "set_digital_out value=1 pin=2", "1e0201" },
	{ "a pin by name", "set_digital_out pin=PB15 value=1", "1e1f01" },
	{ "a pin without a row", "set_digital_out pin=TEMP value=1",
	  "1e817e01" },
	{ "a negative number", "queue_step oid=0 interval=1 count=2 add=-3",
	  "200001027d" },
	{ "a time", "queue_digital_out oid=0 clock=0x10 on_ticks=0.000001s",
	  "1f001032" },
	{ "a time from now on",
	  "queue_digital_out oid=0 clock=+0.000001s on_ticks=1", "1f00881a01" },
	{ "an unknown command", "get_confi", NULL },
	{ "an unknown pin", "set_digital_out pin=PC0 value=1", NULL },
	{ "no such pin in the row", "set_digital_out pin=PB16 value=1", NULL },
	{ "a missing parameter", "set_digital_out pin=PA0", NULL },
	{ "an unknown parameter", "get_config x=1", NULL },
	{ "odd hex digits", "debug_ping data=001", NULL },
	{ "too large a number", "finalize_config crc=4294967296", NULL },
};

static void test_write(void **state)
{
	const struct write_row *row = *state;
	uint8_t out[KCAN_KLP_CONTENT_MAX];
	char hex[2 * KCAN_KLP_CONTENT_MAX + 1];
	struct message_writer w = { .ticks = 1000 };
	struct dict d;
	int len;

	assert_int_equal(dict_take(&d, json), 0);
	w.dict = &d;
	len = message_write(&w, row->line, out);
	if (row->hex) {
		assert_true(len > 0);
		util_hex_encode(hex, out, (size_t)len);
		assert_string_equal(hex, row->hex);
	} else {
		assert_int_equal(len, -EINVAL);
		assert_true(strlen(w.error) > 0);
	}
	dict_fini(&d);
}

static const struct read_row {
	const char *name;
	const char *hex;
	const char *text;
	int err;
} read_rows[] = {
	{ "V17", "0f9799860c", "clock clock=48644876", 0 },
	{ "V31", "0e018ec9cdef14008800",
	  "config is_config=1 crc=3912464276 is_shutdown=0 move_count=1024",
	  0 },
	{ "V13", "1506ca463a06a1ac04",
	  "canbus_id canbus_uuid=ca463a06a1ac canbus_nodeid=4", 0 },
	{ "V40", "12a5d7a95902",
	  "shutdown clock=79025369 static_string_id=Command request", 0 },
	{ "a number without a name", "120007",
	  "shutdown clock=0 static_string_id=?7", 0 },
	{ "a signed one", "21007f", "stepper_position oid=0 pos=-1", 0 },
	{ "an unsigned one", "0f7f", "clock clock=4294967295", 0 },
	{ "an unknown id", "5a", "Unknown message type 90", -ENOENT },
	{ "cut off", "0f97", "Data missing at end of message 'clock clock=%u'",
	  -EBADMSG },
	{ "two in a block", "0f000f00",
	  "Extra data at end of message 'clock clock=%u'", -EBADMSG },
};

static void test_read(void **state)
{
	const struct read_row *row = *state;
	uint8_t content[KCAN_KLP_CONTENT_MAX];
	char text[MESSAGE_TEXT_MAX];
	struct dict d;

	assert_int_equal(dict_take(&d, json), 0);
	util_hex_decode(content, row->hex, strlen(row->hex));
	assert_int_equal(message_read(&d, text, content, strlen(row->hex) / 2),
			 row->err);
	assert_string_equal(text, row->text);
	dict_fini(&d);
}

static void test_no_dictionary(void **state)
{
	struct dict d;

	(void)state;
	assert_int_equal(dict_take(&d, "{\"responses\":{}}"), -EBADMSG);
	assert_int_equal(dict_take(&d, "{\"commands\":{}}"), -EBADMSG);
	assert_int_equal(dict_take(&d, "[]"), -EBADMSG);
	assert_int_equal(dict_take(&d, "{\"commands\":{\"x y\":9},"
				       "\"responses\":{}}"),
			 -EBADMSG);
}

static const struct match_row {
	const char *name;
	const char *message;
	const char *value;
	bool want;
} match_rows[] = {
	{ "by name", "clock", "", true },
	{ "another name", "cloc", "", false },
	{ "a value", "clock", "clock=12", true },
	{ "a part of a value", "clock", "clock=1", false },
};

static void test_match(void **state)
{
	const struct match_row *row = *state;

	assert_int_equal(
		message_matches("clock clock=12", row->message, row->value),
		row->want);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(write_rows) + ARRAY_SIZE(read_rows) +
				ARRAY_SIZE(match_rows) + 1] = {
		cmocka_unit_test(test_no_dictionary),
	};
	size_t n = 1;

	ROWS(write_rows, test_write);
	ROWS(read_rows, test_read);
	ROWS(match_rows, test_match);
	return _cmocka_run_group_tests("khost_message", tests, n, NULL, NULL);
}
