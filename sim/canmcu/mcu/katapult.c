// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The Katapult bootloader: katapult-protocol.md. */
#include <errno.h>
#include <kcan/admin.h>
#include <kcan/kat.h>
#include <stdio.h>
#include <string.h>

#include "katapult.h"
#include "util/array.h"
#include "util/cursor.h"

#define HEADER_FIRST 0x01
/* What it remembers: mcu_own.flags */
enum {
	NEED_SYNC,  /* look for a header first */
	NEED_VALID, /* one NACK was sent, no good block yet */
};

#define KATAPULT_VERSION "v0.0.1-109-g902f335"

static bool cmd_clear(struct mcu *m, const struct can_frame *f, uint64_t now_us)
{
	(void)f;
	mcu_unassign(m, now_us);
	return true;
}

/*
 * Block commands: each writes its answer to @out and returns its length, 0 for
 * none, or a negative errno for ERROR.
 */

static const char *either(const char *text, const char *usual)
{
	return text[0] ? text : usual;
}

static int connect(struct mcu *m, const struct kcan_kat_block *block,
		   uint8_t *out, uint64_t now_us)
{
	struct kcan_kat_ident ident = {
		.protocol = KCAN_KAT_PROTOCOL,
		.app_start = m->flash.app_start,
		.block_size = KCAN_KAT_BLOCK_SIZE,
	};

	(void)block;
	(void)now_us;
	snprintf(ident.mcu, sizeof(ident.mcu), "%s",
		 either(m->cfg.mcu_name, m->cfg.type->connect_name));
	snprintf(ident.version, sizeof(ident.version), "%s",
		 either(m->cfg.katapult_version, KATAPULT_VERSION));
	return kcan_kat_encode_ident(out, &ident);
}

static int get_canbus_id(struct mcu *m, const struct kcan_kat_block *block,
			 uint8_t *out, uint64_t now_us)
{
	struct kcan_uuid uuid;

	(void)block;
	/* only builds for CAN know it (section 10) */
	if (mcu_is_serial(m))
		return -EINVAL;
	uuid = mcu_reported_uuid(m, now_us);
	return kcan_kat_encode_canbus_id(out, &uuid);
}

/* The command it answers, then @words words from @data. */
static int encode_ack(uint8_t *out, uint8_t code, const void *data,
		      uint8_t words)
{
	uint8_t payload[KCAN_KAT_MAX];
	struct util_cursor c = util_cursor_on(payload, sizeof(payload));

	util_put_le32(&c, code);
	util_put_bytes(&c, data, (size_t)words * 4);
	return kcan_kat_encode(
		out, &(struct kcan_kat_block){ .code = KCAN_KAT_ACK,
					       .words = (uint8_t)(words + 1),
					       .payload = payload });
}

/*
 * Its first word; of a request without payload the CRC and the trailer are
 * taken for it, as firmware does (section 4.4).
 */
static uint32_t address_of(const struct kcan_kat_block *block)
{
	struct util_cursor c = util_cursor_reading(block->payload, 4);

	return util_get_le32(&c);
}

static void erase_takes(struct mcu *m, uint32_t bytes, uint64_t now_us)
{
	mcu_stall(m, (uint64_t)bytes * m->cfg.erase_us / 1024, now_us);
}

/* Return: what the bus is told: @err for ERROR, 0 for nothing any more. */
static int flash_failed(struct mcu *m, int err, uint64_t now_us)
{
	if (err != -EINVAL && err != -EFAULT)
		mcu_event_flash_error(m, err, now_us);
	if (err != -EFAULT)
		return err;
	mcu_halt(m, "Katapult looked where there is no memory", now_us);
	return 0;
}

static int send_block(struct mcu *m, const struct kcan_kat_block *block,
		      uint8_t *out, uint64_t now_us)
{
	struct fault_place place = { 0 };
	uint8_t data[KCAN_KAT_BLOCK_SIZE];
	struct flash_result result;
	const struct fault *fault;

	if (block->words != 1 + KCAN_KAT_BLOCK_SIZE / 4)
		return -EINVAL;
	memcpy(data, block->payload + 4, sizeof(data));
	place.address = address_of(block);
	place.kind = FAULT_WRITE_FAIL;
	if (mcu_fault(m, &place, now_us)) {
		if (!m->flash.map->buffered)
			return -EINVAL;
		/* no cell is changed, and nobody looks (section 5.2) */
		memset(data, 0xff, sizeof(data));
	}
	place.kind = FAULT_POWER_LOSS;
	fault = mcu_fault(m, &place, now_us);
	m->flash.powerless = fault != NULL;
	result = flash_write_block(&m->flash, place.address, data);
	if (fault) {
		mcu_lose_power(m, fault->ms * 1000, now_us);
		return 0;
	}
	erase_takes(m, result.erased_bytes, now_us);
	if (result.err)
		return flash_failed(m, result.err, now_us);
	return encode_ack(out, KCAN_KAT_SEND_BLOCK, block->payload, 1);
}

static int send_eof(struct mcu *m, const struct kcan_kat_block *block,
		    uint8_t *out, uint64_t now_us)
{
	struct flash_result result = flash_flush(&m->flash);
	uint8_t pages[4];
	struct util_cursor c = util_cursor_on(pages, sizeof(pages));

	(void)block;
	erase_takes(m, result.erased_bytes, now_us);
	if (result.err)
		return flash_failed(m, result.err, now_us);
	mcu_event_count(m, EVENT_FLASHED, m->flash.pages, now_us);
	util_put_le32(&c, m->flash.pages);
	return encode_ack(out, KCAN_KAT_SEND_EOF, pages, 1);
}

static int request_block(struct mcu *m, const struct kcan_kat_block *block,
			 uint8_t *out, uint64_t now_us)
{
	uint8_t answer[4 + KCAN_KAT_BLOCK_SIZE];
	int err = flash_read(&m->flash, address_of(block), answer + 4,
			     KCAN_KAT_BLOCK_SIZE);

	/* nothing is mapped there: the fault handler is an endless loop */
	if (err)
		return flash_failed(m, err, now_us);
	memcpy(answer, block->payload, 4);
	return encode_ack(out, KCAN_KAT_REQUEST_BLOCK, answer,
			  sizeof(answer) / 4);
}

static int complete(struct mcu *m, const struct kcan_kat_block *block,
		    uint8_t *out, uint64_t now_us)
{
	bool early = mcu_fault(
		m, &(struct fault_place){ .kind = FAULT_LEAVE_EARLY }, now_us);

	(void)block;
	mcu_complete(m, early, now_us);
	return early ? 0 : encode_ack(out, KCAN_KAT_COMPLETE, NULL, 0);
}

/* Only SEND_BLOCK looks at the length of its payload (section 4). */
static const struct block_cmd {
	uint8_t code;
	int (*run)(struct mcu *m, const struct kcan_kat_block *block,
		   uint8_t *out, uint64_t now_us);
} block_cmds[] = {
	{ KCAN_KAT_CONNECT, connect },
	{ KCAN_KAT_SEND_BLOCK, send_block },
	{ KCAN_KAT_SEND_EOF, send_eof },
	{ KCAN_KAT_REQUEST_BLOCK, request_block },
	{ KCAN_KAT_COMPLETE, complete },
	{ KCAN_KAT_GET_CANBUS_ID, get_canbus_id },
};

static void answer_code(struct mcu *m, enum kcan_kat_code code)
{
	uint8_t out[KCAN_KAT_MAX];
	int len = kcan_kat_encode(
		out, &(struct kcan_kat_block){ .code = (uint8_t)code });

	mcu_answer(m, out, (size_t)len);
}

static const struct block_cmd *find_block_cmd(uint8_t code)
{
	for (size_t i = 0; i < ARRAY_SIZE(block_cmds); i++)
		if (block_cmds[i].code == code)
			return &block_cmds[i];
	return NULL;
}

/* Return: false when a fault has answered in the command's place. */
static bool answers_itself(struct mcu *m, uint64_t now_us)
{
	static const struct {
		enum fault_kind kind;
		enum kcan_kat_code code;
	} answers[] = {
		{ FAULT_ANSWER_NACK, KCAN_KAT_NACK },
		{ FAULT_ANSWER_ERROR, KCAN_KAT_ERROR },
		{ FAULT_ANSWER_BUSY, KCAN_KAT_BUSY },
	};

	for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
		if (!mcu_fault(m,
			       &(struct fault_place){ .kind = answers[i].kind },
			       now_us))
			continue;
		answer_code(m, answers[i].code);
		return false;
	}
	return true;
}

static void execute(struct mcu *m, const struct kcan_kat_block *block,
		    uint64_t now_us)
{
	const struct block_cmd *cmd = find_block_cmd(block->code);
	uint8_t out[KCAN_KAT_MAX];
	int len;

	if (!answers_itself(m, now_us))
		return;
	len = cmd ? cmd->run(m, block, out, now_us) : -EINVAL;
	if (len > 0)
		mcu_answer(m, out, (size_t)len);
	else if (len < 0)
		answer_code(m, KCAN_KAT_ERROR);
}

static void resync(struct mcu *m, struct kcan_stream *rx)
{
	const uint8_t *first = memchr(rx->buf, HEADER_FIRST, rx->len);
	bool *flags = mcu_own(m)->flags;

	flags[NEED_SYNC] = !first;
	kcan_stream_drop(rx, first ? (size_t)(first - rx->buf) : rx->len);
	if (flags[NEED_VALID])
		return;
	flags[NEED_VALID] = true;
	answer_code(m, KCAN_KAT_NACK);
}

static bool is_misread(struct mcu *m, uint64_t now_us)
{
	return mcu_fault(m, &(struct fault_place){ .kind = FAULT_STUCK },
			 now_us);
}

/*
 * Section 3 with its trap: a rejected block that begins with 01 is found again
 * at its own first byte, for ever.
 */
static bool katapult_data(struct mcu *m, struct kcan_stream *rx,
			  uint64_t now_us)
{
	size_t before = rx->len;
	struct kcan_kat_block block;
	int len;

	if (mcu_own(m)->flags[NEED_SYNC]) {
		resync(m, rx);
		return true;
	}
	len = kcan_kat_decode(&block, rx->buf, rx->len);
	if (len > 0 && is_misread(m, now_us)) {
		/* the trailer: what is in front stays as it is, and in the way */
		rx->buf[len - 1] ^= 0xff;
		resync(m, rx);
	} else if (len > 0) {
		mcu_own(m)->flags[NEED_VALID] = false;
		execute(m, &block, now_us);
		/* a fault has already emptied it */
		kcan_stream_drop(rx, (size_t)len);
	} else if (len < 0) {
		if (m->cfg.sane_rx)
			kcan_stream_drop(rx, 1);
		resync(m, rx);
	}
	return rx->len < before;
}

static const struct mcu_cmd katapult_cmds[] = {
	{ KCAN_ADMIN_QUERY_UNASSIGNED, 1, false, mcu_cmd_query },
	/* not own_uuid: another MCU taking our id is how we see a conflict */
	{ KCAN_ADMIN_SET_CANBOOT_NODEID, 8, false, mcu_cmd_set },
	{ KCAN_ADMIN_CLEAR_CANBOOT_NODEID, 1, false, cmd_clear },
};

#define ON_USB                                                     \
	{                                                          \
		.app = KCAN_ADMIN_APP_KATAPULT, .serial = true,    \
		.throttles = true, .rx_size = 128, .tx_size = 192, \
		.data_task = katapult_data,                        \
	}

/* Sizes: katapult-protocol.md, section 6. */
const struct mcu_program katapult_programs[MCU_LINK_COUNT] = {
	[MCU_LINK_CAN] = {
		.app = KCAN_ADMIN_APP_KATAPULT,
		.rx_size = MCU_RX_SIZE,
		.tx_size = 96,
		.cmds = katapult_cmds,
		.cmds_len = ARRAY_SIZE(katapult_cmds),
		.data_task = katapult_data,
	},
	[MCU_LINK_BRIDGE] = ON_USB,
	[MCU_LINK_USB] = ON_USB,
	[MCU_LINK_UART] = {
		.app = KCAN_ADMIN_APP_KATAPULT,
		.serial = true,
		.rx_size = MCU_RX_SIZE,
		.tx_size = 96,
		.data_task = katapult_data,
	},
};
