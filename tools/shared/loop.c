// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "loop.h"

#include <time.h>

#include "util/wait.h"

int loop_init(struct loop *l, struct say_streams *streams, bool trace)
{
	*l = (struct loop){ .signals = util_wait_signals(),
			    .streams = streams,
			    .trace = trace };
	loop_now(l);
	return l->signals < 0 ? l->signals : 0;
}

uint64_t loop_now(struct loop *l)
{
	l->now_us = util_now_us();
	return l->now_us;
}

int loop_wait(struct loop *l, int fd, uint64_t deadline_us)
{
	uint64_t wait = deadline_us > l->now_us ? deadline_us - l->now_us : 0;
	int n;

	say_streams_flush(l->streams);
	n = util_wait(fd, l->signals,
		      deadline_us == UINT64_MAX ? UINT64_MAX : wait,
		      &l->signal);
	loop_now(l);
	return n;
}

FILE *loop_trace(const struct loop *l)
{
	FILE *to = l->streams->trace;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	fprintf(to, "(%010lld.%06ld) ", (long long)now.tv_sec,
		now.tv_nsec / 1000);
	return to;
}
