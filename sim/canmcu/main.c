// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <kcan/version.h>

#include "app.h"
#include "ctl/ctl_client.h"
#include "image/image_cmd.h"
#include "setup/opts.h"
#include "util/clean.h"
#include "util/opt.h"

#define EXIT_USAGE 2

static int run(const struct opts *opts)
{
	if (opts->action == OPTS_HELP)
		opts_help(stdout);
	else if (opts->action == OPTS_VERSION)
		puts("canmcu " KCAN_VERSION);
	else
		return app_run(opts);
	return util_opts_printed("canmcu") ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	char error[OPTS_ERROR_MAX];
	struct opts opts;
	int status;

	if (argc > 1 && !strcmp(argv[1], "ctl"))
		return ctl_client_main(argc - 1, argv + 1);
	if (argc > 1 && !strcmp(argv[1], "image"))
		return image_cmd_main(argc - 1, argv + 1);
	if (opts_parse(&opts, argc, argv, error)) {
		util_say(STDERR_FILENO, "canmcu: %s", error);
		util_say(STDERR_FILENO, "Try 'canmcu --help'.");
		return EXIT_USAGE;
	}
	status = run(&opts);
	opts_fini(&opts);
	return status;
}
