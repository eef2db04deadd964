/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_FLASH_BENCH_H
#define UNIT_FLASH_BENCH_H

/*
 * kcan_flash and the simulator's own Katapult on a bench: a bus that hands over
 * frames at once, and loses or repeats one when it is told to; time is a number.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kcan/flash.h>

#include "../mcu/katapult_board.h"

#define NODEID 240
#define TO_NODE (0x100 + 2 * NODEID)
#define FROM_NODE (TO_NODE + 1)
#define CLEAR FRAME(0x3f0, 0x12)
#define BLOCK 64

/** What happens to one frame. */
enum mishap {
	MISHAP_NONE,
	MISHAP_LOSE, /* behind the confirmation, if it is ours */
	MISHAP_DOUBLE,
	MISHAP_LATE,   /* by 20 ms */
	MISHAP_UNSENT, /* ours: taken, and never sent */
	MISHAP_CLEAR,  /* ours: another tool's CLEAR is in front of it */
	MISHAP_DEAF,   /* the same, and we do not hear it */
	MISHAP_PULL,   /* ours: the interface goes down in front of it */
	MISHAP_MUTE,   /* ours: not confirmed, though it was sent */
	MISHAP_SHORT,  /* ours: the queue is full from here on, once */
};

struct bench {
	struct board board;
	struct kcan_flash *flash;
	struct kcan_flash_cfg cfg;
	uint64_t give_up_us;

	/* Strikes frame @nth of those to the node, or of those from it. */
	enum mishap mishap;
	bool from_node;
	unsigned int nth;
	/* Instead: one in so many frames, each time by something else. */
	unsigned int one_in, seed;
	/* Only counted: frames of commands, and all from the node. */
	unsigned int sent, received;
	struct can_frame late;
	uint64_t late_us;
	bool struck;
	bool struck_first, struck_last; /* of the frames of one command */
	bool struck_block;		/* which is a SEND_BLOCK */

	/* Called when a block or EOF has been acknowledged; or NULL. */
	void (*acknowledged)(struct bench *b);
	/* SEND_BLOCK as it was handed out: 'z' in front of one of zeros. */
	char order[4096];
	/*
	 * All that was handed out, a letter each: S SET, g GET_CANBUS_ID, c
	 * CONNECT, r REQUEST_BLOCK, z and w SEND_BLOCK, of zeros and not, e
	 * SEND_EOF, x COMPLETE, t what does not begin a command.
	 */
	char talk[8192];
	/* In front of each of ours somebody else's, on the same socket. */
	bool strangers;
	/* Some drivers deliver the confirmations behind them. */
	bool answers_first;
	size_t abort_after; /* frames; 0: never */
};

static inline uint32_t le32(const uint8_t *p)
{
	return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

/** Put bytes where the application belongs, as if somebody had flashed them. */
static inline void bench_preload(struct bench *b, const uint8_t *data,
				 size_t len)
{
	struct flash *f = &b->board.mcu.flash;

	f->stack = 0;
	assert_int_equal(f->store.write(f->store.arg,
					f->app_start - f->map->start, data,
					(uint32_t)len),
			 0);
}

/** A board of this type in Katapult, with an application of the factory. */
static inline void bench_start_on(struct bench *b, const char *type,
				  enum mcu_link link)
{
	bool can = link == MCU_LINK_CAN;
	struct mcu_cfg cfg = board_cfg(type);

	memset(b, 0, sizeof(*b));
	cfg.link = link;
	cfg.state = MCU_KATAPULT;
	cfg.nodeid = can ? NODEID : -1;
	cfg.double_reset = false;
	/* Katapult is in front of it, wherever it usually is on this link */
	cfg.app_start = cfg.type->flash_map->app_start;
	board_init(&b->board, &cfg);
	b->cfg = (struct kcan_flash_cfg){
		.goal = KCAN_FLASH_GOAL_WRITE,
		.chip = kcan_chip_find(cfg.type->connect_name),
		.start = cfg.app_start,
		.nodeid = can ? NODEID : 0,
		.uuid = UUID,
	};
	assert_non_null(b->cfg.chip);
}

/** The same on CAN. */
static inline void bench_start(struct bench *b, const char *type)
{
	bench_start_on(b, type, MCU_LINK_CAN);
}

/** Let something go wrong on the board: a fault of the simulator, as text. */
static inline void bench_break(struct bench *b, const char *how)
{
	char error[FAULT_ERROR_MAX];
	struct fault fault;

	assert_int_equal(fault_parse(&fault, how, error), 0);
	assert_int_equal(faults_add(&b->board.mcu.faults, &fault), 0);
}

static inline void bench_end(struct bench *b)
{
	kcan_flash_free(b->flash);
	b->flash = NULL;
	mcu_fini(&b->board.mcu);
}

/** Return: @len bytes that look like an application, and differ by @seed. */
static inline uint8_t *bench_image(size_t len, unsigned int seed)
{
	uint8_t *image = malloc(len);

	assert_non_null(image);
	for (size_t i = 0; i < len; i++) {
		seed = seed * 1103515245 + 12345;
		image[i] = (uint8_t)(seed >> 16);
	}
	/* an initial stack pointer: neither 0 nor FFFFFFFF */
	if (len >= 4)
		memcpy(image, (uint8_t[]){ 0x00, 0x40, 0x00, 0x20 }, 4);
	return image;
}

/** Is the flash what the image says, filled up with FF to a block? */
static inline bool bench_holds(const struct bench *b, const uint8_t *image,
			       size_t len)
{
	uint8_t there[BLOCK], want[BLOCK];

	for (size_t at = 0; at < len; at += BLOCK) {
		size_t n = len - at < BLOCK ? len - at : BLOCK;

		memset(want, 0xff, BLOCK);
		memcpy(want, image + at, n);
		assert_int_equal(flash_read(&b->board.mcu.flash,
					    b->cfg.start + (uint32_t)at, there,
					    BLOCK),
				 0);
		if (memcmp(there, want, BLOCK) != 0)
			return false;
	}
	return true;
}

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
