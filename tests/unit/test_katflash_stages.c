// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/katflash/stages.c tools/katflash/stages_flash.c
// needs: tools/katflash/stages_start.c tools/katflash/end.c tools/katflash/file
/* What a board ends with, and where. */
#include "../support/unit.h"

#include "../../tools/katflash/say/warn.h"
#include "../../tools/katflash/stages.h"
#include "../../tools/katflash/tell/tell.h"

static struct loop loop;
static struct opts opts;
static struct wire wire;

static struct fake {
	enum entry entry;
	enum stage told; /* where it fell silent */
} fake;

void end_flash(struct board *b)
{
	fake.told = b->stage;
	end_with(&b->end, KCAN_OUTCOME_NO_ANSWER, "fell silent");
}

void end_checked(struct board *b)
{
	(void)b;
}

void warn_of_board(struct report *r, struct board *b)
{
	(void)r;
	(void)b;
}

void end_refused(struct board *b, const char *refusal)
{
	(void)b;
	(void)refusal;
}

void end_saved(struct board *b)
{
	(void)b;
}

void end_blank(struct board *b)
{
	(void)b;
}

void end_unasked(struct board *b)
{
	(void)b;
}

void end_start(struct board *b, enum kcan_running_verdict verdict)
{
	(void)b;
	(void)verdict;
}

void end_unwaited(struct board *b)
{
	(void)b;
}

void end_unlike(struct board *b)
{
	(void)b;
}

void end_again(struct board *b)
{
	(void)b;
}

void end_lost(struct board *b)
{
	(void)b;
}

static enum entry entered(struct board *b)
{
	end_with(&b->end, KCAN_OUTCOME_NO_ANSWER, "the way in failed");
	return fake.entry;
}

static void nothing(struct board *b)
{
	(void)b;
}

static const struct link_ops link = { .entered = entered, .close = nothing };

/* One that was read, fell silent, and was asked for Katapult again. */
static void end_behind_silence(struct board *b, enum entry entry)
{
	fake = (struct fake){ .entry = entry };
	*b = (struct board){ .opts = &opts,
			     .loop = &loop,
			     .wire = &wire,
			     .link = &link,
			     .stage = STAGE_ENTER,
			     .silent_in = STAGE_READ };
	board_step(b);
	assert_int_equal(b->stage, STAGE_DONE);
}

static void test_what_it_fell_silent_at_is_told(void **state)
{
	struct board b;

	(void)state;
	end_behind_silence(&b, ENTRY_FAILED);
	assert_int_equal(fake.told, STAGE_READ);
	assert_string_equal(b.end.reason, "fell silent");
}

static void test_that_the_interface_went_down_is_told_first(void **state)
{
	struct board b;

	(void)state;
	end_behind_silence(&b, ENTRY_DOWN);
	assert_string_equal(b.end.reason, "the way in failed");
}

/* Who is asked again before that would restart in the middle of it. */
static void test_who_leaves_katapult_has_its_end_when_that_is_over(void **state)
{
	struct board b = {
		.opts = &opts, .loop = &loop, .wire = &wire, .link = &link
	};

	(void)state;
	loop.now_us = 1000000;
	stages_leaves(&b);
	board_step(&b);
	assert_int_equal(b.stage, STAGE_LEAVES);
	loop.now_us = 1199999;
	board_step(&b);
	assert_int_equal(b.stage, STAGE_LEAVES);
	loop.now_us = 1200000;
	board_step(&b);
	assert_int_equal(b.stage, STAGE_DONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_it_fell_silent_at_is_told),
		cmocka_unit_test(
			test_that_the_interface_went_down_is_told_first),
		cmocka_unit_test(
			test_who_leaves_katapult_has_its_end_when_that_is_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
