// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "preload.h"

#define UML_KEEPS 2696

bool preload_is_needed(void)
{
#if defined(__x86_64__) || defined(__i386__)
	unsigned int a, used = 0, c, d;

	/* leaf 0xd: the size of all that the kernel has switched on */
	return __get_cpuid_count(0xd, 0, &a, &used, &c, &d) && used > UML_KEEPS;
#else
	return false;
#endif
}

int preload_write(char path[static PATH_MAX], const char *dir,
		  struct reason *reason)
{
	ssize_t n = -1;
	int fd;

	snprintf(path, PATH_MAX, "%s/xstate.so", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0) {
		n = write(fd, preload_xstate, preload_xstate_len);
		close(fd);
	}
	if (n == (ssize_t)preload_xstate_len)
		return 0;
	return reason_set(reason,
			  "%s cannot be written (%s); make room, or set TMPDIR "
			  "to another folder",
			  path, n < 0 ? strerror(errno) : strerror(ENOSPC));
}
