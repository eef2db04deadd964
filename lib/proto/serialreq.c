// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The exchange of kcan/serialreq.h, a step for each of its bytes. */
#include <kcan/serialreq.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <kcan/klp.h>
#include <kcan/stream.h>

#define WAIT_US 250000 /* for an answer; both programs take milliseconds */
#define BITS 10	       /* on the line for each byte */

/* The first sequence number of a host's session (section 4.4). */
#define OUR_SEQ 1
#define SYNCS KCAN_KLP_MAX
#define ASK_LEN (SYNCS + KCAN_KLP_MIN)
#define BUF_LEN (2 * KCAN_KAT_MAX)

enum step { LOOK, ASK, REQUEST, PROVE, CHECK, STEPS };

struct kcan_serialreq {
	struct kcan_serialreq_cfg cfg;
	struct kcan_serialreq_result result;
	enum step step;
	bool handed;	   /* bytes of this step were handed out ... */
	uint64_t until_us; /* ... and written: wait so long for an answer */
	uint64_t end_us;   /* when to stop asking for Katapult */
	bool stuck;	   /* Katapult's, but not its answer: may be stuck */
	struct kcan_stream heard;
	uint8_t buf[BUF_LEN];
	uint8_t connect[KCAN_KAT_MIN];
	uint8_t ask[ASK_LEN];
};

int kcan_serialreq_new(struct kcan_serialreq **out,
		       const struct kcan_serialreq_cfg *cfg)
{
	const struct kcan_kat_block connect = { .code = KCAN_KAT_CONNECT };
	const struct kcan_klp_block empty = { .seq = OUR_SEQ };
	uint8_t block[KCAN_KAT_MAX];
	struct kcan_serialreq *req;

	if (!cfg->timeout_us || !cfg->baud_bps || !cfg->katapult_bps)
		return -EINVAL;
	req = calloc(1, sizeof(*req));
	if (!req)
		return -ENOMEM;
	req->cfg = *cfg;
	req->end_us = UINT64_MAX;
	kcan_stream_init(&req->heard, req->buf, sizeof(req->buf));
	kcan_kat_encode(block, &connect);
	memcpy(req->connect, block, sizeof(req->connect));
	kcan_klp_encode(block, &empty);
	memset(req->ask, KCAN_KLP_SYNC, SYNCS);
	memcpy(req->ask + SYNCS, block, KCAN_KLP_MIN);
	*out = req;
	return 0;
}

void kcan_serialreq_free(struct kcan_serialreq *req)
{
	free(req);
}

static struct kcan_serialreq_send bytes_of(const struct kcan_serialreq *req)
{
	static const uint8_t request[] = KCAN_SERIALREQ_STRING;

	if (req->step == LOOK || req->step == PROVE)
		return (struct kcan_serialreq_send){ req->cfg.katapult_bps,
						     req->connect,
						     sizeof(req->connect) };
	if (req->step == REQUEST)
		return (struct kcan_serialreq_send){ req->cfg.baud_bps, request,
						     KCAN_SERIALREQ_LEN };
	return (struct kcan_serialreq_send){ req->cfg.baud_bps, req->ask,
					     sizeof(req->ask) };
}

static void go(struct kcan_serialreq *req, enum step step, uint64_t now_us)
{
	req->step = step;
	req->handed = false;
	req->until_us = now_us;
}

static void decide(struct kcan_serialreq *req,
		   enum kcan_serialreq_verdict verdict)
{
	req->result.verdict = verdict;
}

/* The wait of a step is over, and what it asked for did not come. */
static void move_on(struct kcan_serialreq *req, uint64_t now_us)
{
	static const enum step next[STEPS] = {
		[LOOK] = ASK,	 [ASK] = REQUEST, [REQUEST] = PROVE,
		[PROVE] = PROVE, [CHECK] = PROVE,
	};
	bool over = req->step >= PROVE && now_us >= req->end_us;

	if (!over)
		go(req, next[req->step], now_us);
	else if (req->stuck)
		decide(req, KCAN_SERIALREQ_GARBLED);
	else if (req->step == PROVE)
		go(req, CHECK, now_us);
	else
		decide(req, KCAN_SERIALREQ_SILENT);
}

/* Klipper's reset cuts its answer to the request off: that is no noise. */
static void forget(struct kcan_serialreq *req, size_t len)
{
	if (len && req->step != REQUEST)
		req->result.noise = true;
	kcan_stream_drop(&req->heard, len);
}

bool kcan_serialreq_tx(struct kcan_serialreq *req,
		       struct kcan_serialreq_send *send, uint64_t now_us)
{
	if (req->result.verdict || now_us < req->until_us)
		return false;
	/* an answer to an earlier question is none to the next */
	forget(req, req->heard.len);
	if (req->handed)
		move_on(req, now_us);
	if (req->result.verdict)
		return false;
	req->handed = true;
	req->until_us = UINT64_MAX;
	*send = bytes_of(req);
	return true;
}

void kcan_serialreq_sent(struct kcan_serialreq *req, uint64_t now_us)
{
	struct kcan_serialreq_send sent = bytes_of(req);

	now_us += sent.len * BITS * 1000000 / sent.rate_bps;
	req->until_us = now_us + WAIT_US;
	if (req->step != REQUEST)
		return;
	req->result.requested = true;
	req->end_us = now_us + req->cfg.timeout_us;
}

/* A whole block of Katapult's, from it or as our own comes back. */
static void take_katapult(struct kcan_serialreq *req,
			  const struct kcan_kat_block *block)
{
	if (block->code == KCAN_KAT_CONNECT) {
		req->result.echo = true;
	} else if (!kcan_kat_decode_ident(&req->result.ident, block)) {
		decide(req, req->result.requested ? KCAN_SERIALREQ_PROVEN :
						    KCAN_SERIALREQ_ALREADY);
	} else if ((req->step == LOOK || req->step == PROVE) && !req->stuck) {
		/* it is there: no request, and one more CONNECT, no more */
		req->stuck = true;
		req->step = PROVE;
		req->end_us = req->until_us + WAIT_US;
	}
}

/*
 * A whole block of Klipper's. It never answers an empty block with the sequence
 * of that block (section 4.2): such a one may be our own that comes back.
 */
static void take_klipper(struct kcan_serialreq *req,
			 const struct kcan_klp_block *block, uint64_t now_us)
{
	bool ours = !block->len && block->seq == OUR_SEQ;

	/* it answered what was asked before this step */
	if (!req->handed)
		return;
	if (req->step == LOOK || (req->step == ASK && !ours)) {
		req->result.klipper = true;
		go(req, REQUEST, now_us);
	} else if (req->step == PROVE && req->result.requested) {
		/* it hears what is said to Katapult, so ask it at once */
		go(req, CHECK, now_us);
	} else if (req->step == CHECK && !ours) {
		decide(req, KCAN_SERIALREQ_APPLICATION);
	}
}

/* Return: the length of the block at the front of these bytes, or 0. */
static size_t take_block(struct kcan_serialreq *req, const uint8_t *buf,
			 size_t len, uint64_t now_us)
{
	struct kcan_kat_block kat;
	struct kcan_klp_block klp;
	int used = kcan_kat_decode(&kat, buf, len);

	if (used > 0) {
		take_katapult(req, &kat);
		return (size_t)used;
	}
	used = kcan_klp_decode(&klp, buf, len);
	if (used <= 0)
		return 0;
	take_klipper(req, &klp, now_us);
	return (size_t)used;
}

/* Blocks are looked for at every byte: noise may begin like one. */
static void take_blocks(struct kcan_serialreq *req, uint64_t now_us)
{
	struct kcan_stream *s = &req->heard;
	size_t at = 0, used;

	while (at < s->len && !req->result.verdict) {
		used = take_block(req, s->buf + at, s->len - at, now_us);
		if (used)
			kcan_stream_drop(s, at + used);
		at = used ? 0 : at + 1;
	}
}

void kcan_serialreq_rx(struct kcan_serialreq *req, const uint8_t *bytes,
		       size_t len, uint64_t now_us)
{
	struct kcan_stream *s = &req->heard;
	size_t n;

	while (len && !req->result.verdict) {
		/* what begins a block in this half has ended it by now */
		if (s->len == sizeof(req->buf))
			forget(req, sizeof(req->buf) - KCAN_KAT_MAX);
		n = sizeof(req->buf) - s->len;
		n = len < n ? len : n;
		kcan_stream_push(s, bytes, n);
		take_blocks(req, now_us);
		bytes += n;
		len -= n;
	}
}

uint64_t kcan_serialreq_deadline(const struct kcan_serialreq *req)
{
	return req->result.verdict ? UINT64_MAX : req->until_us;
}

struct kcan_serialreq_result
kcan_serialreq_result(const struct kcan_serialreq *req)
{
	return req->result;
}
