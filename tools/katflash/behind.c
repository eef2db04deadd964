// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "behind.h"

#include <kcan/admin.h>

#define ANSWERS_US 100000 /* nodes answer within some milliseconds */
#define TRIES 4

static void take(struct uuids *out, const struct can_frame *frame,
		 const struct kcan_uuid *adapter)
{
	struct kcan_admin_msg msg;

	if (kcan_admin_decode(&msg, frame) == KCAN_ADMIN_OK &&
	    msg.cmd == KCAN_ADMIN_NEED_NODEID &&
	    !kcan_uuid_equal(&msg.uuid, adapter))
		uuids_add(out, &msg.uuid);
}

static void hear(struct uuids *out, struct bus *bus,
		 const struct kcan_uuid *adapter)
{
	uint64_t until_us = bus->loop->now_us + ANSWERS_US;
	struct kcan_bus_rx rx[BUS_BATCH];
	int n = 0;

	while (n >= 0 && !bus->loop->signal && bus->loop->now_us < until_us) {
		n = bus_turn(bus, rx, until_us);
		for (int i = 0; i < n; i++)
			take(out, &rx[i].frame, adapter);
	}
}

void behind_ask(struct uuids *out, const struct bus *bus,
		const struct kcan_uuid *adapter)
{
	static const struct can_filter answers = {
		KCAN_ADMIN_RESP_ID, CAN_SFF_MASK | CAN_EFF_FLAG | CAN_RTR_FLAG
	};
	struct bus own = { .loop = bus->loop, .ifname = bus->ifname };
	struct can_frame query;

	out->len = 0;
	if (bus_open(&own, &answers, 1))
		return;
	kcan_admin_encode(&query, &(struct kcan_admin_msg){
					  .cmd = KCAN_ADMIN_QUERY_UNASSIGNED });
	if (!bus_send(&own, &query))
		hear(out, &own, adapter);
	bus_close(&own);
}

bool behind_answers(const struct uuids *before, const struct bus *bus,
		    const struct kcan_uuid *adapter)
{
	struct uuids now;

	for (int i = 0; i < TRIES; i++) {
		behind_ask(&now, bus, adapter);
		for (size_t j = 0; j < now.len; j++)
			if (uuids_has(before, &now.list[j]))
				return true;
	}
	return false;
}
