// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "util/fds.h"

#include <sys/syscall.h>
#include <unistd.h>

void util_close_from(int first)
{
	long end = sysconf(_SC_OPEN_MAX);

#ifdef __NR_close_range
	if (!syscall(__NR_close_range, (unsigned int)first, ~0U, 0U))
		return;
#endif
	for (long fd = first; fd < end; fd++)
		close((int)fd);
}
