/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KATFLASH_TARGETS_H
#define KATFLASH_TARGETS_H

#include "../shared/printer.h"
#include "board.h"

/** All that a call is about: the boards, their files, interfaces and ports. */
struct targets {
	struct board boards[OPTS_BOARDS_MAX];
	struct firmware firmwares[OPTS_BOARDS_MAX];
	struct wire wires[OPTS_BOARDS_MAX];
	struct port ports[OPTS_BOARDS_MAX];
	size_t len, wires_len;
	struct printer printer;
	struct end end; /* why not */
};

/**
 * targets_find() - read the files, and find the boards and their interfaces
 * @t:    zeroed; to be released with targets_free(), after a failure, too
 * @opts: have to stay, as has @r
 * @loop: of all interfaces
 *
 * Sends nothing.
 *
 * Return: false, and why in @t->end.
 */
bool targets_find(struct targets *t, const struct opts *opts, struct report *r,
		  struct loop *loop);

/**
 * targets_look() - look before sending
 *
 * Is each interface up, does another program flash on it, or has a Klipper host
 * nodes open there, is a board its adapter? May listen for 250 ms on each.
 *
 * Return: false, and why in @t->end.
 */
bool targets_look(struct targets *t, const struct opts *opts, struct report *r);

void targets_free(struct targets *t);

#endif
