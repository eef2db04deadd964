/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_CTL_SERVER_H
#define CANMCU_CTL_SERVER_H

#include <stddef.h>
#include <systemd/sd-event.h>

#include "ctl.h"

#define CTL_CLIENTS_MAX 16

/** struct ctl_server - clients that steer the world over a Unix socket */
struct ctl_server;

/** Who is connected; all must outlive the server. */
struct ctl_server_cfg {
	sd_event *loop; /* ended with success by "quit" */
	const char *path;
	struct ctl ctl; /* but for its log, which the server keeps */
	void (*on_command)(void *arg); /* something was done to the world */
	void *arg;
};

/**
 * ctl_server_open() - make the socket, for its owner only, and listen
 * @out:      set on success only; release with ctl_server_close()
 * @sentence: on failure: what was observed and what to do about it
 *
 * A socket that nobody listens on any more is replaced.
 *
 * Return: 0 or a negative errno.
 */
int ctl_server_open(struct ctl_server **out, const struct ctl_server_cfg *cfg,
		    char *sentence, size_t size);

/** Also removes the socket; NULL is allowed. */
void ctl_server_close(struct ctl_server *s);

/**
 * ctl_server_event() - something happened
 * @event: numbered, as ctl_log_add() wants it
 *
 * May be called from within the world: it only prepares what to send.
 */
void ctl_server_event(struct ctl_server *s, const struct event *event);

#endif
