/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KHOST_DICT_H
#define KHOST_DICT_H

#include "dict/dict.h"

/* Sections are those of klipper-mcu-protocol.md. */

extern const struct dict_lib dict_linked;

/**
 * dict_take() - dict_read() as strict as klippy
 * @json: NULL for what is known before
 *
 * Return: also -EBADMSG when commands or responses are missing or wrong.
 */
int dict_take(struct dict *out, const char *json);

/** Return: NULL when there is no such response. */
const struct dict_message *dict_response(const struct dict *d, int id);

/** Return: the length of the name of parameter @index, which is at *@name. */
size_t dict_param(const struct dict_message *m, unsigned int index,
		  const char **name);

/**
 * dict_number() - the number that an enumeration has for a text
 * @param: name of the parameter, @len characters
 *
 * Return: 0, or -ENOENT.
 */
int dict_number(const struct dict *d, const char *param, size_t len,
		const char *text, uint32_t *out);

/**
 * dict_name() - write the text that an enumeration has for a number
 *
 * A number without one is "?number".
 *
 * Return: 0, or -ENOENT when the parameter has no enumeration.
 */
int dict_name(const struct dict *d, const struct dict_message *m,
	      unsigned int index, uint32_t number, char out[static 64]);

#endif
