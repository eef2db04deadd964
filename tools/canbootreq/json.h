/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANBOOTREQ_JSON_H
#define CANBOOTREQ_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "heard.h"
#include "words.h"

/** What is used of jansson, which is loaded only when JSON is wanted. */
struct json_lib {
	json_t *(*pack)(const char *format, ...);
	int (*append)(json_t *array, json_t *value);
	char *(*dumps)(const json_t *value, size_t flags);
	void (*del)(json_t *value);
};

/**
 * json_load() - load jansson
 * @why: set to the loader's words after a failure
 */
bool json_load(struct json_lib *lib, const char **why);

/* Each makes one line without its end; free() it. NULL: out of memory. */
char *json_end(const struct json_lib *lib, const struct words_facts *facts);
char *json_node(const struct json_lib *lib, const char *ifname,
		const char *uuid, const char *application);
char *json_heard(const struct json_lib *lib, const struct heard *heard,
		 const struct words_facts *facts);
char *json_dry_run(const struct json_lib *lib, const char *uuid,
		   const char *frame);

#endif
