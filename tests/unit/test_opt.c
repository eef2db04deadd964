// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "../support/unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/opt.h"

/* What was applied, in order: "n=5 v ". */
static int note(void *ctx, const char *name, const char *arg)
{
	char *text = ctx;

	strcat(text, name);
	if (arg) {
		strcat(text, "=");
		strcat(text, arg);
	}
	strcat(text, " ");
	return 0;
}

static int apply_name(void *ctx, const char *arg)
{
	return note(ctx, "n", arg);
}

static int apply_verbose(void *ctx, const char *arg)
{
	return note(ctx, "v", arg);
}

static int apply_help(void *ctx, const char *arg)
{
	note(ctx, "h", arg);
	return 1;
}

static int apply_other(void *ctx, const struct util_opt *row, const char *arg)
{
	return note(ctx, row->name, arg);
}

static int apply_bad(void *ctx, const char *arg)
{
	note(ctx, "b", arg);
	return -ERANGE;
}

static int apply_operand(void *ctx, const char *arg)
{
	note(ctx, "f", arg);
	if (!strcmp(arg, "bad"))
		return -ERANGE;
	return !strcmp(arg, "stop");
}

static const struct util_opt table[] = {
	{ NULL, 0, NULL, "Options:", NULL },
	{ "name", 'n', "NAME", "give it a name", apply_name },
	{ "verbose", 'v', NULL, "say more", apply_verbose },
	{ "bad", 0, "X", "always wrong", apply_bad },
	{ "help", 'h', NULL, "print this", apply_help },
	{ "other", 'o', "Y", "one of many", NULL },
};

static const struct util_opt_hint hints[] = {
	{ NULL, 'q', "type --query" },
	{ "quiet", 's', "it is quiet" },
	{ 0 },
};

#define ARGS(...)                      \
	{                              \
		"program", __VA_ARGS__ \
	}
static const struct row {
	const char *name;
	const char *argv[8];
	bool command;
	int want; /* what is returned */
	const char *applied;
	const char *error;
	int (*operand)(void *ctx, const char *arg);
} rows[] = {
	{ "nothing at all", { "program" }, false, 1, "", "" },
	{ "long, with a value behind it", ARGS("--name", "x"), false, 3, "n=x ",
	  "" },
	{ "long, with its value attached", ARGS("--name=x"), false, 2, "n=x ",
	  "" },
	{ "letters together", ARGS("-vnx"), false, 2, "v n=x ", "" },
	{ "a long option cut short", ARGS("--verb"), false, 2, "v ", "" },
	{ "an empty value is a value", ARGS("--name="), false, 2, "n= ", "" },
	{ "an operand ends it, and is found", ARGS("-v", "file"), false, 2,
	  "v ", "" },
	{ "a command keeps its options", ARGS("-v", "cmd", "-n", "x"), true, 2,
	  "v ", "" },
	{ "two dashes end the options", ARGS("-v", "--", "-n"), true, 3, "v ",
	  "" },
	{ "a row may have no apply of its own", ARGS("-o1", "--other", "2"),
	  false, 4, "other=1 other=2 ", "" },
	{ "an option may stop it", ARGS("-h", "--bogus"), false, 0, "h ", "" },
	{ "an option may refuse its value", ARGS("--bad=1", "-v"), false,
	  -ERANGE, "b=1 ", "" },
	{ "a missing value is named", ARGS("--name"), false, -EINVAL, "",
	  "'--name' needs a value: --name NAME" },
	{ "a missing value of a letter", ARGS("-n"), false, -EINVAL, "",
	  "'-n' needs a value: --name NAME" },
	{ "a value too many", ARGS("--verbose=3"), false, -EINVAL, "",
	  "'--verbose=3': --verbose takes no value" },
	{ "an unknown long option", ARGS("--bogus"), false, -EINVAL, "",
	  "unknown or ambiguous option '--bogus'" },
	{ "an unknown letter", ARGS("-x"), false, -EINVAL, "",
	  "unknown option '-x'" },
	{ "a letter with a hint", ARGS("-vq"), false, -EINVAL, "v ",
	  "'-q': type --query" },
	{ "a long option with a hint", ARGS("--quiet=very"), false, -EINVAL, "",
	  "'--quiet=very': it is quiet" },
	{ "part of a long option has no hint", ARGS("--qui"), false, -EINVAL,
	  "", "unknown or ambiguous option '--qui'" },
	{ "more than a long option has no hint", ARGS("--quietly"), false,
	  -EINVAL, "", "unknown or ambiguous option '--quietly'" },
	{ "operands come in their order among the options",
	  ARGS("a", "-v", "b", "-n", "x", "c"), false, 7, "f=a v f=b n=x f=c ",
	  "", apply_operand },
	{ "two dashes make operands of what follows",
	  ARGS("a", "--", "-v", "--", "--bogus"), false, 6,
	  "f=a f=-v f=-- f=--bogus ", "", apply_operand },
	{ "two dashes at the end are nothing", ARGS("a", "--"), false, 3,
	  "f=a ", "", apply_operand },
	{ "the value of an option is no operand",
	  ARGS("-n", "a", "--other", "b"), false, 5, "n=a other=b ", "",
	  apply_operand },
	{ "a dash, or nothing, is an operand", ARGS("-", ""), false, 3,
	  "f=- f= ", "", apply_operand },
	{ "an operand may stop it", ARGS("stop", "-v"), false, 0, "f=stop ", "",
	  apply_operand },
	{ "an operand may be refused", ARGS("bad", "-v"), false, -ERANGE,
	  "f=bad ", "", apply_operand },
	{ "an operand behind two dashes may stop it", ARGS("--", "stop", "a"),
	  false, 0, "f=stop ", "", apply_operand },
	{ "an operand behind two dashes may be refused",
	  ARGS("--", "a", "bad", "b"), false, -ERANGE, "f=a f=bad ", "",
	  apply_operand },
	{ "an unknown option among operands", ARGS("a", "-x", "b"), false,
	  -EINVAL, "f=a ", "unknown option '-x'", apply_operand },
	{ "an option may stop it in front of operands", ARGS("-h", "a"), false,
	  0, "h ", "", apply_operand },
};

static void test_row(void **state)
{
	const struct row *row = *state;
	char applied[64] = "", error[80] = "";
	char *argv[ARRAY_SIZE(row->argv) + 1] = { 0 };
	struct util_opts o = { table,	    ARRAY_SIZE(table),
			       applied,	    row->command,
			       error,	    sizeof(error),
			       apply_other, row->operand,
			       hints };
	int argc = 0;

	while (row->argv[argc]) {
		argv[argc] = (char *)row->argv[argc];
		argc++;
	}
	assert_int_equal(util_opts_parse(&o, argc, argv), row->want);
	assert_string_equal(applied, row->applied);
	assert_string_equal(error, row->error);
}

static void test_a_flag_sets_its_own_bool_only(void **state)
{
	struct {
		bool before;
		bool flag;
		bool behind;
	} ctx = { 0 };
	const struct util_opt flags[] = {
		{ "flag", 'f', NULL, "set it",
		  .sets = UTIL_OPT_SETS(__typeof__(ctx), flag) },
	};
	struct util_opts o = { .table = flags, .len = 1, .ctx = &ctx };
	char *argv[] = { (char *)"program", (char *)"-f", NULL };

	(void)state;
	assert_int_equal(util_opts_parse(&o, 2, argv), 2);
	assert_true(ctx.flag && !ctx.before && !ctx.behind);
}

static void test_help_lists_rows_under_their_headings(void **state)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	(void)state;
	util_opts_print(to, table, ARRAY_SIZE(table));
	fclose(to);
	assert_string_equal(text,
			    "\nOptions:\n"
			    "  -n, --name NAME              give it a name\n"
			    "  -v, --verbose                say more\n"
			    "      --bad X                  always wrong\n"
			    "  -h, --help                   print this\n"
			    "  -o, --other Y                one of many\n");
	free(text);
}

enum choice { NONE, ONE, TWO, HELP };

/* Left out, one, both, or ended: what is chosen then. */
static const struct choice_row {
	const char *name;
	const char *args[3];
	int got;
	enum choice choice;
} choice_rows[] = {
	{ "no choice is the first value", { NULL }, 1, NONE },
	{ "a choice is set", { "--two" }, 2, TWO },
	{ "a choice may be repeated", { "--two", "--two" }, 3, TWO },
	{ "another choice is refused", { "--one", "--two" }, -EINVAL, ONE },
	{ "what ends the line counts more than a choice",
	  { "--one", "--help", "--two" },
	  0,
	  HELP },
};

static void test_choice(void **state)
{
	const struct choice_row *row = *state;
	struct {
		enum choice choice;
	} ctx = { NONE };
#define CHOICE(v) .sets = UTIL_OPT_SETS(__typeof__(ctx), choice), .value = (v)
	const struct util_opt choices[] = {
		{ "one", 0, NULL, "one", CHOICE(ONE), .excludes = "not both" },
		{ "two", 0, NULL, "two", CHOICE(TWO), .excludes = "not both" },
		{ "help", 0, NULL, "help", CHOICE(HELP), .ends = true },
	};
	char error[32] = "";
	const struct util_opts how = { .table = choices,
				       .len = ARRAY_SIZE(choices),
				       .ctx = &ctx,
				       .error = error,
				       .error_size = sizeof(error) };
	char *argv[5] = { (char *)"program" };
	int argc = 1;

	for (; argc <= 3 && row->args[argc - 1]; argc++)
		argv[argc] = (char *)row->args[argc - 1];
	assert_int_equal(util_opts_parse(&how, argc, argv), row->got);
	assert_int_equal(ctx.choice, row->choice);
	assert_string_equal(error, row->got < 0 ? "not both" : "");
}

/* The sentence is ours alone. */
static void test_getopt_says_nothing_itself(void **state)
{
	char text[512] = "", error[128], byte;
	const struct util_opts how = { .table = table,
				       .len = ARRAY_SIZE(table),
				       .ctx = text,
				       .error = error,
				       .error_size = sizeof(error) };
	char *argv[] = { (char *)"program", (char *)"--frobnicate", NULL };
	int was = dup(STDERR_FILENO), fd[2], got;

	(void)state;
	assert_int_equal(pipe(fd), 0);
	dup2(fd[1], STDERR_FILENO);
	got = util_opts_parse(&how, 2, argv);
	dup2(was, STDERR_FILENO);
	close(was);
	close(fd[1]);
	assert_int_equal(got, -EINVAL);
	assert_int_equal(read(fd[0], &byte, 1), 0);
	close(fd[0]);
}

int main(void)
{
	struct CMUnitTest tests[48] = {
		cmocka_unit_test(test_help_lists_rows_under_their_headings),
		cmocka_unit_test(test_a_flag_sets_its_own_bool_only),
		cmocka_unit_test(test_getopt_says_nothing_itself),
	};
	size_t n = 3;

	ROWS(rows, test_row);
	ROWS(choice_rows, test_choice);
	return _cmocka_run_group_tests("opt", tests, n, NULL, NULL);
}
