// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The Klipper application, as far as it is seen on the admin channel. */
#include <errno.h>
#include <kcan/admin.h>
#include <string.h>

#include "mcu.h"
#include "util/crc16.h"

/* klipper-mcu-protocol.md, section 3 */
#define BLOCK_MIN 5
#define BLOCK_MAX 64
#define BLOCK_SYNC 0x7e
#define SEQ_MASK 0xf0
#define SEQ_MARK 0x10

/* the empty block that asks for sequence 0 (section 4.3) */
static const uint8_t nak[] = { 0x05, 0x10, 0x9e, 0x81, 0x7e };

int mcu_shutdown(struct mcu *m, const char *reason, uint64_t now_us)
{
	if (m->live.program != &klipper_program)
		return -EINVAL;
	if (m->state == MCU_SHUTDOWN)
		return 0;
	/* CAN goes on as before: can-admin-channel.md, section 7 */
	m->state = MCU_SHUTDOWN;
	mcu_event(m, EVENT_SHUTDOWN, reason, now_us);
	mcu_event(m, EVENT_STATE, mcu_state_name(m->state), now_us);
	return 0;
}

static void klipper_conflict(struct mcu *m, uint64_t now_us)
{
	mcu_shutdown(m, "Another CAN node assigned this ID", now_us);
}

static bool cmd_request_bootloader(struct mcu *m, const struct can_frame *f,
				   uint64_t now_us)
{
	(void)f;
	mcu_request_bootloader(m, now_us);
	return true;
}

/* Return: the length of the block in front; 0: wait; -EBADMSG: no block. */
static int find_block(const struct kcan_stream *rx)
{
	const uint8_t *buf = rx->buf;
	size_t len;
	uint16_t crc;

	if (rx->len < BLOCK_MIN)
		return 0;
	len = buf[0];
	if (len < BLOCK_MIN || len > BLOCK_MAX ||
	    (buf[1] & SEQ_MASK) != SEQ_MARK)
		return -EBADMSG;
	if (rx->len < len)
		return 0;
	crc = util_crc16(buf, len - 3);
	if (buf[len - 1] != BLOCK_SYNC || buf[len - 3] != crc >> 8 ||
	    buf[len - 2] != (uint8_t)crc)
		return -EBADMSG;
	return (int)len;
}

static void discard(struct mcu *m)
{
	struct mcu_live *live = &m->live;
	const uint8_t *sync = memchr(live->rx.buf, BLOCK_SYNC, live->rx.len);

	live->discarding = !sync;
	kcan_stream_drop(&live->rx, sync ? (size_t)(sync - live->rx.buf) + 1 :
					   live->rx.len);
	if (live->complained)
		return;
	live->complained = true;
	mcu_answer(m, nak, sizeof(nak));
}

/*
 * Framing only: what is no block of Klipper's is answered as the firmware does
 * (klipper-mcu-protocol.md, section 4.2), and good blocks are taken in silence.
 */
static bool klipper_data(struct mcu *m, uint64_t now_us)
{
	struct mcu_live *live = &m->live;
	int len;

	(void)now_us;
	if (live->discarding) {
		discard(m);
		return true;
	}
	len = find_block(&live->rx);
	if (!len)
		return false;
	if (len > 0) {
		live->complained = false;
		kcan_stream_drop(&live->rx, (size_t)len);
	} else if (live->rx.buf[0] == BLOCK_SYNC) {
		kcan_stream_drop(&live->rx, 1);
	} else {
		discard(m);
	}
	return true;
}

static const struct mcu_cmd klipper_cmds[] = {
	{ KCAN_ADMIN_QUERY_UNASSIGNED, 1, false, mcu_cmd_query },
	/* not own_uuid: another MCU taking our id is how we see a conflict */
	{ KCAN_ADMIN_SET_KLIPPER_NODEID, 8, false, mcu_cmd_set },
	{ KCAN_ADMIN_REQUEST_BOOTLOADER, 7, true, cmd_request_bootloader },
};

const struct mcu_program klipper_program = {
	.app = KCAN_ADMIN_APP_KLIPPER,
	.tx_size = 192,
	.cmds = klipper_cmds,
	.cmds_len = sizeof(klipper_cmds) / sizeof(klipper_cmds[0]),
	.data_task = klipper_data,
	.conflict = klipper_conflict,
};
