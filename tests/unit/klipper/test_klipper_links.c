// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu
/*
 * klipper-mcu-protocol.md, section 8: what a build for a link tells of it, and the
 * pins that the link takes.
 */
#include "dictionary.h"

#include "../../../sim/canmcu/klipper/pin.h"

/* What a build for @link tells; 0 is absent. */
static const struct link_row {
	enum mcu_link link;
	json_int_t canbus_frequency;
	json_int_t canbus_bridge;
	json_int_t serial_baud;
	json_int_t receive_window;
	bool canbus_id; /* has get_canbus_id and the like */
} link_rows[] = {
	{ MCU_LINK_CAN, 4711, 0, 0, 192, true },
	{ MCU_LINK_BRIDGE, 0, 1, 0, 192, true },
	{ MCU_LINK_USB, 0, 0, 0, 0, false },
	{ MCU_LINK_UART, 0, 0, 4711, 192, false },
};

static void check_link(const json_t *o, const struct link_row *row)
{
	static const struct {
		const char *kind;
		const char *name;
	} on_can[] = {
		{ "commands", "get_canbus_id" },
		{ "commands", "get_canbus_status" },
		{ "responses", "canbus_id canbus_uuid=%.*s canbus_nodeid=%u" },
		{ "responses", "canbus_status rx_error=%u tx_error=%u "
			       "tx_retries=%u canbus_bus_state=%u" },
		{ "enumerations", "canbus_bus_state" },
	};

	assert_int_equal(constant(o, "CANBUS_FREQUENCY"),
			 row->canbus_frequency);
	assert_int_equal(constant(o, "CANBUS_BRIDGE"), row->canbus_bridge);
	assert_int_equal(constant(o, "SERIAL_BAUD"), row->serial_baud);
	assert_int_equal(constant(o, "RECEIVE_WINDOW"), row->receive_window);
	for (size_t i = 0; i < ARRAY_SIZE(on_can); i++)
		assert_int_equal(
			json_object_get(json_object_get(o, on_can[i].kind),
					on_can[i].name) != NULL,
			row->canbus_id);
	assert_int_equal(json_object_get(json_object_get(o, "responses"),
					 "usb_canbus_state discard=%u") != NULL,
			 row->canbus_bridge);
}

static void test_each_link_has_its_own(void **state)
{
	struct klipper_firmware *fw;

	(void)state;
	assert_int_equal(klipper_firmware_new(&fw, klipper_modules), 0);
	for (size_t i = 0; i < ARRAY_SIZE(link_rows); i++) {
		struct klipper_build build = { .type = mcu_type_find("rp2040"),
					       .link = link_rows[i].link,
					       .rate = 4711,
					       .mcu = "rp2040" };
		char *text = firmware_describe(fw, &build);
		json_t *o = json_loads(text ? text : "", 0, NULL);

		assert_non_null(o);
		check_link(o, &link_rows[i]);
		json_decref(o);
		free(text);
	}
	klipper_firmware_free(fw);
}

/* What a link takes: as the first choice of each family's Kconfig has it. */
static const struct reserve_row {
	const char *name;
	const char *type;
	enum mcu_link link;
	const char *can, *usb, *serial;
} reserve_rows[] = {
	{ "pins of an STM32 on CAN", "stm32g0b1xx", MCU_LINK_CAN, "PA11,PA12",
	  NULL, NULL },
	{ "pins of an STM32 as a bridge", "stm32f446xx", MCU_LINK_BRIDGE,
	  "PB8,PB9", "PA11,PA12", NULL },
	{ "pins of an STM32 on USB", "stm32h743xx", MCU_LINK_USB, NULL,
	  "PA11,PA12", NULL },
	{ "pins of an STM32 on a UART", "stm32f103xe", MCU_LINK_UART, NULL,
	  NULL, "PA10,PA9" },
	{ "pins of an RP2040 on CAN", "rp2040", MCU_LINK_CAN, "gpio4,gpio5",
	  NULL, NULL },
	{ "pins of an RP2040 as a bridge", "rp2040", MCU_LINK_BRIDGE,
	  "gpio4,gpio5", NULL, NULL },
	{ "pins of an RP2350 on USB", "rp2350", MCU_LINK_USB, NULL, NULL,
	  NULL },
	{ "pins of an RP2040 on a UART", "rp2040", MCU_LINK_UART, NULL, NULL,
	  NULL },
	{ "pins of an LPC on USB", "lpc1769", MCU_LINK_USB, NULL,
	  "P0.30,P0.29,P2.9", NULL },
	{ "pins of a SAMC21 on CAN", "samc21", MCU_LINK_CAN, "PA23,PA22", NULL,
	  NULL },
	{ "pins of a SAME5x on a UART", "same51", MCU_LINK_UART, NULL, NULL,
	  "PA11,PA10" },
	{ "pins of a SAME70 as a bridge", "same70", MCU_LINK_BRIDGE,
	  "PC12,PD12", NULL, NULL },
};

static void assert_text(const json_t *o, const char *name, const char *want)
{
	const char *text = json_string_value(
		json_object_get(json_object_get(o, "config"), name));

	if (want && text)
		assert_string_equal(text, want);
	else
		assert_ptr_equal(text, want);
}

static void test_reserved_pins(void **state)
{
	const struct reserve_row *row = *state;
	struct klipper_build build = { .type = mcu_type_find(row->type),
				       .link = row->link,
				       .mcu = "m" };
	struct klipper_firmware *fw;
	char *text;
	json_t *o;

	assert_int_equal(klipper_firmware_new(&fw, klipper_modules), 0);
	text = firmware_describe(fw, &build);
	o = json_loads(text ? text : "", 0, NULL);
	assert_non_null(o);
	assert_text(o, "RESERVE_PINS_CAN", row->can);
	assert_text(o, "RESERVE_PINS_USB", row->usb);
	assert_text(o, "RESERVE_PINS_serial", row->serial);
	json_decref(o);
	free(text);
	klipper_firmware_free(fw);
}

/* PA12 belongs to CAN, as far as nothing else is on it. */
static void test_what_is_used_is_not_reserved(void **state)
{
	struct host h;
	json_t *o;

	(void)state;
	host_start(&h, "stm32g0b1xx");
	devices_name_pin(&h.board.mcu.devices, 12);
	host_assign(&h, 4);
	o = dictionary_of(&h);
	assert_text(o, "RESERVE_PINS_CAN", NULL);
	json_decref(o);
	host_end(&h);
	o = ask_dictionary("stm32g0b1xx");
	assert_text(o, "RESERVE_PINS_CAN", "PA11,PA12");
	json_decref(o);
}

/* PA12 is of USB and of CAN, PA9 of the UART; a bridge has CAN on others. */
static void test_each_link_looks_for_its_own_pins(void **state)
{
	static const uint8_t want[MCU_LINK_COUNT] = {
		[MCU_LINK_CAN] = 1 << 0,
		[MCU_LINK_BRIDGE] = 1 << 1,
		[MCU_LINK_USB] = 1 << 1,
		[MCU_LINK_UART] = 1 << 2,
	};
	struct host h;

	(void)state;
	host_start(&h, "stm32g0b1xx");
	devices_name_pin(&h.board.mcu.devices, 12);
	devices_name_pin(&h.board.mcu.devices, 9);
	for (int i = 0; i < MCU_LINK_COUNT; i++) {
		struct mcu mcu = h.board.mcu;

		mcu.cfg.link = (enum mcu_link)i;
		assert_int_equal(klipper_pins_elsewhere(&mcu), want[i]);
	}
	host_end(&h);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(reserve_rows) + 3] = {
		cmocka_unit_test(test_each_link_has_its_own),
		cmocka_unit_test(test_what_is_used_is_not_reserved),
		cmocka_unit_test(test_each_link_looks_for_its_own_pins),
	};
	size_t n = 3;

	ROWS(reserve_rows, test_reserved_pins);
	return _cmocka_run_group_tests("klipper_links", tests, n, NULL, NULL);
}
