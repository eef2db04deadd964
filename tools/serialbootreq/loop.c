// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "loop.h"

#include <poll.h>
#include <time.h>

#include "util/signals.h"

int loop_init(struct loop *l, bool trace)
{
	*l = (struct loop){ .signals = util_signals_open(), .trace = trace };
	loop_now(l);
	return l->signals < 0 ? l->signals : 0;
}

uint64_t loop_now(struct loop *l)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	l->now_us =
		(uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
	return l->now_us;
}

bool loop_wait(struct loop *l, int fd, uint64_t deadline_us)
{
	struct pollfd fds[] = { { .fd = fd, .events = POLLIN },
				{ .fd = l->signals, .events = POLLIN } };
	uint64_t wait = deadline_us > l->now_us ? deadline_us - l->now_us : 0;
	struct timespec timeout = { .tv_sec = (time_t)(wait / 1000000),
				    .tv_nsec = (long)(wait % 1000000) * 1000 };
	int n = ppoll(fds, 2, &timeout, NULL);

	loop_now(l);
	if (n > 0 && fds[1].revents && !l->signal)
		l->signal = util_signals_take(l->signals);
	return n > 0 && fds[0].revents;
}
