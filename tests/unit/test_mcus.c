// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * From a printer.cfg to the MCUs in it, as the requesters see them. A row's file is
 * "p"; wanted is a line for each MCU, or what is said of one that is looked for.
 */
#include "../support/unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/mcus.h"

static int load(void *ctx, const char *path, char **data, size_t *len)
{
	if (strcmp(path, "p") != 0)
		return -ENOENT;
	*data = strdup(ctx);
	*len = strlen(ctx);
	return 0;
}

static int match(void *ctx, const char *pattern, size_t *left,
		 int (*each)(void *arg, const char *path), void *arg)
{
	(void)ctx;
	(void)pattern;
	(void)left;
	return each(arg, "lost.cfg");
}

static void append(void *ctx, const char *text)
{
	char *out = ctx;

	snprintf(out + strlen(out), 512 - strlen(out), "%s\n", text);
}

static int read_mcus(struct config_mcus *mcus, const char *text, char *warnings,
		     char *error)
{
	const struct config_files files = { load, match, (void *)text };

	*warnings = '\0';
	return config_mcus_read(mcus, &files, "p", append, warnings, error);
}

/* ", key VALUE @line" */
static void describe_value(char *out, const char *key,
			   const struct config_value *value)
{
	if (value->text)
		sprintf(out + strlen(out), ", %s %s @%u", key, value->text,
			value->line);
}

static void describe(char *out, const struct config_mcus *mcus)
{
	*out = '\0';
	for (size_t i = 0; i < mcus->len; i++) {
		const struct config_mcu *m = &mcus->list[i];

		sprintf(out + strlen(out), "%s [%s]", m->name, m->section);
		describe_value(out, "uuid", &m->uuid);
		describe_value(out, "on", &m->interface);
		describe_value(out, "serial", &m->serial);
		describe_value(out, "baud", &m->baud);
		strcat(out, "\n");
	}
}

static const struct row {
	const char *name;
	const char *text;
	const char *want;
	const char *warnings;
} rows[] = {
	{ "an MCU of each kind",
	  "[mcu]\nserial: /dev/ttyAMA0\nbaud: 115200\n"
	  "[mcu EBB]\ncanbus_uuid: 112233445566\ncanbus_interface: can1\n"
	  "[scanner]\ncanbus_uuid: 41f905f55004\n",
	  "mcu [mcu], serial /dev/ttyAMA0 @2, baud 115200 @3\n"
	  "EBB [mcu EBB], uuid 112233445566 @5, on can1 @6\n"
	  "scanner [scanner], uuid 41f905f55004 @8\n" },
	{ "a section of another name needs a canbus_uuid",
	  "[beacon]\nserial: /dev/x\n[display]\nbaud: 9600\n"
	  "[idm tool]\ncanbus_uuid: 1\nserial: /dev/y\n"
	  "[x]\ncanbus_interface: can1\n",
	  "idm tool [idm tool], uuid 1 @6\n" },
	{ "canbus_uuid wins over serial, as in klippy",
	  "[mcu]\nserial: /dev/x\ncanbus_uuid: 1\n", "mcu [mcu], uuid 1 @3\n" },
	{ "a section without either is none",
	  "[mcu a]\nbaud: 250000\n[mcu b]\nserial: /dev/x\n[mcu c]\n",
	  "b [mcu b], serial /dev/x @4\n" },
	{ "parts of a section, and the later value",
	  "[mcu a]\ncanbus_uuid: 1\n[mcu b]\ncanbus_uuid: 2\n"
	  "[mcu a]\ncanbus_uuid: 3\ncanbus_interface: can2\n",
	  "a [mcu a], uuid 3 @6, on can2 @7\nb [mcu b], uuid 2 @4\n" },
	{ "CR LF, a byte order mark, tabs and comments",
	  "\xef\xbb\xbf[mcu]\r\n\tcanbus_uuid:\t1 # [mcu b]\r\n"
	  "# canbus_uuid: 2\r\n[mcu a] ; b\r\ncanbus_uuid = 3\t; 4\r\n",
	  "mcu [mcu], uuid 1 @2\na [mcu a], uuid 3 @5\n" },
	{ "what a macro says is not read",
	  "[gcode_macro X]\ngcode:\n  [mcu a]\n  canbus_uuid: 1\n"
	  "[mcu]\ncanbus_uuid: 2\n",
	  "mcu [mcu], uuid 2 @6\n" },
	{ "the block of SAVE_CONFIG",
	  "[mcu]\ncanbus_uuid: 1\n#*# <--- SAVE_CONFIG --->\n#*# [mcu]\n"
	  "#*# canbus_uuid = 2\n",
	  "mcu [mcu], uuid 1 @2\n" },
	{ "includes that are missing are told once each",
	  "[include a.cfg]\n[include *.cfg]\n[include a.cfg]\n"
	  "[mcu]\ncanbus_uuid: 1\n",
	  "mcu [mcu], uuid 1 @5\n",
	  "p:1: 'a.cfg' cannot be read (No such file or directory) and is left "
	  "out\n"
	  "p:2: 'lost.cfg' cannot be read (No such file or directory) and is "
	  "left out\n" },
};

static void test_row(void **state)
{
	char error[CONFIG_ERROR_MAX] = "", warnings[512], told[2048];
	const struct row *row = *state;
	struct config_mcus mcus;

	if (read_mcus(&mcus, row->text, warnings, error))
		fail_msg("%s", error);
	describe(told, &mcus);
	assert_string_equal(told, row->want);
	assert_string_equal(warnings, row->warnings ? row->warnings : "");
	config_mcus_free(&mcus);
}

static const struct {
	const char *name;
	const char *text;
	const char *error;
} broken[] = {
	{ "a canbus_uuid that goes on is no part of one",
	  "[scanner]\ncanbus_uuid: 112233\n  445566\n",
	  "p:3: this line goes on with 'canbus_uuid', which has one line of "
	  "value; do not indent a new key" },
	{ "a key that is indented by mistake",
	  "[mcu]\ncanbus_uuid: 1\n  canbus_interface: can1\n",
	  "p:3: this line goes on with 'canbus_uuid', which has one line of "
	  "value; do not indent a new key" },
	{ "a file that includes itself", "[include p]\n",
	  "p:1: 'p' includes itself: drop one of the includes" },
};

static void test_broken(void **state)
{
	char error[CONFIG_ERROR_MAX] = "", warnings[512];
	const __typeof__(broken[0]) *row = *state;
	struct config_mcus mcus;

	assert_int_equal(read_mcus(&mcus, row->text, warnings, error), -EINVAL);
	assert_string_equal(error, row->error);
	config_mcus_free(&mcus);
}

/* Who is looked for: its digits and interface, or the sentence. */
static const struct {
	const char *name;
	const char *text;
	const char *mcu;
	const char *want;
} asked[] = {
	{ "by its name, with Klipper's interface", "[mcu a]\ncanbus_uuid: a\n",
	  "a", "00000000000a on can0" },
	{ "by the name of its section", "[mcu a]\ncanbus_uuid: 0xAb\n", "mcu a",
	  "0000000000Ab on can0" },
	{ "[mcu] is mcu",
	  "[mcu]\ncanbus_uuid: 112233445566\ncanbus_interface: vcan1\n", "mcu",
	  "112233445566 on vcan1" },
	{ "what others have wrong is nothing to it",
	  "[mcu a]\ncanbus_uuid: no\n[mcu b]\ncanbus_uuid: 1\n"
	  "[mcu c]\ncanbus_uuid: 2\n[mcu d]\ncanbus_uuid: 2\n",
	  "b", "000000000001 on can0" },
	{ "a name that is not there lists those that are",
	  "[mcu]\ncanbus_uuid: 1\n[mcu EBB]\nserial: /dev/x\n"
	  "[scanner]\ncanbus_uuid: 2\n",
	  "ebb", "no MCU is called 'ebb'; there are: mcu, EBB, scanner" },
	{ "also when there are none", "[printer]\nx: 1\n", "mcu",
	  "no MCU is called 'mcu', as no section has a canbus_uuid or a serial: "
	  "give the path of printer.cfg with -c" },
	{ "two of one name",
	  "[mcu scanner]\ncanbus_uuid: 1\n[scanner]\ncanbus_uuid: 2\n",
	  "scanner",
	  "two MCUs are called 'scanner': [mcu scanner] in p:2 and [scanner] "
	  "in p:4; name one by its UUID" },
	{ "one of them by its section",
	  "[scanner]\ncanbus_uuid: 2\n[mcu scanner]\ncanbus_uuid: 1\n",
	  "mcu scanner", "000000000001 on can0" },
	{ "a UUID that two share, however they are written",
	  "[mcu]\ncanbus_uuid: 0xab\n[mcu b]\n\ncanbus_uuid: 0000AB\n", "b",
	  "p:5: canbus_uuid 0000000000AB of [mcu b] is also that of [mcu] in "
	  "p:2: each MCU has its own" },
	{ "a UUID of 13 digits", "[mcu]\ncanbus_uuid: 1122334455667\n", "mcu",
	  "p:2: canbus_uuid '1122334455667' of [mcu] is none: give up to 12 "
	  "hex digits, like 112233445566" },
	{ "a UUID that is not hex", "[mcu]\ncanbus_uuid: 11223344556g\n", "mcu",
	  "p:2: canbus_uuid '11223344556g' of [mcu] is none: give up to 12 hex "
	  "digits, like 112233445566" },
	{ "a UUID of nothing", "[mcu]\ncanbus_uuid:\n", "mcu",
	  "p:2: canbus_uuid '' of [mcu] is none: give up to 12 hex digits, "
	  "like 112233445566" },
	{ "a UUID of 0x alone", "[mcu]\ncanbus_uuid: 0x\n", "mcu",
	  "p:2: canbus_uuid '0x' of [mcu] is none: give up to 12 hex digits, "
	  "like 112233445566" },
	{ "an interface that can be none",
	  "[mcu]\ncanbus_uuid: 1\ncanbus_interface: /dev/ttyACM0\n", "mcu",
	  "p:3: canbus_interface '/dev/ttyACM0' of [mcu] is no interface name: "
	  "1 to 15 characters without '/' and blanks, like can0" },
	{ "an interface of 16 characters",
	  "[mcu]\ncanbus_uuid: 1\ncanbus_interface: 0123456789abcdef\n", "mcu",
	  "p:3: canbus_interface '0123456789abcdef' of [mcu] is no interface "
	  "name: 1 to 15 characters without '/' and blanks, like can0" },
};

static void ask(const struct config_mcus *mcus, const char *name,
		char told[static CONFIG_ERROR_MAX])
{
	const struct config_mcu *mcu;
	char digits[CONFIG_UUID_LEN + 1];
	const char *interface;

	if (!config_mcus_find(mcus, &mcu, name, told) &&
	    !config_mcu_digits(mcus, mcu, digits, told) &&
	    !config_mcu_interface(mcu, &interface, told))
		snprintf(told, CONFIG_ERROR_MAX, "%s on %s", digits, interface);
}

static void test_asked(void **state)
{
	char told[CONFIG_ERROR_MAX] = "", warnings[512];
	const __typeof__(asked[0]) *row = *state;
	struct config_mcus mcus;

	if (read_mcus(&mcus, row->text, warnings, told))
		fail_msg("%s", told);
	ask(&mcus, row->mcu, told);
	assert_string_equal(told, row->want);
	config_mcus_free(&mcus);
}

/* [mcu A1000]... each with a UUID */
static char *write_many(int count)
{
	char *text = malloc((size_t)count * 40 + 1), *at = text;

	for (int i = 0; i < count; i++)
		at += sprintf(at, "[mcu A%d]\ncanbus_uuid: %x\n", 1000 + i, i);
	return text;
}

static void test_a_long_list_says_how_many_are_left_out(void **state)
{
	char told[CONFIG_ERROR_MAX], warnings[512];
	char *text = write_many(256);
	struct config_mcus mcus;

	(void)state;
	assert_int_equal(read_mcus(&mcus, text, warnings, told), 0);
	assert_int_equal(mcus.len, 256);
	ask(&mcus, "x", told);
	assert_memory_equal(
		told, "no MCU is called 'x'; there are: A1000, A1001, ", 47);
	assert_string_equal(strrchr(told, 'A'), "A1056 and 199 more");
	config_mcus_free(&mcus);
	free(text);
}

static void test_257_mcus_are_no_printer(void **state)
{
	char told[CONFIG_ERROR_MAX], warnings[512];
	char *text = write_many(257);
	struct config_mcus mcus;

	(void)state;
	assert_int_equal(read_mcus(&mcus, text, warnings, told), -EINVAL);
	assert_string_equal(told, "p:514: more than 256 MCUs are no printer: "
				  "give its printer.cfg");
	config_mcus_free(&mcus);
	free(text);
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(test_a_long_list_says_how_many_are_left_out),
		cmocka_unit_test(test_257_mcus_are_no_printer),
	};
	struct CMUnitTest tests[ARRAY_SIZE(rows) + ARRAY_SIZE(broken) +
				ARRAY_SIZE(asked) + ARRAY_SIZE(others)];
	size_t n = 0;

	ROWS(rows, test_row);
	ROWS(broken, test_broken);
	ROWS(asked, test_asked);
	memcpy(&tests[n], others, sizeof(others));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
