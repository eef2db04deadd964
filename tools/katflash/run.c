// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "run.h"

#include <errno.h>

#define FRAME_US 111 /* 8 bytes without stuff bits, at 1 Mbit/s: the least */
#define QUIET_MIN_US 300 /* less than that is not worth it */

struct run {
	struct targets *t;
	struct loop *loop;
	struct bus_group buses;
	struct progress *progress;
	struct board *alone; /* NULL: all that are on CAN */
	bool aborted;
};

/* Those that are alone wait where others would be kept waiting. */
static bool takes_part(const struct run *run, const struct board *b)
{
	return run->alone ? b == run->alone : !b->link->wait;
}

/* Frames of one wire, for all boards on it. */
static void hear(struct run *run, struct wire *wire, uint64_t deadline_us)
{
	struct kcan_bus_rx rx[BUS_BATCH];
	int n = wire->lost ? 0 : bus_turn(&wire->bus, rx, deadline_us);

	if (n == -ENODEV)
		wire->lost = n;
	for (int i = 0; i < n; i++) {
		if (!rx[i].own)
			nodeids_note(&wire->nodeids, &rx[i].frame);
		for (size_t j = 0; j < run->t->len; j++)
			if (run->t->boards[j].wire == wire)
				board_rx(&run->t->boards[j], &rx[i]);
	}
	/* what was queued is gone, and may be sent again */
	for (size_t j = 0; n == -ENETDOWN && j < run->t->len; j++)
		if (run->t->boards[j].wire == wire && run->t->boards[j].flash)
			kcan_flash_lost(run->t->boards[j].flash,
					run->loop->now_us);
}

static void abort_all(struct run *run)
{
	run->aborted = true;
	for (size_t i = 0; i < run->t->len; i++)
		board_abort(&run->t->boards[i]);
}

/* Return: when to look again; UINT64_MAX: all have their end. */
static uint64_t step_all(struct run *run)
{
	uint64_t deadline_us = UINT64_MAX, at_us;
	bool done = true;

	for (size_t i = 0; i < run->t->len; i++) {
		struct board *b = &run->t->boards[i];

		if (!takes_part(run, b))
			continue;
		board_step(b);
		board_send(b);
		done &= b->stage == STAGE_DONE;
	}
	/* not before all have sent: that changes when the others may */
	for (size_t i = 0; i < run->t->len; i++) {
		if (!takes_part(run, &run->t->boards[i]))
			continue;
		at_us = board_deadline(&run->t->boards[i]);
		deadline_us = at_us < deadline_us ? at_us : deadline_us;
	}
	if (!done && deadline_us == UINT64_MAX)
		deadline_us = run->loop->now_us; /* an end that is to be told */
	return deadline_us;
}

/*
 * How long no frame on a wire has to be looked at: all that is waited for takes
 * its time there. Of one board the last frame is met; of several it is enough
 * that the wire has something to carry until they are asked again.
 */
static uint64_t quiet_us(const struct run *run, const struct wire *wire)
{
	size_t frames = 0, boards = 0;

	for (size_t i = 0; i < run->t->len; i++) {
		const struct board *b = &run->t->boards[i];
		size_t awaits;

		if (b->wire != wire || !takes_part(run, b) ||
		    b->stage == STAGE_DONE)
			continue;
		awaits = board_awaits(b);
		if (!awaits)
			return 0;
		frames += awaits;
		boards++;
	}
	if (!boards)
		return UINT64_MAX;
	return FRAME_US * (boards > 1 ? frames / 2 : frames - 1);
}

/* To be woken up for each frame of an answer is most of what a flash costs. */
static int stay_quiet(struct run *run)
{
	uint64_t least_us = UINT64_MAX;

	for (size_t i = 0; i < run->t->wires_len; i++) {
		uint64_t us = quiet_us(run, &run->t->wires[i]);

		least_us = us < least_us ? us : least_us;
	}
	if (least_us < QUIET_MIN_US || least_us == UINT64_MAX)
		return 0;
	return loop_wait(run->loop, -1, run->loop->now_us + least_us);
}

static int wait_for_any(struct run *run, uint64_t deadline_us)
{
	int err;

	if (run->alone)
		return run->alone->link->wait(run->alone, deadline_us);
	err = stay_quiet(run);
	if (!err)
		err = bus_group_wait(&run->buses, &deadline_us);
	for (size_t i = 0; i < run->t->wires_len; i++)
		if (!run->t->wires[i].away)
			hear(run, &run->t->wires[i], deadline_us);
	return err;
}

static int turn(struct run *run, uint64_t deadline_us)
{
	uint64_t show_us = progress_deadline(run->progress);
	int err;

	deadline_us = show_us < deadline_us ? show_us : deadline_us;
	err = wait_for_any(run, deadline_us);
	if (run->loop->signal && !run->aborted)
		abort_all(run);
	progress_turn(run->progress, run->loop->now_us);
	return err;
}

/* From the beginning to the end of those that take part. */
static int play(struct run *run)
{
	uint64_t deadline_us;
	int err = 0;

	for (size_t i = 0; i < run->t->len; i++)
		if (takes_part(run, &run->t->boards[i]))
			board_begin(&run->t->boards[i]);
	while (!err && (deadline_us = step_all(run)) != UINT64_MAX)
		err = turn(run, deadline_us);
	return err;
}

static int play_on_can(struct run *run)
{
	struct targets *t = run->t;
	int err;

	for (size_t i = 0; i < t->wires_len; i++)
		if (!t->wires[i].away)
			run->buses.list[run->buses.len++] = &t->wires[i].bus;
	if (!run->buses.len)
		return 0;
	err = bus_group_open(&run->buses);
	if (!err)
		err = play(run);
	bus_group_close(&run->buses);
	return err;
}

/* One after the other. */
static int play_each(struct run *run, const struct link_ops *link)
{
	int err = 0;

	for (size_t i = 0; i < run->t->len && !err; i++) {
		run->alone = &run->t->boards[i];
		if (run->alone->link == link)
			err = play(run);
	}
	return err;
}

int run_all(struct targets *t, struct loop *loop, struct progress *progress)
{
	struct run run = { .t = t, .loop = loop, .progress = progress };
	int err;

	loop_now(loop);
	err = play_on_can(&run);
	if (!err)
		err = play_each(&run, &board_on_port);
	if (!err)
		err = play_each(&run, &board_as_adapter);
	progress_end(progress);
	return err;
}
