// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/ctl sim/canmcu/device sim/canmcu/fault
// needs: sim/canmcu/klipper sim/canmcu/mcu sim/canmcu/setup sim/canmcu/wire
// needs: sim/canmcu/world
/* "pin": what is on a pin, and what is put on it. */
#include "two_boards.h"

#include <kcan/klp.h>

static const struct command_line command_lines[] = {
	{ "pin: nothing is on it", "pin " U " PA0",
	  "{\"ok\":true,\"use\":\"unused\",\"level\":0.0}" },
	{ "pin: put a level on it", "pin " U " PB15 0.95",
	  "{\"ok\":true,\"use\":\"unused\",\"level\":0.95}" },
	{ "pin: pressed", "pin " U " PA0 1",
	  "{\"ok\":true,\"use\":\"unused\",\"level\":1.0}" },
	{ "pin: of an MCU that is off", "pin aabbccddeeff gpio0 1",
	  "{\"ok\":true,\"use\":\"unused\",\"level\":1.0}" },
	{ "pin: let go", "pin " U " PA0 free",
	  "{\"ok\":true,\"use\":\"unused\",\"level\":0.0}" },
	{ "pin: too high", "pin " U " PA0 1.01",
	  ERROR("level '1.01': give a number from 0 to 1, or 'free'") },
	{ "pin: a sign", "pin " U " PA0 -0",
	  ERROR("level '-0': give a number from 0 to 1, or 'free'") },
	{ "pin: two numbers", "pin " U " PA0 0 1",
	  ERROR("level '0 1': give a number from 0 to 1, or 'free'") },
	{ "pin: two points", "pin " U " PA0 0..1",
	  ERROR("level '0..1': give a number from 0 to 1, or 'free'") },
	{ "pin: a point", "pin " U " PA0 .",
	  ERROR("level '.': give a number from 0 to 1, or 'free'") },
	{ "pin: no number", "pin " U " PA0 on",
	  ERROR("level 'on': give a number from 0 to 1, or 'free'") },
	{ "pin: another chip's", "pin " U " gpio0",
	  ERROR("type stm32g0b1xx has no pin 'gpio0': give one by the chip's "
		"own name, such as PA0") },
	{ "pin: without a pin", "pin " U,
	  ERROR("wrong number of words: give 'pin UUID PIN [LEVEL|free]'") },
};

/* set_digital_out pin=0 value=1, behind the nodeid 4 */
static void test_an_output_is_measured_and_not_moved(void **state)
{
	static const uint8_t set[] = { 0x1d, 0, 1 };
	struct bench *b = *state;
	uint8_t block[KCAN_KLP_MAX];
	struct can_frame f = { .can_id = 0x108, .can_dlc = 8 };
	struct ctl_result r;

	assert_int_equal(kcan_klp_encode(block,
					 &(struct kcan_klp_block){
						 .len = 3, .content = set }),
			 8);
	memcpy(f.data, block, 8);
	world_rx(b->ctl.world, 0,
		 &FRAME(0x3f0, 0x01, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 4),
		 false, 1000000);
	world_rx(b->ctl.world, 0, &f, false, 1001000);
	r = say(b, "pin " U " PA0", 1002000);
	assert_string_equal(r.reply,
			    "{\"ok\":true,\"use\":\"output\",\"level\":1.0}");
	free(r.reply);
	r = say(b, "pin " U " PA0 0", 1002000);
	assert_string_equal(r.reply,
			    ERROR("PA0 is driven by the MCU itself: put a "
				  "level on an input, or on a pin that is not "
				  "in use"));
	free(r.reply);
}

/* What is put on a pin is put there by the user: it stays. */
static void test_a_level_outlives_a_reset(void **state)
{
	struct bench *b = *state;
	struct ctl_result r;

	free(say(b, "pin " U " PA0 0.25", 1000000).reply);
	free(say(b, "reset " U, 1000000).reply);
	r = say(b, "pin " U " PA0", 1000000);
	assert_string_equal(r.reply,
			    "{\"ok\":true,\"use\":\"unused\",\"level\":0.25}");
	free(r.reply);
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		CASE(test_an_output_is_measured_and_not_moved),
		CASE(test_a_level_outlives_a_reset),
	};
	struct CMUnitTest tests[ARRAY_SIZE(command_lines) + ARRAY_SIZE(others)];
	size_t n = 0;

	ROWS(command_lines, test_line);
	memcpy(&tests[n], others, sizeof(others));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
