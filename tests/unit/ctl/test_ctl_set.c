// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/ctl sim/canmcu/device sim/canmcu/fault
// needs: sim/canmcu/klipper sim/canmcu/mcu sim/canmcu/setup sim/canmcu/wire
// needs: sim/canmcu/world
/* "set": each key of a configuration file, said to a board that is there. */
#include "bench.h"

#include <errno.h>
#include <stdlib.h>

#include "../../../sim/canmcu/setup/keys.h"

#define V "aabbccddeeff"

extern const struct device_kind device_fan;

#define MCU(uuid, type, loader, state, nodeid)                             \
	"{\"ok\":true,\"mcu\":{\"uuid\":\"" uuid "\",\"mcu_type\":\"" type \
	"\",\"bootloader\":\"" loader "\",\"state\":\"" state              \
	"\",\"nodeid\":" nodeid "}}"
/* U as it is, and V, which is off */
#define AS_BEFORE MCU(U, "stm32g0b1xx", "katapult", "klipper", "null")
#define OFF_AS_BEFORE MCU(V, "stm32g0b1xx", "katapult", "off", "null")

#define FIXED(key)                                                         \
	ERROR(key ": how an MCU is reached cannot be changed while it is " \
		  "simulated; start canmcu again")

/* A world of two boards and two buses, and image files that are not there. */
struct files_bench {
	struct bench bench;
	char path[32]; /* of the image that is open; "": none */
	int images;    /* that are open */
};

static int no_bytes(void *arg, uint32_t offset, uint8_t *out, uint32_t len)
{
	(void)arg;
	(void)offset;
	memset(out, 0xff, len);
	return 0;
}

static int open_image(void *arg, struct mcu_cfg *cfg, char *sentence,
		      size_t size)
{
	struct files_bench *b = arg;

	if (!strcmp(cfg->flash_image, "/none")) {
		snprintf(sentence, size, "there is no such file: give another");
		return -ENOENT;
	}
	snprintf(b->path, sizeof(b->path), "%s", cfg->flash_image);
	cfg->flash_image = b->path;
	cfg->flash_store = (struct flash_store){ no_bytes, NULL, b };
	b->images++;
	return 0;
}

static void close_image(void *arg, const struct mcu_cfg *cfg)
{
	struct files_bench *b = arg;

	if (cfg->flash_store.arg)
		b->images--;
}

static int prepare(void **state)
{
	static const char *const ifnames[] = { "vcan0", "vcan1" };
	struct mcu_cfg cfgs[] = {
		{ .uuid = { { 0x11, 0x22, 0x33, 0x44, 0x55, 0x66 } } },
		{ .uuid = { { 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff } } },
	};
	struct files_bench *b = calloc(1, sizeof(*b));
	struct devices fan = { 0 };

	assert_non_null(b);
	for (size_t i = 0; i < 2; i++) {
		assert_non_null(devices_add(&fan, &device_fan));
		fan.list[i].section = "fan big";
	}
	cfgs[0].devices = &fan;
	for (size_t i = 0; i < ARRAY_SIZE(cfgs); i++) {
		cfgs[i].type = mcu_type_find("stm32g0b1xx");
		cfgs[i].bootloader = BOOTLOADER_KATAPULT;
		cfgs[i].state = i ? MCU_OFF : MCU_KLIPPER;
		cfgs[i].boot_us = 30000;
		cfgs[i].nodeid = -1;
	}
	bench_init(&b->bench, cfgs, ARRAY_SIZE(cfgs), ARRAY_SIZE(ifnames));
	devices_fini(&fan);
	b->bench.ctl.ifnames = ifnames;
	b->bench.ctl.ifnames_len = ARRAY_SIZE(ifnames);
	b->bench.ctl.images = (struct ctl_images){ open_image, close_image, b };
	*state = b;
	return 0;
}

static int release(void **state)
{
	struct files_bench *b = *state;

	bench_fini(&b->bench);
	free(b);
	return 0;
}

static void say(struct bench *b, const char *line, const char *want)
{
	struct ctl_result r = ctl_execute(&b->ctl, line, strlen(line), 1000000);

	if (want)
		assert_string_equal(r.reply, want);
	free(r.reply);
}

static const struct set_line {
	const char *name;
	const char *text;
	const char *reply;
} set_lines[] = {
	{ "a boot time", "set " U " boot_ms 800", AS_BEFORE },
	{ "an erase time", "set " U " erase_ms 0", AS_BEFORE },
	{ "the double-reset wait", "set " U " double_reset off", AS_BEFORE },
	{ "a flash without ECC", "set " U " ecc off", AS_BEFORE },
	{ "a sane receiver", "set " U " sane_rx on", AS_BEFORE },
	{ "an MCU name", "set " U " mcu_name my board", AS_BEFORE },
	{ "a version", "set " U " katapult_version v1 and more", AS_BEFORE },
	{ "a fault", "set " U " fault drop rx",
	  "{\"ok\":true,\"seed\":7,\"mcu\":{\"uuid\":\"" U
	  "\",\"mcu_type\":\"stm32g0b1xx\",\"bootloader\":\"katapult\","
	  "\"state\":\"klipper\",\"nodeid\":null}}" },
	{ "a nodeid", "set " U " nodeid 7",
	  MCU(U, "stm32g0b1xx", "katapult", "klipper", "7") },
	{ "a nodeid of what is off", "set " V " nodeid 7",
	  ERROR(V " is in state 'off': only Klipper and Katapult on CAN have "
		  "a nodeid") },
	{ "state katapult", "set " U " state katapult",
	  MCU(U, "stm32g0b1xx", "katapult", "katapult", "null") },
	{ "state shutdown", "set " U " state shutdown",
	  MCU(U, "stm32g0b1xx", "katapult", "shutdown", "null") },
	{ "state off", "set " U " state off",
	  MCU(U, "stm32g0b1xx", "katapult", "off", "null") },
	{ "the state that it is in", "set " U " state klipper", AS_BEFORE },
	{ "klipper, of what is off", "set " V " state klipper",
	  MCU(V, "stm32g0b1xx", "katapult", "klipper", "null") },
	{ "a state that no one can be put in", "set " U " state dead",
	  ERROR("state 'dead': give 'klipper', 'shutdown', 'katapult' or "
		"'off'") },
	{ "a UUID", "set " V " canbus_uuid 0x1",
	  MCU("000000000001", "stm32g0b1xx", "katapult", "off", "null") },
	{ "its own UUID", "set " V " canbus_uuid " V, OFF_AS_BEFORE },
	{ "the UUID of another one", "set " V " canbus_uuid " U,
	  ERROR("canbus_uuid '" U "': another MCU has that UUID; give "
		"one of its own, or set same_uuid") },
	{ "another bit rate", "set " U " klipper_bitrate 500000", AS_BEFORE },
	{ "another one of Katapult", "set " U " katapult_bitrate 500000",
	  AS_BEFORE },
	{ "what is there is unplugged", "set " U " unplugged fan big",
	  AS_BEFORE },
	{ "what is not there is unplugged", "set " U " unplugged adxl345",
	  ERROR(U " has nothing of section 'adxl345': 'devices " U
		  "' lists what it has") },
	{ "what allows that", "set " V " same_uuid yes", OFF_AS_BEFORE },
	/* tests/vectors/uuid.txt */
	{ "a chip id", "set " V " chip_id 3d0052001450425539383920",
	  MCU("154aab036e6a", "stm32g0b1xx", "katapult", "off", "null") },
	{ "a chip id of another chip", "set " V " chip_id e660583883724a32",
	  ERROR(V ": stm32g0b1xx has a chip id of 24 hex digits, not 16; give "
		  "its own, or another MCU type") },
	{ "an interface", "set " V " interface vcan1", OFF_AS_BEFORE },
	{ "an interface by Klipper's key", "set " V " canbus_interface vcan1",
	  OFF_AS_BEFORE },
	{ "an interface that nobody is on", "set " V " interface can7",
	  ERROR("interface 'can7': no MCU was on it when canmcu was started; "
		"give one of those, or start canmcu again") },
	{ "an MCU type", "set " V " mcu_type rp2040",
	  MCU(V, "rp2040", "katapult", "off", "null") },
	{ "an MCU type that has no Katapult on CAN",
	  "set " V " mcu_type same51",
	  MCU(V, "same51", "none", "off", "null") },
	{ "an MCU type that has no CAN", "set " V " mcu_type stm32f401xc",
	  ERROR(V ": Klipper has no CAN on a stm32f401xc; give 'usb' or "
		  "'uart', or another MCU type") },
	{ "a bootloader", "set " V " bootloader rom",
	  MCU(V, "stm32g0b1xx", "rom", "off", "null") },
	{ "no application", "set " V " no_application yes", OFF_AS_BEFORE },
	{ "an application start", "set " V " application_start 0x8004000",
	  OFF_AS_BEFORE },
	{ "an application start outside", "set " V " application_start 1",
	  ERROR(V ": no application can start at 0x00000001; give a multiple "
		  "of 64 above 0x08000000 and below 0x08080000") },
	{ "a flash image", "set " V " flash_image a.bin", OFF_AS_BEFORE },
	{ "a flash image that cannot be opened", "set " V " flash_image /none",
	  ERROR("there is no such file: give another") },
	{ "a clock", "set " V " clock_freq 10000000", OFF_AS_BEFORE },
	{ "a clock, while Klipper counts on it",
	  "set " U " clock_freq 10000000",
	  ERROR(U " is in state 'klipper': its clock_freq can be set when it "
		  "is off, switch it off with 'power " U " off'") },
	{ "what a board is, while it runs", "set " U " mcu_type rp2040",
	  ERROR(U " is in state 'klipper': its mcu_type can be set when it is "
		  "off, switch it off with 'power " U " off'") },
	{ "another way to a bridge", "set " V " bridge yes", FIXED("bridge") },
	{ "another way to USB", "set " V " usb yes", FIXED("usb") },
	{ "another speed", "set " V " baud 115200", FIXED("baud") },
	{ "another speed of Katapult", "set " V " katapult_baud 115200",
	  FIXED("katapult_baud") },
	{ "a serial line", "set " V " uart /dev/ttyS0", FIXED("uart") },
	{ "another USB port", "set " V " usb_port 3", FIXED("usb_port") },
	{ "another TCP port", "set " V " usb_tcp 3240", FIXED("usb_tcp") },
	{ "a USB serial number", "set " V " usb_serial 12345", OFF_AS_BEFORE },
	{ "a bit rate to be set", "set " U " bridge_bitrate 500000",
	  AS_BEFORE },
	{ "a state of the bus", "set " U " bridge_state bus-off", AS_BEFORE },
	{ "no echoes", "set " U " bridge_echo off", AS_BEFORE },
	{ "a stalled bus", "set " U " bridge_stall on", AS_BEFORE },
	{ "a slow bridge", "set " U " bridge_slow on", AS_BEFORE },
	{ "a key that looks like a typing error", "set " U " boot_mss 3",
	  ERROR("there is no key 'boot_mss': did you mean 'boot_ms'?") },
	{ "a key of somebody else", "set " U " pressure_advance 3",
	  ERROR("there is no key 'pressure_advance': see canmcu(1)") },
	{ "a value that it cannot have", "set " U " boot_ms soon",
	  ERROR("boot_ms 'soon': give a number from 0 to 3600000") },
	{ "no value", "set " U " boot_ms",
	  ERROR("wrong number of words: give 'set UUID KEY VALUE'") },
};

static void test_line(void **state)
{
	const struct set_line *l = *state;
	void *b;

	prepare(&b);
	say(b, l->text, l->reply);
	release(&b);
}

/* A key that is added has to be thought of here, too. */
static void test_every_key_has_a_line(void **state)
{
	const struct key *key;

	(void)state;
	for (size_t i = 0; (key = keys_at(i)); i++) {
		char start[48];
		bool found = false;

		snprintf(start, sizeof(start), " %s ", key->name);
		for (size_t j = 0; j < ARRAY_SIZE(set_lines) && !found; j++)
			found = strstr(set_lines[j].text, start) &&
				(key->effect == KEY_FIXED ||
				 strstr(set_lines[j].reply, "\"ok\":true"));
		if (!found)
			fail_msg("no line sets %s", key->name);
	}
}

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

#define TEST(f) cmocka_unit_test_setup_teardown(f, prepare, release)

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(test_every_key_has_a_line),
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
	struct CMUnitTest tests[ARRAY_SIZE(set_lines) + ARRAY_SIZE(others)];
	size_t n = 0;

	ROWS(set_lines, test_line);
	memcpy(&tests[n], others, sizeof(others));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
