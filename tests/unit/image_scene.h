/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_IMAGE_SCENE_H
#define UNIT_IMAGE_SCENE_H

/*
 * Files that somebody wants to flash, one for each reason why that may go wrong.
 * Sections are those of flashing.md.
 */
#include "../support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <kcan/image.h>

#include "image_make.h"

#define LARGE (3u << 20)

/* A file, its facts and a board, all of which fit: each row changes something. */
static struct scene {
	uint8_t bytes[LARGE];
	size_t len;
	struct kcan_image_dictionary dictionary;
	struct kcan_image_board board;
} scene;

static const struct kcan_image_dictionary usual_dictionary = {
	.mcu = "stm32g0b1xx",
	.version = "v0.13.0-730-g84104bbbd",
	.app = "Klipper",
	.build_versions = "gcc: 12.2.1 binutils: 2.40",
	.pins = "PB0,PB1",
	.can_bps = 1000000,
	.offset = MADE_DICTIONARY,
	.len = MADE_STREAM_LEN,
};

static const struct kcan_image_board usual_board = {
	.mcu = "stm32g0b1xx",
	.start = 0x08002000,
	.link = KCAN_IMAGE_LINK_CAN,
	.bit_rate = 1000000,
	.owns_timing = true,
};

static inline void begin(void)
{
	make_image(scene.bytes, 0x20024000, 0x08002000, false);
	memset(scene.bytes + MADE_LEN, 0xff, LARGE - MADE_LEN);
	scene.len = MADE_LEN;
	scene.dictionary = usual_dictionary;
	scene.board = usual_board;
}

static inline void set_file(const void *bytes, size_t len)
{
	memcpy(scene.bytes, bytes, len);
}

static inline void set_mcu(const char *mcu)
{
	snprintf(scene.dictionary.mcu, sizeof(scene.dictionary.mcu), "%s", mcu);
}

static inline void no_dictionary(void)
{
	scene.dictionary = (struct kcan_image_dictionary){ 0 };
}

static inline void nothing(void)
{
}

static inline void be_empty(void)
{
	scene.len = 0;
}

static inline void be_short(void)
{
	scene.len = 63;
}

static inline void be_uf2(void)
{
	set_file("UF2\n\x57\x51\x5d\x9e", 8);
}

static inline void be_elf(void)
{
	set_file("\x7f"
		 "ELF\x01\x01\x01",
		 7);
}

static inline void be_hex(void)
{
	set_file(":020000040800F2\r\n", 17);
}

static inline void be_a_short_hex(void)
{
	be_hex();
	scene.len = 17;
}

static inline void be_srec(void)
{
	set_file("S00F00006B6C6970706572", 22);
}

static inline void be_dfuse(void)
{
	set_file("DfuSe\x01", 6);
}

static inline void be_chitu(void)
{
	set_file("\x44\x3d\x2d\x3f", 4);
}

/* Section 1.4: what follows the table is XORed. */
static inline void be_robin(void)
{
	static const uint8_t robin[] = {
		0xa3, 0xbd, 0xad, 0x0d, 0x41, 0x11, 0xbb, 0x8d,
		0xdc, 0x80, 0x2d, 0xd0, 0xd2, 0xc4, 0x9b, 0x1e,
		0x26, 0xeb, 0xe3, 0x33, 0x4a, 0x15, 0xe4, 0x0a,
		0xb3, 0xb1, 0x3c, 0x93, 0xbb, 0xaf, 0xf7, 0x3e,
	};

	no_dictionary();
	for (size_t i = 320; i < scene.len && i < 31040; i++)
		scene.bytes[i] ^= robin[i % 32];
}

/* Its dictionary is behind what is scrambled. */
static inline void be_a_large_robin(void)
{
	struct kcan_image_dictionary dictionary = scene.dictionary;

	scene.len = 40000;
	be_robin();
	scene.dictionary = dictionary;
}

/* Section 1.4: the signature right before the reset entry. */
static inline void be_katapult(void)
{
	no_dictionary();
	make_word(scene.bytes, 0x20023ff8);
	make_word(scene.bytes + 4, 0x080000a1);
	memcpy(scene.bytes + 0x98, "CanBoot!", 8);
	scene.len = 4096;
}

/* The same on an LPC, whose flash begins at 0. */
static inline void be_katapult_lpc(void)
{
	be_katapult();
	make_word(scene.bytes, 0x10007fd8);
	make_word(scene.bytes + 4, 0x000000a1);
}

static inline void be_a_huge_katapult(void)
{
	be_katapult();
	scene.len = 504 * 1024 + 1;
}

/* On an RP2040 its table is behind boot2; the signature is at 160. */
static inline void be_katapult_rp2040(void)
{
	no_dictionary();
	set_file("\x00\xb5\x32\x4b\x21\x20\x58\x60", 8);
	make_word(scene.bytes + 0x100, 0x20041ff8);
	make_word(scene.bytes + 0x104, 0x10000169);
	memcpy(scene.bytes + 0x160, "CanBoot!", 8);
}

/* An application with such a Katapult in it, at any place. */
static inline void be_deployer(void)
{
	uint8_t *front = scene.bytes + 0x1003;

	no_dictionary();
	memset(scene.bytes + MADE_SIGNATURE, 0, 8);
	make_word(front, 0x20023ff8);
	make_word(front + 4, 0x080000a1);
	memcpy(front + 0x98, "CanBoot!", 8);
}

static inline void be_deployer_rp2040(void)
{
	uint8_t *front = scene.bytes + 0x1001;

	make_image(scene.bytes, 0x20042000, 0x10004000, true);
	no_dictionary();
	memset(scene.bytes + MADE_SIGNATURE, 0, 8);
	make_word(front + 0x104, 0x10000169);
	memcpy(front + 0x160, "CanBoot!", 8);
	scene.board.mcu = "rp2040";
	scene.board.start = 0x10004000;
}

static inline void be_boot2(void)
{
	set_file("\x00\xb5\x32\x4b\x21\x20\x58\x60", 8);
}

/* With the second stage of another flash chip. */
static inline void be_another_boot2(void)
{
	make_image(scene.bytes + 0x100, 0x20042000, 0x10000100, true);
	memset(scene.bytes, 0x11, 0x100);
	scene.len = MADE_LEN + 0x100;
}

/* The same, but its reset handler is the first byte that is not there. */
static inline void be_half_a_boot2(void)
{
	be_another_boot2();
	no_dictionary();
	scene.len = 0x100 + 0x80;
}

/* Its CRC is that of zlib, without the inversion at the end. */
static inline void end_with_suffix(void)
{
	static const uint8_t suffix[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
					  0x00, 0x01, 'U',  'F',  'D',	0x10 };

	memcpy(scene.bytes + scene.len, suffix, sizeof(suffix));
	scene.len += sizeof(suffix);
	make_word(scene.bytes + scene.len,
		  ~(uint32_t)crc32(0, scene.bytes, (uInt)scene.len));
	scene.len += 4;
}

/* Then these are 16 bytes of the firmware. */
static inline void end_like_a_suffix(void)
{
	end_with_suffix();
	scene.bytes[100] ^= 1;
}

static inline void another_firmware(void)
{
	no_dictionary();
	memset(scene.bytes + MADE_RESET, 0, 2);
}

static inline void another_firmware_elsewhere(void)
{
	another_firmware();
	make_word(scene.bytes + 4, 0x08002000 + MADE_LEN + 1);
}

static inline void old_klipper(void)
{
	memset(scene.bytes + MADE_RESET, 0, 2);
}

static inline void no_signature(void)
{
	memset(scene.bytes + MADE_SIGNATURE, 0, 8);
}

static inline void board_without_katapult(void)
{
	scene.board.mcu = "stm32g474xx";
}

static inline void unknown_board(void)
{
	scene.board.mcu = "stm32f031x6";
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

static inline void for_a_bridge(void)
{
	scene.dictionary.bridge = true;
	scene.dictionary.can_bps = 0;
}

static inline void for_usb(void)
{
	scene.dictionary.can_bps = 0;
}

static inline void for_a_uart(void)
{
	scene.dictionary.can_bps = 0;
	scene.dictionary.uart_bps = 250000;
}

static inline void usb_to_usb(void)
{
	for_usb();
	scene.board.link = KCAN_IMAGE_LINK_USB;
}

static inline void uart_to_uart(void)
{
	for_a_uart();
	scene.board.link = KCAN_IMAGE_LINK_UART;
}

static inline void bridge_to_bridge(void)
{
	for_a_bridge();
	scene.board.link = KCAN_IMAGE_LINK_BRIDGE;
}

static inline void can_to_bridge(void)
{
	scene.board.link = KCAN_IMAGE_LINK_BRIDGE;
}

static inline void can_to_bridge_at_another_rate(void)
{
	can_to_bridge();
	scene.dictionary.can_bps = 500000;
}

static inline void any_link(void)
{
	for_usb();
	scene.board.link = KCAN_IMAGE_LINK_UNKNOWN;
}

static inline void another_rate(void)
{
	scene.dictionary.can_bps = 500000;
}

static inline void on_vcan(void)
{
	scene.board.owns_timing = false;
}

static inline void another_rate_behind_a_bridge(void)
{
	another_rate();
	on_vcan();
}

static inline void no_rate_known(void)
{
	scene.board.bit_rate = 0;
}

static inline const struct kcan_image_dictionary *
old_with_pins(const char *pins)
{
	static struct kcan_image_dictionary old;

	old = usual_dictionary;
	snprintf(old.pins, sizeof(old.pins), "%s", pins);
	return &old;
}

static inline void other_pins_before(void)
{
	scene.board.old = old_with_pins("PD0,PD1");
}

static inline void same_pins_before(void)
{
	scene.board.old = old_with_pins("PB0,PB1");
}

static inline void no_pins_before(void)
{
	scene.board.old = old_with_pins("?");
}

static inline void no_pins_now(void)
{
	other_pins_before();
	strcpy(scene.dictionary.pins, "?");
}

static inline void no_dictionary_before(void)
{
	static const struct kcan_image_dictionary none;

	scene.board.old = &none;
}

static inline void judge(struct kcan_image *out)
{
	/* of its own size: nothing behind it is looked at */
	uint8_t *copy = malloc(scene.len ? scene.len : 1);

	assert_non_null(copy);
	memcpy(copy, scene.bytes, scene.len);
	kcan_image_judge(out, copy, scene.len, &scene.dictionary, &scene.board);
	free(copy);
}

#endif
