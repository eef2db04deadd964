// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Reports in bulk: klipper-mcu-protocol.md, section 20.2. */
#include "bulk.h"

enum { SENSOR_BULK_DATA, SENSOR_BULK_STATUS };

const char *klipper_bulk_query(const struct klipper_call *c,
			       uint32_t rest_ticks, uint64_t first_ticks)
{
	struct klipper_bulk *b = c->object;
	const char *reason = klipper_check_period(c->k, rest_ticks);

	klipper_timer_stop(c->k, &b->timer);
	if (!rest_ticks || reason)
		return rest_ticks ? reason : NULL;
	b->rest_ticks = rest_ticks;
	b->sequence = b->overflows = b->len = 0;
	b->due_ticks = first_ticks;
	return klipper_timer_at(c->k, &b->timer, first_ticks, c->now_us);
}

const char *klipper_bulk_again(const struct klipper_call *c, unsigned int looks)
{
	struct klipper_bulk *b = c->object;

	b->due_ticks += (uint64_t)looks * b->rest_ticks;
	return klipper_timer_at(c->k, &b->timer, b->due_ticks, c->now_us);
}

uint8_t *klipper_bulk_add(struct klipper_bulk *b, uint8_t len)
{
	uint8_t *at = b->data + b->len;

	b->len += len;
	return at;
}

void klipper_bulk_report(const struct klipper_call *c, uint8_t len)
{
	struct klipper_bulk *b = c->object;

	if (b->len + len <= KLIPPER_BULK_MAX)
		return;
	KLIPPER_RESPOND(c->k, &klipper_bulks, SENSOR_BULK_DATA, NUM(b->oid),
			NUM(b->sequence++), BYTES(b->data, b->len));
	b->len = 0;
}

void klipper_bulk_status(const struct klipper_call *c, uint32_t more)
{
	const struct klipper_bulk *b = c->object;

	KLIPPER_RESPOND(c->k, &klipper_bulks, SENSOR_BULK_STATUS, NUM(b->oid),
			NUM(klipper_clock(c->k, c->now_us)), NUM(0),
			NUM(b->sequence), NUM(b->len + more),
			NUM(b->overflows));
}

static const struct klipper_message messages[] = {
	[SENSOR_BULK_DATA] = { "sensor_bulk_data oid=%c sequence=%hu "
			       "data=%*s" },
	[SENSOR_BULK_STATUS] = { "sensor_bulk_status oid=%c clock=%u "
				 "query_ticks=%u next_sequence=%hu "
				 "buffered=%u possible_overflows=%hu" },
};

const struct klipper_module klipper_bulks = {
	KLIPPER_MESSAGES(messages),
};
