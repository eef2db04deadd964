/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UTIL_PLACE_H
#define UTIL_PLACE_H

/**
 * util_put_in_place() - give a file its name, in one step
 * @from: in the same folder
 *
 * Nothing that came to be at @to meanwhile is replaced.
 *
 * Return: 0, or a negative errno; -EEXIST: there is something by now.
 */
int util_put_in_place(const char *from, const char *to);

#endif
