// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/wire/confinement.c
#include "../../support/unit.h"

#include "../../../sim/canmcu/wire/confinement.h"

/* ISO 11898-1, fault confinement: so many times each, in this order. */
static const struct course {
	const char *name;
	struct {
		void (*rule)(struct confinement *c);
		unsigned int times;
	} steps[4];
	struct confinement want;
	enum confinement_state state;
} courses[] = {
	{ "after a reset", {}, { 0, 0 }, CONFINEMENT_ACTIVE },
	{ "success does not go below zero",
	  { { confinement_tx_ok, 1 }, { confinement_rx_ok, 1 } },
	  { 0, 0 },
	  CONFINEMENT_ACTIVE },
	{ "11 transmit errors are no warning",
	  { { confinement_tx_error, 11 } },
	  { 88, 0 },
	  CONFINEMENT_ACTIVE },
	{ "who saw 14 errors before all others is not passive yet",
	  { { confinement_rx_error_first, 14 } },
	  { 0, 126 },
	  CONFINEMENT_WARNING },
	{ "15 of them make error-passive, and it stays at 255",
	  { { confinement_rx_error_first, 15 },
	    { confinement_rx_error_first, 14 } },
	  { 0, 255 },
	  CONFINEMENT_PASSIVE },
	{ "12 transmit errors are a warning",
	  { { confinement_tx_error, 12 } },
	  { 96, 0 },
	  CONFINEMENT_WARNING },
	{ "a frame sent takes the warning back",
	  { { confinement_tx_error, 12 }, { confinement_tx_ok, 1 } },
	  { 95, 0 },
	  CONFINEMENT_ACTIVE },
	{ "15 transmit errors are not passive yet",
	  { { confinement_tx_error, 15 } },
	  { 120, 0 },
	  CONFINEMENT_WARNING },
	{ "16 transmit errors make error-passive",
	  { { confinement_tx_error, 16 } },
	  { 128, 0 },
	  CONFINEMENT_PASSIVE },
	{ "127 is error-active again",
	  { { confinement_tx_error, 16 }, { confinement_tx_ok, 1 } },
	  { 127, 0 },
	  CONFINEMENT_WARNING },
	{ "31 transmit errors are not bus-off yet",
	  { { confinement_tx_error, 31 } },
	  { 248, 0 },
	  CONFINEMENT_PASSIVE },
	{ "255 is not bus-off",
	  { { confinement_tx_error, 31 },
	    { confinement_tx_ok, 1 },
	    { confinement_tx_error, 1 } },
	  { 255, 0 },
	  CONFINEMENT_PASSIVE },
	{ "32 transmit errors make bus-off",
	  { { confinement_tx_error, 32 } },
	  { 256, 0 },
	  CONFINEMENT_BUS_OFF },
	{ "bus-off at the highest count",
	  { { confinement_tx_error, 31 },
	    { confinement_tx_ok, 1 },
	    { confinement_tx_error, 9 } },
	  { 263, 0 },
	  CONFINEMENT_BUS_OFF },
	{ "nothing counts in bus-off",
	  { { confinement_tx_error, 33 },
	    { confinement_tx_ok, 9 },
	    { confinement_rx_error, 9 },
	    { confinement_rx_ok, 9 } },
	  { 256, 0 },
	  CONFINEMENT_BUS_OFF },
	{ "receive errors are kept in bus-off",
	  { { confinement_rx_error, 3 },
	    { confinement_tx_error, 32 },
	    { confinement_rx_ok, 1 } },
	  { 256, 3 },
	  CONFINEMENT_BUS_OFF },
	{ "the end of bus-off is like a reset",
	  { { confinement_rx_error, 3 },
	    { confinement_tx_error, 32 },
	    { confinement_reset, 1 } },
	  { 0, 0 },
	  CONFINEMENT_ACTIVE },
	{ "96 receive errors are a warning",
	  { { confinement_rx_error, 96 } },
	  { 0, 96 },
	  CONFINEMENT_WARNING },
	{ "127 receive errors are not passive yet",
	  { { confinement_rx_error, 127 } },
	  { 0, 127 },
	  CONFINEMENT_WARNING },
	{ "128 receive errors make error-passive",
	  { { confinement_rx_error, 128 } },
	  { 0, 128 },
	  CONFINEMENT_PASSIVE },
	{ "receive errors never make bus-off",
	  { { confinement_rx_error, 1000 } },
	  { 0, 255 },
	  CONFINEMENT_PASSIVE },
	{ "one frame heard ends passive by receive errors",
	  { { confinement_rx_error, 200 }, { confinement_rx_ok, 1 } },
	  { 0, 120 },
	  CONFINEMENT_WARNING },
	{ "frames heard count down by one",
	  { { confinement_rx_error, 127 }, { confinement_rx_ok, 27 } },
	  { 0, 100 },
	  CONFINEMENT_WARNING },
	{ "either counter alone makes error-passive",
	  { { confinement_rx_error, 128 },
	    { confinement_tx_error, 16 },
	    { confinement_rx_ok, 1 } },
	  { 128, 120 },
	  CONFINEMENT_PASSIVE },
};

static void test_course(void **state)
{
	const struct course *course = *state;
	struct confinement c = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(course->steps); i++)
		for (unsigned int n = 0; n < course->steps[i].times; n++)
			course->steps[i].rule(&c);
	assert_int_equal(c.tec, course->want.tec);
	assert_int_equal(c.rec, course->want.rec);
	assert_int_equal(confinement_state(&c), course->state);
}

/* what Klipper tells as its counters: klipper-mcu-protocol.md, section 9.1 */
static void test_totals_only_grow(void **state)
{
	struct confinement c = { 0 };

	(void)state;
	for (int i = 0; i < 300; i++)
		confinement_rx_error(&c);
	for (int i = 0; i < 40; i++)
		confinement_tx_error(&c);
	confinement_rx_ok(&c);
	/* nothing counts in bus-off */
	assert_int_equal(c.tx_errors, 32);
	assert_int_equal(c.rx_errors, 300);
	confinement_reset(&c);
	assert_int_equal(c.tx_errors, 32);
	assert_int_equal(c.rx_errors, 300);
	confinement_tx_error(&c);
	confinement_tx_ok(&c);
	assert_int_equal(c.tx_errors, 33);
}

static void test_names_are_those_that_linux_shows(void **state)
{
	static const char *const names[] = { "error-active", "error-warning",
					     "error-passive", "bus-off" };

	(void)state;
	assert_int_equal(ARRAY_SIZE(names), CONFINEMENT_STATE_COUNT);
	for (int i = 0; i < CONFINEMENT_STATE_COUNT; i++)
		assert_string_equal(confinement_state_name(i), names[i]);
}

int main(void)
{
	static struct CMUnitTest tests[ARRAY_SIZE(courses) + 2] = {
		cmocka_unit_test(test_totals_only_grow),
		cmocka_unit_test(test_names_are_those_that_linux_shows),
	};
	size_t n = 2;

	ROWS(courses, test_course);
	return _cmocka_run_group_tests("confinement", tests, n, NULL, NULL);
}
