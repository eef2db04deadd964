// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Who a Klipper node is: its dictionary, and then its UUID. */
#include "proto/diagnose.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proto/klp_ask.h"

#define IDENTIFY_COUNT 40 /* what Klipper's host asks for at a time */
#define BEYOND (1u << 24) /* no dictionary has this offset */

struct kcan_diagnose {
	struct kcan_klp_ask talk;
	struct kcan_diagnose_cfg cfg;
	enum kcan_diagnose_verdict verdict;
	struct kcan_uuid other;
	bool whole, too_long;
	struct kcan_klp_format ask, answer; /* for its UUID */
	bool asks_uuid;
	uint8_t dictionary[KCAN_DIAGNOSE_DICTIONARY_MAX];
	size_t dictionary_len;
};

static uint32_t next_offset(const struct kcan_diagnose *d)
{
	return d->talk.answered ? (uint32_t)d->dictionary_len :
				  d->cfg.challenge | BEYOND;
}

static uint32_t next_count(const struct kcan_diagnose *d)
{
	return d->dictionary_len ? IDENTIFY_COUNT :
				   1 + d->cfg.challenge % IDENTIFY_COUNT;
}

static bool question(void *ctx, struct kcan_klp_question *out)
{
	const struct kcan_diagnose *d = ctx;

	if (d->asks_uuid)
		*out = (struct kcan_klp_question){ .ask = d->ask,
						   .answer = d->answer };
	else
		kcan_klp_ask_identify(out, next_offset(d), next_count(d));
	return d->asks_uuid || !d->whole;
}

static void decide(struct kcan_diagnose *d, enum kcan_diagnose_verdict verdict)
{
	d->verdict = verdict;
	kcan_klp_ask_stop(&d->talk);
}

/* Return: whether it is the answer: the same offset comes back. */
static bool take_piece(struct kcan_diagnose *d,
		       const struct kcan_klp_value *values)
{
	const struct kcan_klp_value *data = &values[1];

	if (values[0].num != next_offset(d) || data->len > next_count(d))
		return false;
	if (!d->talk.answered)
		return !data->len;
	if (data->len > sizeof(d->dictionary) - d->dictionary_len) {
		d->too_long = true;
		decide(d, KCAN_DIAGNOSE_ANSWERED);
		return true;
	}
	d->whole = !data->len;
	memcpy(d->dictionary + d->dictionary_len, data->data, data->len);
	d->dictionary_len += data->len;
	return true;
}

static void take_uuid(struct kcan_diagnose *d,
		      const struct kcan_klp_value *values)
{
	const struct kcan_klp_value *value = values;

	for (size_t i = 0; i < d->answer.count && !value->data; i++)
		value++;
	if (value == values + d->answer.count || value->len != KCAN_UUID_LEN) {
		decide(d, KCAN_DIAGNOSE_ANSWERED);
		return;
	}
	memcpy(d->other.b, value->data, KCAN_UUID_LEN);
	decide(d, kcan_uuid_equal(&d->other, &d->talk.cfg.uuid) ?
			  KCAN_DIAGNOSE_CONFIRMED :
			  KCAN_DIAGNOSE_WRONG_UUID);
}

static bool take(void *ctx, const struct kcan_klp_value *values)
{
	struct kcan_diagnose *d = ctx;

	if (!d->asks_uuid)
		return take_piece(d, values);
	take_uuid(d, values);
	return true;
}

int kcan_diagnose_new(struct kcan_diagnose **out, const struct kcan_uuid *uuid,
		      const struct kcan_diagnose_cfg *cfg, uint64_t now_us)
{
	struct kcan_diagnose *d;

	if (!cfg->silence_us || !cfg->talk_us || !cfg->nodeid)
		return -EINVAL;
	d = calloc(1, sizeof(*d));
	if (!d)
		return -ENOMEM;
	d->cfg = *cfg;
	kcan_klp_ask_init(
		&d->talk,
		&(struct kcan_klp_ask_cfg){ .uuid = *uuid,
					    .silence_us = cfg->silence_us,
					    .talk_us = cfg->talk_us,
					    .nodeid = cfg->nodeid,
					    .owner = { question, take, d } },
		now_us);
	*out = d;
	return 0;
}

void kcan_diagnose_free(struct kcan_diagnose *d)
{
	free(d);
}

static enum kcan_diagnose_verdict verdict_of(const struct kcan_diagnose *d)
{
	static const enum kcan_diagnose_verdict verdicts[] = {
		[KCAN_KLP_ASK_PENDING] = KCAN_DIAGNOSE_PENDING,
		[KCAN_KLP_ASK_TIME_UP] = KCAN_DIAGNOSE_ANSWERED,
		[KCAN_KLP_ASK_SILENT] = KCAN_DIAGNOSE_SILENT,
		[KCAN_KLP_ASK_TAKEN] = KCAN_DIAGNOSE_TAKEN,
		[KCAN_KLP_ASK_UNSENT] = KCAN_DIAGNOSE_UNSENT,
	};

	return d->talk.end == KCAN_KLP_ASK_STOPPED ? d->verdict :
						     verdicts[d->talk.end];
}

struct kcan_diagnose_result kcan_diagnose_result(const struct kcan_diagnose *d)
{
	return (struct kcan_diagnose_result){
		.verdict = verdict_of(d),
		.set = d->talk.set,
		.heard = d->talk.heard,
		.answered = d->talk.answered,
		.whole = d->whole,
		.too_long = d->too_long,
		.other = d->other,
	};
}

bool kcan_diagnose_tx(struct kcan_diagnose *d, struct can_frame *frame,
		      uint64_t now_us)
{
	return kcan_klp_ask_tx(&d->talk, frame, now_us);
}

void kcan_diagnose_sent(struct kcan_diagnose *d, uint64_t now_us)
{
	kcan_klp_ask_sent(&d->talk, now_us);
}

void kcan_diagnose_unsent(struct kcan_diagnose *d, uint64_t now_us)
{
	kcan_klp_ask_unsent(&d->talk, now_us);
}

void kcan_diagnose_rx(struct kcan_diagnose *d, const struct can_frame *frame,
		      uint64_t now_us)
{
	kcan_klp_ask_rx(&d->talk, frame, now_us);
}

static bool is_waiting(const struct kcan_diagnose *d)
{
	return d->talk.idle && !d->asks_uuid;
}

const uint8_t *kcan_diagnose_dictionary(const struct kcan_diagnose *d,
					size_t *len)
{
	if (!is_waiting(d))
		return NULL;
	*len = d->dictionary_len;
	return d->dictionary;
}

void kcan_diagnose_ask_uuid(struct kcan_diagnose *d,
			    const struct kcan_klp_format *ask,
			    const struct kcan_klp_format *answer,
			    uint64_t now_us)
{
	if (!is_waiting(d))
		return;
	d->asks_uuid = true;
	if (!ask || ask->count) {
		decide(d, KCAN_DIAGNOSE_ANSWERED);
		return;
	}
	d->ask = *ask;
	d->answer = *answer;
	kcan_klp_ask_go_on(&d->talk, now_us);
}

void kcan_diagnose_abort(struct kcan_diagnose *d)
{
	if (d->talk.end)
		return;
	decide(d, KCAN_DIAGNOSE_ABORTED);
}

uint64_t kcan_diagnose_deadline(const struct kcan_diagnose *d)
{
	return kcan_klp_ask_deadline(&d->talk);
}
