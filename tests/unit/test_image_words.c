// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* What is said of files: sentences, as a user reads them. */
#include "image_scene.h"

/* One sentence of each finding, as a user reads it. */
static const struct word_row {
	const char *name;
	void (*change)(void);
	enum kcan_image_finding finding;
	const char *sentence;
} words[] = {
	{ "says: too short", be_short, KCAN_IMAGE_FINDING_SHORT,
	  "the file has 63 bytes, and firmware begins with a table of 64: "
	  "give the klipper.bin that 'make' has written, and look whether the "
	  "disk was full" },
	{ "says: UF2", be_uf2, KCAN_IMAGE_FINDING_NO_IMAGE,
	  "the file is a UF2 file, which is for a chip's own bootloader on "
	  "USB, and Katapult needs a .bin, the bytes as they lie in the flash: "
	  "choose \"16KiB bootloader\" in Klipper's 'make menuconfig', and "
	  "give the klipper.bin that 'make' then writes" },
	{ "says: ELF", be_elf, KCAN_IMAGE_FINDING_NO_IMAGE,
	  "the file is an ELF file, which is for a debugger, and Katapult "
	  "needs a .bin, the bytes as they lie in the flash: give "
	  "klipper.bin, which 'make' writes beside it" },
	{ "says: Intel hex", be_hex, KCAN_IMAGE_FINDING_NO_IMAGE,
	  "the file is an Intel hex file, and Katapult needs a .bin, the "
	  "bytes as they lie in the flash: make one of it with 'objcopy -I "
	  "ihex -O binary'" },
	{ "says: another protocol", protocol_257, KCAN_IMAGE_FINDING_PROTOCOL,
	  "the board's Katapult has version 257.2.3 of its protocol, and only "
	  "1 is known here, so what it would do with a command is not: use a "
	  "newer version of this program, or the flashtool.py of that "
	  "Katapult" },
	{ "says: the wrong chip", for_an_rp2040, KCAN_IMAGE_FINDING_CHIP,
	  "the file is for rp2040, and the board says that its chip is "
	  "stm32g0b1xx: choose the right \"Processor model\" in 'make "
	  "menuconfig' and build it again, or look whether this is the file "
	  "for another board" },
	{ "says: a stack outside", stack_behind_the_ram,
	  KCAN_IMAGE_FINDING_STACK,
	  "the file begins with 0x20024004, which cannot be the end of a stack "
	  "in the RAM of stm32g0b1xx: it is likely for another chip, or scrambled "
	  "for an SD card; give the klipper.bin that 'make' has written" },
	{ "says: a large stack", for_an_n32, KCAN_IMAGE_FINDING_STACK_LARGE,
	  "the file puts its stack at 0x20010000, and the smallest "
	  "stm32f103xe has 20 KiB of RAM: look whether the chip of this board "
	  "has more, as an N32G45x has, which calls itself stm32f103xe" },
	{ "says: too large", one_byte_more_than_the_known_flash,
	  KCAN_IMAGE_FINDING_SIZE,
	  "the file has 122881 bytes, and from 0x08002000 on there is room for "
	  "122880 on this stm32g0b1xx: leave out what is not needed in 'make "
	  "menuconfig', or look whether this is the right file" },
	{ "says: perhaps too large", more_than_the_smallest_flash,
	  KCAN_IMAGE_FINDING_SIZE_UNSURE,
	  "the file has 122881 bytes, and the smallest stm32g0b1xx has 128 KiB "
	  "of flash: look whether the chip of this board has more" },
	{ "says: the wrong start", without_a_bootloader,
	  KCAN_IMAGE_FINDING_START,
	  "the file was built for 0x08000000 (\"No bootloader\"), and the "
	  "application of this board starts at 0x08002000: choose \"8KiB "
	  "bootloader\" under \"Bootloader offset\" in 'make menuconfig' and "
	  "build it again" },
	{ "says: a start in no menu", in_no_menu_of_the_file,
	  KCAN_IMAGE_FINDING_START,
	  "the file was built for 0x08003000 (in no menu), and the application "
	  "of this board starts at 0x08002000: choose \"8KiB bootloader\" "
	  "under \"Bootloader offset\" in 'make menuconfig' and build it "
	  "again" },
	{ "says: no entry on a G0", no_entry_on_a_g0,
	  KCAN_IMAGE_FINDING_START_NO_ENTRY,
	  "the file was built for 0x08002000 (\"8KiB bootloader\"), and the "
	  "application of this board starts at 0x08001000, for which Klipper's "
	  "menu has no entry on stm32g0b1xx: replace Katapult by one with "
	  "\"8KiB offset\", which goes with \"8KiB bootloader\"" },
	{ "says: no entry on an F446", no_entry_on_an_f446,
	  KCAN_IMAGE_FINDING_START_NO_ENTRY,
	  "the file was built for 0x08008000 (\"32KiB bootloader\"), and the "
	  "application of this board starts at 0x08004000, for which Klipper's "
	  "menu has no entry on stm32f446xx: replace Katapult by one with "
	  "\"32KiB offset\", which goes with \"32KiB bootloader\"" },
	{ "says: a reset entry outside", another_firmware_elsewhere,
	  KCAN_IMAGE_FINDING_RESET,
	  "the file starts at 0x08006001, which is not within it if it lies at "
	  "0x08002000, as the application of this board does: it was built for "
	  "another place; choose \"8KiB bootloader\" under \"Bootloader "
	  "offset\" and build it again" },
	{ "says: the wrong link", for_a_bridge, KCAN_IMAGE_FINDING_LINK,
	  "the file makes the board a USB-CAN bridge, and it is a node on a "
	  "CAN bus now: it would not come back there; choose the right "
	  "\"Communication interface\" in 'make menuconfig' and build it "
	  "again" },
	{ "says: the wrong bit rate", another_rate, KCAN_IMAGE_FINDING_BIT_RATE,
	  "the file is for a CAN bus with 500000 bit/s, and this one has "
	  "1000000 bit/s: set \"CAN bus speed\" in 'make menuconfig' to that "
	  "and build it again" },
	{ "says: a bridge's bit rate", bridge_to_bridge,
	  KCAN_IMAGE_FINDING_BIT_RATE_UNPROVEN,
	  "the file is for a CAN bus with a bit rate that no bridge's image "
	  "tells, and nothing here proves that this bus has it: look whether "
	  "the other boards were built for the same" },
	{ "says: other pins", other_pins_before, KCAN_IMAGE_FINDING_PINS,
	  "the file has its CAN bus on the pins PB0,PB1, and what was on the "
	  "board before had it on PD0,PD1: if the board does not come back, "
	  "that is likely why" },
	{ "says: what cannot be printed", hostile_board,
	  KCAN_IMAGE_FINDING_CHIP,
	  "the file is for ?, and the board says that its chip is a?[2J?: choose "
	  "the right \"Processor model\" in 'make menuconfig' and build it "
	  "again, or look whether this is the file for another board" },
};

static void test_a_sentence_names_what_was_seen(void **state)
{
	const struct word_row *row = *state;
	char text[KCAN_IMAGE_SENTENCE_LEN];
	struct kcan_image image;

	begin();
	row->change();
	judge(&image);
	assert_true(kcan_image_has(&image, row->finding));
	assert_int_equal(
		kcan_image_say(text, sizeof(text), &image, row->finding),
		strlen(row->sentence));
	assert_string_equal(text, row->sentence);
}

/* Whatever is known of it: no slot stays open, and nothing is cut. */
static void test_every_sentence_is_whole(void **state)
{
	char text[KCAN_IMAGE_SENTENCE_LEN];
	struct kcan_image image, bare = { 0 };

	(void)state;
	begin();
	judge(&image);
	for (unsigned int i = 0; i < KCAN_IMAGE_FINDING_COUNT; i++) {
		assert_true(kcan_image_say(text, sizeof(text), &image, i) <
			    sizeof(text) - 1);
		assert_null(strpbrk(text, "{}"));
		assert_in_range(text[0], 'a', 'z');
		assert_int_not_equal(text[strlen(text) - 1], '.');
		kcan_image_say(text, sizeof(text), &bare, i);
		assert_null(strpbrk(text, "{}"));
	}
}

static void test_a_sentence_is_cut_to_its_room(void **state)
{
	char text[8] = "1234567";
	struct kcan_image image = { 0 };

	(void)state;
	assert_int_equal(
		kcan_image_say(text, 5, &image, KCAN_IMAGE_FINDING_LINK), 4);
	assert_string_equal(text, "the ");
	assert_int_equal(
		kcan_image_say(text, 1, &image, KCAN_IMAGE_FINDING_LINK), 0);
	assert_string_equal(text, "");
}

static void test_what_is_out_of_range_has_no_row(void **state)
{
	char text[8] = "1234567";
	struct kcan_image image = { .findings = UINT32_MAX };

	(void)state;
	assert_null(kcan_image_finding_get(KCAN_IMAGE_FINDING_COUNT));
	assert_null(kcan_image_finding_get((enum kcan_image_finding) - 1));
	assert_null(kcan_image_kind_name(KCAN_IMAGE_KIND_COUNT));
	assert_false(kcan_image_has(&image, KCAN_IMAGE_FINDING_COUNT));
	assert_int_equal(kcan_image_say(text, sizeof(text), &image,
					KCAN_IMAGE_FINDING_COUNT),
			 0);
	assert_string_equal(text, "");
}

static void test_names_of_findings_and_kinds_differ(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < KCAN_IMAGE_FINDING_COUNT; i++)
		for (unsigned int k = 0; k < i; k++)
			assert_string_not_equal(
				kcan_image_finding_get(i)->name,
				kcan_image_finding_get(k)->name);
	for (unsigned int i = 0; i < KCAN_IMAGE_KIND_COUNT; i++)
		for (unsigned int k = 0; k < i; k++)
			assert_string_not_equal(kcan_image_kind_name(i),
						kcan_image_kind_name(k));
}

int main(void)
{
	struct CMUnitTest tests[48] = {
		cmocka_unit_test(test_every_sentence_is_whole),
		cmocka_unit_test(test_a_sentence_is_cut_to_its_room),
		cmocka_unit_test(test_what_is_out_of_range_has_no_row),
		cmocka_unit_test(test_names_of_findings_and_kinds_differ),
	};
	size_t n = 4;

	ROWS(words, test_a_sentence_names_what_was_seen);
	return _cmocka_run_group_tests("image_words", tests, n, NULL, NULL);
}
