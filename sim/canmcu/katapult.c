// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The Katapult bootloader: katapult-protocol.md. */
#include <errno.h>
#include <kcan/admin.h>
#include <kcan/kat.h>
#include <stdio.h>
#include <string.h>

#include "mcu.h"

#define HEADER_FIRST 0x01
#define KATAPULT_VERSION "v0.0.1-109-g902f335"

static bool cmd_clear(struct mcu *m, const struct can_frame *f, uint64_t now_us)
{
	(void)f;
	mcu_unassign(m, now_us);
	return true;
}

/* Block commands: each writes its answer to @out and returns its length. */

static int connect(const struct mcu *m, uint8_t out[static KCAN_KAT_MAX])
{
	struct kcan_kat_ident ident = {
		.protocol = KCAN_KAT_PROTOCOL,
		.app_start = m->cfg.type->family->app_start,
		.block_size = KCAN_KAT_BLOCK_SIZE,
		.version = KATAPULT_VERSION,
	};

	snprintf(ident.mcu, sizeof(ident.mcu), "%s", m->cfg.type->connect_name);
	return kcan_kat_encode_ident(out, &ident);
}

static int get_canbus_id(const struct mcu *m, uint8_t out[static KCAN_KAT_MAX])
{
	return kcan_kat_encode_canbus_id(out, &m->cfg.uuid);
}

/* Their payload is not looked at (section 4). */
static const struct block_cmd {
	uint8_t code;
	int (*run)(const struct mcu *m, uint8_t out[static KCAN_KAT_MAX]);
} block_cmds[] = {
	{ KCAN_KAT_CONNECT, connect },
	{ KCAN_KAT_GET_CANBUS_ID, get_canbus_id },
};

static void answer_code(struct mcu *m, enum kcan_kat_code code)
{
	uint8_t out[KCAN_KAT_MAX];
	int len = kcan_kat_encode(
		out, &(struct kcan_kat_block){ .code = (uint8_t)code });

	mcu_answer(m, out, (size_t)len);
}

static void execute(struct mcu *m, const struct kcan_kat_block *block)
{
	uint8_t out[KCAN_KAT_MAX];
	int len;

	for (size_t i = 0; i < sizeof(block_cmds) / sizeof(block_cmds[0]);
	     i++) {
		if (block_cmds[i].code != block->code)
			continue;
		len = block_cmds[i].run(m, out);
		if (len > 0)
			mcu_answer(m, out, (size_t)len);
		return;
	}
	answer_code(m, KCAN_KAT_ERROR);
}

static void resync(struct mcu *m)
{
	struct mcu_live *live = &m->live;
	const uint8_t *first = memchr(live->rx.buf, HEADER_FIRST, live->rx.len);

	live->need_sync = !first;
	kcan_stream_drop(&live->rx,
			 first ? (size_t)(first - live->rx.buf) : live->rx.len);
	if (live->need_valid)
		return;
	live->need_valid = true;
	answer_code(m, KCAN_KAT_NACK);
}

/*
 * Section 3 with its trap: a rejected block that begins with 01 is found again
 * at its own first byte, for ever.
 */
static bool katapult_data(struct mcu *m)
{
	struct mcu_live *live = &m->live;
	size_t before = live->rx.len;
	struct kcan_kat_block block;
	int len;

	if (live->need_sync) {
		resync(m);
		return true;
	}
	len = kcan_kat_decode(&block, live->rx.buf, live->rx.len);
	if (len > 0) {
		live->need_valid = false;
		execute(m, &block);
		kcan_stream_drop(&live->rx, (size_t)len);
	} else if (len < 0) {
		if (m->cfg.sane_rx)
			kcan_stream_drop(&live->rx, 1);
		resync(m);
	}
	return live->rx.len < before;
}

static const struct mcu_cmd katapult_cmds[] = {
	{ KCAN_ADMIN_QUERY_UNASSIGNED, 1, false, mcu_cmd_query },
	/* not own_uuid: another MCU taking our id is how we see a conflict */
	{ KCAN_ADMIN_SET_CANBOOT_NODEID, 8, false, mcu_cmd_set },
	{ KCAN_ADMIN_CLEAR_CANBOOT_NODEID, 1, false, cmd_clear },
};

const struct mcu_program katapult_program = {
	.app = KCAN_ADMIN_APP_KATAPULT,
	.tx_size = 96,
	.cmds = katapult_cmds,
	.cmds_len = sizeof(katapult_cmds) / sizeof(katapult_cmds[0]),
	.data_task = katapult_data,
};
