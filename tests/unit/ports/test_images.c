// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/mcu
// needs: sim/canmcu/ports/image.c sim/canmcu/ports/images.c
/* Which image files are open, as boards change what they use. */
#include "../../support/unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../../sim/canmcu/ports/images.h"

struct bench {
	struct images images;
	struct mcu_cfg cfg;
	char folder[32];
	char a[64], b[64]; /* paths in it */
	char sentence[512];
};

static int prepare(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	strcpy(b->folder, "/tmp/test_images.XXXXXX");
	assert_non_null(mkdtemp(b->folder));
	snprintf(b->a, sizeof(b->a), "%s/a", b->folder);
	snprintf(b->b, sizeof(b->b), "%s/b", b->folder);
	b->cfg.type = mcu_type_find("stm32f103x6");
	b->cfg.flash_image = b->a;
	*state = b;
	return 0;
}

static int release(void **state)
{
	struct bench *b = *state;
	int err;

	images_fini(&b->images);
	unlink(b->a);
	unlink(b->b);
	err = rmdir(b->folder);
	free(b);
	return err;
}

static int open_it(struct bench *b, struct mcu_cfg *cfg)
{
	return images_open(&b->images, cfg, b->sentence, sizeof(b->sentence));
}

static off_t size_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_size;
}

static void test_a_path_lives_as_long_as_its_store(void **state)
{
	struct bench *b = *state;

	assert_int_equal(open_it(b, &b->cfg), 0);
	assert_ptr_not_equal(b->cfg.flash_image, b->a);
	assert_string_equal(b->cfg.flash_image, b->a);
	assert_non_null(b->cfg.flash_store.read);
	assert_int_equal(size_of(b->a), 32768);
}

static void test_the_same_path_again_is_the_same_store(void **state)
{
	struct bench *b = *state;
	struct mcu_cfg again;

	open_it(b, &b->cfg);
	again = b->cfg;
	again.flash_image = b->a;
	assert_int_equal(open_it(b, &again), 0);
	assert_ptr_equal(again.flash_store.arg, b->cfg.flash_store.arg);
	assert_ptr_equal(again.flash_image, b->cfg.flash_image);
}

static void test_a_larger_chip_gets_the_same_file_completed(void **state)
{
	struct bench *b = *state;

	open_it(b, &b->cfg);
	b->cfg.type = mcu_type_find("stm32f103xe");
	assert_int_equal(open_it(b, &b->cfg), 0);
	assert_int_equal(size_of(b->a), 512 * 1024);
}

static void test_a_smaller_chip_is_refused(void **state)
{
	struct bench *b = *state;

	b->cfg.type = mcu_type_find("stm32f103xe");
	open_it(b, &b->cfg);
	b->cfg.type = mcu_type_find("stm32f103x6");
	assert_int_equal(open_it(b, &b->cfg), -EOVERFLOW);
	assert_non_null(strstr(b->sentence, "longer than the flash"));
	assert_int_equal(size_of(b->a), 512 * 1024);
}

static void test_a_chip_without_katapult_on_can_is_refused(void **state)
{
	struct bench *b = *state;

	b->cfg.type = mcu_type_find("samc21");
	assert_int_equal(open_it(b, &b->cfg), -EINVAL);
	assert_int_equal(access(b->a, F_OK), -1);
}

static void test_a_file_of_another_mcu_is_refused(void **state)
{
	struct bench *b = *state;
	struct mcu_cfg other = b->cfg;

	open_it(b, &b->cfg);
	assert_int_equal(open_it(b, &other), -EWOULDBLOCK);
	assert_null(other.flash_store.read);
}

static void test_what_is_closed_can_be_used_by_another(void **state)
{
	struct bench *b = *state;
	struct mcu_cfg second = b->cfg, third = b->cfg;

	second.flash_image = b->b;
	open_it(b, &b->cfg);
	assert_int_equal(open_it(b, &second), 0);
	images_close(&b->images, &b->cfg);
	assert_int_equal(open_it(b, &third), 0);
	/* the second one was moved in the list, and is there */
	images_close(&b->images, &second);
	assert_int_equal(b->images.len, 1);
	assert_string_equal(third.flash_image, b->a);
}

static void test_no_image_is_nothing_to_close(void **state)
{
	struct bench *b = *state;

	images_close(&b->images, &b->cfg);
	open_it(b, &b->cfg);
	images_close(&b->images, &(struct mcu_cfg){ .flash_image = NULL });
	assert_int_equal(b->images.len, 1);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, prepare, release)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(test_a_path_lives_as_long_as_its_store),
		CASE(test_the_same_path_again_is_the_same_store),
		CASE(test_a_larger_chip_gets_the_same_file_completed),
		CASE(test_a_smaller_chip_is_refused),
		CASE(test_a_chip_without_katapult_on_can_is_refused),
		CASE(test_a_file_of_another_mcu_is_refused),
		CASE(test_what_is_closed_can_be_used_by_another),
		CASE(test_no_image_is_nothing_to_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
