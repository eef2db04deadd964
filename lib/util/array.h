/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UTIL_ARRAY_H
#define UTIL_ARRAY_H

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif
