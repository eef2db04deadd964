// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * A printer.cfg on a disk, with whatever is in its folder, of any names: it is read, or
 * refused with a sentence, and what its patterns find is there, once, in order.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/mcus.h"
#include "config/paths.h"
#include "fuzz_tree.h"
#include "util/array.h"

#define TEXT_MAX 256
#define PATTERN_MAX 64
#define LOOKS 500

/* Bytes from 0x80 on are these: none leads out of the folder. */
static const char *const words[] = {
	"\n[include ", "]\n", "\n[mcu a]\n", "\ncanbus_uuid: ",
	"11223344556", "*",   "?",	     "[a-c]",
	"d/",	       "e/",  "a.cfg",	     "\n[mcu]\n",
};

static size_t read_text(struct fuzz_input *in, char *out, size_t room)
{
	size_t len = fuzz_next(in), used = 0;

	for (; len && used + 16 < room; len--) {
		uint8_t byte = fuzz_next(in);
		const char *word = words[byte % ARRAY_SIZE(words)];

		if (byte < 0x80)
			out[used++] = byte == '/' ? '_' : (char)byte;
		else
			used += (size_t)snprintf(out + used, room - used, "%s",
						 word);
	}
	return used;
}

static void put_file(struct fuzz_input *in)
{
	static const char *const names[] = { "printer.cfg", "a.cfg",  "d/a.cfg",
					     "d/e/b.cfg",   ".c.cfg", "e/" };
	uint8_t how = fuzz_next(in);
	char text[TEXT_MAX], name[64];
	size_t len = read_text(in, text, sizeof(text));

	if (how & 0x80)
		fuzz_tree_name(in, name);
	else
		strcpy(name, names[how % ARRAY_SIZE(names)]);
	if (how & 0x40)
		fuzz_tree_link(name, names[how % ARRAY_SIZE(names)]);
	else
		fuzz_tree_put(name, text, len);
}

static void find_paths(struct fuzz_input *in)
{
	char text[PATTERN_MAX], pattern[FUZZ_TREE_PATH_MAX];
	struct paths found;
	struct stat st;
	size_t left = LOOKS;
	int err;

	text[read_text(in, text, sizeof(text))] = '\0';
	fuzz_tree_at(pattern, text);
	err = paths_find(&found, pattern, &left);
	check(left <= LOOKS && (!err || err == -E2BIG));
	check(!err || !found.len);
	for (size_t i = 0; i < found.len; i++) {
		check(!lstat(found.list[i], &st));
		check(!i || strcmp(found.list[i - 1], found.list[i]) < 0);
	}
	paths_free(&found);
}

static void check_missing(void *ctx, const char *sentence)
{
	(void)ctx;
	check(*sentence && strlen(sentence) < CONFIG_ERROR_MAX);
}

static void read_config(void)
{
	struct config_mcus mcus = { 0 };
	char error[CONFIG_ERROR_MAX] = "", path[FUZZ_TREE_PATH_MAX];

	fuzz_tree_at(path, "printer.cfg");
	if (config_mcus_read(&mcus, &config_disk, path, check_missing, NULL,
			     error))
		check(*error && strlen(error) < sizeof(error));
	check(mcus.len <= CONFIG_MCUS_MAX);
	config_mcus_free(&mcus);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, size };

	while (in.size)
		put_file(&in);
	in = (struct fuzz_input){ data, size };
	find_paths(&in);
	read_config();
	fuzz_tree_clear();
	return 0;
}
