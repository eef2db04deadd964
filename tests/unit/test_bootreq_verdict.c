// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* What an integrator may say of a verdict without a table of his own. */
#include "../support/unit.h"

#include <string.h>

#include <kcan/bootreq.h>
#include <kcan/version.h>

/* Outcomes as canbootreq has them: its man page, EXIT STATUS. */
static const struct verdict_row {
	const char *name;
	enum kcan_bootreq_verdict verdict;
	int code;
	const char *outcome;
} verdicts[] = {
	{ "pending", KCAN_BOOTREQ_PENDING, 1, "local-error" },
	{ "proven", KCAN_BOOTREQ_PROVEN, 0, "in-bootloader" },
	{ "requested", KCAN_BOOTREQ_REQUESTED, 0, "requested" },
	{ "silent", KCAN_BOOTREQ_SILENT, 3, "no-answer" },
	{ "not-queued", KCAN_BOOTREQ_NOT_QUEUED, 5, "not-sent" },
	{ "unconfirmed", KCAN_BOOTREQ_UNCONFIRMED, 5, "not-sent" },
	{ "no-nodeid", KCAN_BOOTREQ_NO_NODEID, 6, "busy" },
	{ "nodeid-taken", KCAN_BOOTREQ_NODEID_TAKEN, 6, "busy" },
	{ "wrong-uuid", KCAN_BOOTREQ_WRONG_UUID, 7, "unproven" },
	{ "nacked", KCAN_BOOTREQ_NACKED, 7, "unproven" },
	{ "refused", KCAN_BOOTREQ_REFUSED, 7, "unproven" },
	{ "garbled", KCAN_BOOTREQ_GARBLED, 7, "unproven" },
	{ "aborted", KCAN_BOOTREQ_ABORTED, 128, "interrupted" },
	{ "left", KCAN_BOOTREQ_LEFT, 0, "left-bootloader" },
	{ "blank", KCAN_BOOTREQ_BLANK, 8, "no-application" },
	{ "unanswered", KCAN_BOOTREQ_UNANSWERED, 7, "unproven" },
	{ "stayed", KCAN_BOOTREQ_STAYED, 7, "unproven" },
	{ "unsure", KCAN_BOOTREQ_UNSURE, 7, "unproven" },
};

static void test_name_outcome_and_sentence(void **state)
{
	const struct verdict_row *row = *state;
	const char *text = kcan_bootreq_verdict_text(row->verdict);
	const struct kcan_outcome_info *info;

	info = kcan_outcome_get(kcan_bootreq_outcome(row->verdict));
	assert_string_equal(info->name, row->outcome);
	assert_int_equal(info->code, row->code);
	assert_string_equal(kcan_bootreq_verdict_name(row->verdict), row->name);
	assert_in_range(strlen(text), 30, 200);
	assert_null(strpbrk(text, "\n%{}"));
	assert_int_not_equal(text[strlen(text) - 1], '.');
}

/* One that is stuck answers NACK once, and then it is silent. */
static void test_a_stuck_katapult_has_one_remedy(void **state)
{
	(void)state;
	assert_non_null(strstr(kcan_bootreq_verdict_text(KCAN_BOOTREQ_NACKED),
			       "power off and on"));
	assert_non_null(strstr(kcan_bootreq_verdict_text(KCAN_BOOTREQ_SILENT),
			       "power off and on"));
}

static void test_no_verdict_is_missing_here(void **state)
{
	const int last = KCAN_BOOTREQ_UNSURE;

	(void)state;
	assert_int_equal(ARRAY_SIZE(verdicts), last + 1);
	for (int i = 0; i <= last; i++)
		assert_int_equal(verdicts[i].verdict, i);
}

static void test_what_is_no_verdict_reads_as_pending(void **state)
{
	const int numbers[] = { -1, KCAN_BOOTREQ_UNSURE + 1, 1000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		enum kcan_bootreq_verdict none =
			(enum kcan_bootreq_verdict)numbers[i];

		assert_string_equal(kcan_bootreq_verdict_name(none), "pending");
		assert_int_equal(kcan_bootreq_outcome(none),
				 KCAN_OUTCOME_LOCAL_ERROR);
	}
}

static void test_verdict_of_an_exchange(void **state)
{
	const struct kcan_bootreq_cfg cfg = {
		.timeout_us = 1000000,
		.goal = KCAN_BOOTREQ_GOAL_REQUEST,
	};
	const struct kcan_uuid uuid = { { 1, 2, 3, 4, 5, 6 } };
	struct kcan_bootreq *req;
	struct can_frame frame;

	(void)state;
	assert_int_equal(kcan_bootreq_new(&req, &uuid, &cfg, 1000), 0);
	assert_int_equal(kcan_bootreq_verdict(req), KCAN_BOOTREQ_PENDING);
	assert_true(kcan_bootreq_tx(req, &frame, 1000));
	kcan_bootreq_sent(req, 2000);
	assert_int_equal(kcan_bootreq_verdict(req), KCAN_BOOTREQ_REQUESTED);
	kcan_bootreq_free(req);
}

static void test_library_has_the_version_of_its_headers(void **state)
{
	(void)state;
	assert_string_equal(kcan_version(), KCAN_VERSION);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(verdicts) + 5];
	size_t n = 0;

	ROWS(verdicts, test_name_outcome_and_sentence);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(
		test_a_stuck_katapult_has_one_remedy);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(
		test_no_verdict_is_missing_here);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(
		test_what_is_no_verdict_reads_as_pending);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(
		test_verdict_of_an_exchange);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(
		test_library_has_the_version_of_its_headers);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
