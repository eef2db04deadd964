/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANBOOTREQ_HEARD_H
#define CANBOOTREQ_HEARD_H

#include <stdio.h>

#include <kcan/link.h>

#include "proto/listen.h"

#define HEARD_NODEIDS 256

/** What --listen ends with. */
struct heard {
	const struct kcan_listen *ears;
	struct kcan_link link; /* as it was last seen */
	uint64_t end_us;       /* on the clock of @ears */
	uint64_t elapsed_us;
	unsigned int dropped; /* frames that came too fast */
};

/** Both for people and, by @key, for scripts. */
struct heard_program {
	const char *text;
	const char *key;
};

/** Never NULL. */
const struct heard_program *heard_program(enum kcan_listen_program program);

/** The program that an answer to a query names in byte 7; never NULL. */
const struct heard_program *heard_app(uint8_t app);

/** "CONNECT": @i as in kcan_listen_node.commands. */
const char *heard_command(unsigned int i);

/** "SET_KLIPPER_NODEID" */
const char *heard_admin(enum kcan_admin_cmd cmd);

/** Return: whether @cmd is one of the two that give a nodeid. */
bool heard_is_set(enum kcan_admin_cmd cmd);

/** Whether a UUID is part of @cmd. */
bool heard_has_uuid(enum kcan_admin_cmd cmd);

/** Return: @amount per second of listening. */
double heard_rate(const struct heard *h, uint64_t amount);

/** Return: percent of the bit rate, at least; 0 when that is not known. */
double heard_load(const struct heard *h);

/** The list for people: the bus, each nodeid, each admin message. */
void heard_print(FILE *to, const struct heard *h);

#endif
