/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_DIAGNOSE_START_H
#define UNIT_DIAGNOSE_START_H

/* How the node of klipper-mcu-protocol.md, section 18, is begun to be asked. */
#include "../support/unit.h"

#include "proto/diagnose.h"

static const struct kcan_uuid UUID = { { 0xca, 0x46, 0x3a, 0x06, 0xa1, 0xac } };

#define S 1000000u
#define TALK 3000000u

/*
 * Of the first 40 bytes of the dictionary, after offset 13579BDF: as many as a
 * host of Klipper asks for at a time.
 */
#define CHALLENGE 0x13579bdf

static inline struct kcan_diagnose *start(void)
{
	static const struct kcan_diagnose_cfg cfg = { S, TALK, CHALLENGE, 4 };
	struct kcan_diagnose *d;

	assert_int_equal(kcan_diagnose_new(&d, &UUID, &cfg, 0), 0);
	return d;
}

/* The dictionary was read: it has the numbers of section 17.3. */
static inline void read_on(struct kcan_diagnose *d, bool has_id,
			   uint64_t now_us)
{
	struct kcan_klp_format ask, answer;
	size_t len = 0;

	assert_non_null(kcan_diagnose_dictionary(d, &len));
	assert_int_equal(kcan_klp_format_parse(&ask, "get_canbus_id", 10,
					       KCAN_KLP_COMMAND),
			 0);
	assert_int_equal(kcan_klp_format_parse(
				 &answer,
				 "canbus_id canbus_uuid=%.*s canbus_nodeid=%u",
				 21, KCAN_KLP_RESPONSE),
			 0);
	kcan_diagnose_ask_uuid(d, has_id ? &ask : NULL, &answer, now_us);
	assert_null(kcan_diagnose_dictionary(d, &len));
}

#endif
