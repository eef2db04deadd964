/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KATFLASH_STAGES_H
#define KATFLASH_STAGES_H

#include "board.h"

/* What the stages have in common: stages.c. */

/** Its port or its interface went away. */
bool stages_lost(const struct board *b);

/** Nothing more is done for it: @b->end says what became of it. */
void stages_finish(struct board *b);

/** The same, as there was no memory. */
void stages_fail(struct board *b);

/**
 * stages_go_back() - leave it as others expect it
 * @stay: in Katapult; else in the application that it has
 *
 * On CAN it is left without a nodeid.
 */
void stages_go_back(struct board *b, bool stay);

/**
 * stages_leaves() - nothing is left to be done for it, but it was told to start
 *
 * Katapult answers for a while after that, and who asks it then would have a
 * board that restarts in the middle: the end comes when that is over.
 */
void stages_leaves(struct board *b);

/**
 * stages_connect() - begin to talk to the Katapult that was proven
 * @cfg: but for what is known of the board
 *
 * Return: false: there was no memory.
 */
bool stages_connect(struct board *b, struct kcan_flash_cfg *cfg);

/* Each is over; from the proof to what is in the flash: stages_flash.c. */

void stages_entered(struct board *b);
void stages_read(struct board *b);
void stages_flashed(struct board *b);

/* Behind that: stages_start.c. */

/** It was told to start. */
void stages_start(struct board *b);

/** Ask whether it runs, when it has had its time. */
void stages_start_when_due(struct board *b);

void stages_started(struct board *b);
void stages_asked_again(struct board *b);

#endif
