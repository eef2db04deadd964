/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_FLASH_BENCH_BOARD_H
#define UNIT_FLASH_BENCH_BOARD_H

/* The simulator's own Katapult on a bench, and what is in its flash. */
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

#endif
