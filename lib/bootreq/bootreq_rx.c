// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The receiving end of the exchange: what a node's bytes say. */
#include <errno.h>

#include <kcan/admin.h>

#include "bootreq_machine.h"
#include "util/crc16.h"
#include "util/cursor.h"

/* command, address, data: katapult-protocol.md, section 4.4 */
#define READ_WORDS (2 + KCAN_KAT_BLOCK_SIZE / 4)

bool bootreq_starts_like_katapult(const struct kcan_bootreq *req)
{
	const struct kcan_stream *rx = &req->rx;

	return rx->len && rx->buf[0] == 0x01 &&
	       (rx->len < 2 || rx->buf[1] == 0x88);
}

/* A stronger sign of trouble is not forgotten for a weaker one. */
static void set_hint(struct kcan_bootreq *req, enum kcan_bootreq_verdict hint)
{
	static const enum kcan_bootreq_verdict weakest_first[] = {
		KCAN_BOOTREQ_SILENT, KCAN_BOOTREQ_GARBLED, KCAN_BOOTREQ_REFUSED,
		KCAN_BOOTREQ_NACKED
	};
	const enum kcan_bootreq_verdict *at = weakest_first;

	while (*at != req->hint && *at != hint)
		at++;
	if (*at == req->hint)
		req->hint = hint;
}

void bootreq_rx_identity(struct kcan_bootreq *req, const struct kcan_uuid *uuid,
			 uint64_t now_us)
{
	if (!bootreq_undecided(req))
		return;
	if (!kcan_uuid_equal(uuid, &req->uuid)) {
		req->result.other = *uuid;
		bootreq_decide(req, KCAN_BOOTREQ_WRONG_UUID, now_us);
		return;
	}
	/* an answer to a question before the last SET says nothing of that */
	req->placed |= req->asked > 0;
	if (req->phase == PHASE_PROVE)
		bootreq_proven(req, now_us);
	else if (req->phase == PHASE_CHECK)
		bootreq_decide(req, KCAN_BOOTREQ_STAYED, now_us);
}

/* Something answered what was said last; it took this long at least. */
static void note_answer(struct kcan_bootreq *req, uint64_t at_us)
{
	if (at_us > req->said_us && at_us - req->said_us > req->slowest_us)
		req->slowest_us = at_us - req->said_us;
}

static void count_answer(struct kcan_bootreq *req, const struct kcan_uuid *uuid)
{
	if (kcan_uuid_equal(uuid, &req->uuid) &&
	    ++req->place.answers > req->place.asks)
		req->result.twice = true;
}

static void rx_canbus_id(struct kcan_bootreq *req, const struct kcan_uuid *uuid,
			 uint64_t at_us)
{
	if (bootreq_leaves(req)) {
		if (kcan_uuid_equal(uuid, &req->uuid))
			bootreq_still_there(req, at_us);
		return;
	}
	count_answer(req, uuid);
	if (req->said == STEP_ASK)
		note_answer(req, at_us);
	if (req->place.believed) {
		bootreq_rx_identity(req, uuid, at_us);
	} else if (!req->place.early) {
		req->place.early = true;
		req->place.early_uuid = *uuid;
	}
}

/*
 * Not while a repetition is half sent: its other half has to go out first, and
 * an answer comes to that, too.
 */
static bool awaits_word(const struct kcan_bootreq *req)
{
	return req->step == STEP_READ_TAIL ?
		       req->in_flight == STEP_READ_TAIL :
		       req->step == STEP_READ_HEAD && !req->in_flight;
}

/* Return: whether it is the answer to our REQUEST_BLOCK. */
static bool decode_first_word(uint32_t *out, const struct kcan_kat_block *block,
			      uint32_t address)
{
	struct util_cursor c =
		util_cursor_reading(block->payload, (size_t)block->words * 4);

	if (kcan_kat_ack_command(block) != KCAN_KAT_REQUEST_BLOCK ||
	    block->words != READ_WORDS)
		return false;
	util_get_le32(&c);
	if (util_get_le32(&c) != address)
		return false;
	*out = util_get_le32(&c);
	return true;
}

/* The command of this step had been handed out when this arrived. */
static bool was_said(const struct kcan_bootreq *req, uint64_t at_us)
{
	return req->said == req->step && at_us >= req->said_us;
}

/* Answers to what was repeated come twice: only the awaited one counts. */
static void rx_ack(struct kcan_bootreq *req, const struct kcan_kat_block *block,
		   uint64_t at_us)
{
	struct kcan_kat_ident ident;
	uint32_t word;

	if (req->step == STEP_CONNECT && was_said(req, at_us) &&
	    !kcan_kat_decode_ident(&ident, block)) {
		note_answer(req, at_us);
		req->placed = true;
		bootreq_identified(req, &ident, at_us);
	} else if (awaits_word(req) &&
		   decode_first_word(&word, block,
				     req->result.ident.app_start)) {
		note_answer(req, at_us);
		bootreq_word_read(req, word, at_us);
	} else if (req->step == STEP_COMPLETE && was_said(req, at_us) &&
		   kcan_kat_ack_command(block) == KCAN_KAT_COMPLETE) {
		note_answer(req, at_us);
		bootreq_completed(req, at_us);
	}
}

static void rx_block(struct kcan_bootreq *req,
		     const struct kcan_kat_block *block, uint64_t now_us)
{
	struct kcan_uuid uuid;

	if (!kcan_kat_decode_canbus_id(&uuid, block))
		rx_canbus_id(req, &uuid, now_us);
	else if (block->code == KCAN_KAT_NACK)
		set_hint(req, KCAN_BOOTREQ_NACKED);
	else if (block->code == KCAN_KAT_ERROR)
		set_hint(req, KCAN_BOOTREQ_REFUSED);
	else if (block->code == KCAN_KAT_ACK && req->phase != PHASE_PROVE)
		rx_ack(req, block, now_us);
	else
		set_hint(req, KCAN_BOOTREQ_GARBLED);
}

/*
 * A message block of the Klipper application: length, 10..1F, content, CRC high
 * byte first, 7E (can-admin-channel.md, section 6).
 * Return: its length, 0 when more bytes are needed, -EBADMSG.
 */
static int klipper_block(const struct kcan_stream *rx)
{
	const uint8_t *b = rx->buf;
	size_t len = b[0];
	uint16_t crc;

	if (len < 5 || len > 64 || (rx->len > 1 && (b[1] & 0xf0) != 0x10))
		return -EBADMSG;
	if (rx->len < len)
		return 0;
	crc = util_crc16(b, len - 3);
	if (b[len - 1] != 0x7e || b[len - 3] != crc >> 8 ||
	    b[len - 2] != (crc & 0xff))
		return -EBADMSG;
	return (int)len;
}

/* Return: bytes to drop from the front, 0 to wait for more. */
static size_t rx_front(struct kcan_bootreq *req, uint64_t now_us)
{
	struct kcan_kat_block block;
	int klipper = klipper_block(&req->rx);
	int katapult;

	if (klipper > 0 && bootreq_undecided(req))
		bootreq_decide(req, KCAN_BOOTREQ_NODEID_TAKEN, now_us);
	if (klipper >= 0)
		return (size_t)klipper;
	if (!bootreq_starts_like_katapult(req))
		return 1;
	katapult = kcan_kat_decode(&block, req->rx.buf, req->rx.len);
	if (katapult > 0)
		rx_block(req, &block, now_us);
	if (katapult >= 0)
		return (size_t)katapult;
	set_hint(req, KCAN_BOOTREQ_GARBLED);
	return 1;
}

/*
 * After the verdict, only while Katapult is asked what it is, and whether it has
 * been handed back.
 */
static bool listens(const struct kcan_bootreq *req)
{
	return bootreq_undecided(req) || req->step == STEP_CONNECT ||
	       req->step == STEP_VERIFY || req->step == STEP_SILENCE;
}

/*
 * It came before the question that it would have to answer. Frames come in
 * order: after the proof none can, whatever its time says.
 */
static bool is_early(const struct kcan_bootreq *req, uint64_t at_us)
{
	return req->phase != PHASE_TALK &&
	       (!req->place.asked || at_us < req->place.ask_us);
}

/* What came while the question was being handed over is not judged. */
static bool is_stale(const struct kcan_bootreq *req, uint64_t at_us)
{
	if (!bootreq_leaves(req))
		return req->place.burnt || (req->phase != PHASE_TALK &&
					    at_us < req->place.handed_us);
	return req->said != STEP_VERIFY || at_us < req->leaving.verify_us;
}

void kcan_bootreq_rx(struct kcan_bootreq *req, const struct can_frame *frame,
		     uint64_t at_us)
{
	size_t used;

	if (frame->can_id != kcan_nodeid_tx_id(req->place.nodeid) ||
	    !listens(req))
		return;
	if (bootreq_undecided(req) && is_early(req, at_us))
		bootreq_burn(req, at_us);
	if (is_stale(req, at_us))
		return;
	/* always fits: waiting stops at KCAN_KAT_MAX bytes */
	kcan_stream_push_frame(&req->rx, frame);
	while (req->rx.len && listens(req)) {
		used = rx_front(req, at_us);
		if (!used)
			return;
		kcan_stream_drop(&req->rx, used);
	}
}
