/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANBOOTREQ_NODELIST_H
#define CANBOOTREQ_NODELIST_H

#include <stdio.h>

#include <kcan/link.h>

#include "proto/listen.h"

#define NODELIST_NODEIDS 256

/** What --listen ends with. */
struct nodelist {
	const struct kcan_listen *listen;
	struct kcan_link link; /* as it was last seen */
	uint64_t end_us;       /* on the clock of @listen */
	uint64_t elapsed_us;
	unsigned int dropped; /* frames that came too fast */
};

/** Both for people and, by @key, for scripts. */
struct nodelist_program {
	const char *text;
	const char *key;
};

/** Never NULL. */
const struct nodelist_program *
nodelist_program(enum kcan_listen_program program);

/** The program that an answer to a query names in byte 7; never NULL. */
const struct nodelist_program *nodelist_app(uint8_t app);

/** Return: "yes" ... whether a node is in shutdown; NULL: it did not say. */
const char *nodelist_shutdown(enum kcan_listen_shutdown shutdown);

/** "CONNECT": @i as in kcan_listen_node.commands. */
const char *nodelist_command(unsigned int i);

/** "SET_KLIPPER_NODEID" */
const char *nodelist_admin(enum kcan_admin_cmd cmd);

/** Return: whether @cmd is one of the two that give a nodeid. */
bool nodelist_is_set(enum kcan_admin_cmd cmd);

/** Whether a UUID is part of @cmd. */
bool nodelist_has_uuid(enum kcan_admin_cmd cmd);

/** Return: @amount per second of listening. */
double nodelist_rate(const struct nodelist *h, uint64_t amount);

/** Return: percent of the bit rate, at least; 0 when that is not known. */
double nodelist_load(const struct nodelist *h);

/** The list for people: the bus, each nodeid, each admin message. */
void nodelist_print(FILE *to, const struct nodelist *h);

#endif
