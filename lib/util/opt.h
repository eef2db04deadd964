/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UTIL_OPT_H
#define UTIL_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/** One command line option; a program's options are a table of these. */
struct util_opt {
	const char *name; /* long, without dashes; NULL: @help is a heading */
	char letter;	  /* 0: has none */
	const char *arg;  /* what --help calls its value; NULL: takes none */
	const char *help;
	/*
	 * @arg is NULL when the option takes none.
	 * Return: 0 to go on, a positive number to stop here, or a negative
	 * errno after writing the reason where the program keeps it.
	 */
	int (*apply)(void *ctx, const char *arg); /* NULL: util_opts.apply */
	size_t sets; /* UTIL_OPT_SETS(): that, and no apply is called */
	int value;   /* what an enum is set to; 0: it is a bool, true */
	bool ends;   /* stop here, as after --help */
	const char *excludes; /* why not, when the enum has another value */
};

/** A bool or an enum of the context, of this type, that an option sets. */
#define UTIL_OPT_SETS(type, field) (offsetof(type, field) + 1)

/** What to say when an option of another program is given. */
struct util_opt_hint {
	const char *name; /* long, without dashes; NULL: has none */
	char letter;
	const char *text; /* a clause that names what to type here */
};

/** How to read a command line. */
struct util_opts {
	const struct util_opt *table;
	size_t len;   /* rows, 64 at most */
	void *ctx;    /* given to apply */
	bool command; /* stop at the first operand: options behind it are its */
	char *error;  /* where the reason of -EINVAL goes */
	size_t error_size;
	/* For all rows that have no apply of their own. */
	int (*apply)(void *ctx, const struct util_opt *row, const char *arg);
	/* For what is no option; NULL: it ends the options, see below. */
	int (*operand)(void *ctx, const char *arg);
	/* For options that no row has; up to one without text, or NULL. */
	const struct util_opt_hint *hints;
};

/**
 * util_opts_parse() - apply the options of a command line, in order, and with
 * them the operands where there is an operand()
 *
 * Long options may be cut short where that is unambiguous.
 *
 * Return: the index of the first operand, @argc when there is none; 0 when an
 * option stopped it; -EINVAL with @o->error written, or what apply returned.
 */
int util_opts_parse(const struct util_opts *o, int argc, char **argv);

/**
 * util_opts_has() - look for an option ahead of parsing
 * @word: in full, as "--json": an error in parsing is to come as JSON, too
 */
bool util_opts_has(int argc, char **argv, const char *word);

/** Print a line for each option, and the headings. */
void util_opts_print(FILE *to, const struct util_opt *table, size_t len);

/**
 * util_opts_printed() - has standard output taken the help, or the like?
 * @program: the name that begins a sentence on standard error when it has not
 *
 * A reader that has left ends the program before, as it ends others, unless
 * SIGPIPE is ignored.
 */
bool util_opts_printed(const char *program);

#endif
