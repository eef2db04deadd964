// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Klipper's message blocks: klipper-mcu-protocol.md, sections 3 and 4. */
#include <kcan/klp.h>

#include <errno.h>
#include <string.h>

#include "util/crc16.h"

#define HEAD 2	/* length, sequence */
#define TRAIL 3 /* CRC, sync */
#define SEQ_MARK 0x10
#define SEQ_MASK 0x0f

int kcan_klp_encode(uint8_t out[static KCAN_KLP_MAX],
		    const struct kcan_klp_block *block)
{
	uint8_t *trail;
	uint16_t crc;

	if (block->len > KCAN_KLP_CONTENT_MAX)
		return -EMSGSIZE;
	trail = out + HEAD + block->len;
	out[0] = KCAN_KLP_MIN + block->len;
	out[1] = SEQ_MARK | (block->seq & SEQ_MASK);
	if (block->len)
		memcpy(out + HEAD, block->content, block->len);
	crc = util_crc16(out, HEAD + block->len);
	trail[0] = crc >> 8;
	trail[1] = (uint8_t)crc;
	trail[2] = KCAN_KLP_SYNC;
	return out[0];
}

int kcan_klp_decode(struct kcan_klp_block *out, const uint8_t *buf, size_t len)
{
	const uint8_t *trail;
	uint16_t crc;

	if (len < KCAN_KLP_MIN)
		return 0;
	if (buf[0] < KCAN_KLP_MIN || buf[0] > KCAN_KLP_MAX ||
	    (buf[1] & ~SEQ_MASK) != SEQ_MARK)
		return -EBADMSG;
	if (len < buf[0])
		return 0;
	trail = buf + buf[0] - TRAIL;
	crc = util_crc16(buf, buf[0] - TRAIL);
	if (trail[0] != crc >> 8 || trail[1] != (uint8_t)crc ||
	    trail[2] != KCAN_KLP_SYNC)
		return -EBADMSG;
	*out = (struct kcan_klp_block){ .seq = buf[1] & SEQ_MASK,
					.len = buf[0] - KCAN_KLP_MIN,
					.content = buf + HEAD };
	return buf[0];
}

/* Noise ends with a sync byte, in these bytes or in later ones. */
static struct kcan_klp_step skip(bool *discarding, const uint8_t *buf,
				 size_t len)
{
	const uint8_t *sync = memchr(buf, KCAN_KLP_SYNC, len);

	*discarding = !sync;
	return (struct kcan_klp_step){
		.event = KCAN_KLP_DROP,
		.used = sync ? (size_t)(sync - buf) + 1 : len,
	};
}

/* One NAK for noise until there was a good block. */
static struct kcan_klp_step complain(struct kcan_klp_mcu *m, const uint8_t *buf,
				     size_t len)
{
	struct kcan_klp_step step = skip(&m->discarding, buf, len);

	if (!m->complained)
		step.event = KCAN_KLP_NAK;
	m->complained = true;
	return step;
}

struct kcan_klp_step kcan_klp_mcu_rx(struct kcan_klp_mcu *m, const uint8_t *buf,
				     size_t len)
{
	struct kcan_klp_step step = { .event = KCAN_KLP_WAIT };
	int used;

	if (m->discarding && len)
		return complain(m, buf, len);
	used = kcan_klp_decode(&step.block, buf, len);
	if (!used)
		return step;
	if (used < 0 && buf[0] != KCAN_KLP_SYNC)
		return complain(m, buf, len);
	if (used < 0)
		return skip(&m->discarding, buf, len);
	step.used = (size_t)used;
	m->complained = false;
	step.event = KCAN_KLP_NAK;
	if (step.block.seq == m->expected) {
		m->expected = (m->expected + 1) & SEQ_MASK;
		step.event = KCAN_KLP_BLOCK;
	}
	return step;
}

void kcan_klp_host_init(struct kcan_klp_host *h)
{
	*h = (struct kcan_klp_host){ .next = 1 };
}

int kcan_klp_host_encode(struct kcan_klp_host *h,
			 uint8_t out[static KCAN_KLP_MAX],
			 const uint8_t *content, size_t len)
{
	struct kcan_klp_block block = { .seq = h->next,
					.len = (uint8_t)len,
					.content = content };

	if (len > KCAN_KLP_CONTENT_MAX)
		return -EMSGSIZE;
	if (h->pending == KCAN_KLP_PENDING_MAX)
		return -EAGAIN;
	h->next = (h->next + 1) & SEQ_MASK;
	h->pending++;
	return kcan_klp_encode(out, &block);
}

/* What an MCU's block with @seq, its next expected one, says of ours. */
static enum kcan_klp_event acknowledge(struct kcan_klp_host *h, uint8_t seq,
				       bool empty)
{
	uint8_t acked = (seq - (h->next - h->pending)) & SEQ_MASK;

	if (!acked)
		return empty && h->pending ? KCAN_KLP_NAK : KCAN_KLP_BLOCK;
	if (acked > h->pending && h->synced)
		return KCAN_KLP_DROP;
	h->pending = acked > h->pending ? 0 : h->pending - acked;
	h->next = (seq + h->pending) & SEQ_MASK;
	h->synced = true;
	return KCAN_KLP_BLOCK;
}

struct kcan_klp_step kcan_klp_host_rx(struct kcan_klp_host *h,
				      const uint8_t *buf, size_t len)
{
	struct kcan_klp_step step = { .event = KCAN_KLP_WAIT };
	int used;

	if (h->discarding && len)
		return skip(&h->discarding, buf, len);
	used = kcan_klp_decode(&step.block, buf, len);
	if (used < 0)
		return skip(&h->discarding, buf, len);
	if (!used)
		return step;
	step.used = (size_t)used;
	step.event = acknowledge(h, step.block.seq, !step.block.len);
	return step;
}
