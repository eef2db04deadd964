/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef IO_HOLDER_H
#define IO_HOLDER_H

#include <stdbool.h>
#include <sys/types.h>

#include "io/tty.h"

/**
 * io_holder_find() - another process that has the device @path open
 * @out: set when there is one
 *
 * Reads /proc/PID/fd, as no call tells: a process of another user is seen by
 * root only. The master of a pseudo terminal does not count: it is the other
 * end of the line, also where it keeps this end open for itself.
 */
bool io_holder_find(struct kcan_tty_holder *out, const char *path);

/**
 * io_holder_of_socket() - another process that has an abstract Unix socket
 * @name: what it is bound to, without the NUL in front
 *
 * Otherwise as io_holder_find().
 */
bool io_holder_of_socket(struct kcan_tty_holder *out, const char *name);

/** Return: the inode of that socket in a line of /proc/net/unix; 0: another one's. */
ino_t io_holder_socket(const char *line, const char *name);

#endif
