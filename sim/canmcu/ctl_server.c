// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "ctl_server.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "ctl.h"

struct client {
	struct ctl_server *server;
	int fd; /* -1: free */
	bool eof;
	bool gone; /* replies do not reach it any more */
	bool waiting;
	bool quit;
	struct ctl_wait wait;
	sd_event_source *io;
	sd_event_source *timer; /* while waiting */
	char *out;		/* the reply under way */
	size_t out_len;
	size_t out_at;
	char in[4096];
	size_t in_len;
	size_t in_at;
	struct ctl_lines lines;
};

struct ctl_server {
	struct ctl_server_cfg cfg;
	int fd;
	bool bound;
	sd_event_source *source;
	struct client *clients[CTL_CLIENTS_MAX];
};

static uint64_t now_us(struct ctl_server *s)
{
	uint64_t now = 0;

	sd_event_now(s->cfg.loop, CLOCK_MONOTONIC, &now);
	return now;
}

static void client_free(struct client *c)
{
	for (int i = 0; i < CTL_CLIENTS_MAX; i++)
		if (c->server->clients[i] == c)
			c->server->clients[i] = NULL;
	sd_event_source_disable_unref(c->timer);
	sd_event_source_disable_unref(c->io);
	close(c->fd);
	free(c->out);
	free(c);
}

static bool is_busy(const struct client *c)
{
	return c->out || c->waiting;
}

/* @reply is ours now; NULL, for want of memory, ends the client. */
static void set_reply(struct client *c, char *reply)
{
	c->waiting = false;
	c->timer = sd_event_source_disable_unref(c->timer);
	c->out_at = 0;
	c->out_len = reply ? strlen(reply) + 1 : 0;
	c->out = reply;
	if (reply)
		reply[c->out_len - 1] = '\n';
	else
		c->eof = true;
	sd_event_source_set_io_events(c->io, EPOLLOUT);
}

static void flush(struct client *c)
{
	while (c->out) {
		ssize_t n = send(c->fd, c->out + c->out_at,
				 c->out_len - c->out_at,
				 MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0 && errno != EINTR)
			c->gone = true;
		if (n > 0)
			c->out_at += (size_t)n;
		if (c->out_at < c->out_len && !c->gone)
			continue;
		free(c->out);
		c->out = NULL;
	}
}

static int on_timeout(sd_event_source *source, uint64_t at_us, void *arg)
{
	struct client *c = arg;
	char *reply = ctl_wait_reply(&c->wait, c->wait.deadline_us);

	(void)source;
	(void)at_us;
	set_reply(c, reply);
	return 0;
}

static void execute(struct client *c, const struct ctl_line *line)
{
	struct ctl_server *s = c->server;
	struct ctl_result r = { 0 };

	if (line->too_long)
		r.reply = ctl_error("this line is too long: commands have at "
				    "most 4096 bytes");
	else
		r = ctl_execute(s->cfg.world, line->text, line->len, now_us(s));
	c->quit = r.quit;
	if (!r.waiting) {
		set_reply(c, r.reply);
	} else {
		c->waiting = true;
		c->wait = r.wait;
		sd_event_add_time(s->cfg.loop, &c->timer, CLOCK_MONOTONIC,
				  r.wait.deadline_us, 1, on_timeout, c);
	}
	s->cfg.on_command(s->cfg.arg);
}

static void fill(struct client *c)
{
	ssize_t n = recv(c->fd, c->in, sizeof(c->in), MSG_DONTWAIT);

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		c->eof = true;
	c->in_at = 0;
	c->in_len = n > 0 ? (size_t)n : 0;
}

/* Return: false when there is no whole line. */
static bool next_line(struct client *c, struct ctl_line *line)
{
	const char *data = c->in + c->in_at;
	size_t len = c->in_len - c->in_at;
	bool found = ctl_lines_next(&c->lines, &data, &len, line);

	c->in_at = c->in_len - len;
	return found;
}

static bool has_input(const struct client *c)
{
	return c->in_at < c->in_len;
}

/*
 * One command at most: a client that never stops must leave the bus its turn.
 * Return: false: client ended.
 */
static bool serve(struct client *c)
{
	struct ctl_line line;

	if (!is_busy(c) && !has_input(c))
		fill(c);
	if (!is_busy(c) && next_line(c, &line))
		execute(c, &line);
	flush(c);
	if (is_busy(c))
		return !c->gone;
	if (c->quit)
		sd_event_exit(c->server->cfg.loop, EXIT_SUCCESS);
	return !c->eof || has_input(c);
}

/* Return: when to serve @c again. */
static uint32_t interest(const struct client *c)
{
	if (c->waiting)
		return 0;
	/* what was read already waits for no more than the others' turn */
	return c->out || has_input(c) ? EPOLLOUT : EPOLLIN;
}

static int on_client(sd_event_source *source, int fd, uint32_t revents,
		     void *arg)
{
	struct client *c = arg;

	(void)source;
	(void)fd;
	/* both ways are closed: what it asked for is still done */
	if (revents & (EPOLLHUP | EPOLLERR))
		c->gone = true;
	if (!serve(c)) {
		client_free(c);
		return 0;
	}
	sd_event_source_set_io_events(c->io, interest(c));
	return 0;
}

static struct client **free_place(struct ctl_server *s)
{
	for (int i = 0; i < CTL_CLIENTS_MAX; i++)
		if (!s->clients[i])
			return &s->clients[i];
	return NULL;
}

static void refuse(int fd)
{
	char *reply = ctl_error("too many clients: close one first");

	if (reply) {
		send(fd, reply, strlen(reply), MSG_NOSIGNAL | MSG_DONTWAIT);
		send(fd, "\n", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	}
	free(reply);
	close(fd);
}

static int on_connect(sd_event_source *source, int listener, uint32_t revents,
		      void *arg)
{
	struct ctl_server *s = arg;
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct client **place = free_place(s);
	struct client *c = place ? calloc(1, sizeof(*c)) : NULL;

	(void)source;
	(void)revents;
	if (fd < 0) {
		free(c);
		return 0;
	}
	if (!c || sd_event_add_io(s->cfg.loop, &c->io, fd, EPOLLIN, on_client,
				  c) < 0) {
		free(c);
		refuse(fd);
		return 0;
	}
	c->server = s;
	c->fd = fd;
	*place = c;
	return 0;
}

void ctl_server_changed(struct ctl_server *s, const struct kcan_uuid *uuid)
{
	uint64_t now = now_us(s);

	for (int i = 0; i < CTL_CLIENTS_MAX; i++) {
		struct client *c = s->clients[i];
		char *reply;

		if (!c || !c->waiting ||
		    !kcan_uuid_equal(&c->wait.mcu->cfg.uuid, uuid))
			continue;
		reply = ctl_wait_reply(&c->wait, now);
		if (reply)
			set_reply(c, reply);
	}
}

/* A socket that refuses connections was left behind by a process that died. */
static bool is_stale(const struct sockaddr_un *addr)
{
	struct stat st;
	int fd, err;

	if (lstat(addr->sun_path, &st) || !S_ISSOCK(st.st_mode))
		return false;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	err = connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) ?
		      errno :
		      0;
	close(fd);
	return err == ECONNREFUSED;
}

static int bind_owned(int fd, const struct sockaddr_un *addr)
{
	mode_t mask = umask(0177);
	int err;

	if (is_stale(addr))
		unlink(addr->sun_path);
	err = bind(fd, (const struct sockaddr *)addr, sizeof(*addr)) ? -errno :
								       0;
	umask(mask);
	return err;
}

static int listen_on(struct ctl_server *s)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	size_t len = strlen(s->cfg.path);
	int err;

	if (!len || len >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	memcpy(addr.sun_path, s->cfg.path, len);
	s->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (s->fd < 0)
		return -errno;
	err = bind_owned(s->fd, &addr);
	if (err)
		return err;
	s->bound = true;
	if (listen(s->fd, CTL_CLIENTS_MAX))
		return -errno;
	err = sd_event_add_io(s->cfg.loop, &s->source, s->fd, EPOLLIN,
			      on_connect, s);
	return err < 0 ? err : 0;
}

static void explain(char *out, size_t size, const char *path, int err)
{
	const char *why = strerror(-err);
	const char *remedy = "name a path in a folder you may write to";
	struct stat st;

	if (err == -EADDRINUSE) {
		bool live = !lstat(path, &st) && S_ISSOCK(st.st_mode);

		why = live ? "somebody listens there" :
			     "something else is there";
		remedy = live ? "stop the canmcu that has it, or name another "
				"path" :
				"name another path";
	} else if (err == -ENAMETOOLONG) {
		remedy = "give one of 1 to 107 bytes";
	}
	snprintf(out, size, "no control socket at '%s' (%s): %s", path, why,
		 remedy);
}

int ctl_server_open(struct ctl_server **out, const struct ctl_server_cfg *cfg,
		    char *sentence, size_t size)
{
	struct ctl_server *s = calloc(1, sizeof(*s));
	int err;

	if (!s) {
		snprintf(sentence, size, "out of memory");
		return -ENOMEM;
	}
	*s = (struct ctl_server){ .cfg = *cfg, .fd = -1 };
	err = listen_on(s);
	if (err) {
		explain(sentence, size, cfg->path, err);
		ctl_server_close(s);
		return err;
	}
	*out = s;
	return 0;
}

void ctl_server_close(struct ctl_server *s)
{
	if (!s)
		return;
	for (int i = 0; i < CTL_CLIENTS_MAX; i++)
		if (s->clients[i])
			client_free(s->clients[i]);
	sd_event_source_disable_unref(s->source);
	if (s->bound)
		unlink(s->cfg.path);
	if (s->fd >= 0)
		close(s->fd);
	free(s);
}
