// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * How an answer is read, and what follows a bad one: katapult-protocol.md,
 * section 8.
 */
#include "ask.h"

#include <limits.h>
#include <string.h>

#define DRAIN_US 250000
#define DRAIN_MAX 1024 /* bytes */
#define PAUSE_US 500000
#define BUSY_US 1500000
#define HEADER_LEN 4 /* up to the length */

static const struct patience {
	int tries;
	uint64_t timeout_us;
} usual = { 5, 2000000 }, send_block = { 3, 5000000 };

const char *ask_verdict_name(enum ask_verdict verdict)
{
	static const char *const names[] = {
		[ASK_OK] = "success",
		[ASK_SILENT] = "no answer",
		[ASK_DAMAGED] = "a damaged answer",
		[ASK_ERROR] = "ERROR",
		[ASK_BUSY] = "BUSY",
		[ASK_NACK] = "NACK",
		[ASK_OTHER_COMMAND] = "an answer to another command",
	};

	return names[verdict];
}

/* Move the bytes up to a trailer. Return: false when there is none yet. */
static bool take_piece(struct kcan_stream *from, struct kcan_stream *to)
{
	for (size_t i = 2; i <= from->len; i++) {
		if (memcmp(from->buf + i - 2, "\x99\x03", 2) != 0)
			continue;
		kcan_stream_push(to, from->buf, i);
		kcan_stream_drop(from, i);
		return true;
	}
	return false;
}

static void drop_until_header(struct kcan_stream *s)
{
	const uint8_t *at = memmem(s->buf, s->len, "\x01\x88", 2);

	kcan_stream_drop(s, at ? (size_t)(at - s->buf) : s->len);
}

static bool is_whole(const struct kcan_stream *s)
{
	return s->len >= HEADER_LEN &&
	       s->len == KCAN_KAT_MIN + 4u * s->buf[HEADER_LEN - 1];
}

/* A piece that is too long never ends: the deadline is what ends it. */
static bool collect(struct wire *w, struct kcan_stream *s, uint64_t deadline_us)
{
	while (!is_whole(s)) {
		while (!take_piece(&w->data, s))
			if (!wire_wait(w, deadline_us))
				return false;
		drop_until_header(s);
	}
	return true;
}

static enum ask_verdict judge(struct answer *a, size_t len, uint8_t command)
{
	if (kcan_kat_decode(&a->block, a->bytes, len) <= 0)
		return ASK_DAMAGED;
	if (a->block.code == KCAN_KAT_ERROR)
		return ASK_ERROR;
	if (a->block.code == KCAN_KAT_BUSY)
		return ASK_BUSY;
	if (a->block.code != KCAN_KAT_ACK)
		return ASK_NACK;
	if (kcan_kat_ack_command(&a->block) != command)
		return ASK_OTHER_COMMAND;
	a->len = 4u * a->block.words - 4u;
	memcpy(a->data, a->block.payload + 4, a->len);
	return ASK_OK;
}

enum ask_verdict ask_once(struct wire *w, const struct kcan_kat_block *request,
			  uint64_t deadline_us, struct answer *answer)
{
	uint8_t bytes[KCAN_KAT_MAX];
	int len = kcan_kat_encode(bytes, request);
	struct kcan_stream s;

	wire_send_data(w, bytes, (size_t)len, ULONG_MAX);
	kcan_stream_init(&s, answer->bytes, sizeof(answer->bytes));
	if (!collect(w, &s, deadline_us))
		return ASK_SILENT;
	return judge(answer, s.len, request->code);
}

static void recover(struct wire *w, enum ask_verdict verdict)
{
	uint64_t deadline_us;
	size_t left = DRAIN_MAX, n;

	if (verdict == ASK_BUSY)
		wire_listen(w, wire_deadline_us(w, BUSY_US));
	deadline_us = wire_deadline_us(w, DRAIN_US);
	do {
		n = w->data.len < left ? w->data.len : left;
		kcan_stream_drop(&w->data, n);
		left -= n;
	} while (left && wire_wait(w, deadline_us));
	wire_listen(w, wire_deadline_us(w, PAUSE_US));
}

enum ask_verdict ask(struct wire *w, const struct kcan_kat_block *request,
		     struct answer *answer)
{
	const struct patience *p =
		request->code == KCAN_KAT_SEND_BLOCK ? &send_block : &usual;
	enum ask_verdict verdict = ASK_SILENT;

	for (int i = 0; i < p->tries; i++) {
		verdict = ask_once(w, request,
				   wire_deadline_us(w, p->timeout_us), answer);
		if (verdict == ASK_OK)
			break;
		recover(w, verdict);
	}
	return verdict;
}
