// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/setup/config.c
/* How long, deep and large a configuration may be, and what is no text. */
#include "config_bench.h"

#include <stdlib.h>

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
	static const struct CMUnitTest tests[] = {
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

	return cmocka_run_group_tests(tests, NULL, NULL);
}
