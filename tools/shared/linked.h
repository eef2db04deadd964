/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef SHARED_LINKED_H
#define SHARED_LINKED_H

/*
 * What --version adds for a static program: the libraries that are in it, as an
 * update of the system does not reach them.
 */
#ifdef KCAN_STATIC
#include <jansson.h>
#include <zlib.h>

#define LINKED_JANSSON ", static, with jansson " JANSSON_VERSION
#define LINKED_ZLIB " and zlib " ZLIB_VERSION
#else
#define LINKED_JANSSON ""
#define LINKED_ZLIB ""
#endif

#endif
