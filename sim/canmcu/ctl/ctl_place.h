/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_CTL_PLACE_H
#define CANMCU_CTL_PLACE_H

#include <sys/types.h>
#include <sys/un.h>

/** struct ctl_place - the path where the control socket of a simulator is */
struct ctl_place {
	const char *path;
	/* private: of the socket there, whose number stays taken while it is open */
	dev_t dev;
	ino_t ino; /* 0: there is none of ours */
};

/**
 * ctl_place_take() - make a socket there, for its owner only, and listen
 * @place: its path set, all else zero; release with ctl_place_leave()
 *
 * A socket that nobody listens on any more is replaced. Of several processes that
 * begin at the same moment one gets the place.
 *
 * Return: the socket, or a negative errno: -EADDRINUSE when somebody else has
 * the place, or is about to have it.
 */
int ctl_place_take(struct ctl_place *place, int backlog);

/**
 * ctl_place_leave() - remove the socket, unless another one is there by now
 *
 * Before it is closed: while it listens, nobody takes its place.
 */
void ctl_place_leave(const struct ctl_place *place);

/**
 * ctl_address() - where the socket of @path is
 *
 * Return: 0, or -ENAMETOOLONG when the path has not 1 to 107 bytes.
 */
int ctl_address(struct sockaddr_un *out, const char *path);

#endif
