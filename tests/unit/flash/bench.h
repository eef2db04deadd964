/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_FLASH_BENCH_H
#define UNIT_FLASH_BENCH_H

/*
 * kcan_flash and the simulator's own Katapult on a bench: a bus that hands over
 * frames at once, and loses or repeats one when it is told to; time is a number.
 */
#include "bench_board.h"

static inline char bench_letter(const struct can_frame *frames)
{
	static const char letters[] = "cwerxg"; /* from 11 on */
	static const uint8_t zeros[8];
	char letter;

	if (frames[0].can_id != TO_NODE)
		return 'S';
	if (memcmp(frames[0].data, "\x01\x88", 2) != 0)
		return 't';
	letter = letters[frames[0].data[2] - 0x11];
	if (letter == 'w' && !memcmp(frames[1].data, zeros, sizeof(zeros)))
		return 'z';
	return letter;
}

static inline void bench_note_order(struct bench *b,
				    const struct can_frame *frames)
{
	size_t len = strlen(b->order), said = strlen(b->talk);
	char letter = bench_letter(frames);

	if (said < sizeof(b->talk) - 1)
		b->talk[said] = letter;
	if ((letter != 'w' && letter != 'z') || len + 16 > sizeof(b->order))
		return;
	snprintf(b->order + len, sizeof(b->order) - len, "%s%s%08x",
		 len ? " " : "", letter == 'z' ? "z" : "",
		 le32(frames[0].data + 4));
}

static inline unsigned int bench_random(struct bench *b, unsigned int below)
{
	b->seed = b->seed * 1103515245 + 12345;
	return (b->seed >> 16) % below;
}

static inline bool bench_strikes(struct bench *b, bool from_node,
				 unsigned int nth)
{
	static const enum mishap any[] = { MISHAP_LOSE,	 MISHAP_DOUBLE,
					   MISHAP_LATE,	 MISHAP_UNSENT,
					   MISHAP_CLEAR, MISHAP_PULL,
					   MISHAP_MUTE };

	if (b->one_in) {
		/* what is from the node knows three of them */
		b->mishap = any[bench_random(b, from_node ? 3 : 7)];
		return !bench_random(b, b->one_in);
	}
	return b->mishap && !b->struck && b->from_node == from_node &&
	       b->nth == nth;
}

static inline void bench_deliver(struct bench *b, const struct can_frame *f)
{
	if (f->can_id == FROM_NODE) {
		if (b->acknowledged &&
		    (!memcmp(f->data, "\x01\x88\xa0\x02\x12", 5) ||
		     !memcmp(f->data, "\x01\x88\xa0\x02\x13", 5)))
			b->acknowledged(b);
		kcan_flash_rx(b->flash, f, b->board.now_us);
	} else {
		board_hear(&b->board, *f);
	}
}

static inline void bench_carry(struct bench *b, const struct can_frame *f,
			       enum mishap mishap)
{
	if (mishap == MISHAP_LATE) {
		b->late = *f;
		b->late_us = b->board.now_us + 20000;
		return;
	}
	if (mishap != MISHAP_LOSE)
		bench_deliver(b, f);
	if (mishap == MISHAP_DOUBLE)
		bench_deliver(b, f);
}

static inline void bench_hear(struct bench *b)
{
	struct board *board = &b->board;

	for (size_t i = 0; i < board->sent_len; i++) {
		struct can_frame f = board->sent[i];
		bool strikes = bench_strikes(b, true, b->received++);

		mcu_tx_done(&board->mcu);
		board_run(board);
		b->struck |= strikes;
		bench_carry(b, &f, strikes ? b->mishap : MISHAP_NONE);
	}
	board->sent_len = 0;
}

/* One frame of ours is on the bus. */
static inline void bench_put(struct bench *b, const struct can_frame *f,
			     enum mishap mishap)
{
	if (b->strangers)
		kcan_flash_sent(b->flash, &FRAME(0x123, 1), b->board.now_us);
	if (mishap == MISHAP_UNSENT)
		return;
	if (mishap == MISHAP_CLEAR || mishap == MISHAP_DEAF)
		bench_deliver(b, &CLEAR);
	if (mishap == MISHAP_CLEAR)
		kcan_flash_rx(b->flash, &CLEAR, b->board.now_us);
	bench_carry(b, f, mishap);
	if (mishap == MISHAP_MUTE)
		return;
	if (b->answers_first)
		bench_hear(b);
	kcan_flash_sent(b->flash, f, b->board.now_us);
}

/* How many of them find room in the queue. */
static inline size_t bench_room(struct bench *b, size_t n)
{
	for (size_t i = 0; b->mishap == MISHAP_SHORT && i < n; i++) {
		if (!bench_strikes(b, false, b->sent + (unsigned int)i))
			continue;
		b->struck = true;
		return i;
	}
	return n;
}

static inline void bench_transmit(struct bench *b)
{
	struct can_frame frames[KCAN_FLASH_FRAMES];
	size_t n = kcan_flash_tx(b->flash, frames, b->board.now_us);
	bool ours = n && frames[0].can_id == TO_NODE;

	if (!n)
		return;
	bench_note_order(b, frames);
	n = ours ? bench_room(b, n) : n;
	kcan_flash_taken(b->flash, n, b->board.now_us);
	for (size_t i = 0; i < n; i++) {
		bool strikes = ours && bench_strikes(b, false, b->sent);

		b->sent += ours;
		if (strikes) {
			b->struck = true;
			b->struck_first = i == 0;
			b->struck_last = i == n - 1;
			b->struck_block = n > 8;
		}
		if (strikes && b->mishap == MISHAP_PULL) {
			kcan_flash_lost(b->flash, b->board.now_us);
			return;
		}
		bench_put(b, &frames[i], strikes ? b->mishap : MISHAP_NONE);
	}
}

static inline uint64_t bench_next(const struct bench *b)
{
	uint64_t next = kcan_flash_deadline(b->flash);

	if (mcu_deadline(&b->board.mcu) < next)
		next = mcu_deadline(&b->board.mcu);
	if (b->late_us && b->late_us < next)
		next = b->late_us;
	return next;
}

static inline void bench_step(struct bench *b)
{
	board_run(&b->board);
	bench_transmit(b);
	bench_hear(b);
	if (b->late_us && b->board.now_us >= b->late_us) {
		b->late_us = 0;
		bench_deliver(b, &b->late);
		bench_hear(b);
	}
	if (b->abort_after && b->sent >= b->abort_after) {
		b->abort_after = 0;
		kcan_flash_abort(b->flash, b->board.now_us);
	}
}

/** Start what @b->cfg says. */
static inline void bench_begin(struct bench *b)
{
	kcan_flash_free(b->flash);
	b->flash = NULL;
	b->order[0] = '\0';
	memset(b->talk, 0, sizeof(b->talk));
	assert_int_equal(kcan_flash_new(&b->flash, &b->cfg, b->board.now_us),
			 0);
	b->give_up_us = b->board.now_us + 300 * 1000000ull;
}

static inline struct kcan_flash_result bench_finish(struct bench *b)
{
	while (!kcan_flash_done(b->flash)) {
		bench_step(b);
		if (kcan_flash_done(b->flash))
			break;
		if (bench_next(b) > b->board.now_us)
			b->board.now_us = bench_next(b);
		assert_true(b->board.now_us < b->give_up_us);
	}
	return kcan_flash_result(b->flash);
}

static inline struct kcan_flash_result bench_run(struct bench *b)
{
	bench_begin(b);
	return bench_finish(b);
}

static inline void bench_write(struct bench *b, const uint8_t *image,
			       size_t len)
{
	b->cfg.goal = KCAN_FLASH_GOAL_WRITE;
	b->cfg.image = image;
	b->cfg.len = len;
}

#endif
