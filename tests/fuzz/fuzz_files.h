/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef FUZZ_FILES_H
#define FUZZ_FILES_H

/*
 * Configuration files from an input. An include yields what stands behind the first
 * form feed, and so on. Some bytes stand for a word, so that a random input gets
 * somewhere.
 */
#include <errno.h>
#include <string.h>

#include "config/config.h"
#include "fuzz.h"

#define FUZZ_WORD_BASE 0xc0
#define FUZZ_WORD_MAX 160

struct fuzz_files {
	const uint8_t *data;
	size_t len;
	const char (*words)[FUZZ_WORD_MAX];
	size_t words_len;
};

/* Return: how many bytes @byte became. */
static inline size_t fuzz_expand(const struct fuzz_files *in, char *out,
				 uint8_t byte)
{
	if (byte < FUZZ_WORD_BASE || byte >= FUZZ_WORD_BASE + in->words_len) {
		*out = (char)byte;
		return 1;
	}
	strcpy(out, in->words[byte - FUZZ_WORD_BASE]);
	return strlen(out);
}

/* For struct config_files, with a struct fuzz_files as its context. */
static inline int fuzz_load(void *ctx, const char *path, char **data,
			    size_t *len)
{
	struct fuzz_files *in = ctx;

	check(*path);
	if (!in->len)
		return -ENOENT;
	*data = malloc(in->len * FUZZ_WORD_MAX);
	check(*data);
	for (*len = 0; in->len && *in->data != '\f'; in->data++, in->len--)
		*len += fuzz_expand(in, *data + *len, *in->data);
	if (in->len) {
		in->data++;
		in->len--;
	}
	return 0;
}

static inline int fuzz_match(void *ctx, const char *pattern, size_t *left,
			     int (*each)(void *arg, const char *path),
			     void *arg)
{
	(void)ctx;
	check(*left);
	check(strpbrk(pattern, "*?["));
	return each(arg, "matched");
}

#endif
