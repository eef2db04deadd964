// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "opts.h"
#include "util/clean.h"

int command_exec(char **argv)
{
	int err;

	execvp(argv[0], argv);
	err = errno;
	util_say(STDERR_FILENO,
		 "vcan-run: cannot run '%s' (%s); check its "
		 "name, PATH and permissions",
		 argv[0], strerror(err));
	return err == ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE;
}
