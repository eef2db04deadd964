// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* How a question is put, and what that may have done once it was handed out. */
#include <kcan/kat.h>

#include "flash_machine.h"
#include "util/cursor.h"

#define QUEUE_US 10000000 /* until all has been taken */

static void compose(struct kcan_flash *f)
{
	uint8_t payload[4 + KCAN_KAT_BLOCK_SIZE];
	struct util_cursor c = util_cursor_on(payload, sizeof(payload));
	const struct flashing_question *asked = flashing_question(f);

	util_put_le32(&c, flashing_address(f));
	if (asked->code == KCAN_KAT_SEND_BLOCK)
		flashing_get_data(f, payload + 4);
	f->out.len = (size_t)kcan_kat_encode(
		f->out.bytes, &(struct kcan_kat_block){ .code = asked->code,
							.words = asked->words,
							.payload = payload });
	flashing_cut(f);
}

void flashing_say(struct kcan_flash *f, enum flashing_said said,
		  uint64_t now_us)
{
	f->said = said;
	f->ahead = false;
	f->looks = said == FLASHING_SAID_LOOK;
	f->spoiled = false;
	compose(f);
	kcan_stream_drop(&f->rx, f->rx.len);
	flashing_send(f, now_us);
}

void flashing_send(struct kcan_flash *f, uint64_t now_us)
{
	f->due_us = now_us;
	if (!f->aborted)
		f->until_us = now_us + QUEUE_US;
}

/* Return: whether most of a good answer to what was asked is there. */
static bool is_well_answered(const struct kcan_flash *f)
{
	struct util_cursor c = util_cursor_reading(f->rx.buf, f->rx.len);
	uint32_t head = 0x01 | 0x88 << 8 | KCAN_KAT_ACK << 16 | 18u << 24;

	return f->rx.len >= FLASHING_AHEAD_LEN && util_get_le32(&c) == head &&
	       util_get_le32(&c) == KCAN_KAT_REQUEST_BLOCK &&
	       util_get_le32(&c) == flashing_address(f);
}

void flashing_ask_ahead(struct kcan_flash *f, uint64_t now_us)
{
	if (f->phase != FLASHING_READ_BACK || f->ahead || f->aborted ||
	    f->tries || f->nacked || f->due_us != UINT64_MAX ||
	    !flashing_on_can(f) || !f->place.assigned ||
	    f->block + 1 == f->order.blocks || !is_well_answered(f))
		return;
	f->block++;
	compose(f);
	f->block--;
	f->ahead = true;
	flashing_send(f, now_us);
}

bool flashing_leaves(struct kcan_flash *f)
{
	if (f->aborted && f->phase != FLASHING_DONE && !flashing_owes(f))
		flashing_decide(f, KCAN_FLASH_ABORTED);
	return f->phase == FLASHING_DONE;
}

void flashing_said_all(struct kcan_flash *f, uint64_t now_us)
{
	if (flashing_leaves(f))
		return;
	f->due_us = UINT64_MAX;
	if (!f->aborted)
		f->until_us = now_us + flashing_wait_us(f);
	flashing_listen(f, now_us);
}

void flashing_note_handed(struct kcan_flash *f)
{
	enum kcan_flash_content *content = &f->result.content;
	bool writes = f->phase == FLASHING_WRITE && !f->looks;
	bool buffers = f->cfg.chip &&
		       f->cfg.chip->layout->write != KCAN_CHIP_WRITE_DIRECT;

	if ((writes && flashing_order_begins_first(&f->order)) ||
	    (f->phase == FLASHING_EOF && buffers))
		*content = KCAN_FLASH_CONTENT_MIXED;
	else if (writes && flashing_order_ends_first(&f->order) &&
		 *content == KCAN_FLASH_CONTENT_OLD)
		*content = KCAN_FLASH_CONTENT_OLD_OR_NONE;
}
