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
#include <time.h>
#include <unistd.h>

#include "console.h"
#include "line.h"
#include "mux.h"
#include "pump.h"
#include "relay.h"

#define GRACE_MS 10000 /* from a passed-on signal to the guest's end */

enum phase {
	PHASE_BOOT,  /* nothing heard of the guest yet */
	PHASE_SETUP, /* it listens; the command does not run yet */
	PHASE_RUN,
	PHASE_DONE, /* status is decided; write out what is left */
};

struct relay {
	const struct vm *vm;
	const struct setup_blob *setup;
	struct why *why;
	int sigfd;
	enum phase phase;
	int status;
	int signo; /* the signal that was passed on; 0: none */
	int signal_due;
	bool resize_due;
	bool start_due;
	uint64_t deadline_ms;
	size_t setup_done;
	struct line line;
	struct source in;
	bool close_due[MUX_STREAMS];
	struct sink sink[MUX_STREAMS]; /* MUX_STDIN's is not used */
	struct console console;
};

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ull + t.tv_nsec / 1000000;
}

static void finish(struct relay *r, int status)
{
	r->phase = PHASE_DONE;
	r->status = status;
}

/* The guest is lost: an engine that does not work, or a failed run. */
static void lose(struct relay *r, const char *what)
{
	while (r->console.fd >= 0 && !console_read(&r->console))
		if (errno == EAGAIN)
			break;
	console_print_tail(&r->console);
	if (r->phase < PHASE_RUN) {
		why_set(r->why,
			"the guest %s before it could start the "
			"command; look at its console with -v, or give it "
			"more --mem or --boot-timeout",
			what);
		finish(r, -1);
		return;
	}
	fprintf(stderr,
		"vcan-run: the guest %s and never reported the "
		"command's exit status; look at its console with -v, or give "
		"it more --mem\n",
		what);
	finish(r, STATUS_OWN_FAILURE);
}

static bool queue_setup(struct relay *r)
{
	size_t left = r->setup->len - r->setup_done;

	if (left > MUX_PAYLOAD_MAX)
		left = MUX_PAYLOAD_MAX;
	if (left) {
		line_queue(&r->line, MUX_SETUP, 0,
			   r->setup->data + r->setup_done, left);
		r->setup_done += left;
	} else if (r->start_due) {
		line_queue(&r->line, MUX_START, 0, NULL, 0);
		r->start_due = false;
	}
	return r->line.len;
}

static bool queue_resize(struct relay *r)
{
	struct winsize ws;
	uint8_t data[4];

	r->resize_due = false;
	if (ioctl(STDIN_FILENO, TIOCGWINSZ, &ws))
		return false;
	data[0] = ws.ws_row & 0xff;
	data[1] = ws.ws_row >> 8;
	data[2] = ws.ws_col & 0xff;
	data[3] = ws.ws_col >> 8;
	line_queue(&r->line, MUX_WINCH, 0, data, sizeof(data));
	return true;
}

static bool queue_credit(struct relay *r)
{
	for (int i = MUX_STDOUT; i < MUX_STREAMS; i++) {
		struct sink *s = &r->sink[i];

		if (!s->owed || (s->len && s->owed < MUX_WINDOW / 4))
			continue;
		line_queue_u32(&r->line, MUX_CREDIT, i, s->owed);
		s->owed = 0;
		return true;
	}
	return false;
}

static bool queue_close(struct relay *r)
{
	for (int i = 0; i < MUX_STREAMS; i++) {
		if (!r->close_due[i])
			continue;
		r->close_due[i] = false;
		line_queue(&r->line, MUX_CLOSE, i, NULL, 0);
		return true;
	}
	return false;
}

static bool queue_next(struct relay *r)
{
	uint8_t signo = r->signal_due;

	if (r->phase == PHASE_SETUP)
		return queue_setup(r);
	if (r->phase != PHASE_RUN)
		return false;
	if (signo) {
		r->signal_due = 0;
		line_queue(&r->line, MUX_SIGNAL, 0, &signo, 1);
		return true;
	}
	return (r->resize_due && queue_resize(r)) || queue_credit(r) ||
	       queue_close(r);
}

static void read_stdin(struct relay *r)
{
	uint8_t buf[MUX_PAYLOAD_MAX];
	ssize_t n = source_read(&r->in, buf);

	if (n > 0)
		line_queue(&r->line, MUX_DATA, MUX_STDIN, buf, n);
	else if (!n)
		r->close_due[MUX_STDIN] = true;
}

static int take_exit(struct relay *r, const struct mux_frame *f)
{
	if (r->phase != PHASE_RUN || f->len != 2)
		return -EBADMSG;
	finish(r, f->data[1] +
			  (f->data[0] == MUX_KILLED ? STATUS_SIGNAL_BASE : 0));
	return 0;
}

static int take_number(struct relay *r, const struct mux_frame *f)
{
	uint32_t n;

	if (mux_get_u32(f, &n))
		return -EBADMSG;
	if (f->type == MUX_ACK)
		return line_ack(&r->line, n);
	if (f->stream == MUX_STDIN)
		r->in.credit += n;
	return 0;
}

static int take_frame(struct relay *r, const struct mux_frame *f)
{
	switch (f->type) {
	case MUX_READY:
		r->phase = PHASE_SETUP;
		return 0;
	case MUX_STARTED:
		r->phase = PHASE_RUN;
		r->deadline_ms = 0;
		return 0;
	case MUX_FAIL:
		why_set(r->why, "%.*s", (int)f->len, (const char *)f->data);
		finish(r, -1);
		return 0;
	case MUX_ACK:
	case MUX_CREDIT:
		return take_number(r, f);
	case MUX_DATA:
		return sink_put(&r->sink[f->stream], f->data, f->len);
	case MUX_CLOSE:
		source_close(&r->in);
		return 0;
	case MUX_EXIT:
		return take_exit(r, f);
	default:
		return -EBADMSG;
	}
}

/* Return: false when there is nothing more to read just now. */
static bool read_line(struct relay *r)
{
	uint8_t buf[16384];
	struct mux_frame f;
	ssize_t n = read(r->line.fd, buf, sizeof(buf));

	for (ssize_t i = 0; i < n && r->phase != PHASE_DONE; i++) {
		int got = mux_decode(&r->line.decoder, buf[i], &f);

		if (got < 0 || (got && take_frame(r, &f)))
			lose(r, "sent a damaged frame");
	}
	return n > 0 && r->phase != PHASE_DONE;
}

static void check_guest(struct relay *r)
{
	siginfo_t info = { 0 };

	/* only looked at: vm_end() needs its number to stay taken */
	if (waitid(P_PID, r->vm->pid, &info, WEXITED | WNOHANG | WNOWAIT) ||
	    !info.si_pid)
		return;
	while (read_line(r))
		;
	if (r->phase != PHASE_DONE)
		lose(r, "ended");
}

static void take_signal(struct relay *r)
{
	struct signalfd_siginfo info;

	if (read(r->sigfd, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGCHLD) {
		check_guest(r);
	} else if (info.ssi_signo == SIGWINCH) {
		r->resize_due = true;
	} else if (r->phase != PHASE_RUN || r->signo) {
		if (r->phase == PHASE_RUN)
			fprintf(stderr, "vcan-run: second signal, the guest "
					"was ended\n");
		for (int i = MUX_STDOUT; i < MUX_STREAMS; i++)
			r->sink[i].len = 0;
		finish(r, STATUS_SIGNAL_BASE + info.ssi_signo);
	} else {
		r->signo = r->signal_due = info.ssi_signo;
		r->deadline_ms = now_ms() + GRACE_MS;
	}
}

static void check_deadline(struct relay *r)
{
	if (!r->deadline_ms || now_ms() < r->deadline_ms)
		return;
	if (r->phase < PHASE_RUN) {
		lose(r, "took too long");
	} else {
		fprintf(stderr,
			"vcan-run: the command did not end within "
			"%d s after signal %d, the guest was ended\n",
			GRACE_MS / 1000, r->signo);
		finish(r, STATUS_SIGNAL_BASE + r->signo);
	}
}

static int time_left(const struct relay *r)
{
	uint64_t now = now_ms();

	if (!r->deadline_ms)
		return -1;
	return r->deadline_ms > now ? r->deadline_ms - now : 0;
}

static bool stdin_wanted(const struct relay *r)
{
	return r->phase == PHASE_RUN && !r->line.len && r->in.credit &&
	       r->in.fd >= 0;
}

static void step(struct relay *r)
{
	short to_guest = line_may_write(&r->line) ? POLLIN | POLLOUT : POLLIN;
	struct pollfd p[] = {
		{ .fd = r->sigfd, .events = POLLIN },
		{ .fd = r->phase == PHASE_DONE ? -1 : r->line.fd,
		  .events = to_guest },
		{ .fd = r->console.fd, .events = POLLIN },
		{ .fd = stdin_wanted(r) ? r->in.fd : -1, .events = POLLIN },
		{ .fd = r->sink[MUX_STDOUT].len ? r->sink[MUX_STDOUT].fd : -1,
		  .events = POLLOUT },
		{ .fd = r->sink[MUX_STDERR].len ? r->sink[MUX_STDERR].fd : -1,
		  .events = POLLOUT },
	};

	if (poll(p, 6, time_left(r)) < 0)
		return;
	if (p[2].revents)
		console_read(&r->console);
	if (p[1].revents & ~POLLOUT && !read_line(r) && p[1].revents & POLLHUP)
		check_guest(r);
	if (p[0].revents)
		take_signal(r);
	if (p[3].revents && r->phase == PHASE_RUN && r->in.fd >= 0)
		read_stdin(r);
	for (int i = MUX_STDOUT; i < MUX_STREAMS; i++)
		if (p[3 + i].revents && r->sink[i].len &&
		    sink_write(&r->sink[i]))
			r->close_due[i] = true;
	if (!r->line.len)
		queue_next(r);
	if (line_may_write(&r->line))
		line_write(&r->line);
	if (r->phase != PHASE_DONE)
		check_deadline(r);
}

int relay_run(const struct vm *vm, const struct opts *o,
	      const struct setup_blob *setup, int sigfd, struct why *why)
{
	struct relay *r = calloc(1, sizeof(*r));
	int status;

	if (!r)
		return why_set(why, "no memory; end some processes");
	r->vm = vm;
	r->line.fd = vm->line;
	r->setup = setup;
	r->why = why;
	r->sigfd = sigfd;
	r->start_due = true;
	r->deadline_ms = now_ms() + o->boot_timeout_s * 1000ull;
	r->console.fd = vm->console;
	r->console.show = o->verbose;
	r->in = (struct source){ STDIN_FILENO, MUX_WINDOW };
	for (int i = MUX_STDOUT; i < MUX_STREAMS; i++)
		r->sink[i].fd = i;
	r->resize_due = isatty(STDIN_FILENO);
	while (r->phase != PHASE_DONE || r->sink[MUX_STDOUT].len ||
	       r->sink[MUX_STDERR].len)
		step(r);
	status = r->status;
	free(r);
	return status;
}
