// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu sim/canmcu/wire sim/canmcu/world
// needs: sim/canmcu/image/image_build.c
/*
 * Flashes at 1 Mbit/s in the simulator's world, each with one frame that is
 * lost, doubled or late; chance says which one. The judge is what the chip
 * boots then: flashing.md, section 4.
 */
#include "world_scene.h"

#define FLASHES 286 /* of each row: 2002 in all */

/* Return: NULL when no application runs; "" when it is none to be known. */
static const char *running(void)
{
	const struct kcan_image_dictionary *told = mcu_application(s.mcu);

	if (told)
		return told->version;
	return s.mcu->state == MCU_KLIPPER ? "" : NULL;
}

static void assert_flashed(void)
{
	uint8_t there[LEN];

	/* COMPLETE, a reset, and the application starts */
	pass(1000000);
	assert_non_null(running());
	assert_string_equal(running(), s.new.version);
	assert_int_equal(
		flash_read(&s.mcu->flash, s.mcu->flash.app_start, there, LEN),
		0);
	assert_memory_equal(there, s.new.bytes, LEN);
}

/* What is said to be in the flash is what a reset starts. */
static void assert_starts(enum kcan_flash_content content)
{
	bool none = s.mcu->state == MCU_KATAPULT;
	bool old = running() && !strcmp(running(), s.old.version);

	assert_int_not_equal(content, KCAN_FLASH_CONTENT_NEW);
	if (content == KCAN_FLASH_CONTENT_NONE)
		assert_true(none);
	else if (content == KCAN_FLASH_CONTENT_OLD_OR_NONE)
		assert_true(none || old);
	else if (content != KCAN_FLASH_CONTENT_MIXED)
		assert_true(old);
}

/* The sentence of each asks for it; then it can be done again. */
static void assert_mends(const struct kcan_flash_result *result)
{
	assert_non_null(strstr(kcan_flash_verdict_text(result->verdict),
			       "power off and on"));
	world_power(s.world, s.mcu, false, s.now_us);
	pass(1000000);
	world_power(s.world, s.mcu, true, s.now_us);
	pass(1000000);
	assert_starts(result->content);
	world_rx(s.world, 0, &REQUEST, false, s.now_us);
	pass(1000000);
	/* a mixture may not know the request: then it takes two resets */
	if (s.mcu->state != MCU_KATAPULT) {
		assert_int_equal(result->content, KCAN_FLASH_CONTENT_MIXED);
		world_put(s.world, s.mcu, MCU_KATAPULT, s.now_us);
	}
	assert_int_equal(flash().verdict, KCAN_FLASH_FLASHED);
	assert_flashed();
}

static const char *const types[] = {
	"stm32f042x6", "stm32f072xb", "stm32f103xe", "stm32f446xx",
	"stm32g0b1xx", "stm32g431xx", "stm32h743xx", "rp2040",
};

static const struct row {
	const char *name;
	enum mishap mishap;
	bool from_node;
	bool inner_fails; /* but not the last, or only, frame of a command */
} rows[] = {
	{ "a frame of an answer is lost: flashed", LOST, true, false },
	{ "a frame of an answer comes twice: flashed", DOUBLED, true, false },
	{ "a frame of an answer is late: flashed", LATE, true, false },
	{ "a frame is lost: flashed, or the power has to be switched", LOST,
	  false, true },
	{ "a frame comes twice: flashed, or the power has to be switched",
	  DOUBLED, false, true },
	{ "a frame is late: flashed, or the power has to be switched", LATE,
	  false, true },
	{ "a frame is not sent: what is within a block is repaired", UNSENT,
	  false, true },
};

/* Return: whether it was flashed. */
static bool play(const struct row *row, const char *type, unsigned int seed,
		 const unsigned int *frames)
{
	struct kcan_flash_result result;

	begin(type, seed);
	s.mishap = row->mishap;
	s.from_node = row->from_node;
	s.nth = random_below(frames[row->from_node]);
	result = flash();
	if (result.verdict == KCAN_FLASH_FLASHED) {
		assert_flashed();
	} else if (row->inner_fails && s.inner && s.mishap != UNSENT) {
		assert_mends(&result);
	} else {
		fail_msg("%s, seed %u: frame %u: %s at %08x", type, seed, s.nth,
			 kcan_flash_verdict_name(result.verdict),
			 result.address);
	}
	end();
	return result.verdict == KCAN_FLASH_FLASHED;
}

/* How many there are when nothing happens to them. */
static void count_frames(const char *type, unsigned int *frames)
{
	begin(type, 0);
	s.struck = true;
	assert_int_equal(flash().verdict, KCAN_FLASH_FLASHED);
	assert_flashed();
	memcpy(frames, s.frames, sizeof(s.frames));
	end();
}

static void test_row(void **state)
{
	const struct row *row = *state;
	unsigned int frames[ARRAY_SIZE(types)][2], flashed = 0;

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		count_frames(types[i], frames[i]);
	for (unsigned int seed = 1; seed <= FLASHES; seed++)
		flashed += play(row, types[seed % ARRAY_SIZE(types)], seed,
				frames[seed % ARRAY_SIZE(types)]);
	print_message("%u of %u were flashed\n", flashed, FLASHES);
	if (row->inner_fails)
		assert_in_range(flashed, FLASHES / 8, FLASHES - 1);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows)];
	size_t n = 0;

	ROWS(rows, test_row);
	return cmocka_run_group_tests_name("flashing_world", tests, NULL, NULL);
}
