// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "loop.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "trace.h"

int loop_init(struct loop *l, const char *ifname, bool trace)
{
	struct sigaction hup;
	sigset_t set;

	*l = (struct loop){ .ifname = ifname, .trace = trace };
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGQUIT);
	sigaddset(&set, SIGTERM);
	/* nohup(1) ignores it, which a blocked signal would not be */
	if (sigaction(SIGHUP, NULL, &hup) || hup.sa_handler != SIG_IGN)
		sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	/* a reader that has left must not keep a node from being handed back */
	signal(SIGPIPE, SIG_IGN);
	l->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	/*
	 * Started with a standard stream closed, its number is free, and no
	 * bus may come to sit where text is written to.
	 */
	while (l->signals >= 0 && l->signals <= STDERR_FILENO)
		l->signals = dup(l->signals);
	return l->signals < 0 ? -errno : 0;
}

int loop_listen(struct loop *l, const struct can_filter *filters, size_t len)
{
	return kcan_bus_open(&l->bus,
			     &(struct kcan_bus_cfg){
				     .ifname = l->ifname,
				     .filters = filters,
				     .filters_len = len,
				     .errors = filters ? 0 : CAN_ERR_MASK,
			     });
}

void loop_deafen(struct loop *l)
{
	kcan_bus_close(l->bus);
	l->bus = NULL;
}

uint64_t loop_now(struct loop *l)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	l->now_us =
		(uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
	return l->now_us;
}

int loop_send(struct loop *l, const struct can_frame *frame)
{
	int err = kcan_bus_send(l->bus, frame);

	l->sent = !err;
	if (l->trace && !err)
		trace_frame(l->ifname, frame);
	return err;
}

static void take_signal(struct loop *l)
{
	struct signalfd_siginfo info;

	if (read(l->signals, &info, sizeof(info)) == sizeof(info) && !l->signal)
		l->signal = (int)info.ssi_signo;
}

static int take_frames(struct loop *l, struct kcan_bus_rx *rx)
{
	int n = kcan_bus_recv(l->bus, rx, LOOP_BATCH);

	for (int i = 0; l->trace && i < n; i++)
		if (!rx[i].own)
			trace_frame(l->ifname, &rx[i].frame);
	return n;
}

/*
 * Virtual interfaces confirm within the write: no need to wait for it. Not for
 * ever, though: signals are looked for where the waiting is.
 */
static int take_confirmation(struct loop *l, struct kcan_bus_rx *rx)
{
	if (!l->sent || ++l->unwaited > LOOP_BATCH)
		return 0;
	l->sent = false;
	loop_now(l);
	return take_frames(l, rx);
}

int loop_wait(struct loop *l, int fd, uint64_t deadline_us)
{
	struct pollfd fds[] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = l->signals, .events = POLLIN },
	};
	uint64_t wait = deadline_us > l->now_us ? deadline_us - l->now_us : 0;
	struct timespec timeout = { .tv_sec = (time_t)(wait / 1000000),
				    .tv_nsec = (long)(wait % 1000000) * 1000 };

	int n = ppoll(fds, 2, deadline_us == UINT64_MAX ? NULL : &timeout,
		      NULL);
	int err = n < 0 ? -errno : 0;

	loop_now(l);
	if (err)
		return err == -EINTR ? 0 : err;
	if (fds[1].revents)
		take_signal(l);
	return fds[0].revents != 0;
}

static int wait_turn(struct loop *l, struct kcan_bus_rx *rx,
		     uint64_t deadline_us)
{
	int n = loop_wait(l, kcan_bus_fd(l->bus), deadline_us);

	l->sent = false;
	l->unwaited = 0;
	return n > 0 ? take_frames(l, rx) : n;
}

int loop_turn(struct loop *l, struct kcan_bus_rx rx[static LOOP_BATCH],
	      uint64_t deadline_us)
{
	int n = take_confirmation(l, rx);

	return n ? n : wait_turn(l, rx, deadline_us);
}
