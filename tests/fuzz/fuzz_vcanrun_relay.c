// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/vcan-run/relay tools/vcan-run/line tools/vcan-run/reason.c
/*
 * The relay between a guest, which does what it should or anything else, and
 * streams that stall, break, or end at any time. Whatever comes in is passed on in
 * order, unchanged, and no more of it than was allowed; nothing but what the guest
 * said is taken for its command's end; and the relay ends.
 */
#include <stdio.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include "../../tools/vcan-run/opts.h"
#include "fuzz_relay_guest.h"

#define LINE_FD 100
#define CONSOLE_FD 101
#define SIG_FD 102
#define END_POLLS 1000 /* enough to write out all there is */
#define CODE_LOST 125  /* STATUS_OWN_FAILURE */

/* What the relay does. */

static void hear_number(struct run *r, const struct mux_frame *f)
{
	uint32_t n;

	check(!mux_get_u32(f, &n));
	if (f->type == MUX_WINCH) {
		check(n == (24u | 80u << 16));
		return;
	}
	check(f->stream != MUX_STDIN);
	r->window[f->stream] += n;
	check(!r->honest || r->window[f->stream] <= MUX_WINDOW);
}

static void hear_stdin(struct run *r, const struct mux_frame *f)
{
	check(f->stream == MUX_STDIN);
	for (size_t i = 0; i < f->len; i++)
		check(f->data[i] == fuzz_pattern(MUX_STDIN, r->stdin_got++));
	check(!r->honest || r->stdin_got <= r->stdin_granted);
}

static void hear(struct run *r, const struct mux_frame *f)
{
	if (f->type == MUX_SETUP) {
		check(!r->told && f->len <= r->setup.len - r->setup_len);
		check(!memcmp(f->data, r->setup.data + r->setup_len, f->len));
		r->setup_len += f->len;
	} else if (f->type == MUX_START) {
		check(!r->told && r->setup_len == r->setup.len);
		r->told = true;
	} else if (f->type == MUX_DATA) {
		hear_stdin(r, f);
	} else if (f->type == MUX_CREDIT || f->type == MUX_WINCH) {
		hear_number(r, f);
	} else if (f->type == MUX_CLOSE) {
		/* all that was read of it is here */
		check(f->stream || r->stdin_got == r->stdin_read);
	} else if (f->type == MUX_SIGNAL) {
		check(f->len == 1 && r->signalled[f->data[0]]);
	} else {
		check(f->type == MUX_EXIT && r->confirms && !f->len);
	}
}

static ssize_t write_line(struct run *r, const uint8_t *data, size_t len)
{
	struct mux_frame f;

	if (r->hung_up)
		return fuzz_fails(EPIPE);
	len = fuzz_smaller(len, r->line_room);
	if (!len)
		return fuzz_fails(EAGAIN);
	if (r->line_room < FAR)
		r->line_room -= len;
	for (size_t i = 0; i < len; i++) {
		int got = mux_decode(&r->decoder, data[i], &f);

		check(got >= 0);
		r->taken++;
		if (got)
			hear(r, &f);
	}
	check(!r->honest || r->taken - r->acked <= MUX_LINE_WINDOW);
	return (ssize_t)len;
}

/* A sentence of vcan-run itself. */
static ssize_t write_text(const char *text, size_t len)
{
	check(text[len - 1] == '\n');
	for (size_t i = 0; i + 1 < len; i++)
		check(text[i] >= ' ' && text[i] <= '~');
	return (ssize_t)len;
}

static ssize_t write_any(void *arg, int fd, const void *data, size_t len)
{
	const uint8_t *bytes = data;
	struct run *r = arg;

	if (fd == LINE_FD)
		return write_line(r, data, len);
	check(fd == MUX_STDOUT || fd == MUX_STDERR);
	if (fd == MUX_STDERR && len > 10 && !memcmp(data, "vcan-run: ", 10))
		return write_text(data, len);
	check(!r->gone[fd]);
	if (r->broken[fd])
		return fuzz_fails(r->broken[fd]);
	len = fuzz_smaller(len, r->room[fd]);
	if (!len)
		return fuzz_fails(EAGAIN);
	r->room[fd] -= len;
	for (size_t i = 0; i < len; i++)
		check(bytes[i] ==
		      fuzz_pattern((unsigned int)fd, r->written[fd]++));
	check(r->written[fd] <= r->sent[fd]);
	return (ssize_t)len;
}

static ssize_t read_line(struct run *r, void *data, size_t len)
{
	len = fuzz_pipe_get(&r->line, data, fuzz_smaller(len, r->piece));
	return len || r->hung_up ? (ssize_t)len : fuzz_fails(EAGAIN);
}

static ssize_t read_stdin(struct run *r, uint8_t *data, size_t len)
{
	check(!r->gone[MUX_STDIN]);
	len = fuzz_smaller(len, r->typed - r->stdin_read);
	if (!len)
		return r->stdin_ended ? 0 : fuzz_fails(EAGAIN);
	for (size_t i = 0; i < len; i++)
		data[i] = fuzz_pattern(MUX_STDIN, r->stdin_read++);
	return (ssize_t)len;
}

static ssize_t read_signal(struct run *r, void *data, size_t len)
{
	struct signalfd_siginfo info = { .ssi_signo = SIGCHLD };

	check(len == sizeof(info));
	if (!r->chld && !r->signo)
		return fuzz_fails(EAGAIN);
	if (r->chld) {
		r->chld = false;
	} else {
		info.ssi_signo = r->signo;
		r->signo = 0;
	}
	memcpy(data, &info, sizeof(info));
	return sizeof(info);
}

static ssize_t read_any(void *arg, int fd, void *data, size_t len)
{
	struct run *r = arg;

	if (fd == LINE_FD)
		return read_line(r, data, len);
	if (fd == MUX_STDIN)
		return read_stdin(r, data, len);
	if (fd == SIG_FD)
		return read_signal(r, data, len);
	check(fd == CONSOLE_FD);
	len = fuzz_smaller(len, r->console_len);
	if (!len)
		return r->ended ? 0 : fuzz_fails(EAGAIN);
	memset(data, '\033', len);
	r->console_len -= len;
	return (ssize_t)len;
}

static void close_any(void *arg, int fd)
{
	struct run *r = arg;

	check(fd >= 0 && fd < MUX_STREAMS && !r->gone[fd]);
	r->gone[fd] = true;
}

static int window_size(void *arg, int fd, unsigned long request, void *data)
{
	(void)arg;
	check(fd == MUX_STDIN && request == TIOCGWINSZ);
	*(struct winsize *)data =
		(struct winsize){ .ws_row = 24, .ws_col = 80 };
	return 0;
}

int waitid(idtype_t type, id_t id, siginfo_t *info, int options)
{
	const struct run *r = fuzz_fds ? fuzz_fds->arg : NULL;

	if (!r)
		return (int)syscall(SYS_waitid, type, id, info, options, NULL);
	info->si_pid = r->ended ? (pid_t)id : 0;
	info->si_code = CLD_EXITED;
	info->si_status = r->end_status;
	return 0;
}

/* Turns. */

static short state_of(const struct run *r, int fd)
{
	if (fd == LINE_FD)
		return (short)((r->line.len ? POLLIN : 0) |
			       (r->line_room || r->hung_up ? POLLOUT : 0) |
			       (r->hung_up ? POLLIN | POLLHUP : 0));
	if (fd == SIG_FD)
		return r->chld || r->signo ? POLLIN : 0;
	if (fd == CONSOLE_FD)
		return (short)((r->console_len ? POLLIN : 0) |
			       (r->ended ? POLLHUP : 0));
	if (fd == MUX_STDIN)
		return r->stdin_ended || r->typed > r->stdin_read ? POLLIN : 0;
	return r->room[fd] || r->broken[fd] ? POLLOUT : 0;
}

/* All that was in the way of its end is gone; so is the guest. */
static void come_to_an_end(struct run *r)
{
	check(r->end_polls++ < END_POLLS);
	r->room[MUX_STDOUT] = r->room[MUX_STDERR] = FAR;
	r->line_room = r->piece = FAR;
	r->stdin_ended = r->hung_up = r->time_passes = true;
	if (!r->ended)
		r->chld = true;
	r->ended = true;
}

static void take_turn(struct run *r)
{
	static void (*const deeds[])(struct run * r) = {
		go_on,	      go_on,	   say_data,	 say_data,  say_data,
		say_ack,      say_credit,  say_close,	 say_exit,  say_fail,
		say_anything, say_garbage, end_guest,	 type_in,   make_room,
		take_line,    say_ack,	   raise_signal, wait_long, wait_a_bit,
		print,	      go_on,	   say_data,	 type_in,
	};

	if (r->in.size)
		deeds[fuzz_next(&r->in) % 24](r);
	else
		come_to_an_end(r);
}

static int poll_any(void *arg, struct pollfd *fds, size_t n, int timeout_ms)
{
	struct run *r = arg;
	int ready = 0;

	if (n > 1)
		take_turn(r);
	for (size_t i = 0; i < n; i++) {
		fds[i].revents = 0;
		if (fds[i].fd >= 0)
			fds[i].revents = state_of(r, fds[i].fd) &
					 (fds[i].events | POLLHUP | POLLERR);
		ready += !!fds[i].revents;
	}
	if (ready || n == 1)
		return ready;
	if (!r->time_passes)
		return fuzz_fails(EINTR);
	r->time_passes = false;
	/* nothing would ever happen again */
	check(timeout_ms >= 0 || !r->end_polls);
	r->fds.now_ms += timeout_ms < 0 ? 0 : (unsigned int)timeout_ms;
	return 0;
}

static void check_status(const struct run *r, int status,
			 const struct reason *why)
{
	bool broken = r->broken[MUX_STDOUT] || r->broken[MUX_STDERR];
	int signo = status - CODE_SIGNAL;

	check(status >= -1 && status <= 255);
	check(status != -1 || *why->text);
	if (status == -1 || status == CODE_LOST ||
	    (signo > 0 && signo < 64 && r->signalled[signo]))
		return;
	check(r->exits[status]);
	check(!r->confirms ||
	      (r->ended && r->end_status == (uint8_t)(status << 1 | 1)));
	for (int i = MUX_STDOUT; i < MUX_STREAMS && r->honest && !broken; i++)
		check(r->written[i] == r->sent[i]);
}

static void prepare(struct run *r, const uint8_t *data, size_t size)
{
	uint8_t piece[100], shape;

	r->in = (struct fuzz_input){ data, size };
	r->fds = (struct fuzz_fds){ read_any,	 write_any, poll_any, close_any,
				    window_size, r,	    1000000 };
	shape = fuzz_next(&r->in);
	r->confirms = shape & 1;
	r->honest = true;
	r->piece = r->line_room = FAR;
	r->stdin_granted = MUX_WINDOW;
	for (int i = MUX_STDOUT; i < MUX_STREAMS; i++) {
		r->window[i] = MUX_WINDOW;
		r->room[i] = FAR;
	}
	for (size_t i = 0; i < sizeof(piece); i++)
		piece[i] = fuzz_pattern(3, i);
	for (int i = 0; i < shape >> 2; i++)
		check(!setup_append(&r->setup, piece, sizeof(piece)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct run *r = calloc(1, sizeof(*r));
	struct opts o = { .boot_timeout_s = 60, .hang_timeout_s = 20 };
	struct vm vm = { .line = LINE_FD, .console = CONSOLE_FD, .pid = 7 };
	struct reason why = { "" };
	FILE *terminal = stderr;
	char *shown = NULL;
	size_t len = 0;
	int status;

	check(r);
	prepare(r, data, size);
	vm.confirms = r->confirms;
	o.verbose = data && size && data[0] & 2;
	stderr = open_memstream(&shown, &len);
	check(stderr);
	fuzz_fds = &r->fds;
	status = relay_run(&vm, &o, &r->setup, SIG_FD, &why);
	fuzz_fds = NULL;
	fclose(stderr);
	stderr = terminal;
	check_status(r, status, &why);
	setup_fini(&r->setup);
	free(shown);
	free(r);
	return 0;
}
