/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_KLIPPER_DICTIONARY_H
#define UNIT_KLIPPER_DICTIONARY_H

/* What a node tells of itself, as a host asks for it and reads it. */
#include "host.h"

#include <jansson.h>
#include <zlib.h>

#define TEXT_MAX 65536

/* As the host: 40 bytes at a time, until there are none. */
static inline size_t identify(struct host *h, uint8_t *out, size_t size)
{
	struct kcan_klp_format ask, answer;
	struct kcan_klp_value v[2] = { { .num = 0 }, { .num = 40 } };
	size_t len = 0;

	kcan_klp_format_parse(&ask, "identify offset=%u count=%c", 1,
			      KCAN_KLP_COMMAND);
	kcan_klp_format_parse(&answer, "identify_response offset=%u data=%.*s",
			      0, KCAN_KLP_RESPONSE);
	do {
		uint8_t bytes[16];
		char hex[33];
		struct kcan_klp_block block;
		int n;

		v[0].num = (uint32_t)len;
		v[1].num = 40;
		n = kcan_klp_msg_encode(bytes, sizeof(bytes), &ask, v);
		util_hex_encode(hex, bytes, (size_t)n);
		host_ask(h, hex);
		assert_true(kcan_klp_decode(&block, h->heard, h->heard_len) >
			    0);
		assert_int_equal(block.content[0], 0);
		assert_int_equal(kcan_klp_params_decode(v, &answer,
							block.content + 1,
							block.len - 1),
				 block.len - 1);
		assert_int_equal(v[0].num, len);
		assert_true(len + v[1].len <= size);
		memcpy(out + len, v[1].data, v[1].len);
		len += v[1].len;
	} while (v[1].len);
	return len;
}

static inline json_t *dictionary_of(struct host *h)
{
	uint8_t packed[TEXT_MAX], text[TEXT_MAX];
	uLong len = sizeof(text);
	json_t *o;

	assert_int_equal(uncompress(text, &len, packed,
				    identify(h, packed, sizeof(packed))),
			 Z_OK);
	o = json_loadb((const char *)text, len, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(o);
	return o;
}

static inline json_t *ask_dictionary(const char *type)
{
	struct host h;
	json_t *o;

	host_start(&h, type);
	h.board.mcu.cfg.clock_hz = 0;
	host_assign(&h, 4);
	o = dictionary_of(&h);
	host_end(&h);
	return o;
}

static inline json_int_t constant(const json_t *o, const char *name)
{
	return json_integer_value(
		json_object_get(json_object_get(o, "config"), name));
}

#endif
