// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/canbootreq tools/shared
/* The reasons for silence: what cannot be told apart is named, with its remedy. */
#include "report_canbootreq.h"

#define POWER "switch the board's power off and on, then ask again"
#define STUCK                                                               \
	"its Katapult is stuck, as after a flash or a call that broke off " \
	"inside a block: " POWER

/* A receiver that is stuck answers with one NACK, and never again. */
static void test_first_call(void **state)
{
	const struct words_facts facts =
		complete(&(struct words_facts){ .cause = CAUSE_NACKED });
	struct capture c;

	(void)state;
	capture_open(&c, false);
	report_end(&c.report, &facts);
	capture_end(&c);
	assert_non_null(strstr(c.err, POWER));
	capture_free(&c);
}

static const struct later_row {
	const char *name;
	struct words_facts facts;
} later_rows[] = {
	{ "a stuck Katapult, asked again",
	  { .cause = CAUSE_SILENT, .request = REQUEST_HANDED_OVER } },
	{ "a stuck Katapult, asked again with --leave",
	  { .cause = CAUSE_LEAVE_SILENT, .leave = true } },
	{ "a stuck Katapult, with --diagnose",
	  { .cause = CAUSE_BOTH_SILENT, .asked = 65 } },
	{ "a stuck Katapult, when Klipper could not be asked",
	  { .cause = CAUSE_NO_DIAGNOSIS, .detail = "why" } },
};

static void test_later(void **state)
{
	const struct later_row *row = *state;
	const struct words_facts facts = complete(&row->facts);
	struct capture text, json;

	capture_open(&text, false);
	report_end(&text.report, &facts);
	assert_int_equal(report_close(&text.report), 3);
	capture_end(&text);
	assert_non_null(strstr(text.err, STUCK "\n"));
	capture_open(&json, true);
	report_end(&json.report, &facts);
	capture_end(&json);
	assert_non_null(strstr(json.out, STUCK));
	capture_free(&text);
	capture_free(&json);
}

static const struct end_row other_rows[] = {
	{ "silent, and another interface is up",
	  { .cause = CAUSE_SILENT,
	    .request = REQUEST_HANDED_OVER,
	    .others = "can1 can2" },
	  3,
	  "112233445566: no-answer: no proof within 1.5 s: the request was "
	  "handed to the adapter, but no Katapult answered with this UUID\n",
	  "; up, too, and to be named with -i: can1 can2\n" },
	{ "silent with --leave, and another interface is up",
	  { .cause = CAUSE_LEAVE_SILENT,
	    .leave = true,
	    .request = REQUEST_NONE,
	    .others = "can1" },
	  3,
	  "112233445566: no-answer: no Katapult answered with this UUID on "
	  "can0 within 1.5 s; nothing was started\n",
	  "; up, too, and to be named with -i: can1\n" },
	{ "both silent, and another interface is up",
	  { .cause = CAUSE_BOTH_SILENT,
	    .request = REQUEST_HANDED_OVER,
	    .asked = 65,
	    .others = "can1" },
	  3,
	  "112233445566: no-answer: no proof within 1.5 s: the request was "
	  "handed to the adapter, but neither Katapult nor Klipper answered "
	  "with this UUID (Klipper was asked on nodeid 65)\n",
	  "; up, too, and to be named with -i: can1\n" },
};

int main(void)
{
	struct CMUnitTest
		tests[ARRAY_SIZE(later_rows) + ARRAY_SIZE(other_rows) + 1];
	size_t n = 0;

	ROWS(later_rows, test_later);
	ROWS(other_rows, test_end);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_first_call);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
