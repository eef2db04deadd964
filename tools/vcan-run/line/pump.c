// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "pump.h"

void source_close(struct source *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

ssize_t source_read(struct source *s, uint8_t buf[static MUX_PAYLOAD_MAX])
{
	size_t want = s->credit;
	ssize_t n;

	if (want > MUX_PAYLOAD_MAX)
		want = MUX_PAYLOAD_MAX;
	n = read(s->fd, buf, want);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return -EAGAIN;
	if (n <= 0) {
		/* a pty whose last user left says EIO: that is its end */
		source_close(s);
		return 0;
	}
	s->credit -= n;
	return n;
}

static void sink_close(struct sink *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	s->owed += s->len;
	s->len = 0;
}

int sink_put(struct sink *s, const uint8_t *data, size_t len)
{
	size_t tail, part;

	if (s->fd < 0) {
		s->owed += len;
		return 0;
	}
	if (len > sizeof(s->buf) - s->len)
		return -EBADMSG;
	tail = (s->head + s->len) % sizeof(s->buf);
	part = sizeof(s->buf) - tail;
	if (part > len)
		part = len;
	memcpy(s->buf + tail, data, part);
	memcpy(s->buf, data + part, len - part);
	s->len += len;
	return 0;
}

uint32_t sink_pay(struct sink *s)
{
	uint32_t owed = s->owed;

	if (s->len && owed < MUX_WINDOW / 4)
		return 0;
	s->owed = 0;
	return owed;
}

void sink_end(struct sink *s)
{
	s->ended = true;
	if (!s->len)
		sink_close(s);
}

int sink_write(struct sink *s)
{
	size_t part = sizeof(s->buf) - s->head;
	ssize_t n;

	if (part > s->len)
		part = s->len;
	/* no more than a pipe takes at once, or write() could block */
	if (part > PIPE_BUF)
		part = PIPE_BUF;
	n = write(s->fd, s->buf + s->head, part);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n < 0) {
		n = -errno;
		sink_close(s);
		return n;
	}
	s->head = (s->head + n) % sizeof(s->buf);
	s->len -= n;
	s->owed += n;
	if (s->ended && !s->len)
		sink_close(s);
	return 0;
}
