/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_FULL_PIPE_H
#define UNIT_FULL_PIPE_H

/* A pipe into which nothing more goes until somebody reads. */
#include "../support/unit.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE_MAX 65536 /* of all machines */

struct full_pipe {
	int reader, writer;
};

static inline size_t page_size(void)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);

	assert_in_range(size, 1, PAGE_MAX);
	return size;
}

/* So many pages of it are free. */
static inline struct full_pipe full_pipe_open(size_t pages_free)
{
	size_t size = page_size();
	char page[PAGE_MAX];
	int fds[2];

	memset(page, 'x', sizeof(page));
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(
		fcntl(fds[1], F_SETPIPE_SZ, (int)(size * (pages_free + 1))),
		size * (pages_free + 1));
	assert_int_equal(write(fds[1], page, size), size);
	return (struct full_pipe){ fds[0], fds[1] };
}

static inline void full_pipe_close(const struct full_pipe *p)
{
	close(p->reader);
	close(p->writer);
}

/* Whatever is in a pipe, socket or terminal by now, as a string in @out. */
static inline size_t read_all(int fd, char *out, size_t size)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	size_t len = 0;
	ssize_t n = 1;

	while (n > 0 && len + 1 < size && poll(&ready, 1, 0) == 1 &&
	       ready.revents & POLLIN) {
		n = read(fd, out + len, size - 1 - len);
		len += n > 0 ? (size_t)n : 0;
	}
	out[len] = '\0';
	return len;
}

/* The page that fills it. */
static inline void full_pipe_drain(const struct full_pipe *p)
{
	char page[PAGE_MAX];

	assert_int_equal(read(p->reader, page, page_size()), page_size());
	assert_int_equal(page[0], 'x');
}

/* Nobody may open it anew, not even its owner; ends with let_all_in(). */
static inline void let_nobody_in(int fd)
{
	assert_int_equal(fchmod(fd, 0), 0);
	if (!getuid())
		assert_int_equal(seteuid(65534), 0);
}

static inline void let_all_in(void)
{
	assert_int_equal(seteuid(getuid()), 0);
}

#endif
