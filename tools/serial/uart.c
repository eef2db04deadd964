// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "ask.h"

#include <errno.h>
#include <string.h>

#include <kcan/serialreq.h>

#include "trace.h"

/* Nothing reports that a queue is empty: so often it is looked at ... */
#define LOOK_US 1000
/* ... and for so long, beyond what the line takes. */
#define STUCK_US 1000000

struct uart {
	struct words_facts *facts;
	struct loop *loop;
	struct kcan_tty *tty;
	struct kcan_serialreq *req;
	uint32_t rate_bps; /* set last; 0: none yet */
	uint64_t leave_us; /* what was written has left by then; 0: it has */
};

static void give_up(struct uart *u, enum cause cause, int err)
{
	u->facts->cause = cause;
	snprintf(u->facts->detail, sizeof(u->facts->detail), "%s",
		 strerror(-err));
}

static bool is_lost(int err)
{
	return err == -EIO || err == -ENODEV || err == -ENXIO;
}

/* A write or a setting failed. */
static void explain(struct uart *u, int err)
{
	if (kcan_serialreq_result(u->req).requested)
		give_up(u, CAUSE_LOST, err);
	else if (is_lost(err))
		give_up(u, CAUSE_LOST_UNSENT, err);
	else
		give_up(u, CAUSE_NOT_TAKEN, err);
	if (err != -ERANGE)
		return;
	u->facts->cause = CAUSE_RATE;
	snprintf(u->facts->detail, sizeof(u->facts->detail), "%u", u->rate_bps);
}

static void send_due(struct uart *u)
{
	struct kcan_serialreq_send send;
	int err = 0;

	if (!kcan_serialreq_tx(u->req, &send, u->loop->now_us))
		return;
	if (send.rate_bps != u->rate_bps)
		err = kcan_tty_speed(u->tty, send.rate_bps);
	u->rate_bps = send.rate_bps;
	if (!err)
		err = kcan_tty_ask(u->tty, send.bytes, send.len);
	if (err) {
		explain(u, err);
		return;
	}
	trace_bytes(u->loop, u->rate_bps, ">", send.bytes, send.len);
	u->leave_us = loop_now(u->loop) + send.wire_us + STUCK_US;
}

static void note_left(struct uart *u)
{
	int queued = u->leave_us ? kcan_tty_queued(u->tty) : 1;

	if (queued < 0) {
		explain(u, queued);
	} else if (!queued) {
		u->leave_us = 0;
		kcan_serialreq_sent(u->req, u->loop->now_us);
	} else if (u->leave_us && u->loop->now_us >= u->leave_us) {
		kcan_tty_unwrite(u->tty);
		explain(u, -ETIMEDOUT);
	}
}

static uint64_t deadline(const struct uart *u)
{
	return u->leave_us ? u->loop->now_us + LOOK_US :
			     kcan_serialreq_deadline(u->req);
}

static void take_bytes(struct uart *u)
{
	uint8_t bytes[256];
	ssize_t n = kcan_tty_read(u->tty, bytes, sizeof(bytes));

	if (n < 0) {
		explain(u, (int)n);
		return;
	}
	trace_bytes(u->loop, u->rate_bps, "<", bytes, (size_t)n);
	kcan_serialreq_rx(u->req, bytes, (size_t)n, u->loop->now_us);
}

static enum cause cause_of(const struct kcan_serialreq_result *result)
{
	static const enum cause causes[] = {
		[KCAN_SERIALREQ_PENDING] = CAUSE_PENDING,
		[KCAN_SERIALREQ_ALREADY] = CAUSE_ALREADY,
		[KCAN_SERIALREQ_PROVEN] = CAUSE_PROVEN,
		[KCAN_SERIALREQ_APPLICATION] = CAUSE_APPLICATION,
		[KCAN_SERIALREQ_SILENT] = CAUSE_SILENT,
		[KCAN_SERIALREQ_GARBLED] = CAUSE_GARBLED,
	};

	if (result->verdict != KCAN_SERIALREQ_SILENT)
		return causes[result->verdict];
	return result->echo    ? CAUSE_ECHO :
	       result->noise   ? CAUSE_NOISE :
	       result->klipper ? CAUSE_SILENT_SINCE :
				 CAUSE_SILENT;
}

static void interrupt(struct uart *u)
{
	u->facts->cause = CAUSE_INTERRUPTED;
	/* it is told as not sent, and closing the port would wait for it */
	if (u->leave_us)
		kcan_tty_unwrite(u->tty);
}

static void exchange(struct uart *u)
{
	struct words_facts *facts = u->facts;
	struct kcan_serialreq_result result;

	while (facts->cause == CAUSE_PENDING) {
		send_due(u);
		note_left(u);
		result = kcan_serialreq_result(u->req);
		facts->requested = result.requested;
		facts->katapult = result.ident;
		if (facts->cause == CAUSE_PENDING)
			facts->cause = cause_of(&result);
		if (facts->cause == CAUSE_PENDING &&
		    loop_wait(u->loop, kcan_tty_fd(u->tty), deadline(u)) > 0)
			take_bytes(u);
		if (u->loop->signal && facts->cause == CAUSE_PENDING)
			interrupt(u);
	}
	facts->identified = facts->cause == CAUSE_PROVEN ||
			    facts->cause == CAUSE_ALREADY;
}

static void ask_on(struct words_facts *facts, struct loop *l, bool present)
{
	const struct kcan_serialreq_cfg cfg = {
		.timeout_us = facts->timeout_us,
		.baud_bps = facts->baud_bps,
		.katapult_bps = facts->katapult_bps,
		.present = present,
	};
	struct uart u = { .facts = facts, .loop = l };
	int err;

	u.tty = ask_open(facts);
	if (!u.tty)
		return;
	facts->way = present ? facts->way : WAY_UART;
	err = kcan_serialreq_new(&u.req, &cfg);
	if (err)
		give_up(&u, CAUSE_LOCAL, err);
	else
		exchange(&u);
	kcan_serialreq_free(u.req);
	if (facts->keeps && facts->identified)
		facts->tty = u.tty;
	else
		kcan_tty_close(u.tty);
}

void ask_uart(struct words_facts *facts, struct loop *l)
{
	ask_on(facts, l, false);
}

void ask_katapult(struct words_facts *facts, struct loop *l)
{
	ask_on(facts, l, true);
}
