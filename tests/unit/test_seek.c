// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/canbootreq/look/seek.c
/* What USB tells of MCUs that cannot be asked on CAN. */
#include "../support/unit.h"

#include <string.h>

#include "../../tools/canbootreq/look/seek.h"
#include "fake_usbports.h"

/* usbip-gsusb-bridge.md, section 3.1; can-admin-channel.md, section 10.3 */
#define CHIP "3B0028001451303432353938"
#define OTHER_CHIP "3D0052001450425539383920"
#define BRIDGE                                             \
	{                                                  \
		{                                          \
			0xb0, 0x91, 0xcc, 0xc2, 0x41, 0xc9 \
		}                                          \
	}
#define NODE                             \
	{                                \
		{                        \
			1, 2, 3, 4, 5, 6 \
		}                        \
	}
#define KATAPULT(serial, tty)                                      \
	{                                                          \
		3, 0x1d50, 0x6177, "katapult", "", serial, "", tty \
	}
#define GSUSB(serial, ifname)                                    \
	{                                                        \
		4, 0x1d50, 0x606f, "Klipper", "", serial, ifname \
	}
#define SERIAL(serial, tty)                                       \
	{                                                         \
		5, 0x1d50, 0x614e, "Klipper", "", serial, "", tty \
	}
#define DFU                                                                 \
	{                                                                   \
		6, 0x0483, 0xdf11, "STMicroelectronics", "", "3861356D3430" \
	}
#define MOUSE                                              \
	{                                                  \
		7, 0x046d, 0xc077, "Logitech", "Mouse", "" \
	}

static const struct row {
	const char *name;
	struct kcan_usbdev plugged[PORTS];
	struct kcan_uuid uuid;
	const char *ifname;
	bool leave;
	/* no interface; then: it is there, and nobody answered */
	enum cause missing, silent;
	const char *port;
	unsigned int warnings;
} rows[] = {
	{ "nothing is on USB",
	  { { 0 } },
	  BRIDGE,
	  "can0",
	  false,
	  CAUSE_NO_INTERFACE,
	  CAUSE_SILENT,
	  "",
	  0 },
	{ "the bridge is in Katapult",
	  { MOUSE, KATAPULT(CHIP, "/dev/ttyACM0") },
	  BRIDGE,
	  "can0",
	  false,
	  CAUSE_USB_ALREADY,
	  CAUSE_USB_ALREADY,
	  "1-2",
	  0 },
	{ "the bridge is in Katapult beside another board that is",
	  { KATAPULT(OTHER_CHIP, ""), KATAPULT(CHIP, "/dev/ttyACM0"), DFU },
	  BRIDGE,
	  "can0",
	  false,
	  CAUSE_USB_ALREADY,
	  CAUSE_USB_ALREADY,
	  "1-2",
	  0 },
	{ "the bridge is in Katapult, which --leave cannot end",
	  { KATAPULT(CHIP, "/dev/ttyACM0") },
	  BRIDGE,
	  "can0",
	  true,
	  CAUSE_USB_CANNOT_LEAVE,
	  CAUSE_USB_CANNOT_LEAVE,
	  "1-1",
	  0 },
	{ "a node behind the bridge that is in Katapult",
	  { KATAPULT(CHIP, "/dev/ttyACM0") },
	  NODE,
	  "can0",
	  false,
	  CAUSE_ADAPTER_LOADED,
	  CAUSE_SILENT,
	  "1-1",
	  0 },
	{ "a Katapult without a chip id may be the MCU itself",
	  { KATAPULT("12345", "/dev/ttyACM0") },
	  BRIDGE,
	  "can0",
	  false,
	  CAUSE_MAYBE_LOADED,
	  CAUSE_SILENT,
	  "1-1",
	  0 },
	{ "a ROM may be the MCU itself",
	  { MOUSE, MOUSE, DFU },
	  BRIDGE,
	  "can0",
	  false,
	  CAUSE_MAYBE_LOADED,
	  CAUSE_SILENT,
	  "1-3",
	  1u << WARNING_HEATERS },
	{ "a ROM that may be the MCU itself is not flashed for --leave",
	  { MOUSE, MOUSE, DFU },
	  BRIDGE,
	  "can0",
	  true,
	  CAUSE_ADAPTER_LOADED,
	  CAUSE_SILENT,
	  "1-3",
	  1u << WARNING_HEATERS },
	{ "of two bootloaders none is likelier",
	  { KATAPULT(CHIP, ""), DFU },
	  NODE,
	  "can0",
	  false,
	  CAUSE_NO_INTERFACE,
	  CAUSE_SILENT,
	  "",
	  0 },
	{ "no bootloader is the adapter of a virtual interface",
	  { DFU },
	  NODE,
	  "vcan0",
	  false,
	  CAUSE_NO_INTERFACE,
	  CAUSE_SILENT,
	  "",
	  0 },
	{ "the bridge is behind another interface",
	  { GSUSB(OTHER_CHIP, "can0"), GSUSB(CHIP, "can1") },
	  BRIDGE,
	  "can0",
	  false,
	  CAUSE_ELSEWHERE,
	  CAUSE_SILENT_ELSEWHERE,
	  "1-2",
	  0 },
	{ "the bridge is behind this interface",
	  { GSUSB(CHIP, "can0") },
	  BRIDGE,
	  "can0",
	  false,
	  CAUSE_ELSEWHERE,
	  CAUSE_SILENT,
	  "1-1",
	  0 },
	{ "--leave, and the bridge runs Klipper behind this interface",
	  { GSUSB(CHIP, "can0") },
	  BRIDGE,
	  "can0",
	  true,
	  CAUSE_ELSEWHERE,
	  CAUSE_LEAVE_RUNS,
	  "1-1",
	  0 },
	{ "--leave, and Klipper runs on USB alone",
	  { SERIAL(CHIP, "/dev/ttyACM0") },
	  BRIDGE,
	  "can0",
	  true,
	  CAUSE_ELSEWHERE,
	  CAUSE_LEAVE_RUNS,
	  "1-1",
	  0 },
	{ "it is on USB alone",
	  { SERIAL(CHIP, "/dev/ttyACM0") },
	  BRIDGE,
	  "can0",
	  false,
	  CAUSE_ELSEWHERE,
	  CAUSE_SILENT_ELSEWHERE,
	  "1-1",
	  0 },
};

static void test_row(void **state)
{
	const struct row *row = *state;
	const struct opts opts = { .uuids = { NODE, row->uuid },
				   .uuids_len = 2 };
	const struct words_facts asked = { .ifname = row->ifname,
					   .leave = row->leave,
					   .has_uuid = true,
					   .uuid = row->uuid };
	struct words_facts facts = asked;
	const struct kcan_usbdev *seen;
	struct seek s;

	plugged = row->plugged;
	assert_int_equal(seek_all(&s, &opts), 0);
	facts.cause = CAUSE_NO_INTERFACE;
	seek_explain_missing(&s, &facts);
	assert_int_equal(facts.cause, row->missing);
	assert_string_equal(facts.port, row->port);
	assert_int_equal(facts.warnings, row->warnings);
	seen = *row->port ? &row->plugged[row->port[2] - '1'] :
			    &(struct kcan_usbdev){ 0 };
	assert_memory_equal(&facts.usb, seen, sizeof(*seen));
	assert_int_equal(facts.bitrate_bps, 1000000);
	assert_true(facts.bitrate_guessed);
	facts = asked;
	facts.cause = CAUSE_SILENT;
	if (!seek_explain_loaded(&s, &facts))
		seek_explain_silent(&s, &facts);
	assert_int_equal(facts.cause, row->silent);
	seek_free(&s);
}

static void test_an_interface_that_is_down(void **state)
{
	static const struct {
		struct kcan_usbdev plugged[PORTS];
		bool leave;
		enum cause cause;
	} ends[] = {
		{ { GSUSB(OTHER_CHIP, "can0"), GSUSB(CHIP, "can1") },
		  false,
		  CAUSE_DOWN_ELSEWHERE },
		{ { SERIAL(CHIP, "/dev/ttyACM0") }, true, CAUSE_DOWN_ELSEWHERE },
		{ { GSUSB(CHIP, "can0") }, false, CAUSE_DOWN },
		{ { KATAPULT(CHIP, "/dev/ttyACM0") }, false, CAUSE_USB_ALREADY },
		{ { MOUSE }, false, CAUSE_DOWN },
	};
	const struct opts opts = { .uuids = { BRIDGE }, .uuids_len = 1 };
	struct seek s;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		struct words_facts facts = { .cause = CAUSE_DOWN,
					     .ifname = "can0",
					     .leave = ends[i].leave,
					     .has_uuid = true,
					     .uuid = BRIDGE };

		plugged = ends[i].plugged;
		assert_int_equal(seek_all(&s, &opts), 0);
		seek_explain_down(&s, &facts);
		assert_int_equal(facts.cause, ends[i].cause);
		seek_free(&s);
	}
}

static void test_call_without_a_uuid(void **state)
{
	static const struct kcan_usbdev one[PORTS] = { DFU };
	static const struct kcan_usbdev two[PORTS] = { KATAPULT(CHIP, ""),
						       DFU };
	static const struct opts opts;
	struct words_facts facts = { .cause = CAUSE_NO_INTERFACE,
				     .ifname = "can0" };

	(void)state;
	plugged = one;
	seek_adapter(&opts, &facts);
	assert_int_equal(facts.cause, CAUSE_ADAPTER_LOADED);
	assert_string_equal(facts.port, "1-1");
	facts = (struct words_facts){ .cause = CAUSE_NO_INTERFACE,
				      .ifname = "can0",
				      .detail = "none" };
	plugged = two;
	seek_adapter(&opts, &facts);
	assert_int_equal(facts.cause, CAUSE_NO_INTERFACE);
	assert_string_equal(facts.detail,
			    "none; in a bootloader, one perhaps its adapter, "
			    "on USB ports: 1-1 (1d50:6177) 1-2 (0483:df11)");
	facts = (struct words_facts){ .cause = CAUSE_DOWN, .ifname = "can0" };
	plugged = one;
	seek_adapter(&opts, &facts);
	assert_int_equal(facts.cause, CAUSE_DOWN);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows) + 2];
	size_t n = 0;

	ROWS(rows, test_row);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(
		test_an_interface_that_is_down);
	tests[n++] =
		(struct CMUnitTest)cmocka_unit_test(test_call_without_a_uuid);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
