// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/canbootreq tools/canbus tools/shared
/*
 * What --list shows of what is there, and which MCU of a printer.cfg is which.
 * Chip ids and their UUIDs: usbip-gsusb-bridge.md, section 3.1; serial numbers of
 * ROMs and names in by-id: can-admin-channel.md, section 9.
 */
#include "report_canbootreq.h"

#include <errno.h>

#include "../../tools/canbootreq/list/listing.h"

#define MAX 5
#define CHIP "3B0028001451303432353938"	      /* b091ccc241c9 */
#define OTHER_CHIP "3D0052001450425539383920" /* 154aab036e6a */
#define RP2040 "E660583883724A32"
#define BY_ID "/dev/serial/by-id/usb-"

#define LINKS                                                              \
	"INTERFACE DRIVER       STATE            BIT/S  SAMPLE   ERRORS  " \
	"RESTART  QUEUE\n"
#define CAN0                                                               \
	"can0      gs_usb       ERROR-ACTIVE   1000000   87.5%        -  " \
	"      0    128\n"
#define BOARDS "USB PORT  UUID         NAME           WHAT\n"
#define UNSEEN "NOT SEEN       WHY\n"
#define WARNING "canbootreq: warning: "

#define GSUSB(ifname)                                                     \
	{                                                                 \
		4, 0x1d50, 0x606f, "Klipper", "stm32f446xx", CHIP, ifname \
	}
#define KATAPULT(tty, by_id)                                                  \
	{                                                                     \
		5, 0x1d50, 0x6177, "katapult", "stm32g0b1xx", OTHER_CHIP, "", \
			tty, by_id                                            \
	}
#define KLIPPER                                                                \
	{                                                                      \
		6, 0x1d50, 0x614e, "Klipper", "rp2040", RP2040, "",            \
			"/dev/ttyACM1", BY_ID "Klipper_rp2040_" RP2040 "-if00" \
	}
#define DFU                                                                   \
	{                                                                     \
		7, 0x0483, 0xdf11, "STMicroelectronics", "STM32  BOOTLOADER", \
			"3861356D3430"                                        \
	}
#define VCAN(n, up_, queue)                                                 \
	{                                                                   \
		.name = (n), .is_can = true, .up = (up_), .driver = "vcan", \
		.txqueuelen = (queue)                                       \
	}
#define HEALTHY                                                                \
	{                                                                      \
		.name = "can0", .is_can = true, .up = true, .txqueuelen = 128, \
		.driver = "gs_usb", .state = KCAN_LINK_STATE_ERROR_ACTIVE,     \
		.bitrate_bps = 1000000, .sample_point = 875                    \
	}

static const struct row {
	const char *name;
	struct inventory_interface interfaces[MAX];
	struct inventory_board boards[MAX];
	const char *config;
	const char *ttys[MAX]; /* where the serial of each MCU leads to */
	const char *only;
	const char *out;
	const char *err; /* all of both */
	const char *json;
	int code;
} rows[] = {
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

static int load(void *ctx, const char *path, char **data, size_t *len)
{
	if (strcmp(path, "p") != 0)
		return -ENOENT;
	*data = strdup(ctx);
	*len = strlen(ctx);
	return 0;
}

static void set_up(struct inventory *all, struct config_mcus *config,
		   const struct row *row)
{
	const struct config_files files = { load, NULL, (void *)row->config };
	char error[CONFIG_ERROR_MAX];

	*config = (struct config_mcus){ 0 };
	*all = (struct inventory){ 0 };
	all->interfaces = calloc(MAX, sizeof(*all->interfaces));
	all->boards = calloc(MAX, sizeof(*all->boards));
	all->mcus = calloc(MAX, sizeof(*all->mcus));
	memcpy(all->interfaces, row->interfaces, sizeof(row->interfaces));
	memcpy(all->boards, row->boards, sizeof(row->boards));
	while (all->interfaces_len < MAX &&
	       row->interfaces[all->interfaces_len].link.is_can)
		all->interfaces_len++;
	while (all->boards_len < MAX &&
	       row->boards[all->boards_len].at.dev.devnum)
		all->boards_len++;
	if (!row->config)
		return;
	assert_int_equal(
		config_mcus_read(config, &files, "p", NULL, NULL, error), 0);
	assert_true(config->len <= MAX);
	all->config = config;
	all->mcus_len = config->len;
	for (size_t i = 0; i < config->len; i++) {
		all->mcus[i].mcu = &config->list[i];
		if (row->ttys[i])
			strcpy(all->mcus[i].tty, row->ttys[i]);
	}
	inventory_name(all);
	if (row->only)
		inventory_keep(all, row->only);
}

static void report(const struct row *row, bool json, struct capture *c)
{
	struct config_mcus config;
	struct inventory all;

	set_up(&all, &config, row);
	capture_open(c, json);
	listing_report(&c->report, &all);
	assert_int_equal(report_close(&c->report), row->code);
	capture_end(c);
	config_mcus_free(&config);
	free(all.interfaces);
	free(all.boards);
	free(all.mcus);
}

static void test_row(void **state)
{
	const struct row *row = *state;
	struct capture c;

	report(row, false, &c);
	assert_string_equal(c.out, row->out);
	assert_string_equal(c.err, row->err);
	capture_free(&c);
	report(row, true, &c);
	if (row->json)
		assert_string_equal(c.out, row->json);
	assert_string_equal(c.err, "");
	capture_free(&c);
}

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
