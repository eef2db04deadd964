/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KCAN_ADMIN_H
#define KCAN_ADMIN_H

#include <linux/can.h>
#include <stdbool.h>
#include <stdint.h>

#include <kcan/decls.h>
#include <kcan/uuid.h>

KCAN_DECLS_BEGIN

/* CAN ids: can-admin-channel.md, section 1. */
#define KCAN_ADMIN_ID 0x3f0u	  /* host -> all nodes */
#define KCAN_ADMIN_RESP_ID 0x3f1u /* node -> host */
#define KCAN_DATA_ID_FIRST 0x100u /* host -> node, nodeid 0 */
#define KCAN_DATA_ID_LAST 0x2ffu  /* node -> host, nodeid 255 */

/** First byte of an admin message: can-admin-channel.md, section 3. */
enum kcan_admin_cmd {
	KCAN_ADMIN_QUERY_UNASSIGNED = 0x00,
	KCAN_ADMIN_SET_KLIPPER_NODEID = 0x01,
	KCAN_ADMIN_REQUEST_BOOTLOADER = 0x02,
	KCAN_ADMIN_SET_CANBOOT_NODEID = 0x11,
	KCAN_ADMIN_CLEAR_CANBOOT_NODEID = 0x12,
	KCAN_ADMIN_NEED_NODEID = 0x20, /* the only response, on 3F1 */
};

/** Byte 7 of NEED_NODEID: the SET command that the program obeys (3.2). */
enum kcan_admin_app {
	KCAN_ADMIN_APP_KLIPPER = KCAN_ADMIN_SET_KLIPPER_NODEID,
	KCAN_ADMIN_APP_KATAPULT = KCAN_ADMIN_SET_CANBOOT_NODEID,
};

/**
 * struct kcan_admin_msg - one admin message, whichever command
 * @uuid:   in every command but QUERY_UNASSIGNED and CLEAR_CANBOOT_NODEID
 * @nodeid: in the two SET commands, 0..255
 * @app:    in NEED_NODEID, see enum kcan_admin_app; other values may be met
 *
 * Fields that the command does not carry are zero after decoding and are not
 * looked at when encoding.
 */
struct kcan_admin_msg {
	enum kcan_admin_cmd cmd;
	struct kcan_uuid uuid;
	uint8_t nodeid;
	uint8_t app;
};

/** Why a frame is no admin message: what firmware ignores in silence. */
enum kcan_admin_verdict {
	KCAN_ADMIN_OK,
	KCAN_ADMIN_NOT_STANDARD, /* EFF, RTR or error frame */
	KCAN_ADMIN_OTHER_ID,	 /* neither 3F0 nor 3F1 */
	KCAN_ADMIN_EMPTY,	 /* DLC 0 */
	KCAN_ADMIN_UNKNOWN,	 /* no such command on this id */
	KCAN_ADMIN_SHORT,	 /* DLC below what the command needs */
};

/**
 * kcan_admin_encode() - build the frame that the field's own tools would send
 *
 * The DLC is the least that the command needs (section 3).
 *
 * Return: 0, or -EINVAL when @msg->cmd is no admin command.
 */
int kcan_admin_encode(struct can_frame *out, const struct kcan_admin_msg *msg);

/**
 * kcan_admin_decode() - read a frame by the acceptance rules of section 2
 * @out:   set when KCAN_ADMIN_OK is returned only
 * @frame: anything at all; bytes beyond the needed length are ignored
 *
 * Commands are accepted on 3F0 only, NEED_NODEID on 3F1 only. NEED_NODEID
 * needs a DLC of 7, as in the tools of the field (section 12); without byte 7
 * @out->app is 0, which no program has.
 */
enum kcan_admin_verdict kcan_admin_decode(struct kcan_admin_msg *out,
					  const struct can_frame *frame);

/** The id on which the node with @nodeid receives data: 100 + 2N. */
canid_t kcan_nodeid_rx_id(uint8_t nodeid);

/** The id on which the node with @nodeid sends data: 101 + 2N. */
canid_t kcan_nodeid_tx_id(uint8_t nodeid);

/**
 * kcan_nodeid_from_id() - which node a data id belongs to
 * @id:     standard id without flags
 * @nodeid: set on success
 * @tx:     set on success: true when it is the id that the node sends on
 *
 * Return: false when @id is outside 100..2FF.
 */
bool kcan_nodeid_from_id(canid_t id, uint8_t *nodeid, bool *tx);

KCAN_DECLS_END

#endif
