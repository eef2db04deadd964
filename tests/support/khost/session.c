// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * What a Klipper host sends again, and when: klipper-mcu-protocol.md, sections
 * 4.4 and 15.4. How round trips make a timeout is as RFC 6298 has it.
 */
#include "session.h"

#include <errno.h>
#include <string.h>

#define RTO_MIN_US 25000u
#define RTO_MAX_US 5000000u

void session_init(struct session *s, const struct session_ops *ops)
{
	*s = (struct session){ .ops = *ops,
			       .rto_us = RTO_MIN_US,
			       .deadline_us = UINT64_MAX };
	kcan_klp_host_init(&s->link);
	kcan_stream_init(&s->rx, s->rx_buf, sizeof(s->rx_buf));
}

static uint64_t acknowledged(const struct session *s)
{
	return s->sent - s->link.pending;
}

static struct session_block *block_of(struct session *s, uint64_t number)
{
	return &s->blocks[number % KCAN_KLP_PENDING_MAX];
}

/* A block has the room that it needs at most, and nothing else matters. */
static bool fits(struct session *s)
{
	unsigned int bytes = KCAN_KLP_MAX;

	if (!s->window || !s->link.pending)
		return true;
	for (uint64_t i = acknowledged(s); i < s->sent; i++)
		bytes += block_of(s, i)->len;
	if (s->finished < acknowledged(s))
		bytes += s->last_len;
	return bytes <= s->window;
}

int session_send(struct session *s, const uint8_t *content, size_t len,
		 uint64_t *number)
{
	struct session_block *b = block_of(s, s->sent);
	int used;

	if (!fits(s) || s->link.pending == KCAN_KLP_PENDING_MAX)
		return -EAGAIN;
	used = kcan_klp_host_encode(&s->link, b->bytes, content, len);
	if (used < 0)
		return used;
	b->len = (uint8_t)used;
	b->again = false;
	*number = s->sent++;
	b->sent_us = s->ops.send(s->ops.arg, b->bytes, b->len);
	if (s->link.pending == 1)
		s->deadline_us = b->sent_us + s->rto_us;
	return 0;
}

/* All that is not acknowledged, in one go. */
static void retransmit(struct session *s)
{
	uint8_t bytes[1 + KCAN_KLP_PENDING_MAX * KCAN_KLP_MAX];
	size_t len = 0;

	bytes[len++] = KCAN_KLP_SYNC;
	for (uint64_t i = acknowledged(s); i < s->sent; i++) {
		struct session_block *b = block_of(s, i);

		memcpy(bytes + len, b->bytes, b->len);
		len += b->len;
		b->again = true;
	}
	s->bytes_retransmit += (unsigned int)len;
	s->deadline_us = s->ops.send(s->ops.arg, bytes, len) + s->rto_us;
}

static uint64_t clamp(uint64_t us)
{
	if (us < RTO_MIN_US)
		return RTO_MIN_US;
	return us > RTO_MAX_US ? RTO_MAX_US : us;
}

void session_tick(struct session *s, uint64_t now_us)
{
	if (!s->link.pending || now_us < s->deadline_us)
		return;
	s->rto_us = clamp(2 * s->rto_us);
	s->nak_behind = 0;
	retransmit(s);
}

static void measure(struct session *s, const struct session_block *b,
		    uint64_t now_us)
{
	uint64_t rtt = now_us - b->sent_us;
	uint64_t off = rtt > s->srtt_us ? rtt - s->srtt_us : s->srtt_us - rtt;

	if (b->again)
		return;
	s->rttvar_us = s->srtt_us ? (3 * s->rttvar_us + off) / 4 : rtt / 2;
	s->srtt_us = s->srtt_us ? (7 * s->srtt_us + rtt) / 8 : rtt;
	s->rto_us = clamp(s->srtt_us + 4 * s->rttvar_us);
}

static void progress(struct session *s, uint64_t before, uint64_t now_us)
{
	if (acknowledged(s) == before)
		return;
	s->last_len = block_of(s, acknowledged(s) - 1)->len;
	measure(s, block_of(s, acknowledged(s) - 1), now_us);
	s->deadline_us = s->link.pending ? now_us + s->rto_us : UINT64_MAX;
}

/*
 * Each block that came twice is answered with what looks like another NAK: one
 * of them counts for what was sent again.
 */
static void take_nak(struct session *s)
{
	if (acknowledged(s) < s->nak_behind)
		return;
	s->nak_behind = s->sent;
	retransmit(s);
}

/* Return: false when nothing can be done with what was received. */
static bool step(struct session *s, uint64_t now_us)
{
	uint64_t before = acknowledged(s);
	struct kcan_klp_step step =
		kcan_klp_host_rx(&s->link, s->rx.buf, s->rx.len);

	if (step.event == KCAN_KLP_WAIT)
		return false;
	progress(s, before, now_us);
	if (step.event == KCAN_KLP_NAK)
		take_nak(s);
	else if (step.event == KCAN_KLP_DROP && !step.block.content)
		s->bytes_invalid += (unsigned int)step.used;
	else if (step.event == KCAN_KLP_BLOCK && step.block.len)
		s->ops.hear(s->ops.arg, step.block.content, step.block.len);
	else if (step.event == KCAN_KLP_BLOCK)
		s->finished = acknowledged(s);
	kcan_stream_drop(&s->rx, step.used);
	return true;
}

void session_rx(struct session *s, const struct can_frame *frame,
		uint64_t now_us)
{
	kcan_stream_push_frame(&s->rx, frame);
	while (step(s, now_us))
		;
}
