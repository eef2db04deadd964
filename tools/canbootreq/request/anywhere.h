/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANBOOTREQ_ANYWHERE_H
#define CANBOOTREQ_ANYWHERE_H

#include "request.h"

/*
 * -i any: the same MCUs are asked for on every CAN interface that is up, and
 * what came of each is told once.
 */

/** Of an adapter that is asked for itself, no other bus has to know. */
void anywhere_begin(struct asking *q);

/**
 * anywhere_ended() - for struct run; @q: a struct asking
 *
 * One proof ends the exchanges of that UUID on the other buses. While its node
 * was left they went on, so that a second one with the same UUID is seen.
 */
void anywhere_ended(void *q, const struct job *job);

/** One end of each UUID. */
void anywhere_report(const struct asking *q);

#endif
