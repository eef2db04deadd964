/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef FUZZ_H
#define FUZZ_H

/* What the fuzz targets share. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** What has to be true whatever the input is. */
#define check(ok) fuzz_check(ok, #ok, __FILE__, __LINE__)

static inline void fuzz_check(bool ok, const char *what, const char *file,
			      int line)
{
	if (ok)
		return;
	fprintf(stderr, "%s:%d: not true: %s\n", file, line, what);
	abort();
}

/** A command line out of the input, NUL between its words. */
struct fuzz_line {
	char *argv[130]; /* the program, words, and NULL */
	int argc;
	char *text; /* that they point into; to be freed */
};

static inline void fuzz_line_read(struct fuzz_line *line, const char *program,
				  const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	check(text);
	memcpy(text, data, size);
	text[size] = '\0';
	*line = (struct fuzz_line){ { (char *)program }, 1, text };
	for (size_t at = 0; at <= size && line->argc <= 128;
	     at += strlen(text + at) + 1)
		line->argv[line->argc++] = text + at;
}

/** What is left of the input. */
struct fuzz_input {
	const uint8_t *data;
	size_t size;
};

/** Return: its next byte; 0 behind its end. */
static inline uint8_t fuzz_next(struct fuzz_input *in)
{
	if (!in->size)
		return 0;
	in->size--;
	return *in->data++;
}

#endif
