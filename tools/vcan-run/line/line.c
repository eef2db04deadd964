// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <errno.h>
#include <unistd.h>

#include "line.h"

void line_queue(struct line *l, enum mux_type type, enum mux_stream stream,
		const void *data, size_t len)
{
	l->len = mux_encode(l->out, type, stream, data, len);
	l->off = 0;
}

void line_queue_u32(struct line *l, enum mux_type type, enum mux_stream stream,
		    uint32_t value)
{
	uint8_t data[4];

	mux_put_u32(data, value);
	line_queue(l, type, stream, data, sizeof(data));
}

bool line_may_write(const struct line *l)
{
	return l->len && l->sent - l->acked < MUX_LINE_WINDOW;
}

void line_write(struct line *l)
{
	size_t room = MUX_LINE_WINDOW - (l->sent - l->acked);
	size_t len = l->len - l->off;
	ssize_t n = write(l->fd, l->out + l->off, len < room ? len : room);

	/* a guest that is gone is noticed by its SIGCHLD */
	if (n <= 0)
		return;
	l->sent += n;
	l->off += n;
	if (l->off == l->len)
		l->len = 0;
}

int line_ack(struct line *l, uint32_t taken)
{
	if (l->sent - taken > MUX_LINE_WINDOW)
		return -EBADMSG;
	l->acked = taken;
	return 0;
}
