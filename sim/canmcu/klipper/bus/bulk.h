/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_KLIPPER_BULK_H
#define CANMCU_KLIPPER_BULK_H

#include "../klipper.h"

#define KLIPPER_BULK_MAX 51 /* bytes of a report */

/** struct klipper_bulk - what a sensor that reports in bulk has gathered */
struct klipper_bulk {
	uint16_t sequence; /* of the next report */
	uint16_t overflows;
	uint8_t len; /* of @data */
	uint8_t data[KLIPPER_BULK_MAX];
};

/** Begin anew. */
void klipper_bulk_reset(struct klipper_bulk *b);

/** Return: room for a sample of @len bytes, which is there. */
uint8_t *klipper_bulk_add(struct klipper_bulk *b, uint8_t len);

/** Send what was gathered, if no other sample of @len bytes fits. */
void klipper_bulk_report(struct klipper *k, struct klipper_bulk *b, uint8_t oid,
			 uint8_t len);

/** Tell how it stands. @more: bytes that are waiting in the chip */
void klipper_bulk_status(struct klipper *k, const struct klipper_bulk *b,
			 uint8_t oid, uint32_t more, uint64_t now_us);

#endif
