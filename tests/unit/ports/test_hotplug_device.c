// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu sim/canmcu/ports/hotplug_device.c sim/canmcu/usb
/*
 * What an MCU is on USB: can-admin-channel.md, sections 4 and 9, and
 * usbip-gsusb-bridge.md, section 4.3.
 */
#include "../../../sim/canmcu/mcu/mcu_program.h"
#include "../../../sim/canmcu/ports/hotplug.h"
#include "../../support/unit.h"

/* usbip-gsusb-bridge.md, section 3.1: they belong together */
#define SERIAL "3B0028001451303432353938"

static const struct row {
	const char *name;
	const char *type;
	enum mcu_link link;
	enum bootloader bootloader;
	enum mcu_state state;
	enum usb_kind kind; /* USB_KIND_COUNT: nothing */
	const char *strings[USB_STRING_COUNT];
} rows[] = {
	{ "Klipper, a bridge",
	  "stm32f446xx",
	  MCU_LINK_BRIDGE,
	  BOOTLOADER_KATAPULT,
	  MCU_KLIPPER,
	  USB_GSUSB,
	  { NULL, "Klipper", "stm32f446xx", SERIAL, "" } },
	{ "after a shutdown",
	  "stm32f446xx",
	  MCU_LINK_BRIDGE,
	  BOOTLOADER_KATAPULT,
	  MCU_SHUTDOWN,
	  USB_GSUSB,
	  { NULL, "Klipper", "stm32f446xx", SERIAL, "" } },
	{ "Klipper, a serial port",
	  "stm32g0b1xx",
	  MCU_LINK_USB,
	  BOOTLOADER_KATAPULT,
	  MCU_KLIPPER,
	  USB_CDC_KLIPPER,
	  { NULL, "Klipper", "stm32g0b1xx", SERIAL, "" } },
	{ "Katapult",
	  "stm32f446xx",
	  MCU_LINK_BRIDGE,
	  BOOTLOADER_KATAPULT,
	  MCU_KATAPULT,
	  USB_CDC_KATAPULT,
	  { NULL, "katapult", "stm32f446xx", SERIAL, "" } },
	{ "the ROM of an STM32",
	  "stm32f446xx",
	  MCU_LINK_BRIDGE,
	  BOOTLOADER_ROM,
	  MCU_ROM,
	  USB_DFUSE,
	  { NULL, "STMicroelectronics", "STM32  BOOTLOADER", "3861356D3430",
	    "@Internal Flash  /0x08000000/04*016Kg,01*064Kg,03*128Kg" } },
	{ "the ROM of an RP2040",
	  "rp2040",
	  MCU_LINK_BRIDGE,
	  BOOTLOADER_ROM,
	  MCU_ROM,
	  USB_RP2040,
	  { NULL, "Raspberry Pi", "RP2 Boot", "E0C9125B0D9B", "" } },
	{ "that of an RP2350",
	  "rp2350",
	  MCU_LINK_USB,
	  BOOTLOADER_ROM,
	  MCU_ROM,
	  USB_RP2350,
	  { NULL, "Raspberry Pi", "RP2350 Boot", SERIAL, "" } },
	{ "a ROM without USB",
	  "stm32f103xe",
	  MCU_LINK_BRIDGE,
	  BOOTLOADER_ROM,
	  MCU_ROM,
	  USB_KIND_COUNT,
	  { NULL } },
	{ "in reset",
	  "stm32f446xx",
	  MCU_LINK_BRIDGE,
	  BOOTLOADER_KATAPULT,
	  MCU_BOOT,
	  USB_KIND_COUNT,
	  { NULL } },
	{ "off",
	  "stm32f446xx",
	  MCU_LINK_BRIDGE,
	  BOOTLOADER_KATAPULT,
	  MCU_OFF,
	  USB_KIND_COUNT,
	  { NULL } },
	{ "Klipper for another link",
	  "stm32f446xx",
	  MCU_LINK_BRIDGE,
	  BOOTLOADER_KATAPULT,
	  MCU_KLIPPER,
	  USB_KIND_COUNT,
	  { NULL } },
	{ "dead",
	  "stm32f446xx",
	  MCU_LINK_BRIDGE,
	  BOOTLOADER_KATAPULT,
	  MCU_DEAD,
	  USB_KIND_COUNT,
	  { NULL } },
};

static void test_row(void **state)
{
	const struct row *row = *state;
	static const struct mcu_program program = { 0 };
	struct mcu m = { .cfg = { .link = row->link,
				  .usb.serial = SERIAL,
				  .type = mcu_type_find(row->type),
				  .bootloader = row->bootloader },
			 .state = row->state };
	struct usb_link_plug plug;

	if (row->kind != USB_KIND_COUNT)
		m.live.program = &program;

	assert_int_equal(hotplug_device(&plug, &m),
			 row->kind != USB_KIND_COUNT);
	if (row->kind == USB_KIND_COUNT)
		return;
	assert_int_equal(plug.kind, row->kind);
	for (size_t i = 1; i < USB_STRING_COUNT; i++)
		assert_string_equal(plug.strings[i], row->strings[i]);
	if (row->kind == USB_DFUSE) {
		assert_int_equal(plug.memory.start, 0x08000000);
		assert_int_equal(plug.memory.size, 512 * 1024);
	}
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows)];
	size_t n = 0;

	ROWS(rows, test_row);
	return _cmocka_run_group_tests("hotplug_device", tests, n, NULL, NULL);
}
