// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "run.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#define FRAME_US 111 /* 8 bytes without stuff bits, at 1 Mbit/s: the least */
#define QUIET_MIN_US 300 /* less than that is not worth it */

struct run {
	struct targets *t;
	struct loop *loop;
	struct bus_group buses;
	struct progress *progress;
	int ports;	     /* epoll; -1: they do not take turns */
	struct board *alone; /* NULL: all that are on CAN, or on ports */
	bool aborted;
};

static bool is_on_port(const struct board *b)
{
	return b->link == &board_on_port;
}

/*
 * What asks a board on a port whether it runs keeps others waiting: that is for
 * when they are done. Who is alone does not mind.
 */
static bool takes_part(const struct run *run, const struct board *b)
{
	if (run->alone)
		return b == run->alone;
	if (run->ports < 0)
		return !b->link->wait;
	return is_on_port(b) && (b->stage != STAGE_START || b->port->lost);
}

/* Frames of one wire, for all boards on it. */
static void hear(struct run *run, struct wire *wire, uint64_t deadline_us)
{
	struct kcan_bus_rx rx[BUS_BATCH];
	int n = wire->lost ? 0 : bus_turn(&wire->bus, rx, deadline_us);

	if (n == -ENODEV)
		wire->lost = n;
	wire->down |= n == -ENETDOWN;
	for (int i = 0; i < n; i++) {
		if (!rx[i].own)
			nodeids_note(&wire->nodeids, &rx[i].frame);
		for (size_t j = 0; j < run->t->len; j++)
			if (run->t->boards[j].wire == wire)
				board_rx(&run->t->boards[j], &rx[i]);
	}
	for (size_t j = 0; wire->down && j < run->t->len; j++)
		if (run->t->boards[j].wire == wire)
			board_down(&run->t->boards[j]);
	wire->down = false;
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

static int wait_for_ports(struct run *run, uint64_t deadline_us)
{
	int n = loop_wait(run->loop, run->ports, deadline_us);

	for (size_t i = 0; n > 0 && i < run->t->len; i++)
		if (is_on_port(&run->t->boards[i]))
			port_hear(&run->t->boards[i]);
	return n < 0 ? n : 0;
}

static int wait_for_any(struct run *run, uint64_t deadline_us)
{
	int err;

	if (run->ports >= 0)
		return wait_for_ports(run, deadline_us);
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

/* Until none takes part any more, or all that do have their ends. */
static int go_on(struct run *run)
{
	uint64_t deadline_us;
	int err = 0;

	while (!err && (deadline_us = step_all(run)) != UINT64_MAX)
		err = turn(run, deadline_us);
	return err;
}

/* From the beginning to the end of those that take part. */
static int play(struct run *run)
{
	for (size_t i = 0; i < run->t->len; i++)
		if (takes_part(run, &run->t->boards[i]))
			board_begin(&run->t->boards[i]);
	return go_on(run);
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
static int each(struct run *run, const struct link_ops *link,
		int (*what)(struct run *run))
{
	int err = 0;

	for (size_t i = 0; i < run->t->len && !err; i++) {
		run->alone = &run->t->boards[i];
		if (run->alone->link == link)
			err = what(run);
	}
	run->alone = NULL;
	return err;
}

static int begin_alone(struct run *run)
{
	board_begin(run->alone);
	return 0;
}

/* All are open by now, and who closes one does not wait for it any more. */
static int open_ports(struct run *run)
{
	struct epoll_event event = { .events = EPOLLIN };
	int err = 0;

	run->ports = epoll_create1(EPOLL_CLOEXEC);
	if (run->ports < 0)
		return -errno;
	for (size_t i = 0; i < run->t->len && !err; i++) {
		const struct board *b = &run->t->boards[i];

		if (is_on_port(b) && b->port->tty &&
		    epoll_ctl(run->ports, EPOLL_CTL_ADD,
			      kcan_tty_fd(b->port->tty), &event))
			err = -errno;
	}
	return err;
}

/* They are asked one by one, flashed side by side, and seen to run one by one. */
static int play_on_ports(struct run *run)
{
	int err = each(run, &board_on_port, begin_alone);

	if (!err)
		err = open_ports(run);
	if (!err)
		err = go_on(run);
	if (run->ports >= 0)
		close(run->ports);
	run->ports = -1;
	return err ? err : each(run, &board_on_port, go_on);
}

int run_all(struct targets *t, struct loop *loop, struct progress *progress)
{
	struct run run = {
		.t = t, .loop = loop, .progress = progress, .ports = -1
	};
	int err;

	loop_now(loop);
	err = play_on_can(&run);
	if (!err)
		err = play_on_ports(&run);
	if (!err)
		err = each(&run, &board_as_adapter, play);
	progress_end(progress);
	return err;
}
