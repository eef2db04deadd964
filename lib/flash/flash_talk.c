// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * The questions, and what follows their answers. Sections are those of
 * flashing.md.
 */
#include <string.h>

#include <kcan/kat.h>

#include "flash_machine.h"
#include "util/cursor.h"

#define BLOCK KCAN_KAT_BLOCK_SIZE
#define ANSWER_US 1000000
#define WRITE_US 5000000       /* a block: it may erase (section 4.2) */
#define SLOW_WRITE_US 10000000 /* where that takes seconds */
#define SLOW_UNIT (128 * 1024u)
#define COMPLETE_US 40000 /* a second one comes within its 100 ms */
#define NOT_ZEROS 0x5a	  /* and not what is blank */

static void read_next(struct kcan_flash *f, uint64_t now_us);

static void go(struct kcan_flash *f, enum flashing_phase phase, uint64_t now_us)
{
	static const enum kcan_flash_step steps[] = {
		[FLASHING_CONNECT] = KCAN_FLASH_STEP_CONNECT,
		[FLASHING_COMPARE] = KCAN_FLASH_STEP_COMPARE,
		[FLASHING_WRITE] = KCAN_FLASH_STEP_WRITE,
		[FLASHING_EOF] = KCAN_FLASH_STEP_WRITE,
		[FLASHING_READ_BACK] = KCAN_FLASH_STEP_READ_BACK,
		[FLASHING_COMPLETE] = KCAN_FLASH_STEP_COMPLETE,
	};

	f->phase = phase;
	f->result.step = steps[phase];
	f->block = 0;
	if (phase == FLASHING_COMPARE || phase == FLASHING_READ_BACK)
		f->result.read = 0;
	flashing_say(f, FLASHING_SAID_COMMAND, now_us);
}

/* What follows each command of a phase; @block is its ACK, of the right kind. */

static void identified(struct kcan_flash *f, const struct kcan_kat_block *block,
		       uint64_t now_us)
{
	struct kcan_uuid uuid;

	if (kcan_kat_decode_canbus_id(&uuid, block) ||
	    memcmp(uuid.b, f->cfg.uuid.b, sizeof(uuid.b)) != 0)
		flashing_decide(f, KCAN_FLASH_OTHER_BOARD);
	else
		go(f, FLASHING_CONNECT, now_us);
}

static void connected(struct kcan_flash *f, const struct kcan_kat_block *block,
		      uint64_t now_us)
{
	struct kcan_kat_ident *ident = &f->result.ident;

	f->result.identified = !kcan_kat_decode_ident(ident, block);
	if (!f->result.identified || ident->app_start != f->cfg.start ||
	    ident->block_size != BLOCK)
		flashing_decide(f, KCAN_FLASH_OTHER_BOARD);
	else
		go(f, FLASHING_COMPARE, now_us);
}

/* Return: how many bytes of the image, or of what is wanted, are in it. */
static size_t block_len(const struct kcan_flash *f, size_t block)
{
	size_t at = block * BLOCK;
	size_t left = at < f->cfg.len ? f->cfg.len - at : 0;

	return left < BLOCK ? left : BLOCK;
}

/* The last one is filled up with FF. */
static void fill(const struct kcan_flash *f, size_t block, uint8_t *out)
{
	size_t len = block_len(f, block);

	memset(out, 0xff, BLOCK);
	if (len)
		memcpy(out, f->cfg.image + block * BLOCK, len);
}

static bool is_equal(const struct kcan_flash *f, size_t block,
		     const uint8_t *data)
{
	uint8_t want[BLOCK];

	fill(f, block, want);
	return !memcmp(data, want, BLOCK);
}

static bool is_all(const uint8_t block[static BLOCK], uint8_t value)
{
	return block[0] == value && !memcmp(block, block + 1, BLOCK - 1);
}

bool flashing_is_blank(const struct kcan_flash *f, size_t block)
{
	uint8_t data[BLOCK];

	fill(f, block, data);
	return is_all(data, 0xff);
}

static void note_first_word(struct kcan_flash *f, const uint8_t *data)
{
	struct util_cursor c = util_cursor_reading(data, 4);
	uint32_t word = util_get_le32(&c);

	/* what Katapult itself takes for none: can-admin-channel.md, 8.3 */
	f->result.content = word && word != UINT32_MAX ?
				    KCAN_FLASH_CONTENT_OLD :
				    KCAN_FLASH_CONTENT_NONE;
}

/* COMPLETE with nothing there would jump into nothing: section 6.1. */
static void start(struct kcan_flash *f, uint64_t now_us)
{
	f->result.read++;
	if (f->result.content == KCAN_FLASH_CONTENT_NONE)
		flashing_end(f);
	else
		go(f, FLASHING_COMPLETE, now_us);
}

static void hand_over(struct kcan_flash *f, const uint8_t *data,
		      uint64_t now_us)
{
	uint32_t next = f->cfg.block(f->cfg.ctx, flashing_address(f), data,
				     block_len(f, f->block));
	/* what is in front of the start is far behind the end so */
	uint32_t at = next - f->cfg.start;

	f->result.read++;
	if (at % BLOCK || at >= f->cfg.len) {
		flashing_decide(f, KCAN_FLASH_READ);
		return;
	}
	f->block = at / BLOCK;
	flashing_say(f, FLASHING_SAID_COMMAND, now_us);
}

static void compared(struct kcan_flash *f, const struct kcan_kat_block *block,
		     uint64_t now_us)
{
	const uint8_t *data = block->payload + 8;
	bool writes = f->cfg.goal == KCAN_FLASH_GOAL_WRITE;

	if (!f->block)
		note_first_word(f, data);
	if (f->cfg.goal == KCAN_FLASH_GOAL_START) {
		start(f, now_us);
		return;
	}
	if (f->cfg.goal == KCAN_FLASH_GOAL_READ) {
		hand_over(f, data, now_us);
		return;
	}
	if (writes && !f->cfg.skip_same) {
		go(f, FLASHING_WRITE, now_us);
		return;
	}
	f->result.read++;
	if (!is_equal(f, f->block, data)) {
		if (writes)
			go(f, FLASHING_WRITE, now_us);
		else
			flashing_decide(f, KCAN_FLASH_DIFFERS);
	}
	if (f->phase == FLASHING_COMPARE)
		read_next(f, now_us);
}

static void read_back(struct kcan_flash *f, const struct kcan_kat_block *block,
		      uint64_t now_us)
{
	f->result.read++;
	f->order.bad[f->block] = !is_equal(f, f->block, block->payload + 8);
	read_next(f, now_us);
}

static void wrote(struct kcan_flash *f, const struct kcan_kat_block *block,
		  uint64_t now_us)
{
	(void)block;
	flashing_written(f, now_us);
}

static void ended(struct kcan_flash *f, const struct kcan_kat_block *block,
		  uint64_t now_us)
{
	(void)block;
	go(f, FLASHING_READ_BACK, now_us);
}

static void completed(struct kcan_flash *f, const struct kcan_kat_block *block,
		      uint64_t now_us)
{
	(void)block;
	(void)now_us;
	f->result.completed = true;
	flashing_end(f);
}

/*
 * What is to be in the flash after the block in work. Where the image has
 * zeros, others have to go in front: the same once more would erase nothing. But
 * the first word has to be 0 until the end.
 */
void flashing_get_data(const struct kcan_flash *f, uint8_t out[static BLOCK])
{
	bool zeros;

	fill(f, f->order.block, out);
	zeros = f->order.block && is_all(out, 0);
	if (f->order.what != FLASHING_FILL)
		memset(out, zeros ? NOT_ZEROS : 0, BLOCK);
}

/* Has the block that got no answer been written? */
static void looked(struct kcan_flash *f, const struct kcan_kat_block *block,
		   uint64_t now_us)
{
	uint8_t want[BLOCK];

	flashing_get_data(f, want);
	if (!memcmp(block->payload + 8, want, BLOCK))
		flashing_written(f, now_us);
	else
		flashing_say(f, FLASHING_SAID_COMMAND, now_us);
}

static const struct flashing_question questions[] = {
	[FLASHING_IDENTIFY] = { KCAN_KAT_GET_CANBUS_ID, 0, 0, ANSWER_US,
				identified },
	[FLASHING_CONNECT] = { KCAN_KAT_CONNECT, 0, 0, ANSWER_US, connected },
	[FLASHING_COMPARE] = { KCAN_KAT_REQUEST_BLOCK, 1, 18, ANSWER_US,
			       compared },
	[FLASHING_WRITE] = { KCAN_KAT_SEND_BLOCK, 17, 2, WRITE_US, wrote },
	/* where blocks are buffered it erases for the last of them */
	[FLASHING_EOF] = { KCAN_KAT_SEND_EOF, 0, 2, WRITE_US, ended },
	[FLASHING_READ_BACK] = { KCAN_KAT_REQUEST_BLOCK, 1, 18, ANSWER_US,
				 read_back },
	[FLASHING_COMPLETE] = { KCAN_KAT_COMPLETE, 0, 1, COMPLETE_US,
				completed },
};

static const struct flashing_question look = { KCAN_KAT_REQUEST_BLOCK, 1, 18,
					       ANSWER_US, looked };

const struct flashing_question *flashing_question(const struct kcan_flash *f)
{
	return f->looks ? &look : &questions[f->phase];
}

uint32_t flashing_address(const struct kcan_flash *f)
{
	return flashing_order_address(&f->order, f->phase == FLASHING_WRITE ?
							 f->order.block :
							 f->block);
}

uint64_t flashing_wait_us(const struct kcan_flash *f)
{
	if (flashing_question(f)->code == KCAN_KAT_SEND_BLOCK &&
	    flashing_order_unit(&f->order) >= SLOW_UNIT)
		return SLOW_WRITE_US;
	return flashing_question(f)->wait_us;
}

void flashing_written(struct kcan_flash *f, uint64_t now_us)
{
	struct flashing_order *order = &f->order;

	f->tries = 0;
	if (flashing_order_ends_first(order))
		f->result.content = KCAN_FLASH_CONTENT_NONE;
	f->result.written += flashing_order_next(order);
	if (order->done)
		go(f, FLASHING_EOF, now_us);
	else
		flashing_say(f, FLASHING_SAID_COMMAND, now_us);
	flashing_leaves(f);
}

/* All has been read back. */
static void judge(struct kcan_flash *f, uint64_t now_us)
{
	const bool *bad = memchr(f->order.bad, true, f->order.blocks);

	if (!bad) {
		f->result.content = KCAN_FLASH_CONTENT_NEW;
		if (f->cfg.stay)
			flashing_end(f);
		else
			go(f, FLASHING_COMPLETE, now_us);
	} else if (f->mended) {
		f->block = (size_t)(bad - f->order.bad);
		flashing_decide(f, KCAN_FLASH_DIFFERS);
	} else {
		f->mended = true;
		flashing_order_mend(&f->order);
		go(f, FLASHING_WRITE, now_us);
	}
}

static void read_next(struct kcan_flash *f, uint64_t now_us)
{
	if (++f->block < f->order.blocks) {
		if (!f->ahead)
			flashing_say(f, FLASHING_SAID_COMMAND, now_us);
		f->ahead = false;
		return;
	}
	if (f->phase == FLASHING_READ_BACK) {
		judge(f, now_us);
		return;
	}
	f->result.content = KCAN_FLASH_CONTENT_NEW;
	if (f->cfg.goal == KCAN_FLASH_GOAL_WRITE && !f->cfg.stay)
		go(f, FLASHING_COMPLETE, now_us);
	else
		flashing_end(f);
}
