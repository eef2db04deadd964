// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/canbootreq tools/canbus tools/shared
#include "report_canbootreq.h"

#define APPLICATION                                                  \
	{                                                            \
		.version = "v0.12.0-1-gabcdef", .mcu = "stm32g0b1xx" \
	}

static const struct end_row end_rows[] = {
	{ "silent, and why Klipper was not asked",
	  { .cause = CAUSE_NO_DIAGNOSIS,
	    .request = REQUEST_HANDED_OVER,
	    .detail = "Klipper was not asked" },
	  3,
	  "112233445566: no-answer: no proof within 1.5 s: the request was "
	  "handed to the adapter, but no Katapult answered with this UUID; "
	  "Klipper was not asked\n",
	  "" },
	{ "Klipper was silent, too: what was tried is told",
	  { .cause = CAUSE_BOTH_SILENT,
	    .request = REQUEST_HANDED_OVER,
	    .asked = 65,
	    .warnings = 1u << WARNING_TAKEN },
	  3,
	  "112233445566: no-answer: no proof within 1.5 s: the request was "
	  "handed to the adapter, but neither Katapult nor Klipper answered "
	  "with this UUID (Klipper was asked on nodeid 65)\n",
	  "canbootreq: warning: asking Klipper gives a node that runs it "
	  "nodeid 65: a Klipper host that was using the node has lost it, "
	  "shuts down within seconds and ends its print; restart that host to "
	  "take the node back\ncanbootreq: likely reasons, likeliest first:\n"
	  "canbootreq:   1. this UUID is not on can0" },
	{ "Klipper still runs, and why",
	  { .cause = CAUSE_APPLICATION,
	    .request = REQUEST_HANDED_OVER,
	    .asked = 65,
	    .application = APPLICATION },
	  4,
	  "112233445566: still-application: Klipper v0.12.0-1-gabcdef runs on "
	  "it and reported this UUID on nodeid 65; the request was handed to "
	  "the "
	  "adapter; an MCU of its type (stm32g0b1xx) ignores the request "
	  "unless Katapult lies in front of Klipper or Klipper was built for "
	  "USB\n",
	  "canbootreq: next: by likely reasons, likeliest first:\n"
	  "canbootreq:   1. no Katapult on it: put it there once, over USB "
	  "(DFU) or with a debug probe, and build Klipper with the offset for "
	  "it\n"
	  "canbootreq:   2. Klipper was built without the offset of its "
	  "Katapult: press reset twice within half a second, for which most "
	  "Katapults stay, then ask again, and flash one that was built with "
	  "it\n"
	  "canbootreq: back: sudo systemctl restart klipper\n"
	  "canbootreq:   that gives the node back the nodeid" },
	{ "an RP2040 in Klipper",
	  { .cause = CAUSE_APPLICATION,
	    .request = REQUEST_ACKNOWLEDGED,
	    .asked = 66,
	    .application = { .version = "v1", .mcu = "rp2040" } },
	  4,
	  "112233445566: still-application: Klipper v1 runs on it and reported "
	  "this UUID on nodeid 66; the request was acknowledged on the bus; "
	  "an MCU of its type (rp2040) leaves Klipper whenever it gets the "
	  "request\n",
	  "canbootreq: next: by likely reasons, likeliest first:\n"
	  "canbootreq:   1. the request was lost: look at the error counters "
	  "of the bus, then ask again\n"
	  "canbootreq:   2. something has started Klipper again: ask again\n" },
	{ "Klipper that did not tell its UUID",
	  { .cause = CAUSE_APPLICATION_UNREAD,
	    .request = REQUEST_HANDED_OVER,
	    .asked = 65,
	    .detail = "its dictionary could not be read" },
	  4,
	  "112233445566: still-application: Klipper of unknown version "
	  "answered on nodeid 65, which only this UUID was given, but its "
	  "dictionary could not be read; the request was handed to the "
	  "adapter; an MCU of its type (unknown) is not known here; most "
	  "ignore the request without Katapult\n",
	  "" },
	{ "a version that is no text is printable here",
	  { .cause = CAUSE_APPLICATION,
	    .asked = 65,
	    .application = { .version = "\033[2J\303\244", .mcu = "a\nb" } },
	  4,
	  "112233445566: still-application: Klipper ?[2J?? runs on it and "
	  "reported this UUID on nodeid 65; nothing was sent; an MCU of its "
	  "type "
	  "(a?b) is not known here; most ignore the request without "
	  "Katapult\n",
	  "" },
	{ "Klipper with another UUID",
	  { .cause = CAUSE_APPLICATION_OTHER,
	    .request = REQUEST_HANDED_OVER,
	    .asked = 65,
	    .other = { { 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff } } },
	  3,
	  "112233445566: no-answer: no proof within 1.5 s: the request was "
	  "handed to the adapter, but no Katapult answered with this UUID; "
	  "on nodeid 65 Klipper answered with UUID aabbccddeeff\n",
	  "canbootreq: likely two nodes share a nodeid: " },
};

static void test_json(void **state)
{
	struct words_facts facts = complete(&(struct words_facts){
		.cause = CAUSE_APPLICATION,
		.asked = 65,
		.request = REQUEST_HANDED_OVER,
		.application = { .version = "v1", .mcu = "rp2040" } });
	struct capture c;

	(void)state;
	capture_open(&c, true);
	report_end(&c.report, &facts);
	assert_int_equal(report_close(&c.report), 4);
	capture_end(&c);
	assert_string_equal(
		c.out,
		"{\"schema\":1,\"uuid\":\"112233445566\",\"outcome\":"
		"\"still-application\",\"code\":4,\"reason\":\"Klipper v1 runs "
		"on "
		"it and reported this UUID on nodeid 65; the request was "
		"handed to the "
		"adapter; an MCU of its type (rp2040) leaves Klipper whenever "
		"it gets the request\",\"interface\":\"can0\",\"nodeid\":192,"
		"\"request\":\"handed-over\",\"application\":{\"mcu\":\"rp2040\","
		"\"version\":\"v1\",\"nodeid\":65},\"next\":\"by likely "
		"reasons, likeliest first:\\n1. the request was lost: look at "
		"the error counters of the bus, then ask again\\n2. something "
		"has started Klipper again: ask again\",\"back\":\"sudo "
		"systemctl "
		"restart klipper\\nthat gives the node back the nodeid that "
		"its Klipper host uses\",\"back_argv\":[\"sudo\","
		"\"systemctl\",\"restart\",\"klipper\"]}\n");
	capture_free(&c);
}

static void test_json_of_a_short_version(void **state)
{
	struct words_facts facts = complete(&(struct words_facts){
		.cause = CAUSE_APPLICATION,
		.asked = 65,
		.application = { .version = "1", .mcu = "2" } });
	struct capture c;

	(void)state;
	capture_open(&c, true);
	report_end(&c.report, &facts);
	capture_end(&c);
	assert_non_null(strstr(c.out, ",\"application\":{\"mcu\":\"2\","
				      "\"version\":\"1\",\"nodeid\":65},"));
	capture_free(&c);
}

static void test_json_without_texts(void **state)
{
	struct words_facts facts = complete(&(struct words_facts){
		.cause = CAUSE_APPLICATION_UNREAD, .asked = 70 });
	struct capture c;

	(void)state;
	capture_open(&c, true);
	report_end(&c.report, &facts);
	capture_end(&c);
	assert_non_null(strstr(c.out, ",\"application\":{\"nodeid\":70},"));
	capture_free(&c);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(end_rows) + 3] = {
		cmocka_unit_test(test_json_of_a_short_version),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_json_without_texts),
	};
	size_t n = 3;

	ROWS(end_rows, test_end);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
