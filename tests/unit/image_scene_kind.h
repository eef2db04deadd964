/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_IMAGE_SCENE_KIND_H
#define UNIT_IMAGE_SCENE_KIND_H

/* Files that are no image of Klipper as 'make' writes it: flashing.md, section 1. */
#include <zlib.h>

#include "image_usual.h"

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

static inline void be_katapult_of_another_protocol(void)
{
	be_katapult();
	scene.board.protocol = 0x00020000;
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

#endif
