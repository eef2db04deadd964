// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/ctl sim/canmcu/device sim/canmcu/fault
// needs: sim/canmcu/klipper sim/canmcu/mcu sim/canmcu/setup sim/canmcu/wire
// needs: sim/canmcu/world
/* "set": each key of a configuration file, said to a board that is there. */
#include "files_bench.h"

#include "../../../sim/canmcu/setup/keys.h"

#define FIXED(key)                                                         \
	ERROR(key ": how an MCU is reached cannot be changed while it is " \
		  "simulated; start canmcu again")

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

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(test_every_key_has_a_line),
	};
	struct CMUnitTest tests[ARRAY_SIZE(set_lines) + ARRAY_SIZE(others)];
	size_t n = 0;

	ROWS(set_lines, test_line);
	memcpy(&tests[n], others, sizeof(others));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
