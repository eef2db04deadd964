/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_KLIPPER_TRIGGER_H
#define CANMCU_KLIPPER_TRIGGER_H

#include "../klipper.h"

/** What triggers a trsync by the values of a sensor. */
struct klipper_trigger;

/** Return: it, or NULL: the command returns KLIPPER_INVALID_OID. */
struct klipper_trigger *klipper_trigger_find(struct klipper *k, uint8_t oid);

/** A sensor has measured. @t: may be NULL */
void klipper_trigger_update(const struct klipper_call *c,
			    struct klipper_trigger *t, int32_t value);

/** A sensor cannot. @code: its own; @t: may be NULL */
void klipper_trigger_error(const struct klipper_call *c,
			   struct klipper_trigger *t, uint8_t code);

#endif
