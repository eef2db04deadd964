// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/canbootreq tools/canbus tools/shared
/* What canbootreq says of an adapter on USB that was asked, or is another MCU's. */
#include "report_usb.h"

static const struct end_row rows[] = {
	{ "Katapult, named by udev",
	  { .cause = CAUSE_USB_KATAPULT,
	    FOLLOWED(KATAPULT,
		     KATAPULT(.tty = "/dev/ttyACM1", .by_id = BY_ID)) },
	  0,
	  NAME "in-bootloader: Katapult came up on USB port 1-1.4 (1d50:6177) "
	       "as /dev/ttyACM1; " HANDED "\n",
	  "canbootreq: next: python3 ~/katapult/scripts/flashtool.py -d " BY_ID
	  " -f ~/klipper/out/klipper.bin\n"
	  "canbootreq: back: press the board's reset button, or switch its "
	  "power off and on; a boot button must not be held\n"
	  "canbootreq:   then bring can0 up, which is down after each plug: " UP
	  "\n" },
	{ "Katapult, without udev",
	  { .cause = CAUSE_USB_KATAPULT,
	    FOLLOWED(KATAPULT, KATAPULT(.tty = "/dev/ttyACM1")) },
	  0,
	  NAME "in-bootloader: Katapult came up on USB port 1-1.4 (1d50:6177) "
	       "as /dev/ttyACM1; " HANDED "\n",
	  "flashtool.py -d /dev/ttyACM1 -f " },
	{ "Katapult, without a driver",
	  { .cause = CAUSE_USB_NO_TTY, FOLLOWED(KATAPULT, KATAPULT()) },
	  0,
	  NAME "in-bootloader: Katapult came up on USB port 1-1.4 (1d50:6177), "
	       "but no tty for it within 1.5 s; " HANDED "\n",
	  "next: load the driver: sudo modprobe cdc-acm\n" },
	{ "ROM",
	  { .cause = CAUSE_USB_LOADER,
	    .warnings = 1u << WARNING_HEATERS,
	    FOLLOWED(LOADER, DFU) },
	  0,
	  NAME "in-bootloader: the STM32 ROM bootloader (DFU) came up on USB "
	       "port 1-1.4 (0483:df11); " HANDED "\n",
	  "next: sudo dfu-util -d ,0483:df11 -p 1-1.4 -a 0 -s "
	  "0x08000000:leave -D ~/klipper/out/klipper.bin\n" },
	{ "back, down",
	  { .cause = CAUSE_USB_BACK, FOLLOWED(BACK, BRIDGE) },
	  4,
	  NAME "still-application: this bridge left USB port 1-1.4 and came "
	       "back unchanged (1d50:606f): it runs Klipper; " HANDED
	       "; can0 is down\n",
	  "canbootreq: bring can0 up: " UP "\n" },
	{ "back, up again",
	  { .cause = CAUSE_USB_BACK, .usb_up = true, FOLLOWED(BACK, BRIDGE) },
	  4,
	  NAME "still-application: this bridge left USB port 1-1.4 and came "
	       "back unchanged (1d50:606f): it runs Klipper; " HANDED
	       "; can0 is up again\n",
	  "canbootreq: can0 can be used again\n" },
	{ "never left",
	  { .cause = CAUSE_USB_STAYED, FOLLOWED(STAYED, BRIDGE) },
	  4,
	  NAME "still-application: this bridge has not left USB port 1-1.4 "
	       "(1d50:606f) within 1.5 s: it still runs Klipper; " HANDED "\n",
	  "canbootreq: likely reasons, likeliest first:\n"
	  "canbootreq:   1. the request was lost: ask again\n"
	  "canbootreq:   2. Klipper hangs, or is too old to know the request: "
	  "press reset twice within half a second" },
	{ "never left, of a type that has no ROM to go to",
	  { .cause = CAUSE_USB_STAYED,
	    FOLLOWED(STAYED, { .devnum = 4,
			       .vendor = 0x1d50,
			       .product = 0x606f,
			       .name = "stm32f103xe" }) },
	  4,
	  NAME "still-application: this bridge has not left USB port 1-1.4 "
	       "(1d50:606f) within 1.5 s: it still runs Klipper; " HANDED "\n",
	  "canbootreq: likely reasons, likeliest first:\n"
	  "canbootreq:   1. no Katapult on the board: put it there once (by "
	  "boot button, debug probe or SD card), and build Klipper with the "
	  "offset for it, or use the way of its maker\n"
	  "canbootreq:   2. Klipper was built without the offset of its "
	  "Katapult: press reset twice within half a second" },
	{ "an empty port",
	  { .cause = CAUSE_USB_EMPTY, FOLLOWED(EMPTY, { 0 }) },
	  3,
	  NAME "no-answer: this bridge left USB port 1-1.4, but nothing was "
	       "there 1.5 s after the request; " HANDED "\n",
	  "longer --timeout" },
	{ "an empty port, and no confirmation before that",
	  { .cause = CAUSE_USB_EMPTY,
	    .request = REQUEST_UNCONFIRMED,
	    .port = "1-1.4",
	    .followed = KCAN_USBFOLLOW_EMPTY },
	  3,
	  NAME "no-answer: this bridge left USB port 1-1.4, but nothing was "
	       "there 1.5 s after the request; the request was on its way "
	       "when can0 went\n",
	  "" },
	{ "something else; texts are any bytes",
	  { .cause = CAUSE_USB_OTHER,
	    FOLLOWED(OTHER, { .devnum = 3,
			      .vendor = 0x046d,
			      .product = 0xc077,
			      .manufacturer = "Logi\33tech",
			      .name = "Mouse" }) },
	  7,
	  NAME "unproven: this bridge left USB port 1-1.4, where now a device "
	       "that is no bootloader known here is (046d:c077 Logi?tech "
	       "Mouse); " HANDED "\n",
	  "lsusb" },
	{ "only requested",
	  { .cause = CAUSE_USB_REQUESTED,
	    .request = REQUEST_HANDED_OVER,
	    .port = "1-1.4",
	    .usb = BRIDGE },
	  0,
	  NAME "requested: not verified; " HANDED ", and this is the bridge "
	       "behind can0 itself, on USB port 1-1.4 (1d50:606f)\n",
	  UP },
	{ "the adapter of another MCU came back",
	  { .cause = CAUSE_ADAPTER_LOST,
	    .detail = "vanished",
	    FOLLOWED(BACK, BRIDGE) },
	  3,
	  NAME "no-answer: can0 vanished while waiting for proof; " HANDED
	       "; its adapter left USB port 1-1.4 and came back unchanged "
	       "(1d50:606f), which tells nothing of this MCU; can0 is down\n",
	  "canbootreq: bring can0 up: " UP "\ncanbootreq:   then ask again\n" },
	{ "the adapter of another MCU is gone, and no request was confirmed",
	  { .cause = CAUSE_ADAPTER_LOST_UNSENT,
	    .detail = "vanished",
	    FOLLOWED(EMPTY, { 0 }) },
	  5,
	  NAME "not-sent: can0 vanished before the request was confirmed; its "
	       "adapter left USB port 1-1.4 and has not come back, which tells "
	       "nothing of this MCU\n",
	  "canbootreq: plug the adapter in again, then: " UP "\n" },
	{ "an adapter that may be it, in something that is not known",
	  { .cause = CAUSE_ADAPTER_LOST,
	    .detail = "vanished",
	    .match = KCAN_USBDEV_MATCH_UNKNOWN,
	    FOLLOWED(EMPTY, { 0 }) },
	  3,
	  NAME "no-answer: can0 vanished while waiting for proof; " HANDED
	       "; its adapter, which may be this MCU itself, left USB port "
	       "1-1.4 and has not come back\n",
	  "" },
	{ "an interface that comes back under another name",
	  { .cause = CAUSE_USB_BACK,
	    FOLLOWED(BACK, { .devnum = 4,
			     .vendor = 0x1d50,
			     .product = 0x606f,
			     .ifname = "can1" }) },
	  4,
	  NAME "still-application: this bridge left USB port 1-1.4 and came "
	       "back unchanged (1d50:606f): it runs Klipper; " HANDED
	       "; can1 is down\n",
	  "canbootreq: bring can1 up: sudo ip link set can1 up type can "
	  "bitrate 500000\n" },
};

/* The line comes at once, what udev makes known a little later. */
static void test_early(void **state)
{
	struct words_facts facts = complete(&rows[0].facts);
	struct capture c;

	(void)state;
	capture_open(&c, false);
	facts.usb.by_id[0] = '\0';
	report_early(&c.report, &facts);
	fflush(c.report.streams.out);
	assert_string_equal(c.out, rows[0].out);
	strcpy(facts.usb.by_id, BY_ID);
	report_end(&c.report, &facts);
	/* and another one has a line of its own */
	facts.said = false;
	report_end(&c.report, &facts);
	capture_end(&c);
	assert_int_equal(strlen(c.out), 2 * strlen(rows[0].out));
	assert_non_null(strstr(c.err, "-d " BY_ID));
	capture_free(&c);
}

static void test_json(void **state)
{
	struct words_facts facts = complete(&rows[0].facts);
	struct capture c;

	(void)state;
	capture_open(&c, true);
	report_early(&c.report, &facts);
	report_end(&c.report, &facts);
	facts.usb = (struct kcan_usbdev){ 0 };
	facts.cause = CAUSE_USB_EMPTY;
	report_end(&c.report, &facts);
	facts.port[0] = '\0';
	report_end(&c.report, &facts);
	capture_end(&c);
	assert_non_null(strstr(c.out, "\"usb\":{\"port\":\"1-1.4\",\"id\":"
				      "\"1d50:6177\",\"tty\":\"/dev/ttyACM1\","
				      "\"by_id\":\"" BY_ID "\"}"));
	assert_non_null(strstr(c.out, "\"next_argv\":[\"python3\",\"/home/pi/"
				      "katapult/scripts/flashtool.py\",\"-d\","
				      "\"" BY_ID "\",\"-f\",\"/home/pi/klipper/"
				      "out/klipper.bin\"]"));
	assert_non_null(strstr(c.out, "\"usb\":{\"port\":\"1-1.4\"}"));
	assert_null(strstr(strrchr(c.out, '{'), "\"usb\""));
	capture_free(&c);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows) + 2] = {
		cmocka_unit_test(test_early),
		cmocka_unit_test(test_json),
	};
	size_t n = 2;

	ROWS(rows, test_end);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
