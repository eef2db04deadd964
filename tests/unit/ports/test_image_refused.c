// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/mcu
// needs: sim/canmcu/ports/image.c
/* What lies where flash should be in a file, and is left as it is. */
#include "image_bench.h"

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

static void test_what_cannot_be_completed_does_not_appear(void **state)
{
	(void)state;
	limit_files(10000);
	assert_refused(-EFBIG, "files may not become that long here; raise "
			       "the limit of 'ulimit -f'");
	limit_files(RLIM_INFINITY);
	assert_int_equal(count_files(false), 0);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(refusals) + 3] = {
		TEST(test_one_image_is_for_one_mcu),
		TEST(test_a_folder_where_nothing_can_be_made),
		TEST(test_what_cannot_be_completed_does_not_appear),
	};
	size_t n = 3;

	ROWS(refusals, test_refusal);
	return _cmocka_run_group_tests("image_refused", tests, n, NULL, NULL);
}
