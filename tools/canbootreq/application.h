/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANBOOTREQ_APPLICATION_H
#define CANBOOTREQ_APPLICATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>
#include <kcan/klp.h>

/** What a Klipper application tells of itself in its data dictionary. */
struct application {
	char version[64]; /* any bytes, cut to its size; "": not told */
	char mcu[32];	  /* the same; "stm32g0b1xx" */
	bool unreadable;  /* the bytes make no dictionary */
	bool has_uuid;	  /* it can be asked for its UUID, with: */
	struct kcan_klp_format ask;    /* get_canbus_id */
	struct kcan_klp_format answer; /* canbus_id */
};

/** What is used of zlib and jansson, which are loaded only for this. */
struct application_lib {
	int (*uncompress)(uint8_t *out, unsigned long *out_len,
			  const uint8_t *in, unsigned long len);
	json_t *(*loadb)(const char *text, size_t len, size_t flags,
			 json_error_t *error);
	void (*del)(json_t *value);
	json_t *(*get)(const json_t *object, const char *key);
	const char *(*string)(const json_t *value);
	json_int_t (*integer)(const json_t *value);
	void *(*iter)(json_t *object);
	void *(*next)(json_t *object, void *iter);
	const char *(*key)(void *iter);
	json_t *(*value)(void *iter);
};

/**
 * application_load() - load zlib and jansson
 * @why: set to the loader's words after a failure
 */
bool application_load(struct application_lib *lib, const char **why);

/**
 * application_read() - read a data dictionary (klipper-mcu-protocol.md, 8.1)
 * @out:   all empty and unreadable without a zlib stream of at most 256 KiB of
 *         text that holds JSON
 * @bytes: as they came from the node: anything at all
 */
void application_read(const struct application_lib *lib,
		      struct application *out, const uint8_t *bytes,
		      size_t len);

/**
 * application_why() - why a request may have had no effect
 * @mcu:  as the dictionary tells it; "" when it does not
 * @next: set to what to do about it
 *
 * Return: a clause about MCUs of this type (can-admin-channel.md, section 8.1).
 */
const char *application_why(const char *mcu, const char **next);

#endif
