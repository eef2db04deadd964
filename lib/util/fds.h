/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UTIL_FDS_H
#define UTIL_FDS_H

/**
 * util_close_from() - close @first and all descriptors above it
 *
 * For a process between fork and exec: it only makes system calls. close_range() is
 * younger than Debian 11's libc, and than kernels before 5.9; there they are those
 * of /proc and, where that is not mounted, those below the limit, 2^20 at most.
 * @first is greater than 0.
 */
void util_close_from(int first);

#endif
