// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "outlet.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define TRACE_MAX (256 * 1024) /* bytes that wait */
#define MEM_MAJOR 1	       /* /dev/null, /dev/full */

struct text {
	struct text *next;
	enum say_kind kind;
	size_t len, done;
	char bytes[];
};

struct say_outlet {
	int fd;	 /* that was given */
	int own; /* the same file, opened once more; -1: not */
	struct stat st;
	ssize_t (*write)(int fd, const void *bytes, size_t len);
	bool later; /* what waits is not tried before the end */
	bool terminal;
	int error; /* errno: nothing can be written any more */
	struct text *first, **last;
	size_t traced; /* bytes of traces that wait */
	int lost;
	unsigned long dropped;
};

static ssize_t send_now(int fd, const void *bytes, size_t len)
{
	return send(fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* /dev/tty, /dev/ptmx and the like may lead elsewhere by now. */
static bool is_same_terminal(int a, int b)
{
	unsigned int x, y;

	return !ioctl(a, TIOCGDEV, &x) && !ioctl(b, TIOCGDEV, &y) && x == y;
}

/* Never onto the number of a standard stream that is closed. */
static int move_up(int fd)
{
	int up = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

	if (fd >= 0)
		close(fd);
	return up;
}

static int open_again(const struct say_outlet *o)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", o->fd);
	fd = move_up(open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
	if (fd < 0 || !o->terminal || is_same_terminal(fd, o->fd))
		return fd;
	close(fd);
	return -1;
}

/* Files and memory take all at once, for better or worse. */
static bool never_blocks(const struct stat *st)
{
	return S_ISREG(st->st_mode) ||
	       (S_ISCHR(st->st_mode) && major(st->st_rdev) == MEM_MAJOR);
}

static void find_way(struct say_outlet *o)
{
	if (fstat(o->fd, &o->st)) {
		o->error = errno;
		return;
	}
	o->terminal = isatty(o->fd);
	if (S_ISSOCK(o->st.st_mode))
		o->write = send_now;
	else if (S_ISFIFO(o->st.st_mode) || o->terminal)
		o->own = open_again(o);
	o->later = o->own < 0 && o->write != send_now && !never_blocks(&o->st);
}

struct say_outlet *say_outlet_open(int fd)
{
	struct say_outlet *o = calloc(1, sizeof(*o));

	if (!o)
		return NULL;
	o->fd = fd;
	o->own = -1;
	o->write = write;
	o->last = &o->first;
	find_way(o);
	return o;
}

/* Takes the text out that *@at leads to. */
static void end_text(struct say_outlet *o, struct text **at)
{
	struct text *t = *at;

	*at = t->next;
	if (!*at)
		o->last = at;
	if (t->kind == SAY_TRACE)
		o->traced -= t->len;
	free(t);
}

void say_outlet_close(struct say_outlet *o)
{
	if (!o)
		return;
	while (o->first)
		end_text(o, &o->first);
	if (o->own >= 0)
		close(o->own);
	free(o);
}

bool say_outlet_shares(const struct say_outlet *o, int fd)
{
	struct stat st;

	return !o->error && !never_blocks(&o->st) && !fstat(fd, &st) &&
	       st.st_dev == o->st.st_dev && st.st_ino == o->st.st_ino;
}

bool say_outlet_is_watched(const struct say_outlet *o)
{
	return o->terminal && !o->later;
}

static unsigned long count_lines(const char *text, size_t len)
{
	unsigned long lines = 0;

	for (size_t i = 0; i < len; i++)
		lines += text[i] == '\n';
	return lines;
}

static void lose(struct say_outlet *o, enum say_kind kind, const char *text,
		 size_t len, int err)
{
	if (kind == SAY_RESULT && !o->lost)
		o->lost = err;
	if (kind == SAY_TRACE)
		o->dropped += count_lines(text, len);
}

/* All of a kind of which nothing is written yet. */
static void drop(struct say_outlet *o, enum say_kind kind)
{
	struct text **at = &o->first;

	while (*at) {
		struct text *t = *at;

		if (t->kind != kind || t->done) {
			at = &t->next;
			continue;
		}
		lose(o, kind, t->bytes, t->len, 0);
		end_text(o, at);
	}
}

void say_outlet_drop_trace(struct say_outlet *o)
{
	drop(o, SAY_TRACE);
}

void say_outlet_give_up(struct say_outlet *o, int err)
{
	while (o->first) {
		lose(o, o->first->kind, o->first->bytes, o->first->len, err);
		end_text(o, &o->first);
	}
}

/* Return: whether more may be written at once. */
static bool write_once(struct say_outlet *o)
{
	struct text *t = o->first;
	ssize_t n = o->write(o->own < 0 ? o->fd : o->own, t->bytes + t->done,
			     t->len - t->done);

	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		o->error = errno;
		say_outlet_give_up(o, o->error);
	}
	if (n <= 0)
		return false;
	t->done += (size_t)n;
	if (t->done == t->len)
		end_text(o, &o->first);
	return true;
}

void say_outlet_flush(struct say_outlet *o)
{
	while (o->first && !o->later && write_once(o))
		;
}

void say_outlet_step(struct say_outlet *o)
{
	if (o->first)
		write_once(o);
}

/* Return: 0, or an errno: it is lost. */
static int keep(struct say_outlet *o, enum say_kind kind, const char *text,
		size_t len)
{
	struct text *t;

	if (o->error)
		return o->error;
	if (kind == SAY_TRACE && o->traced + len > TRACE_MAX)
		return ENOBUFS;
	t = malloc(sizeof(*t) + len);
	if (!t)
		return ENOMEM;
	*t = (struct text){ .kind = kind, .len = len };
	memcpy(t->bytes, text, len);
	if (kind == SAY_TRACE)
		o->traced += len;
	*o->last = t;
	o->last = &t->next;
	return 0;
}

void say_outlet_put(struct say_outlet *o, enum say_kind kind, const char *text,
		    size_t len)
{
	int err;

	if (kind == SAY_PROGRESS)
		drop(o, SAY_PROGRESS);
	err = keep(o, kind, text, len);
	if (err)
		lose(o, kind, text, len, err);
	say_outlet_flush(o);
}

int say_outlet_fd(const struct say_outlet *o)
{
	return !o->first ? -1 : o->own < 0 ? o->fd : o->own;
}

bool say_outlet_may_block(const struct say_outlet *o)
{
	return o->first && o->own < 0 && o->write == write;
}

int say_outlet_lost(const struct say_outlet *o)
{
	return o->lost;
}

unsigned long say_outlet_dropped(const struct say_outlet *o)
{
	return o->dropped;
}
