// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/setup/config.c
/*
 * Klipper's dialect: what of a file reaches the keys, and from which line. The
 * files are made up here.
 */
#include "config_bench.h"

#define FILES_MAX 6

static void missing(void *ctx, const char *sentence)
{
	struct bench *b = ctx;
	size_t len = strlen(b->told);

	snprintf(b->told + len, sizeof(b->told) - len, "%s\n", sentence);
}

static int read_config(struct bench *b, const struct file *files, char *error)
{
	const struct config_files from = { load, match, b };
	const struct config_sink sink = { take, set, b,
					  b->tolerant ? missing : NULL };

	b->files = files;
	return config_read(&from, &sink, files[0].path, error);
}

static const struct row {
	const char *name;
	struct file files[FILES_MAX]; /* the first one is read */
	const char *want;	      /* what reaches the keys, or the error */
} accepted[] = {
	{ "both delimiters, with blanks or none",
	  { { "p", "[mcu]\none: 1\ntwo=2\none :3\ntwo = 4\n" } },
	  "[mcu] one=1 @p:2\n[mcu] two=2 @p:3\n[mcu] one=3 @p:4\n"
	  "[mcu] two=4 @p:5\n" },
	{ "only the first delimiter divides",
	  { { "p", "[mcu]\none: a=b:c\ntwo=a:b=c\n" } },
	  "[mcu] one=a=b:c @p:2\n[mcu] two=a:b=c @p:3\n" },
	{ "a named section",
	  { { "p", "[mcu tool head]\none: 1" } },
	  "[mcu tool head] one=1 @p:2\n" },
	{ "blanks around a section's name",
	  { { "p", "[mcu  a ]\none: 1" } },
	  "[mcu  a] one=1 @p:2\n" },
	{ "text behind a section's bracket",
	  { { "p", "[mcu] of the toolhead\none: 1" } },
	  "[mcu] one=1 @p:2\n" },
	{ "other sections, whatever they hold",
	  { { "p", "[printer]\none: 1\nno key at all\n=\n:\n[stepper_x]\none=2\n"
		   "[mcu_x]\none=3\n[gcode_macro mcu]\none=4\n[Mcu]\none=5\n"
		   "[mcu]\none=6\n[mcux]\none=7\n" } },
	  "[mcu] one=6 @p:15\n" },
	{ "keys of other sections, when they are asked for",
	  { { "p", "[heater]\none: 1\ntwo: 2\none:\n  3\n  4 # c\nno key\n"
		   "  5\n[ heater]\none: 6\n[mcu]\none: 7\n[heater]\n"
		   "one = 8\n" } },
	  "[heater] one=1 @p:2\n[heater] one=3 @p:5\n[heater] one=4 @p:6\n"
	  "[mcu] one=7 @p:12\n[heater] one=8 @p:14\n" },
	{ "keys of others are ignored",
	  { { "p", "[mcu]\nserial: /dev/x\n  deeper\nbaud: 250000\n[x: y\n"
		   "k\xc3\xa4se: 1\na_key_of_more_than_thirty_two_bytes: 1\n"
		   "one: 1" } },
	  "[mcu] one=1 @p:8\n" },
	{ "any name, where no key is ours",
	  { { "p", "[mcu D\xc3\xbcse]\nserial: x\n[mcu]\none: 1\n" } },
	  "[mcu] one=1 @p:4\n" },
	{ "a name of 39 characters",
	  { { "p", "[mcu 012345678901234567890123456789012345678]\none: 1\n" } },
	  "[mcu 012345678901234567890123456789012345678] one=1 @p:2\n" },
	{ "a key in upper case",
	  { { "p", "[mcu]\nOne: Abc\n" } },
	  "[mcu] one=Abc @p:2\n" },
	{ "comments on lines of their own",
	  { { "p", "# [mcu x]\n; a\n[mcu]\n  # one: 1\n\t; one: 2\none: 3\n" } },
	  "[mcu] one=3 @p:6\n" },
	{ "a # cuts anywhere, as klippy cuts",
	  { { "p", "[mcu]#x\none: 1#2\ntwo: 3 # 4 ; 5\n" } },
	  "[mcu] one=1 @p:2\n[mcu] two=3 @p:3\n" },
	{ "a ; cuts only behind a blank",
	  { { "p", "[mcu] ;x\none: 1;2\ntwo: 3\t; 4 # 5\n" } },
	  "[mcu] one=1;2 @p:2\n[mcu] two=3 @p:3\n" },
	{ "a value that is all comment is empty",
	  { { "p", "[mcu]\none: # 1\ntwo:;2\n" } },
	  "[mcu] one= @p:2\n[mcu] two=;2 @p:3\n" },
	{ "CR LF",
	  { { "p", "[mcu]\r\none: 1\r\n\r\ntwo: 2\r\n" } },
	  "[mcu] one=1 @p:2\n[mcu] two=2 @p:4\n" },
	{ "a byte order mark",
	  { { "p", "\xef\xbb\xbf[mcu]\none: 1\n" } },
	  "[mcu] one=1 @p:2\n" },
	{ "no newline at the end",
	  { { "p", "[mcu]\none: 1" } },
	  "[mcu] one=1 @p:2\n" },
	{ "an empty file", { { "p", "" } }, "" },
	{ "a macro's lines are not read, whatever they look like",
	  { { "p", "[gcode_macro X]\ngcode:\n  [mcu a]\n  one: 1\n\n"
		   "# left comment\n  [include nowhere.cfg]\n  one=2\n"
		   "[mcu]\none=3\n" } },
	  "[mcu] one=3 @p:10\n" },
	{ "only what is deeper than its key goes on with it",
	  { { "p", "[mcu]\n  serial: x\n    one: 1\n  one: 2\n one: 3\n" } },
	  "[mcu] one=2 @p:4\n[mcu] one=3 @p:5\n" },
	{ "an indented section and key",
	  { { "p", "  [mcu]\n  one: 1\n two: 2\none: 3\n" } },
	  "[mcu] one=1 @p:2\n[mcu] two=2 @p:3\n[mcu] one=3 @p:4\n" },
	{ "several lines of a value are told one by one",
	  { { "p", "[mcu]\nfault: drop\n  delay ; why\n\n  # none\n  mute\n"
		   "one: 1\n" } },
	  "[mcu] fault=drop @p:2\n[mcu] fault=delay @p:3\n"
	  "[mcu] fault=mute @p:6\n[mcu] one=1 @p:7\n" },
	{ "several lines below their key",
	  { { "p", "[mcu]\nfault:\n  drop\n  mute\nfault: delay\n" } },
	  "[mcu] fault=drop @p:3\n[mcu] fault=mute @p:4\n"
	  "[mcu] fault=delay @p:5\n" },
	{ "the block of SAVE_CONFIG",
	  { { "p", "[mcu]\none: 1\n\n#*# <---- SAVE_CONFIG ---->\n"
		   "#*# DO NOT EDIT\n#*#\n#*# [mcu]\n#*# one = 2\n" } },
	  "[mcu] one=1 @p:2\n" },
	{ "a section again, and a key again",
	  { { "p", "[mcu]\none: 1\n[printer]\n[mcu]\none: 2\n" } },
	  "[mcu] one=1 @p:2\n[mcu] one=2 @p:5\n" },
	{ "an include, in its place and beside its file",
	  { { "/etc/p", "[mcu]\none: 1\n[include sub/a.cfg]\n[mcu]\none: 3" },
	    { "/etc/sub/a.cfg", "[include b.cfg]\n" },
	    { "/etc/sub/b.cfg", "[mcu]\none: 2\n" } },
	  "[mcu] one=1 @/etc/p:2\n[mcu] one=2 @/etc/sub/b.cfg:2\n"
	  "[mcu] one=3 @/etc/p:5\n" },
	{ "an include by its whole path, with a comment",
	  { { "etc/p", "[include /a.cfg] # all\n" },
	    { "/a.cfg", "[mcu]\none: 2\n" } },
	  "[mcu] one=2 @/a.cfg:2\n" },
	{ "a pattern includes in order",
	  { { "p", "[include c/*.cfg]\n" },
	    { "c/a.cfg", "[mcu]\none: 1\n" },
	    { "c/b.cfg", "[mcu]\none: 2\n" },
	    { "c/c.txt", "[mcu]\none: 3\n" } },
	  "[mcu] one=1 @c/a.cfg:2\n[mcu] one=2 @c/b.cfg:2\n" },
	{ "a pattern with a set",
	  { { "p", "[include c[0-5].cfg]\n" },
	    { "c4.cfg", "[mcu]\none: 1\n" },
	    { "c7.cfg", "[mcu]\none: 2\n" } },
	  "[mcu] one=1 @c4.cfg:2\n" },
	{ "a pattern that matches nothing",
	  { { "p", "[include c/*.cfg]\n[mcu]\none: 1\n" } },
	  "[mcu] one=1 @p:3\n" },
	{ "one file included twice",
	  { { "p", "[include a]\n[include a]\n" }, { "a", "[mcu]\none: 1\n" } },
	  "[mcu] one=1 @a:2\n[mcu] one=1 @a:2\n" },
	{ "a tilde in an include is a letter",
	  { { "p", "[include ~/a]\n" }, { "~/a", "[mcu]\none: 1\n" } },
	  "[mcu] one=1 @~/a:2\n" },
};

static const struct row refused[] = {
	{ "a value that the key refuses",
	  { { "p", "[mcu]\n\none: bad\none: worse\n" } },
	  "p:3: bad is bad" },
	{ "the first error is told",
	  { { "p", "[mcu]\none: bad1\none: bad2\n[include x]\n" } },
	  "p:2: bad1 is bad" },
	{ "control characters are not shown",
	  { { "p", "[mcu]\none: bad\x1b[2J\a\n" } },
	  "p:2: bad?[2J? is bad" },
	{ "a value that the key refuses, in an include",
	  { { "d/p", "[include a]\n" }, { "d/a", "[mcu]\none: bad" } },
	  "d/a:2: bad is bad" },
	{ "no such file",
	  { { "p", NULL } },
	  "'p' cannot be read (No such file or directory): give a "
	  "configuration file" },
	{ "no such included file",
	  { { "d/p", "\n[include a.cfg]\n" } },
	  "d/p:2: 'd/a.cfg' cannot be read (No such file or directory): give a "
	  "configuration file" },
	{ "an include of nothing",
	  { { "p", "[include ]\n" } },
	  "p:1: include what? give a file, like [include mcu.cfg]" },
	{ "a file that includes itself",
	  { { "p", "[include p]\n" } },
	  "p:1: 'p' includes itself: drop one of the includes" },
	{ "a pattern that matches its own file",
	  { { "p", "[include *]\n" } },
	  "p:1: 'p' includes itself: drop one of the includes" },
	{ "files that include each other",
	  { { "p", "[include a]\n" }, { "a", "\n[include p]\n" } },
	  "a:2: 'p' includes itself: drop one of the includes" },
	{ "a key before any section",
	  { { "p", "# mine\none: 1\n" } },
	  "p:2: this line stands in no section: put one above it, like [mcu]" },
	{ "a key below an include",
	  { { "p", "[mcu]\n[include a]\none: 1\n" }, { "a", "[mcu]\n" } },
	  "p:3: this line stands in no section: put one above it, like [mcu]" },
	{ "no delimiter in an MCU's section",
	  { { "p", "[mcu]\nno_application\n" } },
	  "p:2: 'no_application' is not a key: give 'key: value'" },
	{ "a key that goes on by mistake",
	  { { "p", "[mcu]\none: 1\n  two: 2\n" } },
	  "p:3: this line goes on with 'one', which has one line of value; do "
	  "not indent a new key" },
	{ "a name of 40 characters",
	  { { "p",
	      "[mcu 0123456789012345678901234567890123456789]\n\none: 1\n" } },
	  "p:3: an MCU with the name of this section cannot be simulated: "
	  "give it at most 39 printable ASCII characters, not counting the "
	  "brackets" },
	{ "a name that is not ASCII",
	  { { "p", "[mcu D\xc3\xbcse]\none: 1\n" } },
	  "p:2: an MCU with the name of this section cannot be simulated: "
	  "give it at most 39 printable ASCII characters, not counting the "
	  "brackets" },
	{ "a name with a bracket",
	  { { "p", "[mcu a]b]\none: 1\n" } },
	  "p:2: an MCU with the name of this section cannot be simulated: "
	  "give it at most 39 printable ASCII characters, not counting the "
	  "brackets" },
};

static void test_accepted(void **state)
{
	const struct row *row = *state;
	char error[CONFIG_ERROR_MAX] = "";
	struct bench b = { 0 };

	if (read_config(&b, row->files, error))
		fail_msg("%s", error);
	assert_string_equal(b.told, row->want);
}

#define LOST " cannot be read (No such file or directory) and is left out\n"

/* As 11 of 16 published printers have them, of add-ons that are not installed. */
static const struct row tolerated[] = {
	{ "the rest is read, before and behind",
	  { { "d/p", "[mcu]\none: 1\n[include a.cfg]\n[mcu]\ntwo: 2\n" } },
	  "[mcu] one=1 @d/p:2\nd/p:3: 'd/a.cfg'" LOST "[mcu] two=2 @d/p:5\n" },
	{ "a pattern that matches a dangling link",
	  { { "p", "[include c/*.cfg]\n" },
	    { "c/a.cfg", NULL },
	    { "c/b.cfg", "[mcu]\none: 1\n" } },
	  "p:1: 'c/a.cfg'" LOST "[mcu] one=1 @c/b.cfg:2\n" },
	{ "one path is told once",
	  { { "p", "[include a]\n[include b]\n[include a]\n[include c]\n" },
	    { "b", "\n[include a]\n[mcu]\none: 1\n" } },
	  "p:1: 'a'" LOST "[mcu] one=1 @b:4\np:4: 'c'" LOST },
	{ "its name is printable",
	  { { "p", "[include a\x1b(2J]\n[mcu]\none: 1\n" } },
	  "p:1: 'a?(2J'" LOST "[mcu] one=1 @p:3\n" },
};

static void test_tolerated(void **state)
{
	const struct row *row = *state;
	char error[CONFIG_ERROR_MAX] = "";
	struct bench b = { .tolerant = true };

	if (read_config(&b, row->files, error))
		fail_msg("%s", error);
	assert_string_equal(b.told, row->want);
}

static void test_the_file_itself_may_not_be_missing(void **state)
{
	static const struct file files[] = { { "p", NULL }, { NULL, NULL } };
	char error[CONFIG_ERROR_MAX] = "";
	struct bench b = { .tolerant = true };

	(void)state;
	assert_int_equal(read_config(&b, files, error), -ENOENT);
	assert_string_equal(b.told, "");
	assert_string_equal(error, "'p' cannot be read (No such file or "
				   "directory): give a configuration file");
}

static void test_refused(void **state)
{
	const struct row *row = *state;
	char error[CONFIG_ERROR_MAX] = "";
	struct bench b = { 0 };

	assert_true(read_config(&b, row->files, error) < 0);
	assert_string_equal(error, row->want);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(accepted) + ARRAY_SIZE(tolerated) +
				ARRAY_SIZE(refused) + 1] = {
		cmocka_unit_test(test_the_file_itself_may_not_be_missing),
	};
	size_t n = 1;

	ROWS(accepted, test_accepted);
	ROWS(tolerated, test_tolerated);
	ROWS(refused, test_refused);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
