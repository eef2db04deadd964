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

/* Noise: one NAK until there was a good block. */
static struct kcan_klp_step discard(struct kcan_klp_mcu *m, const uint8_t *buf,
				    size_t len)
{
	const uint8_t *sync = memchr(buf, KCAN_KLP_SYNC, len);
	struct kcan_klp_step step = {
		.event = m->complained ? KCAN_KLP_DROP : KCAN_KLP_NAK,
		.used = sync ? (size_t)(sync - buf) + 1 : len,
	};

	m->discarding = !sync;
	m->complained = true;
	return step;
}

struct kcan_klp_step kcan_klp_mcu_rx(struct kcan_klp_mcu *m, const uint8_t *buf,
				     size_t len)
{
	struct kcan_klp_step step = { .event = KCAN_KLP_WAIT };
	int used;

	if (m->discarding && len)
		return discard(m, buf, len);
	used = kcan_klp_decode(&step.block, buf, len);
	if (!used)
		return step;
	if (used < 0 && buf[0] != KCAN_KLP_SYNC)
		return discard(m, buf, len);
	step.used = used < 0 ? 1 : (size_t)used;
	step.event = KCAN_KLP_DROP;
	if (used < 0)
		return step;
	m->complained = false;
	step.event = KCAN_KLP_NAK;
	if (step.block.seq == m->expected) {
		m->expected = (m->expected + 1) & SEQ_MASK;
		step.event = KCAN_KLP_BLOCK;
	}
	return step;
}
