// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Messages as people type and read them. */
#include "message.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/hex.h"

#define refuse(w, ...) \
	(snprintf((w)->error, MESSAGE_ERROR_MAX, __VA_ARGS__), -EINVAL)

/* The values of one message, and what their bytes are kept in. */
struct values {
	struct kcan_klp_value of[KCAN_KLP_PARAMS_MAX];
	bool given[KCAN_KLP_PARAMS_MAX];
	uint8_t bytes[KCAN_KLP_CONTENT_MAX];
	size_t bytes_len;
};

static int write_bytes(struct message_writer *w, struct values *v,
		       struct kcan_klp_value *to, const char *text)
{
	size_t len = strlen(text) / 2;

	if (len > sizeof(v->bytes) - v->bytes_len ||
	    util_hex_decode(v->bytes + v->bytes_len, text, 2 * len) ||
	    strlen(text) % 2)
		return refuse(w, "'%.40s': give hex digits, two a byte", text);
	to->data = v->bytes + v->bytes_len;
	to->len = (uint8_t)len;
	v->bytes_len += len;
	return 0;
}

/* "0.5s" and "+0.5s" */
static int write_time(const struct message_writer *w, const char *text,
		      uint32_t *out)
{
	char *end;
	double ticks = strtod(text, &end) *
		       (double)dict_constant(w->dict, "CLOCK_FREQ");

	if (end == text || strcmp(end, "s") != 0 || ticks < 0 ||
	    ticks > UINT32_MAX)
		return -EINVAL;
	*out = (uint32_t)ticks + (*text == '+' ? w->ticks : 0);
	return 0;
}

static int write_number(const char *text, uint32_t *out)
{
	long long number;
	char *end;

	errno = 0;
	number = strtoll(text, &end, strncmp(text, "0x", 2) ? 10 : 16);
	if (errno || end == text || *end || number < INT32_MIN ||
	    number > UINT32_MAX)
		return -EINVAL;
	*out = (uint32_t)number;
	return 0;
}

static int write_value(struct message_writer *w, struct values *v,
		       const struct dict_message *m, unsigned int i,
		       const char *text)
{
	const char *param;
	size_t len = dict_param(m, i, &param);

	v->given[i] = true;
	if (m->format.types[i] == KCAN_KLP_BYTES)
		return write_bytes(w, v, &v->of[i], text);
	if (!dict_number(w->dict, param, len, text, &v->of[i].num) ||
	    !write_number(text, &v->of[i].num) ||
	    !write_time(w, text, &v->of[i].num))
		return 0;
	return refuse(w, "%.*s '%.40s': give a number, a name or a time",
		      (int)len, param, text);
}

static int write_param(struct message_writer *w, struct values *v,
		       const struct dict_message *m, const char *word)
{
	size_t len = strcspn(word, "=");
	const char *param;

	for (unsigned int i = 0; i < m->format.count && word[len]; i++)
		if (dict_param(m, i, &param) == len &&
		    !memcmp(param, word, len))
			return write_value(w, v, m, i, word + len + 1);
	return refuse(w, "'%.40s' is no parameter of '%.80s'", word, m->text);
}

/* Return: bytes or -EINVAL. @text is cut into words. */
static int write_one(struct message_writer *w, char *text, uint8_t *out,
		     size_t size)
{
	char *rest, *word = strtok_r(text, " ", &rest);
	struct values v = { .bytes_len = 0 };
	const struct dict_message *m;
	int err = 0;

	if (!word)
		return 0;
	m = dict_find(w->dict, KCAN_KLP_COMMAND, word);
	if (!m)
		return refuse(w, "Unknown command '%.40s'", word);
	while (!err && (word = strtok_r(NULL, " ", &rest)))
		err = write_param(w, &v, m, word);
	for (unsigned int i = 0; i < m->format.count && !err; i++)
		if (!v.given[i])
			err = refuse(w, "give all parameters of '%.80s'",
				     m->text);
	if (err)
		return err;
	err = kcan_klp_msg_encode(out, size, &m->format, v.of);
	return err < 0 ? refuse(w, "too much for one block") : err;
}

int message_write(struct message_writer *w, const char *line, uint8_t *out)
{
	char *copy = strdup(line), *rest, *text;
	int used = 0, len = 0;

	if (!copy)
		return refuse(w, "out of memory");
	for (text = strtok_r(copy, ";", &rest); text && used >= 0;
	     text = strtok_r(NULL, ";", &rest)) {
		used = write_one(w, text, out + len,
				 KCAN_KLP_CONTENT_MAX - (size_t)len);
		len += used;
	}
	free(copy);
	return used < 0 ? used : len;
}

static void read_value(FILE *to, const struct dict *d,
		       const struct dict_message *m, unsigned int i,
		       const struct kcan_klp_value *value)
{
	enum kcan_klp_type type = m->format.types[i];
	char text[2 * KCAN_KLP_CONTENT_MAX + 1];
	const char *param;
	size_t len = dict_param(m, i, &param);

	fprintf(to, " %.*s=", (int)len, param);
	if (type == KCAN_KLP_BYTES) {
		util_hex_encode(text, value->data, value->len);
		fputs(text, to);
	} else if (!dict_name(d, m, i, value->num, text)) {
		fputs(text, to);
	} else if (type == KCAN_KLP_I32 || type == KCAN_KLP_I16) {
		fprintf(to, "%d", (int32_t)value->num);
	} else {
		fprintf(to, "%u", value->num);
	}
}

int message_read(const struct dict *d, char out[static MESSAGE_TEXT_MAX],
		 const uint8_t *content, size_t len)
{
	struct kcan_klp_value values[KCAN_KLP_PARAMS_MAX];
	const struct dict_message *m;
	int id, used = kcan_klp_id_decode(&id, content, len, KCAN_KLP_RESPONSE);
	FILE *to;

	snprintf(out, MESSAGE_TEXT_MAX, "Unknown message type %d",
		 used < 0 ? -1 : id);
	m = used < 0 ? NULL : dict_response(d, id);
	if (!m)
		return -ENOENT;
	len -= (size_t)used;
	used = kcan_klp_params_decode(values, &m->format, content + used, len);
	if (used < 0 || (size_t)used != len) {
		snprintf(out, MESSAGE_TEXT_MAX, "%s at end of message '%.80s'",
			 used < 0 ? "Data missing" : "Extra data", m->text);
		return -EBADMSG;
	}
	to = fmemopen(out, MESSAGE_TEXT_MAX, "w");
	if (!to)
		return -ENOMEM;
	fprintf(to, "%.*s", (int)m->name_len, m->text);
	for (unsigned int i = 0; i < m->format.count; i++)
		read_value(to, d, m, i, &values[i]);
	fclose(to);
	out[MESSAGE_TEXT_MAX - 1] = '\0';
	return 0;
}

/* Return: what follows " @words" in @text, or NULL. */
static const char *behind(const char *text, const char *words)
{
	size_t len = strlen(words);
	const char *at = text;

	while ((at = strstr(at, words))) {
		if (at > text && at[-1] == ' ')
			return at + len;
		at += len;
	}
	return NULL;
}

bool message_matches(const char *text, const char *name, const char *value)
{
	size_t len = strlen(name);
	const char *end;

	if (strcspn(text, " ") != len || memcmp(text, name, len) != 0)
		return false;
	if (!*value)
		return true;
	end = behind(text, value);
	return end && (!*end || *end == ' ');
}

uint32_t message_number(const char *text, const char *param)
{
	const char *at = behind(text, param);

	return at && *at == '=' ? (uint32_t)strtoul(at + 1, NULL, 10) : 0;
}
