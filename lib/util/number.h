/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UTIL_NUMBER_H
#define UTIL_NUMBER_H

/**
 * util_parse_number() - read a number as people type it
 * @text: decimal digits, or hex digits behind 0x; no sign, no blank, nothing
 *        behind it
 * @out:  set on success only
 *
 * Return: 0, -EINVAL when it is no such number, -ERANGE when it is above what
 * an unsigned long holds.
 */
int util_parse_number(const char *text, unsigned long *out);

#endif
