// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/usb/stream.c sim/canmcu/usb/usbip.c sim/canmcu/usb/device.c
// needs: sim/canmcu/usb/dfuse.c sim/canmcu/board/flash.c
// needs: sim/canmcu/board/flash_write.c
// needs: sim/canmcu/board/family.c sim/canmcu/board/sparse.c
// needs: sim/canmcu/board/cells.c
// needs: sim/canmcu/board/pins.c
/* What the bootloader in the ROM does to the flash, and what it says of it. */
#include "dfuse_board.h"

static uint8_t byte_at(struct board *b, uint32_t address)
{
	uint8_t byte;

	assert_int_equal(flash_read(&b->flash, address, &byte, 1), 0);
	return byte;
}

static void test_mass_erase(void **state)
{
	static const struct control script[] = { DNLOAD(0, "\x41"), OK_BUSY,
						 OK_DONE };
	struct board *b = new_board("stm32f446xx", 0);

	(void)state;
	assert_int_equal(flash_program(&b->flash, START, image, 2048), 0);
	assert_int_equal(flash_program(&b->flash, 0x0807f800, image, 2048), 0);
	play(b, script, ARRAY_SIZE(script));
	assert_int_equal(byte_at(b, START), 0xff);
	assert_int_equal(byte_at(b, 0x0807ffff), 0xff);
	assert_false(flash_has_application(&b->flash));
	end(b);
}

/* The chip erases what it is told to, also above Katapult's last sector. */
static void test_h7(void **state)
{
	static const struct control script[] = {
		DNLOAD(0, "\x41\x00\x00\x10\x08"), OK_BUSY, OK_DONE
	};
	struct board *b = new_board("stm32h743xx", 0);

	(void)state;
	assert_int_equal(flash_program(&b->flash, 0x080e0000, image, 2048), 0);
	assert_int_equal(flash_program(&b->flash, 0x08100000, image, 2048), 0);
	play(b, script, ARRAY_SIZE(script));
	assert_int_equal(byte_at(b, 0x08100000), 0xff);
	assert_int_equal(byte_at(b, 0x080e0000), 0x00);
	end(b);
}

/* Return: the first byte after F0 and 3C were written to it. */
static uint8_t written_twice(const char *type)
{
	static const struct control script[] = {
		DNLOAD(2, "\xf0"), OK_BUSY, OK_DONE,
		DNLOAD(2, "\x3c"), OK_BUSY, OK_DONE,
	};
	struct board *b = new_board(type, 0);
	uint8_t byte;

	play(b, script, ARRAY_SIZE(script));
	byte = byte_at(b, START);
	end(b);
	return byte;
}

/* Cells are only cleared: without an erase both are mixed. */
static void test_no_erase(void **state)
{
	(void)state;
	assert_int_equal(written_twice("stm32f446xx"), 0x30);
}

/* flashing.md, section 0, fact 1 */
static void test_no_erase_with_ecc(void **state)
{
	(void)state;
	assert_int_equal(written_twice("stm32g0b1xx"), 0xf0);
}

static const struct memory {
	const char *name;
	const char *want;
} memories[] = {
	/* section 3.3 */
	{ "stm32f446xx",
	  "@Internal Flash  /0x08000000/04*016Kg,01*064Kg,03*128Kg" },
	{ "stm32f103x6", "@Internal Flash  /0x08000000/32*001Kg" },
	{ "stm32g0b1xx", "@Internal Flash  /0x08000000/256*002Kg" },
	{ "stm32h743xx", "@Internal Flash  /0x08000000/16*128Kg" },
};

static void test_memory(void **state)
{
	const struct memory *row = *state;
	const struct mcu_type *type = mcu_type_find(row->name);
	char text[DFUSE_MEMORY_TEXT_MAX];

	dfuse_memory_text(text, type->flash_map, type->flash_size);
	assert_string_equal(text, row->want);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(memories) + 4] = {
		{ "a mass erase leaves nothing", test_mass_erase },
		{ "H7: sectors above the eighth are erased", test_h7 },
		{ "without an erase bits are only cleared", test_no_erase },
		{ "with ECC the first bytes written stay",
		  test_no_erase_with_ecc },
	};
	size_t n = 4;

	ROWS(memories, test_memory);
	return _cmocka_run_group_tests("usb_dfuse_flash", tests, n, NULL, NULL);
}
