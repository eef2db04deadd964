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
#include <unistd.h>

#include "ctl_peer.h"
#include "ctl_place.h"

struct ctl_server {
	struct ctl_peer_env env;
	struct ctl_log log;
	struct ctl_place place;
	int fd;
	sd_event_source *source;
	struct ctl_peer *peers[CTL_CLIENTS_MAX];
};

static struct ctl_peer **free_place(struct ctl_server *s)
{
	for (int i = 0; i < CTL_CLIENTS_MAX; i++)
		if (!s->peers[i])
			return &s->peers[i];
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
	struct ctl_peer **place = free_place(s);

	(void)source;
	(void)revents;
	if (fd >= 0 && (!place || ctl_peer_open(place, &s->env, fd)))
		refuse(fd);
	return 0;
}

void ctl_server_event(struct ctl_server *s, const struct event *event)
{
	ctl_log_add(&s->log, event);
	for (int i = 0; i < CTL_CLIENTS_MAX; i++)
		if (s->peers[i])
			ctl_peer_event(s->peers[i]);
}

static int listen_on(struct ctl_server *s)
{
	int err;

	s->fd = ctl_place_take(&s->place, CTL_CLIENTS_MAX);
	if (s->fd < 0)
		return s->fd;
	err = sd_event_add_io(s->env.loop, &s->source, s->fd, EPOLLIN,
			      on_connect, s);
	return err < 0 ? err : 0;
}

static void explain(char *out, size_t size, const char *path, int err)
{
	const char *why = strerror(-err);
	const char *remedy = "name a path in a folder you may write to";
	struct stat st;

	if (err == -EADDRINUSE) {
		/* nothing: it is about to be */
		bool live = lstat(path, &st) || S_ISSOCK(st.st_mode);

		why = live ? "a process listens there" :
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
	s->env = (struct ctl_peer_env){ .loop = cfg->loop,
					.ctl = cfg->ctl,
					.on_command = cfg->on_command,
					.arg = cfg->arg };
	s->env.ctl.log = &s->log;
	s->place.path = cfg->path;
	s->fd = -1;
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
		if (s->peers[i])
			ctl_peer_close(s->peers[i]);
	ctl_log_fini(&s->log);
	sd_event_source_disable_unref(s->source);
	ctl_place_leave(&s->place);
	if (s->fd >= 0)
		close(s->fd);
	free(s);
}
