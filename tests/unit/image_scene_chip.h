/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_IMAGE_SCENE_CHIP_H
#define UNIT_IMAGE_SCENE_CHIP_H

/*
 * Images for another chip than the board has, or for another place in its memory.
 * Sections are those of flashing.md.
 */
#include "image_usual.h"

static inline void board_without_katapult(void)
{
	scene.board.mcu = "stm32g474xx";
}

static inline void unknown_board(void)
{
	scene.board.mcu = "stm32f031x6";
}

static inline void oldest_protocol(void)
{
	scene.board.protocol = 0x00010000;
}

static inline void newest_of_its_major_version(void)
{
	scene.board.protocol = 0x0001ffff;
}

static inline void protocol_2(void)
{
	scene.board.protocol = 0x00020000;
}

static inline void protocol_0(void)
{
	scene.board.protocol = 0x0000ffff;
}

/* The byte that is unused. */
static inline void protocol_257(void)
{
	scene.board.protocol = 0x01010203;
}

static inline void hostile_board(void)
{
	scene.board.mcu = "a\x1b[2J\n";
	set_mcu("\x07");
}

static inline void without_a_bootloader(void)
{
	make_image(scene.bytes, 0x20024000, 0x08000000, false);
}

static inline void board_below_its_flash(void)
{
	scene.board.start = 0x00002000;
}

static inline void board_at_the_front_of_its_flash(void)
{
	without_a_bootloader();
	scene.board.start = 0x08000000;
}

static inline void board_behind_its_flash(void)
{
	scene.board.start = 0x08080000;
}

static inline void board_within_a_unit(void)
{
	scene.board.start = 0x08002400;
}

static inline void board_within_a_block(void)
{
	scene.board.start = 0x08002020;
}

static inline void for_an_f446(void)
{
	set_mcu("stm32f446xx");
	make_image(scene.bytes, 0x20020000, 0x08008000, false);
}

/* Section 2: Katapult has no G474, so its owner took a neighbour. */
static inline void for_a_neighbour(void)
{
	set_mcu("stm32g474xx");
	make_image(scene.bytes, 0x20020000, 0x08002000, false);
	scene.board.mcu = "stm32g431xx";
}

static inline void for_an_rp2040(void)
{
	set_mcu("rp2040");
	make_image(scene.bytes, 0x20042000, 0x10004000, true);
}

static inline void f407_on_an_f405(void)
{
	set_mcu("stm32f407xx");
	make_image(scene.bytes, 0x20020000, 0x08008000, false);
	scene.board.mcu = "stm32f405xx";
	scene.board.start = 0x08008000;
}

static inline void f446_on_an_f405(void)
{
	f407_on_an_f405();
	set_mcu("stm32f446xx");
}

static inline void no_mcu_in_the_dictionary(void)
{
	set_mcu("?");
}

static inline void unknown_mcu(void)
{
	set_mcu("stm32f765xx");
}

static inline void stack_behind_the_ram(void)
{
	make_word(scene.bytes, 0x20024004);
}

static inline void stack_at_the_start(void)
{
	make_word(scene.bytes, 0x20000000);
}

static inline void stack_within(void)
{
	make_word(scene.bytes, 0x20001f40);
}

static inline void on_an_f103(uint32_t stack)
{
	set_mcu("stm32f103xe");
	make_image(scene.bytes, stack, 0x08002000, false);
	scene.board.mcu = "stm32f103xe";
}

static inline void for_an_n32(void)
{
	on_an_f103(0x20010000);
}

static inline void above_an_n32(void)
{
	on_an_f103(0x20010004);
}

static inline void on_an_h7(uint32_t stack)
{
	set_mcu("stm32h743xx");
	make_image(scene.bytes, stack, 0x08020000, false);
	scene.board.mcu = "stm32h743xx";
	scene.board.start = 0x08020000;
}

static inline void axi_ram_of_an_h7(void)
{
	on_an_h7(0x24080000);
}

static inline void fill_the_known_flash(void)
{
	scene.board.flash_size = 128 * 1024;
	scene.len = 120 * 1024;
}

static inline void one_byte_more_than_the_known_flash(void)
{
	fill_the_known_flash();
	scene.len++;
}

static inline void fill_the_smallest_flash(void)
{
	scene.len = 120 * 1024;
}

static inline void more_than_the_smallest_flash(void)
{
	scene.len = 120 * 1024 + 1;
}

static inline void the_same_in_a_flash_that_is_known(void)
{
	more_than_the_smallest_flash();
	scene.board.flash_size = 512 * 1024;
}

static inline void fill_the_largest_flash(void)
{
	scene.len = 504 * 1024;
}

static inline void more_than_the_largest_flash(void)
{
	scene.len = 504 * 1024 + 1;
}

/* The second bank is beyond Katapult: katapult-protocol.md, section 5.1. */
static inline void more_than_a_bank_of_an_h743(void)
{
	on_an_h7(0x20020000);
	scene.board.flash_size = 2048 * 1024;
	scene.len = 896 * 1024 + 1;
}

static inline void no_entry_on_a_g0(void)
{
	scene.board.start = 0x08001000;
}

static inline void no_entry_on_an_f446(void)
{
	for_an_f446();
	scene.board.mcu = "stm32f446xx";
	scene.board.start = 0x08004000;
}

/* A start of one's own, on both sides. */
static inline void in_no_menu(void)
{
	make_image(scene.bytes, 0x20024000, 0x08003000, false);
	scene.board.start = 0x08003000;
}

static inline void in_no_menu_of_the_file(void)
{
	make_image(scene.bytes, 0x20024000, 0x08003000, false);
}

#endif
