/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANBOOTREQ_CONCLUDE_H
#define CANBOOTREQ_CONCLUDE_H

/* What became of the nodes, as facts of their jobs. */
#include "run.h"

/**
 * conclude_so_far() - tell whose proof has come, or whose exchange is over
 *
 * Return: how many are still running, on a bus that is there.
 */
size_t conclude_so_far(struct run *run);

/** At the end, when it is known how each node was left. */
void conclude_all(const struct run *run);

#endif
