// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu
/* klipper-mcu-protocol.md, sections 7, 8 and 17.3: what identify tells. */
#include "host.h"

#include <jansson.h>
#include <kcan/version.h>
#include <zlib.h>

#include "../../../sim/canmcu/klipper/pin.h"

#define TEXT_MAX 65536

/* As the host: 40 bytes at a time, until there are none. */
static size_t identify(struct host *h, uint8_t *out, size_t size)
{
	struct kcan_klp_format ask, answer;
	struct kcan_klp_value v[2] = { { .num = 0 }, { .num = 40 } };
	size_t len = 0;

	kcan_klp_format_parse(&ask, "identify offset=%u count=%c", 1,
			      KCAN_KLP_COMMAND);
	kcan_klp_format_parse(&answer, "identify_response offset=%u data=%.*s",
			      0, KCAN_KLP_RESPONSE);
	do {
		uint8_t bytes[16];
		char hex[33];
		struct kcan_klp_block block;
		int n;

		v[0].num = (uint32_t)len;
		v[1].num = 40;
		n = kcan_klp_msg_encode(bytes, sizeof(bytes), &ask, v);
		util_hex_encode(hex, bytes, (size_t)n);
		host_ask(h, hex);
		assert_true(kcan_klp_decode(&block, h->heard, h->heard_len) >
			    0);
		assert_int_equal(block.content[0], 0);
		assert_int_equal(kcan_klp_params_decode(v, &answer,
							block.content + 1,
							block.len - 1),
				 block.len - 1);
		assert_int_equal(v[0].num, len);
		assert_true(len + v[1].len <= size);
		memcpy(out + len, v[1].data, v[1].len);
		len += v[1].len;
	} while (v[1].len);
	return len;
}

static json_t *dictionary_of(struct host *h)
{
	uint8_t packed[TEXT_MAX], text[TEXT_MAX];
	uLong len = sizeof(text);
	json_t *o;

	assert_int_equal(uncompress(text, &len, packed,
				    identify(h, packed, sizeof(packed))),
			 Z_OK);
	o = json_loadb((const char *)text, len, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(o);
	return o;
}

static json_t *ask_dictionary(const char *type)
{
	struct host h;
	json_t *o;

	host_start(&h, type);
	h.board.mcu.cfg.clock_hz = 0;
	host_assign(&h, 4);
	o = dictionary_of(&h);
	host_end(&h);
	return o;
}

/* Where a number is in the dictionary: the objects on the way, and its name. */
static const struct number_row {
	const char *name;
	const char *in;
	const char *further; /* or NULL */
	json_int_t want;
} number_rows[] = {
	/* section 9.1, and 8.3 for how they are written */
	{ "identify offset=%u count=%c", "commands", NULL, 1 },
	{ "get_config", "commands", NULL, 2 },
	{ "finalize_config crc=%u", "commands", NULL, 3 },
	{ "allocate_oids count=%c", "commands", NULL, 4 },
	{ "get_clock", "commands", NULL, 5 },
	{ "get_uptime", "commands", NULL, 6 },
	{ "emergency_stop", "commands", NULL, 7 },
	{ "clear_shutdown", "commands", NULL, 8 },
	{ "reset", "commands", NULL, 9 },
	{ "get_canbus_id", "commands", NULL, 10 },
	{ "get_canbus_status", "commands", NULL, 11 },
	{ "debug_ping data=%*s", "commands", NULL, 12 },
	{ "debug_nop", "commands", NULL, 13 },
	{ "config_reset", "commands", NULL, 24 },
	{ "identify_response offset=%u data=%.*s", "responses", NULL, 0 },
	{ "config is_config=%c crc=%u is_shutdown=%c move_count=%hu",
	  "responses", NULL, 14 },
	{ "clock clock=%u", "responses", NULL, 15 },
	{ "uptime high=%u clock=%u", "responses", NULL, 16 },
	{ "stats count=%u sum=%u sumsq=%u", "responses", NULL, 17 },
	{ "shutdown clock=%u static_string_id=%hu", "responses", NULL, 18 },
	{ "is_shutdown static_string_id=%hu", "responses", NULL, 19 },
	{ "starting", "responses", NULL, 20 },
	{ "canbus_id canbus_uuid=%.*s canbus_nodeid=%u", "responses", NULL,
	  21 },
	{ "canbus_status rx_error=%u tx_error=%u tx_retries=%u "
	  "canbus_bus_state=%u",
	  "responses", NULL, 22 },
	{ "pong data=%*s", "responses", NULL, 23 },
	/* section 20, numbered on */
	{ "config_digital_out oid=%c pin=%u value=%c default_value=%c "
	  "max_duration=%u",
	  "commands", NULL, 25 },
	{ "set_digital_out_pwm_cycle oid=%c cycle_ticks=%u", "commands", NULL,
	  26 },
	{ "queue_digital_out oid=%c clock=%u on_ticks=%u", "commands", NULL,
	  27 },
	{ "update_digital_out oid=%c value=%c", "commands", NULL, 28 },
	{ "set_digital_out pin=%u value=%c", "commands", NULL, 29 },
	{ "config_pwm_out oid=%c pin=%u cycle_ticks=%u value=%hu "
	  "default_value=%hu max_duration=%u",
	  "commands", NULL, 30 },
	{ "queue_pwm_out oid=%c clock=%u value=%hu", "commands", NULL, 31 },
	{ "set_pwm_out pin=%u cycle_ticks=%u value=%hu", "commands", NULL, 32 },
	{ "PWM_MAX", "config", NULL, 32768 },
	{ "spi2_PB2_PB11_PB10", "enumerations", "spi_bus", 4 },
	{ "spi1", "enumerations", "spi_bus", 1 },
	{ "i2c3_PC0_PC1", "enumerations", "i2c_bus", 7 },
	{ "START_NACK", "enumerations", "i2c_bus_status", 3 },
	{ "query_mpu9250_status oid=%c", "commands", NULL, -32 },
	{ "config_ldc1612 oid=%c i2c_oid=%c", "commands", NULL, 128 },
	{ "config_analog_in oid=%c pin=%u", "commands", NULL, 33 },
	{ "query_analog_in oid=%c clock=%u sample_ticks=%u sample_count=%c "
	  "rest_ticks=%u bytes_per_report=%c min_value=%hu max_value=%hu "
	  "range_check_count=%c",
	  "commands", NULL, 34 },
	{ "analog_in_state oid=%c next_clock=%u values=%*s", "responses", NULL,
	  35 },
	{ "ADC_MAX", "config", NULL, 4095 },
	{ "config_buttons oid=%c button_count=%c", "commands", NULL, 36 },
	{ "buttons_add oid=%c pos=%c pin=%u pull_up=%c", "commands", NULL, 37 },
	{ "buttons_query oid=%c clock=%u rest_ticks=%u retransmit_count=%c "
	  "invert=%c",
	  "commands", NULL, 38 },
	{ "buttons_ack oid=%c count=%c", "commands", NULL, 39 },
	{ "buttons_state oid=%c ack_count=%c state=%*s", "responses", NULL,
	  40 },
	{ "config_trsync oid=%c", "commands", NULL, 41 },
	{ "trsync_start oid=%c report_clock=%u report_ticks=%u "
	  "expire_reason=%c",
	  "commands", NULL, 42 },
	{ "trsync_set_timeout oid=%c clock=%u", "commands", NULL, 43 },
	{ "trsync_trigger oid=%c reason=%c", "commands", NULL, 44 },
	{ "trsync_state oid=%c can_trigger=%c trigger_reason=%c clock=%u",
	  "responses", NULL, 45 },
	{ "config_endstop oid=%c pin=%c pull_up=%c", "commands", NULL, 46 },
	{ "endstop_home oid=%c clock=%u sample_ticks=%u sample_count=%c "
	  "rest_ticks=%u pin_value=%c trsync_oid=%c trigger_reason=%c",
	  "commands", NULL, 47 },
	{ "endstop_query_state oid=%c", "commands", NULL, 48 },
	{ "endstop_state oid=%c homing=%c next_clock=%u pin_value=%c",
	  "responses", NULL, 49 },
	{ "config_stepper oid=%c step_pin=%c dir_pin=%c invert_step=%c "
	  "step_pulse_ticks=%u",
	  "commands", NULL, 50 },
	{ "queue_step oid=%c interval=%u count=%hu add=%hi", "commands", NULL,
	  51 },
	{ "set_next_step_dir oid=%c dir=%c", "commands", NULL, 52 },
	{ "reset_step_clock oid=%c clock=%u", "commands", NULL, 53 },
	{ "stepper_get_position oid=%c", "commands", NULL, 54 },
	{ "stepper_position oid=%c pos=%i", "responses", NULL, 55 },
	{ "stepper_stop_on_trigger oid=%c trsync_oid=%c", "commands", NULL,
	  56 },
	{ "config_counter oid=%c pin=%u pull_up=%c", "commands", NULL, 57 },
	{ "query_counter oid=%c clock=%u poll_ticks=%u sample_ticks=%u",
	  "commands", NULL, 58 },
	{ "counter_state oid=%c next_clock=%u count=%u count_clock=%u",
	  "responses", NULL, 59 },
	/* section 8.4 */
	{ "CLOCK_FREQ", "config", NULL, 64000000 },
	{ "STATS_SUMSQ_BASE", "config", NULL, 256 },
	{ "RECEIVE_WINDOW", "config", NULL, 192 },
	{ "CANBUS_FREQUENCY", "config", NULL, 1000000 },
	/* section 17.3 */
	{ "Command request", "enumerations", "static_string_id", 2 },
	{ "Invalid command", "enumerations", "static_string_id", 3 },
	{ "Message encode error", "enumerations", "static_string_id", 4 },
	{ "Command parser error", "enumerations", "static_string_id", 5 },
	{ "config_reset only available when shutdown", "enumerations",
	  "static_string_id", 6 },
	{ "Shutdown cleared when not shutdown", "enumerations",
	  "static_string_id", 7 },
	{ "oids already allocated", "enumerations", "static_string_id", 8 },
	{ "Can't assign oid", "enumerations", "static_string_id", 9 },
	{ "Invalid oid type", "enumerations", "static_string_id", 10 },
	{ "Already finalized", "enumerations", "static_string_id", 11 },
	{ "Invalid move request size", "enumerations", "static_string_id", 12 },
	{ "Move queue overflow", "enumerations", "static_string_id", 13 },
	{ "alloc_chunks failed", "enumerations", "static_string_id", 14 },
	{ "alloc_chunk failed", "enumerations", "static_string_id", 15 },
	{ "Another CAN node assigned this ID", "enumerations",
	  "static_string_id", 16 },
	{ "Timer too close", "enumerations", "static_string_id", 17 },
	{ "sentinel timer called", "enumerations", "static_string_id", 18 },
	{ "Rescheduled timer in the past", "enumerations", "static_string_id",
	  19 },
	{ "active", "enumerations", "canbus_bus_state", 0 },
	{ "warn", "enumerations", "canbus_bus_state", 1 },
	{ "passive", "enumerations", "canbus_bus_state", 2 },
	{ "off", "enumerations", "canbus_bus_state", 3 },
};

static void test_number(void **state)
{
	const struct number_row *row = *state;
	json_t *o = ask_dictionary("stm32g0b1xx");
	const json_t *at = json_object_get(o, row->in);

	if (row->further)
		at = json_object_get(at, row->further);
	at = json_object_get(at, row->name);
	assert_true(json_is_integer(at));
	assert_int_equal(json_integer_value(at), row->want);
	json_decref(o);
}

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

static json_int_t constant(const json_t *o, const char *name)
{
	return json_integer_value(
		json_object_get(json_object_get(o, "config"), name));
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
	struct CMUnitTest tests[160] = {
		cmocka_unit_test(test_each_chip_has_its_clock),
		cmocka_unit_test(test_the_bit_rate_is_that_of_the_bus),
		cmocka_unit_test(test_identify_works_in_shutdown),
		cmocka_unit_test(test_boards_of_one_build_share_it),
		cmocka_unit_test(test_all_clocks_are_slow_enough),
		cmocka_unit_test(test_each_link_has_its_own),
		cmocka_unit_test(test_what_is_used_is_not_reserved),
		cmocka_unit_test(test_a_sercom_is_taken),
		cmocka_unit_test(test_a_pin_alone_is_a_number),
		cmocka_unit_test(test_each_link_looks_for_its_own_pins),
	};
	size_t n = 10;

	ROWS(number_rows, test_number);
	ROWS(pins_rows, test_pins);
	ROWS(reserve_rows, test_reserved_pins);
	ROWS(texts_rows, test_texts);
	return _cmocka_run_group_tests("klipper_dictionary", tests, n, NULL,
				       NULL);
}
