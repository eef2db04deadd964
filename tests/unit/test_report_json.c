// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/canbootreq tools/canbus tools/shared
/* How ends, errors, nodes and dry runs are told as JSON. */
#include "report_canbootreq.h"

#include <signal.h>

#include <kcan/admin.h>

static const struct json_row json_rows[] = {
	{ "JSON of a proof",
	  { .cause = CAUSE_PROVEN,
	    .ifname = "can0",
	    .has_uuid = true,
	    .uuid = UUID,
	    .nodeid = 192,
	    .request = REQUEST_ACKNOWLEDGED,
	    .elapsed_us = 41999 },
	  "{\"schema\":1,\"uuid\":\"112233445566\",\"outcome\":"
	  "\"in-bootloader\",\"code\":0,\"reason\":\"Katapult answered on "
	  "can0 with this UUID\",\"interface\":\"can0\",\"nodeid\":192,"
	  "\"request\":\"acknowledged\",\"elapsed_ms\":41,\"next\":\"" NEXT
	  "\",\"next_argv\":[\"python3\",\"/home/pi/katapult/scripts/"
	  "flashtool.py\",\"-i\",\"can0\",\"-u\",\"112233445566\",\"-f\","
	  "\"/home/pi/klipper/out/klipper.bin\"],\"back\":\"" BACK
	  "\\nthat starts the application in it; without one it stays in "
	  "Katapult, which waits without a time limit\",\"back_argv\":["
	  "\"canbootreq\",\"-i\",\"can0\",\"--leave\",\"-u\","
	  "\"112233445566\"]}\n" },
	{ "JSON of what Katapult is",
	  { .cause = CAUSE_BLANK,
	    .leave = true,
	    .ifname = "can0",
	    .has_uuid = true,
	    .uuid = UUID,
	    .nodeid = 192,
	    .request = REQUEST_NONE,
	    .identified = true,
	    .katapult = IDENT },
	  "{\"schema\":1,\"uuid\":\"112233445566\",\"outcome\":"
	  "\"no-application\",\"code\":8,\"reason\":\"its flash holds no "
	  "application, so it was left in Katapult on can0 (stm32g0b1xx, "
	  "Katapult v0.0.1-109-g902f335, application at 0x08002000)\","
	  "\"interface\":\"can0\",\"nodeid\":192,\"request\":\"none\","
	  "\"katapult\":{\"mcu\":\"stm32g0b1xx\",\"version\":"
	  "\"v0.0.1-109-g902f335\",\"application_start\":\"0x08002000\"},"
	  "\"next\":\"flash one: " NEXT "\"}\n" },
	{ "JSON of a Katapult whose texts are no UTF-8, or missing",
	  { .cause = CAUSE_BLANK,
	    .ifname = "can0",
	    .has_uuid = true,
	    .uuid = UUID,
	    .identified = true,
	    .katapult = { .mcu = "\377\"\303", .app_start = 0x10004000 } },
	  "{\"schema\":1,\"uuid\":\"112233445566\",\"outcome\":"
	  "\"no-application\",\"code\":8,\"reason\":\"its flash holds no "
	  "application, so it was left in Katapult on can0 (?\\\"?, Katapult "
	  "of "
	  "unknown version, application at 0x10004000)\",\"interface\":"
	  "\"can0\",\"katapult\":{\"mcu\":\"?\\\"?\",\"application_start\":"
	  "\"0x10004000\"},\"next\":\"flash one: " NEXT "\"}\n" },
	{ "JSON with warnings, in one order",
	  { .cause = CAUSE_NACKED,
	    .ifname = "can0",
	    .has_uuid = true,
	    .uuid = UUID,
	    .nodeid = 193,
	    .request = REQUEST_HANDED_OVER,
	    .elapsed_us = 5000000,
	    .warnings = 1u << WARNING_NODEID_HELD | 1u << WARNING_FORCED },
	  "{\"schema\":1,\"uuid\":\"112233445566\",\"outcome\":\"unproven\","
	  "\"code\":7,\"reason\":\"Katapult answered NACK and then nothing; "
	  "the request was handed to the adapter\","
	  "\"interface\":\"can0\",\"nodeid\":193,\"request\":\"handed-over\","
	  "\"elapsed_ms\":5000,\"warnings\":[\"another program is flashing "
	  "over "
	  "can0; going on because of --force\",\"the node may still hold "
	  "nodeid 193, as it answered on it or handing it back was not "
	  "confirmed; a power cycle or "
	  "flashtool.py clears it\"],\"next\":\"likely its receiver is stuck, "
	  "and only a reset helps: switch the board's power off and on, then ask again\"}\n" },
	{ "JSON of an error before the first UUID",
	  { .cause = CAUSE_USAGE, .detail = "-u 'x' is wrong" },
	  "{\"schema\":1,\"outcome\":\"usage\",\"code\":2,\"reason\":\"-u 'x' "
	  "is wrong (see canbootreq --help)\"}\n" },
	{ "JSON of text that is no UTF-8",
	  { .cause = CAUSE_USAGE, .detail = "-u '\377\"' is wrong" },
	  "{\"schema\":1,\"outcome\":\"usage\",\"code\":2,\"reason\":\"-u "
	  "'?\\\"' is wrong (see canbootreq --help)\"}\n" },
	{ "JSON of a signal",
	  { .cause = CAUSE_INTERRUPTED,
	    .ifname = "can0",
	    .has_uuid = true,
	    .uuid = UUID,
	    .request = REQUEST_UNCONFIRMED,
	    .signal = SIGINT },
	  "{\"schema\":1,\"uuid\":\"112233445566\",\"outcome\":"
	  "\"interrupted\",\"code\":130,\"reason\":\"ended by SIGINT before "
	  "it was decided; the request is still queued, not confirmed\","
	  "\"interface\":\"can0\",\"request\":\"unconfirmed\"}\n" },
};

/* A program reads it: every end there is has to make an object. */
static void test_every_cause_makes_json_with_a_reason(void **state)
{
	(void)state;
	for (int i = 0; i < CAUSE_COUNT; i++) {
		const struct words_facts facts = complete(&(struct words_facts){
			.cause = (enum cause)i,
			.detail = "detail",
			.warnings = (1u << WARNING_COUNT) - 1 });
		const char *at;
		struct capture c;

		capture_open(&c, true);
		report_end(&c.report, &facts);
		capture_end(&c);
		assert_memory_equal(c.out, "{\"schema\":1,", 12);
		assert_non_null(strstr(c.out, "\"reason\":\""));
		/* no slot was left: a brace opens an object */
		for (at = strchr(c.out, '{'); at; at = strchr(at + 1, '{'))
			assert_int_equal(at[1], '"');
		capture_free(&c);
	}
}

static void test_query_answers_in_json(void **state)
{
	const struct kcan_uuid uuid = UUID;
	struct capture c;

	(void)state;
	capture_open(&c, true);
	report_node(&c.report, "can0", &uuid, KCAN_ADMIN_APP_KATAPULT, false);
	report_node(&c.report, "can0", &uuid, 0, false);
	capture_end(&c);
	assert_string_equal(
		c.out,
		"{\"schema\":1,\"uuid\":\"112233445566\",\"application\":"
		"\"katapult\",\"interface\":\"can0\"}\n"
		"{\"schema\":1,\"uuid\":\"112233445566\",\"application\":"
		"\"unknown\",\"interface\":\"can0\"}\n");
	capture_free(&c);
}

static void test_dry_run_in_json(void **state)
{
	const struct kcan_uuid uuid = UUID;
	struct capture c;

	(void)state;
	capture_open(&c, true);
	report_dry_run(&c.report, &uuid);
	capture_end(&c);
	assert_string_equal(c.out, "{\"schema\":1,\"uuid\":\"112233445566\","
				   "\"frame\":\"3F0#02112233445566\"}\n");
	capture_free(&c);
}

/* As when memory runs out: no object is no success. */
static char *no_text(const json_t *value, size_t flags)
{
	(void)value;
	(void)flags;
	return NULL;
}

static void test_json_that_cannot_be_made_is_an_error(void **state)
{
	const struct words_facts facts =
		complete(&(struct words_facts){ .cause = CAUSE_PROVEN });
	struct capture c;

	(void)state;
	capture_open(&c, true);
	c.report.lib.dumps = no_text;
	report_end(&c.report, &facts);
	assert_int_equal(report_close(&c.report), 1);
	capture_end(&c);
	assert_string_equal(c.out, "");
	assert_string_equal(c.err, "canbootreq: results could not be written: "
				   "Cannot allocate memory; stop other "
				   "programs\n");
	capture_free(&c);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(json_rows) + 4] = {
		cmocka_unit_test(test_every_cause_makes_json_with_a_reason),
		cmocka_unit_test(test_query_answers_in_json),
		cmocka_unit_test(test_dry_run_in_json),
		cmocka_unit_test(test_json_that_cannot_be_made_is_an_error),
	};
	size_t n = 4;

	ROWS(json_rows, test_end_in_json);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
