// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/ctl sim/canmcu/device sim/canmcu/fault
// needs: sim/canmcu/klipper sim/canmcu/mcu sim/canmcu/setup sim/canmcu/wire
// needs: sim/canmcu/world
/* Lines of the control socket: each has a reply, and none does harm. */
#include "two_boards.h"

#include "../board/klipper_stream.h"

static const struct command_line command_lines[] = {
	{ "list shows every MCU", "list",
	  "{\"ok\":true,\"mcus\":[" NODE(
		  "klipper") ",{\"uuid\":"
			     "\"aabbccddeeff\",\"mcu_type\":\"rp2040\",\"bootloader\":\"none\","
			     "\"state\":\"off\",\"nodeid\":null}]}" },
	{ "show shows one", "show " U,
	  "{\"ok\":true,\"mcu\":" NODE("klipper") "}" },
	{ "the first of those with a UUID", "show " U "#1",
	  "{\"ok\":true,\"mcu\":" NODE("klipper") "}" },
	{ "there is no second one", "show " U "#2",
	  ERROR("there is no MCU " U "#2: 'list' shows those there are") },
	{ "there is no number 0", "show " U "#0",
	  ERROR("there is no MCU " U "#0: 'list' shows those there are") },
	{ "a number that is none", "show " U "#x",
	  ERROR("UUID '" U "#x': give exactly 12 hex digits") },
	{ "a carriage return is let pass", "reset " U "\r", OK },
	{ "blanks more than needed are let pass", "  reset   " U "  ", OK },
	{ "shutdown", "shutdown " U, OK },
	{ "shutdown with a reason of several words", "shutdown " U " too hot",
	  OK },
	{ "shutdown of what is no Klipper", "shutdown aabbccddeeff",
	  ERROR("aabbccddeeff is in state 'off': only Klipper can be shut "
		"down") },
	{ "look at boards without devices", "look",
	  "{\"ok\":true,\"time_us\":1000000,\"mcus\":[{\"uuid\":\"" U
	  "\",\"mcu_type\":\"stm32g0b1xx\",\"bootloader\":\"katapult\","
	  "\"state\":\"klipper\",\"nodeid\":null,\"devices\":[]},{\"uuid\":"
	  "\"aabbccddeeff\",\"mcu_type\":\"rp2040\",\"bootloader\":\"none\","
	  "\"state\":\"off\",\"nodeid\":null,\"devices\":[]}]}" },
	{ "unplug what is not there", "unplug " U " tmc2209 stepper_x",
	  ERROR(U " has nothing of section 'tmc2209 stepper_x': 'devices " U
		  "' lists what it has") },
	{ "plug what is not there", "plug " U " adxl345",
	  ERROR(U " has nothing of section 'adxl345': 'devices " U
		  "' lists what it has") },
	{ "devices: none", "devices " U, "{\"ok\":true,\"devices\":[]}" },
	{ "power off", "power " U " off", OK },
	{ "power on", "power aabbccddeeff on", OK },
	{ "power sideways", "power " U " maybe",
	  ERROR("power 'maybe': give 'on' or 'off'") },
	{ "power without a word", "power " U,
	  ERROR("wrong number of words: give 'power UUID on|off'") },
	{ "reset of what is off", "reset aabbccddeeff",
	  ERROR("aabbccddeeff is off: switch it on with 'power aabbccddeeff "
		"on'") },
	{ "reset of nobody", "reset 010203040506",
	  ERROR("there is no MCU 010203040506: 'list' shows those there are") },
	{ "reset of rubbish", "reset 0x12",
	  ERROR("UUID '0x12': give exactly 12 hex digits") },
	{ "list with a word too many", "list all",
	  ERROR("wrong number of words: give 'list'") },
	{ "a fault", "fault " U " drop rx chance=0.5",
	  "{\"ok\":true,\"seed\":7}" },
	{ "a fault that there is not", "fault " U " dorp",
	  ERROR("there is no fault 'dorp': 'canmcu ctl faults' and canmcu(1) "
		"list those there are") },
	{ "faults of an MCU that has none", "faults " U,
	  "{\"ok\":true,\"faults\":[]}" },
	{ "faults of nobody", "faults 010203040506",
	  ERROR("there is no MCU 010203040506: 'list' shows those there are") },
	{ "the end of all faults", "fault-clear " U,
	  "{\"ok\":true,\"cleared\":0}" },
	{ "the end of a fault that it has not", "fault-clear " U " drop",
	  ERROR(U " has no fault 'drop': 'faults " U
		  "' lists those that it has") },
	{ "quit", "quit", OK },
	{ "an empty line", "", NO_COMMAND("") },
	{ "blanks only", "   ", NO_COMMAND("") },
	{ "an unknown command", "explode", NO_COMMAND("explode") },
	{ "commands have one spelling", "LIST", NO_COMMAND("LIST") },
	{ "a control character", "list\t",
	  ERROR("this is not a line of UTF-8 "
		"text") },
	{ "no UTF-8", "reset \xff\xfe",
	  ERROR("this is not a line of UTF-8 text") },
	{ "UTF-8 that the answer would cut inside a character",
	  "x23456789012345678901234567890123456789\xc3\xa9",
	  ERROR("this cannot be read as UTF-8 text") },
};

static void test_a_nul_byte_is_refused(void **state)
{
	struct bench *b = *state;
	struct ctl_result r = ctl_execute(&b->ctl, "list\0x", 6, 0);

	assert_string_equal(r.reply, ERROR("this is not a line of UTF-8 text"));
	free(r.reply);
}

static void test_help_has_every_command(void **state)
{
	static const char first[] = "{\"ok\":true,\"commands\":[{\"usage\":"
				    "\"list\",\"help\":\"list all MCUs\"},";
	static const char *const usages[] = {
		"\"show UUID\"",
		"\"shutdown UUID [REASON]\"",
		"\"power UUID on|off\"",
		"\"reset UUID\"",
		"\"set UUID KEY VALUE\"",
		"\"pin UUID PIN [LEVEL|free]\"",
		"\"devices UUID\"",
		"\"look\"",
		"\"unplug UUID SECTION\"",
		"\"plug UUID SECTION\"",
		"\"wait UUID STATE [TIMEOUT_MS]\"",
		"\"wait-event [UUID] EVENT [TIMEOUT_MS] [since=SEQ]\"",
		"\"seq\"",
		"\"subscribe [UUID ...] [since=SEQ]\"",
		"\"help\"",
		"\"quit\"",
	};
	struct ctl_result r = say(*state, "help", 0);

	assert_memory_equal(r.reply, first, strlen(first));
	for (size_t i = 0; i < ARRAY_SIZE(usages); i++)
		if (!strstr(r.reply, usages[i]))
			fail_msg("help does not tell of %s", usages[i]);
	free(r.reply);
}

static void test_power_off_is_done(void **state)
{
	struct bench *b = *state;

	free(say(b, "power " U " off", 0).reply);
	assert_int_equal(world_at(b->ctl.world, 0)->state, MCU_OFF);
}

static void test_a_shutdown_keeps_all_words_of_its_reason(void **state)
{
	struct bench *b = *state;

	free(say(b, "shutdown " U " too hot", 0).reply);
	assert_int_equal(world_at(b->ctl.world, 0)->state, MCU_SHUTDOWN);
	assert_string_equal(b->reason, "too hot");
}

static void test_list_tells_which_klipper_runs(void **state)
{
	struct sparse memory = { .size = 512 * 1024 };
	struct mcu_cfg cfg = {
		.uuid = { { 0x11, 0x22, 0x33, 0x44, 0x55, 0x66 } },
		.type = mcu_type_find("stm32g0b1xx"),
		.bootloader = BOOTLOADER_KATAPULT,
		.state = MCU_KLIPPER,
		.nodeid = -1,
		.flash_store = { sparse_read, sparse_write, &memory },
	};
	struct ctl_result r;
	struct bench b;

	(void)state;
	assert_int_equal(sparse_write(&memory, 0x2000, klipper_head,
				      sizeof(klipper_head)),
			 0);
	assert_int_equal(sparse_write(&memory, 0x3000, klipper_stream,
				      sizeof(klipper_stream)),
			 0);
	bench_init(&b, &cfg, 1, 1);
	r = say(&b, "list", 0);
	assert_string_equal(
		r.reply,
		"{\"ok\":true,\"mcus\":[{\"uuid\":\"112233445566\","
		"\"mcu_type\":\"stm32g0b1xx\",\"bootloader\":\"katapult\","
		"\"state\":\"klipper\",\"nodeid\":null,"
		"\"version\":\"v0.12.0-1-gabcdef\","
		"\"mcu_name\":\"stm32g0b1xx\"}]}");
	free(r.reply);
	bench_fini(&b);
	sparse_fini(&memory);
}

static void test_a_fault_is_listed_and_counted(void **state)
{
	struct bench *b = *state;
	struct ctl_result r = say(b, "fault " U " ignore-request count=2", 0);

	free(r.reply);
	world_rx(b->ctl.world, 0,
		 &FRAME(0x3f0, 0x02, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66), false,
		 0);
	r = say(b, "faults " U, 0);
	assert_string_equal(r.reply,
			    "{\"ok\":true,\"faults\":[{\"fault\":"
			    "\"ignore-request count=2\",\"met\":1,\"struck\":1}"
			    "]}");
	free(r.reply);
	r = say(b, "fault-clear " U " ignore-request", 0);
	assert_string_equal(r.reply, "{\"ok\":true,\"cleared\":1}");
	free(r.reply);
	/* all kinds, each with what it stands for */
	r = say(b, "faults", 0);
	assert_non_null(strstr(r.reply, "\"name\":\"brown-out\""));
	free(r.reply);
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		CASE(test_a_nul_byte_is_refused),
		CASE(test_help_has_every_command),
		CASE(test_power_off_is_done),
		CASE(test_a_fault_is_listed_and_counted),
		CASE(test_a_shutdown_keeps_all_words_of_its_reason),
		cmocka_unit_test(test_list_tells_which_klipper_runs),
	};
	struct CMUnitTest tests[ARRAY_SIZE(command_lines) + ARRAY_SIZE(others)];
	size_t n = 0;

	ROWS(command_lines, test_line);
	memcpy(&tests[n], others, sizeof(others));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
