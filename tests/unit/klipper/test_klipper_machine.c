// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu
/*
 * A heater on PA0 and its thermistor on PA1, with a Klipper that heats; and a
 * carriage that it homes. Commands are written by hand, see
 * test_klipper_outputs.c. Levels are those of the formulas in test_heat.c.
 */
#include "../../../sim/canmcu/device/heat.h"
#include "../../../sim/canmcu/device/motion.h"
#include "host.h"

#define PA0 0
#define PA1 1
#define PA2 2
#define MINUTE_US 60000000

#define COLD 0.95511F
#define HALF 0.49487F /* a minute at half the power: 115.238 degrees C */
#define HOT 0.12587F  /* a minute on: 205.475 */
#define COOLED 0.65582F

/* emergency_stop */
#define STOP "07"

static void put_on(struct host *h, const struct device_kind *kind,
		   const void *facts)
{
	void *self = devices_add(&h->board.mcu.devices, kind);

	assert_non_null(self);
	memcpy(self, facts, kind->size);
}

static void start(struct host *h, uint8_t heater_pin, bool inverted)
{
	const struct heat heat = { .kind = HEAT_HOTEND,
				   .pullup_ohm = 4700,
				   .base.pin = { true, false, PA1 },
				   .heater = { true, inverted, heater_pin } };

	host_start(h, "stm32g0b1xx");
	put_on(h, &device_heat, &heat);
	host_assign(h, 4);
	h->board.mcu.live.start_us = h->board.now_us;
}

static void assert_level(const struct host *h, float want)
{
	const char *use;

	assert_float_equal(
		mcu_look_at_pin(&h->board.mcu, PA1, &use, h->board.now_us),
		want, 0.00001F);
}

static const struct row {
	const char *name;
	const char *say;
	float want; /* after a minute */
	bool inverted;
	uint8_t pin;
} rows[] = {
	{ "nothing is configured", "05", COLD },
	/* config_digital_out oid=0 pin=0 value default_value max_duration=0 */
	{ "digital: off", "04021900000000000301", COLD },
	{ "digital: on", "04021900000100000301", HOT },
	{ "digital: low, of an inverted one", "04021900000001000301", HOT,
	  true },
	{ "digital: high, of an inverted one", "04021900000101000301", COLD,
	  true },
	/* update_digital_out oid=0 value=1 */
	{ "digital: told at once", "040219000000000003011c0001", HOT },
	/* set_digital_out pin=0 value=1 */
	{ "digital: without an oid", "1d0001", HOT },
	/* set_digital_out_pwm_cycle 100, queue_digital_out clock=100 on=50 */
	{ "software PWM", "040219000000000003011a0080641b00806432", HALF },
	/* config_pwm_out oid=0 pin=PA2 cycle_ticks=100 value=32768 ... */
	{ "hardware PWM", "04021e0002806482800000000301", HOT, .pin = PA2 },
	/* set_pwm_out pin=PA2 cycle_ticks=100 value=32768 */
	{ "hardware PWM without an oid", "20028064828000", HOT, .pin = PA2 },
};

static void test_row(void **state)
{
	const struct row *row = *state;
	struct host h;

	start(&h, row->pin, row->inverted);
	assert_level(&h, COLD);
	host_ask(&h, row->say);
	host_wait(&h, MINUTE_US);
	assert_int_equal(h.board.mcu.state, MCU_KLIPPER);
	assert_level(&h, row->want);
	host_end(&h);
}

static void start_hot(struct host *h)
{
	start(h, PA0, false);
	host_ask(h, "04021900000100000301");
	host_wait(h, MINUTE_US);
	assert_level(h, HOT);
}

static void test_a_shutdown_lets_it_cool(void **state)
{
	struct host h;

	(void)state;
	start_hot(&h);
	host_ask(&h, STOP);
	host_wait(&h, 100000000);
	assert_level(&h, COOLED);
	host_end(&h);
}

/* It is as hot as before, and cools down while nobody drives the heater. */
static void test_a_reset_does_not_cool_it_at_once(void **state)
{
	struct host h;

	(void)state;
	start_hot(&h);
	assert_int_equal(mcu_reset(&h.board.mcu, h.board.now_us), 0);
	assert_level(&h, HOT);
	host_wait(&h, 100000000);
	assert_level(&h, COOLED);
	host_end(&h);
}

static void test_the_user_wins_until_he_lets_go(void **state)
{
	struct host h;
	struct mcu *m = &h.board.mcu;

	(void)state;
	start_hot(&h);
	assert_int_equal(mcu_put_pin(m, PA1, 0.25F, h.board.now_us), 0);
	assert_level(&h, 0.25F);
	assert_int_equal(mcu_put_pin(m, PA1, PINS_FREE, h.board.now_us), 0);
	assert_level(&h, HOT);
	host_end(&h);
}

/*
 * config_analog_in oid=1 pin=1; query_analog_in oid=1 clock=60001000, the rest
 * and what comes of it as in test_klipper_inputs.c: 8 times 515.
 */
static void test_the_host_is_told(void **state)
{
	struct host h;

	(void)state;
	start(&h, PA0, false);
	host_ask(&h, "0402190000010000210101"
		     "0301");
	host_wait(&h, MINUTE_US);
	assert_string_equal(host_ask(&h, "22019cce95680a08876802"
					 "0081ff7804"),
			    "ack");
	board_wait(&h.board, 1070);
	h.heard_len = 0;
	host_hear(&h);
	assert_string_equal(host_text(&h), "23019cce9d50021810");
	host_end(&h);
}

static void test_another_chip_has_no_heater(void **state)
{
	struct host h;
	struct mcu *m = &h.board.mcu;
	struct mcu_cfg cfg;

	(void)state;
	start_hot(&h);
	cfg = m->cfg;
	cfg.type = mcu_type_find("rp2040");
	mcu_power(m, false, h.board.now_us);
	mcu_configure(m, &cfg);
	assert_level(&h, 0);
	host_end(&h);
}

/* A motor on PA0 and PA1, five steps away from the endstop on PA2. */
static void start_machine(struct host *h, struct motion *motion)
{
	const struct motor motor = { .motion = motion };
	const struct rail rail = {
		.motion = motion,
		.carriage = { .by = { { 0, 1 } }, .end_mm = 5, .at_max = true },
		.base = { .pin = { true, false, PA2 }, .moves = true },
	};

	host_start(h, "stm32g0b1xx");
	*motion = (struct motion){
		.motors = { { .mm = 1,
			      .step_pin = PA0,
			      .board = &h->board.mcu.board } },
		.motors_len = 1,
	};
	put_on(h, &device_motor, &motor);
	put_on(h, &device_rail, &rail);
	host_assign(h, 4);
	h->board.mcu.live.start_us = h->board.now_us;
}

static void start_carriage(struct host *h, struct motion *motion)
{
	start_machine(h, motion);
	/*
	 * Stepper 0, trsync 1, endstop 2 with a pull-up, reset_step_clock 1000,
	 * trsync_start, stepper_stop_on_trigger
	 */
	assert_string_equal(host_ask(h,
				     "040332000001000029012e020201030135008768"
				     "2a01000002380001"),
			    "ack");
	/* endstop_home clock=1000 sample_ticks=10 count=4 rest_ticks=50 pin=1 */
	assert_string_equal(host_ask(h, "2f0287680a0432010101"), "ack");
	/* set_next_step_dir dir=1; ten steps from 1100 to 2000 */
	assert_string_equal(host_ask(h, "340001330080640a00"), "ack");
}

static const char *hear(struct host *h, uint64_t us)
{
	h->heard_len = 0;
	board_wait(&h->board, us);
	host_hear(h);
	return host_text(h);
}

static void assert_endstop(const struct host *h, float want)
{
	const char *use;

	assert_float_equal(
		mcu_look_at_pin(&h->board.mcu, PA2, &use, h->board.now_us),
		want, 0);
}

static void assert_shown(const struct host *h, const char *want)
{
	const struct devices *d = &h->board.mcu.devices;
	const struct device *rail = &d->list[d->len - 1];
	char text[64];

	rail->kind->show(rail->self, h->board.now_us, text, sizeof(text));
	assert_string_equal(text, want);
}

/* The fifth step is made at 1500, and the fourth sample taken at 1530. */
static void test_a_carriage_comes_to_its_endstop(void **state)
{
	struct motion motion;
	struct host h;

	(void)state;
	start_carriage(&h, &motion);
	assert_string_equal(hear(&h, 1499), "");
	assert_endstop(&h, 0);
	assert_shown(&h, "4.00 mm, endstop open");
	assert_string_equal(hear(&h, 1), "");
	assert_endstop(&h, 1);
	assert_shown(&h, "5.00 mm, endstop pressed");
	assert_string_equal(hear(&h, 29), "");
	assert_string_equal(hear(&h, 1), "2d0100018b7a");
	assert_string_equal(hear(&h, 3000), "");
	/* stepper_get_position */
	assert_string_equal(host_ask(&h, "3600"), "370005 ack");
	host_end(&h);
}

static void test_a_reset_leaves_the_carriage_where_it_is(void **state)
{
	struct motion motion;
	struct host h;

	(void)state;
	start_carriage(&h, &motion);
	hear(&h, 3000);
	assert_int_equal(mcu_reset(&h.board.mcu, h.board.now_us), 0);
	assert_endstop(&h, 1);
	host_wait(&h, 1000000);
	assert_endstop(&h, 1);
	host_end(&h);
}

static void test_hands_keep_the_endstop_open(void **state)
{
	struct motion motion;
	struct host h;

	(void)state;
	start_carriage(&h, &motion);
	assert_int_equal(mcu_put_pin(&h.board.mcu, PA2, 0, h.board.now_us), 0);
	assert_string_equal(hear(&h, 3000), "");
	assert_string_equal(host_ask(&h, "3600"), "37000a ack");
	host_end(&h);
}

/* Every tick would be too often: every 50 us it is looked at. */
static void test_looks_are_not_too_many(void **state)
{
	struct motion motion;
	struct host h;

	(void)state;
	start_carriage(&h, &motion);
	assert_string_equal(host_ask(&h, "2f0287680a0401010101"), "ack");
	hear(&h, 1001);
	assert_int_equal(mcu_deadline(&h.board.mcu) - h.board.now_us, 49);
	assert_string_equal(hear(&h, 528), "");
	assert_string_equal(hear(&h, 1), "2d0100018b7a");
	host_end(&h);
}

/* Buttons are looked at 1000, 2000 ...: nobody says that a pin moves by itself. */
static void test_a_button_sees_what_moves(void **state)
{
	struct motion motion;
	struct host h;

	(void)state;
	start_machine(&h, &motion);
	/* stepper 0; buttons 1 with one of them, on PA2; reset_step_clock 1000 */
	assert_string_equal(host_ask(&h, "040232000001000024010125010002010301"
					 "35008768"),
			    "ack");
	/* buttons_query clock=1000 rest_ticks=1000 retransmit_count=5 invert=0 */
	assert_string_equal(host_ask(&h, "2601876887680500"), "ack");
	/* ten steps, one in 1000: the fifth at 6000 */
	assert_string_equal(host_ask(&h, "340001330087680a00"), "ack");
	assert_string_equal(hear(&h, 6999), "");
	assert_string_equal(hear(&h, 1), "2801000101");
	host_end(&h);
}

int main(void)
{
	struct CMUnitTest tests[24] = {
		cmocka_unit_test(test_a_shutdown_lets_it_cool),
		cmocka_unit_test(test_a_reset_does_not_cool_it_at_once),
		cmocka_unit_test(test_the_user_wins_until_he_lets_go),
		cmocka_unit_test(test_the_host_is_told),
		cmocka_unit_test(test_another_chip_has_no_heater),
		cmocka_unit_test(test_a_carriage_comes_to_its_endstop),
		cmocka_unit_test(test_a_reset_leaves_the_carriage_where_it_is),
		cmocka_unit_test(test_hands_keep_the_endstop_open),
		cmocka_unit_test(test_looks_are_not_too_many),
		cmocka_unit_test(test_a_button_sees_what_moves),
	};
	size_t n = 10;

	ROWS(rows, test_row);
	return _cmocka_run_group_tests("klipper_machine", tests, n, NULL, NULL);
}
