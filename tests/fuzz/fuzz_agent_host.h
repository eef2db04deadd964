/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef FUZZ_AGENT_HOST_H
#define FUZZ_AGENT_HOST_H

/*
 * The host at the other end of the agent's line, and the command that the agent runs:
 * what they say and do, as the input has it.
 */
#include "../../tools/vcan-run/line/mux.h"
#include "../../tools/vcan-run/line/setup.h"
#include "fuzz_fds.h"

struct run {
	struct fuzz_input in;
	struct fuzz_fds fds;
	size_t end_polls;
	/* From the host. */
	struct fuzz_pipe line;
	size_t piece; /* that one read() gets, at most */
	size_t line_taken;
	bool hung_up;
	struct setup_blob setup; /* as it was told before the first START */
	bool told;
	size_t sent; /* bytes of stdin */
	bool signalled[256];
	/* To the host. */
	struct mux_decoder decoder;
	bool ready, started, failed;
	size_t got[MUX_STREAMS];
	size_t credit[MUX_STREAMS]; /* that the host gave */
	bool closed[MUX_STREAMS];
	int reported; /* how << 8 | value; -1: not yet */
	bool confirmed;
	/* The command. */
	bool lacks_bus, lacks_spawn;
	bool spawned, ended, reaped;
	int wait_status;
	size_t room; /* of its stdin */
	int broken;  /* errno */
	size_t written;
	size_t output[MUX_STREAMS]; /* bytes that it wrote */
	size_t output_read[MUX_STREAMS];
	bool output_ended[MUX_STREAMS];
	bool gone[MUX_STREAMS]; /* closed by the agent */
};

/* What the host says. */

static inline bool has_room(const struct run *r)
{
	return !r->hung_up && fuzz_pipe_room(&r->line) >= MUX_FRAME_MAX;
}

static inline void say(struct run *r, enum mux_type type, unsigned int stream,
		       const void *data, size_t len)
{
	uint8_t frame[MUX_FRAME_MAX];

	fuzz_pipe_put(&r->line, frame,
		      mux_encode(frame, type, stream, data, len));
	r->told |= type == MUX_START;
}

/* Records in any pieces; a byte of 0xff stands for the zero behind one. */
static inline void say_setup(struct run *r)
{
	size_t len = fuzz_next(&r->in) % 64;
	uint8_t data[64];

	if (!has_room(r))
		return;
	for (size_t i = 0; i < len; i++) {
		data[i] = fuzz_next(&r->in);
		if (data[i] == 0xff)
			data[i] = 0;
	}
	say(r, MUX_SETUP, 0, data, len);
	if (!r->told)
		check(!setup_append(&r->setup, data, len));
}

static inline void say_start(struct run *r)
{
	if (has_room(r))
		say(r, MUX_START, 0, NULL, 0);
}

static inline void say_data(struct run *r)
{
	size_t len = fuzz_next(&r->in) * 4u;
	uint8_t data[MUX_PAYLOAD_MAX];

	if (!r->started || !has_room(r))
		return;
	for (size_t i = 0; i < len; i++)
		data[i] = fuzz_pattern(MUX_STDIN, r->sent++);
	say(r, MUX_DATA, MUX_STDIN, data, len);
}

static inline void say_number(struct run *r, enum mux_type type,
			      unsigned int stream, uint32_t value)
{
	uint8_t data[4];

	mux_put_u32(data, value);
	if (has_room(r))
		say(r, type, stream, data, sizeof(data));
}

static inline void say_credit(struct run *r)
{
	uint8_t how = fuzz_next(&r->in);

	if (!has_room(r))
		return;
	say_number(r, MUX_CREDIT, 1 + (how & 1), how * 64u);
	r->credit[1 + (how & 1)] += how * 64u;
}

static inline void say_close(struct run *r)
{
	if (has_room(r))
		say(r, MUX_CLOSE, fuzz_next(&r->in) % MUX_STREAMS, NULL, 0);
}

static inline void say_signal(struct run *r)
{
	uint8_t signo = fuzz_next(&r->in);

	if (!has_room(r))
		return;
	say(r, MUX_SIGNAL, 0, &signo, 1);
	r->signalled[signo] = true;
}

static inline void say_size(struct run *r)
{
	say_number(r, MUX_WINCH, 0, 24u | 80u << 16);
}

static inline void say_heard(struct run *r)
{
	if (has_room(r))
		say(r, MUX_EXIT, 0, NULL, 0);
}

static inline void say_anything(struct run *r)
{
	enum mux_type type = 1 + fuzz_next(&r->in) % (MUX_TYPE_END - 1);
	unsigned int stream = fuzz_next(&r->in) % MUX_STREAMS;
	size_t len = fuzz_next(&r->in) % 8;
	uint8_t data[8];

	for (size_t i = 0; i < len; i++)
		data[i] = fuzz_next(&r->in);
	/* those are kept account of */
	if (has_room(r) && type != MUX_SETUP && type != MUX_DATA &&
	    type != MUX_CREDIT && type != MUX_SIGNAL)
		say(r, type, stream, data, len);
}

static inline void say_garbage(struct run *r)
{
	for (size_t len = fuzz_next(&r->in) % 16; len && has_room(r); len--) {
		uint8_t byte = fuzz_next(&r->in);

		fuzz_pipe_put(&r->line, &byte, 1);
	}
}

static inline void hang_up(struct run *r)
{
	r->piece = 1u + fuzz_next(&r->in);
	r->hung_up |= r->piece == 256;
}

/* What the command does. */

static inline void output(struct run *r)
{
	uint8_t how = fuzz_next(&r->in);
	unsigned int stream = 1 + (how & 1);

	if (!r->spawned || r->output_ended[stream])
		return;
	r->output[stream] += how * 8u;
	r->output_ended[stream] |= how >> 1 == 0x7f;
}

static inline void read_stdin(struct run *r)
{
	uint8_t how = fuzz_next(&r->in);

	r->room = how * 64u;
	if (how == 0xff)
		r->broken = EPIPE;
}

static inline void end(struct run *r)
{
	uint8_t how = fuzz_next(&r->in), value = fuzz_next(&r->in);

	if (!r->spawned || r->ended)
		return;
	r->ended = true;
	/* as wait(2) encodes it */
	r->wait_status = how & 1 ? (value % 64 ? value % 64 : 9) : value << 8;
	if (how & 2)
		r->output_ended[1] = r->output_ended[2] = true;
}

#endif
