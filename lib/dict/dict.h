/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef DICT_DICT_H
#define DICT_DICT_H

/*
 * Klipper's data dictionary, in which a firmware says what it is and what it
 * understands: JSON in a zlib stream. Sections are those of
 * klipper-mcu-protocol.md.
 */
#include <jansson.h>
#include <kcan/klp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What is used of zlib and jansson, which a program links or loads. */
struct dict_lib {
	/* uncompress2() */
	int (*uncompress)(uint8_t *out, unsigned long *out_len,
			  const uint8_t *in, unsigned long *len);
	json_t *(*loadb)(const char *text, size_t len, size_t flags,
			 json_error_t *error);
	void (*del)(json_t *value);
	json_t *(*get)(const json_t *object, const char *key);
	size_t (*size)(const json_t *object);
	const char *(*string)(const json_t *value);
	json_int_t (*integer)(const json_t *value);
	void *(*iter)(json_t *object);
	void *(*next)(json_t *object, void *iter);
	const char *(*key)(void *iter);
	json_t *(*value)(void *iter);
};

/** For a program that links both, behind <zlib.h>. */
#define DICT_LINKED                                                    \
	{                                                              \
		uncompress2, json_loadb, json_delete, json_object_get, \
			json_object_size, json_string_value,           \
			json_integer_value, json_object_iter,          \
			json_object_iter_next, json_object_iter_key,   \
			json_object_iter_value                         \
	}

/** One message that the firmware understands or sends. */
struct dict_message {
	const char *text; /* "clock clock=%u" */
	size_t name_len;  /* of "clock", at the front of @text */
	struct kcan_klp_format format;
};

/** A data dictionary (section 8); the two messages of section 7 are in any. */
struct dict {
	const struct dict_lib *lib;
	json_t *root; /* NULL: nothing but these two */
	struct dict_message *messages;
	size_t len;
	bool whole; /* it has commands and responses, and all can be read */
};

/**
 * dict_load() - load zlib and jansson
 * @why: set to the loader's words after a failure
 */
bool dict_load(struct dict_lib *lib, const char **why);

/**
 * dict_inflate() - take a dictionary out of its zlib stream
 * @text: set on success only, for free(); ends with a NUL behind *@text_len
 * @max:  bytes of text that it may have
 * @data: any bytes
 *
 * Return: 0, -EBADMSG (no whole stream, or more text) or -ENOMEM.
 */
int dict_inflate(const struct dict_lib *lib, char **text, size_t *text_len,
		 size_t max, const uint8_t *data, size_t len);

/**
 * dict_read() - make a dictionary of its JSON
 * @out:  set on success only; release with dict_fini()
 * @lib:  has to outlive it
 * @json: any text; NULL for what is known before
 *
 * Messages that cannot be read are left out.
 *
 * Return: 0, -EBADMSG (no JSON) or -ENOMEM.
 */
int dict_read(const struct dict_lib *lib, struct dict *out, const char *json,
	      size_t len);

/** All of @d zero is fine. */
void dict_fini(struct dict *d);

/**
 * dict_text() - one of its texts, any characters
 * @group: "config" for a constant of section 8.4, NULL for what stands outside
 *
 * Return: NULL when there is none.
 */
const char *dict_text(const struct dict *d, const char *group, const char *key);

/**
 * dict_constant() - one of the constants of section 8.4, from 1 to UINT32_MAX
 *
 * Return: 0 when there is none.
 */
uint32_t dict_constant(const struct dict *d, const char *key);

/** Return: whether it has an object of that name that is not empty. */
bool dict_has(const struct dict *d, const char *group);

/** Return: the message of that name, or NULL. */
const struct dict_message *dict_find(const struct dict *d,
				     enum kcan_klp_dir dir, const char *name);

#endif
