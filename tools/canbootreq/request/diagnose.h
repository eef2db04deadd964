/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANBOOTREQ_DIAGNOSE_H
#define CANBOOTREQ_DIAGNOSE_H

#include "../say/application.h"
#include "run.h"

/** --diagnose: what is needed to ask Klipper where Katapult did not answer. */
struct diagnose {
	struct dict_lib lib;
	struct bus bus;	      /* the caller's, but with a socket of its own */
	unsigned int ifindex; /* set by the caller */
	bool force;	      /* likewise: also a nodeid that others reserved */
	FILE *progress;	      /* likewise; or NULL */
	uint64_t in_use;      /* nodeids in use, by bit */
	int lost;	      /* negative errno: the bus failed */
	bool stuck;	      /* a frame was never confirmed: send no more */
};

/** Load what is needed. Return: false, and @facts is how the call ends. */
bool diagnose_load(struct diagnose *d, struct words_facts *facts);

/**
 * diagnose_jobs() - ask Klipper, for each job whose Katapult was silent
 *
 * After run_all(): makes their facts say what came of it. They are asked one
 * after the other, after it has listened for 6 s to see which nodeids are in
 * use.
 */
void diagnose_jobs(struct diagnose *d, struct run *run);

#endif
