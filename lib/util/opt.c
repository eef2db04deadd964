// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "util/opt.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include "util/clean.h"

#define ROWS_MAX 64
#define LONG_BASE 256 /* above every letter */
#define HELP_COLUMN 25

static void build_getopt(const struct util_opts *o, struct option *longs,
			 char *letters)
{
	*letters++ = o->command ? '+' : '-';
	*letters++ = ':'; /* getopt() is silent then */
	for (size_t i = 0; i < o->len; i++) {
		const struct util_opt *opt = &o->table[i];

		if (!opt->name)
			continue;
		*longs++ = (struct option){
			.name = opt->name,
			.has_arg = opt->arg ? required_argument : no_argument,
			.val = LONG_BASE + (int)i,
		};
		if (!opt->letter)
			continue;
		*letters++ = opt->letter;
		if (opt->arg)
			*letters++ = ':';
	}
	*letters = '\0';
}

static const struct util_opt *find(const struct util_opts *o, int got)
{
	if (got >= LONG_BASE && got < LONG_BASE + (int)o->len)
		return &o->table[got - LONG_BASE];
	for (size_t i = 0; i < o->len; i++)
		if (got && got == o->table[i].letter)
			return &o->table[i];
	return NULL;
}

/* Long: @word is "--status" or "--status=x". */
static bool is_meant(const struct util_opt_hint *hint, const char *word)
{
	size_t len = strcspn(word + 2, "=");

	if (optopt)
		return optopt == hint->letter;
	return hint->name && strlen(hint->name) == len &&
	       !strncmp(word + 2, hint->name, len);
}

static const struct util_opt_hint *find_hint(const struct util_opts *o,
					     const char *word)
{
	const struct util_opt_hint *hint = o->hints;

	while (hint && hint->text && !is_meant(hint, word))
		hint++;
	return hint && hint->text ? hint : NULL;
}

static void refuse_unknown(const struct util_opts *o, const char *word)
{
	const struct util_opt_hint *hint = find_hint(o, word);
	char letter[] = { '-', isprint(optopt) ? optopt : '?', '\0' };

	if (hint)
		snprintf(o->error, o->error_size, "'%.40s': %s",
			 optopt ? letter : word, hint->text);
	else if (optopt)
		snprintf(o->error, o->error_size, "unknown option '%s'",
			 letter);
	else
		snprintf(o->error, o->error_size,
			 "unknown or ambiguous option '%.40s'", word);
}

static int refuse(const struct util_opts *o, int got, const char *word)
{
	const struct util_opt *opt = find(o, optopt);

	if (got == ':' && opt)
		snprintf(o->error, o->error_size,
			 "'%.40s' needs a value: --%s %s", word, opt->name,
			 opt->arg);
	else if (opt)
		snprintf(o->error, o->error_size,
			 "'%.40s': --%s takes no value", word, opt->name);
	else
		refuse_unknown(o, word);
	return -EINVAL;
}

static int set(const struct util_opts *o, const struct util_opt *opt)
{
	void *field = (char *)o->ctx + opt->sets - 1;
	int *choice = field;

	if (!opt->value) {
		*(bool *)field = true;
		return opt->ends;
	}
	if (opt->excludes && *choice && *choice != opt->value) {
		snprintf(o->error, o->error_size, "%s", opt->excludes);
		return -EINVAL;
	}
	*choice = opt->value;
	return opt->ends;
}

static int apply(const struct util_opts *o, const struct util_opt *opt,
		 const char *arg)
{
	if (opt->sets)
		return set(o, opt);
	return opt->apply ? opt->apply(o->ctx, arg) :
			    o->apply(o->ctx, opt, arg);
}

/* Behind "--". */
static int apply_rest(const struct util_opts *o, int argc, char **argv)
{
	int status;

	while (o->operand && optind < argc) {
		status = o->operand(o->ctx, argv[optind++]);
		if (status)
			return status < 0 ? status : 0;
	}
	return optind;
}

int util_opts_parse(const struct util_opts *o, int argc, char **argv)
{
	struct option longs[ROWS_MAX + 1] = { 0 };
	char letters[2 * ROWS_MAX + 3];
	const struct util_opt *opt = NULL;
	int got, status;

	build_getopt(o, longs, letters);
	optind = 0; /* forget an earlier command line */
	while ((got = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		if (got == 1 && !o->operand) /* among the options */
			return optind - 1;
		if (got != 1)
			opt = find(o, got);
		if (got == '?' || got == ':' || (got != 1 && !opt))
			return refuse(o, got, argv[optind - 1]);
		status = got == 1 ? o->operand(o->ctx, optarg) :
				    apply(o, opt, optarg);
		if (status)
			return status < 0 ? status : 0;
	}
	return apply_rest(o, argc, argv);
}

bool util_opts_has(int argc, char **argv, const char *word)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (!strcmp(argv[i], word))
			return true;
	return false;
}

void util_opts_print(FILE *to, const struct util_opt *table, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		const struct util_opt *opt = &table[i];
		char left[64];

		if (!opt->name) {
			fprintf(to, "\n%s\n", opt->help);
			continue;
		}
		snprintf(left, sizeof(left), "--%s%s%s", opt->name,
			 opt->arg ? " " : "", opt->arg ? opt->arg : "");
		fprintf(to, "  %c%c%c %-*s%s\n", opt->letter ? '-' : ' ',
			opt->letter ? opt->letter : ' ',
			opt->letter ? ',' : ' ', HELP_COLUMN, left, opt->help);
	}
}

bool util_opts_printed(const char *program)
{
	/* what failed before is gone, and why is no longer known */
	bool lost = ferror(stdout);

	errno = EIO;
	if (!fflush(stdout) && !lost)
		return true;
	util_say(STDERR_FILENO,
		 "%s: cannot write the output (%s): give standard output a "
		 "place that takes it",
		 program, strerror(errno));
	return false;
}
