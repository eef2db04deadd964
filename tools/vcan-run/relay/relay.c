// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../line/line.h"
#include "../line/mux.h"
#include "../line/pump.h"
#include "console.h"
#include "control.h"
#include "relay.h"
#include "relay_machine.h"
#include "util/clean.h"

#define REPEAT_MS 500 /* timeout(1) signals us, then our group: one signal */

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ull + t.tv_nsec / 1000000;
}

#define LOOK "look at its console with -vv, or give it more --mem"

/* What a console tells of a guest's end, the more telling first. */
static const struct cause {
	const char *shown, *what, *remedy;
} causes[] = {
	/* the library of vm/preload.h was not taken */
	{ "set fp regs failed",
	  "has no room for all registers of this processor (likely those of "
	  "AMX) and was lost",
	  "set TMPDIR to a folder that is not mounted noexec, or VCAN_RUN_UML "
	  "to a newer kernel that is not a static program, or use --engine "
	  "qemu" },
	{ "Kernel panic", "had a kernel panic", LOOK " or --boot-timeout" },
	/* anything: what was seen of it says more */
	{ "", NULL, LOOK " or --boot-timeout" },
};

/* The guest is lost: an engine that does not work, or a failed run. */
static void lose(struct relay *r, const char *what)
{
	const struct cause *cause = causes;

	if (r->console.fd >= 0)
		console_read(&r->console);
	console_print_tail(&r->console);
	while (!console_has(&r->console, cause->shown))
		cause++;
	if (cause->what)
		what = cause->what;
	if (r->phase < PHASE_RUN) {
		reason_set(r->reason,
			   "the guest %s before it could start the command; %s",
			   what, cause->remedy);
		relay_finish(r, -1);
		return;
	}
	util_say(STDERR_FILENO,
		 "vcan-run: the guest %s and never %s the command's exit "
		 "status; " LOOK,
		 what, r->phase == PHASE_EXIT ? "confirmed" : "reported");
	relay_finish(r, STATUS_OWN_FAILURE);
}

static void control_guest(struct relay *r)
{
	if (r->phase == PHASE_SETUP && control_setup(&r->control, &r->line))
		r->phase = PHASE_START;
	else if (r->phase == PHASE_RUN || r->phase == PHASE_EXIT)
		control_next(&r->control, &r->line, r->sink);
}

static void read_stdin(struct relay *r)
{
	uint8_t buf[MUX_PAYLOAD_MAX];
	ssize_t n = source_read(&r->in, buf);

	if (n > 0)
		line_queue(&r->line, MUX_DATA, MUX_STDIN, buf, n);
	else if (!n)
		r->control.close[MUX_STDIN] = true;
}

/* Return: false when there is nothing more to read just now. */
static bool read_line(struct relay *r)
{
	uint8_t buf[16384];
	struct mux_frame f;
	ssize_t n = read(r->line.fd, buf, sizeof(buf));

	for (ssize_t i = 0; i < n && r->phase != PHASE_DONE; i++) {
		int got = mux_decode(&r->line.decoder, buf[i], &f);

		if (got < 0 || (got && relay_take(r, &f, now_ms())))
			lose(r, "sent a damaged frame");
	}
	if (n > 0)
		watchdog_feed(&r->watchdog, now_ms());
	if (!n && r->phase == PHASE_EXIT)
		r->line.fd = -1;
	else if (!n && r->phase != PHASE_DONE)
		lose(r, "ended");
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
	if (r->phase == PHASE_EXIT && info.si_code == CLD_EXITED &&
	    info.si_status == ((r->exit_value << 1 | 1) & 0xff))
		relay_finish(r, r->status);
	else if (r->phase != PHASE_DONE)
		lose(r, "ended");
}

/* Return: milliseconds, -1: there is nothing to wait for. */
static int time_left(const struct relay *r)
{
	uint64_t now = now_ms(), next = UINT64_MAX;

	if (r->deadline_ms)
		next = r->deadline_ms;
	if (r->phase == PHASE_RUN && watchdog_deadline(&r->watchdog) < next)
		next = watchdog_deadline(&r->watchdog);
	if (next == UINT64_MAX)
		return -1;
	return next > now ? next - now : 0;
}

static void check_pulse(struct relay *r)
{
	enum watchdog_verdict verdict;

	if (r->phase != PHASE_RUN)
		return;
	verdict = watchdog_check(&r->watchdog, now_ms());
	if (verdict == WATCHDOG_LOST)
		lose(r, "stopped answering");
	else if (verdict == WATCHDOG_PING)
		r->control.ping = true;
}

static void check_deadline(struct relay *r)
{
	if (!r->deadline_ms || now_ms() < r->deadline_ms)
		return;
	if (!r->signo || r->phase == PHASE_EXIT) {
		lose(r, "took too long");
		return;
	}
	util_say(STDERR_FILENO,
		 "vcan-run: the command did not end within %d s after signal "
		 "%d, the guest was ended",
		 GRACE_MS / 1000, r->signo);
	relay_finish(r, STATUS_SIGNAL_BASE + r->signo);
}

static bool is_repeated(const struct relay *r, int signo)
{
	return signo == r->signo && now_ms() - r->signo_ms < REPEAT_MS;
}

/* The command is there, or as good as: it may end in its own way. */
static bool may_pass_on(const struct relay *r)
{
	return !r->signo && (r->phase == PHASE_START || r->phase == PHASE_RUN);
}

static void take_signal(struct relay *r)
{
	struct signalfd_siginfo info;

	if (read(r->sigfd, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGCHLD) {
		check_guest(r);
	} else if (info.ssi_signo == SIGWINCH) {
		r->control.resize = true;
	} else if (is_repeated(r, info.ssi_signo)) {
		return;
	} else if (may_pass_on(r)) {
		r->signo = r->control.signo = info.ssi_signo;
		r->signo_ms = now_ms();
		r->deadline_ms = r->signo_ms + GRACE_MS;
	} else {
		if (r->phase == PHASE_RUN)
			util_say(STDERR_FILENO,
				 "vcan-run: second signal, the guest "
				 "was ended");
		for (int i = MUX_STDOUT; i < MUX_STREAMS; i++)
			r->sink[i].len = 0;
		relay_finish(r, STATUS_SIGNAL_BASE + info.ssi_signo);
	}
}

static void write_output(struct relay *r, enum mux_stream stream)
{
	struct pollfd p = { .fd = r->sink[stream].fd, .events = POLLOUT };
	int err;

	/* asked again: both streams may be one pipe, which the other filled */
	if (poll(&p, 1, 0) != 1)
		return;
	err = sink_write(&r->sink[stream]);
	if (!err)
		return;
	r->control.close[stream] = true;
	if (err == -EPIPE)
		return;
	r->output_lost = true;
	util_say(STDERR_FILENO,
		 "vcan-run: the command's %s cannot be written (%s); send it "
		 "where there is room",
		 stream == MUX_STDOUT ? "output" : "error output",
		 strerror(-err));
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
	if (p[1].revents & ~POLLOUT)
		read_line(r);
	if (p[0].revents)
		take_signal(r);
	if (p[3].revents && r->phase == PHASE_RUN && r->in.fd >= 0)
		read_stdin(r);
	for (int i = MUX_STDOUT; i < MUX_STREAMS; i++)
		if (p[3 + i].revents && r->sink[i].len)
			write_output(r, i);
	check_pulse(r);
	if (!r->line.len)
		control_guest(r);
	if (line_may_write(&r->line))
		line_write(&r->line);
	check_deadline(r);
}

int relay_run(const struct vm *vm, const struct opts *o,
	      const struct setup_blob *setup, int sigfd, struct reason *reason)
{
	struct relay *r = calloc(1, sizeof(*r));
	int status;

	if (!r)
		return reason_set(reason, "no memory; end some processes");
	r->vm = vm;
	r->line.fd = vm->line;
	r->control.setup = setup;
	r->reason = reason;
	r->sigfd = sigfd;
	r->watchdog.limit_ms = o->hang_timeout_s * 1000ull;
	r->start_ms = now_ms();
	r->verbose = o->verbose;
	r->deadline_ms = r->start_ms + o->boot_timeout_s * 1000ull;
	r->console.fd = vm->console;
	r->console.show = o->verbose > 1;
	r->in = (struct source){ STDIN_FILENO, MUX_WINDOW };
	for (int i = MUX_STDOUT; i < MUX_STREAMS; i++)
		r->sink[i].fd = i;
	while (r->phase != PHASE_DONE || r->sink[MUX_STDOUT].len ||
	       r->sink[MUX_STDERR].len)
		step(r);
	status = r->status;
	if (!status && r->output_lost)
		status = STATUS_OWN_FAILURE;
	free(r);
	return status;
}
