// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/vcan-run/relay tools/vcan-run/line tools/vcan-run/reason.c
/*
 * The relay between a guest, which does what it should or anything else, and
 * streams that stall, break, or end at any time. Whatever comes in is passed on in
 * order, unchanged, and no more of it than was allowed; nothing but what the guest
 * said is taken for its command's end; and the relay ends.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include "../../tools/vcan-run/line/mux.h"
#include "../../tools/vcan-run/opts.h"
#include "../../tools/vcan-run/relay/relay.h"
#include "fuzz_fds.h"

#define LINE_FD 100
#define CONSOLE_FD 101
#define SIG_FD 102
#define END_POLLS 1000	/* enough to write out all there is */
#define CODE_LOST 125	/* STATUS_OWN_FAILURE */
#define CODE_SIGNAL 128 /* STATUS_SIGNAL_BASE */
#define FAR (SIZE_MAX / 2)

struct run {
	struct fuzz_input in;
	struct fuzz_fds fds;
	struct setup_blob setup;
	bool confirms;
	bool time_passes; /* to the deadline, if nothing else happens */
	size_t end_polls;
	/* From the guest. */
	struct fuzz_pipe line;
	size_t piece; /* that one read() gets, at most */
	bool honest;
	bool ready, started, exited;
	bool hung_up, ended;
	uint8_t end_status;
	bool refused;	 /* it said what no guest may say */
	bool exits[256]; /* statuses that it reported before that */
	size_t sent[MUX_STREAMS];
	size_t window[MUX_STREAMS]; /* bytes that it may send */
	bool closed[MUX_STREAMS];   /* by it */
	/* To the guest. */
	struct mux_decoder decoder;
	size_t line_room; /* bytes that its end takes now */
	uint32_t taken;
	uint32_t acked;
	size_t setup_len;
	bool told; /* to start */
	size_t stdin_got;
	size_t stdin_granted;
	/* The other ends. */
	size_t typed, stdin_read; /* bytes of stdin */
	bool stdin_ended;
	size_t room[MUX_STREAMS]; /* of our own outputs */
	int broken[MUX_STREAMS];  /* errno */
	size_t written[MUX_STREAMS];
	bool gone[MUX_STREAMS]; /* closed by the relay */
	size_t console_len;
	bool chld;
	uint8_t signo; /* pending */
	size_t signals;
	bool signalled[64];
};

/* What the guest says. */

static bool has_room(const struct run *r)
{
	return !r->hung_up && !r->ended &&
	       fuzz_pipe_room(&r->line) >= MUX_FRAME_MAX;
}

/* There is room for it. */
static void say(struct run *r, enum mux_type type, unsigned int stream,
		const void *data, size_t len)
{
	uint8_t frame[MUX_FRAME_MAX];
	size_t n = mux_encode(frame, type, stream, data, len);

	check(n);
	fuzz_pipe_put(&r->line, frame, n);
	if (type == MUX_DATA)
		r->sent[stream] += len;
	if (type == MUX_ACK)
		r->acked = r->taken;
}

/* It counts when it is heard, if it is one. */
static void note_exit(struct run *r, const uint8_t *data, size_t len)
{
	unsigned int status;

	if (len != 2 || data[0] > MUX_KILLED || r->refused)
		return;
	status = data[1] + (data[0] == MUX_KILLED ? CODE_SIGNAL : 0u);
	if (status < 256)
		r->exits[status] = true;
}

static void say_u32(struct run *r, enum mux_type type, unsigned int stream,
		    uint32_t value)
{
	uint8_t data[4];

	mux_put_u32(data, value);
	say(r, type, stream, data, sizeof(data));
}

static void go_on(struct run *r)
{
	if (!has_room(r))
		return;
	if (!r->ready) {
		say(r, MUX_READY, 0, NULL, 0);
		r->ready = true;
	} else if (r->told && !r->started) {
		say(r, MUX_STARTED, 0, NULL, 0);
		r->started = true;
	}
}

static void say_pattern(struct run *r, unsigned int stream, size_t len)
{
	uint8_t data[MUX_PAYLOAD_MAX];

	for (size_t i = 0; i < len; i++)
		data[i] = fuzz_pattern(stream, r->sent[stream] + i);
	say(r, MUX_DATA, stream, data, len);
}

static void say_data(struct run *r)
{
	uint8_t how = fuzz_next(&r->in);
	unsigned int stream = how & 1 ? MUX_STDOUT : MUX_STDERR;
	size_t len = fuzz_smaller((how >> 1) * 8u + 1, r->window[stream]);

	if (!r->started || r->exited || r->closed[stream] || !has_room(r))
		return;
	say_pattern(r, stream, len);
	r->window[stream] -= len;
}

static void say_ack(struct run *r)
{
	if (r->ready && has_room(r))
		say_u32(r, MUX_ACK, 0, r->taken);
}

static void say_credit(struct run *r)
{
	size_t used = r->stdin_got + MUX_WINDOW - r->stdin_granted;

	if (!r->started || !has_room(r))
		return;
	say_u32(r, MUX_CREDIT, MUX_STDIN, (uint32_t)used);
	r->stdin_granted += used;
}

static void say_close(struct run *r)
{
	unsigned int stream = fuzz_next(&r->in) % MUX_STREAMS;

	if (!r->started || r->exited || !has_room(r))
		return;
	say(r, MUX_CLOSE, stream, NULL, 0);
	r->closed[stream] = true;
}

/* Its end confirms what it reported, if the input is right about it. */
static void say_exit(struct run *r)
{
	uint8_t data[2] = { fuzz_next(&r->in) % (MUX_KILLED + 2),
			    fuzz_next(&r->in) };

	if (!r->started || r->exited || !has_room(r))
		return;
	say(r, MUX_EXIT, 0, data, sizeof(data));
	note_exit(r, data, sizeof(data));
	r->exited = true;
	r->end_status = (uint8_t)(data[1] << 1 | 1);
}

static void say_fail(struct run *r)
{
	if (r->told && !r->started && !r->exited && has_room(r))
		say(r, MUX_FAIL, 0, "no bus", 6);
}

static void say_anything(struct run *r)
{
	enum mux_type type = 1 + fuzz_next(&r->in) % (MUX_TYPE_END - 1);
	unsigned int stream = fuzz_next(&r->in) % MUX_STREAMS;
	size_t len = fuzz_next(&r->in) % 8;
	uint8_t data[8];

	r->honest = false;
	if (!has_room(r))
		return;
	for (size_t i = 0; i < len; i++)
		data[i] = fuzz_next(&r->in);
	r->refused |= type == MUX_SETUP || type == MUX_START ||
		      type == MUX_SIGNAL || type == MUX_WINCH ||
		      (type == MUX_DATA && stream == MUX_STDIN);
	if (type == MUX_EXIT)
		note_exit(r, data, len);
	if (type == MUX_DATA)
		say_pattern(r, stream, len * 128);
	else
		say(r, type, stream, data, len);
}

static void say_garbage(struct run *r)
{
	r->honest = false;
	for (size_t len = fuzz_next(&r->in) % 16; len && has_room(r); len--) {
		uint8_t byte = fuzz_next(&r->in);

		fuzz_pipe_put(&r->line, &byte, 1);
	}
}

static void end_guest(struct run *r)
{
	uint8_t how = fuzz_next(&r->in);

	r->hung_up |= how & 1;
	if (r->ended || !(how & 2))
		return;
	r->chld = r->ended = true;
	if (how & 4)
		r->end_status = how;
}

/* What happens at the other ends. */

static void type_in(struct run *r)
{
	uint8_t how = fuzz_next(&r->in);

	if (!r->stdin_ended)
		r->typed += how * 16u;
	r->stdin_ended |= how == 0xff;
}

static void make_room(struct run *r)
{
	uint8_t how = fuzz_next(&r->in);
	unsigned int stream = how & 1 ? MUX_STDOUT : MUX_STDERR;

	r->room[stream] = how >> 3 == 31 ? FAR : (how >> 3) * 300u;
	if ((how & 6) == 6)
		r->broken[stream] = how & 8 ? EPIPE : ENOSPC;
}

static void take_line(struct run *r)
{
	uint8_t how = fuzz_next(&r->in);

	r->line_room = how == 0xff ? FAR : how * 5u;
	r->piece = how & 1 ? FAR : 1u + how;
}

static void raise_signal(struct run *r)
{
	static const uint8_t signals[] = { SIGINT, SIGTERM, SIGHUP, SIGWINCH };

	r->signo = signals[fuzz_next(&r->in) % 4];
	r->signals += r->signo != SIGWINCH;
	r->signalled[r->signo] = true;
}

static void wait_long(struct run *r)
{
	r->time_passes = true;
}

static void wait_a_bit(struct run *r)
{
	r->fds.now_ms += fuzz_next(&r->in) * 10u;
}

static void print(struct run *r)
{
	r->console_len = fuzz_next(&r->in);
}

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
