/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef VCAN_RUN_RELAY_MACHINE_H
#define VCAN_RUN_RELAY_MACHINE_H

/*
 * Inside of the relay: what its loop (relay.c) and what takes the frames of the
 * guest (relay_rx.c) share.
 */
#include <stdbool.h>
#include <stdint.h>

#include "../line/line.h"
#include "../line/mux.h"
#include "../line/pump.h"
#include "../reason.h"
#include "../vm/vm.h"
#include "console.h"
#include "control.h"
#include "watchdog.h"

#define GRACE_MS 10000 /* from a passed-on signal to the guest's end */

enum phase {
	PHASE_BOOT,  /* nothing heard of the guest yet */
	PHASE_SETUP, /* it listens, and is told what to run */
	PHASE_START, /* it was told all; the command does not run yet */
	PHASE_RUN,
	PHASE_EXIT, /* the status was reported; the guest's end confirms it */
	PHASE_DONE, /* status is decided; write out what is left */
};

struct relay {
	const struct vm *vm;
	struct reason *reason;
	int sigfd;
	enum phase phase;
	int status;
	uint8_t exit_value; /* as the guest reported it */
	bool output_lost;
	int signo; /* the signal that is passed on; 0: none */
	uint64_t signo_ms;
	uint64_t start_ms;
	bool verbose;
	uint64_t deadline_ms;
	struct watchdog watchdog;
	struct control control;
	struct line line;
	struct source in;
	struct sink sink[MUX_STREAMS]; /* MUX_STDIN's is not used */
	struct console console;
};

/** Decide the status; what was said before is still written out. */
void relay_finish(struct relay *r, int status);

/**
 * relay_take() - take what the guest has sent
 * @now_ms: monotonic
 *
 * Return: 0, or -EBADMSG: it may not send that, or not now.
 */
int relay_take(struct relay *r, const struct mux_frame *f, uint64_t now_ms);

#endif
