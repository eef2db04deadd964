/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef FUZZ_H
#define FUZZ_H

/* What the fuzz targets share. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** What has to be true whatever the input is. */
static inline void check(bool ok)
{
	if (!ok)
		abort();
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
