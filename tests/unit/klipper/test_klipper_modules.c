// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu
/*
 * The contract of klipper/klipper.h, with a module made for it. Sections are
 * those of klipper-mcu-protocol.md.
 */
#include "lamp.h"

static const struct story stories[] = {
	{ "an oid without allocate_oids", { { CONFIG "00", "120009 ack" } } },
	{ "an oid out of range",
	  { { "0402" CONFIG "01", "ack" }, { CONFIG "02", "120009 ack" } } },
	{ "an oid twice",
	  { { "0402" CONFIG "00" CONFIG "00", "120009 ack" } } },
	{ "an oid after finalize_config",
	  { { "04020301" CONFIG "00", "120009 ack" } } },
	{ "an oid that was never configured",
	  { { "0402" SWITCH "0000", "12000a ack" } } },
	{ "an oid whose configuration failed is of no use, and not free",
	  { { "0405" CONFIG "04", "120016 ack" },
	    { "08", "ack" },
	    { SWITCH "0464", "120e0a ack", 14 },
	    { "08", "ack" },
	    { CONFIG "04", "121c09 ack", 14 } } },
	{ "an oid is cut to 8 bits",
	  { { "0402" CONFIG "8200", "ack" }, { SWITCH "008064", "ack" } } },
	{ "a timer fires at its clock",
	  { { "0402" CONFIG "00" SWITCH "008064", "ack" },
	    { "", "", 99 },
	    { "", STATE "008064", 1 } } },
	{ "timers fire in the order of their clocks",
	  { { "0402" CONFIG "00" CONFIG "01", "ack" },
	    { SWITCH "0040" SWITCH "0120", "ack" },
	    { "", STATE "0120 " STATE "0040", 64 } } },
	{ "equal clocks fire in the order they were set",
	  { { "0402" CONFIG "00" CONFIG "01", "ack" },
	    { SWITCH "0140" SWITCH "0040", "ack" },
	    { "", STATE "0140 " STATE "0040", 64 } } },
	{ "a timer is moved",
	  { { "0402" CONFIG "00" SWITCH "0020" SWITCH "0040", "ack" },
	    { "", "", 32 },
	    { "", STATE "0040", 32 } } },
	{ "a clock before the start",
	  { { "0402" CONFIG "00", "ack" },
	    { SWITCH "0064", "120a11 ack", 10 } } },
	{ "a clock in the past",
	  { { "0402" CONFIG "00", "ack" },
	    { SWITCH "0005", "120a11 ack", 10 } } },
	{ "a timer shuts down with its module's reason",
	  { { "0403" CONFIG "02" SWITCH "0220", "ack" },
	    { "", STATE "0220 122015", 32 },
	    { SWITCH "0240", "1315 ack" } } },
	{ "a shutdown stops timers",
	  { { "0402" CONFIG "00" SWITCH "0020", "ack" },
	    { "07", "120002 ack" },
	    { "", "", 1000 },
	    { "08", "ack" },
	    { "", "", 1000 } } },
	{ "a task goes on in shutdown",
	  { { "0404" CONFIG "03" SWITCH "0320", "ack" },
	    { "07", "120002 ack" },
	    { "", STATE "0320", 32 } } },
	{ "a task ends with the configuration",
	  { { "0404" CONFIG "03" SWITCH "0320", "ack" },
	    { "07", "120002 ack" },
	    { "18", "ack" },
	    { "", "", 32 } } },
	{ "a module's state is counted and forgotten",
	  { { "0402" CONFIG "00" CONFIG "01", "ack" },
	    { COUNT, STATE "0200 ack" },
	    { "07", "120002 ack" },
	    { COUNT, STATE "0200 ack" },
	    { "18", "ack" },
	    { COUNT, STATE "0000 ack" } } },
	{ "stats go on when the configuration is forgotten",
	  { { "07", "120002 ack" },
	    { "18", "ack" },
	    { "",
	      "1180668f788"
	      "14c",
	      5000000 } } },
};

static void test_story(void **state)
{
	const struct story *story = *state;
	struct host h;

	start(&h);
	for (size_t i = 0; i < STORY_STEPS && story->steps[i].say; i++)
		story_play(&h, &story->steps[i]);
	host_end(&h);
}

/* of another kind than the command wants: section 10 */
static void test_the_wrong_kind_of_oid(void **state)
{
	struct host h;
	struct klipper *k;
	void *object;

	(void)state;
	start(&h);
	host_ask(&h, "0402");
	k = mcu_object(&h.board.mcu);
	assert_null(klipper_oid_new(k, 1, &other_kind, &object));
	assert_ptr_equal(klipper_oid_find(k, 1, &other_kind), object);
	assert_null(klipper_oid_find(k, 1, &lamp_kind));
	assert_string_equal(host_ask(&h, SWITCH "0100"), "12000a ack");
	host_end(&h);
}

static void test_shutdown_turns_lamps_off(void **state)
{
	struct host h;
	struct lamp *lamp;

	(void)state;
	start(&h);
	host_ask(&h, "0401" CONFIG "00" SWITCH "0001");
	host_wait(&h, 1);
	lamp = klipper_oid_find(mcu_object(&h.board.mcu), 0, &lamp_kind);
	assert_true(lamp->on);
	host_ask(&h, "07");
	assert_false(lamp->on);
	host_end(&h);
}

/* section 13.1 is about objects that were made */
static void test_what_failed_is_called_no_more(void **state)
{
	struct host h;
	struct lamp *lamp;
	struct klipper *k;

	(void)state;
	start(&h);
	host_ask(&h, "0405" CONFIG "04");
	k = mcu_object(&h.board.mcu);
	lamp = k->config.oids[4].object;
	lamp->on = true;
	assert_int_equal(mcu_put_pin(&h.board.mcu, 4, 0.5F, h.board.now_us), 0);
	assert_true(lamp->seen == 0);
	host_ask(&h, "08");
	host_ask(&h, "07");
	assert_true(lamp->on);
	host_end(&h);
}

static void test_hands_on_a_pin_are_felt(void **state)
{
	struct host h;
	struct lamp *lamp;

	(void)state;
	start(&h);
	host_ask(&h, "0402" CONFIG "01");
	lamp = klipper_oid_find(mcu_object(&h.board.mcu), 1, &lamp_kind);
	assert_int_equal(mcu_put_pin(&h.board.mcu, 1, 0.5F, h.board.now_us), 0);
	assert_true(lamp->seen == 0.5F);
	host_end(&h);
}

/* section 10, step 6: all queues share them */
static void test_moves_are_counted(void **state)
{
	struct klipper_moves queues[2] = { 0 };
	struct klipper_move move = { .ticks = 7 };
	struct host h;
	struct klipper *k;

	(void)state;
	start(&h);
	host_ask(&h, "0400");
	k = mcu_object(&h.board.mcu);
	assert_string_equal(klipper_moves_push(k, &queues[0], &move),
			    "Move queue overflow");
	host_ask(&h, "0301");
	for (size_t i = 0; i < 1024; i++, move.ticks++)
		assert_null(klipper_moves_push(k, &queues[i % 2], &move));
	assert_string_equal(klipper_moves_push(k, &queues[0], &move),
			    "Move queue overflow");
	assert_true(klipper_moves_pop(k, &queues[0], &move));
	assert_int_equal(move.ticks, 7);
	assert_null(klipper_moves_push(k, &queues[1], &move));
	klipper_moves_drop(k, &queues[0]);
	klipper_moves_drop(k, &queues[1]);
	assert_false(klipper_moves_pop(k, &queues[0], &move));
	assert_int_equal(k->config.moves_used, 0);
	host_end(&h);
}

static const struct grid_row {
	const char *name;
	uint64_t first, ticks, want;
	uint32_t step;
} grid_rows[] = {
	{ "grid: before it begins", 100, 7, 100, 10 },
	{ "grid: on it", 100, 120, 120, 10 },
	{ "grid: just behind", 100, 121, 130, 10 },
	{ "grid: just before", 100, 129, 130, 10 },
	{ "grid: without steps", 100, 129, 129, 0 },
};

static void test_grid(void **state)
{
	const struct grid_row *row = *state;

	assert_int_equal(klipper_grid(row->first, row->step, row->ticks),
			 row->want);
}

static void test_the_deadline_is_the_first_timers(void **state)
{
	struct host h;

	(void)state;
	start(&h);
	assert_int_equal(mcu_deadline(&h.board.mcu) - h.board.now_us,
			 5000000 - MCU_FILTER_CHANGE_US);
	host_ask(&h, "0401" CONFIG "00" SWITCH "0020");
	assert_int_equal(mcu_deadline(&h.board.mcu) - h.board.now_us, 32);
	host_end(&h);
}

int main(void)
{
	struct CMUnitTest
		tests[ARRAY_SIZE(stories) + ARRAY_SIZE(grid_rows) + 6] = {
			cmocka_unit_test(test_the_wrong_kind_of_oid),
			cmocka_unit_test(test_shutdown_turns_lamps_off),
			cmocka_unit_test(test_what_failed_is_called_no_more),
			cmocka_unit_test(test_the_deadline_is_the_first_timers),
			cmocka_unit_test(test_hands_on_a_pin_are_felt),
			cmocka_unit_test(test_moves_are_counted),
		};
	size_t n = 6;

	ROWS(stories, test_story);
	ROWS(grid_rows, test_grid);
	return _cmocka_run_group_tests("klipper_modules", tests, n, NULL, NULL);
}
