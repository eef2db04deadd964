// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * Any bytes and any blocks at any time, with any fate of what is sent: it ends
 * in time, sends nothing but its SET and whole questions, takes nothing for an
 * answer before its challenge came back, is sure of a UUID only when that came,
 * and hands out no more of a dictionary than it was told.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "proto/diagnose.h"

#define SIZE_MAX_IN 600
#define SILENCE_US 500000
#define TALK_US 1000000

static const struct kcan_uuid UUID = { { 0xca, 0x46, 0x3a, 0x06, 0xa1, 0xac } };
/* identify_response for the offset of the challenge 13579BDF, without bytes */
static const uint8_t ECHO[7] = { 0x00, 0x81, 0x9a, 0xde, 0xb7, 0x5f, 0x00 };
/* A number may be longer than it has to be: what all that are the challenge end with. */
#define ECHO_END (ECHO + 2)
#define ECHO_END_LEN 5
static const uint8_t SET[8] = { 0x01, 0xca, 0x46, 0x3a, 0x06, 0xa1, 0xac, 4 };

struct run {
	struct kcan_diagnose *d;
	uint64_t now;
	uint8_t seq; /* of the question that went out last */
	size_t heard_len;
	bool asked; /* a whole question was taken */
	bool echoed;
	bool has_uuid;
};

static void hear(struct run *r, const uint8_t *data, size_t len)
{
	struct can_frame frame = { .can_id = 0x109 };

	r->heard_len += len;
	r->echoed |= r->asked && len &&
		     memmem(data, len, ECHO_END, ECHO_END_LEN);
	for (size_t at = 0; at < len; at += frame.can_dlc) {
		frame.can_dlc = (uint8_t)(len - at < 8 ? len - at : 8);
		memcpy(frame.data, data + at, frame.can_dlc);
		kcan_diagnose_rx(r->d, &frame, r->now);
	}
}

/* A well-formed one, for the question that is open or @ahead of it. */
static void hear_block(struct run *r, uint8_t ahead, const uint8_t *content,
		       size_t len)
{
	uint8_t block[KCAN_KLP_MAX];
	int size = kcan_klp_encode(
		block, &(struct kcan_klp_block){ .seq = r->seq + 1u + ahead,
						 .len = (uint8_t)len,
						 .content = content });

	check(size > 0);
	r->has_uuid |= len && memmem(content, len, UUID.b, KCAN_UUID_LEN);
	hear(r, block, (size_t)size);
}

static void go_on(struct run *r)
{
	static const struct kcan_klp_format ask = {
		KCAN_KLP_COMMAND, 10, 0, { 0 }
	};
	static const struct kcan_klp_format answer = {
		KCAN_KLP_RESPONSE, 21, 2, { KCAN_KLP_BYTES, KCAN_KLP_U32 }
	};
	size_t len;
	const uint8_t *bytes = kcan_diagnose_dictionary(r->d, &len);
	uint8_t sum = 0;

	if (!bytes)
		return;
	check(len <= r->heard_len && len <= KCAN_DIAGNOSE_DICTIONARY_MAX);
	for (size_t i = 0; i < len; i++)
		sum ^= bytes[i];
	kcan_diagnose_ask_uuid(r->d, sum == 0xff ? NULL : &ask, &answer,
			       r->now);
}

static void note_sent(struct run *r, const struct can_frame *frame)
{
	check(frame->can_id == 0x3f0 || frame->can_id == 0x108);
	if (frame->can_id == 0x3f0)
		check(frame->can_dlc == 8 && !memcmp(frame->data, SET, 8));
	else if (frame->can_dlc > 1)
		r->seq = frame->data[frame->data[0] == 0x7e ? 2 : 1] & 15;
}

/* @fate: 0 confirmed, 1 no room, 2 confirmed later or never */
static void send(struct run *r, unsigned int fate)
{
	struct can_frame frame;

	if (kcan_diagnose_deadline(r->d) != UINT64_MAX &&
	    kcan_diagnose_deadline(r->d) > r->now)
		r->now = kcan_diagnose_deadline(r->d);
	if (!kcan_diagnose_tx(r->d, &frame, r->now))
		return;
	note_sent(r, &frame);
	r->asked |= fate != 1 && frame.can_id == 0x108 &&
		    frame.data[frame.can_dlc - 1] == KCAN_KLP_SYNC;
	if (fate == 1)
		kcan_diagnose_unsent(r->d, r->now);
	else if (fate == 0)
		kcan_diagnose_sent(r->d, r->now);
}

static void finish(struct run *r)
{
	struct kcan_diagnose_result result;
	unsigned int turns = 0;
	uint64_t start = r->now;

	while (kcan_diagnose_deadline(r->d) != UINT64_MAX) {
		check(turns++ < 1000);
		go_on(r);
		send(r, 0);
	}
	check(r->now <= start + 2 * SILENCE_US + TALK_US);
	result = kcan_diagnose_result(r->d);
	check(result.verdict != KCAN_DIAGNOSE_PENDING);
	check(!result.answered || r->echoed);
	if (result.verdict == KCAN_DIAGNOSE_CONFIRMED)
		check(r->has_uuid && result.answered && result.whole);
	if (result.verdict == KCAN_DIAGNOSE_ANSWERED)
		check(result.answered);
}

/* Return: how many of the bytes at @data were used. */
static size_t act(struct run *r, uint8_t op, const uint8_t *data, size_t size)
{
	static const uint8_t id[] = { 21,   6,	  0xca, 0x46, 0x3a,
				      0x06, 0xa1, 0xac, 4 };
	static const struct can_frame given_away = {
		.can_id = 0x3f0,
		.can_dlc = 8,
		.data = { 1, 1, 2, 3, 4, 5, 6, 4 },
	};
	size_t len = op & 63;

	len = len < size ? len : size;
	len = len < KCAN_KLP_CONTENT_MAX ? len : KCAN_KLP_CONTENT_MAX;
	go_on(r);
	if (op & 0x80) {
		hear_block(r, op & 0x40 ? data[0] & 15 : 0, data, len);
		return len;
	}
	if (op & 0x40) {
		hear(r, data, len);
		return len;
	}
	if (op == 0x3f)
		kcan_diagnose_abort(r->d);
	else if (op == 0x3e)
		hear_block(r, 0, id, sizeof(id));
	else if (op == 0x3d)
		hear_block(r, 0, ECHO, sizeof(ECHO));
	else if (op == 0x3c)
		kcan_diagnose_rx(r->d, &given_away, r->now);
	else if (op & 0x20)
		send(r, op % 3);
	else
		r->now += op * 1000u;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kcan_diagnose_cfg cfg = { SILENCE_US, TALK_US, 0x13579bdf, 4 };
	struct run r = { 0 };
	size_t used;

	if (!size || size > SIZE_MAX_IN ||
	    kcan_diagnose_new(&r.d, &UUID, &cfg, 0))
		return 0;
	for (size_t at = 0; at + 1 < size; at += used)
		used = 1 + act(&r, data[at], data + at + 1, size - at - 1);
	finish(&r);
	kcan_diagnose_free(r.d);
	return 0;
}
