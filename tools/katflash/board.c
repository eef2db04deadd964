// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* What is sent and received for one board, whatever stage it is in. */
#include "board.h"

#include <errno.h>

static uint64_t now_of(const struct board *b)
{
	return b->wire->bus.loop->now_us;
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

/* One of these is on its way at a time: what they wait for is its confirmation. */
static void send_single(struct board *b)
{
	struct wire *wire = b->wire;
	struct can_frame frame;
	int err;

	if (wire->holder || !build_single(b, &frame))
		return;
	err = bus_send(&wire->bus, &frame);
	if (err) {
		not_taken(b);
		wire->lost = err == -ENODEV ? err : wire->lost;
		return;
	}
	if (b->req)
		kcan_bootreq_handed(b->req, now_of(b));
	b->flying = frame;
	wire->holder = b;
}

static void send_blocks(struct board *b)
{
	struct can_frame frames[KCAN_FLASH_FRAMES];
	size_t n;
	int sent = 1;

	while (sent > 0 && (n = kcan_flash_tx(b->flash, frames, now_of(b)))) {
		sent = bus_send_all(&b->wire->bus, frames, n);
		if (sent == -ENODEV)
			b->wire->lost = sent;
		kcan_flash_taken(b->flash, sent > 0 ? (size_t)sent : 0,
				 now_of(b));
	}
}

void board_send(struct board *b)
{
	if (b->wire->lost)
		return;
	if (b->flash)
		send_blocks(b);
	else if (is_single(b))
		send_single(b);
}

uint64_t board_deadline(const struct board *b)
{
	const struct board *holder = b->wire->holder;

	if (b->stage == STAGE_DONE)
		return UINT64_MAX;
	if (b->flash)
		return kcan_flash_deadline(b->flash);
	if (!is_single(b))
		return b->due_us;
	if (holder && holder != b)
		return UINT64_MAX;
	return b->req ? kcan_bootreq_deadline(b->req) :
			kcan_running_deadline(b->running);
}

static bool is_flying(const struct board *b, const struct can_frame *frame)
{
	return b->wire->holder == b && bus_is_same_frame(&b->flying, frame);
}

static void rx_own(struct board *b, const struct kcan_bus_rx *rx)
{
	if (b->flash)
		kcan_flash_sent(b->flash, &rx->frame, now_of(b));
	if (!is_flying(b, &rx->frame))
		return;
	b->wire->holder = NULL;
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

void board_abort(struct board *b)
{
	if (b->req)
		kcan_bootreq_abort(b->req, now_of(b));
	if (b->flash)
		kcan_flash_abort(b->flash, now_of(b));
	if (b->running)
		kcan_running_abort(b->running);
}

void board_free(struct board *b)
{
	kcan_bootreq_free(b->req);
	kcan_flash_free(b->flash);
	kcan_running_free(b->running);
	b->req = NULL;
	b->flash = NULL;
	b->running = NULL;
	if (b->wire && b->wire->holder == b)
		b->wire->holder = NULL;
}
