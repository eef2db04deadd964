/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef VCAN_RUN_CPIO_H
#define VCAN_RUN_CPIO_H

#include <stddef.h>
#include <stdio.h>

/*
 * An archive in the "newc" format, as the kernel unpacks it into its first
 * root (Documentation/driver-api/early-userspace/buffer-format.rst). Errors
 * of writing stay in @out, for ferror().
 */

/** Add a regular file of mode 0755, and the folders above it. */
void cpio_add(FILE *out, const char *path, const void *data, size_t len);

/** As cpio_add(), with the content of a file. Return: 0 or -errno. */
int cpio_copy(FILE *out, const char *path, const char *from);

void cpio_end(FILE *out);

#endif
