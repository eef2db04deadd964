/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KCAN_FLASH_H
#define KCAN_FLASH_H

#include <linux/can.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kcan/chip.h>
#include <kcan/decls.h>
#include <kcan/kat.h>
#include <kcan/uuid.h>

KCAN_DECLS_BEGIN

/**
 * struct kcan_flash - one board in Katapult whose application is written, or
 * compared, or read
 *
 * Whoever asks for the bootloader has done so before: see <kcan/bootreq.h>. Like
 * that one it knows what to send, what an answer means and when to give up, and
 * has neither a socket nor a clock. On CAN its caller does this:
 *
 *	kcan_flash_new(&flash, &cfg, now_us)
 *	until kcan_flash_done(flash):
 *		while (n = kcan_flash_tx(flash, frames, now_us)):
 *			send all n with one sendmmsg(2), and
 *			kcan_flash_taken(flash, how many it took, now_us)
 *		wait for a frame, until kcan_flash_deadline(flash)
 *		own frame, confirmed:  kcan_flash_sent(flash, &frame, now_us)
 *		anybody else's frame:  kcan_flash_rx(flash, &frame, now_us)
 *	kcan_flash_result(flash), kcan_flash_free(flash)
 *
 * On USB and UART it is kcan_flash_tx_bytes() with one write(2),
 * kcan_flash_taken() with the bytes that it took, and kcan_flash_rx_bytes();
 * nothing is confirmed there.
 *
 * A command leaves in one piece because half of one blocks the node's receiver
 * until a reset (katapult-protocol.md, section 3). One is in flight at a time; only
 * while all is read back the next block is asked for a little before the last two
 * frames about this one are there, which the node has room for (section 5).
 * Several boards are several machines: whoever waits costs the others nothing.
 *
 * The order of writing, and what is done when something gets lost, is that of
 * flashing.md, sections 3 and 4. After a block or EOF that is not answered nothing
 * is sent to the node for 5 s, as it may be erasing (10 s where that takes
 * longer); other answers are awaited for 1 s.
 *
 * Where the chip has ECC, FF that is programmed can be nothing else before the
 * next erase, and hides it from Katapult that there is something to erase. So of
 * blocks that are all FF only those that begin an erase unit are sent (section
 * 3.2); all of them are read back.
 *
 * Times are microseconds of a monotonic clock with any origin and must not go
 * backwards between calls. Not thread safe; any number may run side by side, on
 * nodeids of their own.
 */
struct kcan_flash;

/** What an exchange is for. */
enum kcan_flash_goal {
	/* write, read back, compare; then COMPLETE, which starts it */
	KCAN_FLASH_GOAL_WRITE,
	KCAN_FLASH_GOAL_VERIFY, /* compare, and change nothing */
	KCAN_FLASH_GOAL_READ, /* hand over what is there, and change nothing */
	/* COMPLETE, which starts what is there, unless there is nothing */
	KCAN_FLASH_GOAL_START,
};

/** What is to be done; nothing is defaulted here. */
struct kcan_flash_cfg {
	enum kcan_flash_goal goal;
	/*
	 * GOAL_WRITE: one that Katapult is for. Whether it is the one of
	 * CONNECT is for the caller to say: some boards go by another's name.
	 */
	const struct kcan_chip *chip;
	/*
	 * Where the application starts: as CONNECT tells it, a multiple of 64,
	 * and not 0. Behind the end of a flash a board may stop for good
	 * (katapult-protocol.md, sections 4.4 and 5.1): who calls makes sure
	 * that @start + @len is within it.
	 */
	uint32_t start;
	/* must outlive the exchange; not for GOAL_READ and GOAL_START */
	const uint8_t *image;
	/* bytes, not 0; with GOAL_READ how many at most; not for GOAL_START */
	size_t len;
	/*
	 * On CAN: the nodeid for the board, 1..254, used by no other node. It
	 * is set first, and again when it may have been lost, and the board
	 * keeps it. 0: on USB or a UART.
	 */
	uint8_t nodeid;
	struct kcan_uuid uuid; /* on CAN: whose flash it is */
	/* GOAL_WRITE: when all is there already, write nothing */
	bool skip_same;
	bool stay; /* GOAL_WRITE: do not send COMPLETE */
	/*
	 * GOAL_READ: called for each block with its address, for the one at
	 * @start first; @len is 64, and less for the last one when it is cut
	 * off. It must not call back into the exchange. Return: the address of
	 * the block to read next, some blocks away from @start and below @start +
	 * @len; any other, such as 0, is the end of it.
	 */
	uint32_t (*block)(void *ctx, uint32_t address, const uint8_t *data,
			  size_t len);
	void *ctx; /* passed to @block; may be NULL */
};

/** How an exchange has ended. All from DIFFERS on are failures. */
enum kcan_flash_verdict {
	KCAN_FLASH_PENDING, /* not decided yet */
	/* written, read back and equal; has it been told to start? @completed */
	KCAN_FLASH_FLASHED,
	/* equal, or GOAL_START was done; and nothing was written */
	KCAN_FLASH_SAME,
	KCAN_FLASH_READ, /* read, as far as was wanted */
	/* not equal at @address; with WRITE after it was written twice */
	KCAN_FLASH_DIFFERS,
	KCAN_FLASH_REFUSED,    /* ERROR at @address, whatever was tried */
	KCAN_FLASH_STUCK,      /* NACK and then no answer: only a reset helps */
	KCAN_FLASH_SILENT,     /* no answer */
	KCAN_FLASH_NOT_QUEUED, /* the kernel did not take frames or bytes */
	KCAN_FLASH_UNCONFIRMED, /* taken, never confirmed: still queued */
	/* other UUID, start or block size, or no GET_CANBUS_ID */
	KCAN_FLASH_OTHER_BOARD,
	KCAN_FLASH_NODEID_LOST, /* others keep taking the nodeid away */
	KCAN_FLASH_ABORTED,	/* kcan_flash_abort() */
};

/** What is where the application belongs. */
enum kcan_flash_content {
	KCAN_FLASH_CONTENT_UNKNOWN, /* not looked at yet */
	KCAN_FLASH_CONTENT_OLD,	    /* what was there before */
	/* no first word: after a reset the board stays in Katapult */
	KCAN_FLASH_CONTENT_NONE,
	KCAN_FLASH_CONTENT_OLD_OR_NONE, /* a block got no answer */
	/* a first word, but not all of the rest: a reset may start that */
	KCAN_FLASH_CONTENT_MIXED,
	KCAN_FLASH_CONTENT_NEW, /* the image, compared */
};

/** What is being done; @read and @written of the result count blocks. */
enum kcan_flash_step {
	KCAN_FLASH_STEP_CONNECT, /* is it that board? */
	KCAN_FLASH_STEP_COMPARE, /* @read, before anything is written */
	KCAN_FLASH_STEP_WRITE, /* @written; once more, if something differed */
	KCAN_FLASH_STEP_READ_BACK, /* @read, which begins anew */
	KCAN_FLASH_STEP_COMPLETE,
};

/** What is known of an exchange, at any time. */
struct kcan_flash_result {
	enum kcan_flash_verdict verdict;
	enum kcan_flash_content content;
	enum kcan_flash_step step; /* or the last one */
	uint32_t address; /* of the block that is, or was last, in work */
	size_t blocks;	  /* of 64 bytes, the last ones filled up with FF */
	/*
	 * Acknowledged blocks of the image, and those of FF that need not be
	 * sent. A unit that has to be written again is counted again.
	 */
	size_t written;
	size_t read;	      /* blocks; begins anew for reading back */
	unsigned int repeats; /* questions and blocks that were repeated */
	/*
	 * Half a command may be in the node, or some of the blocks that it wants
	 * to have in order: it is stuck until a reset.
	 */
	bool torn;
	bool completed;	 /* COMPLETE was acknowledged, or kcan_flash_gone() */
	bool identified; /* CONNECT was answered: */
	struct kcan_kat_ident ident; /* texts are as they came, any bytes */
};

/**
 * Frames of the longest command: 10, and now and then one more. With a shorter
 * transmit queue (txqueuelen) it goes out in several pieces, which is slower, and
 * who is killed in between leaves half of it in the node.
 */
#define KCAN_FLASH_FRAMES 11

/**
 * kcan_flash_new() - prepare an exchange; its first frame is due at once
 * @out: set on success only; release with kcan_flash_free()
 * @cfg: copied; what it points to has to outlive the exchange
 *
 * Return: 0, -EINVAL (a value of @cfg out of range or missing) or -ENOMEM.
 */
int kcan_flash_new(struct kcan_flash **out, const struct kcan_flash_cfg *cfg,
		   uint64_t now_us);

/**
 * kcan_flash_free() - release an exchange, wherever it is; NULL is allowed
 *
 * One that is not done may leave half a command in the node: to stop early, call
 * kcan_flash_abort() and go on until it is done.
 */
void kcan_flash_free(struct kcan_flash *flash);

/**
 * kcan_flash_tx() - on CAN: the frames that are due now, if any
 *
 * When there are any, kcan_flash_taken() has to follow, before any other call.
 *
 * Return: how many of @frames were filled; 0: nothing is due.
 */
size_t kcan_flash_tx(struct kcan_flash *flash,
		     struct can_frame frames[KCAN_AT_LEAST(KCAN_FLASH_FRAMES)],
		     uint64_t now_us);

/**
 * kcan_flash_tx_bytes() - on USB and UART: the bytes that are due now, if any
 * @bytes: set when there are any; valid until the next call
 *
 * Return: how many; 0: nothing is due.
 */
size_t kcan_flash_tx_bytes(struct kcan_flash *flash, const uint8_t **bytes,
			   uint64_t now_us);

/**
 * kcan_flash_taken() - what the kernel took of what was handed out last
 * @n: frames on CAN, bytes elsewhere, from the first one on; may be 0
 *
 * The rest is handed out again a little later, for 10 s: then it is NOT_QUEUED.
 */
void kcan_flash_taken(struct kcan_flash *flash, size_t n, uint64_t now_us);

/**
 * kcan_flash_sent() - on CAN: an own frame came back, as the bus has taken it
 * @own: it tells which one; one that is not in flight is ignored
 *
 * When a frame comes back before another one that was sent earlier, that one is
 * lost, and the command is mended (flashing.md, section 4.3).
 */
void kcan_flash_sent(struct kcan_flash *flash, const struct can_frame *own,
		     uint64_t now_us);

/**
 * kcan_flash_lost() - on CAN: what is not confirmed by now never will be
 *
 * The interface went down, or lost its queue by a bus-off. What was confirmed is
 * with the node; the other frames of the command are handed out again, and
 * nothing else.
 */
void kcan_flash_lost(struct kcan_flash *flash, uint64_t now_us);

/**
 * kcan_flash_rx() - on CAN: a frame of somebody else arrived
 *
 * Any frame may be fed; own frames must not be. Feed admin messages of others,
 * too: one that takes the nodeid away is noticed by that.
 */
void kcan_flash_rx(struct kcan_flash *flash, const struct can_frame *frame,
		   uint64_t now_us);

/** On USB and UART: any bytes that arrived. */
void kcan_flash_rx_bytes(struct kcan_flash *flash, const uint8_t *bytes,
			 size_t len, uint64_t now_us);

/**
 * kcan_flash_abort() - the caller wants out
 *
 * Go on until it is done, which takes 1 s at most: a command of which the kernel
 * has taken a part is sent to its end, and where blocks have to be in order, those
 * that its 256 bytes still need; nothing else is.
 */
void kcan_flash_abort(struct kcan_flash *flash, uint64_t now_us);

/**
 * kcan_flash_gone() - on USB and UART: the port has gone
 *
 * A board on USB takes its port along when it starts, and with it the answer to
 * COMPLETE where that was not read yet. All is done then.
 *
 * Return: whether it is: COMPLETE was sent. Otherwise the exchange cannot go on,
 * and has no verdict.
 */
bool kcan_flash_gone(struct kcan_flash *flash);

/**
 * kcan_flash_deadline() - when to call kcan_flash_tx(), or its sibling, again
 *
 * Return: a time, which may be past; UINT64_MAX once done.
 */
uint64_t kcan_flash_deadline(const struct kcan_flash *flash);

/**
 * kcan_flash_awaits() - on CAN: how much of an answer is still to come
 *
 * Frames take their time on a bus. Who knows how many there must be need not be
 * woken up for each of them.
 *
 * Return: frames until there is something to do, at least; 0: that is not known,
 * or nothing is awaited.
 */
size_t kcan_flash_awaits(const struct kcan_flash *flash);

/** There is a verdict; nothing more is sent. */
bool kcan_flash_done(const struct kcan_flash *flash);

/** A copy of what is known now. */
struct kcan_flash_result kcan_flash_result(const struct kcan_flash *flash);

/**
 * kcan_flash_verdict_name() - a word for programs and logs, such as "differs"
 *
 * Return: lower case letters and hyphens, never NULL; of what is no verdict
 * that of PENDING.
 */
const char *kcan_flash_verdict_name(enum kcan_flash_verdict verdict);

/**
 * kcan_flash_verdict_text() - a sentence for people: what was observed, and what
 * to do
 *
 * Return: English without a full stop or a newline, never NULL; of what is no
 * verdict that of PENDING.
 */
const char *kcan_flash_verdict_text(enum kcan_flash_verdict verdict);

KCAN_DECLS_END

#endif
