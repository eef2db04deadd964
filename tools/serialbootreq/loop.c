// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "loop.h"

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

bool loop_wait(struct loop *l, int fd, uint64_t deadline_us)
{
	uint64_t wait = deadline_us > l->now_us ? deadline_us - l->now_us : 0;
	int n;

	say_streams_flush(l->streams);
	n = util_wait(fd, l->signals, wait, &l->signal);
	loop_now(l);
	return n > 0;
}
