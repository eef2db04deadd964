// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "ctl_wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CHUNK_LEN 4096

static void take_lines(struct ctl_wire *w, size_t len,
		       void (*take)(void *arg, char *line, size_t len),
		       void *arg)
{
	char *from = w->in, *at = w->in + w->in_len, *end;

	w->in_len += len;
	while ((end = memchr(at, '\n', (size_t)(w->in + w->in_len - at)))) {
		at = end + 1;
		take(arg, from, (size_t)(at - from));
		from = at;
	}
	w->in_len -= (size_t)(from - w->in);
	memmove(w->in, from, w->in_len);
}

int ctl_wire_receive(struct ctl_wire *w,
		     void (*take)(void *arg, char *line, size_t len), void *arg)
{
	ssize_t n;

	if (w->in_size - w->in_len < CHUNK_LEN) {
		size_t size = 2 * (w->in_size + CHUNK_LEN);
		char *more = realloc(w->in, size);

		if (!more)
			return -ENOMEM;
		w->in = more;
		w->in_size = size;
	}
	n = recv(w->fd, w->in + w->in_len, w->in_size - w->in_len,
		 MSG_DONTWAIT);
	if (n > 0)
		take_lines(w, (size_t)n, take, arg);
	if (w->in_len > CTL_WIRE_LINE_MAX)
		return -EMSGSIZE;
	return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

const char *ctl_wire_error(int err)
{
	if (err == -EMSGSIZE)
		return "what has the control socket sent 64 MiB without an end "
		       "of line: see whether that is a canmcu";
	return "out of memory";
}

void ctl_wire_close(struct ctl_wire *w)
{
	if (w->fd >= 0)
		close(w->fd);
	free(w->in);
	*w = (struct ctl_wire){ .fd = -1 };
}
