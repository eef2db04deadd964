// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/canbus tools/shared
#include <kcan/version.h>

#include "../shared/linked.h"
#include "commands.h"

static void run(const struct opts *opts, struct report *r)
{
	if (opts->command == OPTS_HELP)
		opts_help(r->streams.out);
	else if (opts->command == OPTS_VERSION)
		fputs("canbootreq " KCAN_VERSION LINKED_JANSSON LINKED_ZLIB
		      "\n",
		      r->streams.out);
	else if (opts->command == OPTS_QUERY)
		cmd_query(opts, r);
	else if (opts->command == OPTS_LISTEN)
		cmd_listen(opts, r);
	else if (opts->command == OPTS_LIST)
		cmd_list(opts, r);
	else if (opts_has_names(opts))
		cmd_named(opts, r);
	else if (opts->command == OPTS_DRY_RUN)
		cmd_dry_run(opts, r);
	else
		cmd_request(opts, r);
}

int main(int argc, char **argv)
{
	struct opts opts;
	struct report report;
	int err = opts_parse(&opts, argc, argv);

	if (err)
		report_usage(&report, opts.json, opts.error);
	else if (report_open(&report, opts.json))
		run(&opts, &report);
	return report_close(&report);
}
