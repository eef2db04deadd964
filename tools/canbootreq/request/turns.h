/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANBOOTREQ_TURNS_H
#define CANBOOTREQ_TURNS_H

/* The exchanges of one bus take turns to send. */
#include "run.h"

/** Return: when it is somebody's turn without a frame; UINT64_MAX: never. */
uint64_t turns_deadline(const struct run *run);

/**
 * turns_take() - take what comes by @deadline_us, and let those act whose turn it is
 *
 * On a bus that is gone nobody acts. Notes in @run->lost that the bus failed.
 */
void turns_take(struct run *run, uint64_t deadline_us);

#endif
