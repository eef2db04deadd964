/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANBOOTREQ_SLOTS_H
#define CANBOOTREQ_SLOTS_H

#include "../shared/slots.h"
#include "words.h"

/** Those about what became of the adapter on USB. */
extern const struct say_slot slots_usb[];
extern const size_t slots_usb_len;

/** Return: the interface's name, which may be another one after a plug. */
const char *slots_ifname(const struct words_facts *f);

#endif
