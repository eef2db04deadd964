/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_ARBITER_ERRORS_H
#define CANMCU_ARBITER_ERRORS_H

/* What an arbiter has to know of errors; the rules are told in arbiter.h. */
#include "arbiter.h"

/**
 * arbiter_compete() - those on the wire begin, one of them at least
 *
 * Sets which of them fail, and whether what they send is destroyed. Return: bits
 * until the bus is free again.
 */
unsigned int arbiter_compete(struct arbiter *a);

/** What is on the wire has ended, at @a->end_us: all count it. */
void arbiter_count_ended(struct arbiter *a);

/**
 * arbiter_count_heard() - a frame of nobody here ended, and all count it
 *
 * Return: the bits of the error frames that were in front of it.
 */
unsigned int arbiter_count_heard(struct arbiter *a, uint64_t at_us);

/** Change the counters of @s by @rule, and report another state. */
void arbiter_count(struct arbiter *a, struct arbiter_sender *s,
		   void (*rule)(struct confinement *), uint64_t at_us);

#endif
