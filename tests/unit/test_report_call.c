// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/canbootreq tools/canbus tools/shared
/* What a call of canbootreq tells: of several UUIDs together, of nodes, of a dry run. */
#include "report_canbootreq.h"

#include <kcan/admin.h>

static void test_query_answers(void **state)
{
	const struct kcan_uuid uuid = UUID;
	struct capture c;

	(void)state;
	capture_open(&c, false);
	report_node(&c.report, "can0", &uuid, KCAN_ADMIN_APP_KLIPPER, false);
	report_node(&c.report, "can0", &uuid, KCAN_ADMIN_APP_KATAPULT, false);
	report_node(&c.report, "can0", &uuid, 0x77, false);
	capture_end(&c);
	assert_string_equal(c.out, "112233445566: Klipper\n"
				   "112233445566: Katapult\n"
				   "112233445566: an unknown program\n");
	capture_free(&c);
}

static void test_dry_run(void **state)
{
	const struct kcan_uuid uuid = UUID;
	struct capture c;

	(void)state;
	capture_open(&c, false);
	report_dry_run(&c.report, &uuid);
	capture_end(&c);
	assert_string_equal(c.out, "3F0#02112233445566\n");
	capture_free(&c);
}

static void test_the_highest_code_wins(void **state)
{
	const struct words_facts silent =
		complete(&(struct words_facts){ .cause = CAUSE_SILENT });
	const struct words_facts proven =
		complete(&(struct words_facts){ .cause = CAUSE_PROVEN });
	struct capture c;

	(void)state;
	capture_open(&c, false);
	report_end(&c.report, &proven);
	report_end(&c.report, &silent);
	report_end(&c.report, &proven);
	assert_int_equal(report_close(&c.report), 3);
	capture_end(&c);
	capture_free(&c);
}

static void test_advice_is_given_once_for_many_uuids(void **state)
{
	const struct words_facts facts =
		complete(&(struct words_facts){ .cause = CAUSE_SILENT });
	struct capture c;
	char *first;

	(void)state;
	capture_open(&c, false);
	report_end(&c.report, &facts);
	report_end(&c.report, &facts);
	capture_end(&c);
	first = strstr(c.err, "likely reasons");
	assert_non_null(first);
	assert_null(strstr(first + 1, "likely reasons"));
	capture_free(&c);
}

static void test_a_bus_warning_is_told_once(void **state)
{
	const struct words_facts facts = complete(&(struct words_facts){
		.cause = CAUSE_PROVEN,
		.warnings = 1u << WARNING_KLIPPER_HOST });
	struct capture c;
	char *first;

	(void)state;
	capture_open(&c, false);
	report_warning(&c.report, WARNING_KLIPPER_HOST, &facts);
	report_end(&c.report, &facts);
	capture_end(&c);
	first = strstr(c.err, "a Klipper host has nodes open on can0");
	assert_non_null(first);
	assert_null(strstr(first + 1, "a Klipper host"));
	capture_free(&c);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_query_answers),
		cmocka_unit_test(test_dry_run),
		cmocka_unit_test(test_the_highest_code_wins),
		cmocka_unit_test(test_advice_is_given_once_for_many_uuids),
		cmocka_unit_test(test_a_bus_warning_is_told_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
