// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <kcan/bootreq.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <kcan/admin.h>
#include <kcan/kat.h>
#include <kcan/stream.h>

#include "util/crc16.h"

/* The rhythm of docs/protocol.md, "The exchange"; microseconds. */
#define FIRST_ASK_US 10000   /* from the confirmed SET */
#define SECOND_ASK_US 25000  /* a controller may be deaf at the first */
#define ROUND_US 40000	     /* from SET to SET, in the first second */
#define SLOW_ROUND_US 200000 /* and later */
#define HURRY_US 1000000     /* how long is "the first second" */
#define RETRY_US 5000	     /* after a full transmit queue */
#define HANDBACK_US 500000   /* how long to wait for each of its steps */
#define TIMEOUT_MAX_US 3600000000u

enum step {
	STEP_NONE,
	STEP_REQUEST,
	STEP_SET,
	STEP_ASK,
	STEP_HANDBACK,
	STEP_DONE,
};

struct kcan_bootreq {
	struct kcan_uuid uuid;
	struct kcan_bootreq_cfg cfg;
	struct kcan_bootreq_result result;
	enum kcan_bootreq_verdict hint; /* what running out of time means */

	enum step step;	     /* of the frame that is due next */
	enum step in_flight; /* of the frame not yet confirmed */
	unsigned int asked;  /* questions since the last SET */
	unsigned int sets;   /* SETs that the kernel took */
	uint64_t due_us;
	uint64_t give_up_us;
	uint64_t requested_us; /* request confirmed */
	uint64_t set_us;       /* last SET confirmed */

	struct kcan_stream rx;
	uint8_t rx_buf[KCAN_KAT_MAX + CAN_MAX_DLEN];
};

int kcan_bootreq_new(struct kcan_bootreq **out, const struct kcan_uuid *uuid,
		     const struct kcan_bootreq_cfg *cfg, uint64_t now_us)
{
	struct kcan_bootreq *req;

	if (!cfg->timeout_us || cfg->timeout_us > TIMEOUT_MAX_US ||
	    cfg->nodeid == 0 || cfg->nodeid == 255)
		return -EINVAL;
	req = calloc(1, sizeof(*req));
	if (!req)
		return -ENOMEM;
	req->uuid = *uuid;
	req->cfg = *cfg;
	req->hint = KCAN_BOOTREQ_SILENT;
	req->step = STEP_REQUEST;
	req->due_us = now_us;
	req->give_up_us = now_us + cfg->timeout_us;
	kcan_stream_init(&req->rx, req->rx_buf, sizeof(req->rx_buf));
	*out = req;
	return 0;
}

void kcan_bootreq_free(struct kcan_bootreq *req)
{
	free(req);
}

bool kcan_bootreq_done(const struct kcan_bootreq *req)
{
	return req->step == STEP_DONE;
}

bool kcan_bootreq_leaving(const struct kcan_bootreq *req)
{
	return req->step == STEP_HANDBACK;
}

uint64_t kcan_bootreq_deadline(const struct kcan_bootreq *req)
{
	if (kcan_bootreq_done(req))
		return UINT64_MAX;
	return req->due_us < req->give_up_us ? req->due_us : req->give_up_us;
}

struct kcan_bootreq_result kcan_bootreq_result(const struct kcan_bootreq *req)
{
	return req->result;
}

static bool undecided(const struct kcan_bootreq *req)
{
	return req->result.verdict == KCAN_BOOTREQ_PENDING;
}

static void decide(struct kcan_bootreq *req, enum kcan_bootreq_verdict verdict,
		   uint64_t now_us)
{
	req->result.verdict = verdict;
	req->step = req->result.assigned ? STEP_HANDBACK : STEP_DONE;
	/* queued frames go out in order: let the one in flight go first */
	req->due_us = now_us + (req->in_flight ? HANDBACK_US : 0);
	req->give_up_us = req->due_us + HANDBACK_US;
}

static bool starts_like_katapult(const struct kcan_stream *rx)
{
	return rx->len && rx->buf[0] == 0x01 &&
	       (rx->len < 2 || rx->buf[1] == 0x88);
}

static enum kcan_bootreq_verdict out_of_time(const struct kcan_bootreq *req)
{
	if (req->result.request == KCAN_DELIVERY_NONE)
		return KCAN_BOOTREQ_NOT_QUEUED;
	if (req->result.request == KCAN_DELIVERY_UNCONFIRMED)
		return KCAN_BOOTREQ_UNCONFIRMED;
	if (req->hint == KCAN_BOOTREQ_SILENT && starts_like_katapult(&req->rx))
		return KCAN_BOOTREQ_GARBLED;
	return req->hint;
}

static void expire(struct kcan_bootreq *req, uint64_t now_us)
{
	if (now_us < req->give_up_us || kcan_bootreq_done(req))
		return;
	if (undecided(req))
		decide(req, out_of_time(req), now_us);
	else
		req->step = STEP_DONE;
}

static void build_admin(struct can_frame *out, enum kcan_admin_cmd cmd,
			const struct kcan_uuid *uuid, uint8_t nodeid)
{
	kcan_admin_encode(out, &(struct kcan_admin_msg){ .cmd = cmd,
							 .uuid = *uuid,
							 .nodeid = nodeid });
}

/* Fits one frame, so that a lost one leaves nothing in the node's buffer. */
static void build_question(struct can_frame *out, uint8_t nodeid)
{
	uint8_t block[KCAN_KAT_MAX];
	int len = kcan_kat_encode(
		block,
		&(struct kcan_kat_block){ .code = KCAN_KAT_GET_CANBUS_ID });

	*out = (struct can_frame){ .can_id = kcan_nodeid_rx_id(nodeid),
				   .can_dlc = (uint8_t)len };
	memcpy(out->data, block, (size_t)len);
}

static void build(const struct kcan_bootreq *req, struct can_frame *out)
{
	const struct kcan_uuid nobody = kcan_uuid_complement(&req->uuid);
	uint8_t nodeid = req->cfg.nodeid;

	if (req->step == STEP_REQUEST)
		build_admin(out, KCAN_ADMIN_REQUEST_BOOTLOADER, &req->uuid, 0);
	else if (req->step == STEP_SET)
		build_admin(out, KCAN_ADMIN_SET_CANBOOT_NODEID, &req->uuid,
			    nodeid);
	else if (req->step == STEP_ASK)
		build_question(out, nodeid);
	else
		build_admin(out, KCAN_ADMIN_SET_CANBOOT_NODEID, &nobody,
			    nodeid);
}

/* The frame of @step is with the kernel now, or came back from it. */
static void note_delivery(struct kcan_bootreq *req, enum step step,
			  enum kcan_delivery delivery)
{
	if (step == STEP_REQUEST)
		req->result.request = delivery;
	if (step == STEP_HANDBACK)
		req->result.handback = delivery;
}

bool kcan_bootreq_tx(struct kcan_bootreq *req, struct can_frame *frame,
		     uint64_t now_us)
{
	expire(req, now_us);
	if (kcan_bootreq_done(req) || now_us < req->due_us)
		return false;
	build(req, frame);
	req->in_flight = req->step;
	req->due_us = UINT64_MAX;
	note_delivery(req, req->step, KCAN_DELIVERY_UNCONFIRMED);
	if (req->step == STEP_SET)
		req->result.assigned = ++req->sets;
	return true;
}

void kcan_bootreq_unsent(struct kcan_bootreq *req, uint64_t now_us)
{
	note_delivery(req, req->in_flight, KCAN_DELIVERY_NONE);
	if (req->in_flight == STEP_SET)
		req->result.assigned = --req->sets;
	req->in_flight = STEP_NONE;
	req->due_us = now_us + RETRY_US;
}

static void after_request(struct kcan_bootreq *req, uint64_t now_us)
{
	req->requested_us = now_us;
	req->give_up_us = now_us + req->cfg.timeout_us;
	req->step = STEP_SET;
	req->due_us = now_us;
	if (!req->cfg.verify)
		decide(req, KCAN_BOOTREQ_REQUESTED, now_us);
}

static void after_set(struct kcan_bootreq *req, uint64_t now_us)
{
	req->set_us = now_us;
	req->asked = 0;
	req->step = STEP_ASK;
	req->due_us = now_us + FIRST_ASK_US;
}

static void after_question(struct kcan_bootreq *req)
{
	bool hurry = req->set_us - req->requested_us < HURRY_US;

	if (++req->asked == 1) {
		req->due_us = req->set_us + SECOND_ASK_US;
		return;
	}
	req->step = STEP_SET;
	req->due_us = req->set_us + (hurry ? ROUND_US : SLOW_ROUND_US);
}

void kcan_bootreq_sent(struct kcan_bootreq *req, uint64_t now_us)
{
	enum step sent = req->in_flight;

	req->in_flight = STEP_NONE;
	note_delivery(req, sent, KCAN_DELIVERY_CONFIRMED);
	if (sent == STEP_HANDBACK)
		req->step = STEP_DONE;
	else if (!undecided(req))
		req->due_us = now_us;
	else if (sent == STEP_REQUEST)
		after_request(req, now_us);
	else if (sent == STEP_SET)
		after_set(req, now_us);
	else if (sent == STEP_ASK)
		after_question(req);
}

void kcan_bootreq_abort(struct kcan_bootreq *req, uint64_t now_us)
{
	if (undecided(req))
		decide(req, KCAN_BOOTREQ_ABORTED, now_us);
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

static void rx_block(struct kcan_bootreq *req,
		     const struct kcan_kat_block *block, uint64_t now_us)
{
	struct kcan_uuid uuid;

	if (!kcan_kat_decode_canbus_id(&uuid, block)) {
		req->result.other = uuid;
		decide(req,
		       kcan_uuid_equal(&uuid, &req->uuid) ?
			       KCAN_BOOTREQ_PROVEN :
			       KCAN_BOOTREQ_WRONG_UUID,
		       now_us);
	} else if (block->code == KCAN_KAT_NACK) {
		set_hint(req, KCAN_BOOTREQ_NACKED);
	} else if (block->code == KCAN_KAT_ERROR) {
		set_hint(req, KCAN_BOOTREQ_REFUSED);
	} else {
		set_hint(req, KCAN_BOOTREQ_GARBLED);
	}
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

	if (klipper > 0)
		decide(req, KCAN_BOOTREQ_NODEID_TAKEN, now_us);
	if (klipper >= 0)
		return (size_t)klipper;
	if (!starts_like_katapult(&req->rx))
		return 1;
	katapult = kcan_kat_decode(&block, req->rx.buf, req->rx.len);
	if (katapult > 0)
		rx_block(req, &block, now_us);
	if (katapult >= 0)
		return (size_t)katapult;
	set_hint(req, KCAN_BOOTREQ_GARBLED);
	return 1;
}

void kcan_bootreq_rx(struct kcan_bootreq *req, const struct can_frame *frame,
		     uint64_t now_us)
{
	size_t used;

	if (frame->can_id != kcan_nodeid_tx_id(req->cfg.nodeid) ||
	    !undecided(req))
		return;
	/* always fits: waiting stops at KCAN_KAT_MAX bytes */
	kcan_stream_push_frame(&req->rx, frame);
	while (req->rx.len && undecided(req)) {
		used = rx_front(req, now_us);
		if (!used)
			return;
		kcan_stream_drop(&req->rx, used);
	}
}
