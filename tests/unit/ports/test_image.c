// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/mcu
// needs: sim/canmcu/ports/image.c
/* Flash in a file: made anew, and completed. */
#include "image_bench.h"

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

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_a_new_image_is_what_the_factory_left),
		TEST(test_a_new_image_may_be_blank),
		TEST(test_blank_flash_is_completed),
		TEST(test_an_empty_file_is_a_blank_flash),
		TEST(test_what_is_blank_where_katapult_is_gets_completed),
		TEST(test_it_may_become_that_of_a_larger_chip),
		TEST(test_a_link_to_an_image_is_followed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
