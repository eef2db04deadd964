/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KHOST_DICT_H
#define KHOST_DICT_H

#include <jansson.h>
#include <kcan/klp.h>
#include <stddef.h>
#include <stdint.h>

/* Sections are those of klipper-mcu-protocol.md. */

/** One message that the MCU understands or sends. */
struct dict_message {
	const char *text; /* "clock clock=%u" */
	size_t name_len;  /* of "clock", at the front of @text */
	struct kcan_klp_format format;
};

/** A data dictionary (section 8); the two messages of section 7 are in any. */
struct dict {
	json_t *root; /* NULL: nothing but these two */
	struct dict_message *messages;
	size_t len;
};

/**
 * dict_inflate() - take a dictionary out of its zlib stream
 * @text: set on success only, for free(); ends with a NUL
 *
 * Return: 0, -EBADMSG (no whole stream) or -ENOMEM.
 */
int dict_inflate(char **text, const uint8_t *data, size_t len);

/**
 * dict_read() - make a dictionary of its JSON
 * @out:  set on success only; release with dict_fini()
 * @json: NULL for what is known before
 *
 * Return: 0, -EBADMSG (no JSON, or commands or responses are missing or wrong)
 * or -ENOMEM.
 */
int dict_read(struct dict *out, const char *json);

void dict_fini(struct dict *d);

/** Return: NULL when there is no such command. */
const struct dict_message *dict_command(const struct dict *d, const char *name,
					size_t len);

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

/** Return: a constant of section 8.4, or @otherwise. */
long dict_constant(const struct dict *d, const char *name, long otherwise);

#endif
