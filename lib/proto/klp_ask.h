/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef PROTO_KLP_ASK_H
#define PROTO_KLP_ASK_H

#include <linux/can.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kcan/bootreq.h>
#include <kcan/klp.h>
#include <kcan/stream.h>
#include <kcan/uuid.h>

/**
 * struct kcan_klp_ask - one question after the other to a node that runs Klipper
 *
 * As a Klipper host would: SET_KLIPPER_NODEID, then a command, repeated until
 * its response and the ACK came, then the next one (klipper-mcu-protocol.md,
 * sections 4.4 and 7). What is asked, and which response answers it, is its
 * owner's, who puts this into a struct of his own.
 *
 * Nothing recorded or late is an answer if the question cannot be known before.
 * A response counts when it began after its question was handed out whole, and
 * is believed once that was confirmed.
 *
 * Pure, and used like struct kcan_bootreq: frames and times in microseconds.
 */
struct kcan_klp_ask;

/** How the asking ended, or that it did not. */
enum kcan_klp_ask_end {
	KCAN_KLP_ASK_PENDING,
	KCAN_KLP_ASK_TIME_UP, /* the first question was answered, not the last */
	KCAN_KLP_ASK_SILENT,  /* the first one was not */
	KCAN_KLP_ASK_TAKEN,   /* somebody gave the nodeid to another node */
	KCAN_KLP_ASK_UNSENT,  /* SET, or a question, was never confirmed */
	KCAN_KLP_ASK_SAID,    /* a question that has no answer was confirmed */
	KCAN_KLP_ASK_STOPPED, /* by the owner */
};

#define KCAN_KLP_ASK_VALUES 2

/** A command, and the response that may answer it. */
struct kcan_klp_question {
	struct kcan_klp_format ask, answer;
	struct kcan_klp_value values[KCAN_KLP_ASK_VALUES]; /* of @ask */
	/*
	 * Neither a response nor an ACK comes, as with `reset` (section 9.3):
	 * it is said once, and the last.
	 */
	bool unanswered;
};

/** What its owner decides. */
struct kcan_klp_ask_owner {
	/*
	 * The question that is open, or the next one after an answer and its
	 * ACK. Return: false: nothing is asked until kcan_klp_ask_go_on().
	 */
	bool (*question)(void *ctx, struct kcan_klp_question *out);
	/*
	 * A response of the right kind came; @values are those of its format.
	 * Return: whether it answers the open question.
	 */
	bool (*take)(void *ctx, const struct kcan_klp_value *values);
	void *ctx;
};

/** What an exchange may do; nothing is defaulted here. */
struct kcan_klp_ask_cfg {
	struct kcan_uuid uuid;
	/* to the first answer; from the confirmed SET, or without from now on */
	uint64_t silence_us;
	uint64_t talk_us; /* from that to the end */
	/* 1..255; the node keeps it; 0: USB or UART, which need none */
	uint8_t nodeid;
	struct kcan_klp_ask_owner owner;
};

struct kcan_klp_ask {
	struct kcan_klp_ask_cfg cfg;

	/* What is known, at any time. */
	enum kcan_klp_ask_end end;
	enum kcan_delivery set; /* SET_KLIPPER_NODEID */
	bool heard;		/* a Klipper block came, if not an answer */
	bool answered;		/* the first question was */
	bool idle;		/* the owner has no next question yet */

	/* Its own. */
	struct kcan_klp_host link;
	struct kcan_klp_question question; /* the one that is open */
	uint8_t block[KCAN_KLP_MAX];	   /* that it went out in last */
	size_t block_len;
	unsigned int asked; /* how often it went out */
	bool open;	    /* it was built, and neither answer nor ACK came */
	bool handed;	    /* once, whole: what comes now may answer it */
	bool confirmed;	    /* and that was: what has come may be believed */
	bool satisfied;	    /* its answer came, its ACK did not */
	bool set_due;	    /* before the next question */
	bool in_flight;	    /* a frame is not confirmed yet */
	uint64_t due_us;
	uint64_t tx_us;	  /* the last frame was handed out */
	uint64_t sent_us; /* the last frame was confirmed */
	uint64_t give_up_us;
	struct kcan_stream rx, tx;
	size_t stale; /* bytes of @rx from before @handed */
	/* what comes before a confirmation waits here for it */
	uint8_t rx_buf[4 * KCAN_KLP_MAX];
	uint8_t tx_buf[1 + KCAN_KLP_MAX];
};

/** The SET is due at once. @a must not be moved from then on. */
void kcan_klp_ask_init(struct kcan_klp_ask *a,
		       const struct kcan_klp_ask_cfg *cfg, uint64_t now_us);

/**
 * The next four are kcan_bootreq's: a frame handed out is in flight until sent
 * or unsent, and meanwhile no other is handed out.
 */
bool kcan_klp_ask_tx(struct kcan_klp_ask *a, struct can_frame *frame,
		     uint64_t now_us);
void kcan_klp_ask_sent(struct kcan_klp_ask *a, uint64_t now_us);
void kcan_klp_ask_unsent(struct kcan_klp_ask *a, uint64_t now_us);

/**
 * kcan_klp_ask_rx() - a frame of somebody else arrived
 *
 * Any frame may be fed: those on the node's transmit id and, to see whether the
 * nodeid is given to another node, admin messages. The rest is ignored.
 */
void kcan_klp_ask_rx(struct kcan_klp_ask *a, const struct can_frame *frame,
		     uint64_t now_us);

/**
 * kcan_klp_ask_tx_bytes() - on USB and UART: the block that is due, for one write
 * @bytes: set when there are any; valid until the next call
 *
 * What was written whole is confirmed by kcan_klp_ask_sent(), anything else is
 * kcan_klp_ask_unsent().
 *
 * Return: how many; 0: nothing is due.
 */
size_t kcan_klp_ask_tx_bytes(struct kcan_klp_ask *a, const uint8_t **bytes,
			     uint64_t now_us);

/** On USB and UART: any bytes that arrived. */
void kcan_klp_ask_rx_bytes(struct kcan_klp_ask *a, const uint8_t *bytes,
			   size_t len, uint64_t now_us);

/** Ask the owner again, who had no question: it is due at once. */
void kcan_klp_ask_go_on(struct kcan_klp_ask *a, uint64_t now_us);

/** The owner knows enough. */
void kcan_klp_ask_stop(struct kcan_klp_ask *a);

/** Return: as kcan_bootreq_deadline(). */
uint64_t kcan_klp_ask_deadline(const struct kcan_klp_ask *a);

/** `identify`, whose number is fixed: section 7. */
void kcan_klp_ask_identify(struct kcan_klp_question *out, uint32_t offset,
			   uint32_t count);

#endif
