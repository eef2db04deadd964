// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* What arrives: which of it answers what has been asked. */
#include "flash_machine.h"
#include "util/cursor.h"

static bool answers(const struct kcan_flash *f,
		    const struct kcan_kat_block *block)
{
	const struct flashing_question *asked = flashing_question(f);
	struct util_cursor c =
		util_cursor_reading(block->payload, (size_t)block->words * 4);

	if (kcan_kat_ack_command(block) != asked->code ||
	    (asked->ack_words && block->words != asked->ack_words))
		return false;
	util_get_le32(&c);
	return !asked->words || util_get_le32(&c) == flashing_address(f);
}

static void acknowledged(struct kcan_flash *f,
			 const struct kcan_kat_block *block, uint64_t now_us)
{
	bool spoiled = f->spoiled;

	f->nacked = false;
	f->place.sets = 0;
	if (!f->looks)
		f->tries = 0;
	if (spoiled)
		flashing_unspoil(f, now_us);
	else
		flashing_question(f)->after(f, block, now_us);
}

static void rx_block(struct kcan_flash *f, const struct kcan_kat_block *block,
		     uint64_t now_us)
{
	if (block->code == KCAN_KAT_NACK)
		flashing_nacked(f, now_us);
	else if (block->code == KCAN_KAT_ERROR)
		flashing_refused(f, now_us);
	else if (answers(f, block))
		acknowledged(f, block, now_us);
}

void flashing_listen(struct kcan_flash *f, uint64_t now_us)
{
	struct kcan_kat_block block;
	int len;

	/* before all of the question is there nothing can be its answer */
	while (f->rx.len && f->phase != FLASHING_DONE && flashing_is_out(f)) {
		len = kcan_kat_decode(&block, f->rx.buf, f->rx.len);
		if (!len)
			return;
		if (len > 0)
			rx_block(f, &block, now_us);
		kcan_stream_drop(&f->rx, len > 0 ? (size_t)len : 1);
	}
}

void flashing_rx(struct kcan_flash *f, const uint8_t *bytes, size_t len,
		 uint64_t now_us)
{
	size_t n;

	for (; len && f->phase != FLASHING_DONE; bytes += n, len -= n) {
		n = f->rx.size - f->rx.len;
		if (n > len)
			n = len;
		kcan_stream_push(&f->rx, bytes, n);
		flashing_listen(f, now_us);
		flashing_ask_ahead(f, now_us);
		if (f->rx.len == f->rx.size) /* nobody waits for all that */
			kcan_stream_drop(&f->rx, f->rx.len);
	}
}
