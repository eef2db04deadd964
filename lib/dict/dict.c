// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "dict.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"

static const struct {
	const char *text;
	int id;
	enum kcan_klp_dir dir;
} built_in[] = {
	{ "identify_response offset=%u data=%.*s", 0, KCAN_KLP_RESPONSE },
	{ "identify offset=%u count=%c", 1, KCAN_KLP_COMMAND },
};

int dict_inflate(const struct dict_lib *lib, char **text, size_t *text_len,
		 size_t max, const uint8_t *data, size_t len)
{
	unsigned long size = max, used = len;
	char *out = malloc(max + 1);

	if (!out)
		return -ENOMEM;
	if (lib->uncompress((uint8_t *)out, &size, data, &used)) {
		free(out);
		return -EBADMSG;
	}
	out[size] = '\0';
	*text = out;
	*text_len = size;
	return 0;
}

/* Return: whether the message could be read. */
static bool add(struct dict *d, const char *text, json_int_t id,
		enum kcan_klp_dir dir)
{
	struct dict_message *m = &d->messages[d->len];

	if (id < INT16_MIN || id > INT16_MAX ||
	    kcan_klp_format_parse(&m->format, text, (int)id, dir))
		return false;
	m->text = text;
	m->name_len = strcspn(text, " ");
	d->len++;
	return true;
}

static bool add_all(struct dict *d, const char *group, enum kcan_klp_dir dir)
{
	const struct dict_lib *lib = d->lib;
	json_t *list = lib->get(d->root, group);
	bool whole = json_is_object(list);

	for (void *at = lib->iter(list); at; at = lib->next(list, at)) {
		json_t *id = lib->value(at);

		if (!json_is_integer(id) ||
		    !add(d, lib->key(at), lib->integer(id), dir))
			whole = false;
	}
	return whole;
}

int dict_read(const struct dict_lib *lib, struct dict *out, const char *json,
	      size_t len)
{
	struct dict d = { .lib = lib,
			  .root = json ? lib->loadb(json, len, 0, NULL) :
					 NULL };

	if (json && !d.root)
		return -EBADMSG;
	d.messages = calloc(ARRAY_SIZE(built_in) +
				    lib->size(lib->get(d.root, "commands")) +
				    lib->size(lib->get(d.root, "responses")),
			    sizeof(*d.messages));
	if (!d.messages) {
		dict_fini(&d);
		return -ENOMEM;
	}
	for (size_t i = 0; i < ARRAY_SIZE(built_in); i++)
		add(&d, built_in[i].text, built_in[i].id, built_in[i].dir);
	d.whole = add_all(&d, "commands", KCAN_KLP_COMMAND);
	d.whole = add_all(&d, "responses", KCAN_KLP_RESPONSE) && d.whole;
	*out = d;
	return 0;
}

void dict_fini(struct dict *d)
{
	if (d->root)
		d->lib->del(d->root);
	free(d->messages);
	*d = (struct dict){ 0 };
}

static const json_t *get(const struct dict *d, const char *group,
			 const char *key)
{
	const json_t *in = group ? d->lib->get(d->root, group) : d->root;

	return d->lib->get(in, key);
}

const char *dict_text(const struct dict *d, const char *group, const char *key)
{
	return d->lib->string(get(d, group, key));
}

uint32_t dict_constant(const struct dict *d, const char *key)
{
	json_int_t number = d->lib->integer(get(d, "config", key));

	return number > 0 && number <= UINT32_MAX ? (uint32_t)number : 0;
}

bool dict_has(const struct dict *d, const char *group)
{
	return d->lib->size(get(d, NULL, group));
}

const struct dict_message *dict_find(const struct dict *d,
				     enum kcan_klp_dir dir, const char *name)
{
	const struct dict_message *m = d->messages, *end = m + d->len;

	while (m < end &&
	       (m->format.dir != dir ||
		strncmp(m->text, name, m->name_len) != 0 || name[m->name_len]))
		m++;
	return m < end ? m : NULL;
}
