/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KATFLASH_PROGRESS_H
#define KATFLASH_PROGRESS_H

#include "../../shared/report.h"
#include "../board.h"
#include "show.h"

/** What has been shown of the boards, and when to go on. */
struct progress {
	struct report *r;
	const struct opts *opts;
	const struct board *boards;
	size_t len;
	bool begun;
	uint64_t next_us; /* when to show them next */
	struct progress_board {
		enum show_state state; /* that was told */
		enum show_state furthest;
		uint64_t from_us; /* since when blocks are counted; 0: not */
	} seen[OPTS_BOARDS_MAX];
};

/**
 * progress_begin() - get ready to show boards from now on
 * @p: all of it is set
 * @boards: have to stay, as have @r and @opts
 */
void progress_begin(struct progress *p, struct report *r,
		    const struct opts *opts, const struct board *boards,
		    size_t len, uint64_t now_us);

/** Return: when progress_turn() has something to show at the latest. */
uint64_t progress_deadline(const struct progress *p);

/** Show what is due. */
void progress_turn(struct progress *p, uint64_t now_us);

/** A line of something else comes, which needs the first column of a free one. */
void progress_clear(const struct report *r, const struct opts *opts);

/** Nothing of what was updated in place remains. */
void progress_end(struct progress *p);

#endif
