// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "streams.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "util/array.h"
#include "util/clean.h"
#include "util/wait.h"

#define OUTLETS 2
#define TICK_US 20000

/* Whatever is in a text, no terminal obeys it; only progress commands one. */
static ssize_t put(void *cookie, const char *text, size_t len)
{
	const struct say_front *front = cookie;
	char *copy = front->kind == SAY_PROGRESS ? NULL : malloc(len);

	if (copy) {
		memcpy(copy, text, len);
		util_clean_lines(copy, len);
		text = copy;
	}
	if (copy || front->kind == SAY_PROGRESS)
		say_outlet_put(front->to, front->kind, text, len);
	free(copy);
	return (ssize_t)len;
}

static FILE *open_front(struct say_front *front, struct say_outlet *to,
			enum say_kind kind)
{
	const cookie_io_functions_t only_put = { .write = put };
	FILE *stream;

	*front = (struct say_front){ to, kind };
	stream = to ? fopencookie(front, "w", only_put) : NULL;
	if (stream)
		setvbuf(stream, NULL, kind == SAY_PROGRESS ? _IONBF : _IOLBF,
			0);
	return stream;
}

static void free_all(struct say_streams *s)
{
	FILE *const all[] = { s->out, s->err, s->trace, s->progress };

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		if (all[i])
			fclose(all[i]);
	for (int i = 0; i < OUTLETS; i++)
		say_outlet_close(s->outlets[i]);
}

void say_streams_open(struct say_streams *s, int out, int err)
{
	struct say_outlet *beside;

	*s = (struct say_streams){ 0 };
	s->outlets[0] = beside = say_outlet_open(out);
	if (s->outlets[0] && !say_outlet_shares(s->outlets[0], err))
		s->outlets[1] = beside = say_outlet_open(err);
	s->out = open_front(&s->fronts[0], s->outlets[0], SAY_RESULT);
	s->err = open_front(&s->fronts[1], beside, SAY_NOTE);
	s->trace = open_front(&s->fronts[2], beside, SAY_TRACE);
	if (beside && say_outlet_is_watched(beside))
		s->progress = open_front(&s->fronts[3], beside, SAY_PROGRESS);
	if (s->out && s->err && s->trace)
		return;
	free_all(s);
	*s = (struct say_streams){ stdout, stderr, stderr };
}

void say_streams_flush(struct say_streams *s)
{
	for (int i = 0; i < OUTLETS; i++)
		if (s->outlets[i])
			say_outlet_flush(s->outlets[i]);
}

static void tick(int number)
{
	(void)number;
}

/* A write that waits returns at each tick, as nothing restarts it. */
static void start_ticks(struct sigaction *before)
{
	const struct itimerval ticks = { { 0, TICK_US }, { 0, TICK_US } };
	const struct sigaction action = { .sa_handler = tick };
	sigset_t set;

	sigaction(SIGALRM, &action, before);
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	setitimer(ITIMER_REAL, &ticks, NULL);
}

static void stop_ticks(const struct sigaction *before)
{
	const struct itimerval none = { 0 };

	setitimer(ITIMER_REAL, &none, NULL);
	sigaction(SIGALRM, before, NULL);
}

static bool is_waiting(const struct say_streams *s)
{
	for (int i = 0; i < OUTLETS; i++)
		if (s->outlets[i] && say_outlet_fd(s->outlets[i]) >= 0)
			return true;
	return false;
}

/* Results first: where a write waits, it is not for these. */
static void write_ready(struct say_streams *s, uint64_t wait_us)
{
	struct pollfd fds[OUTLETS];

	for (int i = 0; i < OUTLETS; i++)
		fds[i] = (struct pollfd){
			.fd = s->outlets[i] ? say_outlet_fd(s->outlets[i]) : -1,
			.events = POLLOUT
		};
	if (poll(fds, OUTLETS, (int)((wait_us + 999) / 1000)) <= 0)
		return;
	for (int i = 0; i < OUTLETS; i++)
		if (fds[i].revents)
			say_outlet_step(s->outlets[i]);
}

static void drop_traces(struct say_streams *s)
{
	for (int i = 0; i < OUTLETS; i++)
		if (s->outlets[i])
			say_outlet_drop_trace(s->outlets[i]);
}

/* There is one try at least. */
static void write_until(struct say_streams *s, uint64_t half_us,
			uint64_t end_us)
{
	uint64_t now_us = util_now_us();
	uint64_t until_us;

	do {
		if (now_us >= half_us)
			drop_traces(s);
		until_us = now_us < half_us ? half_us : end_us;
		write_ready(s, until_us > now_us ? until_us - now_us : 0);
		now_us = util_now_us();
	} while (is_waiting(s) && now_us < end_us);
}

static void wait_for_readers(struct say_streams *s, uint64_t half_us,
			     uint64_t end_us)
{
	struct sigaction before;
	bool may_block = false;

	say_streams_flush(s);
	if (!is_waiting(s))
		return;
	util_obey_signals();
	for (int i = 0; i < OUTLETS; i++)
		may_block |= s->outlets[i] &&
			     say_outlet_may_block(s->outlets[i]);
	if (may_block)
		start_ticks(&before);
	write_until(s, half_us, end_us);
	if (may_block)
		stop_ticks(&before);
	for (int i = 0; i < OUTLETS; i++)
		if (s->outlets[i])
			say_outlet_give_up(s->outlets[i], ETIMEDOUT);
}

/* Return: errno of a result that was lost, or 0. */
static int what_lost(const struct say_streams *s)
{
	return s->outlets[0]  ? say_outlet_lost(s->outlets[0]) :
	       ferror(s->out) ? EIO :
				0;
}

static void say_lost(FILE *to, const char *program, int err)
{
	if (err == ETIMEDOUT)
		fprintf(to,
			"%s: results could not be written: standard output "
			"has not taken them in time; give it a reader, or a "
			"file\n",
			program);
	else if (err)
		fprintf(to, "%s: results could not be written: %s; %s\n",
			program, strerror(err),
			err == ENOMEM ? "stop other programs" :
					"give standard output a place that "
					"takes them");
}

static void say_dropped(const struct say_streams *s, const char *program)
{
	const struct say_outlet *beside = s->fronts[1].to;
	unsigned long lines = beside ? say_outlet_dropped(beside) : 0;

	if (lines)
		fprintf(s->err,
			"%s: %lu line%s of -v %s dropped, as standard error "
			"has not taken them in time; give it a reader, or a "
			"file\n",
			program, lines, lines == 1 ? "" : "s",
			lines == 1 ? "was" : "were");
}

bool say_streams_close(struct say_streams *s, const char *program, int err,
		       uint64_t limit_us)
{
	uint64_t end_us = util_now_us() + limit_us;
	uint64_t half_us = end_us - limit_us / 2;

	if (fflush(s->out) && !err)
		err = errno;
	wait_for_readers(s, half_us, end_us);
	if (!err)
		err = what_lost(s);
	say_lost(s->err, program, err);
	say_dropped(s, program);
	wait_for_readers(s, half_us, end_us);
	if (s->outlets[0])
		free_all(s);
	return !err;
}
