// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/canbootreq tools/canbus tools/shared
/*
 * Any command line, NUL between the words: it is refused with a sentence that
 * can be shown, or what comes out is within the limits that the rest relies on.
 */
#include <stdlib.h>
#include <string.h>

#include "../../tools/canbootreq/opts.h"
#include "../../tools/canbootreq/say/words.h"
#include "fuzz.h"

static void check_sentence(const struct opts *opts)
{
	struct words_facts facts = { .cause = CAUSE_USAGE };
	char text[SAY_SENTENCE_LEN];

	strcpy(facts.detail, opts->error);
	words_expand(text, words_of(facts.cause)->reason, &facts);
	check(*opts->error && strlen(text) > strlen(opts->error));
	for (const char *c = text; *c; c++)
		check(*c >= ' ' && *c <= '~');
}

static void check_options(const struct opts *opts)
{
	check(!opts->nodeid || (opts->nodeid >= 130 && opts->nodeid <= 254));
	check(opts->timeout_us >= 100000 && opts->timeout_us <= 3600000000u);
	check(strlen(opts->ifname) >= 1 && strlen(opts->ifname) <= 15);
	if (opts->command == OPTS_REQUEST || opts->command == OPTS_LEAVE)
		check(opts_has_names(opts) ?
			      !opts->uuids_len && opts->names_len <= 125 :
			      opts->uuids_len >= 1 && opts->uuids_len <= 125);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_line line;
	struct opts opts;

	fuzz_line_read(&line, "canbootreq", data, size);
	if (opts_parse(&opts, line.argc, line.argv))
		check_sentence(&opts);
	else
		check_options(&opts);
	free(line.text);
	return 0;
}
