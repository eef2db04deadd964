/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UTIL_OUT_H
#define UTIL_OUT_H

#include <stdbool.h>

/**
 * util_out_written() - has standard output taken all that was printed?
 * @program: the name that begins a sentence on standard error when it has not
 *
 * For help and the like. A reader that has left ends the program before, as it
 * ends others, unless SIGPIPE is ignored.
 */
bool util_out_written(const char *program);

#endif
