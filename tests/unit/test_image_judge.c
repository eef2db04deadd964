// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/image/image_build.c
/* What is found in files: one row for each reason (flashing.md, sections 1 and 2). */
#include "image_scene.h"

#include "../../sim/canmcu/image/image_build.h"
#include "board/klipper_stream.h"
#include "dict/find.h"

static const struct dict_lib linked = DICT_LINKED;

#define F(name) (1u << KCAN_IMAGE_FINDING_##name)
#define NEVER KCAN_IMAGE_NEVER
#define REFUSED KCAN_IMAGE_REFUSED
#define WARNING KCAN_IMAGE_WARNING
#define FINE KCAN_IMAGE_FINE
#define UNTOLD (F(NO_DICTIONARY))

static const struct row {
	const char *name;
	void (*change)(void);
	uint32_t findings;
	enum kcan_image_severity severity;
	enum kcan_image_kind kind;
} rows[] = {
	{ "all fits", nothing, 0, FINE, KCAN_IMAGE_KLIPPER },
	/* section 1.4 */
	{ "file: empty", be_empty, F(SHORT), NEVER, KCAN_IMAGE_SHORT },
	{ "file: one byte less than a table", be_short, F(SHORT), NEVER,
	  KCAN_IMAGE_SHORT },
	{ "file: UF2", be_uf2, F(NO_IMAGE), NEVER, KCAN_IMAGE_UF2 },
	{ "file: ELF", be_elf, F(NO_IMAGE), NEVER, KCAN_IMAGE_ELF },
	{ "file: Intel hex", be_hex, F(NO_IMAGE), NEVER, KCAN_IMAGE_IHEX },
	{ "file: Intel hex of one line", be_a_short_hex, F(NO_IMAGE), NEVER,
	  KCAN_IMAGE_IHEX },
	{ "file: S-record", be_srec, F(NO_IMAGE), NEVER, KCAN_IMAGE_SREC },
	{ "file: DfuSe", be_dfuse, F(NO_IMAGE), NEVER, KCAN_IMAGE_DFUSE },
	{ "file: scrambled for a Chitu board", be_chitu, F(NO_IMAGE), NEVER,
	  KCAN_IMAGE_CHITU },
	{ "file: scrambled for an MKS Robin board", be_robin, F(NO_IMAGE),
	  NEVER, KCAN_IMAGE_ROBIN },
	{ "file: the same, and the dictionary is not", be_a_large_robin,
	  F(NO_IMAGE), NEVER, KCAN_IMAGE_ROBIN },
	{ "file: Katapult", be_katapult, F(KATAPULT), REFUSED,
	  KCAN_IMAGE_KATAPULT },
	{ "file: Katapult of an LPC", be_katapult_lpc, F(KATAPULT), REFUSED,
	  KCAN_IMAGE_KATAPULT },
	{ "file: Katapult, and more than the largest flash", be_a_huge_katapult,
	  F(KATAPULT) | F(SIZE), NEVER, KCAN_IMAGE_KATAPULT },
	{ "file: Katapult, on a board whose own has another protocol",
	  be_katapult_of_another_protocol, F(KATAPULT) | F(PROTOCOL), REFUSED,
	  KCAN_IMAGE_KATAPULT },
	{ "file: Katapult of an RP2040", be_katapult_rp2040, F(KATAPULT),
	  REFUSED, KCAN_IMAGE_KATAPULT },
	{ "file: Katapult's deployer", be_deployer, F(DEPLOYER), REFUSED,
	  KCAN_IMAGE_DEPLOYER },
	{ "file: Katapult's deployer of an RP2040", be_deployer_rp2040,
	  F(DEPLOYER), REFUSED, KCAN_IMAGE_DEPLOYER },
	{ "file: RP2040 without a bootloader", be_boot2, F(BOOT2), NEVER,
	  KCAN_IMAGE_BOOT2 },
	{ "file: the same for another flash chip", be_another_boot2, F(BOOT2),
	  NEVER, KCAN_IMAGE_BOOT2 },
	{ "file: the same without its reset handler", be_half_a_boot2,
	  UNTOLD | F(RESET) | F(NO_SIGNATURE) | F(STACK), REFUSED,
	  KCAN_IMAGE_OTHER },
	{ "file: a DFU suffix", end_with_suffix, F(SUFFIX), WARNING,
	  KCAN_IMAGE_KLIPPER },
	{ "file: firmware that only looks like a DFU suffix", end_like_a_suffix,
	  0, FINE, KCAN_IMAGE_KLIPPER },
	/* sections 1.5 and 2 */
	{ "file: no dictionary", no_dictionary, UNTOLD, WARNING,
	  KCAN_IMAGE_OTHER },
	{ "file: no way back", no_signature, F(NO_SIGNATURE), WARNING,
	  KCAN_IMAGE_KLIPPER },
	{ "board: the oldest protocol that there was", oldest_protocol, 0, FINE,
	  KCAN_IMAGE_KLIPPER },
	{ "board: a newer one that goes on with it",
	  newest_of_its_major_version, 0, FINE, KCAN_IMAGE_KLIPPER },
	{ "board: another major version of it", protocol_2, F(PROTOCOL),
	  REFUSED, KCAN_IMAGE_KLIPPER },
	{ "board: one before the oldest", protocol_0, F(PROTOCOL), REFUSED,
	  KCAN_IMAGE_KLIPPER },
	{ "board: one that has more bytes", protocol_257, F(PROTOCOL), REFUSED,
	  KCAN_IMAGE_KLIPPER },
	{ "board: a chip that is not known", unknown_board,
	  F(BOARD_CHIP) | F(CHIP), NEVER, KCAN_IMAGE_KLIPPER },
	{ "board: a chip that Katapult does not have", board_without_katapult,
	  F(BOARD_CHIP) | F(CHIP), NEVER, KCAN_IMAGE_KLIPPER },
	{ "board: texts that are no names", hostile_board,
	  F(BOARD_CHIP) | F(CHIP) | F(START_UNPROVEN), NEVER,
	  KCAN_IMAGE_KLIPPER },
	{ "board: starts below its flash", board_below_its_flash,
	  F(BOARD_START) | F(START_NO_ENTRY), NEVER, KCAN_IMAGE_KLIPPER },
	{ "board: starts where Katapult itself does",
	  board_at_the_front_of_its_flash, F(BOARD_START), NEVER,
	  KCAN_IMAGE_KLIPPER },
	{ "board: starts behind its flash", board_behind_its_flash,
	  F(BOARD_START) | F(START_NO_ENTRY), NEVER, KCAN_IMAGE_KLIPPER },
	{ "board: starts within a block", board_within_a_block,
	  F(BOARD_START) | F(START_NO_ENTRY), NEVER, KCAN_IMAGE_KLIPPER },
	{ "board: starts where nothing is erased", board_within_a_unit,
	  F(BOARD_START) | F(START_NO_ENTRY), NEVER, KCAN_IMAGE_KLIPPER },
	{ "chip: another one, for another start", for_an_f446,
	  F(CHIP) | F(START), REFUSED, KCAN_IMAGE_KLIPPER },
	{ "chip: a neighbour with more RAM", for_a_neighbour, F(CHIP), REFUSED,
	  KCAN_IMAGE_KLIPPER },
	{ "chip: one whose flash is elsewhere", for_an_rp2040, F(CHIP), REFUSED,
	  KCAN_IMAGE_KLIPPER },
	{ "chip: F407 on an F405", f407_on_an_f405, F(CHIP_ALIKE), WARNING,
	  KCAN_IMAGE_KLIPPER },
	{ "chip: F446 on an F405", f446_on_an_f405, F(CHIP), REFUSED,
	  KCAN_IMAGE_KLIPPER },
	{ "chip: a dictionary that does not tell", no_mcu_in_the_dictionary, 0,
	  FINE, KCAN_IMAGE_KLIPPER },
	{ "chip: one that Katapult does not have", unknown_mcu, F(CHIP),
	  REFUSED, KCAN_IMAGE_KLIPPER },
	/* section 1.1 */
	{ "stack: behind the RAM", stack_behind_the_ram, F(STACK), REFUSED,
	  KCAN_IMAGE_KLIPPER },
	{ "stack: at the start of the RAM", stack_at_the_start, F(STACK),
	  REFUSED, KCAN_IMAGE_KLIPPER },
	{ "stack: within the RAM", stack_within, 0, FINE, KCAN_IMAGE_KLIPPER },
	{ "stack: in the AXI RAM of an H7", axi_ram_of_an_h7, 0, FINE,
	  KCAN_IMAGE_KLIPPER },
	{ "stack: that of an N32", for_an_n32, F(STACK_LARGE), WARNING,
	  KCAN_IMAGE_KLIPPER },
	{ "stack: behind that of an N32", above_an_n32, F(STACK), REFUSED,
	  KCAN_IMAGE_KLIPPER },
	{ "size: all of a flash that is known", fill_the_known_flash, 0, FINE,
	  KCAN_IMAGE_KLIPPER },
	{ "size: one byte more", one_byte_more_than_the_known_flash, F(SIZE),
	  NEVER, KCAN_IMAGE_KLIPPER },
	{ "size: all of the smallest flash", fill_the_smallest_flash, 0, FINE,
	  KCAN_IMAGE_KLIPPER },
	{ "size: more than the smallest one", more_than_the_smallest_flash,
	  F(SIZE_UNSURE), WARNING, KCAN_IMAGE_KLIPPER },
	{ "size: the same, of a flash that is known to be larger",
	  the_same_in_a_flash_that_is_known, 0, FINE, KCAN_IMAGE_KLIPPER },
	{ "size: all of the largest one", fill_the_largest_flash,
	  F(SIZE_UNSURE), WARNING, KCAN_IMAGE_KLIPPER },
	{ "size: more than the largest one", more_than_the_largest_flash,
	  F(SIZE), NEVER, KCAN_IMAGE_KLIPPER },
	{ "size: more than the first bank of an H743",
	  more_than_a_bank_of_an_h743, F(SIZE), NEVER, KCAN_IMAGE_KLIPPER },
	/* section 1.3 */
	{ "start: without a bootloader", without_a_bootloader, F(START),
	  REFUSED, KCAN_IMAGE_KLIPPER },
	{ "start: 4 KiB on a G0, which no menu has", no_entry_on_a_g0,
	  F(START_NO_ENTRY), REFUSED, KCAN_IMAGE_KLIPPER },
	{ "start: 16 KiB on an F446, which no menu has", no_entry_on_an_f446,
	  F(START_NO_ENTRY), REFUSED, KCAN_IMAGE_KLIPPER },
	{ "start: in no menu, but the board's", in_no_menu, 0, FINE,
	  KCAN_IMAGE_KLIPPER },
	{ "start: in no menu, and not the board's", in_no_menu_of_the_file,
	  F(START), REFUSED, KCAN_IMAGE_KLIPPER },
	{ "start: of another firmware", another_firmware,
	  UNTOLD | F(START_UNPROVEN), WARNING, KCAN_IMAGE_OTHER },
	{ "start: of another firmware, elsewhere", another_firmware_elsewhere,
	  UNTOLD | F(RESET), REFUSED, KCAN_IMAGE_OTHER },
	{ "start: of a Klipper before March 2021", old_klipper,
	  F(START_UNPROVEN), WARNING, KCAN_IMAGE_KLIPPER },
	/* section 2 */
	{ "link: a bridge instead of CAN", for_a_bridge, F(LINK), REFUSED,
	  KCAN_IMAGE_KLIPPER },
	{ "link: USB instead of CAN", for_usb, F(LINK), REFUSED,
	  KCAN_IMAGE_KLIPPER },
	{ "link: a UART instead of CAN", for_a_uart, F(LINK), REFUSED,
	  KCAN_IMAGE_KLIPPER },
	{ "link: CAN instead of a bridge", can_to_bridge, F(LINK), REFUSED,
	  KCAN_IMAGE_KLIPPER },
	{ "link: CAN instead of a bridge, whatever the bit rate",
	  can_to_bridge_at_another_rate, F(LINK), REFUSED, KCAN_IMAGE_KLIPPER },
	{ "link: USB", usb_to_usb, 0, FINE, KCAN_IMAGE_KLIPPER },
	{ "link: a UART", uart_to_uart, 0, FINE, KCAN_IMAGE_KLIPPER },
	{ "link: any", any_link, 0, FINE, KCAN_IMAGE_KLIPPER },
	{ "bit rate: of a bridge", bridge_to_bridge, F(BIT_RATE_UNPROVEN),
	  WARNING, KCAN_IMAGE_KLIPPER },
	{ "bit rate: another one", another_rate, F(BIT_RATE), REFUSED,
	  KCAN_IMAGE_KLIPPER },
	{ "bit rate: on vcan", on_vcan, F(BIT_RATE_UNPROVEN), WARNING,
	  KCAN_IMAGE_KLIPPER },
	{ "bit rate: another one, behind a bridge",
	  another_rate_behind_a_bridge, F(BIT_RATE_UNPROVEN), WARNING,
	  KCAN_IMAGE_KLIPPER },
	{ "bit rate: not known", no_rate_known, F(BIT_RATE_UNPROVEN), WARNING,
	  KCAN_IMAGE_KLIPPER },
	{ "pins: others than before", other_pins_before, F(PINS), WARNING,
	  KCAN_IMAGE_KLIPPER },
	{ "pins: the same as before", same_pins_before, 0, FINE,
	  KCAN_IMAGE_KLIPPER },
	{ "pins: not told before", no_pins_before, 0, FINE,
	  KCAN_IMAGE_KLIPPER },
	{ "pins: not told now", no_pins_now, 0, FINE, KCAN_IMAGE_KLIPPER },
	{ "pins: no dictionary before", no_dictionary_before, 0, FINE,
	  KCAN_IMAGE_KLIPPER },
};

/* The names of findings, so that a failure tells which one it is. */
static const char *names(char *out, size_t size, uint32_t findings)
{
	size_t used = 0;

	*out = '\0';
	for (unsigned int i = 0; i < 32; i++)
		if (findings >> i & 1 && used < size)
			used += (size_t)snprintf(
				out + used, size - used, "%s ",
				i < KCAN_IMAGE_FINDING_COUNT ?
					kcan_image_finding_get(i)->name :
					"?");
	return out;
}

static void test_a_file_has_these_findings_and_no_others(void **state)
{
	const struct row *row = *state;
	struct kcan_image image;
	char is[600], want[600];

	begin();
	row->change();
	judge(&image);
	assert_string_equal(names(is, sizeof(is), image.findings),
			    names(want, sizeof(want), row->findings));
	assert_int_equal(kcan_image_severity(&image), row->severity);
	assert_int_equal(image.kind, row->kind);
}

/* katflash --check FILE, with no board in sight. */
static void test_without_a_board_the_file_alone_is_judged(void **state)
{
	struct kcan_image image;

	(void)state;
	begin();
	another_rate();
	kcan_image_judge(&image, scene.bytes, scene.len, &scene.dictionary,
			 NULL);
	assert_int_equal(image.findings, 0);
	assert_true(image.is_start_known);
	assert_int_equal(image.start, 0x08002000);
	assert_int_equal(image.link, KCAN_IMAGE_LINK_CAN);
	assert_string_equal(image.chip->name, "stm32g0b1xx");
	assert_int_equal(image.stack, 0x20024000);
	assert_int_equal(image.reset, 0x08004801);
	assert_true(image.is_signed);
	kcan_image_judge(&image, scene.bytes, scene.len, NULL, NULL);
	assert_int_equal(image.findings, F(NO_DICTIONARY) | F(START_UNPROVEN));
	assert_null(image.chip);
}

/* flashing.md, section 2: what decides is the constants, a bridge's first. */
static const struct link {
	const char *name;
	struct kcan_image_dictionary dictionary;
	enum kcan_image_link want;
} links[] = {
	{ "the link of CAN",
	  { .len = 1, .can_bps = 1000000 },
	  KCAN_IMAGE_LINK_CAN },
	{ "the link of a bridge",
	  { .len = 1, .bridge = true },
	  KCAN_IMAGE_LINK_BRIDGE },
	{ "a bridge that tells of CAN",
	  { .len = 1, .bridge = true, .can_bps = 1 },
	  KCAN_IMAGE_LINK_BRIDGE },
	{ "the link of a UART",
	  { .len = 1, .uart_bps = 250000 },
	  KCAN_IMAGE_LINK_UART },
	{ "the link of no constant", { .len = 1 }, KCAN_IMAGE_LINK_USB },
	{ "the link of no dictionary",
	  { .len = 0, .can_bps = 1000000 },
	  KCAN_IMAGE_LINK_UNKNOWN },
};

static void test_link(void **state)
{
	const struct link *row = *state;

	assert_int_equal(kcan_image_link_of(&row->dictionary), row->want);
	assert_int_equal(kcan_image_link_of(NULL), KCAN_IMAGE_LINK_UNKNOWN);
}

/* Its bytes are not to be written. */
static void test_a_suffix_is_no_part_of_the_image(void **state)
{
	struct kcan_image image;

	(void)state;
	begin();
	end_with_suffix();
	judge(&image);
	assert_int_equal(image.size, MADE_LEN);
}

static bool is_katapults(const struct mcu_type *type)
{
	const struct kcan_chip *chip = kcan_chip_find(type->name);

	return kcan_chip_erase_size(chip, chip->flash.start);
}

/* What canmcu makes is what katflash takes, where there is a Katapult. */
static void test_an_image_of_canmcu_fits_its_board(void **state)
{
	static const char dictionary[] = "the stream";
	const struct mcu_type *type;
	struct kcan_image image;

	(void)state;
	for (size_t i = 0; (type = mcu_type_at(i)); i++) {
		struct image_spec spec = {
			.type = type,
			.size = IMAGE_SIZE_USUAL,
			.is_signed = true,
			.dictionary = (const uint8_t *)dictionary,
			.dictionary_len = sizeof(dictionary),
			.version = "v1",
		};

		/* the F103 with less RAM has no name of its own */
		if (!type->flash_map || !kcan_chip_find(type->name))
			continue;
		begin();
		spec.start = type->flash_map->app_start;
		scene.len = spec.size;
		image_build(scene.bytes, &spec);
		set_mcu(type->name);
		scene.board.mcu = type->connect_name;
		scene.board.start = spec.start;
		judge(&image);
		assert_int_equal(image.findings,
				 is_katapults(type) ? 0 : F(BOARD_CHIP));
		assert_int_equal(image.start, spec.start);
	}
}

/* The whole way: what dictionary_find() finds is what it is judged by. */
static void test_a_file_is_judged_by_its_own_dictionary(void **state)
{
	struct image_spec spec = { .type = mcu_type_find(KLIPPER_MCU),
				   .start = 0x08002000,
				   .size = IMAGE_SIZE_USUAL,
				   .is_signed = true,
				   .dictionary = klipper_stream,
				   .dictionary_len = sizeof(klipper_stream),
				   .version = "v1" };
	struct kcan_image image;

	(void)state;
	begin();
	scene.len = spec.size;
	image_build(scene.bytes, &spec);
	assert_true(dictionary_find(&linked, &scene.dictionary, scene.bytes,
				    scene.len));
	scene.board.mcu = "stm32g431xx";
	judge(&image);
	/* the stream tells of no link but USB, and of this chip */
	assert_int_equal(image.findings, F(CHIP) | F(LINK));
	assert_int_equal(image.link, KCAN_IMAGE_LINK_USB);
	assert_string_equal(image.chip->name, KLIPPER_MCU);
	assert_string_equal(image.dictionary->version, KLIPPER_VERSION);
}

int main(void)
{
	struct CMUnitTest tests[96] = {
		cmocka_unit_test(test_without_a_board_the_file_alone_is_judged),
		cmocka_unit_test(test_a_suffix_is_no_part_of_the_image),
		cmocka_unit_test(test_an_image_of_canmcu_fits_its_board),
		cmocka_unit_test(test_a_file_is_judged_by_its_own_dictionary),
	};
	size_t n = 4;

	ROWS(rows, test_a_file_has_these_findings_and_no_others);
	ROWS(links, test_link);
	return _cmocka_run_group_tests("image_judge", tests, n, NULL, NULL);
}
