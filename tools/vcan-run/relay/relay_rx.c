// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <errno.h>
#include <unistd.h>

#include "relay_machine.h"
#include "util/clean.h"

void relay_finish(struct relay *r, int status)
{
	r->phase = PHASE_DONE;
	r->status = status;
	r->deadline_ms = 0;
}

static int advance(struct relay *r, enum phase from, enum phase to)
{
	if (r->phase != from)
		return -EBADMSG;
	r->phase = to;
	return 0;
}

static int take_started(struct relay *r, uint64_t now_ms)
{
	if (!r->signo)
		r->deadline_ms = 0;
	if (r->verbose)
		util_say(STDERR_FILENO,
			 "vcan-run: its interfaces carry frames after %.1f s",
			 (double)(now_ms - r->start_ms) / 1000);
	return advance(r, PHASE_START, PHASE_RUN);
}

static int take_fail(struct relay *r, const struct mux_frame *f)
{
	if (r->phase != PHASE_START || !f->len || !f->data[0])
		return -EBADMSG;
	reason_set(r->reason, "%.*s", (int)f->len, (const char *)f->data);
	relay_finish(r, -1);
	return 0;
}

static int take_exit(struct relay *r, const struct mux_frame *f,
		     uint64_t now_ms)
{
	int status;

	if (r->phase != PHASE_RUN || f->len != 2 || f->data[0] > MUX_KILLED)
		return -EBADMSG;
	status = f->data[1];
	if (f->data[0] == MUX_KILLED)
		status += STATUS_SIGNAL_BASE;
	/* what exit() would cut could come out as a success */
	if (status > 255)
		return -EBADMSG;
	if (!r->vm->confirms) {
		relay_finish(r, status);
		return 0;
	}
	r->phase = PHASE_EXIT;
	r->status = status;
	r->exit_value = f->data[1];
	r->control.has_exited = true;
	r->deadline_ms = now_ms + GRACE_MS;
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

static int take_stream(struct relay *r, const struct mux_frame *f)
{
	if (r->phase != PHASE_RUN)
		return -EBADMSG;
	if (f->type == MUX_DATA)
		return f->stream == MUX_STDIN ?
			       -EBADMSG :
			       sink_put(&r->sink[f->stream], f->data, f->len);
	if (f->stream == MUX_STDIN)
		source_close(&r->in);
	else if (f->stream == MUX_STDOUT)
		sink_end(&r->sink[MUX_STDOUT]);
	/* stderr stays open for what vcan-run itself may have to say */
	return 0;
}

int relay_take(struct relay *r, const struct mux_frame *f, uint64_t now_ms)
{
	switch (f->type) {
	case MUX_READY:
		return advance(r, PHASE_BOOT, PHASE_SETUP);
	case MUX_STARTED:
		return take_started(r, now_ms);
	case MUX_FAIL:
		return take_fail(r, f);
	case MUX_ACK:
	case MUX_CREDIT:
		return take_number(r, f);
	case MUX_DATA:
	case MUX_CLOSE:
		return take_stream(r, f);
	case MUX_EXIT:
		return take_exit(r, f, now_ms);
	default:
		return -EBADMSG;
	}
}
