// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* What the bytes of an application tell: flashing.md, section 1. */
#include "../support/unit.h"

#include <string.h>

#include "flash/image_vectors.h"

static const struct kcan_chip_range ram[] = { { 0x20000000, 0x20000 },
					      { 0x24000000, 0x80000 } };

/* The words of the table in section 1.1, and their neighbours. */
static const struct stack_row {
	const char *name;
	uint32_t stack;
	size_t ranges;
	bool fits;
} stacks[] = {
	{ "stack: the end of the RAM", 0x20020000, 1, true },
	{ "stack: behind the end", 0x20020004, 1, false },
	{ "stack: within", 0x20001f40, 1, true },
	{ "stack: the start, where it has no room", 0x20000000, 1, false },
	{ "stack: the first word", 0x20000004, 1, true },
	{ "stack: between two words", 0x20001f42, 1, false },
	{ "stack: the RAM of another family", 0x10007fe0, 1, false },
	{ "stack: boot2 of an RP2040", 0x4b32b500, 1, false },
	{ "stack: blank", 0xffffffff, 2, false },
	{ "stack: zero", 0, 2, false },
	{ "stack: the AXI RAM of an H7", 0x24080000, 2, true },
	{ "stack: the same, of a chip without one", 0x24080000, 1, false },
};

static void test_stack(void **state)
{
	const struct stack_row *row = *state;

	assert_int_equal(kcan_image_stack_fits(row->stack, ram, row->ranges),
			 row->fits);
}

static const struct reset_row {
	const char *name;
	uint32_t reset;
	bool fits;
} resets[] = {
	{ "reset: the first byte of the flash", 0x08002001, true },
	{ "reset: the last code in it", 0x0801ffff, true },
	{ "reset: behind it", 0x08020001, false },
	{ "reset: the bootloader's", 0x08001fff, false },
	{ "reset: even, which is no Thumb code", 0x08005000, false },
	{ "reset: the flash of another family", 0x10004059, false },
	{ "reset: blank", 0xffffffff, false },
	{ "reset: zero", 0, false },
};

static void test_reset(void **state)
{
	const struct kcan_chip_range flash = { 0x08002000, 0x1e000 };
	const struct reset_row *row = *state;

	assert_int_equal(kcan_image_reset_fits(row->reset, &flash), row->fits);
}

/*
 * An image for 08002000 as section 1.3 has it: the reset handler at 20, the
 * default handler at 10.
 */
static const uint8_t flash_image[] = {
	0x00, 0x40, 0x02, 0x20, 0x21, 0x20, 0x00, 0x08, 0x11, 0x20, 0x00, 0x08,
	0x00, 0x00, 0x00, 0x00, 0xfe, 0xe7, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x72, 0xb6,
};

/* The same of an RP2040, whose default handler is in its RAM. */
static const uint8_t ram_image[] = {
	0x00, 0x20, 0x04, 0x20, 0x11, 0x40, 0x00, 0x10, 0x01,
	0x01, 0x00, 0x20, 0x00, 0x00, 0x00, 0x00, 0x72, 0xb6,
};

static const struct start_row {
	const char *name;
	const uint8_t *bytes;
	size_t len;
	uint32_t start;
	bool is_for;
} starts[] = {
	{ "start: the right one", flash_image, sizeof(flash_image), 0x08002000,
	  true },
	{ "start: without an offset", flash_image, sizeof(flash_image),
	  0x08000000, false },
	{ "start: 4 KiB", flash_image, sizeof(flash_image), 0x08001000, false },
	{ "start: behind the image", flash_image, sizeof(flash_image),
	  0x08008000, false },
	{ "start: where the offsets wrap around", flash_image,
	  sizeof(flash_image), 0x08002022, false },
	{ "start: cut off in the reset handler", flash_image,
	  sizeof(flash_image) - 1, 0x08002000, false },
	{ "start: cut off in the vector table", flash_image, 11, 0x08002000,
	  false },
	{ "start: nothing", flash_image, 0, 0x08002000, false },
	{ "start: a handler in RAM is not looked at", ram_image,
	  sizeof(ram_image), 0x10004000, true },
	{ "start: the reset handler is", ram_image, sizeof(ram_image),
	  0x10000100, false },
};

static void test_start(void **state)
{
	const struct start_row *row = *state;

	assert_int_equal(kcan_image_is_for(row->bytes, row->len, row->start),
			 row->is_for);
}

static void test_another_handler_is_not_klippers(void **state)
{
	uint8_t image[sizeof(flash_image)];

	(void)state;
	memcpy(image, flash_image, sizeof(image));
	image[0x10] = 0xfd;
	assert_false(kcan_image_is_for(image, sizeof(image), 0x08002000));
}

static void test_the_first_words_are_read(void **state)
{
	struct kcan_image_vectors v;

	(void)state;
	assert_true(kcan_image_vectors_read(&v, flash_image, 12));
	assert_int_equal(v.stack, 0x20024000);
	assert_int_equal(v.reset, 0x08002021);
	assert_int_equal(v.handler, 0x08002011);
	assert_false(kcan_image_vectors_read(&v, flash_image, 11));
}

static const struct sign_row {
	const char *name;
	const char *text;
	bool is_signed;
} signs[] = {
	{ "signature: alone", "CanBoot!", true },
	{ "signature: at the end", "xxCanBoot!", true },
	{ "signature: behind a false beginning", "CCaCanBoot!x", true },
	{ "signature: cut off", "xxCanBoot", false },
	{ "signature: in other letters", "canboot!", false },
	{ "signature: nothing", "", false },
};

static void test_signature(void **state)
{
	const struct sign_row *row = *state;

	assert_int_equal(kcan_image_is_signed((const uint8_t *)row->text,
					      strlen(row->text)),
			 row->is_signed);
}

int main(void)
{
	struct CMUnitTest tests[64] = {
		cmocka_unit_test(test_another_handler_is_not_klippers),
		cmocka_unit_test(test_the_first_words_are_read),
	};
	size_t n = 2;

	ROWS(stacks, test_stack);
	ROWS(resets, test_reset);
	ROWS(starts, test_start);
	ROWS(signs, test_signature);
	return _cmocka_run_group_tests("image_vectors", tests, n, NULL, NULL);
}
