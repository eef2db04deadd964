// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Reports in bulk: klipper-mcu-protocol.md, section 20.2. */
#include "bulk.h"

#include "util/array.h"

enum { SENSOR_BULK_DATA, SENSOR_BULK_STATUS };

void klipper_bulk_reset(struct klipper_bulk *b)
{
	*b = (struct klipper_bulk){ 0 };
}

uint8_t *klipper_bulk_add(struct klipper_bulk *b, uint8_t len)
{
	uint8_t *at = b->data + b->len;

	b->len += len;
	return at;
}

void klipper_bulk_report(struct klipper *k, struct klipper_bulk *b, uint8_t oid,
			 uint8_t len)
{
	if (b->len + len <= KLIPPER_BULK_MAX)
		return;
	klipper_respond(k, &klipper_bulks, SENSOR_BULK_DATA,
			(struct kcan_klp_value[]){
				{ .num = oid },
				{ .num = b->sequence++ },
				{ .data = b->data, .len = b->len },
			});
	b->len = 0;
}

void klipper_bulk_status(struct klipper *k, const struct klipper_bulk *b,
			 uint8_t oid, uint32_t more, uint64_t now_us)
{
	klipper_respond(k, &klipper_bulks, SENSOR_BULK_STATUS,
			(struct kcan_klp_value[]){
				{ .num = oid },
				{ .num = (uint32_t)klipper_clock(k, now_us) },
				{ .num = 0 },
				{ .num = b->sequence },
				{ .num = b->len + more },
				{ .num = b->overflows },
			});
}

static const struct klipper_message messages[] = {
	[SENSOR_BULK_DATA] = { "sensor_bulk_data oid=%c sequence=%hu "
			       "data=%*s" },
	[SENSOR_BULK_STATUS] = { "sensor_bulk_status oid=%c clock=%u "
				 "query_ticks=%u next_sequence=%hu "
				 "buffered=%u possible_overflows=%hu" },
};

const struct klipper_module klipper_bulks = {
	.messages = messages,
	.messages_len = ARRAY_SIZE(messages),
};
