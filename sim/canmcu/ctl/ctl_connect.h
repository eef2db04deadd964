/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_CTL_CONNECT_H
#define CANMCU_CTL_CONNECT_H

#include <stddef.h>

/**
 * ctl_connect() - connect to the simulator at @path
 * @sentence: on failure: what was observed and what to do about it
 *
 * Return: a stream socket, or a negative errno.
 */
int ctl_connect(const char *path, char *sentence, size_t size);

#endif
