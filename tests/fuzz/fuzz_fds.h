/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef FUZZ_FDS_H
#define FUZZ_FDS_H

/*
 * Loops that wait for descriptors, without any: while a scene is on, these
 * functions of libc are its own, and its time is. Each poll() is its turn. To be
 * included by the target alone.
 */
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

/** As the functions of these names; none may be NULL but @ioctl. */
struct fuzz_fds {
	ssize_t (*read)(void *arg, int fd, void *data, size_t len);
	ssize_t (*write)(void *arg, int fd, const void *data, size_t len);
	int (*poll)(void *arg, struct pollfd *fds, size_t n, int timeout_ms);
	void (*close)(void *arg, int fd);
	int (*ioctl)(void *arg, int fd, unsigned long request, void *data);
	void *arg;
	uint64_t now_ms;
};

/* The scene that is on; NULL: none, and all is as ever, for libFuzzer. */
static struct fuzz_fds *fuzz_fds;

/** Return: -1, with @err as errno. */
static inline int fuzz_fails(int err)
{
	errno = err;
	return -1;
}

ssize_t read(int fd, void *data, size_t len)
{
	if (fuzz_fds && fd < 0)
		return fuzz_fails(EBADF);
	if (fuzz_fds)
		return fuzz_fds->read(fuzz_fds->arg, fd, data, len);
	return syscall(SYS_read, fd, data, len);
}

ssize_t write(int fd, const void *data, size_t len)
{
	if (fuzz_fds && fd < 0)
		return fuzz_fails(EBADF);
	if (fuzz_fds)
		return fuzz_fds->write(fuzz_fds->arg, fd, data, len);
	return syscall(SYS_write, fd, data, len);
}

int poll(struct pollfd *fds, nfds_t n, int timeout_ms)
{
	struct timespec t = { timeout_ms / 1000, timeout_ms % 1000 * 1000000L };

	if (fuzz_fds)
		return fuzz_fds->poll(fuzz_fds->arg, fds, n, timeout_ms);
	return ppoll(fds, n, timeout_ms < 0 ? NULL : &t, NULL);
}

int close(int fd)
{
	if (!fuzz_fds)
		return (int)syscall(SYS_close, fd);
	fuzz_fds->close(fuzz_fds->arg, fd);
	return 0;
}

int ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	void *data;

	va_start(args, request);
	data = va_arg(args, void *);
	va_end(args);
	if (!fuzz_fds)
		return (int)syscall(SYS_ioctl, fd, request, data);
	check(fuzz_fds->ioctl);
	return fuzz_fds->ioctl(fuzz_fds->arg, fd, request, data);
}

int clock_gettime(clockid_t clock, struct timespec *t)
{
	if (!fuzz_fds || clock != CLOCK_MONOTONIC)
		return (int)syscall(SYS_clock_gettime, clock, t);
	t->tv_sec = (time_t)(fuzz_fds->now_ms / 1000);
	t->tv_nsec = (long)(fuzz_fds->now_ms % 1000) * 1000000;
	return 0;
}

static inline size_t fuzz_smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/** What was written at one end, and not yet read at the other. */
struct fuzz_pipe {
	uint8_t bytes[32768];
	size_t first;
	size_t len;
};

static inline size_t fuzz_pipe_room(const struct fuzz_pipe *p)
{
	return sizeof(p->bytes) - p->len;
}

/** There is room for @len. */
static inline void fuzz_pipe_put(struct fuzz_pipe *p, const void *data,
				 size_t len)
{
	check(len <= fuzz_pipe_room(p));
	if (len > sizeof(p->bytes) - p->first - p->len) {
		memmove(p->bytes, p->bytes + p->first, p->len);
		p->first = 0;
	}
	memcpy(p->bytes + p->first + p->len, data, len);
	p->len += len;
}

/** Return: how many bytes there were, @len at most. */
static inline size_t fuzz_pipe_get(struct fuzz_pipe *p, void *data, size_t len)
{
	len = fuzz_smaller(len, p->len);
	memcpy(data, p->bytes + p->first, len);
	p->first += len;
	p->len -= len;
	return len;
}

/** Bytes that tell where in which stream they are. */
static inline uint8_t fuzz_pattern(unsigned int stream, size_t at)
{
	return (uint8_t)(at * 7 + (at >> 8) + stream * 85);
}

#endif
