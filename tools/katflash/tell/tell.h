/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KATFLASH_TELL_H
#define KATFLASH_TELL_H

#include "../board.h"

/** It was to be started again, and has nothing to start. */
#define END_STAYS_BLANK "it stays in Katapult, until an application is flashed"

/** Katapult was not proven. */
void end_enter(struct board *b, enum kcan_bootreq_verdict verdict);

/** It was, but does not say on which chip it runs. */
void end_unnamed(struct board *b);

/** Or it takes no blocks that are known here. */
void end_unlike(struct board *b);

/** Return: what "the same command again" goes on with: "", or a blank and more. */
const char *end_without_backup(const struct board *b);

/** The image cannot work there: @refusal, a clause. */
void end_refused(struct board *b, const char *refusal);

/** --check: there is no reason to refuse it. */
void end_checked(struct board *b);

/** It was written or compared, or that or reading failed: by @b->result. */
void end_flash(struct board *b);

/** --read: what is there is in its file. */
void end_saved(struct board *b);

/** --read: nothing is there. */
void end_blank(struct board *b);

/** It was told to start, but could not be asked whether it does. */
void end_unasked(struct board *b);

/** The same: @why is a clause, any bytes. */
void end_not_seen(struct board *b, const char *why);

/** It is in the flash, as end_flash() has told: --no-wait. */
void end_unwaited(struct board *b);

/** It was told to start. */
void end_start(struct board *b, enum kcan_running_verdict verdict);

/** The same: it is in Katapult. */
void end_again(struct board *b);

/** Its interface went down, and @request is known of what was asked. */
void end_down(struct board *b, enum kcan_delivery request);

/** Its interface or port went away. */
void end_lost(struct board *b);

/* On a serial port: tell_port.c. */

/** Katapult was not proven: by @b->port->facts. */
void end_port(struct board *b);

/** Its USB port could not be watched: nothing was written. */
void end_unwatched(struct board *b, int err);

/** It was told to start, but something else is on its USB port now. */
void end_elsewhere(struct board *b);

/** Or its port could not be opened. */
void end_unopened(struct board *b);

/** Or not be set to the rate of the image. */
void end_rate(struct board *b);

#endif
