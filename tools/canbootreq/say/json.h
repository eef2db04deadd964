/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANBOOTREQ_JSON_H
#define CANBOOTREQ_JSON_H

#include "../../shared/json.h"
#include "nodelist.h"
#include "words.h"

/* Each makes one line without its end; free() it. NULL: out of memory. */
char *json_end(const struct say_json *lib, const struct words_facts *facts);
char *json_node(const struct say_json *lib, const char *ifname,
		const char *uuid, const char *application);
char *json_nodelist(const struct say_json *lib, const struct nodelist *list,
		    const struct words_facts *facts);
char *json_dry_run(const struct say_json *lib, const char *uuid,
		   const char *frame);

/** The sentences of @facts->warnings; NULL, which leaves "s:o*" out, for none. */
json_t *json_warnings(const struct say_json *lib,
		      const struct words_facts *facts);

#endif
