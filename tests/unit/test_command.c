// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/shared
#include "../support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../tools/shared/command.h"
#include "../../tools/shared/slots.h"

#define HOME "/home/pi"

/* {tty} is the facts. */
static const char *ask(const void *facts)
{
	(void)facts;
	return "serialbootreq -d {tty}\nor ask somebody else";
}

static const struct say_slot slots[] = {
	{ "{tty}", 0, say_put_text },
	{ "{ask}", .sentence = ask },
	{ "{leave}", .either = { "", "--leave " } },
	{ "{nothing}", .either = { NULL, NULL } },
	{ 0 },
};
static const struct say_slots tables[] = { { slots }, { 0 } };

static const struct row {
	const char *name;
	const char *sentence, *facts;
	const char *home;
	const char *want; /* each word in brackets; "": no command */
} rows[] = {
	{ "no sentence", NULL, "x", HOME, "" },
	{ "a command", "canbootreq -i can0", "x", HOME,
	  "[canbootreq][-i][can0]" },
	{ "prose", "press reset", "x", HOME, "" },
	{ "prose that begins like a program", "maker sudo", "x", HOME, "" },
	{ "a command behind prose", "ask it: canbootreq -i can0", "x", HOME,
	  "" },
	{ "prose in the next line", "sudo a b\nthat helps; (or not)", "x", HOME,
	  "[sudo][a][b]" },
	{ "a command in the next line", "that helps:\nsudo a b", "x", HOME,
	  "" },
	{ "a slot is one word", "serialbootreq -d {tty}", "/dev/a b", HOME,
	  "[serialbootreq][-d][/dev/a b]" },
	{ "a slot is part of a word", "make -C x DEVICE={tty}/y", "a b", HOME,
	  "[make][-C][x][DEVICE=a b/y]" },
	{ "what a shell would obey is a word's text",
	  "serialbootreq -d {tty} -b 1", "$(x);`y`~'\"|", HOME,
	  "[serialbootreq][-d][$(x);`y`~'\"|][-b][1]" },
	{ "a slot that is a command", "{ask}", "/dev/a", HOME,
	  "[serialbootreq][-d][/dev/a]" },
	{ "a slot of words", "canbootreq {leave}-u 1", "x", HOME,
	  "[canbootreq][--leave][-u][1]" },
	{ "a slot without its words", "canbootreq {leave}-u 1", "", HOME,
	  "[canbootreq][-u][1]" },
	{ "a slot of nothing", "sudo a{nothing} b", "x", HOME, "[sudo][a][b]" },
	{ "a home", "python3 ~/a -f ~/b", "x", HOME,
	  "[python3][/home/pi/a][-f][/home/pi/b]" },
	{ "a home with a blank", "python3 ~/a", "x", "/home/a b",
	  "[python3][/home/a b/a]" },
	{ "a home that is not known", "python3 ~/a", "x", NULL, "" },
	{ "a home that cannot be shown", "python3 ~/a", "x", "/home/\303", "" },
	{ "a ~ within a word is none", "sudo a~b", "x", HOME, "[sudo][a~b]" },
	{ "a command for a shell", "sudo a && sudo b", "x", HOME, "" },
	{ "a pattern for a shell", "sudo ls /dev/ttyS*", "x", HOME, "" },
	{ "a variable of a shell", "sudo usermod -G x \"$USER\"", "x", HOME,
	  "" },
	{ "a placeholder of ours", "canbootreq -i can0 -u UUID", "x", HOME,
	  "" },
	{ "a placeholder in a slot", "serialbootreq -d {tty}", "TTY", HOME,
	  "" },
	{ "a slot without a text", "serialbootreq -d {tty}", "", HOME, "" },
	{ "bytes that cannot be shown", "serialbootreq -d {tty}", "/dev/\033",
	  HOME, "" },
	{ "more words than there is room for",
	  "sudo 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24",
	  "x", HOME, "" },
	{ "as many words as there is room for",
	  "sudo 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23",
	  "x", HOME,
	  "[sudo][1][2][3][4][5][6][7][8][9][10][11][12][13][14][15][16][17]"
	  "[18][19][20][21][22][23]" },
};

static void test_row(void **state)
{
	const struct row *row = *state;
	struct say_command *command = malloc(sizeof(*command));
	char got[512] = "";

	assert_non_null(command);
	say_command(command, row->sentence, tables, row->facts, row->home);
	for (size_t i = 0; i < command->len; i++) {
		strcat(got, "[");
		strcat(got, command->words[i]);
		strcat(got, "]");
	}
	assert_string_equal(got, row->want);
	free(command);
}

static void test_a_text_that_may_be_cut_makes_no_command(void **state)
{
	struct say_command *command = malloc(sizeof(*command));
	char tty[300];

	(void)state;
	assert_non_null(command);
	memset(tty, 'x', sizeof(tty));
	tty[254] = '\0';
	say_command(command, "serialbootreq -d {tty}", tables, tty, HOME);
	assert_int_equal(command->len, 3);
	assert_string_equal(command->words[2], tty);
	tty[254] = 'x';
	tty[299] = '\0';
	say_command(command, "serialbootreq -d {tty}", tables, tty, HOME);
	assert_int_equal(command->len, 0);
	free(command);
}

static void test_a_home_beyond_the_room_makes_no_command(void **state)
{
	struct say_command *command = malloc(sizeof(*command));
	char home[SAY_SENTENCE_LEN + 1];

	(void)state;
	assert_non_null(command);
	memset(home, 'x', sizeof(home));
	home[SAY_SENTENCE_LEN] = '\0';
	say_command(command, "python3 ~/a ~/b", tables, "x", home);
	assert_int_equal(command->len, 0);
	free(command);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows) + 2] = {
		cmocka_unit_test(test_a_text_that_may_be_cut_makes_no_command),
		cmocka_unit_test(test_a_home_beyond_the_room_makes_no_command),
	};
	size_t n = 2;

	ROWS(rows, test_row);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
