/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef PROTO_BOOTREQ_MACHINE_H
#define PROTO_BOOTREQ_MACHINE_H

#include <kcan/bootreq.h>
#include <kcan/kat.h>
#include <kcan/stream.h>

/* Inside of the exchange: what bootreq.c and its receiving end share. */

/** Each is one frame, the one to send next or the one in flight. */
enum step {
	STEP_NONE,
	STEP_REQUEST,
	STEP_SET,
	STEP_ASK,
	STEP_CONNECT,
	STEP_READ_HEAD, /* REQUEST_BLOCK takes two frames */
	STEP_READ_TAIL,
	STEP_COMPLETE,
	STEP_HANDBACK,
	STEP_DONE,
};

enum phase {
	PHASE_PROVE, /* is it Katapult with this UUID? */
	PHASE_TALK,  /* proven: what it is told and asked */
	PHASE_CHECK, /* told to leave: is it still there? */
};

struct kcan_bootreq {
	struct kcan_uuid uuid;
	struct kcan_bootreq_cfg cfg;
	struct kcan_bootreq_result result;
	enum kcan_bootreq_verdict hint; /* what running out of time means */
	enum kcan_delivery first;	/* the first frame, whichever it is */

	enum phase phase;
	enum step step;		/* of the frame that is due next */
	enum step in_flight;	/* of the frame not yet confirmed */
	unsigned int asked;	/* questions since the last SET */
	unsigned int sets;	/* SETs that the kernel took */
	unsigned int completes; /* COMPLETEs confirmed */
	bool acked;		/* Katapult answered COMPLETE */
	bool checked;		/* and was asked again afterwards */
	bool started;		/* @start_us is set */
	uint64_t due_us;
	uint64_t ready_us; /* when @step was to go, but for @in_flight */
	uint64_t give_up_us;
	uint64_t start_us; /* first frame confirmed */
	uint64_t set_us;   /* last SET confirmed */

	struct kcan_stream rx;
	uint8_t rx_buf[KCAN_KAT_MAX + CAN_MAX_DLEN];
};

/** The frame of @req->step. */
void bootreq_build(const struct kcan_bootreq *req, struct can_frame *out);

/** No verdict yet. */
bool bootreq_undecided(const struct kcan_bootreq *req);

/** This is how it ends; what is left is to leave the node as it was. */
void bootreq_decide(struct kcan_bootreq *req, enum kcan_bootreq_verdict verdict,
		    uint64_t now_us);

/* What the receiving end has found: each moves the exchange one step on. */
void bootreq_proven(struct kcan_bootreq *req, uint64_t now_us);
void bootreq_identified(struct kcan_bootreq *req,
			const struct kcan_kat_ident *ident, uint64_t now_us);
void bootreq_word_read(struct kcan_bootreq *req, uint32_t first_word,
		       uint64_t now_us);
void bootreq_completed(struct kcan_bootreq *req, uint64_t now_us);

/** Bytes wait that may be the beginning of a Katapult block. */
bool bootreq_starts_like_katapult(const struct kcan_bootreq *req);

#endif
