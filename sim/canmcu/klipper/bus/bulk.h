/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_KLIPPER_BULK_H
#define CANMCU_KLIPPER_BULK_H

#include "../klipper.h"

#define KLIPPER_BULK_MAX 51 /* bytes of a report */

/**
 * struct klipper_bulk - what sensors have in common that report in bulk
 *
 * The first member of each: functions here take it for the object of a call.
 */
struct klipper_bulk {
	struct klipper_timer timer; /* that looks at the sensor */
	uint64_t due_ticks;
	uint32_t rest_ticks;
	uint16_t sequence; /* of the next report */
	uint16_t overflows;
	uint8_t oid;
	uint8_t len; /* of @data */
	uint8_t data[KLIPPER_BULK_MAX];
};

/**
 * klipper_bulk_query() - begin anew
 * @rest_ticks: from one look to the next; 0: there are no more
 *
 * Return: as a command.
 */
const char *klipper_bulk_query(const struct klipper_call *c,
			       uint32_t rest_ticks, uint64_t first_ticks);

/** Look again, so many looks behind the last one. Return: as a command. */
const char *klipper_bulk_again(const struct klipper_call *c,
			       unsigned int looks);

/** Return: room for a sample of @len bytes, which is there. */
uint8_t *klipper_bulk_add(struct klipper_bulk *b, uint8_t len);

/** Send what was gathered, if no other sample of @len bytes fits. */
void klipper_bulk_report(const struct klipper_call *c, uint8_t len);

/** Tell how it stands. @more: bytes that are waiting in the chip */
void klipper_bulk_status(const struct klipper_call *c, uint32_t more);

#endif
