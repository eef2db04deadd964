// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The frames that the exchange sends. */
#include <string.h>

#include <kcan/admin.h>

#include "bootreq_machine.h"
#include "util/cursor.h"

#define ADDRESS_LEN 4

static void build_admin(struct can_frame *out, enum kcan_admin_cmd cmd,
			const struct kcan_uuid *uuid, uint8_t nodeid)
{
	kcan_admin_encode(out, &(struct kcan_admin_msg){ .cmd = cmd,
							 .uuid = *uuid,
							 .nodeid = nodeid });
}

/*
 * All but one fit one frame, so that a lost one leaves nothing in the node's
 * buffer; REQUEST_BLOCK is cut as in katapult-protocol.md, section 12.
 */
static const struct command {
	uint8_t code; /* 0: no Katapult command */
	uint8_t words;
	uint8_t from; /* first byte of the block in this frame */
} commands[STEP_DONE] = {
	[STEP_ASK] = { KCAN_KAT_GET_CANBUS_ID, 0, 0 },
	[STEP_CONNECT] = { KCAN_KAT_CONNECT, 0, 0 },
	[STEP_READ_HEAD] = { KCAN_KAT_REQUEST_BLOCK, 1, 0 },
	[STEP_READ_TAIL] = { KCAN_KAT_REQUEST_BLOCK, 1, CAN_MAX_DLEN },
	[STEP_COMPLETE] = { KCAN_KAT_COMPLETE, 0, 0 },
	[STEP_VERIFY] = { KCAN_KAT_GET_CANBUS_ID, 0, 0 },
};

static void build_command(const struct kcan_bootreq *req,
			  const struct command *command, struct can_frame *out)
{
	uint8_t block[KCAN_KAT_MAX], address[ADDRESS_LEN];
	struct util_cursor c = util_cursor_on(address, sizeof(address));
	int len;

	util_put_le32(&c, req->result.ident.app_start);
	len = kcan_kat_encode(block,
			      &(struct kcan_kat_block){ .code = command->code,
							.words = command->words,
							.payload = address }) -
	      command->from;
	if (len > CAN_MAX_DLEN)
		len = CAN_MAX_DLEN;
	*out = (struct can_frame){ .can_id =
					   kcan_nodeid_rx_id(req->place.nodeid),
				   .can_dlc = (uint8_t)len };
	memcpy(out->data, block + command->from, (size_t)len);
}

void bootreq_build(const struct kcan_bootreq *req, struct can_frame *out)
{
	const struct kcan_uuid nobody = kcan_uuid_complement(&req->uuid);
	const struct command *command = &commands[req->step];

	if (command->code)
		build_command(req, command, out);
	else if (req->step == STEP_REQUEST)
		build_admin(out, KCAN_ADMIN_REQUEST_BOOTLOADER, &req->uuid, 0);
	else if (req->step == STEP_HANDBACK)
		build_admin(out, KCAN_ADMIN_SET_CANBOOT_NODEID, &nobody,
			    bootreq_back_nodeid(req));
	else
		build_admin(out, KCAN_ADMIN_SET_CANBOOT_NODEID, &req->uuid,
			    req->place.nodeid);
}
