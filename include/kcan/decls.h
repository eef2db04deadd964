/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KCAN_DECLS_H
#define KCAN_DECLS_H

/*
 * Around the declarations of a public header: what is declared in between has C
 * linkage in C++, too, and is visible outside the library. All else is hidden.
 * An array that is given to a function has KCAN_AT_LEAST(n) elements, which
 * compilers of C check, and C++ has no word for.
 */
/* clang-format off */
#ifdef __cplusplus
#define KCAN_DECLS_BEGIN _Pragma("GCC visibility push(default)") extern "C" {
#define KCAN_DECLS_END } _Pragma("GCC visibility pop")
#define KCAN_AT_LEAST(n) n
#else
#define KCAN_DECLS_BEGIN _Pragma("GCC visibility push(default)")
#define KCAN_DECLS_END _Pragma("GCC visibility pop")
#define KCAN_AT_LEAST(n) static n
#endif
/* clang-format on */

#endif
