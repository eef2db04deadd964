// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "place.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/syscall.h>
#include <unistd.h>

int util_put_in_place(const char *from, const char *to)
{
	/* musl has no renameat2() */
	if (!syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to,
		     RENAME_NOREPLACE))
		return 0;
	if (errno != EINVAL)
		return -errno;
	/* network file systems cannot do that */
	if (link(from, to))
		return -errno;
	unlink(from);
	return 0;
}
