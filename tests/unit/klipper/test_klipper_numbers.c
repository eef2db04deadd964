// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu
/*
 * klipper-mcu-protocol.md, sections 8 and 17.3: the number that identify gives each
 * message, constant, reason and bus.
 */
#include "dictionary.h"

/* Where a number is in the dictionary: the objects on the way, and its name. */
static const struct number_row {
	const char *name;
	const char *in;
	const char *further; /* or NULL */
	json_int_t want;
} number_rows[] = {
	/* section 9.1, and 8.3 for how they are written */
	{ "identify offset=%u count=%c", "commands", NULL, 1 },
	{ "get_config", "commands", NULL, 2 },
	{ "finalize_config crc=%u", "commands", NULL, 3 },
	{ "allocate_oids count=%c", "commands", NULL, 4 },
	{ "get_clock", "commands", NULL, 5 },
	{ "get_uptime", "commands", NULL, 6 },
	{ "emergency_stop", "commands", NULL, 7 },
	{ "clear_shutdown", "commands", NULL, 8 },
	{ "reset", "commands", NULL, 9 },
	{ "get_canbus_id", "commands", NULL, 10 },
	{ "get_canbus_status", "commands", NULL, 11 },
	{ "debug_ping data=%*s", "commands", NULL, 12 },
	{ "debug_nop", "commands", NULL, 13 },
	{ "config_reset", "commands", NULL, 24 },
	{ "identify_response offset=%u data=%.*s", "responses", NULL, 0 },
	{ "config is_config=%c crc=%u is_shutdown=%c move_count=%hu",
	  "responses", NULL, 14 },
	{ "clock clock=%u", "responses", NULL, 15 },
	{ "uptime high=%u clock=%u", "responses", NULL, 16 },
	{ "stats count=%u sum=%u sumsq=%u", "responses", NULL, 17 },
	{ "shutdown clock=%u static_string_id=%hu", "responses", NULL, 18 },
	{ "is_shutdown static_string_id=%hu", "responses", NULL, 19 },
	{ "starting", "responses", NULL, 20 },
	{ "canbus_id canbus_uuid=%.*s canbus_nodeid=%u", "responses", NULL,
	  21 },
	{ "canbus_status rx_error=%u tx_error=%u tx_retries=%u "
	  "canbus_bus_state=%u",
	  "responses", NULL, 22 },
	{ "pong data=%*s", "responses", NULL, 23 },
	/* section 20, numbered on */
	{ "config_digital_out oid=%c pin=%u value=%c default_value=%c "
	  "max_duration=%u",
	  "commands", NULL, 25 },
	{ "set_digital_out_pwm_cycle oid=%c cycle_ticks=%u", "commands", NULL,
	  26 },
	{ "queue_digital_out oid=%c clock=%u on_ticks=%u", "commands", NULL,
	  27 },
	{ "update_digital_out oid=%c value=%c", "commands", NULL, 28 },
	{ "set_digital_out pin=%u value=%c", "commands", NULL, 29 },
	{ "config_pwm_out oid=%c pin=%u cycle_ticks=%u value=%hu "
	  "default_value=%hu max_duration=%u",
	  "commands", NULL, 30 },
	{ "queue_pwm_out oid=%c clock=%u value=%hu", "commands", NULL, 31 },
	{ "set_pwm_out pin=%u cycle_ticks=%u value=%hu", "commands", NULL, 32 },
	{ "PWM_MAX", "config", NULL, 32768 },
	{ "spi2_PB2_PB11_PB10", "enumerations", "spi_bus", 4 },
	{ "spi1", "enumerations", "spi_bus", 1 },
	{ "i2c3_PC0_PC1", "enumerations", "i2c_bus", 7 },
	{ "START_NACK", "enumerations", "i2c_bus_status", 3 },
	{ "query_mpu9250_status oid=%c", "commands", NULL, -32 },
	{ "config_ldc1612 oid=%c i2c_oid=%c", "commands", NULL, 128 },
	{ "config_analog_in oid=%c pin=%u", "commands", NULL, 33 },
	{ "query_analog_in oid=%c clock=%u sample_ticks=%u sample_count=%c "
	  "rest_ticks=%u bytes_per_report=%c min_value=%hu max_value=%hu "
	  "range_check_count=%c",
	  "commands", NULL, 34 },
	{ "analog_in_state oid=%c next_clock=%u values=%*s", "responses", NULL,
	  35 },
	{ "ADC_MAX", "config", NULL, 4095 },
	{ "config_buttons oid=%c button_count=%c", "commands", NULL, 36 },
	{ "buttons_add oid=%c pos=%c pin=%u pull_up=%c", "commands", NULL, 37 },
	{ "buttons_query oid=%c clock=%u rest_ticks=%u retransmit_count=%c "
	  "invert=%c",
	  "commands", NULL, 38 },
	{ "buttons_ack oid=%c count=%c", "commands", NULL, 39 },
	{ "buttons_state oid=%c ack_count=%c state=%*s", "responses", NULL,
	  40 },
	{ "config_trsync oid=%c", "commands", NULL, 41 },
	{ "trsync_start oid=%c report_clock=%u report_ticks=%u "
	  "expire_reason=%c",
	  "commands", NULL, 42 },
	{ "trsync_set_timeout oid=%c clock=%u", "commands", NULL, 43 },
	{ "trsync_trigger oid=%c reason=%c", "commands", NULL, 44 },
	{ "trsync_state oid=%c can_trigger=%c trigger_reason=%c clock=%u",
	  "responses", NULL, 45 },
	{ "config_endstop oid=%c pin=%c pull_up=%c", "commands", NULL, 46 },
	{ "endstop_home oid=%c clock=%u sample_ticks=%u sample_count=%c "
	  "rest_ticks=%u pin_value=%c trsync_oid=%c trigger_reason=%c",
	  "commands", NULL, 47 },
	{ "endstop_query_state oid=%c", "commands", NULL, 48 },
	{ "endstop_state oid=%c homing=%c next_clock=%u pin_value=%c",
	  "responses", NULL, 49 },
	{ "config_stepper oid=%c step_pin=%c dir_pin=%c invert_step=%c "
	  "step_pulse_ticks=%u",
	  "commands", NULL, 50 },
	{ "queue_step oid=%c interval=%u count=%hu add=%hi", "commands", NULL,
	  51 },
	{ "set_next_step_dir oid=%c dir=%c", "commands", NULL, 52 },
	{ "reset_step_clock oid=%c clock=%u", "commands", NULL, 53 },
	{ "stepper_get_position oid=%c", "commands", NULL, 54 },
	{ "stepper_position oid=%c pos=%i", "responses", NULL, 55 },
	{ "stepper_stop_on_trigger oid=%c trsync_oid=%c", "commands", NULL,
	  56 },
	{ "config_counter oid=%c pin=%u pull_up=%c", "commands", NULL, 57 },
	{ "query_counter oid=%c clock=%u poll_ticks=%u sample_ticks=%u",
	  "commands", NULL, 58 },
	{ "counter_state oid=%c next_clock=%u count=%u count_clock=%u",
	  "responses", NULL, 59 },
	/* section 8.4 */
	{ "CLOCK_FREQ", "config", NULL, 64000000 },
	{ "STATS_SUMSQ_BASE", "config", NULL, 256 },
	{ "RECEIVE_WINDOW", "config", NULL, 192 },
	{ "CANBUS_FREQUENCY", "config", NULL, 1000000 },
	/* section 17.3 */
	{ "Command request", "enumerations", "static_string_id", 2 },
	{ "Invalid command", "enumerations", "static_string_id", 3 },
	{ "Message encode error", "enumerations", "static_string_id", 4 },
	{ "Command parser error", "enumerations", "static_string_id", 5 },
	{ "config_reset only available when shutdown", "enumerations",
	  "static_string_id", 6 },
	{ "Shutdown cleared when not shutdown", "enumerations",
	  "static_string_id", 7 },
	{ "oids already allocated", "enumerations", "static_string_id", 8 },
	{ "Can't assign oid", "enumerations", "static_string_id", 9 },
	{ "Invalid oid type", "enumerations", "static_string_id", 10 },
	{ "Already finalized", "enumerations", "static_string_id", 11 },
	{ "Invalid move request size", "enumerations", "static_string_id", 12 },
	{ "Move queue overflow", "enumerations", "static_string_id", 13 },
	{ "alloc_chunks failed", "enumerations", "static_string_id", 14 },
	{ "alloc_chunk failed", "enumerations", "static_string_id", 15 },
	{ "Another CAN node assigned this ID", "enumerations",
	  "static_string_id", 16 },
	{ "Timer too close", "enumerations", "static_string_id", 17 },
	{ "sentinel timer called", "enumerations", "static_string_id", 18 },
	{ "Rescheduled timer in the past", "enumerations", "static_string_id",
	  19 },
	{ "active", "enumerations", "canbus_bus_state", 0 },
	{ "warn", "enumerations", "canbus_bus_state", 1 },
	{ "passive", "enumerations", "canbus_bus_state", 2 },
	{ "off", "enumerations", "canbus_bus_state", 3 },
};

static void test_number(void **state)
{
	const struct number_row *row = *state;
	json_t *o = ask_dictionary("stm32g0b1xx");
	const json_t *at = json_object_get(o, row->in);

	if (row->further)
		at = json_object_get(at, row->further);
	at = json_object_get(at, row->name);
	assert_true(json_is_integer(at));
	assert_int_equal(json_integer_value(at), row->want);
	json_decref(o);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(number_rows)];
	size_t n = 0;

	ROWS(number_rows, test_number);
	return _cmocka_run_group_tests("klipper_numbers", tests, n, NULL, NULL);
}
