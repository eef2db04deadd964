/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef SUPPORT_VECTORS_H
#define SUPPORT_VECTORS_H

#include <stddef.h>

#define VECTORS_MAX 64

/** One line of a file under tests/vectors, cut at its separator. */
struct vector {
	char name[96];
	char value[320];
};

/**
 * vectors_load() - read tests/vectors/@file, run from the project's folder
 *
 * Each line is "name<separator>value"; empty lines and those with # are
 * comments. Anything else ends the test program with a message.
 *
 * Return: how many there are; never zero.
 */
size_t vectors_load(const char *file, char separator,
		    struct vector out[static VECTORS_MAX]);

#endif
