// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <sys/ioctl.h>
#include <unistd.h>

#include "control.h"

bool control_setup(struct control *t, struct line *l)
{
	size_t left = t->setup->len - t->setup_done;

	if (!left) {
		line_queue(l, MUX_START, 0, NULL, 0);
		return true;
	}
	if (left > MUX_PAYLOAD_MAX)
		left = MUX_PAYLOAD_MAX;
	line_queue(l, MUX_SETUP, 0, t->setup->data + t->setup_done, left);
	t->setup_done += left;
	return false;
}

static bool control_size(struct line *l)
{
	struct winsize ws;

	if (ioctl(STDIN_FILENO, TIOCGWINSZ, &ws))
		return false;
	line_queue_u32(l, MUX_WINCH, 0, ws.ws_row | (uint32_t)ws.ws_col << 16);
	return true;
}

static bool control_credit(struct line *l, struct sink *sinks)
{
	for (int i = MUX_STDOUT; i < MUX_STREAMS; i++) {
		uint32_t owed = sink_pay(&sinks[i]);

		if (!owed)
			continue;
		line_queue_u32(l, MUX_CREDIT, i, owed);
		return true;
	}
	return false;
}

void control_next(struct control *t, struct line *l,
		  struct sink sinks[static MUX_STREAMS])
{
	bool resize = t->resize;

	if (t->has_exited) {
		line_queue(l, MUX_EXIT, 0, NULL, 0);
		t->has_exited = false;
		return;
	}
	if (t->signo) {
		line_queue(l, MUX_SIGNAL, 0, &t->signo, 1);
		t->signo = 0;
		return;
	}
	t->resize = false;
	if ((resize && control_size(l)) || control_credit(l, sinks))
		return;
	if (t->ping) {
		line_queue_u32(l, MUX_CREDIT, MUX_STDOUT, 0);
		t->ping = false;
		return;
	}
	for (int i = 0; i < MUX_STREAMS; i++) {
		if (!t->close[i])
			continue;
		t->close[i] = false;
		line_queue(l, MUX_CLOSE, i, NULL, 0);
		return;
	}
}
