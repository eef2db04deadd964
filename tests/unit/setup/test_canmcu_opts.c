// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault
// needs: sim/canmcu/mcu/mcu_cfg.c sim/canmcu/setup
// needs: sim/canmcu/wire/confinement.c
#include "command_line.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define U "112233445566"

/* Every mistake: exit status 2, the text, and the form wanted. */
static const struct mistake {
	const char *name; /* the command line */
	const char *want;
} mistakes[] = {
	{ "", "no MCU is given: add -u UUID, --chip-id HEX or -c FILE" },
	{ "-u 1122", "UUID '1122': give exactly 12 hex digits, like "
		     "112233445566" },
	{ "-u 0x112233445566", "UUID '0x112233445566': give exactly 12 hex "
			       "digits, like 112233445566" },
	{ "-u 11223344556g", "UUID '11223344556g': give exactly 12 hex digits, "
			     "like 112233445566" },
	{ "-u", "'-u' needs a value: --uuid UUID" },
	{ "--nodeid", "'--nodeid' needs a value: --nodeid N" },
	{ "--frobnicate", "unknown or ambiguous option '--frobnicate'" },
	{ "-x", "unknown option '-x'" },
	{ "--json=yes", "'--json=yes': --json takes no value" },
	{ "vcan1 -u " U,
	  "'vcan1' is not an option: MCUs are given as -u UUID" },
	{ "-u " U " vcan1",
	  "'vcan1' is not an option: MCUs are given as -u UUID" },
	{ "-u " U " -u " U, "UUID 112233445566 is given twice; each MCU needs "
			    "its own, or the later one --same-uuid" },
	{ "-u " U " --same-uuid -u " U,
	  "UUID 112233445566 is given twice; each MCU needs its own, or the "
	  "later one --same-uuid" },
	{ "-u 112233445560 --count 10 -u 112233445569",
	  "UUID 112233445569 is given twice; each MCU needs its own, or the "
	  "later one --same-uuid" },
	{ "-u " U " --mcu-type z80", "--mcu-type 'z80': give one that --help "
				     "lists, like stm32g0b1xx" },
	{ "-u " U " --bootloader uboot",
	  "--bootloader 'uboot': give 'katapult', 'rom' or 'none'" },
	{ "-u " U " --state asleep", "--state 'asleep': give 'klipper', "
				     "'shutdown', 'katapult' or 'off'" },
	{ "-u " U " --state rom", "--state 'rom': give 'klipper', 'shutdown', "
				  "'katapult' or 'off'" },
	{ "-u " U " --nodeid 256",
	  "--nodeid '256': give a number from 0 to 255" },
	{ "-u " U " --nodeid -1",
	  "--nodeid '-1': give a number from 0 to 255" },
	{ "-u " U " --nodeid 4x",
	  "--nodeid '4x': give a number from 0 to 255" },
	{ "-u " U " --boot-ms 9999999", "--boot-ms '9999999': give a number "
					"from 0 to 3600000" },
	{ "-u " U " --double-reset maybe", "--double-reset 'maybe': give 'on' "
					   "or 'off'" },
	{ "-u " U " --count 0", "--count '0': give a number from 1 to 65536" },
	{ "-u " U " --count 70000", "--count '70000': give a number from 1 to "
				    "65536" },
	{ "--count 3 -u " U, "--count 3: give it after a -u UUID" },
	{ "-u " U " --count 65536 -u 000000000000",
	  "65537 MCUs: at most 65536 fit one process" },
	{ "--chip-id 00",
	  "00: stm32g0b1xx has a chip id of 24 hex digits, not 2; give its "
	  "own, or another MCU type" },
	{ "--chip-id xyz",
	  "--chip-id 'xyz': give 24 hex digits for an STM32, 16 "
	  "for an RP2040, 32 for LPC and SAM" },
	{ "--chip-id 000102030405060708090a0b --mcu-type rp2040",
	  "000102030405060708090a0b: rp2040 has a chip id of 16 hex digits, not "
	  "24; give its own, or another MCU type" },
	{ "-u " U " --mcu-type stm32f207xx --bootloader katapult",
	  U ": there is no Katapult on CAN for a stm32f207xx; give bootloader "
	    "'rom' or 'none'" },
	{ "-u " U " --mcu-type same51 --bootloader katapult",
	  U ": there is no Katapult for a same51; give bootloader 'rom' or "
	    "'none'" },
	{ "-u " U " --mcu-type stm32g474xx --uart /dev/ttyS0 --bootloader "
	  "katapult",
	  U ": there is no Katapult for a stm32g474xx; give bootloader 'rom' "
	    "or 'none'" },
	{ "-u " U " --mcu-type stm32f401xc",
	  U ": Klipper has no CAN on a stm32f401xc; give 'usb' or 'uart', or "
	    "another MCU type" },
	{ "-u " U " --mcu-type stm32g071xx",
	  U ": Klipper has no CAN on a stm32g071xx; give 'uart', or another "
	    "MCU type" },
	{ "-u " U " --mcu-type stm32g070xx --usb --usb-serial 1",
	  U ": Klipper has no USB on a stm32g070xx; give 'uart', or another "
	    "MCU type" },
	{ "-u " U " --mcu-type samc21 --bridge --usb-serial 1",
	  U ": Klipper has no USB on a samc21; give 'uart', or another MCU "
	    "type" },
	{ "-u " U " --mcu-type stm32g0b0xx --bridge --usb-serial 1",
	  U ": Klipper has no CAN on a stm32g0b0xx; give 'usb' or 'uart', or "
	    "another MCU type" },
	{ "-u " U " --mcu-type stm32f103xe --bridge --usb-serial 1",
	  U ": a stm32f103xe cannot have USB and CAN at a time; give 'usb' "
	    "instead of 'bridge', or another MCU type" },
	{ "-u " U " --state katapult --bootloader none",
	  U ": state 'katapult' needs bootloader 'katapult', not 'none'" },
	{ "-u " U " --state dead",
	  "--state 'dead': give 'klipper', 'shutdown', 'katapult' or 'off'" },
	{ "-u " U " --state katapult --no-application --mcu-type same51",
	  U ": state 'katapult' needs bootloader 'katapult', not 'none'" },
	{ "-u " U " --state off --no-application --bootloader rom",
	  U ": with no application it needs bootloader 'katapult', not 'rom'" },
	{ "-u " U " --no-application",
	  U ": there is no application to start in state 'klipper'; give "
	    "state 'katapult' or 'off'" },
	{ "-u " U " --state off --nodeid 4",
	  U ": in state 'off' it has no nodeid; leave one of the two away" },
	{ "-u " U " --uart pty:/tmp/x --nodeid 0",
	  U ": with 'uart' it has no nodeid; leave one of the two away" },
	{ "-u " U " --fault dorp",
	  "--fault 'dorp': there is no fault 'dorp': 'canmcu ctl faults' and "
	  "canmcu(1) list those there are" },
	{ "-u " U " --lateness 901",
	  "--lateness '901': give milliseconds, 0 to 900" },
	{ "-u " U " --seed -1",
	  "--seed '-1': give a number from 0 to 9223372036854775807" },
	{ "-u " U " --bed 0,1/2",
	  "--bed '0,1/2': give at most 16 rows of 16 heights up to 10 mm, from "
	  "the front to the back, like 0,0.1/0,0.2" },
	{ "-u " U " --bitrate 5",
	  "--bitrate '5': give bits per second from 10000 to 1000000, like "
	  "1000000" },
	{ "-u " U " --bitrate 500000 --collisions --bitrate 250000",
	  "--bitrate '250000': it was 500000 before; leave one of the two "
	  "away" },
	{ "--chip-id 000102030405060708090a0b --bridge --bridge-bitrate "
	  "500000 --collisions",
	  "000102030405060708090a0b: bridge bitrate 500000 contradicts the "
	  "1000000 bit/s of --bitrate or --collisions; give the same twice, "
	  "or leave one of the two away" },
	{ "-u " U " --nodeid 250 --count 7",
	  U ": 7 nodeids from 250 on go beyond 255" },
};

static void test_mistake(void **state)
{
	const struct mistake *m = *state;
	char error[OPTS_ERROR_MAX] = "";
	struct opts opts;

	assert_int_equal(parse(&opts, m->name, error), -EINVAL);
	assert_string_equal(error, m->want);
}

static void parse_ok(struct opts *out, const char *line)
{
	char error[OPTS_ERROR_MAX] = "";

	if (parse(out, line, error))
		fail_msg("%s: %s", line, error);
}

static void test_one_uuid_is_enough(void **state)
{
	struct opts o;

	(void)state;
	parse_ok(&o, "-u " U);
	assert_int_equal(o.action, OPTS_RUN);
	assert_int_equal(o.ifnames_len, 1);
	assert_string_equal(o.ifnames[0], "vcan0");
	assert_null(o.control);
	assert_false(o.json);
	assert_int_equal(o.mcus_len, 1);
	assert_string_equal(o.mcus[0].type->name, "stm32g0b1xx");
	assert_int_equal(o.mcus[0].bootloader, BOOTLOADER_KATAPULT);
	assert_int_equal(o.mcus[0].state, MCU_KLIPPER);
	assert_int_equal(o.mcus[0].nodeid, -1);
	assert_int_equal(o.mcus[0].boot_us, 30000);
	assert_int_equal(o.mcus[0].erase_us, 10000);
	assert_int_equal(o.mcus[0].usb.vhci_port, -1);
	assert_int_equal(o.bitrate_bps, 0);
	assert_true(o.mcus[0].double_reset);
	assert_true(o.mcus[0].ecc);
	assert_false(o.mcus[0].sane_rx);
	opts_fini(&o);
}

/* Klipper's usual rate; Katapult has the same, if it is told no other. */
static void test_a_uart_has_250000_baud(void **state)
{
	struct opts o;

	(void)state;
	parse_ok(&o, "-u " U " --uart pty:/tmp/x");
	assert_int_equal(o.mcus[0].link, MCU_LINK_UART);
	assert_int_equal(o.mcus[0].baud, 250000);
	assert_int_equal(o.mcus[0].katapult_baud, 250000);
	opts_fini(&o);
	parse_ok(&o, "-u " U " --uart pty:/tmp/x --baud 115200");
	assert_int_equal(o.mcus[0].baud, 115200);
	assert_int_equal(o.mcus[0].katapult_baud, 115200);
	opts_fini(&o);
}

static void
test_options_before_the_first_mcu_are_everybodys_default(void **state)
{
	struct opts o;

	(void)state;
	parse_ok(&o, "--boot-ms 5 --sane-rx -u 000000000001 --boot-ms 7 "
		     "-u 000000000002 --nodeid 0x10");
	assert_int_equal(o.mcus_len, 2);
	assert_int_equal(o.mcus[0].boot_us, 7000);
	assert_int_equal(o.mcus[0].nodeid, -1);
	assert_int_equal(o.mcus[1].boot_us, 5000);
	assert_int_equal(o.mcus[1].nodeid, 16);
	assert_true(o.mcus[0].sane_rx);
	assert_true(o.mcus[1].sane_rx);
	opts_fini(&o);
}

static void test_a_chip_id_names_the_uuid(void **state)
{
	/* can-admin-channel.md, section 10.3: a real board */
	static const uint8_t want[] = { 0x15, 0x4a, 0xab, 0x03, 0x6e, 0x6a };
	struct opts o;

	(void)state;
	parse_ok(&o, "--chip-id 3d0052001450425539383920");
	assert_memory_equal(o.mcus[0].uuid.b, want, sizeof(want));
	opts_fini(&o);
}

static void test_count_counts_uuids_and_nodeids_up(void **state)
{
	static const uint8_t want[] = { 0, 0, 0, 1, 0x01, 0x00 };
	struct opts o;

	(void)state;
	parse_ok(&o, "-u 0000000100fe --count 3 --nodeid 8");
	assert_int_equal(o.mcus_len, 3);
	assert_memory_equal(o.mcus[2].uuid.b, want, sizeof(want));
	assert_int_equal(o.mcus[2].nodeid, 10);
	opts_fini(&o);
}

static void test_a_chip_that_never_has_katapult_on_can_has_none(void **state)
{
	struct opts o;

	(void)state;
	parse_ok(&o, "-u " U " --mcu-type same70");
	assert_int_equal(o.mcus[0].bootloader, BOOTLOADER_NONE);
	opts_fini(&o);
}

static void test_the_type_may_come_after_what_depends_on_it(void **state)
{
	struct opts o;

	(void)state;
	parse_ok(&o, "--chip-id e6614103e7452d2f --state katapult "
		     "--double-reset off --mcu-type rp2040 --json -i can7 "
		     "--control /tmp/x");
	assert_int_equal(o.mcus[0].state, MCU_KATAPULT);
	assert_false(o.mcus[0].double_reset);
	assert_int_equal(o.ifnames_len, 1);
	assert_string_equal(o.ifnames[0], "can7");
	assert_string_equal(o.control, "/tmp/x");
	assert_true(o.json);
	opts_fini(&o);
}

static void test_help_and_version_need_no_mcu(void **state)
{
	struct opts o;

	(void)state;
	parse_ok(&o, "--help");
	assert_int_equal(o.action, OPTS_HELP);
	parse_ok(&o, "--version");
	assert_int_equal(o.action, OPTS_VERSION);
}

static void test_help_names_every_option(void **state)
{
	static const char *const names[] = {
		"-i, --interface IFACE",
		"--control PATH",
		"--json ",
		"-h, --help",
		"--version",
		"-u, --uuid UUID",
		"--chip-id HEX",
		"--count N",
		"--mcu-type TYPE",
		"--bootloader WHICH",
		"--state STATE",
		"--nodeid N",
		"--boot-ms N",
		"--double-reset on|off",
		"--ecc on|off",
		"--sane-rx ",
		"stm32g0b1xx",
	};
	const struct mcu_type *type;
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	(void)state;
	opts_help(to);
	fclose(to);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strstr(text, names[i]))
			fail_msg("--help does not name %s", names[i]);
	for (size_t i = 0; (type = mcu_type_at(i)); i++)
		if (!strstr(text, type->name))
			fail_msg("--help does not name %s", type->name);
	free(text);
}

static void test_a_later_mcu_may_have_the_same_uuid(void **state)
{
	struct opts o;

	(void)state;
	parse_ok(&o, "-u " U " -u 000000000001 -u " U " --same-uuid -u " U
		     " --same-uuid");
	assert_int_equal(o.mcus_len, 4);
	assert_true(kcan_uuid_equal(&o.mcus[0].uuid, &o.mcus[3].uuid));
	assert_false(o.mcus[0].same_uuid);
	opts_fini(&o);
}

static void test_a_bit_rate_may_be_given_twice_alike(void **state)
{
	struct opts o;

	(void)state;
	parse_ok(&o, "--bitrate 500000 --chip-id 000102030405060708090a0b "
		     "--bridge --bridge-bitrate 500000 --bitrate 500000 "
		     "--collisions");
	assert_int_equal(o.bitrate_bps, 500000);
	opts_fini(&o);
}

static void test_faults_belong_to_their_mcus(void **state)
{
	struct opts o;

	(void)state;
	parse_ok(&o, "--fault mute -u " U " --count 2 --fault deaf "
		     "-u 0102030405ff --seed 7 --collisions --lateness 250");
	assert_int_equal(o.mcus_len, 3);
	assert_int_equal(o.mcus[1].faults_len, 2);
	assert_int_equal(o.mcus[1].faults[0].kind, FAULT_MUTE);
	assert_int_equal(o.mcus[1].faults[1].kind, FAULT_DEAF);
	assert_int_equal(o.mcus[2].faults_len, 1);
	assert_int_equal(o.seed, 7);
	assert_int_equal(o.lateness_us, 250000);
	assert_int_equal(o.bitrate_bps, 1000000);
	opts_fini(&o);
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(test_one_uuid_is_enough),
		cmocka_unit_test(test_a_uart_has_250000_baud),
		cmocka_unit_test(test_faults_belong_to_their_mcus),
		cmocka_unit_test(test_a_later_mcu_may_have_the_same_uuid),
		cmocka_unit_test(test_a_bit_rate_may_be_given_twice_alike),
		cmocka_unit_test(
			test_options_before_the_first_mcu_are_everybodys_default),
		cmocka_unit_test(test_a_chip_id_names_the_uuid),
		cmocka_unit_test(test_count_counts_uuids_and_nodeids_up),
		cmocka_unit_test(
			test_a_chip_that_never_has_katapult_on_can_has_none),
		cmocka_unit_test(
			test_the_type_may_come_after_what_depends_on_it),
		cmocka_unit_test(test_help_and_version_need_no_mcu),
		cmocka_unit_test(test_help_names_every_option),
	};
	struct CMUnitTest tests[ARRAY_SIZE(mistakes) + ARRAY_SIZE(others)];
	size_t n = 0;

	ROWS(mistakes, test_mistake);
	tests[0].name = "(no arguments)";
	memcpy(&tests[n], others, sizeof(others));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
