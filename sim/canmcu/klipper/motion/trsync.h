/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_KLIPPER_TRSYNC_H
#define CANMCU_KLIPPER_TRSYNC_H

#include "../klipper.h"

struct klipper_trsync;

/** What is to stop when a trsync triggers; lies in an object with an oid. */
struct klipper_signal {
	void (*run)(const struct klipper_call *c,
		    struct klipper_signal *signal);
	struct klipper_signal *next;
	bool waiting;
};

/** Return: the trsync, or NULL: the command returns KLIPPER_INVALID_OID. */
struct klipper_trsync *klipper_trsync_find(struct klipper *k, uint8_t oid);

/** Run @signal once, when it triggers. Return: as a command. */
const char *klipper_trsync_wait(struct klipper_trsync *ts,
				struct klipper_signal *signal);

/** Trigger, and report it soon; no effect when it has triggered already. */
void klipper_trsync_trigger(const struct klipper_call *c,
			    struct klipper_trsync *ts, uint8_t reason);

#endif
