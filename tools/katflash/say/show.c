// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "show.h"

#include <stdio.h>
#include <string.h>

#include "../../shared/sentence.h"
#include "util/array.h"
#include "util/clean.h"

#include <kcan/kat.h>

#define BAR_MIN 10
#define BAR_MAX 40
#define GAP 2
#define STATE_LEN 13 /* "image-refused" */

static bool is_measured(const struct show_board *b)
{
	return b->took_us && b->done >= SHOW_BLOCKS_MIN &&
	       b->state < SHOW_STARTING;
}

uint64_t show_rate(const struct show_board *b)
{
	return is_measured(b) ? b->done * (uint64_t)KCAN_KAT_BLOCK_SIZE *
					1000000 / b->took_us :
				0;
}

uint64_t show_left_ms(const struct show_board *b)
{
	return is_measured(b) && b->done < b->all ?
		       (b->all - b->done) * b->took_us / b->done / 1000 :
		       0;
}

const char *show_state_name(enum show_state state)
{
	static const char *const names[] = {
		[SHOW_WAITING] = "waiting",   [SHOW_ASKING] = "asking",
		[SHOW_SAVING] = "saving",     [SHOW_COMPARING] = "comparing",
		[SHOW_WRITING] = "writing",   [SHOW_VERIFYING] = "verifying",
		[SHOW_STARTING] = "starting", [SHOW_LEAVING] = "leaving",
		[SHOW_DONE] = "done",
	};

	return names[state];
}

static const char *state_of(const struct show_board *b)
{
	return b->state == SHOW_DONE ? b->outcome : show_state_name(b->state);
}

/* What may stand between name and state, "" while it is not known. */

static void put_blocks(char *out, size_t size, const struct show_board *b)
{
	if (b->blocks)
		snprintf(out, size, "%zu/%zu", b->block, b->blocks);
}

static void put_rate(char *out, size_t size, const struct show_board *b)
{
	uint64_t rate = show_rate(b);

	if (rate)
		snprintf(out, size, "%.1f KiB/s", (double)rate / 1024);
}

static void put_left(char *out, size_t size, const struct show_board *b)
{
	unsigned long s = (unsigned long)((show_left_ms(b) + 999) / 1000);

	if (s)
		snprintf(out, size, "%lu:%02lu left", s / 60, s % 60);
}

/* In their order; @rank: which of them go first where there is no room. */
static const struct column {
	void (*put)(char *out, size_t size, const struct show_board *b);
	unsigned int len, rank;
} columns[] = {
	{ put_blocks, 11, 2 },
	{ put_rate, 11, 1 },
	{ put_left, 10, 3 },
};
#define RANK_BAR 4

/*
 * How much is left out: everything up to that rank. @room: behind the name and
 * the state.
 */
static unsigned int rank_that_fits(unsigned int room)
{
	unsigned int need = GAP + 2 + BAR_MIN, rank = 0;

	for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
		need += GAP + columns[i].len;
	for (; need > room && rank < RANK_BAR; rank++)
		for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
			if (columns[i].rank == rank + 1)
				need -= GAP + columns[i].len;
	return need > room ? RANK_BAR : rank;
}

static unsigned int put_bar(char *out, size_t size, const struct show_board *b,
			    unsigned int room)
{
	unsigned int len = room - GAP - 2 < BAR_MAX ? room - GAP - 2 : BAR_MAX;
	size_t filled = b->all ? len * b->done / b->all : 0;
	char bar[BAR_MAX + 1];

	memset(bar, ' ', len);
	memset(bar, '#', filled < len ? filled : len);
	bar[len] = '\0';
	return (unsigned int)snprintf(out, size, "%*s[%s]", GAP, "", bar);
}

/* Return: how long it is. */
static unsigned int put_middle(char *out, size_t size,
			       const struct show_board *b, unsigned int room)
{
	unsigned int rank = rank_that_fits(room), at = 0, rest = room;

	for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
		rest -= columns[i].rank > rank ? GAP + columns[i].len : 0;
	if (rank < RANK_BAR)
		at = put_bar(out, size, b, rest);
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
		char text[32] = "";

		if (columns[i].rank <= rank)
			continue;
		columns[i].put(text, sizeof(text), b);
		at += (unsigned int)snprintf(out + at, size - at, "%*s%*.*s",
					     GAP, "", (int)columns[i].len,
					     (int)columns[i].len, text);
	}
	return at;
}

char *show_line(char out[static SHOW_TEXT_LEN], const struct show_board *b,
		unsigned int name_len, unsigned int columns_there)
{
	unsigned int max = columns_there < SHOW_LINE_MAX ? columns_there :
							   SHOW_LINE_MAX;
	unsigned int fixed, at;

	if (name_len > SHOW_NAME_MAX)
		name_len = SHOW_NAME_MAX;
	fixed = name_len + GAP + STATE_LEN;
	at = (unsigned int)snprintf(out, SHOW_TEXT_LEN, "%-*.*s", (int)name_len,
				    (int)name_len, b->name);
	out[at] = '\0';
	if (fixed < max)
		at += put_middle(out + at, SHOW_TEXT_LEN - at, b, max - fixed);
	snprintf(out + at, SHOW_TEXT_LEN - at, "%*s%s", GAP, "", state_of(b));
	out[max] = '\0';
	util_clean(out);
	return out;
}

/* Which boards have a line, and what is said of the others. */
struct choice {
	size_t lines;	 /* of boards */
	size_t done;	 /* of all */
	bool leaves_out; /* some, and those that are done first */
};

static struct choice choose(const struct show_board *boards, size_t len,
			    unsigned int rows)
{
	size_t room = rows > 1 ? rows - 1 : 1;
	struct choice c = { .lines = len, .leaves_out = len > room };

	for (size_t i = 0; i < len; i++)
		c.done += boards[i].state == SHOW_DONE;
	if (c.leaves_out)
		c.lines = room - 1 < len - c.done ? room - 1 : len - c.done;
	return c;
}

static unsigned int longest_name(const struct show_board *boards, size_t len)
{
	size_t longest = 0;

	for (size_t i = 0; i < len; i++)
		if (strlen(boards[i].name) > longest)
			longest = strlen(boards[i].name);
	return longest < SHOW_NAME_MAX ? (unsigned int)longest : SHOW_NAME_MAX;
}

/* Return: how many lines follow @at now. */
static unsigned int put_row(char **at, const char *end, const char *line,
			    unsigned int rows)
{
	*at += snprintf(*at, (size_t)(end - *at), "%s\r%s\033[K",
			rows ? "\n" : "", line);
	return rows + 1;
}

static void put_rest(char *out, size_t size, const struct choice *c, size_t len)
{
	size_t hidden = len - c->done - c->lines;
	int at =
		snprintf(out, size, "%zu of %zu boards are done", c->done, len);

	if (hidden)
		snprintf(out + at, size - (size_t)at, ", %zu are not shown",
			 hidden);
}

char *show_screen(char out[static SHOW_SCREEN_LEN],
		  const struct show_board *boards, size_t len,
		  struct show_size size)
{
	struct choice c = choose(boards, len, size.rows);
	unsigned int name_len = longest_name(boards, len), rows = 0;
	unsigned int width = size.columns > 1 ? size.columns - 1 : 1;
	const char *end = out + SHOW_SCREEN_LEN;
	char line[SHOW_TEXT_LEN], *at = out;

	for (size_t i = 0; i < len && rows < c.lines; i++)
		if (!c.leaves_out || boards[i].state != SHOW_DONE)
			rows = put_row(
				&at, end,
				show_line(line, &boards[i], name_len, width),
				rows);
	if (c.leaves_out) {
		put_rest(line, sizeof(line), &c, len);
		line[width < sizeof(line) ? width : sizeof(line) - 1] = '\0';
		rows = put_row(&at, end, line, rows);
	}
	/* what was below, when there were more lines */
	snprintf(at, (size_t)(end - at), "\033[J\r");
	if (rows > 1)
		snprintf(at + strlen(at), (size_t)(end - at) - strlen(at),
			 "\033[%uA", rows - 1);
	return out;
}

char *show_sentence(char out[static SHOW_TEXT_LEN], const struct show_board *b)
{
	uint64_t rate = show_rate(b), left_ms = show_left_ms(b);
	size_t at = (size_t)snprintf(out, SHOW_TEXT_LEN, "%s", state_of(b));

	if (b->blocks)
		at += (size_t)snprintf(out + at, SHOW_TEXT_LEN - at,
				       ", %zu of %zu blocks", b->block,
				       b->blocks);
	if (rate)
		at += (size_t)snprintf(out + at, SHOW_TEXT_LEN - at,
				       ", %.1f KiB/s", (double)rate / 1024);
	if (left_ms)
		snprintf(out + at, SHOW_TEXT_LEN - at, ", %llu s left",
			 (unsigned long long)(left_ms + 999) / 1000);
	return out;
}
