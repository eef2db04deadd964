// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/katflash/say/show.c tools/shared/sentence.c
#include "../support/unit.h"

#include <stdio.h>
#include <string.h>

#include "../../tools/katflash/say/show.h"

#define U "112233445566"

#define WRITING                                                           \
	.state = SHOW_WRITING, .block = 412, .blocks = 1600, .done = 412, \
	.all = 3200, .took_us = 1150000

static const struct line_row {
	const char *name;
	struct show_board board;
	unsigned int name_len, columns;
	const char *want;
} line_rows[] = {
	{ "all of it fits into a terminal of 80 columns",
	  { .name = U, WRITING },
	  12,
	  79,
	  U "  [#         ]     412/1600   22.4 KiB/s   0:08 left  writing" },
	{ "the rate is left out first",
	  { .name = U, WRITING },
	  12,
	  78,
	  U "  [##                    ]     412/1600   0:08 left  writing" },
	{ "then the blocks",
	  { .name = U, WRITING },
	  12,
	  65,
	  U "  [##                    ]   0:08 left  writing" },
	{ "then the time that is left",
	  { .name = U, WRITING },
	  12,
	  52,
	  U "  [##                   ]  writing" },
	{ "then the bar", { .name = U, WRITING }, 12, 40, U "  writing" },
	{ "at last the line is cut", { .name = U, WRITING }, 12, 15, U "  w" },
	{ "of a terminal without a width nothing is left",
	  { .name = U, WRITING },
	  12,
	  0,
	  "" },
	{ "a wide terminal makes the bar longer, up to 40",
	  { .name = U, WRITING },
	  12,
	  400,
	  U "  [#####                                   ]     412/1600"
	    "   22.4 KiB/s   0:08 left  writing" },
	{ "a short name has the column of the longest one",
	  { .name = "EBB", .state = SHOW_ASKING },
	  6,
	  79,
	  "EBB     [                ]                                      "
	  "  asking" },
	{ "a long name is cut",
	  { .name = "toolhead_of_the_second_gantry", .state = SHOW_ASKING },
	  29,
	  40,
	  "toolhead_of_the_seco  asking" },
	{ "a name that is no text is made one",
	  { .name = "a\033[2Jb\x80\n", .state = SHOW_ASKING },
	  8,
	  30,
	  "a?[2Jb??  asking" },
	{ "one that is done has its outcome, and keeps its bar",
	  { .name = U,
	    .state = SHOW_DONE,
	    .outcome = "image-refused",
	    .done = 3200,
	    .all = 3200,
	    .took_us = 4 },
	  12,
	  79,
	  U "  [##########]                                      "
	    "  image-refused" },
	{ "minutes are told",
	  { .name = U,
	    .state = SHOW_VERIFYING,
	    .block = 10,
	    .blocks = 262144,
	    .done = 262154,
	    .all = 524288,
	    .took_us = 600000000 },
	  12,
	  79,
	  U "  [#####     ]    10/262144   27.3 KiB/s  10:00 left"
	    "  verifying" },
	{ "a rate is told from eight blocks on",
	  { .name = U,
	    .state = SHOW_COMPARING,
	    .block = 7,
	    .blocks = 70,
	    .done = 7,
	    .all = 70,
	    .took_us = 10000 },
	  12,
	  79,
	  U "  [#         ]         7/70                         "
	    "  comparing" },
};

static void test_line(void **state)
{
	const struct line_row *row = *state;
	char out[SHOW_TEXT_LEN];

	assert_string_equal(
		show_line(out, &row->board, row->name_len, row->columns),
		row->want);
	assert_true(strlen(out) <= row->columns);
}

static const struct sentence_row {
	const char *name;
	struct show_board board;
	const char *want;
} sentence_rows[] = {
	{ "nothing is measured yet", { .state = SHOW_ASKING }, "asking" },
	{ "all is known",
	  { WRITING },
	  "writing, 412 of 1600 blocks, 22.4 KiB/s, 8 s left" },
	{ "the seconds that are left are whole",
	  { .state = SHOW_WRITING,
	    .block = 70,
	    .blocks = 140,
	    .done = 70,
	    .all = 140,
	    .took_us = 10000000 },
	  "writing, 70 of 140 blocks, 0.4 KiB/s, 10 s left" },
	{ "no block is left",
	  { .state = SHOW_COMPARING,
	    .block = 70,
	    .blocks = 70,
	    .done = 70,
	    .all = 70,
	    .took_us = 1000000 },
	  "comparing, 70 of 70 blocks, 4.4 KiB/s" },
	{ "it starts: what was measured is over",
	  { .state = SHOW_STARTING, .done = 70, .all = 70, .took_us = 9 },
	  "starting" },
};

static void test_sentence(void **state)
{
	const struct sentence_row *row = *state;
	char out[SHOW_TEXT_LEN];

	assert_string_equal(show_sentence(out, &row->board), row->want);
}

#define ROW(text) "\r" text "\033[K"
#define BAR "  [                     ]  "

static const struct show_board four[] = {
	{ .name = "a", .state = SHOW_ASKING },
	{ .name = "b", .state = SHOW_DONE, .outcome = "flashed" },
	{ .name = "c", .state = SHOW_LEAVING },
	{ .name = "d", .state = SHOW_STARTING },
};

static const struct screen_row {
	const char *name;
	size_t len;
	struct show_size size;
	const char *want;
} screen_rows[] = {
	{ "one board: the cursor stays in its line",
	  1,
	  { 24, 17 },
	  ROW("a  asking") "\033[J\r" },
	{ "it goes back to the first line",
	  4,
	  { 5, 17 },
	  ROW("a  asking") "\n" ROW("b  flashed") "\n" ROW(
		  "c  leaving") "\n" ROW("d  starting") "\033[J\r\033[3A" },
	{ "too many lines: those that are done have none",
	  4,
	  { 4, 42 },
	  ROW("a" BAR "asking") "\n" ROW("c" BAR "leaving") "\n" ROW(
		  "1 of 4 boards are done, 1 are not shown") "\033[J\r\033[2A" },
	{ "still too many: the others are counted",
	  4,
	  { 3, 42 },
	  ROW("a" BAR "asking") "\n" ROW(
		  "1 of 4 boards are done, 2 are not shown") "\033[J\r\033[1A" },
	{ "one row: they are only counted",
	  4,
	  { 1, 30 },
	  ROW("1 of 4 boards are done, 3 are") "\033[J\r" },
	{ "a terminal of no size", 4, { 0, 0 }, ROW("1") "\033[J\r" },
};

static void test_screen(void **state)
{
	const struct screen_row *row = *state;
	char out[SHOW_SCREEN_LEN];

	assert_string_equal(show_screen(out, four, row->len, row->size),
			    row->want);
}

/* The most that there can be: 32 boards on the widest terminal. */
static void test_a_screen_of_32_boards_fits(void **state)
{
	struct show_board boards[32];
	char out[SHOW_SCREEN_LEN];
	unsigned int lines = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(boards); i++)
		boards[i] = (struct show_board){
			.name = "toolhead_of_the_second_gantry", WRITING
		};
	show_screen(out, boards, ARRAY_SIZE(boards),
		    (struct show_size){ 99, 999 });
	for (const char *at = out; (at = strstr(at, "left  writing")); at++)
		lines++;
	assert_int_equal(lines, 32);
	assert_string_equal(out + strlen(out) - 6, "\r\033[31A");
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(line_rows) +
				ARRAY_SIZE(sentence_rows) +
				ARRAY_SIZE(screen_rows) + 1];
	size_t n = 0;

	ROWS(line_rows, test_line);
	ROWS(sentence_rows, test_sentence);
	ROWS(screen_rows, test_screen);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(
		test_a_screen_of_32_boards_fits);
	return _cmocka_run_group_tests("katflash show", tests, n, NULL, NULL);
}
