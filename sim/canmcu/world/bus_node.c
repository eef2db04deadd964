// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* One node of a bus: what it sends, what it hears, and when it runs. */
#include "../wire/wire.h"
#include "bus_own.h"

/* The controller was reset with the MCU, or lost its supply. */
void bus_follow_reset(struct bus *b, struct node *node)
{
	if (!b->paced || node->sender_generation == node->mcu.generation)
		return;
	node->sender_generation = node->mcu.generation;
	arbiter_withdraw(&b->arbiter, &node->sender);
}

/*
 * From what stands between to the kernel: the MCU has been done with it, and may
 * have been reset since. Where there is no room it is lost.
 */
static void queue_left(struct bus *b, struct node *node,
		       const struct can_frame *f)
{
	medium_queue(&b->medium, &(struct medium_entry){ .sender = node,
							 .extra = true,
							 .left = true,
							 .frame = *f });
}

/* That of a bridge's controller is the bridge's own business. */
static bool is_foreign(const struct node *node)
{
	return mcu_off_speed(&node->mcu) && !node->listener;
}

/* Where frames can be destroyed: see struct arbiter. */
static void follow_speed(struct bus *b, struct node *node)
{
	if (b->arbiter.cfg.collisions)
		arbiter_set_foreign(&b->arbiter, &node->sender,
				    is_foreign(node));
}

/*
 * From the hardware to the wire, or straight to the kernel. What is there a
 * second time or late comes from what stands between, which has no speed.
 */
static bool send(struct bus *b, struct node *node, const struct can_frame *f,
		 bool extra, uint64_t now_us)
{
	if (!b->paced)
		return medium_queue(&b->medium,
				    &(struct medium_entry){
					    .sender = node,
					    .generation = node->mcu.generation,
					    .extra = extra,
					    .frame = *f });
	bus_follow_reset(b, node);
	follow_speed(b, node);
	return arbiter_queue(&b->arbiter, &node->sender, node->mcu.generation,
			     f, now_us);
}

/* Take @f through what stands between the node and the bus. */
static void pass(struct node *node, enum fault_dir dir,
		 const struct can_frame *f, uint64_t now_us,
		 struct transceiver_out *out)
{
	char text[WIRE_TEXT_MAX];

	transceiver_pass(&node->transceiver, &node->mcu.faults, dir, f, now_us,
			 out);
	if (out->faults_len)
		wire_text(text, f);
	for (size_t i = 0; i < out->faults_len; i++)
		mcu_event_fault(&node->mcu, out->faults[i], text, now_us);
}

/* The hardware knows of one frame, and is done with it when that was sent. */
static void transmit_faulty(struct node *node, const struct can_frame *f,
			    uint64_t now_us)
{
	struct bus *b = node->bus;
	struct transceiver_out out;
	bool waits = false;

	pass(node, FAULT_TX, f, now_us, &out);
	for (size_t i = 0; i < out.len; i++) {
		if (waits)
			queue_left(b, node, &out.frames[i]);
		else
			waits = send(b, node, &out.frames[i], false, now_us);
	}
	if (!waits)
		mcu_tx_done(&node->mcu);
}

void bus_transmit(struct node *node, const struct can_frame *f, uint64_t now_us)
{
	/* nobody acknowledges it, and it stays in the hardware for ever */
	if (is_foreign(node) && !node->bus->arbiter.cfg.collisions)
		return;
	if (node->mcu.faults.len)
		transmit_faulty(node, f, now_us);
	else if (!send(node->bus, node, f, false, now_us))
		mcu_tx_done(&node->mcu);
}

bool bus_forward(struct bus_listener *l, const struct can_frame *f,
		 uint64_t now_us)
{
	return send(l->bus, l->node, f, true, now_us);
}

static uint64_t deadline_of(const struct node *node)
{
	uint64_t mcu_us = mcu_deadline(&node->mcu);
	uint64_t late_us;

	if (!node->transceiver.len)
		return mcu_us;
	late_us = transceiver_deadline(&node->transceiver);
	return mcu_us < late_us ? mcu_us : late_us;
}

void bus_update(struct node *node)
{
	struct bus *b = node->bus;
	uint64_t deadline_us = deadline_of(node);

	bus_follow_reset(b, node);
	follow_speed(b, node);
	if (deadline_us != node->timer.at_us)
		timer_heap_set(b->timers, &node->timer, deadline_us);
	node_index_update(&b->index, node);
}

/* What was under way for longer than it should have been. */
static void arrive(struct node *node, uint64_t now_us)
{
	struct can_frame f;
	enum fault_dir dir;

	while (transceiver_due(&node->transceiver, now_us, &dir, &f)) {
		if (dir == FAULT_RX)
			mcu_rx(&node->mcu, &f, now_us);
		else
			queue_left(node->bus, node, &f);
	}
}

void bus_run(struct node *node, uint64_t now_us)
{
	if (node->transceiver.len)
		arrive(node, now_us);
	mcu_run(&node->mcu, now_us);
	bus_update(node);
}

static bool is_off(const struct node *node)
{
	return confinement_state(&node->sender.confinement) ==
	       CONFINEMENT_BUS_OFF;
}

void bus_file(struct node *node, const struct can_frame *f, uint64_t now_us)
{
	struct transceiver_out out;

	if ((node->bus->paced && is_off(node)) || is_foreign(node))
		return;
	if (!node->mcu.faults.len) {
		mcu_rx(&node->mcu, f, now_us);
		return;
	}
	pass(node, FAULT_RX, f, now_us, &out);
	for (size_t i = 0; i < out.len; i++)
		mcu_rx(&node->mcu, &out.frames[i], now_us);
}
