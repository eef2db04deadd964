// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/serial/seek.c
/* A name whose device is gone, and what is on the USB ports instead. */
#include "../support/unit.h"

#include <string.h>

#include "../../tools/serial/ask.h"
#include "fake_usbports.h"

/* usbip-gsusb-bridge.md, section 3.1; can-admin-channel.md, sections 9, 10.3 */
#define CHIP "3B0028001451303432353938"
#define OTHER_CHIP "3D0052001450425539383920"
#define KLIPPER "/dev/serial/by-id/usb-Klipper_stm32g0b1xx_" CHIP "-if00"
#define TYPE "stm32g0b1xx"
#define KATAPULT(serial)                                    \
	{                                                   \
		3, 0x1d50, 0x6177, "katapult", TYPE, serial \
	}
#define BRIDGE(serial)                                             \
	{                                                          \
		4, 0x1d50, 0x606f, "Klipper", TYPE, serial, "can0" \
	}
#define SERIAL(serial)                                     \
	{                                                  \
		5, 0x1d50, 0x614e, "Klipper", TYPE, serial \
	}
#define DFU(serial)                                                 \
	{                                                           \
		6, 0x0483, 0xdf11, "STMicroelectronics", "", serial \
	}
#define CANDLE(serial)                                               \
	{                                                            \
		7, 0x1d50, 0x606f, "bytewerk", "candleLight", serial \
	}
#define ROM_OF_CHIP "3861356D3430"

static const struct row {
	const char *name;
	const char *device;
	struct kcan_usbdev plugged[PORTS];
	enum cause want; /* PENDING: it was not found */
	const char *port;
} rows[] = {
	{ "Katapult of this chip",
	  KLIPPER,
	  { KATAPULT(OTHER_CHIP), KATAPULT(CHIP), DFU("1234") },
	  CAUSE_USB_ALREADY,
	  "1-2" },
	{ "the ROM of this chip",
	  KLIPPER,
	  { DFU(ROM_OF_CHIP), DFU("3569365A3330") },
	  CAUSE_USB_ALREADY,
	  "1-1" },
	{ "a bridge of this chip",
	  KLIPPER,
	  { BRIDGE(OTHER_CHIP), BRIDGE(CHIP) },
	  CAUSE_USB_BRIDGE,
	  "1-2" },
	{ "Klipper again, under the name of Katapult",
	  "/dev/serial/by-id/usb-katapult_stm32g0b1xx_" CHIP "-if00",
	  { SERIAL(CHIP) },
	  CAUSE_USB_RENAMED,
	  "1-1" },
	{ "an adapter that is no Klipper",
	  KLIPPER,
	  { CANDLE(CHIP) },
	  CAUSE_PENDING,
	  "" },
	{ "Katapult of another chip alone",
	  KLIPPER,
	  { KATAPULT(OTHER_CHIP) },
	  CAUSE_PENDING,
	  "" },
	{ "a ROM alone that does not tell",
	  KLIPPER,
	  { DFU("3569365A3330") },
	  CAUSE_USB_MAYBE,
	  "1-1" },
	{ "two ROMs that do not tell",
	  KLIPPER,
	  { DFU("3569365A3330"), DFU("1234") },
	  CAUSE_PENDING,
	  "" },
	{ "a number that many boards have, but one Katapult alone",
	  "/dev/serial/by-id/usb-Klipper_stm32g0b1xx_12345-if00",
	  { KATAPULT("12345") },
	  CAUSE_USB_MAYBE,
	  "1-1" },
	{ "a number that many boards have is no Klipper's name",
	  "/dev/serial/by-id/usb-Klipper_rp2040_12345-if00",
	  { SERIAL("12345") },
	  CAUSE_PENDING,
	  "" },
	{ "the kernel's name, and a bootloader alone",
	  "/dev/ttyACM0",
	  { DFU(ROM_OF_CHIP) },
	  CAUSE_USB_MAYBE,
	  "1-1" },
	{ "the kernel's name, and Katapult, which has another one",
	  "/dev/ttyACM0",
	  { KATAPULT(CHIP) },
	  CAUSE_USB_MAYBE,
	  "1-1" },
	{ "a UART has nothing to do with it",
	  "/dev/ttyS7",
	  { DFU(ROM_OF_CHIP) },
	  CAUSE_PENDING,
	  "" },
	{ "nothing is there", KLIPPER, { { 0 } }, CAUSE_PENDING, "" },
};

static void test_row(void **state)
{
	const struct kcan_uuid uuid = { { 0xb0, 0x91, 0xcc, 0xc2, 0x41,
					  0xc9 } };
	const struct row *row = *state;
	struct words_facts facts = { .device = row->device };

	plugged = row->plugged;
	assert_int_equal(ask_by_name(&facts), row->want != CAUSE_PENDING);
	assert_int_equal(facts.cause, row->want);
	assert_string_equal(facts.port, row->port);
	assert_false(facts.requested);
	assert_int_equal(facts.way, row->want ? WAY_USB : WAY_UNKNOWN);
	if (row->want == CAUSE_USB_BRIDGE)
		assert_memory_equal(&facts.uuid, &uuid, sizeof(uuid));
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows)];
	size_t n = 0;

	ROWS(rows, test_row);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
