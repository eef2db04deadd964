// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu
/*
 * Digital outputs and PWM of the simulated Klipper. Commands are written by
 * hand: the formats are in klipper-mcu-protocol.md, section 20, integers in 5.2.
 */
#include "story.h"

/* config_digital_out oid=0 pin=0 value default_value max_duration, finalized */
#define DIGITAL(value, rest, max)                         \
	{                                                 \
		"0402190000" value rest max "0301", "ack" \
	}
#define QUEUE "1b00"  /* queue_digital_out oid=0 clock on_ticks */
#define UPDATE "1c00" /* update_digital_out oid=0 value */
#define CYCLE "1a00"  /* set_digital_out_pwm_cycle oid=0 cycle_ticks */

/* config_pwm_out oid=0 pin=PA2 cycle_ticks=100 value default_value max_duration */
#define PWM(value, rest, max)                                 \
	{                                                     \
		"04011e00028064" value rest max "0301", "ack" \
	}
#define QUEUE_PWM "1f00" /* queue_pwm_out oid=0 clock value */

static const struct story stories[] = {
	{ "digital: on from the beginning",
	  { DIGITAL("01", "00", "00"), { "look PA0", "output 1" } } },
	{ "digital: at its clock",
	  { DIGITAL("00", "00", "00"),
	    { QUEUE "806401", "ack" },
	    { "look PA0", "output 0", 99 },
	    { "look PA0", "output 1", 1 } } },
	{ "digital: one after the other",
	  { DIGITAL("00", "00", "00"),
	    { QUEUE "0a01" QUEUE "1400" QUEUE "1e01", "ack" },
	    { "look PA0", "output 1", 10 },
	    { "look PA0", "output 0", 10 },
	    { "look PA0", "output 1", 10 } } },
	{ "digital: two at the same clock",
	  { DIGITAL("00", "00", "00"),
	    { QUEUE "0a01" QUEUE "0a00", "ack" },
	    { "look PA0", "output 0", 10 } } },
	{ "digital: a clock in the past",
	  { DIGITAL("00", "00", "00"), { QUEUE "0501", "120a11 ack", 10 } } },
	{ "digital: before the one that is first",
	  { DIGITAL("00", "00", "00"),
	    { QUEUE "806401" QUEUE "3200", "ack" },
	    { "", "12806413", 100 } } },
	{ "digital: nothing within max_duration",
	  { DIGITAL("00", "00", "32"),
	    { QUEUE "0a01", "ack" },
	    { "look PA0", "output 1", 59 },
	    { "", "123c18", 1 },
	    { "look PA0", "output 0" } } },
	{ "digital: told again within max_duration",
	  { DIGITAL("00", "00", "32"),
	    { QUEUE "0a01" QUEUE "2801", "ack" },
	    { "look PA0", "output 1", 89 },
	    { "", "125a18", 1 } } },
	{ "digital: back at the default there is no max_duration",
	  { DIGITAL("00", "00", "32"),
	    { QUEUE "0a01" QUEUE "2800", "ack" },
	    { "look PA0", "output 0", 1000 } } },
	{ "digital: on is the default",
	  { DIGITAL("01", "01", "32"),
	    { QUEUE "0a01", "ack" },
	    { "look PA0", "output 1", 1000 } } },
	{ "digital: queued for later than max_duration",
	  { DIGITAL("00", "00", "32"),
	    { QUEUE "0a01" QUEUE "5a00", "ack" },
	    { "", "120a19", 10 } } },
	{ "digital: said too late for max_duration",
	  { DIGITAL("00", "00", "32"),
	    { QUEUE "0a01", "ack" },
	    { QUEUE "5a00", "121419 ack", 20 } } },
	{ "digital: a shutdown brings the default, and empties the queue",
	  { DIGITAL("00", "01", "00"),
	    { QUEUE "806400", "ack" },
	    { "07", "120002 ack" },
	    { "look PA0", "output 1" },
	    { "08", "ack", 200 },
	    { "look PA0", "output 1" } } },
	{ "digital: refused in shutdown",
	  { DIGITAL("00", "00", "00"),
	    { "07", "120002 ack" },
	    { QUEUE "0a01", "1302 ack" } } },
	{ "digital: a configuration that is forgotten",
	  { DIGITAL("01", "00", "00"),
	    { QUEUE "806400", "ack" },
	    { "07", "120002 ack" },
	    { "18", "ack" },
	    { "look PA0", "unused 0", 200 } } },
	{ "digital: now",
	  { DIGITAL("00", "00", "32"),
	    { UPDATE "01", "ack" },
	    { "look PA0", "output 1" },
	    { UPDATE "01", "ack", 40 },
	    { "look PA0", "output 1", 49 },
	    { "", "125a18", 1 } } },
	{ "digital: now, while something is queued",
	  { DIGITAL("00", "00", "00"),
	    { QUEUE "806401" UPDATE "01", "12001b ack" } } },
	{ "digital: an oid of nothing",
	  { DIGITAL("00", "00", "00"), { "1b010a01", "12000a ack" } } },
	{ "digital: an oid of a PWM output",
	  { PWM("00", "00", "00"), { QUEUE "0a01", "12000a ack" } } },
	{ "digital: a pin that is not there",
	  { { "040119008148000000", "120015 ack" } } },
	/* 254, ADC_TEMPERATURE: section 20.1 */
	{ "digital: the sensor in the chip is no pin",
	  { { "04011900817e000000", "120015 ack" } } },
	{ "digital: without an oid, the sensor in the chip",
	  { { "1d817e01", "120015 ack" } } },
	{ "digital: not configured, there are no moves",
	  { { "0401190000000000" QUEUE "0a01", "12000d ack" } } },
	{ "digital: without an oid",
	  { { "1d1101", "ack" },
	    { "look PB1", "output 1" },
	    { "1d1100", "ack" },
	    { "look PB1", "output 0" } } },
	{ "digital: without an oid, a pin that is not there",
	  { { "1d814801", "120015 ack" } } },
	{ "soft pwm: a quarter",
	  { DIGITAL("00", "00", "00"),
	    { CYCLE "8064" QUEUE "0a19", "ack" },
	    { "look PA0", "output 0.25", 10 } } },
	{ "soft pwm: all of the cycle",
	  { DIGITAL("00", "00", "00"),
	    { CYCLE "8064" QUEUE "0a8064", "ack" },
	    { "look PA0", "output 1", 10 } } },
	{ "soft pwm: any duty is limited by max_duration",
	  { DIGITAL("00", "00", "32"),
	    { CYCLE "8064" QUEUE "0a01", "ack" },
	    { "", "123c18", 60 } } },
	{ "soft pwm: on is on, whatever the cycle",
	  { DIGITAL("00", "00", "00"),
	    { CYCLE "8064" UPDATE "01", "ack" },
	    { "look PA0", "output 1" } } },
	{ "soft pwm: a new cycle while something is queued",
	  { DIGITAL("00", "00", "00"),
	    { QUEUE "806401" CYCLE "32", "12001a ack" } } },
	{ "soft pwm: an oid of nothing",
	  { DIGITAL("00", "00", "00"), { "1a0132", "12000a ack" } } },
	{ "pwm: from the beginning",
	  { PWM("c000", "00", "00"), { "look PA2", "output 0.25" } } },
	{ "pwm: at its clock",
	  { PWM("00", "00", "00"),
	    { QUEUE_PWM "0ac000" QUEUE_PWM "14828000", "ack" },
	    { "look PA2", "output 0", 9 },
	    { "look PA2", "output 0.25", 1 },
	    { "look PA2", "output 1", 10 } } },
	{ "pwm: more than all is all",
	  { PWM("00", "00", "00"),
	    { QUEUE_PWM "0a828001", "ack" },
	    { "look PA2", "output 1", 10 } } },
	{ "pwm: nothing within max_duration",
	  { PWM("00", "c000", "32"),
	    { QUEUE_PWM "0ac001", "ack" },
	    { "", "123c1c", 60 },
	    { "look PA2", "output 0.25" } } },
	{ "pwm: queued for later than max_duration",
	  { PWM("00", "00", "32"),
	    { QUEUE_PWM "0ac000" QUEUE_PWM "5a00", "ack" },
	    { "", "120a1d", 10 } } },
	{ "pwm: a clock in the past",
	  { PWM("00", "00", "00"), { QUEUE_PWM "05c000", "120a11 ack", 10 } } },
	{ "pwm: an oid of a digital output",
	  { DIGITAL("00", "00", "00"), { QUEUE_PWM "0ac000", "12000a ack" } } },
	{ "pwm: a pin that is not there",
	  { { "04011e0081488064000000", "12001e ack" } } },
	{ "pwm: a pin that no timer drives",
	  { { "04011e00008064000000", "12001e ack" },
	    { "look PA0", "unused 0" } } },
	{ "pwm: without an oid, a pin that no timer drives",
	  { { "2000806400", "12001e ack" } } },
	{ "pwm: without an oid",
	  { { "20118064c000", "ack" }, { "look PB1", "output 0.25" } } },
};

int main(void)
{
	struct CMUnitTest tests[64];
	size_t n = 0;

	ROWS(stories, story_test);
	return _cmocka_run_group_tests("klipper_outputs", tests, n, NULL, NULL);
}
