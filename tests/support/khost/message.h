/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KHOST_MESSAGE_H
#define KHOST_MESSAGE_H

#include "dict.h"

#define MESSAGE_TEXT_MAX 320
#define MESSAGE_ERROR_MAX 160

/**
 * struct message_writer - turns lines into what a block holds
 * @ticks: the MCU's clock now, as well as the host knows
 * @error: the reason of -EINVAL, a sentence
 */
struct message_writer {
	const struct dict *dict;
	uint32_t ticks;
	char error[MESSAGE_ERROR_MAX];
};

/**
 * message_write() - "name param=value ...", several of them with ";" between
 * @out: room for KCAN_KLP_CONTENT_MAX bytes
 *
 * A value is a number, decimal or behind 0x; a name of an enumeration (PA1);
 * hex digits for bytes; a time: 0.5s in ticks of the MCU's clock, +0.5s in
 * ticks from now on.
 *
 * Return: bytes, or -EINVAL.
 */
int message_write(struct message_writer *w, const char *line, uint8_t *out);

/**
 * message_read() - the same the other way round: "name param=value ..."
 * @content: of a block: one message
 *
 * Numbers are decimal, bytes are hex digits, enumerations are told by name, as
 * they are, with all their blanks.
 *
 * Return: 0; -ENOENT when there is no such response, -EBADMSG when it is cut
 * off or longer; @out is a sentence then.
 */
int message_read(const struct dict *d, char out[static MESSAGE_TEXT_MAX],
		 const uint8_t *content, size_t len);

/** Return: whether @text is the message @name and has "param=value" in it. */
bool message_matches(const char *text, const char *name, const char *value);

/** Return: the number that a message, as text, has for a parameter, or 0. */
uint32_t message_number(const char *text, const char *param);

#endif
