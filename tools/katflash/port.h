/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KATFLASH_PORT_H
#define KATFLASH_PORT_H

#include "../serial/ask.h"
#include "end.h"

struct board;

/** A board's serial port: a UART, or USB. */
struct port {
	const char *device; /* as it was named; any bytes */
	uint32_t baud_bps;  /* of the application that is there, on a UART */
	uint32_t katapult_bps;
	struct words_facts facts; /* how it got into Katapult, or did not */
	char path[192];		  /* what it is called meanwhile; any bytes */
	struct kcan_tty *tty;	  /* open while it is talked to */
	uint32_t rate_bps;	  /* of that */
	struct kcan_usbport *usb; /* USB: where it comes up again */
	int lost;		  /* a negative errno, when the port was lost */
};

/**
 * port_is_there() - can it be found, by whatever name?
 *
 * Return: false, and why in @end.
 */
bool port_is_there(const struct port *port, struct end *end);

/** Return: whether two names are those of one port. */
bool port_is_same(const struct port *a, const struct port *b);

/* What an adapter does likewise: adapter.c. */

/** Its way in begins. Return: whether it does: no signal came before. */
bool port_begin(struct board *b);

/** If Katapult came up on USB: who is it? The port stays open. */
void port_ask(struct board *b);

/** Take what came on its port, which need not be anything. */
void port_hear(struct board *b);

/* As struct link_ops has them. */
enum entry port_entered(struct board *b);
bool port_leave(struct board *b, bool stay);
void port_starts(struct board *b);
void port_close(struct board *b);

#endif
