// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/serialbootreq tools/serial tools/shared
#include <signal.h>

#include "../../tools/serialbootreq/report.h"

#define PROGRAM "serialbootreq"

#include "report_capture.h"

#define UART "/dev/ttyS0"
#define BY_ID "/dev/serial/by-id/usb-katapult_rp2040_E66-if00"
#define KATAPULT                                                   \
	{                                                          \
		.devnum = 5, .vendor = 0x1d50, .product = 0x6177,  \
		.manufacturer = "katapult", .tty = "/dev/ttyACM0", \
		.by_id = BY_ID,                                    \
	}
#define KLIPPER                                                   \
	{                                                         \
		.devnum = 4, .vendor = 0x1d50, .product = 0x614e, \
		.manufacturer = "Klipper", .tty = "/dev/ttyACM0", \
	}
#define DFU                                                      \
	{                                                        \
		.devnum = 5, .vendor = 0x0483, .product = 0xdf11 \
	}

static inline struct words_facts complete(const struct words_facts *part)
{
	struct words_facts facts = *part;

	facts.device = facts.device ? facts.device : UART;
	facts.baud_bps = 115200;
	facts.katapult_bps = 250000;
	facts.timeout_us = 1500000;
	snprintf(facts.port, sizeof(facts.port), "1-1.4");
	return facts;
}

static const struct end_row end_rows[] = {
	{ "Katapult on a UART",
	  { .cause = CAUSE_PROVEN,
	    .requested = true,
	    .katapult = { .mcu = "rp2040",
			  .version = "v1",
			  .app_start = 0x10004000 } },
	  0,
	  UART ": in-bootloader: Katapult answered at 250000 baud (rp2040, "
	       "Katapult v1, application at 0x10004000)\n",
	  "serialbootreq: next: python3 ~/katapult/scripts/flashtool.py -d "
	  "/dev/ttyS0 -b 250000 -f ~/klipper/out/klipper.bin\n"
	  "serialbootreq: back: press the board's reset button" },
	{ "it was there before",
	  { .cause = CAUSE_ALREADY, .katapult.mcu = "\033[2J" },
	  0,
	  UART ": in-bootloader: it was in Katapult already, which answered at "
	       "250000 baud (?[2J, Katapult of unknown version, application at "
	       "0x00000000); no request was sent\n",
	  "next: python3" },
	{ "Klipper on a UART",
	  { .cause = CAUSE_APPLICATION, .requested = true },
	  4,
	  UART ": still-application: Klipper still answers at 115200 baud; the "
	       "request was sent\n",
	  "serialbootreq: likely reasons, likeliest first:\n"
	  "serialbootreq:   1. no Katapult on the board: put it there once (by "
	  "boot button, debug probe or SD card), and build Klipper with the "
	  "offset for it\n"
	  "serialbootreq:   2. Klipper was built without the offset of its "
	  "Katapult: press reset twice within half a second, for which most "
	  "Katapults stay, then ask again, and flash one that was built with "
	  "it\n"
	  "serialbootreq:   3. Klipper is too old to know the request" },
	{ "a line that sends everything back",
	  { .cause = CAUSE_ECHO, .requested = true },
	  3,
	  UART ": no-answer: only what was written came back; the request was "
	       "sent\n",
	  "serialbootreq: likely TX and RX are connected to each other: " },
	{ "on USB it came back",
	  { .cause = CAUSE_USB_BACK, .requested = true, .usb = KLIPPER },
	  4,
	  UART ": still-application: it left USB port 1-1.4 and came back "
	       "there as it was: Klipper on a serial port, as /dev/ttyACM0; "
	       "the request was sent\n",
	  "serialbootreq: likely reasons, likeliest first:\n"
	  "serialbootreq:   1. its bootloader did not stay: " },
	{ "silence may be a Katapult that is stuck",
	  { .cause = CAUSE_SILENT, .requested = true },
	  3,
	  UART
	  ": no-answer: no answer came, neither before the request nor within "
	  "1.5 s after it; the request was sent\n",
	  "its Katapult is stuck, as after a flash or a call that broke off "
	  "inside a block: switch the board's power off and on, then ask "
	  "again\n" },
	{ "silence since may be a Katapult that is stuck",
	  { .cause = CAUSE_SILENT_SINCE, .requested = true },
	  3,
	  UART ": no-answer: Klipper answered at first, but neither Klipper "
	       "nor Katapult answered within 1.5 s after the request; the "
	       "request was sent\n",
	  "switch the board's power off and on, then ask again\n" },
	{ "silence",
	  { .cause = CAUSE_SILENT, .requested = true },
	  3,
	  UART
	  ": no-answer: no answer came, neither before the request nor within "
	  "1.5 s after it; the request was sent\n",
	  "serialbootreq: likely reasons, likeliest first:\n"
	  "serialbootreq:   1. Klipper has another rate than 115200 baud" },
	{ "Katapult on USB",
	  { .cause = CAUSE_USB_KATAPULT, .requested = true, .usb = KATAPULT },
	  0,
	  UART ": in-bootloader: Katapult came up on USB port 1-1.4 "
	       "(1d50:6177) as " BY_ID "\n",
	  "serialbootreq: next: python3 ~/katapult/scripts/flashtool.py -d "
	  "" BY_ID " -f ~/klipper/out/klipper.bin\nserialbootreq: back: " },
	{ "DFU: the heaters come first",
	  { .cause = CAUSE_USB_LOADER, .requested = true, .usb = DFU },
	  0,
	  UART ": in-bootloader: the STM32 ROM bootloader (DFU) came up on USB "
	       "port 1-1.4 (0483:df11)\n",
	  "serialbootreq: warning: in a bootloader nobody controls heaters, "
	  "fans and steppers, and some boards switch a heater on in DFU mode: "
	  "switch heater power off, or stay with the machine\n"
	  "serialbootreq: next: sudo dfu-util -d ,0483:df11 -p 1-1.4 -a 0 " },
	{ "on USB it never left",
	  { .cause = CAUSE_USB_STAYED, .requested = true, .usb = KLIPPER },
	  4,
	  UART
	  ": still-application: Klipper on a serial port did not leave USB "
	  "port 1-1.4 within 1.5 s; the request was sent\n",
	  "serialbootreq: likely reasons, likeliest first:\n"
	  "serialbootreq:   1. no Katapult on the board: " },
	{ "a second time, by the name that it had in Klipper",
	  { .cause = CAUSE_USB_ALREADY, .usb = KATAPULT },
	  0,
	  UART ": in-bootloader: it was in the bootloader already: Katapult is "
	       "on USB port 1-1.4 (1d50:6177) as /dev/ttyACM0; no request was "
	       "sent\n",
	  "serialbootreq: next: python3 ~/katapult/scripts/flashtool.py -d "
	  "" BY_ID },
	{ "it is a bridge now",
	  { .cause = CAUSE_USB_BRIDGE,
	    .has_uuid = true,
	    .uuid = { { 0xb0, 0x91, 0xcc, 0xc2, 0x41, 0xc9 } },
	    .usb = { .devnum = 5,
		     .vendor = 0x1d50,
		     .product = 0x606f,
		     .ifname = "can0" } },
	  1,
	  UART ": local-error: it is a USB-to-CAN bridge now: can0, UUID "
	       "b091ccc241c9, on USB port 1-1.4 (1d50:606f); no request was "
	       "sent\n",
	  "serialbootreq: ask it there: canbootreq -i can0 -u b091ccc241c9\n" },
	{ "it runs Klipper under another name",
	  { .cause = CAUSE_USB_RENAMED, .usb = KLIPPER },
	  1,
	  UART ": local-error: this board has another name now: Klipper on a "
	       "serial port is on USB port 1-1.4 (1d50:614e) as /dev/ttyACM0; "
	       "no request was sent\n",
	  "ask it by that name: serialbootreq -d /dev/ttyACM0\n" },
	{ "a ROM that is likely it",
	  { .cause = CAUSE_USB_MAYBE,
	    .detail = "No such file or directory",
	    .usb = DFU },
	  7,
	  UART ": unproven: there is no such device (No such file or "
	       "directory); likely it is in its bootloader, the STM32 ROM "
	       "bootloader (DFU) on USB port 1-1.4 (0483:df11), which this "
	       "name does not prove; no request was sent\n",
	  "serialbootreq: warning: in a bootloader nobody controls heaters" },
	{ "vanished while it was touched",
	  { .cause = CAUSE_USB_LOST, .detail = "Input/output error" },
	  5,
	  UART ": not-sent: it vanished while it was being asked (Input/output "
	       "error), and on USB port 1-1.4 there is nothing\n",
	  "" },
	{ "held",
	  { .cause = CAUSE_HELD, .holder = { .pid = 4711, .name = "python3" } },
	  6,
	  UART ": busy: python3 (pid 4711) has it open; no request was sent\n",
	  "serialbootreq: end that program, and the print with it; Klipper's "
	  "host: sudo systemctl stop klipper\n" },
	{ "no permission, but a group has it",
	  { .cause = CAUSE_PERMISSION, .group = "dialout" },
	  1,
	  UART ": local-error: this user may not open it, members of the group "
	       "dialout may\n",
	  "sudo usermod -a -G dialout \"$USER\"\n" },
	{ "a signal",
	  { .cause = CAUSE_INTERRUPTED, .requested = true, .signal = SIGINT },
	  130,
	  UART ": interrupted: ended by SIGINT before it was decided; the "
	       "request was sent\n",
	  "" },
};

static void test_a_wrong_command_line_is_one_line(void **state)
{
	const struct words_facts facts = { .cause = CAUSE_USAGE,
					   .detail = "-b 'x' is no number" };
	struct capture c;

	(void)state;
	capture_open(&c, false);
	report_end(&c.report, &facts);
	assert_int_equal(report_close(&c.report), 2);
	capture_end(&c);
	assert_string_equal(c.out, "");
	assert_string_equal(c.err, "serialbootreq: -b 'x' is no number (see "
				   "serialbootreq --help)\n");
	capture_free(&c);
}

static const struct json_row json_rows[] = {
	{ "JSON of Katapult on a UART",
	  { .cause = CAUSE_PROVEN,
	    .device = UART,
	    .way = WAY_UART,
	    .katapult_bps = 250000,
	    .requested = true,
	    .elapsed_us = 41999,
	    .identified = true,
	    .katapult = { .mcu = "\377\"", .app_start = 0x10004000 } },
	  "{\"schema\":1,\"device\":\"/dev/ttyS0\",\"outcome\":"
	  "\"in-bootloader\",\"code\":0,\"reason\":\"Katapult answered at "
	  "250000 baud (?\\\", Katapult of unknown version, application at "
	  "0x10004000)\",\"way\":\"uart\",\"request\":\"handed-over\","
	  "\"elapsed_ms\":41,\"katapult\":{\"mcu\":\"?\\\"\","
	  "\"application_start\":\"0x10004000\"},\"next\":\"python3 "
	  "~/katapult/scripts/flashtool.py -d /dev/ttyS0 -b 250000 -f "
	  "~/klipper/out/klipper.bin\",\"next_argv\":[\"python3\","
	  "\"/home/pi/katapult/scripts/flashtool.py\",\"-d\","
	  "\"/dev/ttyS0\",\"-b\",\"250000\",\"-f\","
	  "\"/home/pi/klipper/out/klipper.bin\"],"
	  "\"back\":\"press the board's reset "
	  "button, or switch its power off and on: without a request Katapult "
	  "starts the application\"}\n" },
	{ "JSON of an empty USB port",
	  { .cause = CAUSE_USB_LOST,
	    .device = UART,
	    .way = WAY_USB,
	    .port = "1-1",
	    .detail = "why" },
	  "{\"schema\":1,\"device\":\"/dev/ttyS0\",\"outcome\":\"not-sent\","
	  "\"code\":5,\"reason\":\"it vanished while it was being asked (why), "
	  "and on USB port 1-1 there is nothing\",\"way\":\"usb\",\"request\":"
	  "\"none\",\"usb\":{\"port\":\"1-1\"},\"next\":\"if it was unplugged, "
	  "plug it in; then ask again\"}\n" },
	{ "JSON of a wrong command line",
	  { .cause = CAUSE_USAGE, .detail = "-b 'x' is no number" },
	  "{\"schema\":1,\"outcome\":\"usage\",\"code\":2,\"reason\":\"-b 'x' "
	  "is no number (see serialbootreq --help)\"}\n" },
};

/* Every way it can end makes whole sentences, as text and as JSON. */
static void test_no_slot_is_left(void **state)
{
	struct words_facts facts = complete(&(struct words_facts){ 0 });
	struct capture c;

	(void)state;
	for (facts.cause = 0; facts.cause < CAUSE_COUNT; facts.cause++) {
		assert_true(strlen(words_of(facts.cause)->reason) > 7);
		capture_open(&c, false);
		report_end(&c.report, &facts);
		report_close(&c.report);
		capture_end(&c);
		assert_null(strpbrk(c.out, "{}"));
		assert_null(strpbrk(c.err, "{}"));
		capture_free(&c);
	}
}

static void test_which_ends_have_a_command(void **state)
{
	static const bool has_next[CAUSE_COUNT] = {
		[CAUSE_ALREADY] = true,
		[CAUSE_PROVEN] = true,
	};
	struct words_facts facts = complete(&(struct words_facts){ 0 });

	(void)state;
	for (facts.cause = 0; facts.cause < CAUSE_COUNT; facts.cause++) {
		const struct words *words = words_of(facts.cause);

		assert_command(words->next, &facts, has_next[facts.cause]);
		assert_command(words->back, &facts, false);
	}
}

static void test_which_loaders_are_flashed_by_a_command(void **state)
{
	const char *next = words_of(CAUSE_USB_ALREADY)->next;
	struct words_facts facts = complete(&(struct words_facts){ 0 });

	(void)state;
	facts.usb = (struct kcan_usbdev)KATAPULT;
	assert_command(next, &facts, true);
	facts.usb.by_id[0] = facts.usb.tty[0] = '\0';
	assert_command(next, &facts, false); /* it says how to get a tty */
	facts.usb = (struct kcan_usbdev)DFU;
	assert_command(next, &facts, true);
	facts.usb.vendor = 0x2e8a; /* the ROM of an RP2040 */
	facts.usb.product = 0x0003;
	assert_command(next, &facts, true);
}

static void test_the_string_as_hex(void **state)
{
	struct capture c;

	(void)state;
	/* can-admin-channel.md, section 11.2, behind a sync */
	capture_open(&c, false);
	report_dry_run(&c.report);
	assert_int_equal(report_close(&c.report), 0);
	capture_end(&c);
	assert_string_equal(c.out,
			    "7e201c20526571756573742053657269616c20426f6f746c"
			    "6f616465722121207e\n");
	capture_free(&c);
}

static void test_results_that_cannot_be_written(void **state)
{
	(void)state;
	check_a_full_disk();
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(end_rows) + ARRAY_SIZE(json_rows) +
				6] = {
		cmocka_unit_test(test_a_wrong_command_line_is_one_line),
		cmocka_unit_test(test_no_slot_is_left),
		cmocka_unit_test(test_which_ends_have_a_command),
		cmocka_unit_test(test_which_loaders_are_flashed_by_a_command),
		cmocka_unit_test(test_the_string_as_hex),
		cmocka_unit_test(test_results_that_cannot_be_written),
	};
	size_t n = 6;

	ROWS(end_rows, test_end);
	ROWS(json_rows, test_end_in_json);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
