// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "programs.h"

#include <kcan/admin.h>
#include <kcan/kat.h>

#define LISTEN_US 250000

/* users of nodeids: can-admin-channel.md, section 1 */
#define KLIPPER_FIRST 0x109u
#define KLIPPER_LAST 0x181u
#define FLASHTOOL_TO_NODE 0x202u
#define FLASHTOOL_FROM_NODE 0x203u

enum programs_receiver programs_classify(const struct kcan_receiver *receiver)
{
	canid_t id = receiver->id & CAN_SFF_MASK;

	if (!receiver->mask)
		return PROGRAMS_UNFILTERED;
	if (receiver->id & ~CAN_SFF_MASK ||
	    (receiver->mask & CAN_SFF_MASK) != CAN_SFF_MASK)
		return PROGRAMS_OTHER;
	return id >= KLIPPER_FIRST && id <= KLIPPER_LAST && id & 1 ?
		       PROGRAMS_KLIPPER_HOST :
		       PROGRAMS_OTHER;
}

/* Not what another canbootreq asks after a proof: who are you, what are you? */
static bool is_flash_block(const uint8_t *data, uint8_t len)
{
	if (len < 4 || data[0] != 0x01 || data[1] != 0x88 ||
	    data[3] > KCAN_KAT_WORDS_MAX)
		return false;
	if (data[2] == KCAN_KAT_ACK)
		return len > 4 && data[4] != KCAN_KAT_GET_CANBUS_ID &&
		       data[4] != KCAN_KAT_CONNECT;
	return data[2] >= KCAN_KAT_SEND_BLOCK && data[2] <= KCAN_KAT_COMPLETE;
}

bool programs_is_flash(const struct can_frame *frame)
{
	uint8_t nodeid;
	bool tx;

	if (frame->can_id & ~CAN_SFF_MASK || !frame->can_dlc)
		return false;
	if (frame->can_id == FLASHTOOL_TO_NODE ||
	    frame->can_id == FLASHTOOL_FROM_NODE)
		return true;
	return kcan_nodeid_from_id(frame->can_id, &nodeid, &tx) &&
	       is_flash_block(frame->data, frame->can_dlc);
}

static void note_receiver(const struct kcan_receiver *receiver, void *arg)
{
	static const char *const kinds[] = {
		[PROGRAMS_OTHER] = "other",
		[PROGRAMS_KLIPPER_HOST] = "Klipper host",
		[PROGRAMS_UNFILTERED] = "unfiltered, may be a flashing tool",
	};
	enum programs_receiver kind = programs_classify(receiver);
	struct programs *found = arg;

	found->klipper_host |= kind == PROGRAMS_KLIPPER_HOST;
	found->unfiltered |= kind == PROGRAMS_UNFILTERED;
	if (found->trace)
		fprintf(found->trace, "%s: %s: receiver %03X/%08X: %s\n",
			found->program, receiver->ifname, receiver->id,
			receiver->mask, kinds[kind]);
}

void programs_look(struct programs *out, const char *ifname)
{
	/* no such list, no finding: a kernel may be built without it */
	kcan_rcvlist_each(ifname, note_receiver, out);
}

int programs_listen(struct bus *bus)
{
	/* ids 100..1FF and 200..2FF, standard data frames */
	static const canid_t mask = 0x700 | CAN_EFF_FLAG | CAN_RTR_FLAG;
	const struct can_filter filters[] = { { 0x100, mask },
					      { 0x200, mask } };
	uint64_t end_us = loop_now(bus->loop) + LISTEN_US;
	struct kcan_bus_rx rx[BUS_BATCH];
	int n = bus_open(bus, filters, 2);
	bool seen = false;

	if (n)
		return n;
	while (n >= 0 && !seen && !bus->loop->signal &&
	       bus->loop->now_us < end_us) {
		n = bus_turn(bus, rx, end_us);
		for (int i = 0; i < n; i++)
			seen |= programs_is_flash(&rx[i].frame);
	}
	bus_close(bus);
	return n < 0 ? n : seen;
}
