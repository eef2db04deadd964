/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UTIL_NUMBER_H
#define UTIL_NUMBER_H

#include <stdint.h>

/**
 * util_parse_number() - read a number as people type it
 * @text: decimal digits, or hex digits behind 0x; no sign, no blank, nothing
 *        behind it
 * @out:  set on success only
 *
 * Return: 0, -EINVAL when it is no such number, -ERANGE when it is above what
 * 64 bits hold.
 */
int util_parse_number(const char *text, uint64_t *out);

/**
 * util_parse_seconds() - read a time as people type it: 5, 0.5
 * @text: decimal digits with at most one point; 12 characters at most
 * @out:  microseconds; set on success only
 *
 * Return: 0, -EINVAL when it is no such number, -ERANGE below 0.1 s and above
 * an hour.
 */
int util_parse_seconds(const char *text, uint64_t *out);

#endif
