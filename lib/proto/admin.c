// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <kcan/admin.h>

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "util/array.h"

/* can-admin-channel.md, section 2: what each command needs, and carries. */
static const struct command {
	uint8_t code;
	canid_t id;
	uint8_t need_len; /* of a frame that is received */
	uint8_t send_len;
	bool has_uuid;
	size_t last; /* where byte 7 goes in the message; 0: nowhere */
} commands[] = {
	{ KCAN_ADMIN_QUERY_UNASSIGNED, KCAN_ADMIN_ID, 1, 1, false, 0 },
	{ KCAN_ADMIN_SET_KLIPPER_NODEID, KCAN_ADMIN_ID, 8, 8, true,
	  offsetof(struct kcan_admin_msg, nodeid) },
	{ KCAN_ADMIN_REQUEST_BOOTLOADER, KCAN_ADMIN_ID, 7, 7, true, 0 },
	{ KCAN_ADMIN_SET_CANBOOT_NODEID, KCAN_ADMIN_ID, 8, 8, true,
	  offsetof(struct kcan_admin_msg, nodeid) },
	{ KCAN_ADMIN_CLEAR_CANBOOT_NODEID, KCAN_ADMIN_ID, 1, 1, false, 0 },
	{ KCAN_ADMIN_NEED_NODEID, KCAN_ADMIN_RESP_ID, 7, 8, true,
	  offsetof(struct kcan_admin_msg, app) },
};

static const struct command *find_command(uint8_t code)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (commands[i].code == code)
			return &commands[i];
	return NULL;
}

int kcan_admin_encode(struct can_frame *out, const struct kcan_admin_msg *msg)
{
	const struct command *cmd = find_command((uint8_t)msg->cmd);

	if (!cmd || msg->cmd != cmd->code)
		return -EINVAL;
	memset(out, 0, sizeof(*out));
	out->can_id = cmd->id;
	out->can_dlc = cmd->send_len;
	out->data[0] = cmd->code;
	if (cmd->has_uuid)
		memcpy(&out->data[1], msg->uuid.b, KCAN_UUID_LEN);
	if (cmd->last)
		out->data[7] = *((const uint8_t *)msg + cmd->last);
	return 0;
}

enum kcan_admin_verdict kcan_admin_decode(struct kcan_admin_msg *out,
					  const struct can_frame *frame)
{
	const struct command *cmd;

	if (frame->can_id & ~CAN_SFF_MASK)
		return KCAN_ADMIN_NOT_STANDARD;
	if (frame->can_id != KCAN_ADMIN_ID &&
	    frame->can_id != KCAN_ADMIN_RESP_ID)
		return KCAN_ADMIN_OTHER_ID;
	if (!frame->can_dlc)
		return KCAN_ADMIN_EMPTY;
	cmd = find_command(frame->data[0]);
	if (!cmd || cmd->id != frame->can_id)
		return KCAN_ADMIN_UNKNOWN;
	if (frame->can_dlc < cmd->need_len)
		return KCAN_ADMIN_SHORT;

	memset(out, 0, sizeof(*out));
	out->cmd = cmd->code;
	if (cmd->has_uuid)
		memcpy(out->uuid.b, &frame->data[1], KCAN_UUID_LEN);
	if (cmd->last && frame->can_dlc >= 8)
		*((uint8_t *)out + cmd->last) = frame->data[7];
	return KCAN_ADMIN_OK;
}

canid_t kcan_nodeid_rx_id(uint8_t nodeid)
{
	return KCAN_DATA_ID_FIRST + 2u * nodeid;
}

canid_t kcan_nodeid_tx_id(uint8_t nodeid)
{
	return kcan_nodeid_rx_id(nodeid) + 1;
}

bool kcan_nodeid_from_id(canid_t id, uint8_t *nodeid, bool *tx)
{
	if (id < KCAN_DATA_ID_FIRST || id > KCAN_DATA_ID_LAST)
		return false;
	*nodeid = (uint8_t)((id - KCAN_DATA_ID_FIRST) / 2);
	*tx = id & 1;
	return true;
}
