/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANBOOTREQ_SLOTS_H
#define CANBOOTREQ_SLOTS_H

#include "words.h"

/** One slot of the sentences; what it puts there need not be printable. */
struct slot {
	const char *name;
	void (*put)(char *out, size_t size, const struct words_facts *f);
};

/** Those that tell of the adapter on USB. */
extern const struct slot slots_usb[];
extern const size_t slots_usb_len;

/** Return: the interface's name, which may be another one after a plug. */
const char *slots_ifname(const struct words_facts *f);

#endif
