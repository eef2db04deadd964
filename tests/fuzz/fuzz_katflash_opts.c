// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/katflash/opts.c tools/canbus/names.c tools/shared/opts.c
/*
 * Any command line, NUL between the words: it is refused with a sentence, or each
 * board has one FILE, and what comes out is within the limits that the rest relies
 * on.
 */
#include <stdlib.h>
#include <string.h>

#include "../../tools/katflash/opts.h"
#include "fuzz.h"

static void check_board(const struct opts *opts, size_t i)
{
	const struct opts_board *board = &opts->boards[i];

	check(board->file && *board->file);
	check(!board->backup || *board->backup);
	check((opts->command == OPTS_READ) == (board->backup == board->file));
	check(!board->backup || opts->command == OPTS_READ ||
	      opts->command == OPTS_FLASH);
	for (size_t k = 0; k < i && board->backup; k++)
		check(strcmp(opts->boards[k].file, board->backup) != 0);
	check(!board->name || !board->device);
	check(board->name || board->device ||
	      (!board->baud_bps && !board->katapult_bps));
	for (size_t k = 0; k < i && !board->name && !board->device; k++)
		check(opts->boards[k].name || opts->boards[k].device ||
		      !kcan_uuid_equal(&board->uuid, &opts->boards[k].uuid));
}

static void check_options(const struct opts *opts)
{
	bool named = false;

	check(opts->timeout_us >= 100000 && opts->timeout_us <= 3600000000u);
	check(strlen(opts->ifname) >= 1 && strlen(opts->ifname) <= 15);
	check(opts->len <= OPTS_BOARDS_MAX);
	if (opts->command >= OPTS_HELP)
		return;
	check(opts->len ? !opts->file : opts->command == OPTS_CHECK);
	check(opts->len || (opts->file && *opts->file));
	for (size_t i = 0; i < opts->len; i++) {
		check_board(opts, i);
		named |= opts->boards[i].name != NULL;
	}
	check(named || !opts->config);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_line line;
	struct opts opts;

	fuzz_line_read(&line, "katflash", data, size);
	if (opts_parse(&opts, line.argc, line.argv))
		check(*opts.error && strlen(opts.error) < OPTS_ERROR_LEN);
	else
		check_options(&opts);
	free(line.text);
	return 0;
}
