/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef FUZZ_RELAY_GUEST_H
#define FUZZ_RELAY_GUEST_H

/*
 * A guest that does what it should or anything else, and the streams on the other
 * side of a relay: what they say and do, as the input has it.
 */
#include <signal.h>

#include "../../tools/vcan-run/line/mux.h"
#include "../../tools/vcan-run/relay/relay.h"
#include "fuzz_fds.h"

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

static inline bool has_room(const struct run *r)
{
	return !r->hung_up && !r->ended &&
	       fuzz_pipe_room(&r->line) >= MUX_FRAME_MAX;
}

/* There is room for it. */
static inline void say(struct run *r, enum mux_type type, unsigned int stream,
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
static inline void note_exit(struct run *r, const uint8_t *data, size_t len)
{
	unsigned int status;

	if (len != 2 || data[0] > MUX_KILLED || r->refused)
		return;
	status = data[1] + (data[0] == MUX_KILLED ? CODE_SIGNAL : 0u);
	if (status < 256)
		r->exits[status] = true;
}

static inline void say_u32(struct run *r, enum mux_type type,
			   unsigned int stream, uint32_t value)
{
	uint8_t data[4];

	mux_put_u32(data, value);
	say(r, type, stream, data, sizeof(data));
}

static inline void go_on(struct run *r)
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

static inline void say_pattern(struct run *r, unsigned int stream, size_t len)
{
	uint8_t data[MUX_PAYLOAD_MAX];

	for (size_t i = 0; i < len; i++)
		data[i] = fuzz_pattern(stream, r->sent[stream] + i);
	say(r, MUX_DATA, stream, data, len);
}

static inline void say_data(struct run *r)
{
	uint8_t how = fuzz_next(&r->in);
	unsigned int stream = how & 1 ? MUX_STDOUT : MUX_STDERR;
	size_t len = fuzz_smaller((how >> 1) * 8u + 1, r->window[stream]);

	if (!r->started || r->exited || r->closed[stream] || !has_room(r))
		return;
	say_pattern(r, stream, len);
	r->window[stream] -= len;
}

static inline void say_ack(struct run *r)
{
	if (r->ready && has_room(r))
		say_u32(r, MUX_ACK, 0, r->taken);
}

static inline void say_credit(struct run *r)
{
	size_t used = r->stdin_got + MUX_WINDOW - r->stdin_granted;

	if (!r->started || !has_room(r))
		return;
	say_u32(r, MUX_CREDIT, MUX_STDIN, (uint32_t)used);
	r->stdin_granted += used;
}

static inline void say_close(struct run *r)
{
	unsigned int stream = fuzz_next(&r->in) % MUX_STREAMS;

	if (!r->started || r->exited || !has_room(r))
		return;
	say(r, MUX_CLOSE, stream, NULL, 0);
	r->closed[stream] = true;
}

/* Its end confirms what it reported, if the input is right about it. */
static inline void say_exit(struct run *r)
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

static inline void say_fail(struct run *r)
{
	if (r->told && !r->started && !r->exited && has_room(r))
		say(r, MUX_FAIL, 0, "no bus", 6);
}

static inline void say_anything(struct run *r)
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

static inline void say_garbage(struct run *r)
{
	r->honest = false;
	for (size_t len = fuzz_next(&r->in) % 16; len && has_room(r); len--) {
		uint8_t byte = fuzz_next(&r->in);

		fuzz_pipe_put(&r->line, &byte, 1);
	}
}

static inline void end_guest(struct run *r)
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

static inline void type_in(struct run *r)
{
	uint8_t how = fuzz_next(&r->in);

	if (!r->stdin_ended)
		r->typed += how * 16u;
	r->stdin_ended |= how == 0xff;
}

static inline void make_room(struct run *r)
{
	uint8_t how = fuzz_next(&r->in);
	unsigned int stream = how & 1 ? MUX_STDOUT : MUX_STDERR;

	r->room[stream] = how >> 3 == 31 ? FAR : (how >> 3) * 300u;
	if ((how & 6) == 6)
		r->broken[stream] = how & 8 ? EPIPE : ENOSPC;
}

static inline void take_line(struct run *r)
{
	uint8_t how = fuzz_next(&r->in);

	r->line_room = how == 0xff ? FAR : how * 5u;
	r->piece = how & 1 ? FAR : 1u + how;
}

static inline void raise_signal(struct run *r)
{
	static const uint8_t signals[] = { SIGINT, SIGTERM, SIGHUP, SIGWINCH };

	r->signo = signals[fuzz_next(&r->in) % 4];
	r->signals += r->signo != SIGWINCH;
	r->signalled[r->signo] = true;
}

static inline void wait_long(struct run *r)
{
	r->time_passes = true;
}

static inline void wait_a_bit(struct run *r)
{
	r->fds.now_ms += fuzz_next(&r->in) * 10u;
}

static inline void print(struct run *r)
{
	r->console_len = fuzz_next(&r->in);
}

#endif
