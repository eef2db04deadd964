// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/canbootreq tools/canbus tools/shared
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
	{ "silent, as it was starting",
	  { .cause = CAUSE_SILENT, .request = REQUEST_HANDED_OVER },
	  3,
	  "112233445566: no-answer: no proof within 1.5 s: the request was "
	  "handed to the adapter, but no Katapult answered with this UUID\n",
	  "7. it was just starting, as after power-on or a reset, and heard no "
	  "request: ask again\n" },
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

/* Where the wrong UUID came from is not where the right one is. */
static void test_where_the_uuids_are(void **state)
{
	static const enum cause causes[] = { CAUSE_SILENT, CAUSE_LEAVE_SILENT,
					     CAUSE_NO_DIAGNOSIS,
					     CAUSE_BOTH_SILENT };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(causes); i++) {
		const char *next = words_of(causes[i])->next;

		assert_null(strstr(next, "printer.cfg"));
		assert_non_null(strstr(next, "{if} --listen, which sends "
					     "nothing"));
		assert_non_null(strstr(next, "--query lists the UUIDs of those "
					     "that have none, but it is a "
					     "broadcast that can throw nodes "
					     "off a bus in use"));
	}
}

/* What was not observed is said to be likely, or asked for with an "if". */
static void test_guesses_are_called_so(void **state)
{
	static const struct {
		enum cause cause;
		const char *guess;
	} guesses[] = {
		{ CAUSE_SILENT, "1. no Katapult on the MCU" },
		{ CAUSE_SILENT, "4. Klipper cannot start its Katapult" },
		{ CAUSE_BOTH_SILENT, "1. this UUID is not on" },
		{ CAUSE_UNCONFIRMED, "no other node acknowledges" },
		{ CAUSE_NOT_QUEUED, "no other node acknowledges" },
		{ CAUSE_WRONG_UUID, "two nodes share a nodeid" },
		{ CAUSE_APPLICATION_OTHER, "two nodes share a nodeid" },
		{ CAUSE_GARBLED, "frames get lost or mixed" },
		{ CAUSE_PERMISSION, "a sandbox" },
		{ CAUSE_BUS_OFF, "wrong bit rate" },
		{ CAUSE_USB_BACK, "2. something else has reset it" },
		{ CAUSE_USB_EMPTY, "3. it hangs" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(guesses); i++) {
		const char *next = words_of(guesses[i].cause)->next;
		const char *likely = strstr(next, "likely");
		const char *guess = strstr(next, guesses[i].guess);

		assert_non_null(likely);
		assert_non_null(guess);
		assert_true(likely < guess);
	}
}

static void test_all_sentences_fit(void **state)
{
	char text[SAY_SENTENCE_LEN];
	struct words_facts facts = complete(&(struct words_facts){
		.request = REQUEST_UNCONFIRMED, .bitrate_guessed = true });

	(void)state;
	facts.ifname = "can0123456789ab";
	memset(facts.others, 'x', sizeof(facts.others) - 1);
	memset(facts.detail, 'x', sizeof(facts.detail) - 1);
	memset(facts.port, 'x', sizeof(facts.port) - 1);
	memset(facts.usb.by_id, 'x', sizeof(facts.usb.by_id) - 1);
	for (int i = 0; i < CAUSE_COUNT; i++) {
		const struct words *words = words_of((enum cause)i);

		words_expand(text, words->reason, &facts);
		assert_in_range(strlen(text), 1, sizeof(text) - 2);
		words_expand(text, words->next, &facts);
		assert_in_range(strlen(text), 0, sizeof(text) - 2);
		words_expand(text, words->back, &facts);
		assert_in_range(strlen(text), 0, sizeof(text) - 2);
	}
}

int main(void)
{
	struct CMUnitTest
		tests[ARRAY_SIZE(later_rows) + ARRAY_SIZE(other_rows) + 4];
	size_t n = 0;

	ROWS(later_rows, test_later);
	ROWS(other_rows, test_end);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_first_call);
	tests[n++] =
		(struct CMUnitTest)cmocka_unit_test(test_where_the_uuids_are);
	tests[n++] =
		(struct CMUnitTest)cmocka_unit_test(test_guesses_are_called_so);
	tests[n++] =
		(struct CMUnitTest)cmocka_unit_test(test_all_sentences_fit);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
