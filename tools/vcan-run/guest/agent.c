// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "../line/mux.h"
#include "../line/pump.h"
#include "../line/setup.h"
#include "../probe.h"
#include "agent.h"
#include "spawn.h"

struct agent {
	int line;
	int sigfd;
	uint32_t taken; /* bytes off the line, for ACK */
	struct mux_decoder decoder;
	struct setup_blob setup;
	struct sink in;
	struct source out[MUX_STREAMS]; /* MUX_STDIN's is not used */
	pid_t pid;			/* 0: not started */
	bool ended;
	int wait_status;
	bool reported;
	bool confirmed; /* the host has heard the report */
};

/* Return: 0, or -1 when the line is gone. */
static int say(struct agent *a, enum mux_type type, enum mux_stream stream,
	       const void *data, size_t len)
{
	uint8_t buf[MUX_FRAME_MAX];
	size_t size = mux_encode(buf, type, stream, data, len);
	size_t done = 0;
	ssize_t n;

	while (done < size) {
		n = write(a->line, buf + done, size - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		done += n;
	}
	return 0;
}

static int say_u32(struct agent *a, enum mux_type type, enum mux_stream stream,
		   uint32_t value)
{
	uint8_t data[4];

	mux_put_u32(data, value);
	return say(a, type, stream, data, sizeof(data));
}

static int fail(struct agent *a, const struct reason *reason)
{
	say(a, MUX_FAIL, 0, reason->text, strlen(reason->text));
	tcdrain(a->line);
	return -1;
}

/* Return: 0, or -1 with @reason. */
static int prepare(const struct setup *s, struct spawned *child,
		   struct reason *reason)
{
	if (s->host && sethostname(s->host, strlen(s->host)))
		return reason_set(reason,
				  "the guest cannot be called %.64s (%s); give "
				  "this machine a shorter name",
				  s->host, strerror(errno));
	if (probe_bus(s->ifaces, s->n_ifaces, reason))
		return -1;
	return spawn_command(s, child, reason);
}

static int start(struct agent *a)
{
	struct spawned child;
	struct reason reason = { "" };
	struct setup s;
	int err;

	if (setup_unpack(&a->setup, &s)) {
		reason_set(&reason,
			   "the guest cannot read its setup; give it more "
			   "--mem");
		return fail(a, &reason);
	}
	err = prepare(&s, &child, &reason);
	setup_drop(&s);
	setup_fini(&a->setup);
	if (err)
		return fail(a, &reason);
	a->pid = child.pid;
	a->in.fd = child.fd[MUX_STDIN];
	for (int i = MUX_STDOUT; i < MUX_STREAMS; i++)
		a->out[i].fd = child.fd[i];
	return say(a, MUX_STARTED, 0, NULL, 0);
}

static void send_signal(struct agent *a, int signo)
{
	if (!a->pid || a->ended)
		return;
	if (kill(-a->pid, signo))
		kill(a->pid, signo);
}

static void resize(struct agent *a, uint32_t size)
{
	struct winsize ws = { .ws_row = size, .ws_col = size >> 16 };

	ioctl(a->in.fd, TIOCSWINSZ, &ws);
}

/* Return: 0, or -1 when the line makes no sense any more. */
static int take_frame(struct agent *a, const struct mux_frame *f)
{
	uint32_t n;

	switch (f->type) {
	case MUX_SETUP:
		return setup_append(&a->setup, f->data, f->len);
	case MUX_START:
		return a->pid ? -1 : start(a);
	case MUX_DATA:
		return sink_put(&a->in, f->data, f->len);
	case MUX_CLOSE:
		if (f->stream == MUX_STDIN)
			sink_end(&a->in);
		else
			source_close(&a->out[f->stream]);
		return 0;
	case MUX_CREDIT:
		if (mux_get_u32(f, &n))
			return -1;
		a->out[f->stream].credit += n;
		return 0;
	case MUX_SIGNAL:
		if (f->len == 1)
			send_signal(a, f->data[0]);
		return 0;
	case MUX_WINCH:
		if (mux_get_u32(f, &n))
			return -1;
		resize(a, n);
		return 0;
	case MUX_EXIT:
		a->confirmed = a->reported;
		return -1;
	default:
		return -1;
	}
}

static int read_line(struct agent *a)
{
	uint8_t buf[4096];
	struct mux_frame f;
	ssize_t n = read(a->line, buf, sizeof(buf));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n <= 0)
		return -1;
	a->taken += n;
	if (say_u32(a, MUX_ACK, 0, a->taken))
		return -1;
	for (ssize_t i = 0; i < n; i++) {
		int got = mux_decode(&a->decoder, buf[i], &f);

		if (got < 0 || (got && take_frame(a, &f)))
			return -1;
	}
	return 0;
}

static int read_stream(struct agent *a, enum mux_stream stream)
{
	uint8_t buf[MUX_PAYLOAD_MAX];
	ssize_t n = source_read(&a->out[stream], buf);

	if (n < 0)
		return 0;
	return say(a, n ? MUX_DATA : MUX_CLOSE, stream, buf, n);
}

static int write_stdin(struct agent *a)
{
	uint32_t owed;

	if (sink_write(&a->in) && say(a, MUX_CLOSE, MUX_STDIN, NULL, 0))
		return -1;
	owed = sink_pay(&a->in);
	return owed ? say_u32(a, MUX_CREDIT, MUX_STDIN, owed) : 0;
}

/* As the first process we are also the parent of every orphan. */
static void reap(struct agent *a)
{
	struct signalfd_siginfo info;
	int status;
	pid_t pid;

	if (read(a->sigfd, &info, sizeof(info)) < 0)
		return;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != a->pid || a->ended)
			continue;
		a->ended = true;
		a->wait_status = status;
		/* whoever still holds the command's pipes would keep us */
		kill(-1, SIGKILL);
	}
}

static int exit_value(const struct agent *a)
{
	return WIFSIGNALED(a->wait_status) ? WTERMSIG(a->wait_status) :
					     WEXITSTATUS(a->wait_status);
}

static int report(struct agent *a)
{
	bool killed = WIFSIGNALED(a->wait_status);
	uint8_t data[2] = { killed ? MUX_KILLED : MUX_EXITED, exit_value(a) };

	/* what the command wrote must reach the machine's files first */
	sync();
	a->reported = true;
	return say(a, MUX_EXIT, 0, data, sizeof(data));
}

static int step(struct agent *a)
{
	struct pollfd p[] = {
		{ .fd = a->line, .events = POLLIN },
		{ .fd = a->sigfd, .events = POLLIN },
		{ .fd = a->in.len ? a->in.fd : -1, .events = POLLOUT },
		{ .fd = a->out[MUX_STDOUT].credit ? a->out[MUX_STDOUT].fd : -1,
		  .events = POLLIN },
		{ .fd = a->out[MUX_STDERR].credit ? a->out[MUX_STDERR].fd : -1,
		  .events = POLLIN },
	};

	if (a->ended && !a->reported && a->out[MUX_STDOUT].fd < 0 &&
	    a->out[MUX_STDERR].fd < 0)
		return report(a);
	if (poll(p, 5, -1) < 0)
		return errno == EINTR ? 0 : -1;
	if (p[0].revents && read_line(a))
		return -1;
	if (p[1].revents)
		reap(a);
	if (p[2].revents && a->in.fd >= 0 && a->in.len && write_stdin(a))
		return -1;
	if (p[3].revents && a->out[MUX_STDOUT].fd >= 0 &&
	    read_stream(a, MUX_STDOUT))
		return -1;
	if (p[4].revents && a->out[MUX_STDERR].fd >= 0 &&
	    read_stream(a, MUX_STDERR))
		return -1;
	return 0;
}

int agent_run(int line)
{
	struct agent *a = calloc(1, sizeof(*a));
	int status = -1;
	sigset_t set;

	if (!a)
		return -1;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	a->line = line;
	a->sigfd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	a->in.fd = -1;
	for (int i = 0; i < MUX_STREAMS; i++)
		a->out[i] = (struct source){ .fd = -1, .credit = MUX_WINDOW };
	if (!say(a, MUX_READY, 0, NULL, 0))
		while (!step(a))
			;
	if (a->confirmed)
		status = exit_value(a) & 0x7f;
	setup_fini(&a->setup);
	free(a);
	return status;
}
