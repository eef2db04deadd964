// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * Any bytes at any time, and questions that leave late: the exchange ends in the
 * time that it has, asks once, and says nothing of a Katapult that has not refused
 * what was sent behind its answer, nor of a Klipper that has not counted on. Where
 * Katapult is known to be there, nothing but its commands is sent.
 */
#include <stdlib.h>
#include <string.h>

#include <kcan/klp.h>
#include <kcan/serialreq.h>

#include "fuzz.h"

#define TIMEOUT_US 1000000
#define TURNS_MAX 64 /* without a byte */
#define SIZE_MAX_IN 512
#define PIECE_MAX sizeof(IDENT) /* of what a byte of input can become */

/* katapult-protocol.md, section 12: CONNECT's answer, 90 and its answer */
static const uint8_t IDENT[] =
	"\x01\x88\xa0\x0c\x11\x00\x00\x00\x00\x01\x01\x00\x00\x40\x00\x10\x40"
	"\x00\x00\x00rp2040\x00\x00\x00\x00\x00\x00v0.0.1-109-g902f335\x00\x18"
	"\x3b\x99\x03";
static const uint8_t UNKNOWN[] = "\x01\x88\x90\x00\xe5\xe9\x99\x03";
static const uint8_t REFUSE[] = "\x01\x88\xf2\x00\x00\xbf\x99\x03";

struct run {
	struct kcan_serialreq *req;
	bool present;
	uint64_t now_us;
	unsigned int requests;
	bool held;   /* the next question stays in its queue for a while */
	bool queued; /* and there it is */
	uint8_t asked[128];
	size_t asked_len;
	uint8_t heard[SIZE_MAX_IN * PIECE_MAX]; /* since that has left */
	size_t heard_len;
};

static void leave(struct run *r)
{
	r->queued = false;
	r->heard_len = 0;
	kcan_serialreq_sent(r->req, r->now_us);
}

static void write_due(struct run *r)
{
	struct kcan_serialreq_send send;

	if (r->queued || !kcan_serialreq_tx(r->req, &send, r->now_us))
		return;
	check(send.len && send.len <= sizeof(r->asked) && send.rate_bps);
	check(!r->present || send.len == KCAN_KAT_MIN);
	memcpy(r->asked, send.bytes, send.len);
	r->asked_len = send.len;
	r->requests += send.len == KCAN_SERIALREQ_LEN;
	r->queued = true;
	if (!r->held)
		leave(r);
}

static void hear(struct run *r, const uint8_t *bytes, size_t len)
{
	if (!r->queued) {
		check(len <= sizeof(r->heard) - r->heard_len);
		memcpy(r->heard + r->heard_len, bytes, len);
		r->heard_len += len;
	}
	kcan_serialreq_rx(r->req, bytes, len, r->now_us);
}

static void hear_empty(struct run *r, uint8_t seq)
{
	uint8_t block[KCAN_KLP_MAX];

	hear(r, block,
	     (size_t)kcan_klp_encode(block,
				     &(struct kcan_klp_block){ .seq = seq }));
}

static void pass_time(struct run *r)
{
	if (r->queued)
		leave(r);
	else if (!kcan_serialreq_result(r->req).verdict)
		r->now_us = kcan_serialreq_deadline(r->req);
}

/* 0: time passes; up to 7f: as many bytes of the input; the others are ready */
static void act(struct run *r, struct fuzz_input *in)
{
	uint8_t op = fuzz_next(in);
	size_t len = op < in->size ? op : in->size;

	if (!op) {
		pass_time(r);
	} else if (op < 0x80) {
		hear(r, in->data, len);
		in->data += len;
		in->size -= len;
	} else if (op < 0x90) {
		hear(r, IDENT, sizeof(IDENT) - 1);
	} else if (op < 0xa0) {
		hear(r, REFUSE, sizeof(REFUSE) - 1);
	} else if (op < 0xb0) {
		hear_empty(r, op & 15);
	} else {
		r->held = op & 1;
	}
}

static bool has_heard(const struct run *r, const uint8_t *bytes, size_t len)
{
	return memmem(r->heard, r->heard_len, bytes, len);
}

static bool is_refused(const struct run *r)
{
	return r->asked_len == KCAN_KAT_MIN &&
	       !memcmp(r->asked, UNKNOWN, KCAN_KAT_MIN) &&
	       has_heard(r, REFUSE, KCAN_KAT_MIN);
}

static bool counts_on(const struct run *r)
{
	uint8_t block[KCAN_KLP_MAX];

	kcan_klp_encode(block,
			&(struct kcan_klp_block){ .seq = r->asked[1] + 1u });
	return r->asked_len == KCAN_KLP_MIN &&
	       has_heard(r, block, KCAN_KLP_MIN);
}

static void check_end(const struct run *r)
{
	struct kcan_serialreq_result result = kcan_serialreq_result(r->req);

	check(r->requests <= 1);
	check(result.requested == r->requests ||
	      (r->queued && !result.requested));
	check(result.requested || result.verdict != KCAN_SERIALREQ_PROVEN);
	check(result.requested || r->present ||
	      result.verdict != KCAN_SERIALREQ_SILENT);
	if (result.verdict == KCAN_SERIALREQ_ALREADY)
		check(!result.requested);
	if (result.verdict == KCAN_SERIALREQ_ALREADY ||
	    result.verdict == KCAN_SERIALREQ_PROVEN)
		check(is_refused(r));
	if (result.verdict == KCAN_SERIALREQ_APPLICATION)
		check(result.requested && counts_on(r));
	check(memchr(result.ident.mcu, 0, sizeof(result.ident.mcu)) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct kcan_serialreq_cfg cfg = { TIMEOUT_US, 115200, 250000,
						size & 1 };
	struct fuzz_input in = { data, size };
	static struct run r;
	size_t turns = 2 * TURNS_MAX + size;

	r = (struct run){ .present = cfg.present };
	if (size > SIZE_MAX_IN || kcan_serialreq_new(&r.req, &cfg))
		return 0;
	while (!kcan_serialreq_result(r.req).verdict) {
		check(turns-- > 0);
		write_due(&r);
		act(&r, &in);
	}
	check(kcan_serialreq_deadline(r.req) == UINT64_MAX);
	check_end(&r);
	kcan_serialreq_free(r.req);
	return 0;
}
