// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Two questions that tell one firmware from all others, and what that is. */
#include "proto/running.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proto/klp_ask.h"

#define LAST_BYTES 40 /* what Klipper's host asks for at a time */

enum step { STEP_LAST, STEP_BEHIND, STEP_OTHER, STEP_RESET };

struct kcan_running {
	struct kcan_klp_ask talk;
	struct kcan_running_cfg cfg;
	enum step step;
	enum kcan_running_verdict verdict;
	/* OTHER: its dictionary */
	bool whole;
	size_t other_len;
	uint8_t other[KCAN_RUNNING_DICTIONARY_MAX];
};

static uint32_t count_of(const struct kcan_running *p)
{
	if (p->step == STEP_OTHER)
		return LAST_BYTES;
	return p->cfg.len && p->cfg.len < LAST_BYTES ? (uint32_t)p->cfg.len :
						       LAST_BYTES;
}

static uint32_t offset_of(const struct kcan_running *p)
{
	bool last = p->step == STEP_LAST && p->cfg.len;

	if (p->step == STEP_OTHER)
		return (uint32_t)p->other_len;
	return (uint32_t)p->cfg.len - (last ? count_of(p) : 0);
}

static bool question(void *ctx, struct kcan_klp_question *out)
{
	const struct kcan_running *p = ctx;

	if (p->step < STEP_RESET)
		kcan_klp_ask_identify(out, offset_of(p), count_of(p));
	else
		*out = (struct kcan_klp_question){ .ask = *p->cfg.reset,
						   .unanswered = true };
	return true;
}

static void decide(struct kcan_running *p, enum kcan_running_verdict verdict)
{
	p->verdict = verdict;
	if (verdict == KCAN_RUNNING_OTHER) {
		p->step = STEP_OTHER;
		return;
	}
	if (verdict != KCAN_RUNNING_PROVEN || !p->cfg.reset)
		kcan_klp_ask_stop(&p->talk);
	p->step = STEP_RESET;
}

/* Return: whether it is the answer. */
static bool take_piece(struct kcan_running *p,
		       const struct kcan_klp_value *data)
{
	size_t room = sizeof(p->other) - p->other_len;

	if (data->len > LAST_BYTES)
		return false;
	p->whole = !data->len;
	if (p->whole || data->len > room) {
		kcan_klp_ask_stop(&p->talk);
		return true;
	}
	memcpy(p->other + p->other_len, data->data, data->len);
	p->other_len += data->len;
	return true;
}

static bool is_right(const struct kcan_running *p,
		     const struct kcan_klp_value *data)
{
	if (p->step == STEP_BEHIND)
		return !data->len;
	return data->len == count_of(p) &&
	       !memcmp(data->data, p->cfg.dictionary + offset_of(p), data->len);
}

static bool take(void *ctx, const struct kcan_klp_value *values)
{
	struct kcan_running *p = ctx;

	if (values[0].num != offset_of(p))
		return false;
	if (p->step == STEP_OTHER)
		return take_piece(p, &values[1]);
	if (!p->cfg.len)
		decide(p, KCAN_RUNNING_KLIPPER);
	else if (!is_right(p, &values[1]))
		decide(p, KCAN_RUNNING_OTHER);
	else if (p->step == STEP_BEHIND)
		decide(p, KCAN_RUNNING_PROVEN);
	else
		p->step = STEP_BEHIND;
	return true;
}

int kcan_running_new(struct kcan_running **out, const struct kcan_uuid *uuid,
		     const struct kcan_running_cfg *cfg, uint64_t now_us)
{
	struct kcan_running *p;

	if (!cfg->silence_us || !cfg->talk_us ||
	    !cfg->dictionary != !cfg->len || cfg->len > UINT32_MAX ||
	    (cfg->reset && cfg->reset->count))
		return -EINVAL;
	p = calloc(1, sizeof(*p));
	if (!p)
		return -ENOMEM;
	p->cfg = *cfg;
	kcan_klp_ask_init(
		&p->talk,
		&(struct kcan_klp_ask_cfg){ .uuid = *uuid,
					    .silence_us = cfg->silence_us,
					    .talk_us = cfg->talk_us,
					    .nodeid = cfg->nodeid,
					    .owner = { question, take, p } },
		now_us);
	*out = p;
	return 0;
}

void kcan_running_free(struct kcan_running *p)
{
	free(p);
}

bool kcan_running_tx(struct kcan_running *p, struct can_frame *frame,
		     uint64_t now_us)
{
	return kcan_klp_ask_tx(&p->talk, frame, now_us);
}

size_t kcan_running_tx_bytes(struct kcan_running *p, const uint8_t **bytes,
			     uint64_t now_us)
{
	return kcan_klp_ask_tx_bytes(&p->talk, bytes, now_us);
}

void kcan_running_rx_bytes(struct kcan_running *p, const uint8_t *bytes,
			   size_t len, uint64_t now_us)
{
	kcan_klp_ask_rx_bytes(&p->talk, bytes, len, now_us);
}

void kcan_running_sent(struct kcan_running *p, uint64_t now_us)
{
	kcan_klp_ask_sent(&p->talk, now_us);
}

void kcan_running_unsent(struct kcan_running *p, uint64_t now_us)
{
	kcan_klp_ask_unsent(&p->talk, now_us);
}

void kcan_running_rx(struct kcan_running *p, const struct can_frame *frame,
		     uint64_t now_us)
{
	kcan_klp_ask_rx(&p->talk, frame, now_us);
}

void kcan_running_abort(struct kcan_running *p)
{
	if (!p->verdict && !p->talk.end)
		p->verdict = KCAN_RUNNING_ABORTED;
	kcan_klp_ask_stop(&p->talk);
}

uint64_t kcan_running_deadline(const struct kcan_running *p)
{
	return kcan_klp_ask_deadline(&p->talk);
}

static enum kcan_running_verdict verdict_of(const struct kcan_running *p)
{
	static const enum kcan_running_verdict verdicts[] = {
		[KCAN_KLP_ASK_TIME_UP] = KCAN_RUNNING_CUT,
		[KCAN_KLP_ASK_SILENT] = KCAN_RUNNING_SILENT,
		[KCAN_KLP_ASK_TAKEN] = KCAN_RUNNING_TAKEN,
		[KCAN_KLP_ASK_UNSENT] = KCAN_RUNNING_UNSENT,
	};

	if (!p->talk.end)
		return KCAN_RUNNING_PENDING;
	return p->verdict ? p->verdict : verdicts[p->talk.end];
}

struct kcan_running_result kcan_running_result(const struct kcan_running *p)
{
	return (struct kcan_running_result){
		.verdict = verdict_of(p),
		.set = p->talk.set,
		.reset = p->talk.end == KCAN_KLP_ASK_SAID ?
				 KCAN_DELIVERY_CONFIRMED :
				 KCAN_DELIVERY_NONE,
		.heard = p->talk.heard,
	};
}

const uint8_t *kcan_running_other(const struct kcan_running *p, size_t *len)
{
	*len = p->other_len;
	return p->verdict == KCAN_RUNNING_OTHER && p->whole ? p->other : NULL;
}
