/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KATFLASH_SHOW_H
#define KATFLASH_SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What is shown while boards are flashed: pure, from numbers to text. All of it
 * is printable, whatever the names are.
 */

/** What is done with a board, in this order. */
enum show_state {
	SHOW_WAITING,	/* for its turn */
	SHOW_ASKING,	/* for Katapult */
	SHOW_SAVING,	/* what is there */
	SHOW_COMPARING, /* before anything is written */
	SHOW_WRITING,
	SHOW_VERIFYING, /* all is read back */
	SHOW_STARTING,
	SHOW_LEAVING, /* Katapult, with what is there */
	SHOW_DONE,
};

/** One board, now. */
struct show_board {
	const char *name; /* or UUID; any bytes */
	enum show_state state;
	const char *outcome;  /* its name, when it is done */
	size_t block, blocks; /* how many blocks @state is through with, of */
	size_t done, all;     /* likewise, from the first state that has any */
	uint64_t took_us;     /* since that began; 0: not yet */
};

/** What a terminal can show. */
struct show_size {
	unsigned int rows, columns;
};

/** Rates and times are told from so many blocks on. */
#define SHOW_BLOCKS_MIN 8

/** Return: bytes in a second; 0: not known. */
uint64_t show_rate(const struct show_board *b);

/** Return: milliseconds until all blocks are done; 0: not known. */
uint64_t show_left_ms(const struct show_board *b);

/** Return: a word like "writing". */
const char *show_state_name(enum show_state state);

#define SHOW_NAME_MAX 20     /* what is shown of a name */
#define SHOW_LINE_MAX 120    /* more than that is not used of a wide one */
#define SHOW_TEXT_LEN 240    /* all of ours fit */
#define SHOW_SCREEN_LEN 6144 /* likewise */

/**
 * show_line() - one line of a terminal: name, bar, blocks, rate, time left, state
 * @out:     NUL-terminated; at most @columns and SHOW_LINE_MAX characters
 * @name_len: of the longest of all names, which makes columns
 *
 * What does not fit is left out, the rate first.
 *
 * Return: @out.
 */
char *show_line(char out[static SHOW_TEXT_LEN], const struct show_board *b,
		unsigned int name_len, unsigned int columns);

/**
 * show_screen() - the lines of all boards, for a terminal
 *
 * Begins and ends in the first column of the first line, and overwrites what
 * was shown before; no line reaches the last column, or the last but one row.
 * Where there are more boards than rows, those that are done are left out
 * first, and the last line tells how many there are.
 *
 * Return: @out.
 */
char *show_screen(char out[static SHOW_SCREEN_LEN],
		  const struct show_board *boards, size_t len,
		  struct show_size size);

/** What leaves nothing of all that. */
#define SHOW_NOTHING "\r\033[J"

/** show_sentence() - the same without a terminal, but for the name. */
char *show_sentence(char out[static SHOW_TEXT_LEN], const struct show_board *b);

#endif
