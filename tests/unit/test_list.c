// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/canbootreq tools/canbus tools/shared
/* What --list shows of interfaces and adapters, and what it warns of. */
#include "list_bench.h"

static const struct row rows[] = {
	{ "an interface of software",
	  { { VCAN("vcan0", true, 1000) } },
	  .out = LINKS
	  "vcan0     vcan         UNKNOWN              -       -   "
	  "     -        -   1000\n",
	  .err = "",
	  .json = "{\"schema\":1,\"item\":\"interface\","
		  "\"interface\":\"vcan0\",\"driver\":\"vcan\",\"up\":true,"
		  "\"state\":\"UNKNOWN\",\"txqueuelen\":1000,"
		  "\"klipper_host\":false}\n" },
	{ "the adapter is an MCU of printer.cfg, and its host runs",
	  { { HEALTHY, { "1-1.4", GSUSB("can0") }, .klipper_host = true } },
	  { { { "1-1.4", GSUSB("can0") } } },
	  "[mcu]\ncanbus_uuid: b091ccc241c9\n",
	  .out = LINKS CAN0
	  "    a Klipper bridge (gs_usb) on USB port 1-1.4, UUID "
	  "b091ccc241c9 (mcu)\n"
	  "    a Klipper host has nodes open on it\n" BOARDS
	  "1-1.4     b091ccc241c9 mcu            a Klipper bridge "
	  "(gs_usb)\n"
	  "    can0, serial number 3B0028001451303432353938\n",
	  .err = "",
	  .json = "{\"schema\":1,\"item\":\"interface\","
		  "\"interface\":\"can0\",\"driver\":\"gs_usb\","
		  "\"up\":true,\"state\":\"ERROR-ACTIVE\","
		  "\"bitrate_bps\":1000000,\"sample_point_percent\":87.5,"
		  "\"restart_ms\":0,\"txqueuelen\":128,"
		  "\"klipper_host\":true,"
		  "\"adapter\":{\"usb\":{\"port\":\"1-1.4\","
		  "\"id\":\"1d50:606f\"},\"kind\":\"bridge\",\"what\":\"a "
		  "Klipper bridge (gs_usb)\","
		  "\"serial_number\":\"3B0028001451303432353938\","
		  "\"uuid\":\"b091ccc241c9\",\"name\":\"mcu\"}}\n"
		  "{\"schema\":1,\"item\":\"board\","
		  "\"device\":{\"usb\":{\"port\":\"1-1.4\","
		  "\"id\":\"1d50:606f\"},\"kind\":\"bridge\",\"what\":\"a "
		  "Klipper bridge (gs_usb)\","
		  "\"serial_number\":\"3B0028001451303432353938\","
		  "\"uuid\":\"b091ccc241c9\",\"name\":\"mcu\"},"
		  "\"interface\":\"can0\"}\n" },
	{ "each trouble has its remedy",
	  { { { .name = "can0",
		.is_can = true,
		.txqueuelen = 10,
		.driver = "gs_usb",
		.state = KCAN_LINK_STATE_STOPPED,
		.restart_ms = 100 } },
	    { { .name = "can1",
		.is_can = true,
		.up = true,
		.txqueuelen = 127,
		.driver = "mcp251xfd",
		.state = KCAN_LINK_STATE_ERROR_PASSIVE,
		.bitrate_bps = 500000,
		.sample_point = 800,
		.restart_ms = 100,
		.has_counters = true,
		.tx_errors = 136,
		.rx_errors = 7 } } },
	  .out = LINKS
	  "can0      gs_usb       down                 -       -   "
	  "     -      100     10\n"
	  "can1      mcp251xfd    ERROR-PASSIVE   500000   80.0%   "
	  " 136/7      100    127\n",
	  .err = WARNING
	  "can0 is down; bring it up: sudo ip link set can0 up "
	  "type can bitrate 1000000; 1000000 is Klipper's default, "
	  "take what your nodes have\n" WARNING
	  "the transmit queue of can0 is short (10 frames): bursts "
	  "of Klipper's host do not fit and come late; make it "
	  "longer: sudo ip link set can0 txqueuelen 128\n" WARNING
	  "restart-ms is set on can0, but its driver gs_usb cannot "
	  "restart it: at the next bus-off the kernel can crash; "
	  "take it back: sudo ip link set can0 down && sudo ip "
	  "link set can0 type can restart-ms 0 && sudo ip link set "
	  "can0 up type can bitrate 1000000\n" WARNING
	  "can1 is in state ERROR-PASSIVE (error counters tx 136 "
	  "rx 7): most frames fail, so look for power, wiring, "
	  "termination and the same bit rate on all nodes; it ends "
	  "when all is well again, or, while no Klipper host uses "
	  "the bus, with: sudo ip link set can1 down && sudo ip "
	  "link set can1 up type can bitrate 500000\n" WARNING
	  "the transmit queue of can1 is short (127 frames): "
	  "bursts of Klipper's host do not fit and come late; make "
	  "it longer: sudo ip link set can1 txqueuelen 128\n",
	  .json = "{\"schema\":1,\"item\":\"interface\","
		  "\"interface\":\"can0\",\"driver\":\"gs_usb\","
		  "\"up\":false,\"state\":\"STOPPED\",\"restart_ms\":100,"
		  "\"txqueuelen\":10,\"klipper_host\":false,"
		  "\"warnings\":[\"can0 is down; bring it up: sudo ip link "
		  "set can0 up type can bitrate 1000000; 1000000 is "
		  "Klipper's default, take what your nodes have\",\"the "
		  "transmit queue of can0 is short (10 frames): bursts of "
		  "Klipper's host do not fit and come late; make it "
		  "longer: sudo ip link set can0 txqueuelen "
		  "128\",\"restart-ms is set on can0, but its driver "
		  "gs_usb cannot restart it: at the next bus-off the "
		  "kernel can crash; take it back: sudo ip link set can0 "
		  "down && sudo ip link set can0 type can restart-ms 0 && "
		  "sudo ip link set can0 up type can bitrate 1000000\"]}\n"
		  "{\"schema\":1,\"item\":\"interface\","
		  "\"interface\":\"can1\",\"driver\":\"mcp251xfd\","
		  "\"up\":true,\"state\":\"ERROR-PASSIVE\","
		  "\"bitrate_bps\":500000,\"sample_point_percent\":80.0,"
		  "\"tx_errors\":136,\"rx_errors\":7,\"restart_ms\":100,"
		  "\"txqueuelen\":127,\"klipper_host\":false,"
		  "\"warnings\":[\"can1 is in state ERROR-PASSIVE (error "
		  "counters tx 136 rx 7): most frames fail, so look for "
		  "power, wiring, termination and the same bit rate on all "
		  "nodes; it ends when all is well again, or, while no "
		  "Klipper host uses the bus, with: sudo ip link set can1 "
		  "down && sudo ip link set can1 up type can bitrate "
		  "500000\",\"the transmit queue of can1 is short (127 "
		  "frames): bursts of Klipper's host do not fit and come "
		  "late; make it longer: sudo ip link set can1 txqueuelen "
		  "128\"]}\n" },
	{ "the second channel of an adapter is brought up by its own name",
	  { { { .name = "can1",
		.is_can = true,
		.txqueuelen = 128,
		.driver = "gs_usb",
		.bitrate_bps = 250000 },
	      { "1-2",
		{ 9, 0x1d50, 0x606f, "bytewerk", "candleLight", "00AA",
		  "can0" } } } },
	  .out = LINKS
	  "can1      gs_usb       down            250000       -   "
	  "     -        0    128\n"
	  "    bytewerk candleLight on USB port 1-2\n",
	  .err = WARNING "can1 is down; bring it up: sudo ip link set can1 up "
			 "type can bitrate 250000\n" },
	{ "bytes of a device and of a file are made printable",
	  { { VCAN("c\033n0", true, 128),
	      { "1-1", { 9, 1, 2, "\033[2J", "\xff", "\001" } } } },
	  { { { "1-2", { 3, 0x1d50, 0x6177, "", "", "\033]0;\007" } } } },
	  "[mcu \033]\ncanbus_uuid: 1\n",
	  .out = LINKS
	  "c?n0      vcan         UNKNOWN              -       -   "
	  "     -        -    128\n"
	  "    ?[2J ? on USB port 1-1\n" BOARDS
	  "1-2       -            -              Katapult\n"
	  "    serial number ?]0;?\n" UNSEEN
	  "?              not seen: there is no CAN interface can0\n"
	  "    UUID 000000000001\n",
	  .err = WARNING
	  "no driver uses Katapult on USB port 1-2: sudo modprobe "
	  "-a gs_usb cdc-acm\n",
	  .json = "{\"schema\":1,\"item\":\"interface\","
		  "\"interface\":\"c?n0\",\"driver\":\"vcan\",\"up\":true,"
		  "\"state\":\"UNKNOWN\",\"txqueuelen\":128,"
		  "\"klipper_host\":false,"
		  "\"adapter\":{\"usb\":{\"port\":\"1-1\","
		  "\"id\":\"0001:0002\"},\"kind\":\"other\","
		  "\"what\":\"?[2J ?\",\"serial_number\":\"?\"}}\n"
		  "{\"schema\":1,\"item\":\"board\","
		  "\"device\":{\"usb\":{\"port\":\"1-2\","
		  "\"id\":\"1d50:6177\"},\"kind\":\"katapult\","
		  "\"what\":\"Katapult\",\"serial_number\":\"?]0;?\"},"
		  "\"warnings\":[\"no driver uses Katapult on USB port "
		  "1-2: sudo modprobe -a gs_usb cdc-acm\"]}\n"
		  "{\"schema\":1,\"item\":\"mcu\",\"name\":\"?\","
		  "\"where\":\"no-interface\",\"reason\":\"not seen: there "
		  "is no CAN interface can0\",\"uuid\":\"000000000001\","
		  "\"interface\":\"can0\"}\n" },
	{ "nothing is there", .code = 1, .out = "",
	  .err = "canbootreq: this machine has no CAN interface, and no "
		 "board on USB that runs Klipper or is in a bootloader; "
		 "plug one in and see whether the kernel finds it (lsusb, "
		 "dmesg); if it does: sudo modprobe -a gs_usb cdc-acm\n",
	  .json = "{\"schema\":1,\"outcome\":\"local-error\",\"code\":1,"
		  "\"reason\":\"this machine has no CAN interface, and no "
		  "board on USB that runs Klipper or is in a "
		  "bootloader\",\"next\":\"plug one in and see whether the "
		  "kernel finds it (lsusb, dmesg)\\nif it does: sudo "
		  "modprobe -a gs_usb cdc-acm\"}\n" },
};

/* What is no kind of ours has its own words, if it has any. */
static void test_what_another_device_is(void **state)
{
	static const struct {
		struct kcan_usbdev dev;
		const char *text;
	} devs[] = {
		{ { .manufacturer = "M", .name = "N" },
		  "{usbmaker} {usbname}" },
		{ { .name = "N" }, "{usbname}" },
		{ { .manufacturer = "M" }, "an adapter ({usbid})" },
		{ { .devnum = 1 }, "an adapter ({usbid})" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(devs); i++) {
		struct kcan_usbdev dev = devs[i].dev;

		dev.devnum = 1;
		strcpy(dev.ifname, "can0");
		assert_string_equal(inventory_what(&dev).key, "other");
		assert_string_equal(inventory_what(&dev).text, devs[i].text);
	}
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows) + 1] = {
		cmocka_unit_test(test_what_another_device_is),
	};
	size_t n = 1;

	ROWS(rows, test_row);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
