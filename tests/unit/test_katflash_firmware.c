// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/katflash/file/firmware.c
#include "../support/unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../tools/katflash/file/firmware.h"

static int read_it(const char *path, const char *want)
{
	struct firmware f;
	int err = firmware_read(&f, path);

	if (err)
		assert_string_equal(f.error, want);
	firmware_free(&f);
	return err;
}

/* Linux makes this one while it is read: it has more bytes than it says. */
static void test_a_file_that_changes_is_refused(void **state)
{
	(void)state;
	assert_int_equal(read_it("/proc/self/status",
				 "/proc/self/status: it changed while it was "
				 "read; wait until nothing writes it any more"),
			 -EAGAIN);
}

static void test_what_is_no_file_is_refused(void **state)
{
	(void)state;
	assert_int_equal(read_it("/dev/null",
				 "/dev/null: it is no regular file; give a "
				 "klipper.bin"),
			 -EINVAL);
}

static void test_a_file_is_read_as_it_is(void **state)
{
	char path[] = "/tmp/firmware-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "one", 3), 3);
	close(fd);
	assert_int_equal(read_it(path, ""), 0);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_file_that_changes_is_refused),
		cmocka_unit_test(test_what_is_no_file_is_refused),
		cmocka_unit_test(test_a_file_is_read_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
