// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "engine.h"
#include "guest.h"
#include "opts.h"

/* A closed stdin, stdout or stderr must not become some other descriptor. */
static void occupy_stdio(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	} while (fd >= 0 && fd <= STDERR_FILENO && !fcntl(fd, F_SETFD, 0));
	if (fd > STDERR_FILENO)
		close(fd);
}

int main(int argc, char **argv)
{
	struct opts opts;
	int status;

	if (getpid() == 1 && argc > 1 && !strcmp(argv[1], GUEST_ARG))
		return guest_main();
	occupy_stdio();
	/* a caller that ignores it would keep us from seeing a guest's end */
	signal(SIGCHLD, SIG_DFL);
	status = opts_parse(&opts, argc, argv);
	return status >= 0 ? status : engine_run_first(&opts);
}
