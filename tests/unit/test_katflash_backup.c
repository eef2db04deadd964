// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/katflash/file/backup.c
#include "../support/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
static int enter(void **state)
{
	char name[] = "/tmp/backup.XXXXXX";

	*state = mkdtemp(name) ? strdup(name) : NULL;
	return *state ? chdir(*state) : -1;
}

static int leave(void **state)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -r '%s'", (char *)*state);
	free(*state);
	return chdir("/") || system(command);
}

/* Return: how many names are in the folder. */
static int count_names(void)
{
	FILE *p = popen("ls -A | wc -l", "r");
	int n = -1;

	assert_non_null(p);
	assert_int_equal(fscanf(p, "%d", &n), 1);
	pclose(p);
	return n;
}

static void write_text(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void assert_text(const char *path, const char *want)
{
	char text[64] = "";
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	assert_string_equal(text, want);
}

static int save(const char *path, bool force)
{
	struct backup b;
	int err = backup_prepare(&b, path, force);

	if (!err) {
		b.bytes = (uint8_t *)strdup("what was there");
		b.size = strlen((char *)b.bytes);
		err = backup_save(&b);
		assert_int_equal(b.saved, !err);
	}
	assert_int_equal(err ? !*b.error : !!*b.error, 0);
	backup_free(&b);
	return err;
}

static void test_it_is_saved_as_any_new_file(void **state)
{
	mode_t before = umask(027);
	struct stat st;

	(void)state;
	assert_int_equal(save("new.bin", false), 0);
	umask(before);
	assert_text("new.bin", "what was there");
	assert_int_equal(stat("new.bin", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	assert_int_equal(count_names(), 1);
}

/* Then the file has its number. */
static void test_it_is_saved_without_stdin(void **state)
{
	int was = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 10), err;

	(void)state;
	close(STDIN_FILENO);
	err = save("new.bin", false);
	if (was >= 0) {
		dup2(was, STDIN_FILENO);
		close(was);
	}
	assert_int_equal(err, 0);
	assert_text("new.bin", "what was there");
}

static void test_what_exists_is_replaced_with_force_only(void **state)
{
	(void)state;
	write_text("old.bin", "mine");
	assert_int_equal(save("old.bin", false), -EEXIST);
	assert_text("old.bin", "mine");
	assert_int_equal(save("old.bin", true), 0);
	assert_text("old.bin", "what was there");
	assert_int_equal(count_names(), 1);
}

static void test_what_came_to_be_meanwhile_is_kept(void **state)
{
	struct backup b;

	(void)state;
	assert_int_equal(backup_prepare(&b, "old.bin", false), 0);
	write_text("old.bin", "mine");
	b.bytes = (uint8_t *)strdup("what was there");
	b.size = 5;
	assert_int_equal(backup_save(&b), -EEXIST);
	assert_string_equal(b.error, "old.bin: File exists");
	assert_text("old.bin", "mine");
	assert_int_equal(count_names(), 1);
	backup_free(&b);
}

static void test_what_is_no_file_is_never_replaced(void **state)
{
	(void)state;
	write_text("mine", "mine");
	assert_int_equal(symlink("mine", "link"), 0);
	assert_int_equal(mkdir("folder", 0777), 0);
	assert_int_equal(save("link", true), -EINVAL);
	assert_int_equal(save("folder", true), -EINVAL);
	assert_int_equal(save("/dev/null", true), -EINVAL);
	assert_text("mine", "mine");
	assert_int_equal(count_names(), 3);
}

static void test_a_failure_leaves_nothing(void **state)
{
	char path[300];
	struct backup b;

	(void)state;
	assert_int_equal(save("nowhere/old.bin", false), -ENOENT);
	assert_int_equal(save("", false), -ENOENT);
	/* a name that has room for itself, and not for the one before it */
	memset(path, 'a', 255);
	path[255] = '\0';
	assert_int_equal(save(path, false), -ENAMETOOLONG);
	assert_int_equal(mkdir("folder", 0777), 0);
	assert_int_equal(backup_prepare(&b, "folder/old.bin", false), 0);
	assert_int_equal(rmdir("folder"), 0);
	b.bytes = (uint8_t *)strdup("what was there");
	b.size = 5;
	assert_int_equal(backup_save(&b), -ENOENT);
	assert_false(b.saved);
	backup_free(&b);
	assert_int_equal(count_names(), 0);
}

static struct backup at(const char *path)
{
	return (struct backup){ .path = path };
}

static void test_one_place_has_many_names(void **state)
{
	struct backup b = at("old.bin"), other;

	(void)state;
	assert_int_equal(mkdir("folder", 0777), 0);
	assert_int_equal(symlink("../old.bin", "folder/link"), 0);
	assert_int_equal(symlink(".", "folder/here"), 0);
	assert_false(backup_replaces(&b, "old.bin"));
	other = at("folder/../old.bin");
	assert_true(backup_is_same_place(&b, &other));
	other = at("folder/old.bin");
	assert_false(backup_is_same_place(&b, &other));
	b = at("folder/here/old.bin");
	assert_true(backup_is_same_place(&b, &other));
	b = at("old.bin");
	write_text("old.bin", "mine");
	assert_true(backup_replaces(&b, "folder/link"));
	assert_true(backup_replaces(&b, "./old.bin"));
	write_text("folder/old.bin", "mine");
	assert_false(backup_replaces(&b, "folder/old.bin"));
}

#define FILE_TEST(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows) + ARRAY_SIZE(rooms) + 7] = {
		FILE_TEST(test_it_is_saved_without_stdin),
		FILE_TEST(test_it_is_saved_as_any_new_file),
		FILE_TEST(test_what_exists_is_replaced_with_force_only),
		FILE_TEST(test_what_came_to_be_meanwhile_is_kept),
		FILE_TEST(test_what_is_no_file_is_never_replaced),
		FILE_TEST(test_a_failure_leaves_nothing),
		FILE_TEST(test_one_place_has_many_names),
	};
	size_t n = 7;

	ROWS(rows, test_what_is_kept);
	ROWS(rooms, test_room);
	return _cmocka_run_group_tests("katflash_backup", tests, n, NULL, NULL);
}
