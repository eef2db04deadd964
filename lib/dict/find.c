// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "find.h"

#include <stdlib.h>
#include <string.h>

#define ZLIB_CMF 0x78	 /* deflate with a window of 32 KiB */
#define TEXT_MAX 1048576 /* bytes; real ones have some 10,000 */

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

static void copy_text(char *out, size_t size, const char *text)
{
	size_t i = 0;

	if (!text)
		text = "?";
	for (; text[i] && i < size - 1; i++)
		out[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
	out[i] = '\0';
}

static bool read_text(const struct search *s, struct dictionary *out,
		      size_t len)
{
	const char *app;
	struct dict d;
	bool found;

	if (dict_read(s->lib, &d, (const char *)s->text, len))
		return false;
	app = dict_text(&d, NULL, "app");
	found = app && !strcmp(app, "Klipper");
	if (found) {
		copy_text(out->version, sizeof(out->version),
			  dict_text(&d, NULL, "version"));
		copy_text(out->mcu, sizeof(out->mcu),
			  dict_text(&d, "config", "MCU"));
	}
	dict_fini(&d);
	return found;
}

static void spend(struct search *s, size_t cost)
{
	s->budget -= cost < s->budget ? cost : s->budget;
}

/* Return: bytes of text; 0: no whole stream begins here, or an empty one. */
static size_t unpack(struct search *s, const uint8_t *bytes, size_t len)
{
	unsigned long text_len = s->budget < TEXT_MAX ? s->budget : TEXT_MAX;
	unsigned long used = len;
	int err = s->lib->uncompress(s->text, &text_len, bytes, &used);

	spend(s, ATTEMPT_COST + used + text_len);
	return err ? 0 : text_len;
}

/* RFC 1950, section 2.2. */
static bool is_header(const uint8_t *p)
{
	return p[0] == ZLIB_CMF && (p[0] * 256 + p[1]) % 31 == 0;
}

static bool search(struct search *s, struct dictionary *out,
		   const uint8_t *bytes, size_t len)
{
	const uint8_t *end = bytes + len, *p = bytes;
	size_t text_len;

	for (; s->budget && end - p > 2; p++) {
		p = memchr(p, ZLIB_CMF, (size_t)(end - p - 1));
		if (!p)
			return false;
		if (!is_header(p))
			continue;
		text_len = unpack(s, p, (size_t)(end - p));
		if (text_len && s->text[0] == '{' &&
		    read_text(s, out, text_len))
			return true;
	}
	return false;
}

bool dictionary_find(const struct dict_lib *lib, struct dictionary *out,
		     const uint8_t *bytes, size_t len)
{
	struct search s = { .lib = lib,
			    .text = malloc(TEXT_MAX),
			    .budget = BUDGET };
	bool found = false;

	*out = (struct dictionary){ 0 };
	if (s.text)
		found = search(&s, out, bytes, len);
	free(s.text);
	return found;
}
