/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef SERIAL_ASK_H
#define SERIAL_ASK_H

#include "../shared/loop.h"
#include "io/tty.h"
#include "io/usbport.h"
#include "words.h"

/*
 * What is behind a serial port is asked for its bootloader, and how that ended.
 *
 * Each makes facts->cause something else than CAUSE_PENDING, and adds what it
 * has found out.
 */

/** Find out what it is, and ask it so; or look for its board by name. */
void ask_device(struct words_facts *facts, struct loop *l);

/** Open the device; NULL: it has been explained. Release: kcan_tty_close(). */
struct kcan_tty *ask_open(struct words_facts *facts);

/** The string, and what answers. */
void ask_uart(struct words_facts *facts, struct loop *l);

/** Katapult is known to be behind it, as on USB: who is it? */
void ask_katapult(struct words_facts *facts, struct loop *l);

/** 1200 baud and DTR, and what comes up on the port. */
void ask_usb(struct words_facts *facts, struct loop *l,
	     struct kcan_usbport *port);

/**
 * ask_by_name() - there is no such device: is its board there, under another name?
 * @facts: its @device is searched for on all USB ports; nothing is sent
 *
 * Return: whether it was found, at least likely: then it is explained.
 */
bool ask_by_name(struct words_facts *facts);

#endif
