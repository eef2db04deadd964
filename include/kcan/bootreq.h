/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KCAN_BOOTREQ_H
#define KCAN_BOOTREQ_H

#include <linux/can.h>
#include <stdbool.h>
#include <stdint.h>

#include <kcan/decls.h>
#include <kcan/kat.h>
#include <kcan/outcome.h>
#include <kcan/uuid.h>

KCAN_DECLS_BEGIN

/**
 * struct kcan_bootreq - one "enter your bootloader, then prove it" exchange
 * with one node, or the way back
 *
 * It knows what to send, what an answer proves and when to give up, and nothing
 * else: no socket, no clock, no logging. Those are the caller's, who does this:
 *
 *	kcan_bootreq_new(&req, &uuid, &cfg, now_us)
 *	until kcan_bootreq_done(req):
 *		while kcan_bootreq_tx(req, &frame, now_us):
 *			send the frame; if the kernel does not take it,
 *			kcan_bootreq_unsent(req, now_us), else
 *			kcan_bootreq_handed(req, now_us) at once
 *		wait for a frame, until kcan_bootreq_deadline(req)
 *		own frame, confirmed:  kcan_bootreq_sent(req, now_us)
 *		anybody else's frame:  kcan_bootreq_rx(req, &frame, now_us)
 *	kcan_bootreq_verdict(req), kcan_bootreq_free(req)
 *
 * A confirmation is the own frame that the kernel gives back once the bus has
 * taken it: with <kcan/bus.h>, one that is marked as own. Waits and proofs rest
 * on it, so a socket that does not ask for own frames gets no further than the
 * request.
 *
 * Times are microseconds of a monotonic clock with any origin and must not go
 * backwards between calls. Not thread safe; any number may run side by side, on
 * nodeids of their own. What goes over the bus, and why: docs/protocol.md, and
 * can-admin-channel.md, section 14.3.
 */
struct kcan_bootreq;

/** What an exchange is for. */
enum kcan_bootreq_goal {
	KCAN_BOOTREQ_GOAL_REQUEST, /* send the request, and prove nothing */
	KCAN_BOOTREQ_GOAL_ENTER, /* request, prove, and ask Katapult what it is */
	/*
	 * No request: prove, read the first word of the application, and send
	 * COMPLETE when there is one (katapult-protocol.md, section 4.5), so
	 * that it starts.
	 */
	KCAN_BOOTREQ_GOAL_LEAVE,
};

/** What an exchange may do; nothing is defaulted here. */
struct kcan_bootreq_cfg {
	/*
	 * How long to try, from the first confirmed frame: 1 us to 1 hour. It
	 * ends with the proof, and with LEAVE with COMPLETE; what comes then
	 * takes its own time. 5 s are enough for a board that resets.
	 */
	uint64_t timeout_us;
	enum kcan_bootreq_goal goal;
	/*
	 * Draws the nodeid that the node is given while it is proven: 1..254,
	 * used by no other node or program on the bus, and never the same
	 * twice; 0 when none is left. At random is best, as the nodeid is all
	 * the challenge that the protocol has. Klipper hosts count up from 4,
	 * console.py takes 64 and flashtool.py 129; canbootreq draws from
	 * 192..254. Called in kcan_bootreq_new(), and in kcan_bootreq_tx() when
	 * another one is needed. It may be NULL with GOAL_REQUEST.
	 */
	uint8_t (*draw)(void *ctx);
	void *ctx; /* passed to @draw; may be NULL */
};

/** What an exchange has found out. */
enum kcan_bootreq_verdict {
	KCAN_BOOTREQ_PENDING,	  /* not decided yet */
	KCAN_BOOTREQ_PROVEN,	  /* all 20 bytes, with this UUID */
	KCAN_BOOTREQ_REQUESTED,	  /* GOAL_REQUEST: confirmed, not proven */
	KCAN_BOOTREQ_SILENT,	  /* nothing like Katapult came in time */
	KCAN_BOOTREQ_NOT_QUEUED,  /* the kernel never took the first frame */
	KCAN_BOOTREQ_UNCONFIRMED, /* taken, but never confirmed: still queued */
	KCAN_BOOTREQ_NO_NODEID,	  /* none was left to draw */
	KCAN_BOOTREQ_NODEID_TAKEN, /* a Klipper node answered on our nodeid */
	KCAN_BOOTREQ_WRONG_UUID,   /* Katapult, but another UUID */
	KCAN_BOOTREQ_NACKED,  /* NACK and then no proof: receiver is stuck */
	KCAN_BOOTREQ_REFUSED, /* ERROR: Katapult without GET_CANBUS_ID */
	/* Katapult blocks, none of them an answer to a confirmed question */
	KCAN_BOOTREQ_GARBLED,
	KCAN_BOOTREQ_ABORTED, /* kcan_bootreq_abort() */

	/* with KCAN_BOOTREQ_GOAL_LEAVE only */
	KCAN_BOOTREQ_LEFT,	 /* acknowledged COMPLETE, then silent */
	KCAN_BOOTREQ_BLANK,	 /* no application; COMPLETE was not sent */
	KCAN_BOOTREQ_UNANSWERED, /* proven, then silent before COMPLETE */
	KCAN_BOOTREQ_STAYED,	 /* still answers after COMPLETE */
	KCAN_BOOTREQ_UNSURE, /* silent, but COMPLETE not acknowledged, or the
			      * question afterwards not confirmed */
};

/**
 * kcan_bootreq_outcome() - what canbootreq would report for a verdict
 *
 * kcan_outcome_get() leads from there to an exit code and a meaning.
 *
 * Return: of PENDING, and of what is no verdict, KCAN_OUTCOME_LOCAL_ERROR.
 */
enum kcan_outcome kcan_bootreq_outcome(enum kcan_bootreq_verdict verdict);

/**
 * kcan_bootreq_verdict_name() - a word for programs and logs, such as
 * "wrong-uuid"
 *
 * Return: lower case letters and hyphens, never NULL; of what is no verdict
 * that of PENDING.
 */
const char *kcan_bootreq_verdict_name(enum kcan_bootreq_verdict verdict);

/**
 * kcan_bootreq_verdict_text() - a sentence for people: what was observed, and
 * what to do
 *
 * Return: English without a full stop or a newline, never NULL; of what is no
 * verdict that of PENDING.
 */
const char *kcan_bootreq_verdict_text(enum kcan_bootreq_verdict verdict);

/** How far a frame is known to have come. */
enum kcan_delivery {
	KCAN_DELIVERY_NONE,	   /* never taken by the kernel */
	KCAN_DELIVERY_UNCONFIRMED, /* taken; may still be queued */
	KCAN_DELIVERY_CONFIRMED,
};

/** What is known of an exchange, at any time. */
struct kcan_bootreq_result {
	enum kcan_bootreq_verdict verdict;
	enum kcan_delivery request; /* with LEAVE: COMPLETE */
	/*
	 * What became of the nodeid, if any was @assigned. CONFIRMED: it was
	 * handed back, and the node did not answer on it afterwards; else the
	 * node may still hold it.
	 */
	enum kcan_delivery handback;
	bool assigned;		/* the kernel took a SET with a nodeid */
	uint8_t nodeid;		/* the last one drawn; 0: none */
	bool settled;		/* all but @handback stays as it is */
	struct kcan_uuid other; /* WRONG_UUID: the one that answered */
	/*
	 * Half a command may be in the node's buffer: its receiver is stuck
	 * then, until a reset (katapult-protocol.md, section 3).
	 */
	bool torn;
	/*
	 * The UUID was told more often than it was asked for: two boards have
	 * it, or the question was repeated on the bus.
	 */
	bool twice;
	bool identified;	     /* CONNECT was answered: */
	struct kcan_kat_ident ident; /* texts are as they came, any bytes */
};

/**
 * kcan_bootreq_new() - prepare an exchange; its first frame is due at once
 * @out:  set on success only; release with kcan_bootreq_free()
 * @uuid: whom to ask; copied
 * @cfg:  copied; what its @ctx points to has to outlive the exchange
 *
 * With no nodeid to draw the exchange is done at once, as NO_NODEID.
 *
 * Return: 0, -EINVAL (a value of @cfg out of range) or -ENOMEM.
 */
int kcan_bootreq_new(struct kcan_bootreq **out, const struct kcan_uuid *uuid,
		     const struct kcan_bootreq_cfg *cfg, uint64_t now_us);

/**
 * kcan_bootreq_free() - release an exchange, wherever it is; NULL is allowed
 *
 * One that is not done may leave the node with a nodeid: to stop early, call
 * kcan_bootreq_abort() and go on until it is done.
 */
void kcan_bootreq_free(struct kcan_bootreq *req);

/**
 * kcan_bootreq_tx() - the frame that is due now, if any
 *
 * A frame handed out is in flight until kcan_bootreq_sent() or
 * kcan_bootreq_unsent(); meanwhile no other is handed out, but for the hand
 * back, which must not stay behind a confirmation that never comes.
 *
 * Return: true and *@frame filled, or false when nothing is due.
 */
bool kcan_bootreq_tx(struct kcan_bootreq *req, struct can_frame *frame,
		     uint64_t now_us);

/**
 * kcan_bootreq_sent() - the bus confirmed the frame in flight
 *
 * Waits count from @now_us. An answer that came before the confirmation of its
 * question, as some drivers deliver it, is believed now.
 */
void kcan_bootreq_sent(struct kcan_bootreq *req, uint64_t now_us);

/**
 * kcan_bootreq_handed() - by @at_us the kernel had the frame handed out last
 *
 * Between the time given to kcan_bootreq_tx() and the send this process may have
 * had to wait, and what arrived meanwhile is no answer. Call it with the time
 * after the send, and once more with the time stamp of the confirmation before
 * kcan_bootreq_sent(): the earlier one counts, as virtual interfaces confirm
 * within the send. Left out, the time given to kcan_bootreq_tx() counts. A time
 * stamp from before that shows how far off they are, and takes its place.
 */
void kcan_bootreq_handed(struct kcan_bootreq *req, uint64_t at_us);

/**
 * kcan_bootreq_unsent() - the kernel did not take the frame handed out last
 *
 * Queue full: it is handed out again a little later, until time is up.
 */
void kcan_bootreq_unsent(struct kcan_bootreq *req, uint64_t now_us);

/**
 * kcan_bootreq_rx() - a frame of somebody else arrived
 * @at_us: when it arrived, as kcan_bus_recv() tells, which may be before the
 *         last call. With a later time an old frame may pass for an answer
 *
 * Any frame may be fed; what is not on the node's transmit id is ignored. Own
 * frames must not be fed. What arrived there before the first question was
 * handed out answers nothing: the next SET then names another nodeid.
 */
void kcan_bootreq_rx(struct kcan_bootreq *req, const struct can_frame *frame,
		     uint64_t at_us);

/**
 * kcan_bootreq_abort() - the caller wants out
 *
 * Go on until it is done: only what leaves the node as it was is still sent.
 * The second half of a command is completed, and a nodeid that the node may hold
 * is handed back. A verdict that has already been reached stays.
 */
void kcan_bootreq_abort(struct kcan_bootreq *req, uint64_t now_us);

/**
 * kcan_bootreq_deadline() - when kcan_bootreq_tx() has to be called again
 *
 * Return: a time, which may be past; UINT64_MAX once done, so that
 * kcan_bootreq_done() is true.
 */
uint64_t kcan_bootreq_deadline(const struct kcan_bootreq *req);

/**
 * kcan_bootreq_expire() - let time pass, with no room for a frame on the bus
 *
 * For callers that let another exchange go first: at kcan_bootreq_time_up() it
 * is decided by this as it would be by kcan_bootreq_tx(), and leaving begins.
 */
void kcan_bootreq_expire(struct kcan_bootreq *req, uint64_t now_us);

/**
 * kcan_bootreq_time_up() - when to stop waiting for an answer or a confirmation
 *
 * Return: a time, which may be past; UINT64_MAX once done.
 */
uint64_t kcan_bootreq_time_up(const struct kcan_bootreq *req);

/**
 * kcan_bootreq_done() - decided, and the node left as well as it could be
 *
 * Leaving takes 0.9 s at most, or until 0.9 s after the time-out when that is
 * later.
 */
bool kcan_bootreq_done(const struct kcan_bootreq *req);

/**
 * kcan_bootreq_leaving() - decided, but not done
 *
 * What remains is to ask a proven Katapult what it is, which
 * kcan_bootreq_abort() cuts short, and to leave. Callers that let several
 * exchanges share one bus keep at most one unconfirmed frame in flight on it; a
 * hand-back that would wait for long goes nevertheless.
 */
bool kcan_bootreq_leaving(const struct kcan_bootreq *req);

/** The verdict so far: KCAN_BOOTREQ_PENDING until there is one, then final. */
enum kcan_bootreq_verdict kcan_bootreq_verdict(const struct kcan_bootreq *req);

/** A copy of what is known now. */
struct kcan_bootreq_result kcan_bootreq_result(const struct kcan_bootreq *req);

KCAN_DECLS_END

#endif
