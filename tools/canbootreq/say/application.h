/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANBOOTREQ_APPLICATION_H
#define CANBOOTREQ_APPLICATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kcan/klp.h>

#include "dict/dict.h"
#include "proto/listen.h"

/** What a Klipper application says of itself in its data dictionary. */
struct application {
	char version[64]; /* any bytes, cut to its size; "": unknown */
	char mcu[32];	  /* the same; "stm32g0b1xx" */
	bool unreadable;  /* the bytes make no dictionary */
	bool has_uuid;	  /* it can be asked for its UUID, with: */
	struct kcan_klp_format ask;    /* get_canbus_id */
	struct kcan_klp_format answer; /* canbus_id */
	struct kcan_listen_ids ids;
};

/**
 * application_read() - read a data dictionary (klipper-mcu-protocol.md, 8.1)
 * @out:   all empty and unreadable without a zlib stream of at most 256 KiB of
 *         text that holds JSON
 * @bytes: as they came from the node: anything at all
 */
void application_read(const struct dict_lib *lib, struct application *out,
		      const uint8_t *bytes, size_t len);

/**
 * application_reason() - a reason for a request without effect
 * @mcu:  as the dictionary has it; "" when it is not there
 * @next: set to what to do about it
 *
 * Return: a clause about MCUs of this type (can-admin-channel.md, section 8.1).
 */
const char *application_reason(const char *mcu, const char **next);

#endif
