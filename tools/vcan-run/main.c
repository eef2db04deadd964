// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <kcan/version.h>

#include "engine.h"
#include "guest/guest.h"
#include "opts.h"
#include "util/clean.h"
#include "util/opt.h"

/*
 * A closed stdin, stdout or stderr must not become some other descriptor. What is
 * printed to a closed stdout is lost, and has to fail; who closes stderr wants to
 * hear nothing.
 */
static void occupy_stdio(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			/* fd is the lowest that is free */
			(void)open("/dev/null",
				   fd == STDERR_FILENO ? O_WRONLY : O_RDONLY);
}

static int run(const struct opts *opts)
{
	if (opts->action == OPTS_HELP)
		opts_help(stdout);
	else if (opts->action == OPTS_VERSION)
		puts("vcan-run " KCAN_VERSION);
	else
		return engine_run_first(opts);
	return util_opts_printed("vcan-run") ? 0 : STATUS_OWN_FAILURE;
}

int main(int argc, char **argv)
{
	struct opts opts;

	if (getpid() == 1 && argc > 1 && !strcmp(argv[1], GUEST_ARG))
		return guest_main(argv[2]);
	occupy_stdio();
	/* a caller that ignores it would keep us from seeing a guest's end */
	signal(SIGCHLD, SIG_DFL);
	if (!opts_parse(&opts, argc, argv))
		return run(&opts);
	util_say(STDERR_FILENO, "vcan-run: %s; see 'vcan-run --help'",
		 opts.error);
	return STATUS_OWN_FAILURE;
}
