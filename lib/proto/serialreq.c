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

/* The first number of a host's session: klipper-mcu-protocol.md, section 4.4. */
#define OUR_SEQ 1
#define SEQ_MASK 0x0f
#define SYNCS KCAN_KLP_MAX
#define ASK_LEN (SYNCS + KCAN_KLP_MIN)
#define BUF_LEN (2 * KCAN_KAT_MAX)

/* A code that Katapult refuses; flashtool.py sends it on USB (section 6). */
#define UNKNOWN 0x90

enum step { LOOK, ASK, REQUEST, PROVE, CONFIRM, CHECK, RECHECK, STEPS };

struct kcan_serialreq {
	struct kcan_serialreq_cfg cfg;
	struct kcan_serialreq_result result;
	enum step step;
	bool handed; /* bytes of this step were handed out ... */
	bool left;   /* ... and have left: what comes may answer them ... */
	uint64_t until_us; /* ... until then */
	uint64_t end_us;   /* when to stop asking for Katapult */
	bool stuck;	   /* Katapult's, but not its answer: may be stuck */
	bool told;	   /* Katapult told who it is, then or long ago */
	bool looked_again;
	struct kcan_stream heard;
	uint8_t buf[BUF_LEN];
	uint8_t connect[KCAN_KAT_MAX];	   /* KCAN_KAT_MIN of them are used */
	uint8_t unknown[KCAN_KAT_MAX];	   /* likewise */
	uint8_t ask[SYNCS + KCAN_KLP_MAX]; /* ASK_LEN */
	uint8_t ask_again[KCAN_KLP_MAX];   /* KCAN_KLP_MIN */
	uint8_t seq;			   /* in that */
};

int kcan_serialreq_new(struct kcan_serialreq **out,
		       const struct kcan_serialreq_cfg *cfg)
{
	const struct kcan_kat_block connect = { .code = KCAN_KAT_CONNECT };
	const struct kcan_kat_block unknown = { .code = UNKNOWN };
	const struct kcan_klp_block empty = { .seq = OUR_SEQ };
	struct kcan_serialreq *req;

	if (!cfg->timeout_us || !cfg->baud_bps || !cfg->katapult_bps)
		return -EINVAL;
	req = calloc(1, sizeof(*req));
	if (!req)
		return -ENOMEM;
	req->cfg = *cfg;
	req->end_us = UINT64_MAX;
	req->step = cfg->present ? PROVE : LOOK;
	kcan_stream_init(&req->heard, req->buf, sizeof(req->buf));
	kcan_kat_encode(req->connect, &connect);
	kcan_kat_encode(req->unknown, &unknown);
	memset(req->ask, KCAN_KLP_SYNC, SYNCS);
	kcan_klp_encode(req->ask + SYNCS, &empty);
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
	const uint32_t app = req->cfg.baud_bps, kat = req->cfg.katapult_bps;
	const struct kcan_serialreq_send sends[STEPS] = {
		[LOOK] = { kat, req->connect, KCAN_KAT_MIN },
		[ASK] = { app, req->ask, ASK_LEN },
		[REQUEST] = { app, request, KCAN_SERIALREQ_LEN },
		[PROVE] = { kat, req->connect, KCAN_KAT_MIN },
		[CONFIRM] = { kat, req->unknown, KCAN_KAT_MIN },
		[CHECK] = { app, req->ask, ASK_LEN },
		[RECHECK] = { app, req->ask_again, KCAN_KLP_MIN },
	};
	struct kcan_serialreq_send send = sends[req->step];

	send.wire_us = send.len * BITS * 1000000 / send.rate_bps;
	return send;
}

static void go(struct kcan_serialreq *req, enum step step, uint64_t now_us)
{
	req->step = step;
	req->handed = req->left = false;
	req->until_us = now_us;
}

static void decide(struct kcan_serialreq *req,
		   enum kcan_serialreq_verdict verdict)
{
	req->result.verdict = verdict;
}

/* Who told who it is before the request, but refused nothing behind it. */
static void doubt(struct kcan_serialreq *req, uint64_t now_us)
{
	if (req->looked_again)
		decide(req, KCAN_SERIALREQ_GARBLED);
	else
		go(req, LOOK, now_us);
	req->looked_again = true;
}

/* The wait of a step is over, and what it asked for did not come. */
static void move_on(struct kcan_serialreq *req, uint64_t now_us)
{
	static const enum step next[STEPS] = {
		[LOOK] = ASK,	   [ASK] = REQUEST,   [REQUEST] = PROVE,
		[PROVE] = PROVE,   [CONFIRM] = PROVE, [CHECK] = PROVE,
		[RECHECK] = PROVE,
	};
	bool over = req->step >= PROVE && now_us >= req->end_us;

	if (over && req->stuck)
		decide(req, KCAN_SERIALREQ_GARBLED);
	else if (over && req->step < CHECK && !req->cfg.present)
		go(req, CHECK, now_us);
	else if (over)
		decide(req, req->told ? KCAN_SERIALREQ_GARBLED :
					KCAN_SERIALREQ_SILENT);
	else if (req->step == CONFIRM && req->end_us == UINT64_MAX)
		doubt(req, now_us);
	else
		go(req, next[req->step], now_us);
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
	req->left = true;
	now_us += bytes_of(req).wire_us;
	req->until_us = now_us + WAIT_US;
	if (req->step == REQUEST)
		req->result.requested = true;
	if (req->step == REQUEST ||
	    (req->cfg.present && req->end_us == UINT64_MAX))
		req->end_us = now_us + req->cfg.timeout_us;
}

/*
 * A whole block of Katapult's, from it or as our own comes back. Of several that
 * tell who it is the last one is what it says now.
 */
static void take_katapult(struct kcan_serialreq *req,
			  const struct kcan_kat_block *block, uint64_t now_us)
{
	bool asks_who = req->handed &&
			(req->step == LOOK || req->step == PROVE);

	if (block->code == KCAN_KAT_CONNECT || block->code == UNKNOWN) {
		req->result.echo = true;
	} else if (!kcan_kat_decode_ident(&req->result.ident, block)) {
		req->told = true;
		if (asks_who)
			go(req, CONFIRM, now_us);
	} else if (req->step == CONFIRM && req->handed &&
		   block->code == KCAN_KAT_ERROR) {
		decide(req, req->result.requested ? KCAN_SERIALREQ_PROVEN :
						    KCAN_SERIALREQ_ALREADY);
	} else if (asks_who && !req->stuck) {
		/* it is there: no request, and one more CONNECT, no more */
		req->stuck = true;
		req->step = PROVE;
		req->end_us = req->until_us + WAIT_US;
	}
}

/* It counts on from the sequence that it told, when it is there to do so. */
static void check_again(struct kcan_serialreq *req, uint8_t seq,
			uint64_t now_us)
{
	req->result.klipper = true;
	req->seq = seq;
	kcan_klp_encode(req->ask_again, &(struct kcan_klp_block){ .seq = seq });
	go(req, RECHECK, now_us);
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
		check_again(req, block->seq, now_us);
	} else if (req->step == RECHECK && !block->len &&
		   block->seq == ((req->seq + 1) & SEQ_MASK)) {
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
		take_katapult(req, &kat, now_us);
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

	while (len && req->left && !req->result.verdict) {
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
