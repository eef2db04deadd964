/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef VCAN_RUN_TEXT_H
#define VCAN_RUN_TEXT_H

/** Return: a file's text up to a zero byte, to be freed; NULL: none. */
char *text_read(const char *path);

#endif
