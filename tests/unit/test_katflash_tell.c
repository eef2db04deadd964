// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/katflash/tell/tell.c tools/katflash/tell/tell_start.c tools/katflash/end.c
// needs: tools/katflash/file tools/shared/slots.c
/* What is said of a board whose flash holds the image, or does not. */
#include "../support/unit.h"

#include "../../tools/katflash/board.h"
#include "../../tools/katflash/tell/tell.h"

static struct loop loop;
static struct opts opts;
static struct wire wire = { .ifname = "can0" };
static struct firmware firmware = { .path = "klipper.bin" };

const char *board_place(const struct board *b)
{
	return b->wire->ifname;
}

static struct board board(enum stage stage, enum kcan_flash_verdict verdict,
			  enum kcan_flash_content content)
{
	return (struct board){ .opts = &opts,
			       .loop = &loop,
			       .wire = &wire,
			       .firmware = &firmware,
			       .stage = stage,
			       .result = { .verdict = verdict,
					   .content = content,
					   .written = 3 } };
}

static void test_where_all_is_there_only_the_start_is_missing(void **state)
{
	struct board b =
		board(STAGE_FLASH, KCAN_FLASH_PENDING, KCAN_FLASH_CONTENT_NEW);

	(void)state;
	end_lost(&b);
	assert_int_equal(b.end.outcome, KCAN_OUTCOME_NOT_STARTED);
	assert_string_equal(b.end.reason, "klipper.bin is in the flash, but "
					  "can0 went away before it was seen "
					  "to run");
	b = board(STAGE_FLASH, KCAN_FLASH_NODEID_LOST, KCAN_FLASH_CONTENT_NEW);
	end_flash(&b);
	assert_int_equal(b.end.outcome, KCAN_OUTCOME_NOT_STARTED);
}

static void test_where_it_is_not_the_flash_is_incomplete(void **state)
{
	struct board b =
		board(STAGE_FLASH, KCAN_FLASH_PENDING, KCAN_FLASH_CONTENT_NONE);

	(void)state;
	end_lost(&b);
	assert_int_equal(b.end.outcome, KCAN_OUTCOME_INCOMPLETE);
	b = board(STAGE_FLASH, KCAN_FLASH_NODEID_LOST, KCAN_FLASH_CONTENT_NONE);
	end_flash(&b);
	assert_int_equal(b.end.outcome, KCAN_OUTCOME_INCOMPLETE);
}

/* Who has not acknowledged COMPLETE was not left, for all that is known. */
static void
test_that_katapult_was_left_is_said_when_it_has_said_so(void **state)
{
	struct board b =
		board(STAGE_START, KCAN_FLASH_FLASHED, KCAN_FLASH_CONTENT_NEW);

	(void)state;
	end_start(&b, KCAN_RUNNING_SILENT);
	assert_null(strstr(b.end.reason, "Katapult was left"));
	b.result.completed = true;
	end_start(&b, KCAN_RUNNING_SILENT);
	assert_non_null(strstr(b.end.reason, "Katapult was left"));
}

/* That it runs is not said where nobody looked. */
static void test_what_was_not_waited_for_was_told_to_start(void **state)
{
	struct board b =
		board(STAGE_FLASH, KCAN_FLASH_SAME, KCAN_FLASH_CONTENT_NEW);

	(void)state;
	b.result.completed = true;
	end_flash(&b);
	end_unwaited(&b);
	assert_int_equal(b.end.outcome, KCAN_OUTCOME_SAME);
	assert_non_null(strstr(b.end.reason, "nothing was written; it was told "
					     "to start, and not waited for"));
	b.result.completed = false;
	end_flash(&b);
	end_unwaited(&b);
	assert_int_equal(b.end.outcome, KCAN_OUTCOME_NOT_STARTED);
	assert_string_equal(b.end.reason,
			    "klipper.bin is in the flash, but Katapult did not "
			    "acknowledge that it is to start it");
}

/* A version comes from a wire, and is printable by now: dict/find.h. */
static const struct other {
	const char *name, *version;
	const char *reason;
} others[] = {
	{ "another version is named", "v1",
	  "v1 answers, and not the v2 of klipper.bin, which is in the flash" },
	{ "another build of the same version is none of it", "v2",
	  "v2 answers, but another build than the v2 of klipper.bin, which is "
	  "in the flash" },
	{ "one that could not be read is not", NULL,
	  "a Klipper answers, but not the one of klipper.bin, which is in the "
	  "flash; its version could not be read" },
};

static void test_other(void **state)
{
	const struct other *row = *state;
	struct board b =
		board(STAGE_START, KCAN_FLASH_FLASHED, KCAN_FLASH_CONTENT_NEW);
	struct firmware mine = firmware;

	mine.dictionary =
		(struct kcan_image_dictionary){ .version = "v2", .len = 4000 };
	b.firmware = &mine;
	if (row->version) {
		b.other.len = 4000;
		snprintf(b.other.version, sizeof(b.other.version), "%s",
			 row->version);
	}
	end_start(&b, KCAN_RUNNING_OTHER);
	assert_int_equal(b.end.outcome, KCAN_OUTCOME_NOT_STARTED);
	assert_string_equal(b.end.reason, row->reason);
	assert_string_equal(b.end.next, "switch the board's power off and on, "
					"then compare: katflash --verify");
}

static void test_who_answered_twice_is_likely_two(void **state)
{
	struct board b = board(STAGE_ENTER, KCAN_FLASH_PENDING,
			       KCAN_FLASH_CONTENT_UNKNOWN);

	(void)state;
	end_unnamed(&b);
	assert_null(strstr(b.end.reason, "two boards"));
	b.twice = true;
	end_unnamed(&b);
	assert_int_equal(b.end.outcome, KCAN_OUTCOME_UNPROVEN);
	assert_string_equal(b.end.reason,
			    "Katapult answered twice what it was asked once, "
			    "and did not say on which chip it runs, so likely "
			    "two boards have this UUID; nothing was written");
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(others) + 5] = {
		cmocka_unit_test(
			test_where_all_is_there_only_the_start_is_missing),
		cmocka_unit_test(test_where_it_is_not_the_flash_is_incomplete),
		cmocka_unit_test(
			test_that_katapult_was_left_is_said_when_it_has_said_so),
		cmocka_unit_test(
			test_what_was_not_waited_for_was_told_to_start),
		cmocka_unit_test(test_who_answered_twice_is_likely_two),
	};
	size_t n = 5;

	ROWS(others, test_other);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
