/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KCAN_IMAGE_H
#define KCAN_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kcan/chip.h>
#include <kcan/decls.h>

KCAN_DECLS_BEGIN

/*
 * What a file is that somebody wants to flash, and whether it can work on a
 * board: judged before anything is erased. Sections are those of flashing.md.
 */

/**
 * struct kcan_image_dictionary - what an image says of itself (section 2)
 * @mcu, @version, @app, @build_versions, @pins: printable ASCII, cut to their
 *         size; "?" where the dictionary does not tell, "" where there is none
 * @mcu:     "stm32g0b1xx"
 * @version: "v0.12.0-123-gabcdef"
 * @pins:    RESERVE_PINS_CAN: "PB0,PB1", receiving and sending
 * @can_bps: CANBUS_FREQUENCY in bit/s; 0: it has none
 * @uart_bps: SERIAL_BAUD in bit/s; 0: it has none
 * @bridge:  CANBUS_BRIDGE: it is a USB-CAN adapter
 * @offset:  of the zlib stream in the image; bytes
 * @len:     of that stream; bytes. 0: there is no dictionary
 */
struct kcan_image_dictionary {
	char mcu[48];
	char version[128];
	char app[32];
	char build_versions[128];
	char pins[32];
	uint32_t can_bps;
	uint32_t uart_bps;
	bool bridge;
	size_t offset;
	size_t len;
};

/** How a board is reached while its application runs. */
enum kcan_image_link {
	KCAN_IMAGE_LINK_UNKNOWN,
	KCAN_IMAGE_LINK_CAN,	/* a node on a CAN bus */
	KCAN_IMAGE_LINK_BRIDGE, /* the USB-CAN adapter itself */
	KCAN_IMAGE_LINK_USB,	/* USB serial */
	KCAN_IMAGE_LINK_UART,
	KCAN_IMAGE_LINK_COUNT
};

/**
 * kcan_image_link_of() - how a Klipper is reached (the table of section 2)
 * @dictionary: what it says of itself; may be NULL
 *
 * Return: KCAN_IMAGE_LINK_UNKNOWN when there is no dictionary.
 */
enum kcan_image_link
kcan_image_link_of(const struct kcan_image_dictionary *dictionary);

/**
 * struct kcan_image_board - what is known of the board that is to get it
 * @mcu:        what CONNECT answered; any text
 * @protocol:   version of Katapult's protocol, from CONNECT (katapult-protocol.md,
 *              section 4.1); any. It has no default: 0 is refused, as is any major
 *              version but 1
 * @start:      address of the application, from CONNECT; any
 * @link:       KCAN_IMAGE_LINK_UNKNOWN: the image may be for any
 * @bit_rate:   of the CAN interface in bit/s; 0: not known
 * @owns_timing: the driver of that interface sets the bit rate of the bus; false
 *              on vcan and behind a Klipper bridge, where @bit_rate proves
 *              nothing
 * @flash_size: in bytes, where it is known of this very board; else 0
 * @old:        dictionary of the application that is there now; NULL or all
 *              zero: it has none, or nobody has looked
 */
struct kcan_image_board {
	const char *mcu;
	uint32_t protocol;
	uint32_t start;
	enum kcan_image_link link;
	uint32_t bit_rate;
	bool owns_timing;
	uint32_t flash_size;
	const struct kcan_image_dictionary *old;
};

/** What a file is: sections 1.2 and 1.4. */
enum kcan_image_kind {
	KCAN_IMAGE_KLIPPER,  /* it has a data dictionary */
	KCAN_IMAGE_OTHER,    /* anything that no other line is for */
	KCAN_IMAGE_KATAPULT, /* Katapult itself */
	KCAN_IMAGE_DEPLOYER, /* an application that replaces the bootloader */
	KCAN_IMAGE_BOOT2,    /* for an RP2040 without a bootloader */
	KCAN_IMAGE_UF2,
	KCAN_IMAGE_ELF,
	KCAN_IMAGE_IHEX,
	KCAN_IMAGE_SREC,
	KCAN_IMAGE_DFUSE,
	KCAN_IMAGE_CHITU, /* what update_chitu.py has made for an SD card */
	KCAN_IMAGE_ROBIN, /* the same of update_mks_robin.py */
	KCAN_IMAGE_SHORT, /* no room for a vector table, or empty */
	KCAN_IMAGE_KIND_COUNT
};

/** Return: "klipper", "uf2", ...; NULL when @kind is out of range. */
const char *kcan_image_kind_name(enum kcan_image_kind kind);

/** How much a finding matters. */
enum kcan_image_severity {
	KCAN_IMAGE_FINE,    /* there is no finding */
	KCAN_IMAGE_WARNING, /* worth telling */
	KCAN_IMAGE_REFUSED, /* not flashed, unless the user insists */
	KCAN_IMAGE_NEVER,   /* not flashed, whatever the user says */
};

/**
 * enum kcan_image_finding - what can be wrong
 *
 * kcan_image_finding_get() tells how much each matters. Of a file that does not
 * run one is found, and nothing else is looked at; but of Katapult itself whether
 * the board has room for it.
 */
enum kcan_image_finding {
	/* with the file: sections 1.2 to 1.5 */
	KCAN_IMAGE_FINDING_SHORT,
	KCAN_IMAGE_FINDING_NO_IMAGE, /* UF2, ELF and others: see the kind */
	KCAN_IMAGE_FINDING_BOOT2,
	KCAN_IMAGE_FINDING_KATAPULT,
	KCAN_IMAGE_FINDING_DEPLOYER,
	KCAN_IMAGE_FINDING_SUFFIX, /* a good image, and a DFU suffix */
	KCAN_IMAGE_FINDING_NO_DICTIONARY,
	KCAN_IMAGE_FINDING_NO_SIGNATURE, /* the next update needs a button */
	/* with the board's Katapult */
	KCAN_IMAGE_FINDING_PROTOCOL, /* CONNECT tells of an unknown one */
	/* with the chip: sections 1.1 and 2 */
	KCAN_IMAGE_FINDING_BOARD_CHIP,	/* CONNECT tells of an unknown one */
	KCAN_IMAGE_FINDING_BOARD_START, /* it tells of a start that cannot be */
	KCAN_IMAGE_FINDING_CHIP,	/* the file is for another one */
	KCAN_IMAGE_FINDING_CHIP_ALIKE, /* another one that differs by name only */
	KCAN_IMAGE_FINDING_STACK,      /* outside of the RAM */
	KCAN_IMAGE_FINDING_STACK_LARGE, /* that only some parts have, or N32 */
	KCAN_IMAGE_FINDING_SIZE,	/* more than the flash has */
	KCAN_IMAGE_FINDING_SIZE_UNSURE, /* more than some parts have */
	/* with the place that it is built for: section 1.3 */
	KCAN_IMAGE_FINDING_START,
	KCAN_IMAGE_FINDING_START_NO_ENTRY, /* and no menu entry would fit */
	KCAN_IMAGE_FINDING_RESET, /* not proven, and certainly another place */
	KCAN_IMAGE_FINDING_START_UNPROVEN, /* not proven, but possible */
	/* with where it is found afterwards: section 2 */
	KCAN_IMAGE_FINDING_LINK,
	KCAN_IMAGE_FINDING_BIT_RATE,
	KCAN_IMAGE_FINDING_BIT_RATE_UNPROVEN,
	KCAN_IMAGE_FINDING_PINS, /* of CAN: not those of what is there now */
	KCAN_IMAGE_FINDING_COUNT
};

/** One row of the table of findings. */
struct kcan_image_finding_info {
	const char *name; /* "wrong-start", for programs */
	enum kcan_image_severity severity;
	const char *sentence; /* with {slots}: see kcan_image_say() */
};

/** Return: the row of @finding, a constant; NULL when it is out of range. */
const struct kcan_image_finding_info *
kcan_image_finding_get(enum kcan_image_finding finding);

/**
 * struct kcan_image - the judgement on one file
 * @kind:     what it is; of one that does not run, which all are but KLIPPER,
 *            OTHER and DEPLOYER, the other fields but @size are not set
 * @size:     bytes of it that are firmware: without a DFU suffix
 * @chip:     that of the dictionary, or else that of the board; NULL: not known
 * @stack:    word 0: the initial stack pointer
 * @reset:    word 1: the entry, an odd address
 * @is_start_known: it was proven for which address it was built (section 1.3),
 *            and @start is that
 * @link:     where it is found after the flash (the table of section 2);
 *            KCAN_IMAGE_LINK_UNKNOWN without a dictionary
 * @is_signed: it can be asked for Katapult again (section 1.5)
 * @findings: bit n is set for finding n
 * @dictionary, @board: as they were given; NULL where there are none
 */
struct kcan_image {
	enum kcan_image_kind kind;
	size_t size;
	const struct kcan_chip *chip;
	uint32_t stack;
	uint32_t reset;
	bool is_start_known;
	uint32_t start;
	enum kcan_image_link link;
	bool is_signed;
	uint32_t findings;
	const struct kcan_image_dictionary *dictionary;
	const struct kcan_image_board *board;
};

/**
 * kcan_image_judge() - what is this file, and can it work on this board?
 * @bytes:      of the whole file, any; not kept
 * @dictionary: what was found in @bytes; NULL or all zero: nothing
 * @board:      NULL: only the file itself is judged
 *
 * @out keeps the pointers @dictionary and @board, which have to outlive it. The
 * work grows with @len alone.
 */
void kcan_image_judge(struct kcan_image *out, const uint8_t *bytes, size_t len,
		      const struct kcan_image_dictionary *dictionary,
		      const struct kcan_image_board *board);

/** Return: whether @image has this finding. */
bool kcan_image_has(const struct kcan_image *image,
		    enum kcan_image_finding finding);

/** Return: that of the finding that matters most. */
enum kcan_image_severity kcan_image_severity(const struct kcan_image *image);

/** Enough for every sentence. */
#define KCAN_IMAGE_SENTENCE_LEN 640

/**
 * kcan_image_say() - the sentence of a finding: what was seen, and what to do
 * @out:  always NUL-terminated printable ASCII without a full stop, cut to @size;
 *        "" when @finding is out of range
 * @size: bytes, at least 1; KCAN_IMAGE_SENTENCE_LEN is enough
 *
 * Return: characters written, without the NUL.
 */
size_t kcan_image_say(char *out, size_t size, const struct kcan_image *image,
		      enum kcan_image_finding finding);

KCAN_DECLS_END

#endif
