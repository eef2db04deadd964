// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "util/out.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "util/clean.h"

bool util_out_written(const char *program)
{
	/* what failed before is gone, and why is no longer known */
	bool lost = ferror(stdout);

	errno = EIO;
	if (!fflush(stdout) && !lost)
		return true;
	util_say(STDERR_FILENO,
		 "%s: cannot write the output (%s): give standard output a "
		 "place that takes it",
		 program, strerror(errno));
	return false;
}
