/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef PROTO_BOOTREQ_MACHINE_H
#define PROTO_BOOTREQ_MACHINE_H

#include <kcan/bootreq.h>
#include <kcan/kat.h>
#include <kcan/stream.h>

#include "util/array.h"

/*
 * Inside of the exchange: what bootreq.c, what comes after the proof
 * (bootreq_talk.c), the way out (bootreq_leave.c), the receiving end
 * (bootreq_rx.c) and the frames (bootreq_frame.c) share.
 */

/** Each but the last two is one frame, to be sent next or in flight. */
enum step {
	STEP_NONE,
	STEP_REQUEST,
	STEP_SET,
	STEP_ASK,
	STEP_CONNECT,
	STEP_READ_HEAD, /* REQUEST_BLOCK takes two frames */
	STEP_READ_TAIL,
	STEP_COMPLETE,
	/* the way out */
	STEP_FETCH,    /* SET once more: the node may be on another nodeid */
	STEP_HANDBACK, /* SET with the complement of the UUID */
	STEP_VERIFY,   /* the question, which nobody should answer */
	STEP_SILENCE,  /* waits for that */
	STEP_DONE,
};

enum phase {
	PHASE_PROVE, /* is it Katapult with this UUID? */
	PHASE_TALK,  /* proven: what it is told and asked */
	PHASE_CHECK, /* told to leave: is it still there? */
};

/** The nodeid in use, and what is known of it. */
struct place {
	uint8_t nodeid;
	bool burnt;	 /* heard on before we asked: of no use */
	bool asked;	 /* a question was handed out ... */
	uint64_t ask_us; /* ... and the first one when, at the earliest ... */
	uint64_t handed_us; /* ... and at the latest; 0: not told */
	bool believed;	    /* a question was confirmed, so answers count */
	bool early;	    /* one came before that: */
	struct kcan_uuid early_uuid;
	unsigned int sets; /* SETs with it that the kernel took */
	/* questions that the kernel took, and answers with our UUID */
	unsigned int asks, answers;
};

/** How the way out goes. */
struct leaving {
	uint64_t by_us;	      /* when to give up; UINT64_MAX before */
	unsigned int backs;   /* hand-backs of the nodeid confirmed */
	unsigned int repeats; /* because the node still answered */
	uint64_t verify_us;   /* the question was handed out */
	bool answered;	      /* by our UUID */
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
	bool placed;		/* the last SET brought an answer of our UUID */
	bool acked;		/* Katapult answered COMPLETE */
	bool checked;		/* and was asked again afterwards */
	bool started;		/* @start_us is set */
	uint64_t due_us;
	uint64_t ready_us; /* when @step was to go, but for @in_flight */
	uint64_t give_up_us;
	uint64_t start_us; /* first frame confirmed */
	uint64_t set_us;   /* last SET confirmed */

	enum step said;	     /* the last question or command ... */
	uint64_t said_us;    /* ... and when it was handed out first */
	uint64_t slowest_us; /* the longest that an answer took */

	struct place place;
	struct util_set former; /* nodeids of SETs before */
	struct leaving leaving;

	struct kcan_stream rx;
	uint8_t rx_buf[KCAN_KAT_MAX + CAN_MAX_DLEN];
};

/** The frame of @req->step. */
void bootreq_build(const struct kcan_bootreq *req, struct can_frame *out);

/** No verdict yet. */
bool bootreq_undecided(const struct kcan_bootreq *req);

/** @step is next, at @at_us or when the frame in flight is confirmed. */
void bootreq_go(struct kcan_bootreq *req, enum step step, uint64_t at_us);

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

/** Something came on the nodeid that answers nothing. */
void bootreq_burn(struct kcan_bootreq *req, uint64_t now_us);

/** Bytes wait that may be the beginning of a Katapult block. */
bool bootreq_starts_like_katapult(const struct kcan_bootreq *req);

/** GET_CANBUS_ID was answered with @uuid, and its question is confirmed. */
void bootreq_rx_identity(struct kcan_bootreq *req, const struct kcan_uuid *uuid,
			 uint64_t now_us);

/* What follows the confirmed frames after the proof. */
void bootreq_after_connect(struct kcan_bootreq *req, uint64_t now_us);
void bootreq_after_read_head(struct kcan_bootreq *req, uint64_t now_us);
void bootreq_after_read_tail(struct kcan_bootreq *req, uint64_t now_us);
void bootreq_after_complete(struct kcan_bootreq *req, uint64_t now_us);

/** The question whether it is still there is confirmed. */
void bootreq_checked(struct kcan_bootreq *req, uint64_t now_us);

/**
 * Return: whether that question could not be handed out yet, as the machine was
 * busy, or the kernel had no room.
 */
bool bootreq_asks_late(const struct kcan_bootreq *req, uint64_t now_us);

/** The answer to it has some time from now on. */
void bootreq_check_longer(struct kcan_bootreq *req, uint64_t now_us);

/** From now on all of it ends 0.9 s later, or 0.9 s after the time-out. */
void bootreq_limit(struct kcan_bootreq *req, uint64_t now_us);

/** Begin the way out. */
void bootreq_leave(struct kcan_bootreq *req, uint64_t now_us);

/** The caller wants out: do not use what is left of the time-out. */
void bootreq_hurry(struct kcan_bootreq *req, uint64_t now_us);

/** On the way out by now. */
bool bootreq_leaves(const struct kcan_bootreq *req);

/** A frame of the way out was not confirmed in time. */
void bootreq_give_up_step(struct kcan_bootreq *req, uint64_t now_us);

/** Our UUID answered the last question of the way out. */
void bootreq_still_there(struct kcan_bootreq *req, uint64_t now_us);

/** The nodeid that the next hand-back names. */
uint8_t bootreq_back_nodeid(const struct kcan_bootreq *req);

/* What follows the confirmed frames of the way out, and its silence. */
void bootreq_after_fetch(struct kcan_bootreq *req, uint64_t now_us);
void bootreq_after_handback(struct kcan_bootreq *req, uint64_t now_us);
void bootreq_after_verify(struct kcan_bootreq *req, uint64_t now_us);
void bootreq_after_silence(struct kcan_bootreq *req);

#endif
