// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "setup.h"

int setup_append(struct setup_blob *b, const void *data, size_t len)
{
	size_t size = b->size ? b->size : 4096;
	uint8_t *p;

	if (len > SETUP_MAX - b->len)
		return -E2BIG;
	while (size < b->len + len)
		size *= 2;
	if (size != b->size) {
		p = realloc(b->data, size);
		if (!p)
			return -ENOMEM;
		b->data = p;
		b->size = size;
	}
	if (len)
		memcpy(b->data + b->len, data, len);
	b->len += len;
	return 0;
}

int setup_add(struct setup_blob *b, enum setup_tag tag, const char *text)
{
	char c = tag;
	int err = setup_append(b, &c, 1);

	return err ? err : setup_append(b, text, strlen(text) + 1);
}

void setup_fini(struct setup_blob *b)
{
	free(b->data);
	*b = (struct setup_blob){ 0 };
}

/* Return: the record at *off and advance, or NULL at the end or when cut. */
static const char *next_record(const struct setup_blob *b, size_t *off)
{
	const char *rec, *end;

	if (*off >= b->len)
		return NULL;
	rec = (const char *)b->data + *off;
	end = memchr(rec, '\0', b->len - *off);
	if (!end || end == rec)
		return NULL;
	*off += end - rec + 1;
	return rec;
}

static size_t count_records(const struct setup_blob *b, enum setup_tag tag)
{
	const char *rec;
	size_t off = 0, n = 0;

	while ((rec = next_record(b, &off)))
		n += rec[0] == (char)tag;
	return n;
}

struct filled {
	size_t args, envs;
};

static int take_record(struct setup *s, struct filled *n, const char *rec)
{
	char *text = (char *)rec + 1;

	switch (rec[0]) {
	case SETUP_ARG:
		s->argv[n->args++] = text;
		return 0;
	case SETUP_ENV:
		s->envp[n->envs++] = text;
		return 0;
	case SETUP_IFACE:
		s->ifaces[s->n_ifaces++] = text;
		return 0;
	case SETUP_CWD:
		s->cwd = text;
		return 0;
	case SETUP_HOST:
		s->host = text;
		return 0;
	case SETUP_ONE:
		s->one = true;
		return 0;
	case SETUP_TTY:
		s->tty = text;
		return 0;
	case SETUP_UMASK:
		s->umask = strtoul(text, NULL, 8) & 0777;
		return 0;
	}
	return -EBADMSG;
}

int setup_unpack(const struct setup_blob *b, struct setup *out)
{
	struct setup s = { .umask = 022 };
	struct filled n = { 0 };
	const char *rec;
	size_t off = 0;
	int err = 0;

	s.argv = calloc(count_records(b, SETUP_ARG) + 1, sizeof(*s.argv));
	s.envp = calloc(count_records(b, SETUP_ENV) + 1, sizeof(*s.envp));
	s.ifaces = calloc(count_records(b, SETUP_IFACE) + 1, sizeof(*s.ifaces));
	if (!s.argv || !s.envp || !s.ifaces)
		err = -ENOMEM;
	while (!err && (rec = next_record(b, &off)))
		err = take_record(&s, &n, rec);
	if (!err && (off != b->len || !n.args))
		err = -EBADMSG;
	if (err)
		setup_drop(&s);
	else
		*out = s;
	return err;
}

void setup_drop(struct setup *s)
{
	free(s->argv);
	free(s->envp);
	free(s->ifaces);
	*s = (struct setup){ 0 };
}
