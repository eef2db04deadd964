// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/mcu
// needs: sim/canmcu/ports/image.c
/* Flash in a file: made, completed, refused, and whole whatever happens. */
#include "../../support/unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../../sim/canmcu/ports/image.h"
#include "../mcu/katapult_board.h"

#define TYPE "stm32f103x6"
#define SIZE 32768u /* of its flash */
#define APP 0x08002000u
#define APP_AT 0x2000u

static char folder[] = "/tmp/test_image.XXXXXX";
static char path[sizeof(folder) + 16];
static char sentence[512];

static const char *inside(const char *name)
{
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static int make_folder(void **state)
{
	(void)state;
	/* without that a test of 'ulimit -f' ends the program */
	signal(SIGXFSZ, SIG_IGN);
	strcpy(folder + sizeof(folder) - 7, "XXXXXX");
	assert_non_null(mkdtemp(folder));
	inside("flash.bin");
	return 0;
}

static size_t count_files(bool and_remove)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	size_t n = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		n++;
		if (and_remove)
			unlinkat(dirfd(dir), entry->d_name,
				 entry->d_type == DT_DIR ? AT_REMOVEDIR : 0);
	}
	closedir(dir);
	return n;
}

static int remove_folder(void **state)
{
	(void)state;
	count_files(true);
	return rmdir(folder);
}

static int open_here(struct image **out, bool application)
{
	const struct mcu_type *type = mcu_type_find(TYPE);
	struct flash factory;

	sentence[0] = '\0';
	flash_init(&factory, type->flash_map, type->flash_size,
		   application ? mcu_type_stack(type) : 0);
	return image_open(out, path, &factory, sentence, sizeof(sentence));
}

static struct image *open_ok(bool application)
{
	struct image *image = NULL;

	assert_int_equal(open_here(&image, application), 0);
	return image;
}

/* What the test knows of the file, it knows from the kernel. */

static void put_file(const void *bytes, size_t len, off_t offset)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, bytes, len, offset), len);
	close(fd);
}

static void get_file(void *bytes, size_t len, off_t offset)
{
	int fd = open(path, O_RDONLY);

	assert_true(fd >= 0);
	assert_int_equal(pread(fd, bytes, len, offset), len);
	close(fd);
}

static void assert_size(off_t size)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, size);
}

static void assert_blank(size_t from, size_t to)
{
	uint8_t bytes[SIZE];

	get_file(bytes, to - from, (off_t)from);
	for (size_t i = 0; i < to - from; i++)
		assert_int_equal(bytes[i], 0xff);
}

static void test_a_new_image_is_what_the_factory_left(void **state)
{
	struct image *image = open_ok(true);
	uint8_t got[16];
	struct stat st;

	(void)state;
	assert_size(SIZE);
	assert_blank(0, APP_AT);
	get_file(got, sizeof(got), APP_AT);
	assert_memory_equal(got,
			    "\x00\x28\x00\x20\x01\x21\x00\x08"
			    "CanBoot!",
			    sizeof(got));
	assert_blank(APP_AT + 16, SIZE);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(count_files(false), 1);
	image_close(image);
}

static void test_a_new_image_may_be_blank(void **state)
{
	struct image *image = open_ok(false);

	(void)state;
	assert_size(SIZE);
	assert_blank(0, SIZE);
	image_close(image);
	image_close(NULL);
}

static void flash_on(struct flash *f, struct image *image)
{
	const struct mcu_type *type = mcu_type_find(TYPE);
	struct flash_store store = image_store(image);

	flash_init(f, type->flash_map, type->flash_size, mcu_type_stack(type));
	flash_attach(f, &store);
}

static void test_what_is_written_is_in_the_file_at_once(void **state)
{
	struct image *image = open_ok(true);
	uint8_t block[64], got[64];
	struct flash f;

	(void)state;
	memset(block, 0x5a, sizeof(block));
	flash_on(&f, image);
	assert_int_equal(flash_write_block(&f, APP, block).err, 0);
	get_file(got, sizeof(got), APP_AT);
	assert_memory_equal(got, block, sizeof(block));
	assert_blank(APP_AT + 64, APP_AT + 1024);
	image_close(image);
	/* and a new start finds it, whatever a new board would hold */
	image = open_ok(false);
	flash_on(&f, image);
	assert_int_equal(flash_read(&f, APP, got, sizeof(got)), 0);
	assert_memory_equal(got, block, sizeof(block));
	image_close(image);
}

/* A page of the kernel is 4096 bytes: this begins in one and ends in the third. */
static void test_what_is_longer_than_a_page_is_written_in_order(void **state)
{
	struct image *image = open_ok(true);
	struct flash_store store = image_store(image);
	uint8_t bytes[9000], got[sizeof(bytes)];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i % 251);
	assert_int_equal(
		store.write(store.arg, APP_AT + 100, bytes, sizeof(bytes)), 0);
	get_file(got, sizeof(got), APP_AT + 100);
	assert_memory_equal(got, bytes, sizeof(bytes));
	image_close(image);
}

/* Such as somebody who was killed leaves behind. */
static void test_blank_flash_is_completed(void **state)
{
	struct image *image;
	uint8_t blank[5000];

	(void)state;
	memset(blank, 0xff, sizeof(blank));
	put_file(blank, sizeof(blank), 0);
	image = open_ok(true);
	assert_size(SIZE);
	assert_blank(0, SIZE);
	image_close(image);
}

/* As one writes it by hand: an application behind where Katapult is. */
static void test_what_is_blank_where_katapult_is_gets_completed(void **state)
{
	struct image *image;
	uint8_t bytes[APP_AT + 4];
	char got[4];

	(void)state;
	memset(bytes, 0xff, sizeof(bytes));
	memcpy(bytes + APP_AT, "\x00\x28\x00\x20", 4);
	put_file(bytes, sizeof(bytes), 0);
	image = open_ok(false);
	assert_size(SIZE);
	get_file(got, 4, APP_AT);
	assert_memory_equal(got, bytes + APP_AT, 4);
	assert_blank(0, APP_AT);
	assert_blank(APP_AT + 4, SIZE);
	image_close(image);
}

/* It is ours since it was opened, and all that it held stays. */
static void test_it_may_become_that_of_a_larger_chip(void **state)
{
	const struct mcu_type *type = mcu_type_find(TYPE);
	struct image *image = open_ok(true);
	struct flash larger;
	uint8_t got[4];

	(void)state;
	flash_init(&larger, type->flash_map, 2 * SIZE, mcu_type_stack(type));
	assert_int_equal(
		image_fit(image, path, &larger, sentence, sizeof(sentence)), 0);
	assert_size(2 * SIZE);
	get_file(got, sizeof(got), APP_AT);
	assert_memory_equal(got, "\x00\x28\x00\x20", sizeof(got));
	image_close(image);
}

static void test_an_empty_file_is_a_blank_flash(void **state)
{
	struct image *image;

	(void)state;
	put_file("", 0, 0);
	image = open_ok(true);
	assert_size(SIZE);
	assert_blank(0, SIZE);
	image_close(image);
}

static void test_a_link_to_an_image_is_followed(void **state)
{
	struct image *image;

	(void)state;
	put_file("", 0, 0);
	assert_int_equal(symlink("flash.bin", inside("link")), 0);
	image = open_ok(true);
	inside("flash.bin");
	assert_size(SIZE);
	image_close(image);
}

/* What is in the way at "flash.bin". */
static void lay_longer(void)
{
	put_file("x", 1, SIZE);
}

/* An application as "make" leaves it in out/klipper.bin. */
static void lay_application(void)
{
	put_file("\x00\x28\x00\x20\x01\x21\x00\x08", 8, 0);
	assert_int_equal(truncate(path, 24 * 1024), 0);
}

static void lay_one_byte_less(void)
{
	put_file("x", 1, 0);
	assert_int_equal(truncate(path, SIZE - 1), 0);
}

/* of Katapult, behind whole pages of blank flash */
static void lay_last_byte(void)
{
	uint8_t bytes[APP_AT + 1];

	memset(bytes, 0xff, sizeof(bytes));
	bytes[APP_AT - 1] = 0xfe;
	put_file(bytes, sizeof(bytes), 0);
}

static void lay_folder(void)
{
	assert_int_equal(mkdir(path, 0700), 0);
}

static void lay_pipe(void)
{
	assert_int_equal(mkfifo(path, 0600), 0);
}

static void lay_dead_link(void)
{
	assert_int_equal(symlink("nowhere", path), 0);
}

static void lay_nothing(void)
{
	inside("no/flash.bin");
}

#define SHORT                                                                       \
	"it is shorter than the flash of this MCU, and not blank in front of the "  \
	"application, so it is left as it is; give a whole image, or a path where " \
	"nothing is, and flash it"

static const struct refusal {
	const char *name;
	void (*lay)(void);
	int err;
	const char *why;
} refusals[] = {
	{ "refused: longer than the flash", lay_longer, -EOVERFLOW,
	  "it is longer than the flash of this MCU; give an image of this "
	  "MCU type, or the MCU type of the image" },
	{ "refused: an application alone", lay_application, -ENODATA, SHORT },
	{ "refused: a byte shorter than the flash", lay_one_byte_less, -ENODATA,
	  SHORT },
	{ "refused: short, and not blank in the last byte of Katapult",
	  lay_last_byte, -ENODATA, SHORT },
	{ "refused: a folder", lay_folder, -EISDIR,
	  "it is not a regular file; give the path of a raw image, or of a "
	  "file that does not exist yet" },
	{ "refused: a pipe", lay_pipe, -EISDIR,
	  "it is not a regular file; give the path of a raw image, or of a "
	  "file that does not exist yet" },
	{ "refused: a link to nowhere", lay_dead_link, -ENOENT,
	  "its folder does not exist, or it is a link to nowhere; make the "
	  "folder, or remove the link" },
	{ "refused: in a folder that does not exist", lay_nothing, -ENOENT,
	  "its folder does not exist, or it is a link to nowhere; make the "
	  "folder, or remove the link" },
};

static void assert_refused(int err, const char *why)
{
	struct image *image = NULL;
	char want[512];

	snprintf(want, sizeof(want), "flash image '%s': %s", path, why);
	assert_int_equal(open_here(&image, true), err);
	assert_string_equal(sentence, want);
}

static void test_refusal(void **state)
{
	const struct refusal *r = *state;
	struct stat before = { 0 }, after = { 0 };
	size_t files;

	make_folder(NULL);
	r->lay();
	files = count_files(false);
	stat(path, &before);
	assert_refused(r->err, r->why);
	/* nothing is left behind, nothing was replaced or grew */
	stat(path, &after);
	assert_int_equal(after.st_ino, before.st_ino);
	assert_int_equal(after.st_size, before.st_size);
	assert_int_equal(count_files(false), files);
	remove_folder(NULL);
}

static void test_one_image_is_for_one_mcu(void **state)
{
	struct image *image = open_ok(true);

	(void)state;
	assert_refused(-EWOULDBLOCK,
		       "it is in use by another MCU or another canmcu; give "
		       "each MCU an image of its own");
	image_close(image);
	image_close(open_ok(true));
}

static void test_a_folder_where_nothing_can_be_made(void **state)
{
	uid_t uid = geteuid();

	(void)state;
	assert_int_equal(chmod(folder, 0500), 0);
	/* root may do anything */
	if (!uid && seteuid(65534))
		skip_as("root cannot become another user");
	assert_refused(-EACCES, "no permission; give a path that you may read "
				"and write");
	assert_int_equal(seteuid(uid), 0);
	assert_int_equal(chmod(folder, 0700), 0);
}

static void limit_files(rlim_t bytes)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void test_what_cannot_be_completed_does_not_appear(void **state)
{
	(void)state;
	limit_files(10000);
	assert_refused(-EFBIG, "files may not become that long here; raise "
			       "the limit of 'ulimit -f'");
	limit_files(RLIM_INFINITY);
	assert_int_equal(count_files(false), 0);
}

static void test_a_write_that_fails_is_a_flash_error(void **state)
{
	struct image *image = open_ok(true);
	struct flash f;

	(void)state;
	flash_on(&f, image);
	limit_files(APP_AT);
	/* the first one erases, and not even that is done */
	assert_int_equal(flash_write_block(&f, APP, (uint8_t[64]){ 1 }).err,
			 -EFBIG);
	limit_files(RLIM_INFINITY);
	assert_true(flash_has_application(&f));
	image_close(image);
}

static void test_an_image_that_is_cut_meanwhile(void **state)
{
	struct image *image = open_ok(true);
	uint8_t got[64];
	struct flash f;

	(void)state;
	flash_on(&f, image);
	assert_int_equal(truncate(path, APP_AT), 0);
	assert_int_equal(flash_read(&f, APP, got, sizeof(got)), -EIO);
	assert_false(flash_has_application(&f));
	image_close(image);
}

#define BEGINNING                                              \
	{                                                      \
		0x00, 0x20, 0x00, 0x20, 0x01, 0x21, 0x00, 0x08 \
	}

/*
 * katapult-protocol.md, section 7.6: to Katapult the first word decides, nothing
 * else; then the chip has to find its stack, and code, where the words say.
 */
static const struct boot {
	const char *name;
	uint8_t words[8];
	enum mcu_state state;
} boots[] = {
	{ "boot: blank",
	  { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
	  MCU_KATAPULT },
	{ "boot: zeros", { 0 }, MCU_KATAPULT },
	{ "boot: stack pointer and reset entry", BEGINNING, MCU_KLIPPER },
	{ "boot: a stack pointer alone", { 0, 0x20, 0, 0x20 }, MCU_DEAD },
	{ "boot: nonsense", { 0, 0, 0, 1 }, MCU_DEAD },
};

static void test_boot(void **state)
{
	struct mcu_cfg cfg = board_cfg(TYPE);
	const struct boot *row = *state;
	struct image *image;
	struct board b;

	make_folder(NULL);
	put_file(row->words, sizeof(row->words), APP_AT);
	assert_int_equal(truncate(path, SIZE), 0);
	image = open_ok(true);
	cfg.flash_store = image_store(image);
	cfg.double_reset = false;
	/* canmcu starts anew, which is a power cycle ... */
	board_init(&b, &cfg);
	assert_int_equal(b.mcu.state, row->state);
	/* ... and a power cycle */
	mcu_power(&b.mcu, false, b.now_us);
	mcu_power(&b.mcu, true, b.now_us);
	board_wait(&b, 30000);
	assert_int_equal(b.mcu.state, row->state);
	mcu_fini(&b.mcu);
	image_close(image);
	remove_folder(NULL);
}

/* Flash for ever, each time with another byte; a byte to @told per block. */
static void flash_for_ever(int told)
{
	struct image *image = open_ok(true);
	uint8_t block[64];
	struct flash f;

	flash_on(&f, image);
	for (uint8_t byte = 0;; byte++) {
		memset(block, byte, sizeof(block));
		for (uint32_t at = APP_AT; at < SIZE; at += sizeof(block)) {
			flash_write_block(&f, APP - APP_AT + at, block);
			if (write(told, "", 1) != 1)
				_exit(1);
		}
	}
}

static void kill_after(size_t blocks)
{
	int told[2], status;
	char byte;
	pid_t pid;

	assert_int_equal(pipe(told), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid)
		flash_for_ever(told[1]);
	close(told[1]);
	while (blocks--)
		assert_int_equal(read(told[0], &byte, 1), 1);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	close(told[0]);
}

static void test_killed_at_any_instant_no_block_is_torn(void **state)
{
	uint8_t bytes[SIZE];

	(void)state;
	for (size_t round = 0; round < 30; round++) {
		kill_after(1 + round * 67);
		assert_size(SIZE);
		get_file(bytes, SIZE, 0);
		/* the words of the factory are gone after the first block */
		for (size_t at = APP_AT; at < SIZE; at += 64)
			assert_memory_equal(bytes + at, bytes + at + 1, 63);
		/* and a new start goes on */
		image_close(open_ok(true));
	}
}

#define TEST(func) \
	cmocka_unit_test_setup_teardown(func, make_folder, remove_folder)

int main(void)
{
	struct CMUnitTest tests[32] = {
		TEST(test_a_new_image_is_what_the_factory_left),
		TEST(test_a_new_image_may_be_blank),
		TEST(test_what_is_written_is_in_the_file_at_once),
		TEST(test_what_is_longer_than_a_page_is_written_in_order),
		TEST(test_blank_flash_is_completed),
		TEST(test_an_empty_file_is_a_blank_flash),
		TEST(test_what_is_blank_where_katapult_is_gets_completed),
		TEST(test_it_may_become_that_of_a_larger_chip),
		TEST(test_a_link_to_an_image_is_followed),
		TEST(test_one_image_is_for_one_mcu),
		TEST(test_a_folder_where_nothing_can_be_made),
		TEST(test_what_cannot_be_completed_does_not_appear),
		TEST(test_a_write_that_fails_is_a_flash_error),
		TEST(test_an_image_that_is_cut_meanwhile),
		TEST(test_killed_at_any_instant_no_block_is_torn),
	};
	size_t n = 15;

	ROWS(refusals, test_refusal);
	ROWS(boots, test_boot);
	return _cmocka_run_group_tests("image", tests, n, NULL, NULL);
}
