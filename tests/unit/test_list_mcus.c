// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/canbootreq tools/canbus tools/shared
/* What --list shows of boards, and which MCU of a printer.cfg is which. */
#include "list_bench.h"

static const struct row rows[] = {
	{ "boards of printer.cfg are known by their tty, their serial number "
	  "and their UUID, whatever they run",
	  .boards = { { { "1-1", KATAPULT("/dev/ttyACM0", BY_ID
					  "katapult_stm32g0b1xx_" OTHER_CHIP
					  "-if00") } },
		      { { "1-2", KLIPPER } },
		      { { "1-3", DFU } } },
	  .config = "[mcu EBB]\ncanbus_uuid: 154aab036e6a\n"
		    "[mcu]\nserial: /dev/ttyACM1\n"
		    "[mcu bed]\nserial: " BY_ID "Klipper_stm32f446xx_" CHIP
		    "-if00\n",
	  .ttys = { NULL, "/dev/ttyACM1" },
	  .out = BOARDS
	  "1-1       154aab036e6a EBB            Katapult\n"
	  "    /dev/ttyACM0, serial number "
	  "3D0052001450425539383920\n"
	  "    /dev/serial/by-id/usb-katapult_stm32g0b1xx_3D00520014"
	  "50425539383920-if00\n"
	  "1-2       82b45e731232 mcu            Klipper on a "
	  "serial port\n"
	  "    /dev/ttyACM1, serial number E660583883724A32\n"
	  "    /dev/serial/by-id/usb-Klipper_rp2040_E660583883724A32"
	  "-if00\n"
	  "1-3       -            bed            the STM32 ROM "
	  "bootloader (DFU)\n"
	  "    serial number 3861356D3430\n",
	  .err = "" },
	{ "a bridge and a Katapult that no driver uses",
	  .boards = { { { "1-1", GSUSB("") } },
		      { { "1-2", KATAPULT("", "") } } },
	  .out = BOARDS
	  "1-1       b091ccc241c9 -              a Klipper bridge "
	  "(gs_usb)\n"
	  "    serial number 3B0028001451303432353938\n"
	  "1-2       154aab036e6a -              Katapult\n"
	  "    serial number 3D0052001450425539383920\n",
	  .err = WARNING
	  "no driver uses a Klipper bridge (gs_usb) on USB port "
	  "1-1: sudo modprobe -a gs_usb cdc-acm\n" WARNING
	  "no driver uses Katapult on USB port 1-2: sudo modprobe "
	  "-a gs_usb cdc-acm\n" },
	{ "MCUs that are not seen, and why",
	  { { HEALTHY } },
	  .config =
		  "[mcu EBB]\ncanbus_uuid: 112233445566\n"
		  "[mcu bed]\ncanbus_uuid: aabbccddeeff\ncanbus_interface: can1\n"
		  "[mcu]\nserial: " BY_ID "Klipper_rp2040_E6-if00\n"
		  "[mcu uart]\nserial: /dev/ttyAMA0\n"
		  "[mcu pi]\nserial: /tmp/klipper_host_mcu\n",
	  .ttys = { NULL, NULL, NULL, "/dev/ttyAMA0" },
	  .out = LINKS CAN0 UNSEEN
	  "EBB            not looked for: on CAN, canbootreq -i "
	  "can0 --listen hears it\n"
	  "    UUID 112233445566\n"
	  "bed            not seen: there is no CAN interface can1\n"
	  "    UUID aabbccddeeff\n"
	  "mcu            not seen: its tty does not exist\n"
	  "    /dev/serial/by-id/usb-Klipper_rp2040_E6-if00\n"
	  "uart           not looked for: its tty exists; what is "
	  "behind it was not asked\n"
	  "    /dev/ttyAMA0\n"
	  "pi             not looked for: a process of a computer\n"
	  "    /tmp/klipper_host_mcu\n",
	  .err = "",
	  .json = "{\"schema\":1,\"item\":\"interface\","
		  "\"interface\":\"can0\",\"driver\":\"gs_usb\","
		  "\"up\":true,\"state\":\"ERROR-ACTIVE\","
		  "\"bitrate_bps\":1000000,\"sample_point_percent\":87.5,"
		  "\"restart_ms\":0,\"txqueuelen\":128,"
		  "\"klipper_host\":false}\n"
		  "{\"schema\":1,\"item\":\"mcu\",\"name\":\"EBB\","
		  "\"where\":\"can\",\"reason\":\"not looked for: on CAN, "
		  "canbootreq -i can0 --listen hears "
		  "it\",\"uuid\":\"112233445566\",\"interface\":\"can0\"}\n"
		  "{\"schema\":1,\"item\":\"mcu\",\"name\":\"bed\","
		  "\"where\":\"no-interface\",\"reason\":\"not seen: there "
		  "is no CAN interface can1\",\"uuid\":\"aabbccddeeff\","
		  "\"interface\":\"can1\"}\n"
		  "{\"schema\":1,\"item\":\"mcu\",\"name\":\"mcu\","
		  "\"where\":\"no-tty\",\"reason\":\"not seen: its tty "
		  "does not exist\",\"serial\":\"/dev/serial/by-id/usb-Klipp"
		  "er_rp2040_E6-if00\"}\n"
		  "{\"schema\":1,\"item\":\"mcu\",\"name\":\"uart\","
		  "\"where\":\"tty\",\"reason\":\"not looked for: its tty "
		  "exists; what is behind it was not "
		  "asked\",\"serial\":\"/dev/ttyAMA0\"}\n"
		  "{\"schema\":1,\"item\":\"mcu\",\"name\":\"pi\","
		  "\"where\":\"process\",\"reason\":\"not looked for: a "
		  "process of a computer\","
		  "\"serial\":\"/tmp/klipper_host_mcu\"}\n" },
	{ "what the file says wrongly is told with its line",
	  { { HEALTHY } },
	  .config = "[mcu]\ncanbus_uuid: 1122334455667\n[mcu a]\nserial:\n"
		    "[mcu b]\ncanbus_uuid: 1\n[mcu c]\ncanbus_uuid: 01\n"
		    "[mcu d]\ncanbus_uuid: 2\ncanbus_interface: a/b\n",
	  .out = LINKS CAN0 UNSEEN
	  "mcu            p:2: canbus_uuid '1122334455667' of "
	  "[mcu] is none: give up to 12 hex digits, like "
	  "112233445566\n"
	  "a              p:4: serial of [mcu a] is empty\n"
	  "b              p:6: canbus_uuid 000000000001 of [mcu b] "
	  "is also that of [mcu c] in p:8: each MCU has its own\n"
	  "c              p:8: canbus_uuid 000000000001 of [mcu c] "
	  "is also that of [mcu b] in p:6: each MCU has its own\n"
	  "d              p:11: canbus_interface 'a/b' of [mcu d] "
	  "is no interface name: 1 to 15 characters without '/' "
	  "and blanks, like can0\n",
	  .err = "" },
	{ "one interface alone, and what is on it",
	  { { HEALTHY, { "1-1", GSUSB("can0") } },
	    { VCAN("can1", false, 10) } },
	  { { { "1-1", GSUSB("can0") } } },
	  "[mcu]\ncanbus_uuid: b091ccc241c9\n[mcu a]\ncanbus_uuid: 1\n"
	  "[mcu b]\ncanbus_uuid: 2\ncanbus_interface: can1\n",
	  .only = "can0",
	  .out = LINKS CAN0
	  "    a Klipper bridge (gs_usb) on USB port 1-1, UUID "
	  "b091ccc241c9 (mcu)\n" UNSEEN
	  "a              not looked for: on CAN, canbootreq -i "
	  "can0 --listen hears it\n"
	  "    UUID 000000000001\n",
	  .err = "" },
};

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows)];
	size_t n = 0;

	ROWS(rows, test_row);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
