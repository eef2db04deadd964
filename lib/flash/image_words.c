// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * What is said of an image. Sections are those of flashing.md; the menus are
 * those of `make menuconfig`.
 */
#include "image_parts.h"

#define FINDINGS KCAN_IMAGE_FINDING_COUNT
#define GIVE_BIN "give klipper.bin, which 'make' writes beside it"

/* Section 1.4; @instead is for what is no image. */
static const struct {
	const char *name;
	const char *what;
	const char *instead;
} kinds[KCAN_IMAGE_KIND_COUNT] = {
	[KCAN_IMAGE_KLIPPER] = {
		.name = "klipper",
		.what = "a Klipper image",
	},
	[KCAN_IMAGE_OTHER] = {
		.name = "other",
		.what = "another firmware",
	},
	[KCAN_IMAGE_KATAPULT] = {
		.name = "katapult",
		.what = "Katapult itself",
	},
	[KCAN_IMAGE_DEPLOYER] = {
		.name = "deployer",
		.what = "a Katapult deployer",
	},
	[KCAN_IMAGE_BOOT2] = {
		.name = "boot2",
		.what = "an image without a bootloader",
	},
	[KCAN_IMAGE_UF2] = {
		.name = "uf2",
		.what =
			"a UF2 file, which is for a chip's own bootloader on "
			"USB",
		.instead =
			"choose \"16KiB bootloader\" in Klipper's 'make "
			"menuconfig', and give the klipper.bin that 'make' "
			"then writes",
	},
	[KCAN_IMAGE_ELF] = {
		.name = "elf",
		.what = "an ELF file, which is for a debugger",
		.instead = GIVE_BIN,
	},
	[KCAN_IMAGE_IHEX] = {
		.name = "intel-hex",
		.what = "an Intel hex file",
		.instead = "make one of it with 'objcopy -I ihex -O binary'",
	},
	[KCAN_IMAGE_SREC] = {
		.name = "s-record",
		.what = "an S-record file",
		.instead = "make one of it with 'objcopy -I srec -O binary'",
	},
	[KCAN_IMAGE_DFUSE] = {
		.name = "dfuse",
		.what =
			"a DfuSe file, which is for a chip's own bootloader on "
			"USB",
		.instead = "give the klipper.bin that it was made of",
	},
	[KCAN_IMAGE_CHITU] = {
		.name = "chitu",
		.what = "scrambled for the SD card of a Chitu board",
		.instead = "give klipper.bin as it was before update_chitu.py",
	},
	[KCAN_IMAGE_ROBIN] = {
		.name = "mks-robin",
		.what = "scrambled for the SD card of an MKS Robin board",
		.instead = "give klipper.bin as it was before "
			   "update_mks_robin.py",
	},
	[KCAN_IMAGE_SHORT] = {
		.name = "short",
		.what = "too short for an image",
	},
};

static const struct kcan_image_finding_info findings[FINDINGS] = {
	[KCAN_IMAGE_FINDING_SHORT] = {
		.name = "too-short",
		.severity = KCAN_IMAGE_NEVER,
		.sentence =
			"the file has {size} bytes, and firmware begins with "
			"a table of 64: give the klipper.bin that 'make' has "
			"written, and look whether the disk was full",
	},
	[KCAN_IMAGE_FINDING_NO_IMAGE] = {
		.name = "no-image",
		.severity = KCAN_IMAGE_NEVER,
		.sentence =
			"the file is {kind}, and Katapult needs a .bin, the "
			"bytes as they lie in the flash: {instead}",
	},
	[KCAN_IMAGE_FINDING_BOOT2] = {
		.name = "no-bootloader",
		.severity = KCAN_IMAGE_NEVER,
		.sentence =
			"the file begins with the second boot stage of an "
			"RP2040, so it was built to run without a bootloader: "
			"choose \"16KiB bootloader\" under \"Bootloader "
			"offset\" in 'make menuconfig', build it again and "
			"give klipper.bin",
	},
	[KCAN_IMAGE_FINDING_KATAPULT] = {
		.name = "katapult",
		.severity = KCAN_IMAGE_REFUSED,
		.sentence =
			"the file is Katapult itself, which cannot run where "
			"an application belongs: give klipper.bin, or, to "
			"replace the bootloader, the deployer.bin of "
			"Katapult's 'make'",
	},
	[KCAN_IMAGE_FINDING_DEPLOYER] = {
		.name = "deployer",
		.severity = KCAN_IMAGE_REFUSED,
		.sentence =
			"the file is a Katapult deployer, which replaces the "
			"bootloader of the board when it starts; if the power "
			"fails then, only a programmer helps: give "
			"klipper.bin, or insist if that is what you want",
	},
	[KCAN_IMAGE_FINDING_SUFFIX] = {
		.name = "dfu-suffix",
		.severity = KCAN_IMAGE_WARNING,
		.sentence =
			"the file ends with a DFU suffix, which is for "
			"dfu-util and not for the flash: its {size} bytes in "
			"front of that count",
	},
	[KCAN_IMAGE_FINDING_NO_DICTIONARY] = {
		.name = "no-dictionary",
		.severity = KCAN_IMAGE_WARNING,
		.sentence =
			"the file has no data dictionary of Klipper, so its "
			"chip, its link and its bit rate are not known: look "
			"whether it is the right one",
	},
	[KCAN_IMAGE_FINDING_NO_SIGNATURE] = {
		.name = "no-way-back",
		.severity = KCAN_IMAGE_WARNING,
		.sentence =
			"the file has no \"CanBoot!\" in it, so this firmware "
			"cannot be asked for Katapult: the next update needs "
			"the board's reset button",
	},
	[KCAN_IMAGE_FINDING_PROTOCOL] = {
		.name = "unknown-protocol",
		.severity = KCAN_IMAGE_REFUSED,
		.sentence =
			"the board's Katapult has version {protocol} of its "
			"protocol, and only 1 is known here, so what it would "
			"do with a command is not: use a newer version of "
			"this program, or the flashtool.py of that Katapult",
	},
	[KCAN_IMAGE_FINDING_BOARD_CHIP] = {
		.name = "unknown-chip",
		.severity = KCAN_IMAGE_NEVER,
		.sentence =
			"the board says that its chip is {board}, and nothing "
			"is known here of the flash of such a chip: use "
			"Katapult's flashtool.py",
	},
	[KCAN_IMAGE_FINDING_BOARD_START] = {
		.name = "impossible-start",
		.severity = KCAN_IMAGE_NEVER,
		.sentence =
			"the board says that its application starts at "
			"{start}, where {board} cannot have one: connect "
			"again, and if it says the same, flash Katapult anew",
	},
	[KCAN_IMAGE_FINDING_CHIP] = {
		.name = "wrong-chip",
		.severity = KCAN_IMAGE_REFUSED,
		.sentence =
			"the file is for {mcu}, and the board says that its "
			"chip is {board}: choose the right \"Processor model\" in "
			"'make menuconfig' and build it again, or look whether "
			"this is the file for another board",
	},
	[KCAN_IMAGE_FINDING_CHIP_ALIKE] = {
		.name = "similar-chip",
		.severity = KCAN_IMAGE_WARNING,
		.sentence =
			"the file is for {mcu}, and the board says that its "
			"chip is {board}, which has the same memory: look whether "
			"this is the right file",
	},
	[KCAN_IMAGE_FINDING_STACK] = {
		.name = "wrong-stack",
		.severity = KCAN_IMAGE_REFUSED,
		.sentence =
			"the file begins with {stack}, which cannot be the end "
			"of a stack in the RAM of {chip}: it is likely for "
			"another chip, or scrambled for an SD card; give the "
			"klipper.bin that 'make' has written",
	},
	[KCAN_IMAGE_FINDING_STACK_LARGE] = {
		.name = "large-stack",
		.severity = KCAN_IMAGE_WARNING,
		.sentence =
			"the file puts its stack at {stack}, and the smallest "
			"{chip} has {ram} KiB of RAM: look whether the chip of "
			"this board has more, as an N32G45x has, which calls "
			"itself stm32f103xe",
	},
	[KCAN_IMAGE_FINDING_SIZE] = {
		.name = "too-large",
		.severity = KCAN_IMAGE_NEVER,
		.sentence =
			"the file has {size} bytes, and from {start} on there "
			"is room for {room} on this {board}: leave out what is "
			"not needed in 'make menuconfig', or look whether this "
			"is the right file",
	},
	[KCAN_IMAGE_FINDING_SIZE_UNSURE] = {
		.name = "perhaps-too-large",
		.severity = KCAN_IMAGE_WARNING,
		.sentence =
			"the file has {size} bytes, and the smallest {board} "
			"has {flash} KiB of flash: look whether the chip of "
			"this board has more",
	},
	[KCAN_IMAGE_FINDING_START] = {
		.name = "wrong-start",
		.severity = KCAN_IMAGE_REFUSED,
		.sentence =
			"the file was built for {built} ({built-entry}), and "
			"the application of this board starts at {start}: "
			"choose {entry} under \"Bootloader offset\" in 'make "
			"menuconfig' and build it again",
	},
	[KCAN_IMAGE_FINDING_START_NO_ENTRY] = {
		.name = "wrong-start-no-entry",
		.severity = KCAN_IMAGE_REFUSED,
		.sentence =
			"the file was built for {built} ({built-entry}), and "
			"the application of this board starts at {start}, for "
			"which Klipper's menu has no entry on {board}: "
			"replace Katapult by one with {katapult}, which goes "
			"with {katapult-entry}",
	},
	[KCAN_IMAGE_FINDING_RESET] = {
		.name = "wrong-reset",
		.severity = KCAN_IMAGE_REFUSED,
		.sentence =
			"the file starts at {reset}, which is not within it if "
			"it lies at {start}, as the application of this board "
			"does: it was built for another place; choose {entry} "
			"under \"Bootloader offset\" and build it again",
	},
	[KCAN_IMAGE_FINDING_START_UNPROVEN] = {
		.name = "start-unproven",
		.severity = KCAN_IMAGE_WARNING,
		.sentence =
			"the code of the file does not tell for which start it "
			"was built, as that of Klipper since 2021 does: look "
			"whether it is for {start}",
	},
	[KCAN_IMAGE_FINDING_LINK] = {
		.name = "wrong-link",
		.severity = KCAN_IMAGE_REFUSED,
		.sentence =
			"the file makes the board {link}, and it is "
			"{board-link} now: it would not come back there; "
			"choose the right \"Communication interface\" in 'make "
			"menuconfig' and build it again",
	},
	[KCAN_IMAGE_FINDING_BIT_RATE] = {
		.name = "wrong-bit-rate",
		.severity = KCAN_IMAGE_REFUSED,
		.sentence =
			"the file is for a CAN bus with {speed}, and this one "
			"has {bus-speed}: set \"CAN bus speed\" in 'make "
			"menuconfig' to that and build it again",
	},
	[KCAN_IMAGE_FINDING_BIT_RATE_UNPROVEN] = {
		.name = "bit-rate-unproven",
		.severity = KCAN_IMAGE_WARNING,
		.sentence =
			"the file is for a CAN bus with {speed}, and nothing "
			"here proves that this bus has it: look whether the "
			"other boards were built for the same",
	},
	[KCAN_IMAGE_FINDING_PINS] = {
		.name = "other-pins",
		.severity = KCAN_IMAGE_WARNING,
		.sentence =
			"the file has its CAN bus on the pins {pins}, and what "
			"was on the board before had it on {old-pins}: if the "
			"board does not come back, that is likely why",
	},
};

const char *kcan_image_kind_name(enum kcan_image_kind kind)
{
	return (unsigned int)kind < KCAN_IMAGE_KIND_COUNT ? kinds[kind].name :
							    NULL;
}

const char *kcan_image_kind_what(enum kcan_image_kind kind)
{
	return kinds[kind].what;
}

const char *kcan_image_kind_instead(enum kcan_image_kind kind)
{
	return kinds[kind].instead ? kinds[kind].instead : GIVE_BIN;
}

const struct kcan_image_finding_info *
kcan_image_finding_get(enum kcan_image_finding finding)
{
	return (unsigned int)finding < FINDINGS ? &findings[finding] : NULL;
}
