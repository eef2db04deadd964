/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef VCAN_RUN_CONTROL_H
#define VCAN_RUN_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../line/line.h"
#include "../line/pump.h"
#include "../line/setup.h"

/** What the guest is yet to be told, apart from the data of stdin. */
struct control {
	const struct setup_blob *setup;
	size_t setup_done;
	uint8_t signo; /* 0: none */
	bool resize;
	bool ping; /* wants nothing but an ACK */
	bool has_exited;
	bool close[MUX_STREAMS];
};

/* Both want a line with nothing queued. */

/** Queue the next of the setup. Return: whether that was the last. */
bool control_setup(struct control *t, struct line *l);

/** Queue what is most urgent, if anything; @sinks may owe credit. */
void control_next(struct control *t, struct line *l,
		  struct sink sinks[static MUX_STREAMS]);

#endif
