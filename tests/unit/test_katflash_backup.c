// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/katflash/file/backup.c
/* What of a flash is an application that is to be kept. */
#include "../support/unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../tools/katflash/file/backup.h"
#include "flash_make.h"

#define START 0x08002000
#define RUN 4096u /* of FF: that much no Klipper has in it */

static struct made_flash flash;

/* 10000 bytes, of which the last one is no FF. */
static void klipper(void)
{
	put_code(&flash, 0, 10000);
	put_dictionary(&flash, 8000, "v1", 0);
}

static void klipper_that_ends_with_ff(void)
{
	klipper();
	flash.bytes[9999] = 0xff;
	flash.bytes[9998] = 0xff;
	flash.bytes[9997] = 0xff;
}

static void klipper_with_ff_in_front_of_its_dictionary(void)
{
	klipper();
	memset(flash.bytes + 1000, 0xff, RUN - 64);
}

static void klipper_before_an_older_one(void)
{
	klipper();
	put_code(&flash, 10240, 10240);
	put_dictionary(&flash, 12000, "v0", 0);
}

static void klipper_far_before_an_older_one(void)
{
	klipper();
	put_code(&flash, 16384, 10240);
	put_dictionary(&flash, 20000, "v0", 0);
}

static void klipper_to_the_end(void)
{
	put_code(&flash, 0, 120 * KIB);
	put_dictionary(&flash, 100 * KIB, "v1", 0);
}

static void other_firmware(void)
{
	put_code(&flash, 0, 10000);
	put_code(&flash, 60000, 100);
}

static void other_firmware_before_an_old_klipper(void)
{
	put_code(&flash, 0, 10000);
	put_dictionary(&flash, 60000, "v0", 0);
}

static void nothing(void)
{
}

static void zeros_in_front(void)
{
	klipper();
	memset(flash.bytes, 0, 64);
}

/* What is read, and what is kept of it, of an stm32g0b1xx with 128 KiB. */
static const struct row {
	const char *name;
	void (*make)(void);
	size_t read, size;
	const char *version; /* NULL: none is told */
} rows[] = {
	{ "a Klipper has ended where 4 KiB of FF follow its dictionary",
	  klipper, 10048 + RUN, 10000, "v1" },
	{ "FF at the end is cut off, down to whole words",
	  klipper_that_ends_with_ff, 10048 + RUN, 10000, "v1" },
	{ "less than 4 KiB of FF are no end",
	  klipper_with_ff_in_front_of_its_dictionary, 10048 + RUN, 10000,
	  "v1" },
	{ "what follows in the next page is kept with it, and is not its version",
	  klipper_before_an_older_one, 20480 + RUN, 20480, "v1" },
	{ "what follows behind 4 KiB of FF is not looked at",
	  klipper_far_before_an_older_one, 10048 + RUN, 10000, "v1" },
	{ "a Klipper that fills the flash is read to its end",
	  klipper_to_the_end, 120 * KIB, 120 * KIB, "v1" },
	{ "without a dictionary all of the flash is read", other_firmware,
	  120 * KIB, 60100, NULL },
	{ "a dictionary behind 4 KiB of FF is that of another application",
	  other_firmware_before_an_old_klipper, 120 * KIB, 0, NULL },
	{ "where the first word is FF there is no application", nothing, 64, 0,
	  NULL },
	{ "where the first word is 0 there is no application", zeros_in_front,
	  64, 0, NULL },
};

static struct kcan_kat_ident ident_of(const char *mcu, uint32_t start)
{
	struct kcan_kat_ident ident = { .app_start = start };

	snprintf(ident.mcu, sizeof(ident.mcu), "%s", mcu);
	return ident;
}

/* As the exchange does it. */
static void read_all(struct backup *b)
{
	uint32_t at = 0, next = 0;

	while (at < b->room) {
		next = backup_take(b, b->start + at, flash.bytes + at, 64);
		at += 64;
		if (next != b->start + at)
			break;
	}
	assert_true(at >= b->room || !next);
	backup_end(b);
}

static void test_what_is_kept(void **state)
{
	const struct row *row = *state;
	struct kcan_kat_ident ident = ident_of("stm32g0b1xx", START);
	struct backup b = { .path = "x" };

	make_blank(&flash);
	row->make();
	assert_int_equal(backup_begin(&b, &ident), 0);
	read_all(&b);
	assert_int_equal(b.read, row->read);
	if (row->size)
		assert_int_equal(b.size, row->size);
	assert_memory_equal(b.bytes, flash.bytes, b.size);
	assert_string_equal(b.dictionary.version,
			    row->version ? row->version : "");
	backup_free(&b);
}

/* Behind that a part may have no flash: flashing.md, section 1.1. */
static const struct room_row {
	const char *name, *mcu;
	uint32_t start;
	int want;
	size_t room;
	const char *error;
} rooms[] = {
	{ "room: stm32g0b1xx", "stm32g0b1xx", START, 0, 120 * KIB, "" },
	{ "room: stm32f103xe, of which some have 64 KiB", "stm32f103xe", START,
	  0, 56 * KIB, "" },
	{ "room: stm32h743xx, of which Katapult writes 1 MiB", "stm32h743xx",
	  0x08020000, 0, 896 * KIB, "" },
	{ "room: rp2040", "rp2040", 0x10004000, 0, 2032 * KIB, "" },
	{ "room: the last block", "stm32g0b1xx", 0x0801ffc0, 0, 64, "" },
	{ "room: behind the flash", "stm32g0b1xx", 0x08020000, -ERANGE, 0,
	  "it says that its application starts at 0x08020000, where "
	  "stm32g0b1xx has no flash for one" },
	{ "room: in front of the flash", "stm32g0b1xx", 0x07ffffc0, -ERANGE, 0,
	  "it says that its application starts at 0x07ffffc0, where "
	  "stm32g0b1xx has no flash for one" },
	{ "room: where Katapult is", "stm32g0b1xx", 0x08000000, -ERANGE, 0,
	  "it says that its application starts at 0x08000000, where "
	  "stm32g0b1xx has no flash for one" },
	{ "room: in the middle of a block", "stm32g0b1xx", 0x08002004, -ERANGE,
	  0,
	  "it says that its application starts at 0x08002004, where "
	  "stm32g0b1xx has no flash for one" },
	{ "room: of an unknown chip", "stm32x", START, -ENOTSUP, 0,
	  "it says that its chip is stm32x, and how much flash that has is not "
	  "known here" },
};

static void test_room(void **state)
{
	const struct room_row *row = *state;
	struct kcan_kat_ident ident = ident_of(row->mcu, row->start);
	struct backup b = { .path = "x" };

	assert_int_equal(backup_begin(&b, &ident), row->want);
	assert_int_equal(b.room, row->room);
	assert_string_equal(b.error, row->error);
	backup_free(&b);
}

/* A folder of their own for those that make files. */

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows) + ARRAY_SIZE(rooms)];
	size_t n = 0;

	ROWS(rows, test_what_is_kept);
	ROWS(rooms, test_room);
	return _cmocka_run_group_tests("katflash_backup", tests, n, NULL, NULL);
}
