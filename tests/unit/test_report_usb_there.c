// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/canbootreq tools/canbus tools/shared
/* What canbootreq says of a board that was on USB before anything was asked. */
#include "report_usb.h"

/* It was there before: nothing was asked. */
static const struct end_row there_rows[] = {
	{ "Katapult from an earlier call",
	  { .cause = CAUSE_USB_ALREADY,
	    .request = REQUEST_NONE,
	    .bitrate_guessed = true,
	    .port = "1-1.4",
	    .usb = KATAPULT(.tty = "/dev/ttyACM1", .by_id = BY_ID) },
	  0,
	  NAME "in-bootloader: it was in the bootloader already, on USB: "
	       "Katapult is on USB port 1-1.4 (1d50:6177) as /dev/ttyACM1; no "
	       "request was sent\n",
	  "canbootreq: next: python3 ~/katapult/scripts/flashtool.py -d " BY_ID
	  " -f ~/klipper/out/klipper.bin\n"
	  "canbootreq: back: press the board's reset button, or switch its "
	  "power off and on; a boot button must not be held\n"
	  "canbootreq:   then bring can0 up, which is down after each plug: " UP
	  "; 1000000 is Klipper's default" },
	{ "behind another adapter there is nothing to bring up",
	  { .cause = CAUSE_USB_ALREADY,
	    .request = REQUEST_NONE,
	    .link.up = true,
	    .port = "1-1.4",
	    .usb = KATAPULT() },
	  0,
	  NAME "in-bootloader: it was in the bootloader already, on USB: "
	       "Katapult is on USB port 1-1.4 (1d50:6177) without a tty; no "
	       "request was sent\n",
	  "canbootreq: next: load the driver: sudo modprobe cdc-acm\n"
	  "canbootreq:   then see which tty it is: ls /dev/serial/by-id\n"
	  "canbootreq: back: press the board's reset button, or switch its "
	  "power off and on; a boot button must not be held\n" },
	{ "--leave does not end it",
	  { .cause = CAUSE_USB_CANNOT_LEAVE,
	    .leave = true,
	    .request = REQUEST_NONE,
	    .port = "1-1.4",
	    .usb = KATAPULT(.tty = "/dev/ttyACM1") },
	  1,
	  NAME "local-error: it is not on can0, but in its bootloader on USB: "
	       "Katapult is on USB port 1-1.4 (1d50:6177) as /dev/ttyACM1, "
	       "which --leave cannot end; nothing was started\n",
	  "canbootreq: press the board's reset button" },
	{ "a ROM that may be it, or what it is behind",
	  { .cause = CAUSE_MAYBE_LOADED,
	    .request = REQUEST_NONE,
	    .detail = "the CAN interfaces here: can1",
	    .warnings = 1u << WARNING_HEATERS,
	    .port = "1-1.4",
	    .usb = DFU },
	  7,
	  NAME "unproven: there is no interface can0: likely the adapter of "
	       "can0, which may be this MCU itself, is in its bootloader on "
	       "USB port 1-1.4 (0483:df11): the STM32 ROM bootloader (DFU), "
	       "whose serial number does not yield a UUID; the CAN interfaces "
	       "here: can1; no request was sent\n",
	  "canbootreq: next: sudo dfu-util -d ,0483:df11 -p 1-1.4 " },
	{ "the bridge has come back as another interface",
	  { .cause = CAUSE_ELSEWHERE,
	    .request = REQUEST_NONE,
	    .port = "1-1.4",
	    .usb = { .devnum = 4,
		     .vendor = 0x1d50,
		     .product = 0x606f,
		     .ifname = "can1" } },
	  1,
	  NAME "local-error: there is no interface can0, and this MCU is on "
	       "USB port 1-1.4 (1d50:606f): the adapter of can1; no request "
	       "was sent\n",
	  "canbootreq: ask it there: canbootreq -i can1 -u 112233445566\n" },
	{ "the interface is down, and the bridge is behind another one",
	  { .cause = CAUSE_DOWN_ELSEWHERE,
	    .request = REQUEST_NONE,
	    .port = "1-1.4",
	    .usb = { .devnum = 4,
		     .vendor = 0x1d50,
		     .product = 0x606f,
		     .ifname = "can1" } },
	  1,
	  NAME "local-error: can0 is down, and this MCU is not on can0, but on "
	       "USB port 1-1.4 (1d50:606f): the adapter of can1; no request "
	       "was sent\n",
	  "canbootreq: ask it there: canbootreq -i can1 -u 112233445566\n" },
	{ "the bridge has no driver",
	  { .cause = CAUSE_ELSEWHERE,
	    .request = REQUEST_NONE,
	    .port = "1-1.4",
	    .usb = { .devnum = 4,
		     .vendor = 0x1d50,
		     .product = 0x606f,
		     .manufacturer = "Klipper" } },
	  1,
	  NAME "local-error: there is no interface can0, and this MCU is on "
	       "USB port 1-1.4 (1d50:606f): a Klipper bridge (gs_usb), which "
	       "no driver uses; no request was sent\n",
	  "canbootreq: load the drivers: sudo modprobe -a gs_usb cdc-acm\n" },
	{ "the bridge is behind another interface",
	  { .cause = CAUSE_SILENT_ELSEWHERE,
	    .request = REQUEST_HANDED_OVER,
	    .port = "1-1.4",
	    .usb = { .devnum = 4,
		     .vendor = 0x1d50,
		     .product = 0x606f,
		     .ifname = "can1" } },
	  3,
	  NAME "no-answer: no proof within 1.5 s: " HANDED ", but no Katapult "
	       "answered with this UUID; this MCU is not on can0, but on USB "
	       "port 1-1.4 (1d50:606f): the adapter of can1\n",
	  "canbootreq: ask it there: canbootreq -i can1 -u 112233445566\n" },
	{ "it is on USB alone",
	  { .cause = CAUSE_SILENT_ELSEWHERE,
	    .request = REQUEST_HANDED_OVER,
	    .port = "1-1.4",
	    .usb = { .devnum = 4,
		     .vendor = 0x1d50,
		     .product = 0x614e,
		     .tty = "/dev/ttyACM0" } },
	  3,
	  NAME "no-answer: no proof within 1.5 s: " HANDED ", but no Katapult "
	       "answered with this UUID; this MCU is not on can0, but on USB "
	       "port 1-1.4 (1d50:614e): Klipper on a serial port, "
	       "/dev/ttyACM0\n",
	  "canbootreq: ask it there: serialbootreq -d /dev/ttyACM0\n" },
	{ "--leave of one that runs Klipper on USB, which is not to be asked",
	  { .cause = CAUSE_LEAVE_RUNS,
	    .leave = true,
	    .request = REQUEST_NONE,
	    .port = "1-1.4",
	    .usb = { .devnum = 4,
		     .vendor = 0x1d50,
		     .product = 0x614e,
		     .tty = "/dev/ttyACM0" } },
	  3,
	  NAME "no-answer: no Katapult answered with this UUID on can0 within "
	       "1.5 s; nothing was started; this MCU is on USB port 1-1.4 "
	       "(1d50:614e): Klipper on a serial port, /dev/ttyACM0\n",
	  "canbootreq: Klipper runs on it: there is no bootloader to leave\n" },
	{ "--leave without an interface, of a bridge that runs Klipper",
	  { .cause = CAUSE_ELSEWHERE,
	    .leave = true,
	    .request = REQUEST_NONE,
	    .port = "1-1.4",
	    .usb = { .devnum = 4,
		     .vendor = 0x1d50,
		     .product = 0x606f,
		     .ifname = "can1" } },
	  1,
	  NAME "local-error: there is no interface can0, and this MCU is on "
	       "USB port 1-1.4 (1d50:606f): the adapter of can1; nothing was "
	       "started\n",
	  "canbootreq: Klipper runs on it: there is no bootloader to leave\n" },
};

/* There is no UUID to say it of, but heaters are heaters. */
static void test_adapter_in_rom(void **state)
{
	const struct words_facts facts = { .cause = CAUSE_ADAPTER_LOADED,
					   .ifname = "can0",
					   .port = "1-1.4",
					   .warnings = 1u << WARNING_HEATERS,
					   .usb = DFU };
	struct capture c;

	(void)state;
	capture_open(&c, false);
	report_end(&c.report, &facts);
	assert_int_equal(report_close(&c.report), 1);
	capture_end(&c);
	assert_non_null(strstr(c.err, "canbootreq: warning: in a bootloader "
				      "nobody controls heaters, "));
	capture_free(&c);
}

/* What it is behind: the end of a call, not of a UUID. */
static void test_adapter_loaded(void **state)
{
	const struct words_facts facts = {
		.cause = CAUSE_ADAPTER_LOADED,
		.ifname = "can0",
		.detail = "no CAN interface exists on this machine",
		.port = "1-1.4",
		.bitrate_bps = 1000000,
		.usb = KATAPULT(.tty = "/dev/ttyACM1")
	};
	struct capture c;

	(void)state;
	capture_open(&c, false);
	report_end(&c.report, &facts);
	assert_int_equal(report_close(&c.report), 1);
	capture_end(&c);
	assert_string_equal(c.out, "");
	assert_string_equal(
		c.err,
		"canbootreq: there is no interface can0: likely the adapter of "
		"can0 is in its bootloader on USB port 1-1.4 (1d50:6177): "
		"Katapult as /dev/ttyACM1; no CAN interface exists on this "
		"machine; to start it again: press the board's reset button, "
		"or switch its power off and on; a boot button must not be "
		"held; then bring can0 up, which is down after each plug: sudo "
		"ip link set can0 up type can bitrate 1000000; or flash it: "
		"python3 ~/katapult/scripts/flashtool.py -d /dev/ttyACM1 -f "
		"~/klipper/out/klipper.bin\n");
	capture_free(&c);
}

/* Nothing was sent, so this is the end of the call and not of a UUID. */
static void test_mixed(void **state)
{
	const struct words_facts facts = { .cause = CAUSE_MIXED,
					   .ifname = "can0",
					   .port = "1-1.4",
					   .usb = { .devnum = 2,
						    .vendor = 0x1d50,
						    .product = 0x606f,
						    .manufacturer = "Klipper",
						    .serial = "12345" } };
	struct capture c;

	(void)state;
	capture_open(&c, false);
	report_end(&c.report, &facts);
	assert_int_equal(report_close(&c.report), 1);
	capture_end(&c);
	assert_string_equal(c.out, "");
	assert_non_null(
		strstr(c.err, "behind can0 is a Klipper bridge (gs_usb) "
			      "on USB port 1-1.4 (1d50:606f) whose "
			      "serial number '12345' does not yield its UUID"));
	assert_non_null(strstr(c.err, "; ask with one -u in each call"));
	capture_free(&c);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(there_rows) + 3] = {
		cmocka_unit_test(test_adapter_in_rom),
		cmocka_unit_test(test_adapter_loaded),
		cmocka_unit_test(test_mixed),
	};
	size_t n = 3;

	ROWS(there_rows, test_end);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
