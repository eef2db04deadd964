// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* What is sent and received for a board on CAN, whatever stage it is in. */
#include "board.h"

#include <errno.h>

#include "tell/tell.h"

static uint64_t now_of(const struct board *b)
{
	return b->loop->now_us;
}

static bool is_single(const struct board *b)
{
	return b->req || b->running;
}

static bool build_single(struct board *b, struct can_frame *frame)
{
	return b->req ? kcan_bootreq_tx(b->req, frame, now_of(b)) :
			kcan_running_tx(b->running, frame, now_of(b));
}

static void not_taken(struct board *b)
{
	if (b->req)
		kcan_bootreq_unsent(b->req, now_of(b));
	else
		kcan_running_unsent(b->running, now_of(b));
}

/* The kernel tells each once, and who sends may be told first. */
static void note_error(struct wire *wire, int err)
{
	if (err == -ENODEV)
		wire->lost = err;
	else if (err == -ENETDOWN)
		wire->down = true;
}

/*
 * One of a board is on its way at a time: what it waits for is its confirmation.
 * Who waited for that of others would wait for all that these have to say.
 */
static void send_single(struct board *b)
{
	struct wire *wire = b->wire;
	struct can_frame frame;
	int err;

	if (b->flies || !build_single(b, &frame))
		return;
	err = bus_send(&wire->bus, &frame);
	if (err) {
		not_taken(b);
		note_error(wire, err);
		return;
	}
	if (b->req)
		kcan_bootreq_handed(b->req, now_of(b));
	b->flying = frame;
	b->flies = true;
	b->down = false;
}

static void send_blocks(struct board *b)
{
	struct can_frame frames[KCAN_FLASH_FRAMES];
	size_t n;
	int sent = 1;

	while (sent > 0 && (n = kcan_flash_tx(b->flash, frames, now_of(b)))) {
		sent = bus_send_all(&b->wire->bus, frames, n);
		if (sent < 0)
			note_error(b->wire, sent);
		kcan_flash_taken(b->flash, sent > 0 ? (size_t)sent : 0,
				 now_of(b));
	}
}

static void send_due(struct board *b)
{
	/* what is sent before all are told that it went down is taken for lost */
	if (b->wire->lost || b->wire->down)
		return;
	if (b->flash)
		send_blocks(b);
	else if (is_single(b))
		send_single(b);
}

static uint64_t deadline(const struct board *b)
{
	if (b->flash)
		return kcan_flash_deadline(b->flash);
	if (!is_single(b))
		return b->due_us;
	return b->req ? kcan_bootreq_deadline(b->req) :
			kcan_running_deadline(b->running);
}

size_t board_awaits(const struct board *b)
{
	return b->flash ? kcan_flash_awaits(b->flash) : 0;
}

static void rx_own(struct board *b, const struct kcan_bus_rx *rx)
{
	if (b->flash)
		kcan_flash_sent(b->flash, &rx->frame, now_of(b));
	if (!b->flies || !bus_is_same_frame(&b->flying, &rx->frame))
		return;
	b->flies = false;
	if (b->req && rx->at_us)
		kcan_bootreq_handed(b->req, rx->at_us);
	if (b->req)
		kcan_bootreq_sent(b->req, now_of(b));
	else if (b->running)
		kcan_running_sent(b->running, now_of(b));
}

void board_rx(struct board *b, const struct kcan_bus_rx *rx)
{
	if (rx->own)
		rx_own(b, rx);
	else if (b->req)
		kcan_bootreq_rx(b->req, &rx->frame,
				rx->at_us ? rx->at_us : now_of(b));
	else if (b->flash)
		kcan_flash_rx(b->flash, &rx->frame, now_of(b));
	else if (b->running)
		kcan_running_rx(b->running, &rx->frame, now_of(b));
}

/*
 * What was on its way is gone. A flash goes on as soon as the interface is up, as
 * does the question whether the new firmware runs; nothing was written before, so
 * that nobody has to wait for that.
 */
void board_down(struct board *b)
{
	if (b->flash)
		kcan_flash_lost(b->flash, now_of(b));
	if (b->running && b->flies)
		not_taken(b);
	if (b->req)
		kcan_bootreq_abort(b->req, now_of(b));
	b->flies = false;
	b->down = true;
	b->cut = b->req;
}

/* Ask Katapult, for itself or to start the application again. */
static bool ask(struct board *b, enum kcan_bootreq_goal goal,
		uint64_t timeout_us)
{
	struct kcan_bootreq_cfg cfg = { .timeout_us = timeout_us,
					.goal = goal,
					.draw = nodeids_draw,
					.ctx = &b->draw };

	b->draw = (struct nodeids_draw){ .pool = &b->wire->nodeids };
	b->cut = false;
	return !kcan_bootreq_new(&b->req, &b->uuid, &cfg, now_of(b));
}

/*
 * A request is sent once, and a board that is just starting hears none: half of
 * the time is for a second one. Who is in Katapult by then ignores it.
 */
static bool enter(struct board *b)
{
	uint64_t half_us = b->opts->timeout_us / 2;

	return ask(b, KCAN_BOOTREQ_GOAL_ENTER,
		   b->unheard ? b->opts->timeout_us - half_us : half_us);
}

/* Katapult may have been proven by then, and be asked what it is. */
static bool ended_by_down(const struct board *b,
			  const struct kcan_bootreq_result *result)
{
	return b->cut && !b->loop->signal &&
	       (result->verdict == KCAN_BOOTREQ_ABORTED ||
		(result->verdict == KCAN_BOOTREQ_PROVEN &&
		 !result->identified));
}

/* It has one at a time, so that of the exchange before is free. */
static void take_nodeid(struct board *b,
			const struct kcan_bootreq_result *result)
{
	nodeids_give_back(&b->wire->nodeids, b->nodeid);
	b->nodeid = result->nodeid;
}

static enum entry entered(struct board *b)
{
	struct kcan_bootreq_result result = kcan_bootreq_result(b->req);
	enum kcan_bootreq_verdict verdict = result.verdict;

	/* what would come now does not hear of the signal */
	if (b->loop->signal && verdict == KCAN_BOOTREQ_PROVEN)
		verdict = KCAN_BOOTREQ_ABORTED;
	if (ended_by_down(b, &result)) {
		end_down(b, result.request);
		return ENTRY_DOWN;
	}
	if (verdict != KCAN_BOOTREQ_PROVEN) {
		end_enter(b, verdict);
		if (verdict != KCAN_BOOTREQ_SILENT || b->unheard)
			return ENTRY_FAILED;
		take_nodeid(b, &result);
		b->unheard = true;
		return ENTRY_SILENT;
	}
	take_nodeid(b, &result);
	b->unheard = false;
	b->twice |= result.twice;
	if (!result.identified) {
		end_unnamed(b);
		return ENTRY_UNNAMED;
	}
	/* not before: what was judged refers to what was known of it then */
	b->ident = result.ident;
	b->target = (struct kcan_image_board){
		.link = KCAN_IMAGE_LINK_CAN,
		.bit_rate = b->wire->link.bitrate_bps,
		.owns_timing = b->wire->owns_timing,
	};
	return ENTRY_PROVEN;
}

/* Without a nodeid, in any case. */
static bool leave(struct board *b, bool stay)
{
	return ask(b, stay ? KCAN_BOOTREQ_GOAL_ENTER : KCAN_BOOTREQ_GOAL_LEAVE,
		   b->opts->timeout_us);
}

static void left(struct board *b)
{
	enum kcan_bootreq_verdict verdict = kcan_bootreq_verdict(b->req);
	bool known = verdict == KCAN_BOOTREQ_PROVEN;
	char uuid[KCAN_UUID_STR_LEN + 1];

	kcan_uuid_format(&b->uuid, uuid);
	if (verdict == KCAN_BOOTREQ_LEFT || *b->end.next)
		return;
	if (verdict == KCAN_BOOTREQ_BLANK)
		end_next(&b->end, END_STAYS_BLANK);
	else
		end_next(&b->end,
			 "it is %sin Katapult; to start what is in its flash: "
			 "canbootreq -i %s --leave -u %s",
			 known ? "" : "likely still ", b->wire->ifname, uuid);
}

static bool find(struct board *b, struct kcan_running_cfg *cfg)
{
	cfg->nodeid = nodeids_draw(&b->draw);
	if (cfg->nodeid)
		return true;
	end_unasked(b);
	return false;
}

/* It has the nodeid still that it was flashed on, or gets it again. */
static bool turn_back(struct board *b)
{
	return !b->down;
}

static void nothing(struct board *b)
{
	(void)b;
}

const struct link_ops board_on_can = {
	.enter = enter,
	.entered = entered,
	.leave = leave,
	.left = left,
	.starts = nothing,
	.find = find,
	.turn_back = turn_back,
	.send = send_due,
	.deadline = deadline,
	.close = nothing,
};
