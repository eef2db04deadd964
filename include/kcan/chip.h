/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KCAN_CHIP_H
#define KCAN_CHIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kcan/decls.h>

KCAN_DECLS_BEGIN

/*
 * The chips that Klipper runs on where CAN and Katapult are met: what has to be
 * known of one before anything is written to its flash. Sections are those of
 * flashing.md.
 */
#define KCAN_CHIP_RAMS 2   /* memories that a stack may be in */
#define KCAN_CHIP_ERASES 3 /* sizes that the erase units of a chip have */

/** Addresses of one memory. */
struct kcan_chip_range {
	uint32_t start;
	uint32_t size; /* bytes; 0: there is none */
};

/**
 * struct kcan_chip_start - where an application may start
 * @offset: bytes from the start of the flash
 * @text:   of the entry: "8KiB bootloader" or "No bootloader" of Klipper, "8KiB
 *          offset" of Katapult; NULL: it is the only one, and is not asked for
 */
struct kcan_chip_start {
	uint32_t offset;
	const char *text;
};

/** What `make menuconfig` offers for a chip, the default first (section 1.1). */
struct kcan_chip_menu {
	const struct kcan_chip_start *starts;
	size_t len; /* 0: that firmware does not run on it */
};

/** In which way Katapult writes blocks: sections 3.1 and 3.3. */
enum kcan_chip_write {
	KCAN_CHIP_WRITE_DIRECT,	  /* each at once, in any order: STM32 */
	KCAN_CHIP_WRITE_PAGES,	  /* by way of a page of 256 bytes: RP2 */
	KCAN_CHIP_WRITE_IN_ORDER, /* one behind the other: LPC176x */
};

/**
 * struct kcan_chip_layout - how the flash of a family is erased and written
 * @erase: the units to assume while writing (section 3.1): those below the
 *         offset @below have @size bytes, and the last row, with @below 0, goes
 *         on for ever. Real ones may be smaller, which does no harm. Offsets
 *         count from the start of the flash, and a unit begins at a multiple of
 *         its size. All zero: Katapult does not run there
 * @ecc:   a cell may be programmed once after an erase (section 0, fact 1)
 */
struct kcan_chip_layout {
	struct {
		uint32_t below;
		uint32_t size; /* bytes */
	} erase[KCAN_CHIP_ERASES];
	enum kcan_chip_write write;
	bool ecc;
};

/**
 * struct kcan_chip - one chip by its name in Kconfig
 * @name:     "stm32g0b1xx": MCU of Klipper's data dictionary, and what Katapult
 *            answers to CONNECT. More than one part may go by it
 * @flash:    as Klipper's Kconfig has it; parts of that name may have more
 * @writable: bytes from @flash.start on that Katapult can write at most, in the
 *            largest part of that name (data sheets; not checked). Behind it
 *            there is a fault, or the erase hits another place
 *            (katapult-protocol.md, section 5.1)
 * @ram:      where a stack may be; that of Klipper begins at the end of the
 *            first one
 * @ram_largest: bytes of the first one in the largest part of that name
 *
 * Constants; no pointer is NULL.
 */
struct kcan_chip {
	const char *name;
	struct kcan_chip_range flash;
	uint32_t writable;
	struct kcan_chip_range ram[KCAN_CHIP_RAMS];
	uint32_t ram_largest;
	const struct kcan_chip_layout *layout;
	const struct kcan_chip_menu *katapult;
	const struct kcan_chip_menu *klipper;
};

/**
 * kcan_chip_find() - a chip by its whole name, in lower case as Kconfig has it
 * @name: any text
 *
 * Return: NULL when there is none of that name.
 */
const struct kcan_chip *kcan_chip_find(const char *name);

/**
 * kcan_chip_is_alike() - do two chips differ by their names only?
 * @a, @b: any texts
 *
 * Those that have the same RAM and are erased alike, and of which only the name
 * tells which one it is (section 2).
 */
bool kcan_chip_is_alike(const char *a, const char *b);

/** Return: the chip at @index of the table; NULL behind its end. */
const struct kcan_chip *kcan_chip_at(size_t index);

/**
 * kcan_chip_erase_size() - bytes of the erase unit to assume at an address
 *
 * Return: 0 below the flash, and where Katapult does not run.
 */
uint32_t kcan_chip_erase_size(const struct kcan_chip *chip, uint32_t address);

/**
 * kcan_chip_menu_find() - the entry of a menu that is for a start
 * @menu:    of @chip, either one
 * @address: of the application, as CONNECT tells it
 *
 * Return: NULL when there is none. Some starts of Katapult have no entry in
 * Klipper's menu (section 1.1, in bold).
 */
const struct kcan_chip_start *
kcan_chip_menu_find(const struct kcan_chip *chip,
		    const struct kcan_chip_menu *menu, uint32_t address);

KCAN_DECLS_END

#endif
