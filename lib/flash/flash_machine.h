/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef FLASH_FLASH_MACHINE_H
#define FLASH_FLASH_MACHINE_H

#include <kcan/flash.h>
#include <kcan/kat.h>
#include <kcan/stream.h>

#include "flash_order.h"

/*
 * Inside of the exchange: what flash.c, the questions and answers (flash_talk.c),
 * how one is put (flash_say.c), what is done when one is missing (flash_retry.c)
 * and the frames (flash_out.c) share.
 */

/** What is asked for; each is one command or several of a kind. */
enum flashing_phase {
	FLASHING_IDENTIFY, /* on CAN: GET_CANBUS_ID */
	FLASHING_CONNECT,
	FLASHING_COMPARE, /* block by block, before anything is written */
	FLASHING_WRITE,
	FLASHING_EOF,
	FLASHING_READ_BACK,
	FLASHING_COMPLETE,
	FLASHING_DONE,
};

/** What is on its way, or was last. */
enum flashing_said {
	FLASHING_SAID_COMMAND, /* of the phase */
	FLASHING_SAID_LOOK,    /* at what an unanswered block has done */
	FLASHING_SAID_TAIL,    /* the end of the one before once more */
	FLASHING_SAID_REPAIR,  /* what ends a command with a gap in it */
};

/** How far a part of what is on its way has come. */
enum flashing_part_state {
	FLASHING_WAITS,
	FLASHING_HANDED, /* to the caller, who has not said what became of it */
	FLASHING_TAKEN,	 /* by the kernel */
	FLASHING_WENT,	 /* on the bus: the node has it */
	FLASHING_LOST,	 /* never, or when the node had no nodeid */
};

/** One frame of it; on USB and UART one byte or more. */
struct flashing_part {
	uint8_t at, len;
	enum flashing_part_state state;
};

/** What is on its way. */
struct flashing_out {
	uint8_t bytes[KCAN_KAT_MAX];
	struct flashing_part parts[KCAN_FLASH_FRAMES];
	size_t len; /* of @bytes */
	size_t parts_len;
};

/** The nodeid, which others can take from the node at any time. */
struct flashing_place {
	bool assigned;	 /* for all that is known */
	bool set_handed; /* a SET is on its way ... */
	struct can_frame set;
	unsigned int sets; /* since an answer */
};

struct kcan_flash {
	struct kcan_flash_cfg cfg;
	struct kcan_flash_result result;
	struct flashing_order order;
	enum flashing_phase phase;
	size_t block; /* that is being read */
	bool mended;  /* units that differed were written once more */
	bool aborted;

	enum flashing_said said;
	bool looks;   /* @said began as a look */
	bool spoiled; /* a repaired block has the wrong content */
	bool nacked;  /* since an answer */
	bool ahead;   /* what is on its way asks for the block behind @block */
	unsigned int tries; /* that got none, since one */
	struct flashing_out out;
	struct flashing_place place;
	uint64_t due_us;   /* when what waits may be handed out */
	uint64_t until_us; /* what is in flight is given up */

	struct kcan_stream rx;
	uint8_t rx_buf[2 * KCAN_KAT_MAX];
};

/** Return: whether it is on CAN. */
bool flashing_on_can(const struct kcan_flash *f);

/** This is how it ends. */
void flashing_decide(struct kcan_flash *f, enum kcan_flash_verdict verdict);

/** All is in the flash as it should be. */
void flashing_end(struct kcan_flash *f);

/** What is asked, and what comes back. */
struct flashing_question {
	uint8_t code;
	uint8_t words;	   /* of it */
	uint8_t ack_words; /* 0: any */
	uint64_t wait_us;  /* for its answer */
	/* @block is its ACK, with the right command, words and address */
	void (*after)(struct kcan_flash *f, const struct kcan_kat_block *block,
		      uint64_t now_us);
};

/* flash_talk.c */

/** Return: the one whose answer is waited for. */
const struct flashing_question *flashing_question(const struct kcan_flash *f);

/** Return: the address in it, if it has one. */
uint32_t flashing_address(const struct kcan_flash *f);

/** Return: the image has nothing but FF in that block. */
bool flashing_is_blank(const struct kcan_flash *f, size_t block);

/** Return: how long to wait for its answer. */
uint64_t flashing_wait_us(const struct kcan_flash *f);

/** What is to be in the flash after the block in work. */
void flashing_get_data(const struct kcan_flash *f,
		       uint8_t out[static KCAN_KAT_BLOCK_SIZE]);

/** The block that was being written is there. */
void flashing_written(struct kcan_flash *f, uint64_t now_us);

/* flash_say.c */

/* So much of an answer has to be there before the next block is asked for. */
#define FLASHING_AHEAD_LEN 64

/**
 * flashing_ask_ahead() - ask for the next block, if that can be done already
 *
 * Most of the answer about this one is there, so the node has room for the next
 * answer (flashing.md, section 5).
 */
void flashing_ask_ahead(struct kcan_flash *f, uint64_t now_us);

/** @said is next. */
void flashing_say(struct kcan_flash *f, enum flashing_said said,
		  uint64_t now_us);

/** What waits in @f->out may be handed out, from now on and for 10 s. */
void flashing_send(struct kcan_flash *f, uint64_t now_us);

/**
 * flashing_leaves() - end it, if the caller wants out and nothing is owed
 *
 * A command ends as a whole, and so do the blocks that its node waits for; behind
 * them nothing more is said. Return: whether it is over.
 */
bool flashing_leaves(struct kcan_flash *f);

/** All of it is with the node now. */
void flashing_said_all(struct kcan_flash *f, uint64_t now_us);

/** The kernel takes it now: what that may do to the flash. */
void flashing_note_handed(struct kcan_flash *f);

/* flash_rx.c */

/** These have arrived. */
void flashing_rx(struct kcan_flash *f, const uint8_t *bytes, size_t len,
		 uint64_t now_us);

/** Look for answers in what has arrived. */
void flashing_listen(struct kcan_flash *f, uint64_t now_us);

/* flash_retry.c */

/** Time is up for what is in flight. */
void flashing_expire(struct kcan_flash *f, uint64_t now_us);

/** NACK: something stood in front of the command. */
void flashing_nacked(struct kcan_flash *f, uint64_t now_us);

/** ERROR: the command was understood, and refused. */
void flashing_refused(struct kcan_flash *f, uint64_t now_us);

/** A block that had to be repaired was answered. */
void flashing_unspoil(struct kcan_flash *f, uint64_t now_us);

/* flash_cut.c */

/** Cut @f->out.bytes into parts that wait. */
void flashing_cut(struct kcan_flash *f);

/** Make @f->out the end of what it is, and zeros behind that. */
void flashing_cut_tail(struct kcan_flash *f);

/** One part that the node has is behind one that it has not. */
bool flashing_has_gap(const struct kcan_flash *f);

/**
 * flashing_repair() - make @f->out what ends a command with a gap
 *
 * What is missing can be anything but what it was, as the bytes behind it have
 * moved up. It ends as a command that is correct, with the wrong content, and
 * leaves the receiver as it should be (flashing.md, section 4.3).
 *
 * Return: false when it cannot be ended.
 */
bool flashing_repair(struct kcan_flash *f, uint64_t now_us);

/* flash_out.c */

/** Return: one part at least is in @state. */
bool flashing_any(const struct kcan_flash *f, enum flashing_part_state state);

/** Nothing has to be handed out or confirmed any more. */
bool flashing_is_out(const struct kcan_flash *f);

/** Some of it, but not all, is with the node or may be. */
bool flashing_is_torn(const struct kcan_flash *f);

/** Until a reset the node takes none but the blocks that follow. */
bool flashing_owes(const struct kcan_flash *f);

#endif
