// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/ctl sim/canmcu/device sim/canmcu/fault
// needs: sim/canmcu/klipper sim/canmcu/mcu sim/canmcu/setup sim/canmcu/wire
// needs: sim/canmcu/world
/* What a board that was changed does from then on. */
#include "files_bench.h"

/* Who answers QUERY_UNASSIGNED on a bus, as the last bytes of UUIDs. */
static void query(struct bench *b, unsigned int bus, uint8_t *last, size_t *len)
{
	struct can_frame f = FRAME(0x3f0, 0x00);

	world_rx(b->ctl.world, bus, &f, false, 2000000);
	for (*len = 0; world_tx(b->ctl.world, bus, &f, 2000000); ++*len) {
		assert_int_equal(f.can_id, 0x3f1);
		last[*len] = f.data[6];
		world_sent(b->ctl.world, bus);
		world_rx(b->ctl.world, bus, &f, true, 2000000);
	}
}

static void test_a_board_answers_by_its_new_uuid(void **state)
{
	struct bench *b = *state;
	uint8_t last[4] = { 0 };
	size_t len;

	say(b, "set " V " canbus_uuid aabbccddee77", NULL);
	say(b, "set aabbccddee77 state klipper", NULL);
	query(b, 0, last, &len);
	assert_int_equal(len, 2);
	assert_int_equal(last[0], 0x66);
	assert_int_equal(last[1], 0x77);
	say(b, "show " V,
	    ERROR("there is no MCU " V ": 'list' shows those there are"));
}

#define TURNS "{\"section\":\"fan big\",\"shows\":\"0 rpm\"}"
#define UNPLUGGED                                           \
	"{\"section\":\"fan big\",\"shows\":\"unplugged\"," \
	"\"unplugged\":true}"
#define DEVICES(text) "{\"ok\":true,\"devices\":[" text "]}"

static void test_what_is_unplugged_shows_it(void **state)
{
	struct bench *b = *state;

	say(b, "devices " U, DEVICES(TURNS "," TURNS));
	say(b, "unplug " U " fan big", "{\"ok\":true}");
	say(b, "devices " U, DEVICES(UNPLUGGED "," UNPLUGGED));
	say(b, "plug " U " fan big", "{\"ok\":true}");
	say(b, "devices " U, DEVICES(TURNS "," TURNS));
}

static void test_a_section_is_seen_to_be_unplugged_once(void **state)
{
	struct bench *b = *state;

	say(b, "set " V " state off", NULL);
	say(b, "unplug " U " fan big", "{\"ok\":true}");
	say(b, "look",
	    "{\"ok\":true,\"time_us\":1000000,\"mcus\":[{\"uuid\":\"" U
	    "\",\"mcu_type\":\"stm32g0b1xx\",\"bootloader\":\"katapult\","
	    "\"state\":\"klipper\",\"nodeid\":null,\"devices\":[{\"section\":"
	    "\"fan big\",\"shows\":\"unplugged\"}]},{\"uuid\":\"" V
	    "\",\"mcu_type\":\"stm32g0b1xx\",\"bootloader\":\"katapult\","
	    "\"state\":\"off\",\"nodeid\":null,\"devices\":[]}]}");
}

static void test_two_boards_with_a_uuid_are_told_apart(void **state)
{
	struct bench *b = *state;

	say(b, "set " V " same_uuid yes", NULL);
	say(b, "set " V " canbus_uuid " U,
	    MCU(U, "stm32g0b1xx", "katapult", "off", "null"));
	say(b, "show " U, MCU(U, "stm32g0b1xx", "katapult", "klipper", "null"));
	say(b, "set " U "#2 state katapult",
	    MCU(U, "stm32g0b1xx", "katapult", "katapult", "null"));
	say(b, "show " U "#1",
	    MCU(U, "stm32g0b1xx", "katapult", "klipper", "null"));
	say(b, "set " U "#2 same_uuid no",
	    ERROR("same_uuid 'no': another MCU has that UUID; give one of its "
		  "own, or set same_uuid"));
}

static void test_the_first_of_a_uuid_is_that_of_the_list(void **state)
{
	struct bench *b = *state;

	say(b, "set " V " same_uuid yes", NULL);
	say(b, "set " V " canbus_uuid " U, NULL);
	/* an earlier bus */
	say(b, "set " U "#1 state off", NULL);
	say(b, "set " U "#1 interface vcan1", NULL);
	say(b, "set " U "#1 state shutdown", NULL);
	say(b, "set " U "#2 mcu_type rp2040",
	    MCU(U, "rp2040", "katapult", "off", "null"));
	say(b, "show " U,
	    MCU(U, "stm32g0b1xx", "katapult", "shutdown", "null"));
}

static void test_a_board_answers_on_its_new_bus(void **state)
{
	struct bench *b = *state;
	uint8_t last[4] = { 0 };
	size_t len;

	say(b, "set " V " interface vcan1", NULL);
	say(b, "set " V " state klipper", NULL);
	query(b, 0, last, &len);
	assert_int_equal(len, 1);
	assert_int_equal(last[0], 0x66);
	query(b, 1, last, &len);
	assert_int_equal(len, 1);
	assert_int_equal(last[0], 0xff);
}

static void test_another_chip_has_nothing_on_its_pins(void **state)
{
	struct bench *b = *state;

	say(b, "pin " V " PA2 1", NULL);
	say(b, "set " V " boot_ms 20", NULL);
	say(b, "pin " V " PA2",
	    "{\"ok\":true,\"use\":\"unused\",\"level\":1.0}");
	say(b, "set " V " mcu_type rp2040", NULL);
	say(b, "pin " V " gpio2",
	    "{\"ok\":true,\"use\":\"unused\",\"level\":0.0}");
}

static void test_an_image_is_closed_when_another_is_opened(void **state)
{
	struct files_bench *f = *state;
	struct bench *b = &f->bench;

	say(b, "set " V " flash_image a.bin", NULL);
	assert_int_equal(f->images, 1);
	say(b, "set " V " flash_image /none", NULL);
	assert_int_equal(f->images, 1);
	say(b, "set " V " boot_ms 20", NULL);
	say(b, "set " V " canbus_uuid 1", NULL);
	assert_int_equal(f->images, 1);
	assert_string_equal(f->path, "a.bin");
}

/* The image of b.bin is blank (FF): there is no application to start. */
static void test_what_starts_is_what_is_in_the_new_flash(void **state)
{
	struct bench *b = *state;

	say(b, "set " V " flash_image b.bin", NULL);
	say(b, "set " V " state klipper",
	    MCU(V, "stm32g0b1xx", "katapult", "katapult", "null"));
}

static void test_a_boot_time_counts_from_the_next_boot_on(void **state)
{
	struct bench *b = *state;
	const struct mcu *m = world_at(b->ctl.world, 0);

	say(b, "set " U " boot_ms 800", NULL);
	world_rx(b->ctl.world, 0,
		 &FRAME(0x3f0, 0x02, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66), false,
		 2000000);
	world_step(b->ctl.world, 2799999);
	assert_int_equal(m->state, MCU_BOOT);
	world_step(b->ctl.world, 2800000);
	assert_int_equal(m->state, MCU_KATAPULT);
}

static void test_state_katapult_needs_katapult(void **state)
{
	struct bench *b = *state;

	say(b, "set " V " bootloader none", NULL);
	say(b, "set " V " state katapult",
	    ERROR(V " has bootloader 'none': state 'katapult' needs bootloader "
		    "'katapult'"));
}

static void test_being_put_in_a_state_is_told(void **state)
{
	struct bench *b = *state;
	const char *first, *second;
	uint64_t seq = 1;

	say(b, "set " V " state katapult", NULL);
	first = ctl_log_find(&b->log, &(struct ctl_filter){ .type = -1 }, &seq,
			     UINT64_MAX);
	assert_non_null(first);
	assert_non_null(strstr(first, "\"power\":\"on\""));
	seq = 2;
	second = ctl_log_find(&b->log, &(struct ctl_filter){ .type = -1 }, &seq,
			      UINT64_MAX);
	assert_non_null(second);
	assert_non_null(strstr(second, "\"state\":\"katapult\""));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_a_board_answers_by_its_new_uuid),
		TEST(test_what_is_unplugged_shows_it),
		TEST(test_a_section_is_seen_to_be_unplugged_once),
		TEST(test_two_boards_with_a_uuid_are_told_apart),
		TEST(test_the_first_of_a_uuid_is_that_of_the_list),
		TEST(test_a_board_answers_on_its_new_bus),
		TEST(test_another_chip_has_nothing_on_its_pins),
		TEST(test_an_image_is_closed_when_another_is_opened),
		TEST(test_what_starts_is_what_is_in_the_new_flash),
		TEST(test_a_boot_time_counts_from_the_next_boot_on),
		TEST(test_state_katapult_needs_katapult),
		TEST(test_being_put_in_a_state_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
