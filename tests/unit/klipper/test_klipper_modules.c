// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu
/*
 * The contract of klipper/klipper.h, with a module made for it. Sections are
 * those of klipper-mcu-protocol.md.
 */
#include "story.h"

#include <errno.h>

/* A lamp on an oid that is switched at a clock value. */
enum { LAMP_STATE = 2 };

#define TOO_LATE "The lamp is late"
#define NO_BULB "The lamp has no bulb"

struct lamp {
	struct klipper_timer timer;
	uint8_t oid;
	bool on;
	float seen;   /* on the pin of its number */
	void *memory; /* released by fini */
};

struct lamps {
	uint32_t count;
};

static const struct klipper_module lamps;

static void fini_lamp(struct klipper *k, void *object)
{
	struct lamp *lamp = object;

	(void)k;
	free(lamp->memory);
}

static void lamp_off(const struct klipper_call *c)
{
	struct lamp *lamp = c->object;

	lamp->on = false;
}

static void look_at_pin(const struct klipper_call *c)
{
	struct lamp *lamp = c->object;

	pins_read(&klipper_mcu(c->k)->pins, lamp->oid, &lamp->seen);
}

static const struct klipper_kind lamp_kind = {
	.size = sizeof(struct lamp),
	.fini = fini_lamp,
	.shutdown = lamp_off,
	.pin_changed = look_at_pin,
};
static const struct klipper_kind other_kind = { .size = 1 };

static const char *fire(const struct klipper_call *c)
{
	struct lamp *lamp = c->object;

	lamp->on = !lamp->on;
	KLIPPER_RESPOND(c->k, &lamps, LAMP_STATE, NUM(lamp->oid),
			NUM(klipper_clock(c->k, c->now_us)));
	return lamp->oid == 2 ? TOO_LATE : NULL;
}

static const char *config_lamp(const struct klipper_call *c)
{
	struct lamps *all = klipper_state(c->k, &lamps);
	void *object;
	const char *reason = klipper_oid_new(c->k, (uint8_t)c->v[0].num,
					     &lamp_kind, &object);
	struct lamp *lamp = object;

	if (reason)
		return reason;
	lamp->oid = (uint8_t)c->v[0].num;
	lamp->timer.fire = fire;
	lamp->timer.task = lamp->oid == 3;
	lamp->memory = malloc(1);
	all->count++;
	return lamp->oid == 4 ? NO_BULB : NULL;
}

static const char *switch_lamp(const struct klipper_call *c)
{
	struct lamp *lamp =
		klipper_oid_find(c->k, (uint8_t)c->v[0].num, &lamp_kind);
	uint64_t ticks = klipper_clock_near(c->k, c->v[1].num, c->now_us);

	if (!lamp)
		return KLIPPER_INVALID_OID;
	return klipper_timer_at(c->k, &lamp->timer, ticks, c->now_us);
}

static const char *count_lamps(const struct klipper_call *c)
{
	struct lamps *all = klipper_state(c->k, &lamps);

	KLIPPER_RESPOND(c->k, &lamps, LAMP_STATE, NUM(all->count),
			NUM(klipper_clock(c->k, c->now_us)));
	return NULL;
}

static int describe_lamps(const struct klipper_dictionary *d)
{
	return json_object_set_new(d->config, "LAMP_MAX", json_integer(7)) ||
	       json_object_set_new(d->enumerations, "lamp", json_object());
}

static const struct klipper_message lamp_messages[] = {
	{ "config_lamp oid=%c", config_lamp },
	{ "switch_lamp oid=%c clock=%u", switch_lamp },
	[LAMP_STATE] = { "lamp_state oid=%c clock=%u" },
	{ "count_lamps", count_lamps, .in_shutdown = true },
};

static const struct klipper_module lamps = {
	KLIPPER_MESSAGES(lamp_messages),
	.strings = KLIPPER_STRINGS(TOO_LATE, NO_BULB),
	.state_size = sizeof(struct lamps),
	.describe = describe_lamps,
};
static const struct klipper_module *const with_lamps[] = { &klipper_basic,
							   &lamps, NULL };

/* Ids of the module: behind the 25 of the basic one. */
#define CONFIG "19" /* config_lamp */
#define SWITCH "1a"
#define COUNT "1c"
#define STATE "1b"

static void start(struct host *h)
{
	static struct klipper_firmware *fw;

	if (!fw)
		assert_int_equal(klipper_firmware_new(&fw, with_lamps), 0);
	host_start(h, "stm32g0b1xx");
	h->board.env.software.shared = fw;
	host_assign(h, 4);
	h->board.mcu.live.start_us = h->board.now_us;
}

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

static void test_a_module_adds_to_the_dictionary(void **state)
{
	struct klipper_firmware *fw;
	struct klipper_build build = { .type = mcu_type_find("rp2040"),
				       .version = "1",
				       .mcu = "m" };
	json_t *o;
	int lamp_max = 0, id = 0, string = 0;
	char *text;

	(void)state;
	assert_int_equal(klipper_firmware_new(&fw, with_lamps), 0);
	text = firmware_describe(fw, &build);
	o = json_loads(text, 0, NULL);
	assert_int_equal(json_unpack(o, "{s:{s:i}, s:{s:i}, s:{s:{s:i}}}",
				     "config", "LAMP_MAX", &lamp_max,
				     "commands", "config_lamp oid=%c", &id,
				     "enumerations", "static_string_id",
				     TOO_LATE, &string),
			 0);
	assert_int_equal(lamp_max, 7);
	assert_int_equal(id, 25);
	assert_int_equal(string, 21);
	free(text);
	json_decref(o);
	klipper_firmware_free(fw);
}

static void test_a_format_that_is_none(void **state)
{
	static const struct klipper_message bad[] = { { "lamp on=%d" } };
	static const struct klipper_module module = { .messages = bad,
						      .messages_len = 1 };
	const struct klipper_module *const modules[] = { &klipper_basic,
							 &module, NULL };
	struct klipper_firmware *fw;

	(void)state;
	assert_int_equal(klipper_firmware_new(&fw, modules), -EINVAL);
}

/* What is numbered too high leaves a row in front of it empty. */
static void test_a_gap_in_the_rows(void **state)
{
	static const struct klipper_message gap[] = {
		{ "count_lamps", count_lamps },
		[LAMP_STATE] = { "lamp_state oid=%c clock=%u" },
	};
	static const struct klipper_module module = { KLIPPER_MESSAGES(gap) };
	const struct klipper_module *const modules[] = { &klipper_basic,
							 &module, NULL };
	struct klipper_firmware *fw;

	(void)state;
	assert_int_equal(klipper_firmware_new(&fw, modules), -EINVAL);
}

static void test_too_many_messages(void **state)
{
	const struct klipper_module *const modules[] = {
		&klipper_basic, &klipper_basic, &klipper_basic,
		&klipper_basic, &klipper_basic, &klipper_basic,
		&klipper_basic, &klipper_basic, NULL
	};
	struct klipper_firmware *fw;

	(void)state;
	assert_int_equal(klipper_firmware_new(&fw, modules), -ERANGE);
}

/*
 * Section 5.5: numbers from 96 to 127 are still one byte, which as an integer is
 * below 0; and from 128 on they are two.
 */
static void test_ids_of_more_messages(void **state)
{
	const struct klipper_module *const modules[] = { &klipper_basic,
							 &klipper_basic,
							 &klipper_basic,
							 &klipper_basic,
							 &klipper_basic,
							 &klipper_basic,
							 NULL };
	static const struct {
		int id;
		size_t row;
	} rows[] = { { 0, 0 },	  { 95, 95 },	{ -32, 96 },
		     { -1, 127 }, { 128, 128 }, { 149, 149 } };
	static const int none[] = { 96, 127, 150, -33, -4096, -128 };
	struct klipper_firmware *fw;

	(void)state;
	assert_int_equal(klipper_firmware_new(&fw, modules), 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct firmware_row *row = firmware_find(fw, rows[i].id);

		assert_ptr_equal(row, &fw->rows[rows[i].row]);
		assert_int_equal(row->format.id, rows[i].id);
	}
	for (size_t i = 0; i < ARRAY_SIZE(none); i++)
		assert_null(firmware_find(fw, none[i]));
	klipper_firmware_free(fw);
}

/* Each state begins where any type may, behind all of the one before. */
static void test_states_do_not_overlap(void **state)
{
	static const size_t sizes[] = { 1, 15, 16, 17, 31, 32, 33 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		const struct klipper_module first = { .state_size = sizes[i] };
		const struct klipper_module second = { .state_size = 1 };
		const struct klipper_module *const modules[] = { &first,
								 &second,
								 NULL };
		size_t want = (sizes[i] + 15) & ~(size_t)15;
		struct klipper_firmware *fw;

		assert_int_equal(klipper_firmware_new(&fw, modules), 0);
		assert_int_equal(firmware_state_at(fw, &first), 0);
		assert_int_equal(firmware_state_at(fw, &second), want);
		assert_int_equal(fw->state_size, want + 16);
		klipper_firmware_free(fw);
	}
}

int main(void)
{
	struct CMUnitTest tests[48] = {
		cmocka_unit_test(test_the_wrong_kind_of_oid),
		cmocka_unit_test(test_shutdown_turns_lamps_off),
		cmocka_unit_test(test_what_failed_is_called_no_more),
		cmocka_unit_test(test_the_deadline_is_the_first_timers),
		cmocka_unit_test(test_a_module_adds_to_the_dictionary),
		cmocka_unit_test(test_a_format_that_is_none),
		cmocka_unit_test(test_a_gap_in_the_rows),
		cmocka_unit_test(test_too_many_messages),
		cmocka_unit_test(test_ids_of_more_messages),
		cmocka_unit_test(test_hands_on_a_pin_are_felt),
		cmocka_unit_test(test_moves_are_counted),
		cmocka_unit_test(test_states_do_not_overlap),
	};
	size_t n = 12;

	ROWS(stories, test_story);
	ROWS(grid_rows, test_grid);
	return _cmocka_run_group_tests("klipper_modules", tests, n, NULL, NULL);
}
