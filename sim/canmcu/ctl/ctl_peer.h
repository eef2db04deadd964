/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_CTL_PEER_H
#define CANMCU_CTL_PEER_H

#include <systemd/sd-event.h>

#include "ctl.h"

/**
 * struct ctl_peer - one client of the control socket
 *
 * It has one reply outstanding at most: until that has been taken, its next line
 * is not read. Events that it subscribed to are read from the log as it takes
 * them. So memory is bounded, however slow it is.
 *
 * Events up to a command go before its reply, and later ones after it.
 */
struct ctl_peer;

/** What all clients share; outlives them. */
struct ctl_peer_env {
	sd_event *loop; /* ended with success by "quit" */
	struct ctl ctl;
	void (*on_command)(void *arg); /* something was done to the world */
	void *arg;
};

/**
 * ctl_peer_open() - serve a client until it leaves
 * @place: set, until the client is no more
 * @fd:    owned from now on, but not after an error
 *
 * Return: 0 or a negative errno.
 */
int ctl_peer_open(struct ctl_peer **place, const struct ctl_peer_env *env,
		  int fd);

/** Give it what it takes without delay, and hang up. */
void ctl_peer_close(struct ctl_peer *p);

/**
 * ctl_peer_event() - there is one more event in the log
 *
 * May be called from within the world: it only prepares what to send.
 */
void ctl_peer_event(struct ctl_peer *p);

#endif
