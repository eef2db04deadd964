/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANBOOTREQ_SEEK_H
#define CANBOOTREQ_SEEK_H

#include <stdbool.h>

#include "../opts.h"
#include "../say/words.h"

/*
 * MCUs that are to be asked on CAN, but are on USB themselves: an adapter that
 * is in its bootloader already, or one that is behind another interface. The
 * serial number tells, as it is the chip id that the UUID is made from.
 */

/** Something on a USB port. */
struct seek_device {
	char port[WORDS_PORT_LEN];
	struct kcan_usbdev dev;
};

struct seek {
	const struct opts *opts;
	struct seek_device *found; /* for each UUID; its devnum 0: not on USB */
	struct seek_device loader; /* a bootloader, the first of them */
	size_t loaders;		   /* how many there are */
	char ports[120];	   /* their ports */
};

/**
 * seek_all() - look at all USB ports, and send nothing
 * @opts: its UUIDs; has to stay
 *
 * Return: 0 or -ENOMEM; release with seek_free().
 */
int seek_all(struct seek *s, const struct opts *opts);

void seek_free(struct seek *s);

/**
 * seek_explain_loaded() - is it in its bootloader, on USB?
 * @facts: with the UUID
 *
 * Return: true; @facts is its end then, and there is nothing to ask.
 */
bool seek_explain_loaded(const struct seek *s, struct words_facts *facts);

/**
 * seek_explain_missing() - there is no such interface: where is the adapter?
 * @facts: with or without a UUID; nothing changes when USB does not tell
 *
 * What was in front of a bus cannot be seen once it is gone. If there is one
 * bootloader alone, it is likely that.
 */
void seek_explain_missing(const struct seek *s, struct words_facts *facts);

/** The interface is down: is it behind that at all? */
void seek_explain_down(const struct seek *s, struct words_facts *facts);

/** All of that for a call without a UUID; @facts: how it ends. */
void seek_adapter(const struct opts *opts, struct words_facts *facts);

/** Nobody answered: does USB tell where it is, or with --leave that it runs? */
void seek_explain_silent(const struct seek *s, struct words_facts *facts);

#endif
