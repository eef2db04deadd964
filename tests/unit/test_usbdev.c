// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "../support/unit.h"

#include <string.h>

#include "proto/usbdev.h"

/* usbip-gsusb-bridge.md, section 3.1 */
#define CHIP "3B0028001451303432353938"
#define CHIP_LOWER "3b0028001451303432353938"
#define OTHER_CHIP "3D0052001450425539383920"

static const struct kcan_uuid chip_uuid = { { 0xb0, 0x91, 0xcc, 0xc2, 0x41,
					      0xc9 } };

static struct kcan_usbdev device(uint16_t vendor, uint16_t product,
				 const char *manufacturer, const char *serial)
{
	struct kcan_usbdev dev = { .devnum = 2,
				   .vendor = vendor,
				   .product = product };

	strcpy(dev.manufacturer, manufacturer);
	strcpy(dev.serial, serial);
	return dev;
}

/* can-admin-channel.md, sections 8.5 and 9 */
static const struct kind_row {
	const char *name;
	uint16_t vendor, product;
	const char *manufacturer;
	enum kcan_usbdev_kind want;
} kinds[] = {
	{ "Klipper bridge", 0x1d50, 0x606f, "Klipper", KCAN_USBDEV_BRIDGE },
	{ "bridge whose texts are missing", 0x1d50, 0x606f, "",
	  KCAN_USBDEV_BRIDGE },
	{ "candleLight has the same ids", 0x1d50, 0x606f, "bytewerk",
	  KCAN_USBDEV_OTHER },
	{ "Klipper serial", 0x1d50, 0x614e, "Klipper", KCAN_USBDEV_KLIPPER },
	{ "Klipper serial of other ids", 0x1234, 0x5678, "Klipper",
	  KCAN_USBDEV_KLIPPER },
	{ "Katapult", 0x1d50, 0x6177, "katapult", KCAN_USBDEV_KATAPULT },
	{ "Katapult of other ids", 0x1234, 0x5678, "katapult",
	  KCAN_USBDEV_KATAPULT },
	{ "Katapult of another maker", 0x1d50, 0x6177, "somebody",
	  KCAN_USBDEV_KATAPULT },
	{ "an old Katapult", 0x1234, 0x5678, "CanBoot", KCAN_USBDEV_KATAPULT },
	{ "STM32 ROM", 0x0483, 0xdf11, "STMicroelectronics", KCAN_USBDEV_DFU },
	{ "RP2040 ROM", 0x2e8a, 0x0003, "Raspberry Pi", KCAN_USBDEV_ROM },
	{ "RP2350 ROM", 0x2e8a, 0x000f, "Raspberry Pi", KCAN_USBDEV_ROM },
	{ "SAM-BA", 0x03eb, 0x6124, "", KCAN_USBDEV_ROM },
	{ "stm32duino", 0x1eaf, 0x0003, "LeafLabs", KCAN_USBDEV_LOADER },
	{ "HID loader", 0x1209, 0xbeba, "", KCAN_USBDEV_LOADER },
	{ "Smoothieware DFU", 0x1d50, 0x6015, "", KCAN_USBDEV_LOADER },
	{ "a manufacturer that only begins so", 0x1234, 0x5678, "katapults",
	  KCAN_USBDEV_OTHER },
	{ "a mouse", 0x046d, 0xc077, "Logitech", KCAN_USBDEV_OTHER },
};

static void test_kind(void **state)
{
	const struct kind_row *row = *state;
	struct kcan_usbdev dev =
		device(row->vendor, row->product, row->manufacturer, CHIP);

	assert_int_equal(kcan_usbdev_info(&dev)->kind, row->want);
	assert_non_null(kcan_usbdev_info(&dev)->what);
	/* those that nobody has made for printers */
	assert_int_equal(kcan_usbdev_info(&dev)->warning != NULL,
			 row->want >= KCAN_USBDEV_DFU);
	dev.devnum = 0;
	assert_int_equal(kcan_usbdev_info(&dev)->kind, KCAN_USBDEV_NONE);
}

static const struct match_row {
	const char *name;
	uint16_t product;
	const char *manufacturer;
	const char *serial;
	enum kcan_usbdev_match want;
} matches[] = {
	{ "the bridge", 0x606f, "Klipper", CHIP, KCAN_USBDEV_MATCH_YES },
	{ "in lower case", 0x606f, "klipper", CHIP_LOWER,
	  KCAN_USBDEV_MATCH_YES },
	{ "Klipper's serial port", 0x614e, "Klipper", CHIP,
	  KCAN_USBDEV_MATCH_YES },
	{ "Katapult", 0x6177, "katapult", CHIP, KCAN_USBDEV_MATCH_YES },
	{ "another bridge", 0x606f, "Klipper", OTHER_CHIP,
	  KCAN_USBDEV_MATCH_NO },
	{ "another RP2040", 0x606f, "Klipper", "E0C9125B0D9B1234",
	  KCAN_USBDEV_MATCH_NO },
	{ "another SAM", 0x606f, "Klipper", "00112233445566778899AABBCCDDEEFF",
	  KCAN_USBDEV_MATCH_NO },
	{ "a foreign adapter with this chip", 0x606f, "bytewerk", CHIP,
	  KCAN_USBDEV_MATCH_NO },
	{ "the default without a chip id", 0x606f, "Klipper", "12345",
	  KCAN_USBDEV_MATCH_UNKNOWN },
	{ "hex of a length that no chip has", 0x606f, "Klipper", "123456",
	  KCAN_USBDEV_MATCH_UNKNOWN },
	{ "a name", 0x606f, "Klipper", "printer of the left desk",
	  KCAN_USBDEV_MATCH_UNKNOWN },
	{ "none at all", 0x606f, "Klipper", "", KCAN_USBDEV_MATCH_UNKNOWN },
	{ "no texts at all", 0x606f, "", "", KCAN_USBDEV_MATCH_UNKNOWN },
	{ "as long as there is room", 0x606f, "Klipper",
	  "00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEE",
	  KCAN_USBDEV_MATCH_UNKNOWN },
};

static void test_match(void **state)
{
	const struct match_row *row = *state;
	struct kcan_usbdev dev =
		device(0x1d50, row->product, row->manufacturer, row->serial);

	assert_int_equal(kcan_usbdev_match(&dev, &chip_uuid), row->want);
}

static const struct chip_row {
	const char *name;
	const char *a, *b;
	bool other;
} chips[] = {
	{ "one chip", CHIP, CHIP, false },
	{ "one chip, two spellings", CHIP, CHIP_LOWER, false },
	{ "two chips", CHIP, OTHER_CHIP, true },
	{ "two families", CHIP, "E0C9125B0D9B1234", true },
	{ "one that does not tell", CHIP, "12345", false },
	{ "none that tells", "", "12345", false },
};

static void test_chip(void **state)
{
	const struct chip_row *row = *state;
	struct kcan_usbdev a = device(0x1d50, 0x606f, "Klipper", row->a);
	struct kcan_usbdev b = device(0x1d50, 0x6177, "katapult", row->b);

	assert_int_equal(kcan_usbdev_other_chip(&a, &b), row->other);
	assert_int_equal(kcan_usbdev_other_chip(&b, &a), row->other);
}

/* Names as udev has made them: can-admin-channel.md, section 9; of the adapters,
 * from boards. */
static const struct name_row {
	const char *name;
	const char *link;
	struct kcan_usbdev dev;
	bool named;
	enum kcan_usbdev_match match;
} names[] = {
	{ "Katapult's own name",
	  "usb-katapult_stm32g0b1xx_" CHIP "-if00",
	  { 2, 0x1d50, 0x6177, "katapult", "stm32g0b1xx", CHIP },
	  true,
	  KCAN_USBDEV_MATCH_YES },
	{ "the name of the Klipper that was there before",
	  "usb-Klipper_stm32g0b1xx_" CHIP "-if00",
	  { 2, 0x1d50, 0x6177, "katapult", "stm32g0b1xx", CHIP },
	  false,
	  KCAN_USBDEV_MATCH_YES },
	{ "a bridge has that chip, too",
	  "usb-Klipper_stm32g0b1xx_" CHIP "-if00",
	  { 2, 0x1d50, 0x606f, "Klipper", "stm32g0b1xx", CHIP },
	  true,
	  KCAN_USBDEV_MATCH_YES },
	{ "the name of another board",
	  "usb-Klipper_stm32g0b1xx_" OTHER_CHIP "-if00",
	  { 2, 0x1d50, 0x6177, "katapult", "stm32g0b1xx", CHIP },
	  false,
	  KCAN_USBDEV_MATCH_NO },
	{ "the ROM makes its serial number of the chip id",
	  "usb-Klipper_stm32g0b1xx_" CHIP "-if00",
	  { 2, 0x0483, 0xdf11, "STMicroelectronics", "STM32  BOOTLOADER",
	    "3861356D3430" },
	  false,
	  KCAN_USBDEV_MATCH_YES },
	{ "the ROM of another chip",
	  "usb-Klipper_stm32g0b1xx_" OTHER_CHIP "-if00",
	  { 2, 0x0483, 0xdf11, "STMicroelectronics", "STM32  BOOTLOADER",
	    "3861356D3430" },
	  false,
	  KCAN_USBDEV_MATCH_NO },
	{ "a number that many boards have",
	  "usb-Klipper_stm32g0b1xx_12345-if00",
	  { 2, 0x1d50, 0x6177, "katapult", "stm32g0b1xx", "12345" },
	  false,
	  KCAN_USBDEV_MATCH_UNKNOWN },
	{ "a text that somebody has configured",
	  "usb-Klipper_rp2040_left_desk-if00",
	  { 2, 0x1d50, 0x6177, "katapult", "rp2040", "left desk" },
	  false,
	  KCAN_USBDEV_MATCH_UNKNOWN },
	{ "a text that ends with the sign between texts",
	  "usb-Klipper_rp2040_desk_-if00",
	  { 2, 0x1d50, 0x6177, "katapult", "rp2040", "desk_" },
	  false,
	  KCAN_USBDEV_MATCH_UNKNOWN },
	{ "the end of another text",
	  "usb-Klipper_rp2040_desk-if00",
	  { 2, 0x1d50, 0x6177, "katapult", "rp2040", "left desk" },
	  false,
	  KCAN_USBDEV_MATCH_NO },
	{ "no text: the id stands for it",
	  "usb-1a86_USB_Serial-if00-port0",
	  { 2, 0x1a86, 0x7523, "", "USB Serial", "" },
	  true,
	  KCAN_USBDEV_MATCH_NO },
	{ "blanks and signs",
	  "usb-FTDI_FT232R_USB__UART_A50285BI-if00-port0",
	  { 2, 0x0403, 0x6001, " FTDI", "FT232R  USB *UART", "A50285BI" },
	  true,
	  KCAN_USBDEV_MATCH_UNKNOWN },
	{ "no name of udev's",
	  "ttyACM0",
	  { 2, 0x1d50, 0x6177, "katapult", "rp2040", CHIP },
	  false,
	  KCAN_USBDEV_MATCH_NO },
	{ "a name of one text",
	  "usb-desk-if00",
	  { 2, 0x1d50, 0x6177, "katapult", "rp2040", "desk" },
	  false,
	  KCAN_USBDEV_MATCH_NO },
	{ "a name of nothing",
	  "usb--if00",
	  { 2, 0x1d50, 0x6177, "katapult", "rp2040", "" },
	  false,
	  KCAN_USBDEV_MATCH_NO },
};

static void test_name(void **state)
{
	const struct name_row *row = *state;

	assert_int_equal(kcan_usbdev_is_named(&row->dev, row->link),
			 row->named);
	assert_int_equal(kcan_usbdev_match_name(&row->dev, row->link),
			 row->match);
}

static void test_uuid(void **state)
{
	struct kcan_usbdev dev = device(0x1d50, 0x606f, "Klipper", CHIP);
	struct kcan_uuid uuid;

	(void)state;
	assert_true(kcan_usbdev_uuid(&dev, &uuid));
	assert_memory_equal(&uuid, &chip_uuid, sizeof(uuid));
	strcpy(dev.serial, "12345");
	assert_false(kcan_usbdev_uuid(&dev, &uuid));
}

static void test_which_are_flashed_by_their_tty(void **state)
{
	static const struct kcan_usbdev katapult = { 3, 0x1d50, 0x6177 };
	static const struct kcan_usbdev samba = { 3, 0x03eb, 0x6124 };
	static const struct kcan_usbdev dfu = { 3, 0x0483, 0xdf11 };
	static const struct kcan_usbdev klipper = { 3, 0x1d50, 0x614e };

	(void)state;
	assert_true(kcan_usbdev_flashed_by_tty(&katapult));
	assert_true(kcan_usbdev_flashed_by_tty(&samba));
	assert_false(kcan_usbdev_flashed_by_tty(&dfu));
	assert_false(kcan_usbdev_flashed_by_tty(&klipper));
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(kinds) + ARRAY_SIZE(matches) +
				ARRAY_SIZE(chips) + ARRAY_SIZE(names) + 2];
	size_t n = 0;

	ROWS(kinds, test_kind);
	ROWS(matches, test_match);
	ROWS(chips, test_chip);
	ROWS(names, test_name);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_uuid);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(
		test_which_are_flashed_by_their_tty);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
