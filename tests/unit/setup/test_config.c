// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/setup/config.c
/*
 * Klipper's dialect: what of a file reaches the keys, and from which line. The
 * files are made up here. Wanted: "[section] key=value @file:line" and a newline
 * for each; the keys here are "one", "two" and "fault", which may have lines.
 */
#include "../../support/unit.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../sim/canmcu/setup/config.h"

struct file {
	const char *path;
	const char *text; /* NULL: is not there */
};

#define FILES_MAX 6

struct bench {
	const struct file *files; /* up to a path that is NULL */
	char told[4096];
	bool tolerant; /* tell of missing includes, too */
};

static int load(void *ctx, const char *path, char **data, size_t *len)
{
	const struct bench *b = ctx;

	for (const struct file *f = b->files; f->path; f++) {
		if (strcmp(f->path, path) != 0 || !f->text)
			continue;
		*data = strdup(f->text);
		*len = strlen(f->text);
		return 0;
	}
	return -ENOENT;
}

/* The files of a row stand in the order of their paths. */
static int match(void *ctx, const char *pattern, size_t *left,
		 int (*each)(void *arg, const char *path), void *arg)
{
	const struct bench *b = ctx;
	int err = 0;

	assert_int_equal(*left, CONFIG_NAMES_MAX);
	for (const struct file *f = b->files; f->path && !err; f++)
		if (!fnmatch(pattern, f->path, FNM_PATHNAME | FNM_NOESCAPE))
			err = each(arg, f->path);
	return err;
}

static enum config_take take(void *ctx, const char *section, const char *key)
{
	(void)ctx;
	if (!config_is_mcu(section))
		return strcmp(section, "heater") || strcmp(key, "one") ?
			       CONFIG_IGNORE :
			       CONFIG_LINES;
	if (!strcmp(key, "fault"))
		return CONFIG_LINES;
	return !strcmp(key, "one") || !strcmp(key, "two") ? CONFIG_ONE :
							    CONFIG_IGNORE;
}

static int set(void *ctx, const struct config_line *line,
	       char error[static CONFIG_SENTENCE_MAX])
{
	struct bench *b = ctx;
	size_t len = strlen(b->told);

	if (!strncmp(line->value, "bad", 3)) {
		snprintf(error, CONFIG_SENTENCE_MAX, "%s is bad", line->value);
		return -EINVAL;
	}
	snprintf(b->told + len, sizeof(b->told) - len, "[%s] %s=%s @%s:%u\n",
		 line->section, line->key, line->value, line->file, line->line);
	return 0;
}

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

/* Bytes of which C's strings know nothing, and long ones. */
struct raw {
	const char *data;
	size_t len;
	int err;
};

static int load_raw(void *ctx, const char *path, char **data, size_t *len)
{
	const struct raw *raw = ctx;

	(void)path;
	if (raw->err)
		return raw->err;
	*data = malloc(raw->len);
	memcpy(*data, raw->data, raw->len);
	*len = raw->len;
	return 0;
}

static int read_raw(struct bench *b, struct raw raw, char *error)
{
	const struct config_files from = { load_raw, match, &raw };
	const struct config_sink sink = { take, set, b };

	*b = (struct bench){ 0 };
	return config_read(&from, &sink, "p", error);
}

static void test_a_nul_byte_is_no_text(void **state)
{
	static const char text[] = "[printer]\n\n#\0\n";
	char error[CONFIG_ERROR_MAX];
	struct bench b;

	(void)state;
	assert_int_equal(
		read_raw(&b, (struct raw){ text, sizeof(text) - 1, 0 }, error),
		-EINVAL);
	assert_string_equal(error, "p:3: here is a NUL byte: give a text file");
}

static void test_a_file_of_more_than_16_mib(void **state)
{
	char error[CONFIG_ERROR_MAX];
	struct bench b;

	(void)state;
	assert_int_equal(read_raw(&b, (struct raw){ .err = -EFBIG }, error),
			 -EFBIG);
	assert_string_equal(error,
			    "'p' cannot be read (more than 16 MiB): give a "
			    "configuration file");
}

static void test_lines_of_any_length(void **state)
{
	static const char head[] = "[gcode_macro A]\ngcode:\n   ";
	static const char tail[] = " one: 1\n[mcu]\nserial: x\none: 2\n";
	size_t len = (1u << 20) + sizeof(head) + sizeof(tail);
	char *text = malloc(len + 1);
	char error[CONFIG_ERROR_MAX] = "";
	struct bench b;

	(void)state;
	memset(text, '=', len);
	memcpy(text, head, sizeof(head) - 1);
	strcpy(text + len - strlen(tail), tail);
	if (read_raw(&b, (struct raw){ text, len, 0 }, error))
		fail_msg("%s", error);
	assert_string_equal(b.told, "[mcu] one=2 @p:6\n");
	free(text);
}

/* "[mcu]\none: " and so many x. */
static int read_value_of(struct bench *b, int len, char *error)
{
	char text[400];
	int all = snprintf(text, sizeof(text), "[mcu]\none: %0*d", len, 0);

	return read_raw(b, (struct raw){ text, (size_t)all, 0 }, error);
}

static void test_a_value_has_at_most_150_characters(void **state)
{
	char error[CONFIG_ERROR_MAX];
	struct bench b;

	(void)state;
	assert_int_equal(read_value_of(&b, 150, error), 0);
	assert_int_equal(strlen(b.told), strlen("[mcu] one= @p:2\n") + 150);
	assert_int_equal(read_value_of(&b, 151, error), -EINVAL);
	assert_string_equal(error, "p:2: one: 151 characters are too many; "
				   "give at most 150");
}

static void test_what_is_too_long_elsewhere_is_passed_over(void **state)
{
	char text[512], error[CONFIG_ERROR_MAX] = "";
	struct bench b;
	int len = snprintf(text, sizeof(text),
			   "[heater]\none: %0151d\none: 1\n"
			   "[heater %044d]\none: 2\n",
			   0, 0);

	(void)state;
	assert_int_equal(
		read_raw(&b, (struct raw){ text, (size_t)len, 0 }, error), 0);
	assert_string_equal(b.told, "[heater] one=1 @p:3\n");
}

/* Each includes the next one: "0" "1" ... */
static int load_next(void *ctx, const char *path, char **data, size_t *len)
{
	(void)ctx;
	*len = (size_t)asprintf(data, "[include %d]\n", atoi(path) + 1);
	return 0;
}

static void test_includes_go_16_files_deep(void **state)
{
	struct bench b = { 0 };
	const struct config_files from = { load_next, match, &b };
	const struct config_sink sink = { take, set, &b };
	char error[CONFIG_ERROR_MAX];

	(void)state;
	assert_int_equal(config_read(&from, &sink, "1", error), -EINVAL);
	assert_string_equal(error, "16:1: includes go deeper than 16 files: "
				   "does '17' include itself?");
}

/* The first one includes many others, which are empty. */
static int load_many(void *ctx, const char *path, char **data, size_t *len)
{
	static const char line[] = "[include a]\n";
	const int *lines = ctx;
	size_t size = strcmp(path, "p") != 0 ? 0 : strlen(line) * *lines;

	*data = malloc(size + 1);
	for (*len = 0; *len < size; *len += strlen(line))
		memcpy(*data + *len, line, strlen(line));
	return 0;
}

static void test_256_files_at_most(void **state)
{
	struct bench b = { 0 };
	int lines = 255;
	const struct config_files from = { load_many, match, &lines };
	const struct config_sink sink = { take, set, &b };
	char error[CONFIG_ERROR_MAX];

	(void)state;
	assert_int_equal(config_read(&from, &sink, "p", error), 0);
	lines = 256;
	assert_int_equal(config_read(&from, &sink, "p", error), -EINVAL);
	assert_string_equal(error, "p:256: more than 256 files are included: "
				   "name fewer");
}

/* "p" includes 16 MiB again and again. */
static int load_large(void *ctx, const char *path, char **data, size_t *len)
{
	static const char line[] = "[include a]\n";

	(void)ctx;
	*len = strcmp(path, "p") ? CONFIG_FILE_MAX : 10 * strlen(line);
	*data = malloc(*len);
	if (*len == CONFIG_FILE_MAX)
		memset(*data, '#', *len);
	else
		for (size_t i = 0; i < *len; i += strlen(line))
			memcpy(*data + i, line, strlen(line));
	return 0;
}

static void test_64_mib_at_most(void **state)
{
	struct bench b = { 0 };
	const struct config_files from = { load_large, match, &b };
	const struct config_sink sink = { take, set, &b };
	char error[CONFIG_ERROR_MAX];

	(void)state;
	assert_int_equal(config_read(&from, &sink, "p", error), -EINVAL);
	assert_string_equal(error, "p:5: more than 64 MiB are included: name "
				   "fewer files");
}

/* "p" has so many lines, and "a" one more. */
static int load_lines(void *ctx, const char *path, char **data, size_t *len)
{
	static const char include[] = "[include a]\n";

	(void)ctx;
	*len = strcmp(path, "p") ? 1 : CONFIG_LINES_MAX - 1;
	*data = malloc(*len + strlen(include));
	memset(*data, '\n', *len);
	if (strcmp(path, "p") != 0)
		return 0;
	memcpy(*data + *len, include, strlen(include));
	*len += strlen(include);
	return 0;
}

static void test_500000_lines_at_most(void **state)
{
	struct bench b = { 0 };
	const struct config_files from = { load_lines, match, &b };
	const struct config_sink sink = { take, set, &b };
	char error[CONFIG_ERROR_MAX];

	(void)state;
	assert_int_equal(config_read(&from, &sink, "p", error), -EINVAL);
	assert_string_equal(error, "a:1: more than 500000 lines are no "
				   "printer.cfg: give its path");
}

static int match_too_much(void *ctx, const char *pattern, size_t *left,
			  int (*each)(void *arg, const char *path), void *arg)
{
	(void)ctx;
	(void)pattern;
	(void)each;
	(void)arg;
	*left = 0;
	return -E2BIG;
}

static void test_a_pattern_about_half_of_the_machine(void **state)
{
	static const struct file files[] = {
		{ "p", "\n[include /*/*/*/*]\n" },
		{ 0 },
	};
	struct bench b = { .files = files };
	const struct config_files from = { load, match_too_much, &b };
	const struct config_sink sink = { take, set, &b };
	char error[CONFIG_ERROR_MAX];

	(void)state;
	assert_int_equal(config_read(&from, &sink, "p", error), -EINVAL);
	assert_string_equal(error,
			    "p:2: '/*/*/*/*' is about more than 50000 files "
			    "and folders: name those that are meant");
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(test_the_file_itself_may_not_be_missing),
		cmocka_unit_test(test_a_nul_byte_is_no_text),
		cmocka_unit_test(test_a_file_of_more_than_16_mib),
		cmocka_unit_test(test_lines_of_any_length),
		cmocka_unit_test(test_a_value_has_at_most_150_characters),
		cmocka_unit_test(
			test_what_is_too_long_elsewhere_is_passed_over),
		cmocka_unit_test(test_includes_go_16_files_deep),
		cmocka_unit_test(test_256_files_at_most),
		cmocka_unit_test(test_64_mib_at_most),
		cmocka_unit_test(test_500000_lines_at_most),
		cmocka_unit_test(test_a_pattern_about_half_of_the_machine),
	};
	struct CMUnitTest tests[ARRAY_SIZE(accepted) + ARRAY_SIZE(tolerated) +
				ARRAY_SIZE(refused) + ARRAY_SIZE(others)];
	size_t n = 0;

	ROWS(accepted, test_accepted);
	ROWS(tolerated, test_tolerated);
	ROWS(refused, test_refused);
	memcpy(&tests[n], others, sizeof(others));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
