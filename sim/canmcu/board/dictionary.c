// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "dictionary.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define ZLIB_CMF 0x78	 /* deflate with a window of 32 KiB */
#define TEXT_MAX 1048576 /* bytes; real ones have some 10,000 */

/*
 * What all attempts together may cost, in bytes that go in and come out. Other
 * images hold some hundred false beginnings, each of which ends at once.
 */
#define BUDGET (32u * 1048576u)
#define ATTEMPT_COST 256u

struct search {
	z_stream stream;
	uint8_t *text;
	size_t budget;
};

static void copy_text(char *out, size_t size, const char *text)
{
	size_t i = 0;

	for (; text[i] && i < size - 1; i++)
		out[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
	out[i] = '\0';
}

static bool read_text(struct dictionary *out, const char *text, size_t len)
{
	json_t *o = json_loadb(text, len, 0, NULL);
	const char *app = "", *version = "?", *mcu = "?";
	bool found;

	json_unpack(o, "{s:s}", "app", &app);
	json_unpack(o, "{s:s}", "version", &version);
	json_unpack(o, "{s:{s:s}}", "config", "MCU", &mcu);
	found = !strcmp(app, "Klipper");
	if (found) {
		copy_text(out->version, sizeof(out->version), version);
		copy_text(out->mcu, sizeof(out->mcu), mcu);
	}
	json_decref(o);
	return found;
}

static void spend(struct search *s, size_t cost)
{
	s->budget -= cost < s->budget ? cost : s->budget;
}

/* Return: bytes of text; 0: no whole stream begins here, or an empty one. */
static size_t unpack(struct search *s, const uint8_t *bytes, size_t len)
{
	z_stream *z = &s->stream;
	size_t room = s->budget < TEXT_MAX ? s->budget : TEXT_MAX;
	int status;

	inflateReset(z);
	/* zlib does not write there */
	z->next_in = (uint8_t *)(uintptr_t)bytes;
	z->avail_in = (uInt)len;
	z->next_out = s->text;
	z->avail_out = (uInt)room;
	status = inflate(z, Z_FINISH);
	spend(s, ATTEMPT_COST + z->total_in + z->total_out);
	return status == Z_STREAM_END ? z->total_out : 0;
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
		    read_text(out, (const char *)s->text, text_len))
			return true;
	}
	return false;
}

bool dictionary_find(struct dictionary *out, const uint8_t *bytes, size_t len)
{
	struct search s = { .text = malloc(TEXT_MAX), .budget = BUDGET };
	bool found = false;

	*out = (struct dictionary){ 0 };
	if (s.text && inflateInit(&s.stream) == Z_OK) {
		found = search(&s, out, bytes, len);
		inflateEnd(&s.stream);
	}
	free(s.text);
	return found;
}
