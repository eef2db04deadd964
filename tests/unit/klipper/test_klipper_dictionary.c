// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu
/* klipper-mcu-protocol.md, sections 7, 8 and 17.3: what identify tells. */
#include "dictionary.h"

#include <kcan/version.h>

/* "PA0":[0,16] is PA0 to PA15: section 8.1 */
static const struct pins_row {
	const char *name;
	const char *type;
	json_int_t first, count;
} pins_rows[] = {
	{ "PA0", "stm32g0b1xx", 0, 16 }, { "PB0", "stm32g0b1xx", 16, 16 },
	{ "gpio0", "rp2040", 0, 30 },	 { "gpio0", "rp2350", 0, 48 },
	{ "P1.0", "lpc1768", 32, 32 },	 { "PC0", "same54", 64, 32 },
};

static void test_pins(void **state)
{
	const struct pins_row *row = *state;
	json_t *o = ask_dictionary(row->type);
	json_int_t first = -1, count = -1;

	assert_int_equal(json_unpack(o, "{s:{s:{s:[I, I]}}}", "enumerations",
				     "pin", row->name, &first, &count),
			 0);
	assert_int_equal(first, row->first);
	assert_int_equal(count, row->count);
	json_decref(o);
}

/* Section 8.1: not a row of one. */
static void test_a_pin_alone_is_a_number(void **state)
{
	json_t *o = ask_dictionary("stm32g0b1xx");
	json_int_t pin = -1;

	(void)state;
	assert_int_equal(json_unpack(o, "{s:{s:{s:I}}}", "enumerations", "pin",
				     "ADC_TEMPERATURE", &pin),
			 0);
	assert_int_equal(pin, PINS_TEMPERATURE);
	json_decref(o);
}

/* What lies in the flash, and what is told of it. */
static const struct texts_row {
	const char *name;
	const char *type;
	struct kcan_image_dictionary flashed;
	const char *version, *mcu;
} texts_rows[] = {
	{ "a board as it comes",
	  "rp2040",
	  { .version = "" },
	  "canmcu-" KCAN_VERSION,
	  "rp2040" },
	{ "what was flashed",
	  "stm32g0b1xx",
	  { .version = "v0.12.0-1-gabcdef", .mcu = "stm32g0b0xx" },
	  "v0.12.0-1-gabcdef",
	  "stm32g0b0xx" },
	/* as dictionary_find() says it */
	{ "an image that is silent",
	  "stm32g0b1xx",
	  { .version = "?", .mcu = "?" },
	  "canmcu-" KCAN_VERSION,
	  "stm32g0b1xx" },
};

static void test_texts(void **state)
{
	const struct texts_row *row = *state;
	const char *app, *version, *mcu;
	struct host h;
	json_t *o;

	host_start(&h, row->type);
	h.board.mcu.flashed.dictionary = row->flashed;
	host_assign(&h, 4);
	o = dictionary_of(&h);
	assert_int_equal(json_unpack(o, "{s:s, s:s, s:{s:s}}", "app", &app,
				     "version", &version, "config", "MCU",
				     &mcu),
			 0);
	assert_string_equal(app, "Klipper");
	assert_string_equal(version, row->version);
	assert_string_equal(mcu, row->mcu);
	json_decref(o);
	host_end(&h);
}

static void test_each_chip_has_its_clock(void **state)
{
	json_t *o = ask_dictionary("rp2040");

	(void)state;
	assert_int_equal(constant(o, "CLOCK_FREQ"), 12000000);
	json_decref(o);
}

static void test_the_bit_rate_is_that_of_the_bus(void **state)
{
	struct host h;
	json_t *o;

	(void)state;
	host_start(&h, "stm32g0b1xx");
	h.board.env.bitrate_bps = 250000;
	host_assign(&h, 4);
	o = dictionary_of(&h);
	assert_int_equal(constant(o, "CANBUS_FREQUENCY"), 250000);
	json_decref(o);
	host_end(&h);
}

/* Where the bus has no bit rate, a Klipper of any runs: flashing.md, section 2. */
static void test_the_bit_rate_is_that_of_what_was_flashed(void **state)
{
	struct host h;
	json_t *o;

	(void)state;
	host_start(&h, "stm32g0b1xx");
	h.board.mcu.flashed.dictionary.can_bps = 500000;
	host_assign(&h, 4);
	o = dictionary_of(&h);
	assert_int_equal(constant(o, "CANBUS_FREQUENCY"), 500000);
	json_decref(o);
	host_end(&h);
}

/* An F405 has I2C buses that an F429 does not: its dictionary, and what it takes. */
static void test_what_was_flashed_for_a_chip_alike_has_its_buses(void **state)
{
	struct host h;
	json_int_t bus = -1;
	json_t *o;

	(void)state;
	host_start(&h, "stm32f429xx");
	h.board.mcu.flashed.alike = mcu_type_find("stm32f405xx");
	host_assign(&h, 4);
	o = dictionary_of(&h);
	assert_int_equal(json_unpack(o, "{s:{s:{s:I}}}", "enumerations",
				     "i2c_bus", "i2c2a", &bus),
			 0);
	assert_int_equal(bus, 4);
	json_decref(o);
	/* allocate_oids, config_i2c, i2c_set_bus oid=0 i2c_bus=4 */
	assert_string_equal(host_ask(&h, "0401"
					 "4a00"
					 "4b0004868d2044"),
			    "ack");
	host_end(&h);
}

static void test_identify_works_in_shutdown(void **state)
{
	struct host h;

	(void)state;
	host_start(&h, "stm32g0b1xx");
	host_assign(&h, 4);
	host_ask(&h, "07");
	json_decref(dictionary_of(&h));
	host_end(&h);
}

static void test_boards_of_one_build_share_it(void **state)
{
	struct klipper_firmware *fw;
	struct klipper_build build = { .type = mcu_type_find("rp2040"),
				       .clock_hz = 12000000,
				       .rate = 1000000,
				       .version = "1",
				       .mcu = "rp2040" };
	const struct firmware_image *first;

	(void)state;
	assert_int_equal(klipper_firmware_new(&fw, klipper_modules), 0);
	assert_null(fw->images);
	first = firmware_image(fw, &build);
	assert_non_null(first);
	assert_ptr_equal(firmware_image(fw, &build), first);
	build.version[0] = '2';
	assert_ptr_not_equal(firmware_image(fw, &build), first);
	build.version[0] = '1';
	build.clock_hz++;
	assert_ptr_not_equal(firmware_image(fw, &build), first);
	build.clock_hz--;
	assert_ptr_equal(firmware_image(fw, &build), first);
	klipper_firmware_free(fw);
}

/* Klipper's chips with SERCOMs have one list of them for all buses. */
static void test_a_sercom_is_taken(void **state)
{
	struct host h;

	(void)state;
	host_start(&h, "same54");
	host_assign(&h, 4);
	assert_string_equal(host_ask(&h, "8109010203"), "ack");
	host_ask(&h, "8109010303");
	assert_string_equal(h.board.reason, "Invalid SERCOM bus");
	host_end(&h);
}

/* section 8.4: three seconds have to fit in 31 bits */
static void test_all_clocks_are_slow_enough(void **state)
{
	const struct mcu_type *type;

	(void)state;
	for (size_t i = 0; (type = mcu_type_at(i)); i++)
		assert_in_range(type->clock_hz, 1000000, 715827882);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(pins_rows) + ARRAY_SIZE(texts_rows) +
				9] = {
		cmocka_unit_test(test_each_chip_has_its_clock),
		cmocka_unit_test(test_the_bit_rate_is_that_of_the_bus),
		cmocka_unit_test(test_the_bit_rate_is_that_of_what_was_flashed),
		cmocka_unit_test(
			test_what_was_flashed_for_a_chip_alike_has_its_buses),
		cmocka_unit_test(test_identify_works_in_shutdown),
		cmocka_unit_test(test_boards_of_one_build_share_it),
		cmocka_unit_test(test_all_clocks_are_slow_enough),
		cmocka_unit_test(test_a_sercom_is_taken),
		cmocka_unit_test(test_a_pin_alone_is_a_number),
	};
	size_t n = 9;

	ROWS(pins_rows, test_pins);
	ROWS(texts_rows, test_texts);
	return _cmocka_run_group_tests("klipper_dictionary", tests, n, NULL,
				       NULL);
}
