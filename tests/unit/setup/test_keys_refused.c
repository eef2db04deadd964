// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault
// needs: sim/canmcu/mcu/mcu_cfg.c sim/canmcu/setup
// needs: sim/canmcu/wire/confinement.c
/* Each key: what is said about the values it refuses. */
#include "keys_bench.h"

#define UART_WANT                                                      \
	": give 'pty:/PATH' to make a serial line with that name, or " \
	"one there is, like /dev/ttyS0"
#define UUID_WANT ": give up to 12 hex digits, like 112233445566"
#define CHIP_WANT                                                      \
	": give 24 hex digits for an STM32, 16 for an RP2040, 32 for " \
	"LPC and SAM"
#define IFACE_WANT                                                       \
	": give the name of a CAN interface, like can0, or of a bus in " \
	"here, like :desk"
#define TEXT_WANT ": give at most 47 printable ASCII characters"
#define CLOCK_WANT ": give a number of Hz from 1000000 to 715827882"
#define STATE_WANT ": give 'klipper', 'shutdown', 'katapult' or 'off'"

static const struct row refused[] = {
	{ "canbus_uuid=", "canbus_uuid ''" UUID_WANT },
	{ "canbus_uuid=0x", "canbus_uuid '0x'" UUID_WANT },
	{ "canbus_uuid=1122334455667",
	  "canbus_uuid '1122334455667'" UUID_WANT },
	{ "canbus_uuid=0112233445566",
	  "canbus_uuid '0112233445566'" UUID_WANT },
	{ "canbus_uuid=11 22", "canbus_uuid '11 22'" UUID_WANT },
	{ "canbus_uuid=-1", "canbus_uuid '-1'" UUID_WANT },
	{ "chip_id=abc", "chip_id 'abc'" CHIP_WANT },
	{ "chip_id=", "chip_id ''" CHIP_WANT },
	{ "interface=", "interface ''" IFACE_WANT },
	{ "interface=a234567890123456",
	  "interface 'a234567890123456'" IFACE_WANT },
	{ "interface=a/b", "interface 'a/b'" IFACE_WANT },
	{ "canbus_interface=can 0", "canbus_interface 'can 0'" IFACE_WANT },
	{ "bridge=maybe", "bridge 'maybe': give 'on' or 'off'" },
	{ "usb=", "usb '': give 'on' or 'off'" },
	{ "uart=", "uart ''" UART_WANT },
	{ "uart=ttyS0", "uart 'ttyS0'" UART_WANT },
	{ "uart=pty:", "uart 'pty:'" UART_WANT },
	{ "baud=299", "baud '299': give a number from 300 to 4000000" },
	{ "--katapult-baud=0",
	  "--katapult-baud '0': give a number from 300 to 4000000" },
	{ "baud=4000001", "baud '4000001': give a number from 300 to 4000000" },
	{ "uart=pty:~/a", "uart 'pty:~/a'" UART_WANT },
	{ "usb_serial=\t",
	  "usb_serial '\t': give at most 47 printable ASCII characters" },
	{ "usb_port=240", "usb_port '240': give a number from 0 to 239" },
	{ "usb_tcp=65536", "usb_tcp '65536': give a number from 0 to 65535" },
	{ "klipper_bitrate=9999",
	  "klipper_bitrate '9999': give bits per second from 10000 to "
	  "1000000" },
	{ "katapult_bitrate=1000001",
	  "katapult_bitrate '1000001': give bits per second from 10000 to "
	  "1000000" },
	{ "bridge_bitrate=1000001",
	  "bridge_bitrate '1000001': give a number from 0 to 1000000" },
	{ "bridge_state=off",
	  "bridge_state 'off': give 'error-active', 'error-warning', "
	  "'error-passive' or 'bus-off'" },
	{ "bridge_echo=1.0", "bridge_echo '1.0': give 'on' or 'off'" },
	{ "mcu_type=z80", "mcu_type 'z80': give one that --help lists, like "
			  "stm32g0b1xx" },
	{ "--mcu-type=z80", "--mcu-type 'z80': give one that --help lists, "
			    "like stm32g0b1xx" },
	{ "bootloader=Katapult",
	  "bootloader 'Katapult': give 'katapult', 'rom' or 'none'" },
	{ "state=rom", "state 'rom'" STATE_WANT },
	{ "state=boot", "state 'boot'" STATE_WANT },
	{ "nodeid=256", "nodeid '256': give a number from 0 to 255" },
	{ "nodeid=", "nodeid '': give a number from 0 to 255" },
	{ "boot_ms=3600001",
	  "boot_ms '3600001': give a number from 0 to 3600000" },
	{ "erase_ms=1001", "erase_ms '1001': give a number from 0 to 1000" },
	{ "clock_freq=999999", "clock_freq '999999'" CLOCK_WANT },
	{ "clock_freq=715827883", "clock_freq '715827883'" CLOCK_WANT },
	{ "clock_freq=64M", "clock_freq '64M'" CLOCK_WANT },
	{ "double_reset=maybe", "double_reset 'maybe': give 'on' or 'off'" },
	{ "ecc=8", "ecc '8': give 'on' or 'off'" },
	{ "sane_rx=", "sane_rx '': give 'on' or 'off'" },
	{ "no_application=2", "no_application '2': give 'on' or 'off'" },
	{ "application_start=0", "application_start '0': give an address, like "
				 "0x8002000" },
	{ "application_start=0x100000000",
	  "application_start '0x100000000': give an address, like 0x8002000" },
	{ "mcu_name=" X47 "x", "mcu_name '" X47 "x'" TEXT_WANT },
	{ "katapult_version=\xc3\xbc",
	  "katapult_version '\xc3\xbc'" TEXT_WANT },
	{ "flash_image=", "flash_image '': give a path, without '~'" },
	{ "flash_image=/a\n",
	  "flash_image '/a\n': give a path without control characters" },
	{ "uart=/a\005",
	  "uart '/a\005': give a path without control characters" },
	{ "flash_image=~/a", "flash_image '~/a': give a path, without '~'" },
	{ "mcutype=x", "there is no key 'mcutype': did you mean 'mcu_type'?" },
	{ "canbus_uid=1",
	  "there is no key 'canbus_uid': did you mean 'canbus_uuid'?" },
	{ "mcu-type=x", "there is no key 'mcu-type': did you mean "
			"'mcu_type'?" },
	{ "nodied=1", "there is no key 'nodied': did you mean 'nodeid'?" },
	/* two letters of three are not near */
	{ "mcu=1", "there is no key 'mcu': see canmcu(1)" },
	{ "ec=1", "there is no key 'ec': did you mean 'ecc'?" },
	{ "xecc=1", "there is no key 'xecc': did you mean 'ecc'?" },
	{ "xxecc=1", "there is no key 'xxecc': see canmcu(1)" },
};

static void test_refused(void **state)
{
	const struct row *row = *state;
	struct keys_board b = { .cfg.nodeid = -1 };
	char error[KEYS_WANT_MAX + 128] = "";

	assert_int_equal(apply(&b, row->name, error), -EINVAL);
	assert_string_equal(error, row->want);
}

/* Klipper's own four interfaces: a build has one. */
static void test_an_mcu_is_reached_in_one_way(void **state)
{
	static const char *const ways[] = { "bridge=yes", "usb=yes",
					    "uart=/dev/ttyS0" };
	char error[KEYS_WANT_MAX + 128];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ways) * ARRAY_SIZE(ways); i++) {
		const char *first = ways[i / ARRAY_SIZE(ways)];
		const char *second = ways[i % ARRAY_SIZE(ways)];
		struct keys_board b = { .cfg.nodeid = -1 };

		assert_int_equal(apply(&b, first, error), 0);
		assert_int_equal(apply(&b, second, error),
				 first == second ? 0 : -EINVAL);
	}
}

static void test_two_ways_are_told_by_name(void **state)
{
	struct keys_board b = { .cfg.link = MCU_LINK_USB };
	char error[KEYS_WANT_MAX + 128] = "";

	(void)state;
	assert_int_equal(apply(&b, "bridge=yes", error), -EINVAL);
	assert_string_equal(error, "bridge 'yes': it has 'usb' already; leave "
				   "one of the two away");
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(test_an_mcu_is_reached_in_one_way),
		cmocka_unit_test(test_two_ways_are_told_by_name),
	};
	struct CMUnitTest tests[ARRAY_SIZE(refused) + ARRAY_SIZE(others)];
	size_t n = 0;

	ROWS(refused, test_refused);
	memcpy(&tests[n], others, sizeof(others));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
