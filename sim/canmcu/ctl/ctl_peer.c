// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "ctl_peer.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINES_A_TURN 32

struct ctl_peer {
	struct ctl_peer **place;
	const struct ctl_peer_env *env;
	int fd;
	bool eof;
	bool gone; /* what is sent does not reach it any more */
	bool waiting;
	bool quit;
	struct ctl_wait wait;
	struct ctl_subscription subscription;
	sd_event_source *io;
	sd_event_source *timer; /* while waiting */
	char *reply;		/* to be sent after event number @reply_seq */
	uint64_t reply_seq;
	char *out; /* the line under way */
	size_t out_len;
	size_t out_at;
	char in[4096];
	size_t in_len;
	size_t in_at;
	struct ctl_lines lines;
};

static uint64_t now_us(const struct ctl_peer *p)
{
	uint64_t now = 0;

	sd_event_now(p->env->loop, CLOCK_MONOTONIC, &now);
	return now;
}

static void peer_free(struct ctl_peer *p)
{
	*p->place = NULL;
	sd_event_source_disable_unref(p->timer);
	sd_event_source_disable_unref(p->io);
	ctl_subscription_end(&p->subscription);
	close(p->fd);
	free(p->reply);
	free(p->out);
	free(p);
}

static bool is_busy(const struct ctl_peer *p)
{
	return p->out || p->reply || p->waiting;
}

static bool has_input(const struct ctl_peer *p)
{
	return p->in_at < p->in_len;
}

/* @reply is ours now; NULL, for want of memory, ends the client. */
static void set_reply(struct ctl_peer *p, char *reply, uint64_t seq)
{
	p->waiting = false;
	p->timer = sd_event_source_disable_unref(p->timer);
	p->reply = reply;
	p->reply_seq = seq;
	if (!reply)
		p->eof = p->gone = true;
	sd_event_source_set_io_events(p->io, EPOLLOUT);
}

/* Return: false when there is nothing to send. */
static bool load(struct ctl_peer *p)
{
	const struct ctl_log *log = p->env->ctl.log;
	uint64_t end = p->reply ? p->reply_seq : log->last;

	if (p->out)
		return true;
	p->out = ctl_subscription_next(&p->subscription, log, end);
	if (!p->out) {
		p->out = p->reply;
		p->reply = NULL;
	}
	if (!p->out)
		return false;
	p->out_at = 0;
	p->out_len = strlen(p->out) + 1;
	p->out[p->out_len - 1] = '\n';
	return true;
}

/* Send the line under way. Return: false when the client has no room. */
static bool push(struct ctl_peer *p)
{
	while (p->out_at < p->out_len && !p->gone) {
		ssize_t n = send(p->fd, p->out + p->out_at,
				 p->out_len - p->out_at,
				 MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EAGAIN)
			return false;
		if (n < 0 && errno != EINTR)
			p->gone = true;
		if (n > 0)
			p->out_at += (size_t)n;
	}
	free(p->out);
	p->out = NULL;
	return true;
}

static void flush(struct ctl_peer *p, int lines_max)
{
	if (p->gone)
		ctl_subscription_end(&p->subscription);
	while (lines_max-- > 0 && load(p) && push(p))
		;
}

static int on_timeout(sd_event_source *source, uint64_t at_us, void *arg)
{
	struct ctl_peer *p = arg;
	const struct ctl *ctl = &p->env->ctl;
	char *reply = ctl_wait_reply(&p->wait, ctl, p->wait.deadline_us);

	(void)source;
	(void)at_us;
	set_reply(p, reply, ctl->log->last);
	return 0;
}

/* Return: number of the event after which the reply to this command comes. */
static uint64_t subscribe(struct ctl_peer *p, struct ctl_subscription *s,
			  uint64_t seq)
{
	if (!s->next)
		return seq;
	ctl_subscription_end(&p->subscription);
	p->subscription = *s;
	return s->next - 1;
}

static void execute(struct ctl_peer *p, const struct ctl_line *line)
{
	const struct ctl *ctl = &p->env->ctl;
	uint64_t seq = ctl->log->last;
	struct ctl_result r = { 0 };

	if (line->too_long)
		r.reply = ctl_error(CTL_TOO_LONG);
	else
		r = ctl_execute(ctl, line->text, line->len, now_us(p));
	p->quit = r.quit;
	if (!r.waiting) {
		set_reply(p, r.reply, subscribe(p, &r.subscription, seq));
	} else {
		p->waiting = true;
		p->wait = r.wait;
		sd_event_add_time(p->env->loop, &p->timer, CLOCK_MONOTONIC,
				  r.wait.deadline_us, 1, on_timeout, p);
	}
	p->env->on_command(p->env->arg);
}

static void fill(struct ctl_peer *p)
{
	ssize_t n = recv(p->fd, p->in, sizeof(p->in), MSG_DONTWAIT);

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		p->eof = true;
	p->in_at = 0;
	p->in_len = n > 0 ? (size_t)n : 0;
}

/* Return: false when there is no whole line. */
static bool next_line(struct ctl_peer *p, struct ctl_line *line)
{
	const char *data = p->in + p->in_at;
	size_t len = p->in_len - p->in_at;
	bool found = ctl_lines_next(&p->lines, &data, &len, line);

	p->in_at = p->in_len - len;
	return found;
}

/*
 * One command at most: a client that never stops must leave the bus its turn.
 * Return: false: client ended.
 */
static bool serve(struct ctl_peer *p)
{
	struct ctl_line line;

	if (!is_busy(p) && !has_input(p) && !p->eof)
		fill(p);
	if (!is_busy(p) && next_line(p, &line))
		execute(p, &line);
	flush(p, LINES_A_TURN);
	if (is_busy(p))
		return !p->gone;
	if (p->quit)
		sd_event_exit(p->env->loop, EXIT_SUCCESS);
	if (has_input(p))
		return true;
	/* a subscriber that has said all goes on listening */
	return !p->eof || (p->subscription.next && !p->gone);
}

/* Return: when to serve @p again. */
static uint32_t interest(const struct ctl_peer *p)
{
	if (p->out || p->reply ||
	    ctl_subscription_pending(&p->subscription, p->env->ctl.log))
		return EPOLLOUT;
	if (p->waiting)
		return 0;
	/* what was read already waits for no more than the others' turn */
	if (has_input(p))
		return EPOLLOUT;
	return p->eof ? 0 : EPOLLIN;
}

static int on_client(sd_event_source *source, int fd, uint32_t revents,
		     void *arg)
{
	struct ctl_peer *p = arg;

	(void)source;
	(void)fd;
	/* both ways are closed: what it asked for is still done */
	if (revents & (EPOLLHUP | EPOLLERR))
		p->gone = true;
	if (!serve(p)) {
		peer_free(p);
		return 0;
	}
	sd_event_source_set_io_events(p->io, interest(p));
	return 0;
}

int ctl_peer_open(struct ctl_peer **place, const struct ctl_peer_env *env,
		  int fd)
{
	struct ctl_peer *p = calloc(1, sizeof(*p));
	int err;

	if (!p)
		return -ENOMEM;
	err = sd_event_add_io(env->loop, &p->io, fd, EPOLLIN, on_client, p);
	if (err < 0) {
		free(p);
		return err;
	}
	p->place = place;
	p->env = env;
	p->fd = fd;
	*place = p;
	return 0;
}

void ctl_peer_close(struct ctl_peer *p)
{
	flush(p, INT_MAX);
	peer_free(p);
}

void ctl_peer_event(struct ctl_peer *p)
{
	const struct ctl *ctl = &p->env->ctl;
	char *reply = NULL;

	if (p->waiting)
		reply = ctl_wait_reply(&p->wait, ctl, now_us(p));
	if (reply)
		set_reply(p, reply, ctl->log->last);
	else if (p->subscription.next)
		sd_event_source_set_io_events(p->io, EPOLLOUT);
}
