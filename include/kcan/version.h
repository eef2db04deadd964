/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KCAN_VERSION_H
#define KCAN_VERSION_H

#include <kcan/decls.h>

KCAN_DECLS_BEGIN

/**
 * The version of these headers, and the only place where it is written: the
 * library and the programs have the same one.
 */
#define KCAN_VERSION "0.2.0"

/**
 * kcan_version() - the version of the library that the program runs with
 *
 * With a shared library that may be another one than KCAN_VERSION, which was
 * compiled in.
 *
 * Return: three numbers with dots between them, as long as the process lives.
 */
const char *kcan_version(void);

KCAN_DECLS_END

#endif
