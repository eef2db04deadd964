/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_SETUP_BOARD_FILES_H
#define UNIT_SETUP_BOARD_FILES_H

/*
 * From a printer.cfg on disk to MCUs: the files are written to a folder of the
 * test, which it enters, so that errors are the same everywhere.
 */
#include "command_line.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES_MAX 3

struct file {
	const char *path;
	const char *text;
};

static inline void write_file(const char *path, const char *text, size_t len)
{
	FILE *to = fopen(path, "w");

	assert_non_null(to);
	assert_int_equal(fwrite(text, 1, len, to), len);
	assert_int_equal(fclose(to), 0);
}

static inline void write_files(const struct file *files)
{
	for (int i = 0; i < FILES_MAX && files[i].path; i++)
		write_file(files[i].path, files[i].text, strlen(files[i].text));
}

#define A "[mcu]\ncanbus_uuid: a\n"
#define B "[mcu b]\ncanbus_uuid: b\n"
/* tests/vectors/uuid.txt */
#define CHIP "[mcu]\nchip_id: 3d0052001450425539383920\n"

struct row {
	const char *name;
	struct file files[FILES_MAX];
	const char *line; /* the command line */
	const char *want; /* what it comes to, or the error */
};

/* @folder: where, "XXXXXX" at its end. Return: 0, or -1, and that is told. */
static inline int folder_enter(char *folder)
{
	if (mkdtemp(folder) && !chdir(folder) && !mkdir("d", 0700) &&
	    !mkfifo("fifo", 0600))
		return 0;
	perror(folder);
	return -1;
}

/* Return: 0, or -1 if a test left more in it than the files of the rows. */
static inline int folder_leave(const char *folder)
{
	static const char *const files[] = { "d/1.inc", "d/2.inc", "d/q",
					     "d",	"p",	   "q",
					     "fifo",	"sim.cfg" };

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		remove(files[i]);
	return chdir("/") || rmdir(folder) ? -1 : 0;
}

/* Run @tests, which are of @name, in such a folder. Return: what main() does. */
static inline int folder_run(const char *name, const struct CMUnitTest *tests,
			     size_t n)
{
	char folder[] = "/tmp/test_boards.XXXXXX";
	int failed;

	if (folder_enter(folder))
		return 1;
	failed = _cmocka_run_group_tests(name, tests, n, NULL, NULL);
	return folder_leave(folder) ? 1 : failed;
}

#endif
