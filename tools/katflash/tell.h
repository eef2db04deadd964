/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KATFLASH_TELL_H
#define KATFLASH_TELL_H

#include "board.h"

/** Katapult was not proven. */
void end_enter(struct board *b, enum kcan_bootreq_verdict verdict);

/** It was written or compared, or that or reading failed: by @b->result. */
void end_flash(struct board *b);

/** --read: what is there is in its file. */
void end_saved(struct board *b);

/** --read: nothing is there. */
void end_blank(struct board *b);

/** It was told to start, but could not be asked whether it does. */
void end_unasked(struct board *b);

/** It was told to start. */
void end_start(struct board *b, enum kcan_running_verdict verdict);

/** Its interface went away. */
void end_lost(struct board *b);

#endif
