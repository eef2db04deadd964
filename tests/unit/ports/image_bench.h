/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_PORTS_IMAGE_BENCH_H
#define UNIT_PORTS_IMAGE_BENCH_H

/* A folder with the flash of one board in a file, opened as canmcu does it. */
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
#include <unistd.h>

#include "../../../sim/canmcu/board/family.h"
#include "../../../sim/canmcu/ports/image.h"

#define TYPE "stm32f103x6"
#define SIZE 32768u /* of its flash */
#define APP 0x08002000u
#define APP_AT 0x2000u

static char folder[] = "/tmp/test_image.XXXXXX";
static char path[sizeof(folder) + 16];
static char sentence[512];

static inline const char *inside(const char *name)
{
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static inline int make_folder(void **state)
{
	(void)state;
	/* without that a test of 'ulimit -f' ends the program */
	signal(SIGXFSZ, SIG_IGN);
	strcpy(folder + sizeof(folder) - 7, "XXXXXX");
	assert_non_null(mkdtemp(folder));
	inside("flash.bin");
	return 0;
}

static inline size_t count_files(bool and_remove)
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

static inline int remove_folder(void **state)
{
	(void)state;
	count_files(true);
	return rmdir(folder);
}

static inline int open_here(struct image **out, bool application)
{
	const struct mcu_type *type = mcu_type_find(TYPE);
	struct flash factory;

	sentence[0] = '\0';
	flash_init(&factory, type->flash_map, type->flash_size,
		   application ? mcu_type_stack(type) : 0);
	return image_open(out, path, &factory, sentence, sizeof(sentence));
}

static inline struct image *open_ok(bool application)
{
	struct image *image = NULL;

	assert_int_equal(open_here(&image, application), 0);
	return image;
}

/* What the test knows of the file, it knows from the kernel. */

static inline void put_file(const void *bytes, size_t len, off_t offset)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, bytes, len, offset), len);
	close(fd);
}

static inline void get_file(void *bytes, size_t len, off_t offset)
{
	int fd = open(path, O_RDONLY);

	assert_true(fd >= 0);
	assert_int_equal(pread(fd, bytes, len, offset), len);
	close(fd);
}

static inline void assert_size(off_t size)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, size);
}

static inline void assert_blank(size_t from, size_t to)
{
	uint8_t bytes[SIZE];

	get_file(bytes, to - from, (off_t)from);
	for (size_t i = 0; i < to - from; i++)
		assert_int_equal(bytes[i], 0xff);
}

static inline void limit_files(rlim_t bytes)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

#define TEST(func) \
	cmocka_unit_test_setup_teardown(func, make_folder, remove_folder)

#endif
