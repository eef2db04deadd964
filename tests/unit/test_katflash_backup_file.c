// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/katflash/file/backup.c
/* Where it is kept, and what of that is there already. */
#include "../support/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../tools/katflash/file/backup.h"

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
	assert_int_equal(save("folder", true), -EISDIR);
	assert_int_equal(save("/dev/null", true), -EINVAL);
	assert_text("mine", "mine");
	assert_int_equal(count_names(), 3);
}

/* The longest name is one of 246 bytes: with 9 more it has the 255 of Linux. */
#define A41 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define A246 A41 A41 A41 A41 A41 A41
#define NO_FOLDER "there is no such folder; make it, or give another path"
#define TOO_LONG                                                               \
	": its name is too long, as it has 9 bytes more while it is written; " \
	"give a shorter one"

struct place {
	const char *name, *path;
	int err;
	const char *why; /* how the sentence ends */
};

/* There are a folder "folder" and a file "mine". */
static const struct place places[] = {
	{ "a name", "new.bin", 0, "" },
	{ "a name in a folder", "folder/new.bin", 0, "" },
	{ "the longest name", A246, 0, "" },
	{ "one byte more", A246 "a", -ENAMETOOLONG, TOO_LONG },
	{ "more than any name has", A246 A41, -ENAMETOOLONG, TOO_LONG },
	{ "a slash behind a new name", "new/", -EISDIR,
	  "new/: it ends with a slash, as a folder does; add a name for the "
	  "file" },
	{ "a slash behind a folder", "folder/", -EISDIR,
	  "folder/: it ends with a slash, as a folder does; add a name for the "
	  "file" },
	{ "a slash behind a file", "mine/", -EISDIR,
	  "mine/: it ends with a slash, as a folder does; add a name for the "
	  "file" },
	{ "a folder", "folder", -EISDIR,
	  "folder: it is a folder; add a name for the file" },
	{ "no folder", "nowhere/new.bin", -ENOENT,
	  "nowhere/new.bin: " NO_FOLDER },
	{ "a file for a folder", "mine/new.bin", -ENOTDIR,
	  "mine/new.bin: no file can be made there: Not a directory; give "
	  "another path" },
	{ "a folder that takes none", "/proc/self/fdinfo/new.bin", -ENOENT,
	  "/proc/self/fdinfo/new.bin: no file can be made there: No such file "
	  "or directory; give another path" },
};

static void test_place(void **state)
{
	const struct place *row = *state;
	void *folder = NULL;
	struct backup b;

	assert_int_equal(enter(&folder), 0);
	assert_int_equal(mkdir("folder", 0777), 0);
	write_text("mine", "mine");
	assert_int_equal(backup_prepare(&b, row->path, false), row->err);
	assert_true(strlen(b.error) >= strlen(row->why));
	assert_string_equal(b.error + strlen(b.error) - strlen(row->why),
			    row->why);
	assert_int_equal(count_names(), 2);
	assert_int_equal(chdir("folder"), 0);
	assert_int_equal(count_names(), 0);
	assert_int_equal(leave(&folder), 0);
}

static void test_a_failure_leaves_nothing(void **state)
{
	struct backup b;

	(void)state;
	assert_int_equal(save("", false), -ENOENT);
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
	const struct CMUnitTest others[] = {
		FILE_TEST(test_it_is_saved_without_stdin),
		FILE_TEST(test_it_is_saved_as_any_new_file),
		FILE_TEST(test_what_exists_is_replaced_with_force_only),
		FILE_TEST(test_what_came_to_be_meanwhile_is_kept),
		FILE_TEST(test_what_is_no_file_is_never_replaced),
		FILE_TEST(test_a_failure_leaves_nothing),
		FILE_TEST(test_one_place_has_many_names),
	};
	struct CMUnitTest tests[ARRAY_SIZE(places) + ARRAY_SIZE(others)];
	size_t n = 0;

	ROWS(places, test_place);
	memcpy(&tests[n], others, sizeof(others));
	return cmocka_run_group_tests_name("katflash_backup_file", tests, NULL,
					   NULL);
}
