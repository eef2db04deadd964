// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "util/fds.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdalign.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What the kernel permits to anybody, unless it was told otherwise. */
#define LIKELY_END (1L << 20)

/* The kernel lists them in their order, so that those closed are behind it. */
static int close_listed(int first)
{
	int dir = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	alignas(struct dirent64) char list[1024];
	long len;

	if (dir < 0)
		return -1;
	while ((len = syscall(SYS_getdents64, dir, list, sizeof(list))) > 0)
		for (long at = 0; at < len;) {
			const struct dirent64 *e = (const void *)&list[at];
			int fd = atoi(e->d_name); /* 0 for . and .. */

			if (fd >= first && fd != dir)
				close(fd);
			at += e->d_reclen;
		}
	close(dir);
	return len < 0 ? -1 : 0;
}

void util_close_from(int first)
{
	long end = sysconf(_SC_OPEN_MAX);

#ifdef __NR_close_range
	if (!syscall(__NR_close_range, (unsigned int)first, ~0U, 0U))
		return;
#endif
	if (!close_listed(first))
		return;
	/* that of a service may be 2^30, which would take minutes */
	if (end < 0 || end > LIKELY_END)
		end = LIKELY_END;
	for (long fd = first; fd < end; fd++)
		close((int)fd);
}
