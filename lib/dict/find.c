// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "find.h"

#include <stdlib.h>
#include <string.h>

#include "util/array.h"

#define ZLIB_CMF 0x78  /* deflate with a window of 32 KiB */
#define TEXT_MAX 65536 /* bytes; real ones have some 10,000 */

/*
 * What all attempts together may cost, in bytes that go in and come out. Other
 * images hold some hundred false beginnings, each of which ends at once.
 */
#define BUDGET (32u * 1048576u)
#define ATTEMPT_COST 256u

struct search {
	const struct dict_lib *lib;
	uint8_t *text;
	size_t budget;
};

#define FIELD(name)                                   \
	offsetof(struct kcan_image_dictionary, name), \
		sizeof(((struct kcan_image_dictionary *)0)->name)

static void copy_text(char *out, size_t size, const char *text)
{
	size_t i = 0;

	if (!text)
		text = "?";
	for (; text[i] && i < size - 1; i++)
		out[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
	out[i] = '\0';
}

static const struct {
	const char *group;
	const char *key;
	size_t offset;
	size_t size;
} texts[] = {
	{ NULL, "app", FIELD(app) },
	{ NULL, "version", FIELD(version) },
	{ NULL, "build_versions", FIELD(build_versions) },
	{ "config", "MCU", FIELD(mcu) },
	{ "config", "RESERVE_PINS_CAN", FIELD(pins) },
};

static void copy_facts(struct kcan_image_dictionary *out, const struct dict *d)
{
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		copy_text((char *)out + texts[i].offset, texts[i].size,
			  dict_text(d, texts[i].group, texts[i].key));
	out->can_bps = dict_constant(d, "CANBUS_FREQUENCY");
	out->uart_bps = dict_constant(d, "SERIAL_BAUD");
	out->bridge = dict_constant(d, "CANBUS_BRIDGE");
}

static bool is_klipper(const struct dict *d)
{
	const char *app = dict_text(d, NULL, "app");

	return (app && !strcmp(app, "Klipper")) ||
	       (dict_has(d, "commands") && dict_has(d, "config"));
}

static bool read_text(const struct search *s, struct kcan_image_dictionary *out,
		      size_t len)
{
	struct dict d;
	bool found;

	if (dict_read(s->lib, &d, (const char *)s->text, len))
		return false;
	found = is_klipper(&d);
	if (found)
		copy_facts(out, &d);
	dict_fini(&d);
	return found;
}

static void spend(struct search *s, size_t cost)
{
	s->budget -= cost < s->budget ? cost : s->budget;
}

/*
 * @len: what there is; set to the bytes of the stream.
 * Return: bytes of text; 0: no whole stream begins here, or an empty one.
 */
static size_t unpack(struct search *s, const uint8_t *bytes, size_t *len)
{
	unsigned long text_len = s->budget < TEXT_MAX ? s->budget : TEXT_MAX;
	unsigned long used = *len;
	int err = s->lib->uncompress(s->text, &text_len, bytes, &used);

	*len = used;
	spend(s, ATTEMPT_COST + used + text_len);
	return err ? 0 : text_len;
}

/* RFC 1950, section 2.2. */
static bool is_header(const uint8_t *p)
{
	return p[0] == ZLIB_CMF && (p[0] * 256 + p[1]) % 31 == 0;
}

static bool search(struct search *s, struct kcan_image_dictionary *out,
		   const uint8_t *bytes, size_t len)
{
	const uint8_t *end = bytes + len, *p = bytes;
	size_t text_len, used;

	for (; s->budget && end - p > 2; p++) {
		p = memchr(p, ZLIB_CMF, (size_t)(end - p - 1));
		if (!p)
			return false;
		if (!is_header(p))
			continue;
		used = (size_t)(end - p);
		text_len = unpack(s, p, &used);
		if (!text_len || s->text[0] != '{' ||
		    !read_text(s, out, text_len))
			continue;
		out->offset = (size_t)(p - bytes);
		out->len = used;
		return true;
	}
	return false;
}

bool dictionary_find(const struct dict_lib *lib,
		     struct kcan_image_dictionary *out, const uint8_t *bytes,
		     size_t len)
{
	struct search s = { .lib = lib,
			    .text = malloc(TEXT_MAX),
			    .budget = BUDGET };
	bool found = false;

	*out = (struct kcan_image_dictionary){ 0 };
	if (s.text)
		found = search(&s, out, bytes, len);
	free(s.text);
	return found;
}
