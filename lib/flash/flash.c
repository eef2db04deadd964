// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <kcan/flash.h>

#include <errno.h>
#include <stdlib.h>

#include "flash_machine.h"

#define BLOCK KCAN_KAT_BLOCK_SIZE
#define ABORT_US 1000000

static size_t blocks_of(const struct kcan_flash_cfg *cfg)
{
	if (cfg->goal == KCAN_FLASH_GOAL_START) /* that the first word is in */
		return 1;
	if (cfg->goal == KCAN_FLASH_GOAL_WRITE)
		return flashing_order_blocks(cfg->chip, cfg->len);
	return (cfg->len + BLOCK - 1) / BLOCK;
}

static bool is_sound(const struct kcan_flash_cfg *cfg)
{
	bool reads = cfg->goal == KCAN_FLASH_GOAL_READ;
	bool starts = cfg->goal == KCAN_FLASH_GOAL_START;

	if (cfg->goal == KCAN_FLASH_GOAL_WRITE &&
	    (!cfg->chip || !kcan_chip_erase_size(cfg->chip, cfg->start)))
		return false;
	/* some of what is filled up must still have an address */
	return (cfg->len || starts) &&
	       cfg->len < UINT32_MAX - cfg->start - 4 * BLOCK && cfg->start &&
	       cfg->start % BLOCK == 0 && cfg->start < UINT32_MAX - 4 * BLOCK &&
	       cfg->nodeid != UINT8_MAX &&
	       (starts || (reads ? !!cfg->block : !!cfg->image));
}

static int init(struct kcan_flash *f, const struct kcan_flash_cfg *cfg,
		uint64_t now_us)
{
	bool *marks;

	f->cfg = *cfg;
	f->order.start = cfg->start;
	f->order.blocks = f->result.blocks = blocks_of(cfg);
	if (cfg->goal == KCAN_FLASH_GOAL_WRITE) {
		marks = calloc(f->order.blocks, 2 * sizeof(*marks));
		if (!marks)
			return -ENOMEM;
		flashing_order_init(&f->order, cfg->chip, cfg->start,
				    f->order.blocks, marks);
		for (size_t i = 0; i < f->order.blocks; i++)
			f->order.blank[i] = flashing_is_blank(f, i);
	}
	kcan_stream_init(&f->rx, f->rx_buf, sizeof(f->rx_buf));
	f->phase = cfg->nodeid ? FLASHING_IDENTIFY : FLASHING_CONNECT;
	flashing_say(f, FLASHING_SAID_COMMAND, now_us);
	return 0;
}

int kcan_flash_new(struct kcan_flash **out, const struct kcan_flash_cfg *cfg,
		   uint64_t now_us)
{
	struct kcan_flash *f;
	int err;

	if (!is_sound(cfg))
		return -EINVAL;
	f = calloc(1, sizeof(*f));
	if (!f)
		return -ENOMEM;
	err = init(f, cfg, now_us);
	if (err) {
		free(f);
		return err;
	}
	*out = f;
	return 0;
}

void kcan_flash_free(struct kcan_flash *f)
{
	if (f)
		free(f->order.bad);
	free(f);
}

bool flashing_on_can(const struct kcan_flash *f)
{
	return f->cfg.nodeid;
}

/*
 * Where blocks have to be in order, the first one is refused when who was here
 * before has left some of the others out, and any when one was lost.
 */
static bool is_out_of_order(const struct kcan_flash *f,
			    enum kcan_flash_verdict verdict)
{
	return f->phase == FLASHING_WRITE && verdict == KCAN_FLASH_REFUSED &&
	       f->cfg.chip->layout->write == KCAN_CHIP_WRITE_IN_ORDER;
}

void flashing_decide(struct kcan_flash *f, enum kcan_flash_verdict verdict)
{
	f->result.verdict = verdict;
	f->result.address = flashing_address(f);
	f->result.torn = verdict == KCAN_FLASH_STUCK || flashing_is_torn(f) ||
			 flashing_owes(f) || is_out_of_order(f, verdict);
	f->phase = FLASHING_DONE;
}

void flashing_end(struct kcan_flash *f)
{
	flashing_decide(f, f->result.written ? KCAN_FLASH_FLASHED :
					       KCAN_FLASH_SAME);
}

bool kcan_flash_done(const struct kcan_flash *f)
{
	return f->phase == FLASHING_DONE;
}

bool kcan_flash_gone(struct kcan_flash *f)
{
	if (f->phase == FLASHING_COMPLETE &&
	    (f->tries || !flashing_any(f, FLASHING_WAITS))) {
		f->result.completed = true;
		flashing_end(f);
	}
	return f->phase == FLASHING_DONE;
}

uint64_t kcan_flash_deadline(const struct kcan_flash *f)
{
	if (f->phase == FLASHING_DONE)
		return UINT64_MAX;
	/* a confirmation has to come first */
	if (f->place.set_handed || !flashing_any(f, FLASHING_WAITS) ||
	    (!f->place.assigned && flashing_any(f, FLASHING_TAKEN)))
		return f->until_us;
	return f->due_us < f->until_us ? f->due_us : f->until_us;
}

/* Return: how many bytes must be there before there is something to do. */
static size_t awaited_len(const struct kcan_flash *f)
{
	uint8_t words = flashing_question(f)->ack_words;
	size_t len = words ? KCAN_KAT_MIN + 4u * words : 0;
	size_t next = f->block + 1 + f->ahead;

	if (f->ahead)
		len *= 2;
	/* one more is asked for then */
	if (f->phase == FLASHING_READ_BACK && next < f->order.blocks)
		len -= KCAN_KAT_MIN + 4u * words - FLASHING_AHEAD_LEN;
	return len;
}

size_t kcan_flash_awaits(const struct kcan_flash *f)
{
	size_t len;

	if (f->phase == FLASHING_DONE || !flashing_on_can(f) ||
	    f->due_us != UINT64_MAX)
		return 0;
	len = awaited_len(f);
	return len > f->rx.len ?
		       (len - f->rx.len + CAN_MAX_DLEN - 1) / CAN_MAX_DLEN :
		       0;
}

struct kcan_flash_result kcan_flash_result(const struct kcan_flash *f)
{
	struct kcan_flash_result result = f->result;

	if (f->phase != FLASHING_DONE)
		result.address = flashing_address(f);
	return result;
}

void kcan_flash_rx_bytes(struct kcan_flash *f, const uint8_t *bytes, size_t len,
			 uint64_t now_us)
{
	flashing_rx(f, bytes, len, now_us);
}

void kcan_flash_abort(struct kcan_flash *f, uint64_t now_us)
{
	if (f->phase == FLASHING_DONE)
		return;
	f->aborted = true;
	if (f->phase == FLASHING_COMPLETE &&
	    !flashing_any(f, FLASHING_WAITS)) /* it may start already */
		flashing_end(f);
	else if (!flashing_is_torn(f) && !flashing_owes(f))
		flashing_decide(f, KCAN_FLASH_ABORTED);
	else if (f->until_us > now_us + ABORT_US)
		f->until_us = now_us + ABORT_US;
}
