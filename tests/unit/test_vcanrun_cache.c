// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/vcan-run/vm/cache.c tools/vcan-run/reason.c
#include "../support/unit.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../tools/vcan-run/vm/cache.h"

struct asked {
	const char *taken; /* what to end with, or NULL */
	char dirs[256];
};

static int ask(void *ctx, const char *dir)
{
	struct asked *a = ctx;
	size_t len = strlen(a->dirs);

	snprintf(a->dirs + len, sizeof(a->dirs) - len, "%s\n", dir);
	return a->taken && !strcmp(a->taken, dir) ? 0 : -1;
}

static void test_the_caches_are_asked_in_their_order(void **state)
{
	struct asked a = { 0 };

	(void)state;
	setenv("XDG_CACHE_HOME", "/c", 1);
	setenv("HOME", "/home/u", 1);
	assert_int_equal(cache_find("uml", ask, &a), -1);
	assert_string_equal(a.dirs, "/c/vcan-run/uml\n"
				    "/home/u/.cache/vcan-run/uml\n"
				    "/var/cache/vcan-run/uml\n");
}

static void test_the_one_that_is_taken_is_the_last_asked(void **state)
{
	struct asked a = { .taken = "/home/u/.cache/vcan-run/uml" };

	(void)state;
	setenv("XDG_CACHE_HOME", "/c", 1);
	setenv("HOME", "/home/u", 1);
	assert_int_equal(cache_find("uml", ask, &a), 0);
	assert_string_equal(a.dirs, "/c/vcan-run/uml\n"
				    "/home/u/.cache/vcan-run/uml\n");
}

/* XDG Base Directory Specification: "either not set or empty" is the same */
static void test_an_empty_variable_is_as_good_as_unset(void **state)
{
	struct asked a = { 0 };

	(void)state;
	setenv("XDG_CACHE_HOME", "", 1);
	setenv("HOME", "", 1);
	assert_int_equal(cache_find("uml", ask, &a), -1);
	assert_string_equal(a.dirs, "/var/cache/vcan-run/uml\n");
}

/* Below /tmp, which is sticky: a, a/b, a/b/file */
static char folder[] = "/tmp/test_vcanrun_cache.XXXXXX";

static const struct place {
	const char *name;
	const char *path;
	mode_t mode;
	uid_t uid;
	bool refused;
} places[] = {
	{ "all is ours", "a/b/file", 0644, 0, false },
	{ "a file that its group can write", "a/b/file", 0664, 0, true },
	{ "a file that anybody can write", "a/b/file", 0646, 0, true },
	{ "a file of somebody else", "a/b/file", 0644, 65534, true },
	{ "a folder that anybody can write to", "a/b", 0757, 0, true },
	{ "a folder of somebody else", "a/b", 0755, 65534, true },
	{ "a folder above that anybody can write to", "a", 0757, 0, true },
	{ "a folder above of somebody else", "a", 0755, 65534, true },
	{ "the same, and nobody can write there", "a", 0555, 65534, true },
	{ "a folder of our group alone", "a", 0775, 0, false },
	{ "a folder where only owners can rename", "a", 01777, 0, false },
};

static int make_places(void **state)
{
	char path[64];

	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/a", folder);
	mkdir(path, 0755);
	strcat(path, "/b");
	mkdir(path, 0755);
	strcat(path, "/file");
	return creat(path, 0644) < 0;
}

static int remove_places(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command);
}

static void test_place(void **state)
{
	const struct place *p = *state;
	char path[64], file[64];
	struct reason why = { "" };
	struct stat before;
	int refused;

	if (p->uid && geteuid())
		skip_as("only root can give a file to somebody else");
	snprintf(path, sizeof(path), "%s/%s", folder, p->path);
	snprintf(file, sizeof(file), "%s/a/b/file", folder);
	assert_int_equal(stat(path, &before), 0);
	assert_int_equal(chmod(path, p->mode), 0);
	if (p->uid)
		assert_int_equal(chown(path, p->uid, (gid_t)-1), 0);
	refused = cache_check(file, "SOME_ENV", &why);
	if (p->uid)
		assert_int_equal(chown(path, before.st_uid, (gid_t)-1), 0);
	assert_int_equal(chmod(path, before.st_mode & 07777), 0);
	assert_int_equal(refused, p->refused ? -1 : 0);
	assert_int_equal(!strncmp(why.text, path, strlen(path)), p->refused);
	if (p->refused)
		assert_non_null(strstr(why.text, "set SOME_ENV to a kernel"));
}

/* A file of user 1 in folders of root: to whom is it safe? */
static void test_who_asks(void **state)
{
	static const struct {
		uid_t owner, who;
		int safe;
	} rows[] = { { 1, 0, -1 }, { 1, 1, 0 }, { 1, 2, -1 }, { 0, 2, 0 } };
	char file[64];
	struct reason why;

	(void)state;
	if (geteuid())
		skip_as("only root can give a file to somebody else");
	snprintf(file, sizeof(file), "%s/a/b/file", folder);
	/* mkdtemp() made it for its user alone */
	assert_int_equal(chmod(folder, 0755), 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(chown(file, rows[i].owner, (gid_t)-1), 0);
		assert_int_equal(seteuid(rows[i].who), 0);
		assert_int_equal(cache_check(file, "X", &why), rows[i].safe);
		assert_int_equal(seteuid(0), 0);
	}
}

static void test_what_is_not_there(void **state)
{
	struct reason why;

	(void)state;
	assert_int_equal(cache_check("/nowhere/at/all", "X", &why), -1);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(places) + 5] = {
		cmocka_unit_test(test_who_asks),
		cmocka_unit_test(test_what_is_not_there),
		cmocka_unit_test(test_the_caches_are_asked_in_their_order),
		cmocka_unit_test(test_the_one_that_is_taken_is_the_last_asked),
		cmocka_unit_test(test_an_empty_variable_is_as_good_as_unset),
	};

	size_t n = 5;

	ROWS(places, test_place);
	return cmocka_run_group_tests_name("vcanrun_cache", tests, make_places,
					   remove_places);
}
