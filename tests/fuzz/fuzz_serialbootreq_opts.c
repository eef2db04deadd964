// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/serialbootreq tools/serial tools/shared
/*
 * Any command line, NUL between the words: it is refused with a sentence, or there
 * is a device or a name, and what comes out is within its limits.
 */
#include <stdlib.h>
#include <string.h>

#include "../../tools/serialbootreq/opts.h"
#include "fuzz.h"

static void check_rate(uint32_t rate_bps)
{
	check(rate_bps >= 1200 && rate_bps <= 4000000);
}

static void check_options(const struct opts *opts)
{
	check(opts->timeout_us >= 100000 && opts->timeout_us <= 3600000000u);
	check_rate(opts->baud_bps);
	check_rate(opts->katapult_bps);
	if (opts->command >= OPTS_HELP)
		return;
	check(!opts->device || !opts->name);
	check(opts->device || opts->name || opts->command == OPTS_DRY_RUN);
	check(!opts->config || (opts->name && *opts->config));
	check(!opts->has_baud || opts->way != WAY_USB);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_line line;
	struct opts opts;

	fuzz_line_read(&line, "serialbootreq", data, size);
	if (opts_parse(&opts, line.argc, line.argv))
		check(*opts.error && strlen(opts.error) < OPTS_ERROR_LEN);
	else
		check_options(&opts);
	free(line.text);
	return 0;
}
