/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_CTL_WIRE_H
#define CANMCU_CTL_WIRE_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of a line. A list has 105 bytes an MCU, and a file 4096 MCUs at most. */
#define CTL_WIRE_LINE_MAX (64u << 20)

/** A client's end of the control socket: lines come in. All else zero at first. */
struct ctl_wire {
	int fd;	  /* of ctl_connect(); negative: not open */
	char *in; /* what came after the last whole line */
	size_t in_len;
	size_t in_size;
};

/**
 * ctl_wire_receive() - take what there is, and hand on each line, newline included
 *
 * Return: 1 when more may come, 0 at the end, -EMSGSIZE when what has the socket
 * does not end its line, or -ENOMEM.
 */
int ctl_wire_receive(struct ctl_wire *w,
		     void (*take)(void *arg, char *line, size_t len),
		     void *arg);

/** Return: what to tell a user of the negative @err of ctl_wire_receive(). */
const char *ctl_wire_error(int err);

void ctl_wire_close(struct ctl_wire *w);

#endif
