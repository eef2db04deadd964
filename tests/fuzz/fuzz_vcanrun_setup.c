// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/vcan-run/guest/agent.c tools/vcan-run/line tools/vcan-run/reason.c
/*
 * The agent in the guest and whatever comes on the line: the command gets the
 * arguments, environment and interfaces that were told, or none is started; its
 * streams are passed on in order; its status is reported as it was, once nothing
 * is left to be read; and no other is ever confirmed.
 */
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>

#include "../../tools/vcan-run/guest/agent.h"
#include "../../tools/vcan-run/guest/spawn.h"
#include "../../tools/vcan-run/probe.h"
#include "fuzz_agent_host.h"

#define LINE_FD 100
#define SIG_FD 101
#define CHILD_FD 110 /* and the two behind it: the command's streams */
#define CHILD_PID 7
#define END_POLLS 1000

/* The scene that is on. */
static struct run *now(void)
{
	return fuzz_fds ? fuzz_fds->arg : NULL;
}

/* What the agent asks of its kernel. */

int probe_bus(const char *const *ifaces, size_t n, struct reason *reason)
{
	struct run *r = now();

	for (size_t i = 0; i < n; i++)
		check(strlen(ifaces[i]) < r->setup.len);
	return r->lacks_bus ? reason_set(reason, "no bus") : 0;
}

/* The texts of all records with this tag, in their order. */
static size_t check_texts(const struct run *r, enum setup_tag tag,
			  char *const *texts)
{
	const char *record = (const char *)r->setup.data;
	const char *after = record + r->setup.len;
	size_t n = 0;

	for (; record < after; record += strlen(record) + 1)
		if (*record == (char)tag)
			check(texts[n] && !strcmp(texts[n++], record + 1));
	check(!texts[n]);
	return n;
}

int spawn_command(const struct setup *s, struct spawned *out,
		  struct reason *reason)
{
	struct run *r = now();

	check(!r->spawned);
	check(check_texts(r, SETUP_ARG, s->argv));
	check_texts(r, SETUP_ENV, s->envp);
	check(s->umask <= 0777);
	if (r->lacks_spawn)
		return reason_set(reason, "no process");
	*out = (struct spawned){ CHILD_PID,
				 { CHILD_FD, CHILD_FD + 1, CHILD_FD + 2 } };
	if (s->one) {
		out->fd[MUX_STDERR] = -1;
		r->gone[MUX_STDERR] = true;
	}
	r->spawned = true;
	return 0;
}

int sethostname(const char *name, size_t len)
{
	check(now() && strlen(name) == len);
	return len > 64 ? fuzz_fails(EINVAL) : 0;
}

int kill(pid_t pid, int signo)
{
	struct run *r = now();

	if (!r)
		return (int)syscall(SYS_kill, pid, signo);
	/* who still holds the pipes lets go of them */
	if (pid == -1 && signo == SIGKILL && r->reaped) {
		r->output_ended[1] = r->output_ended[2] = true;
		return 0;
	}
	check(pid == -CHILD_PID || pid == CHILD_PID);
	check(r->spawned && r->signalled[signo]);
	return pid < 0 ? fuzz_fails(ESRCH) : 0;
}

pid_t waitpid(pid_t pid, int *status, int options)
{
	struct run *r = now();

	if (!r)
		return (pid_t)syscall(SYS_wait4, pid, status, options, NULL);
	if (!r->ended || r->reaped)
		return fuzz_fails(ECHILD);
	r->reaped = true;
	*status = r->wait_status;
	return CHILD_PID;
}

int signalfd(int fd, const sigset_t *set, int flags)
{
	check(fd == -1 && sigismember(set, SIGCHLD) && flags);
	return SIG_FD;
}

int sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
	if (!now())
		return (int)syscall(SYS_rt_sigprocmask, how, set, old,
				    _NSIG / 8);
	check(how == SIG_BLOCK && sigismember(set, SIGCHLD));
	return 0;
}

int tcdrain(int fd)
{
	check(fd == LINE_FD);
	return 0;
}

void sync(void)
{
}

static int resize(void *arg, int fd, unsigned long request, void *data)
{
	(void)arg;
	check((fd == -1 || fd == CHILD_FD) && request == TIOCSWINSZ);
	check(data);
	return 0;
}

/* What the agent says. */

static void hear_data(struct run *r, const struct mux_frame *f)
{
	size_t *got = &r->got[f->stream];

	check(r->started && f->stream && !r->closed[f->stream] && f->len);
	for (size_t i = 0; i < f->len; i++)
		check(f->data[i] == fuzz_pattern(f->stream, (*got)++));
	check(*got <= MUX_WINDOW + r->credit[f->stream]);
}

/* Only when all that it wrote was passed on, as far as the host reads it. */
static void hear_exit(struct run *r, const struct mux_frame *f)
{
	bool killed = WIFSIGNALED(r->wait_status);

	check(r->reaped && r->reported < 0 && f->len == 2);
	check(r->gone[MUX_STDOUT] && r->gone[MUX_STDERR]);
	check(f->data[0] == (killed ? MUX_KILLED : MUX_EXITED));
	check(f->data[1] == (killed ? WTERMSIG(r->wait_status) :
				      WEXITSTATUS(r->wait_status)));
	r->reported = f->data[0] << 8 | f->data[1];
}

static void hear_close(struct run *r, const struct mux_frame *f)
{
	check(r->started && !r->closed[f->stream]);
	check(!f->stream || r->got[f->stream] == r->output[f->stream]);
	r->closed[f->stream] = true;
}

static void hear(struct run *r, const struct mux_frame *f)
{
	uint32_t n;

	check(f->type == MUX_READY || r->ready);
	if (f->type == MUX_READY) {
		check(!r->ready);
		r->ready = true;
	} else if (f->type == MUX_ACK) {
		check(!mux_get_u32(f, &n) && n == r->line_taken);
	} else if (f->type == MUX_STARTED) {
		check(r->spawned && !r->started);
		r->started = true;
	} else if (f->type == MUX_FAIL) {
		check(!r->spawned && f->len);
		r->failed = true;
	} else if (f->type == MUX_DATA) {
		hear_data(r, f);
	} else if (f->type == MUX_CLOSE) {
		hear_close(r, f);
	} else if (f->type == MUX_CREDIT) {
		check(r->spawned && f->stream == MUX_STDIN);
	} else {
		check(f->type == MUX_EXIT);
		hear_exit(r, f);
	}
}

static ssize_t write_line(struct run *r, const uint8_t *data, size_t len)
{
	struct mux_frame f;

	if (r->hung_up && !r->line.len)
		return fuzz_fails(EIO);
	len = fuzz_smaller(len, r->piece);
	for (size_t i = 0; i < len; i++) {
		int got = mux_decode(&r->decoder, data[i], &f);

		check(got >= 0);
		if (got)
			hear(r, &f);
	}
	return (ssize_t)len;
}

static ssize_t write_any(void *arg, int fd, const void *data, size_t len)
{
	const uint8_t *bytes = data;
	struct run *r = arg;

	if (fd == LINE_FD)
		return write_line(r, data, len);
	check(fd == CHILD_FD && !r->gone[MUX_STDIN]);
	if (r->broken)
		return fuzz_fails(r->broken);
	len = fuzz_smaller(len, r->room);
	if (!len)
		return fuzz_fails(EAGAIN);
	r->room -= len;
	for (size_t i = 0; i < len; i++)
		check(bytes[i] == fuzz_pattern(MUX_STDIN, r->written++));
	check(r->written <= r->sent);
	return (ssize_t)len;
}

static ssize_t read_line(struct run *r, void *data, size_t len)
{
	len = fuzz_pipe_get(&r->line, data, fuzz_smaller(len, r->piece));
	check(len || r->hung_up);
	r->line_taken += len;
	return (ssize_t)len;
}

static ssize_t read_any(void *arg, int fd, void *data, size_t len)
{
	unsigned int stream = (unsigned int)(fd - CHILD_FD);
	struct run *r = arg;
	uint8_t *bytes = data;

	if (fd == SIG_FD)
		return sizeof(struct signalfd_siginfo);
	if (fd == LINE_FD)
		return read_line(r, data, len);
	check(stream && stream < MUX_STREAMS && !r->gone[stream]);
	len = fuzz_smaller(len, r->output[stream] - r->output_read[stream]);
	if (!len && !r->output_ended[stream])
		return fuzz_fails(EAGAIN);
	for (size_t i = 0; i < len; i++)
		bytes[i] = fuzz_pattern(stream, r->output_read[stream]++);
	return (ssize_t)len;
}

static void close_any(void *arg, int fd)
{
	unsigned int stream = (unsigned int)(fd - CHILD_FD);
	struct run *r = arg;

	check(stream < MUX_STREAMS && !r->gone[stream]);
	r->gone[stream] = true;
}

/* Turns. */

static short state_of(const struct run *r, int fd)
{
	unsigned int stream = (unsigned int)(fd - CHILD_FD);

	if (fd == LINE_FD)
		return (short)((r->line.len ? POLLIN : 0) |
			       (r->hung_up ? POLLIN | POLLHUP : 0));
	if (fd == SIG_FD)
		return r->ended && !r->reaped ? POLLIN : 0;
	if (stream == MUX_STDIN)
		return r->room || r->broken ? POLLOUT : 0;
	check(stream < MUX_STREAMS);
	return (short)((r->output[stream] > r->output_read[stream] ? POLLIN :
								     0) |
		       (r->output_ended[stream] ? POLLHUP : 0));
}

static void take_turn(struct run *r)
{
	static void (*const deeds[])(struct run * r) = {
		say_setup,    say_setup,   say_setup, say_start, say_data,
		say_data,     say_credit,  say_close, say_size,	 say_signal,
		say_anything, say_garbage, hang_up,   output,	 output,
		read_stdin,   end,	   say_heard,
	};

	if (r->in.size) {
		deeds[fuzz_next(&r->in) % 18](r);
		return;
	}
	check(r->end_polls++ < END_POLLS);
	r->piece = SIZE_MAX;
	r->hung_up = true;
}

static int poll_any(void *arg, struct pollfd *fds, size_t n, int timeout_ms)
{
	struct run *r = arg;
	int ready = 0;

	check(timeout_ms == -1);
	take_turn(r);
	for (size_t i = 0; i < n; i++) {
		fds[i].revents = 0;
		if (fds[i].fd >= 0)
			fds[i].revents =
				(short)(state_of(r, fds[i].fd) &
					(fds[i].events | POLLHUP | POLLERR));
		ready += !!fds[i].revents;
	}
	return ready ? ready : fuzz_fails(EINTR);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct run *r = calloc(1, sizeof(*r));
	uint8_t shape;
	int status;

	check(r);
	r->in = (struct fuzz_input){ data, size };
	r->fds = (struct fuzz_fds){ read_any, write_any, poll_any, close_any,
				    resize,   r,	 0 };
	shape = fuzz_next(&r->in);
	r->lacks_bus = (shape & 3) == 3;
	r->lacks_spawn = (shape & 12) == 12;
	r->piece = SIZE_MAX;
	r->room = SIZE_MAX / 2;
	r->reported = -1;
	fuzz_fds = &r->fds;
	status = agent_run(LINE_FD);
	fuzz_fds = NULL;
	check(status == -1 ||
	      (r->reported >= 0 && status == (r->reported & 0x7f)));
	setup_fini(&r->setup);
	free(r);
	return 0;
}
