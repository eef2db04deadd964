/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KHOST_HOST_H
#define KHOST_HOST_H

#include <kcan/uuid.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "message.h"
#include "session.h"
#include "wire.h"

#define HOST_ERROR_MAX 256
#define HOST_HEARD_MAX 32

/* Sections are those of klipper-mcu-protocol.md. */

struct host_cfg {
	const char *ifname;
	struct kcan_uuid uuid;
	uint8_t nodeid;
	bool fast; /* no pauses while connecting */
	/*
	 * JSON: connect without any question; or NULL. The first block only
	 * tells where the MCU's count is: a command in it is lost.
	 */
	const char *dictionary;
	const char *save;    /* where to keep what was asked for; or NULL */
	uint64_t timeout_us; /* for an answer, which klippy does not have */
	uint64_t give_up_us; /* connecting */
};

/** struct host - one Klipper host with one MCU; zero but @cfg at first */
struct host {
	struct host_cfg cfg;
	struct wire wire;
	struct session session;
	struct dict dict;
	bool quiet; /* print no messages */
	char error[HOST_ERROR_MAX];
	uint32_t clock; /* of the MCU, when it was told last */
	uint64_t clock_us;
	uint64_t next_query_us; /* when to ask for it; UINT64_MAX: never */
	unsigned int unanswered;
	bool wants_clock; /* somebody else does */
	/* The last messages; @looked of them are of no interest any more. */
	char heard[HOST_HEARD_MAX][MESSAGE_TEXT_MAX];
	uint64_t heard_len, looked;
};

/*
 * All of these return 0, or a negative errno with a sentence in @h->error.
 */

/** Steps 1 to 7 of section 16, again and again until they work. */
int host_connect(struct host *h);

/** What a restart of the firmware does on the bus: section 14.2. */
int host_restart(struct host *h);

void host_close(struct host *h);

/** Send a line (message_write()) in one block; do not wait for anything. */
int host_post(struct host *h, const char *line);

/**
 * host_call() - send a line in one block, and wait as klippy does
 *
 * A command is done when it is acknowledged; a query, when there is an answer,
 * too, for which it is sent up to six times (section 4.4).
 */
int host_call(struct host *h, const char *line);

/** Wait for a message that message_matches(), behind the last line or match. */
int host_wait(struct host *h, const char *name, const char *value);

/** From now on, ask for the clock every 0.98 s as klippy does: section 11. */
void host_query_clock(struct host *h);

/** Do nothing but listen until @input can be read. */
int host_listen(struct host *h, int input);

#endif
