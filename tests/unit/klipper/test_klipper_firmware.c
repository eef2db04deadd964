// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu
/*
 * What modules make together: a dictionary, the numbers of messages, and a state.
 * Sections are those of klipper-mcu-protocol.md.
 */
#include "lamp.h"

#include <errno.h>

static void test_a_module_adds_to_the_dictionary(void **state)
{
	struct klipper_firmware *fw;
	struct klipper_build build = { .type = mcu_type_find("rp2040"),
				       .version = "1",
				       .mcu = "m" };
	json_t *o;
	int lamp_max = 0, id = 0, string = 0;
	char *text;

	(void)state;
	assert_int_equal(klipper_firmware_new(&fw, with_lamps), 0);
	text = firmware_describe(fw, &build);
	o = json_loads(text, 0, NULL);
	assert_int_equal(json_unpack(o, "{s:{s:i}, s:{s:i}, s:{s:{s:i}}}",
				     "config", "LAMP_MAX", &lamp_max,
				     "commands", "config_lamp oid=%c", &id,
				     "enumerations", "static_string_id",
				     TOO_LATE, &string),
			 0);
	assert_int_equal(lamp_max, 7);
	assert_int_equal(id, 25);
	assert_int_equal(string, 21);
	free(text);
	json_decref(o);
	klipper_firmware_free(fw);
}

static void test_a_format_that_is_none(void **state)
{
	static const struct klipper_message bad[] = { { "lamp on=%d" } };
	static const struct klipper_module module = { .messages = bad,
						      .messages_len = 1 };
	const struct klipper_module *const modules[] = { &klipper_basic,
							 &module, NULL };
	struct klipper_firmware *fw;

	(void)state;
	assert_int_equal(klipper_firmware_new(&fw, modules), -EINVAL);
}

/* What is numbered too high leaves a row in front of it empty. */
static void test_a_gap_in_the_rows(void **state)
{
	static const struct klipper_message gap[] = {
		{ "count_lamps", count_lamps },
		[LAMP_STATE] = { "lamp_state oid=%c clock=%u" },
	};
	static const struct klipper_module module = { KLIPPER_MESSAGES(gap) };
	const struct klipper_module *const modules[] = { &klipper_basic,
							 &module, NULL };
	struct klipper_firmware *fw;

	(void)state;
	assert_int_equal(klipper_firmware_new(&fw, modules), -EINVAL);
}

static void test_too_many_messages(void **state)
{
	const struct klipper_module *const modules[] = {
		&klipper_basic, &klipper_basic, &klipper_basic,
		&klipper_basic, &klipper_basic, &klipper_basic,
		&klipper_basic, &klipper_basic, NULL
	};
	struct klipper_firmware *fw;

	(void)state;
	assert_int_equal(klipper_firmware_new(&fw, modules), -ERANGE);
}

/*
 * Section 5.5: numbers from 96 to 127 are still one byte, which as an integer is
 * below 0; and from 128 on they are two.
 */
static void test_ids_of_more_messages(void **state)
{
	const struct klipper_module *const modules[] = { &klipper_basic,
							 &klipper_basic,
							 &klipper_basic,
							 &klipper_basic,
							 &klipper_basic,
							 &klipper_basic,
							 NULL };
	static const struct {
		int id;
		size_t row;
	} rows[] = { { 0, 0 },	  { 95, 95 },	{ -32, 96 },
		     { -1, 127 }, { 128, 128 }, { 149, 149 } };
	static const int none[] = { 96, 127, 150, -33, -4096, -128 };
	struct klipper_firmware *fw;

	(void)state;
	assert_int_equal(klipper_firmware_new(&fw, modules), 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct firmware_row *row = firmware_find(fw, rows[i].id);

		assert_ptr_equal(row, &fw->rows[rows[i].row]);
		assert_int_equal(row->format.id, rows[i].id);
	}
	for (size_t i = 0; i < ARRAY_SIZE(none); i++)
		assert_null(firmware_find(fw, none[i]));
	klipper_firmware_free(fw);
}

/* Each state begins where any type may, behind all of the one before. */
static void test_states_do_not_overlap(void **state)
{
	static const size_t sizes[] = { 1, 15, 16, 17, 31, 32, 33 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		const struct klipper_module first = { .state_size = sizes[i] };
		const struct klipper_module second = { .state_size = 1 };
		const struct klipper_module *const modules[] = { &first,
								 &second,
								 NULL };
		size_t want = (sizes[i] + 15) & ~(size_t)15;
		struct klipper_firmware *fw;

		assert_int_equal(klipper_firmware_new(&fw, modules), 0);
		assert_int_equal(firmware_state_at(fw, &first), 0);
		assert_int_equal(firmware_state_at(fw, &second), want);
		assert_int_equal(fw->state_size, want + 16);
		klipper_firmware_free(fw);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_module_adds_to_the_dictionary),
		cmocka_unit_test(test_a_format_that_is_none),
		cmocka_unit_test(test_a_gap_in_the_rows),
		cmocka_unit_test(test_too_many_messages),
		cmocka_unit_test(test_ids_of_more_messages),
		cmocka_unit_test(test_states_do_not_overlap),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
