// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "mcus.h"

#include <ctype.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "util/array.h"
#include "util/grow.h"

#define INTERFACE_DEFAULT "can0"

/* -EINVAL, and why. */
#define refuse(error, ...) \
	(snprintf((error), CONFIG_ERROR_MAX, __VA_ARGS__), -EINVAL)

const char *const config_places[] = { "printer_data/config/printer.cfg",
				      "klipper_config/printer.cfg",
				      "printer.cfg", NULL };

bool config_read_uuid(const char *text, char out[static CONFIG_UUID_LEN + 1])
{
	size_t len;

	if (!strncasecmp(text, "0x", 2))
		text += 2;
	len = strlen(text);
	if (!len || len > CONFIG_UUID_LEN ||
	    strspn(text, "0123456789abcdefABCDEF") != len)
		return false;
	memset(out, '0', CONFIG_UUID_LEN);
	memcpy(out + CONFIG_UUID_LEN - len, text, len + 1);
	return true;
}

bool config_is_ifname(const char *text)
{
	for (const char *c = text; *c; c++)
		if (!isgraph((unsigned char)*c) || *c == '/')
			return false;
	return *text && strlen(text) < IF_NAMESIZE;
}

/* Reading. */

static const struct key {
	const char *name;
	size_t value;	 /* its place in a struct config_mcu */
	bool everywhere; /* not only in sections that are MCUs by their name */
} keys[] = {
	{ "canbus_uuid", offsetof(struct config_mcu, uuid), true },
	{ "canbus_interface", offsetof(struct config_mcu, interface), true },
	{ "serial", offsetof(struct config_mcu, serial), false },
	{ "baud", offsetof(struct config_mcu, baud), false },
};

static const struct key *find_key(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (!strcmp(keys[i].name, name))
			return &keys[i];
	return NULL;
}

static struct config_value *value_of(struct config_mcu *mcu,
				     const struct key *key)
{
	return (void *)((char *)mcu + key->value);
}

static enum config_take take(void *ctx, const char *section, const char *name)
{
	const struct key *key = find_key(name);

	(void)ctx;
	return key && (key->everywhere || config_is_mcu(section)) ?
		       CONFIG_ONE :
		       CONFIG_IGNORE;
}

static int add(struct config_mcus *mcus, const char *section, char *error)
{
	struct config_mcu *more;

	if (mcus->len == CONFIG_MCUS_MAX) {
		snprintf(error, CONFIG_SENTENCE_MAX,
			 "more than %d MCUs are no printer: give its "
			 "printer.cfg",
			 CONFIG_MCUS_MAX);
		return -EINVAL;
	}
	more = util_grow(mcus->list, mcus->len, sizeof(*more));
	section = util_texts_add(&mcus->texts, "%s", section);
	if (more)
		mcus->list = more;
	if (!more || !section)
		return -ENOMEM;
	more[mcus->len] =
		(struct config_mcu){ .section = section,
				     .name = config_mcu_name(section) };
	mcus->last = mcus->len++;
	return 0;
}

/* The keys of a section mostly stand together. */
static bool find_section(struct config_mcus *mcus, const char *section)
{
	if (mcus->len && !strcmp(mcus->list[mcus->last].section, section))
		return true;
	for (size_t i = 0; i < mcus->len; i++) {
		mcus->last = i;
		if (!strcmp(mcus->list[i].section, section))
			return true;
	}
	return false;
}

/* Return: a text that stays; @old, if that is the same. */
static const char *keep(struct config_mcus *mcus, const char *old,
			const char *text)
{
	return old && !strcmp(old, text) ?
		       old :
		       util_texts_add(&mcus->texts, "%s", text);
}

static int set(void *ctx, const struct config_line *line,
	       char error[static CONFIG_SENTENCE_MAX])
{
	const struct key *key = find_key(line->key);
	struct config_mcus *mcus = ctx;
	struct config_value *value;
	int err = 0;

	if (!find_section(mcus, line->section))
		err = add(mcus, line->section, error);
	if (err)
		return err;
	value = value_of(&mcus->list[mcus->last], key);
	value->text = keep(mcus, value->text, line->value);
	value->file = keep(mcus, value->file, line->file);
	value->line = line->line;
	return value->text && value->file ? 0 : -ENOMEM;
}

static void pass_on(void *ctx, const char *sentence)
{
	const struct config_mcus *mcus = ctx;

	mcus->missing(mcus->ctx, sentence);
}

/* What has neither, is none. */
static void drop_others(struct config_mcus *mcus)
{
	size_t kept = 0;

	for (size_t i = 0; i < mcus->len; i++) {
		const struct config_mcu *mcu = &mcus->list[i];

		if (mcu->uuid.text || mcu->serial.text)
			mcus->list[kept++] = *mcu;
	}
	mcus->len = kept;
}

int config_mcus_read(struct config_mcus *out, const struct config_files *files,
		     const char *path,
		     void (*missing)(void *ctx, const char *sentence),
		     void *ctx, char error[static CONFIG_ERROR_MAX])
{
	const struct config_sink sink = { take, set, out, pass_on };
	int err;

	*out = (struct config_mcus){ .missing = missing, .ctx = ctx };
	err = config_parse(files, &sink, config_is_mcu, path, error);
	drop_others(out);
	for (size_t i = 0; i < out->len; i++)
		if (out->list[i].uuid.text)
			out->list[i].serial = (struct config_value){ 0 };
	return err;
}

void config_mcus_free(struct config_mcus *mcus)
{
	free(mcus->list);
	util_texts_free(&mcus->texts);
	*mcus = (struct config_mcus){ 0 };
}

/* Finding. */

/* "mcu, EBB and 12 more" */
static void list_names(const struct config_mcus *mcus, char *out, size_t size)
{
	size_t used = 0, i, len;

	*out = '\0';
	for (i = 0; i < mcus->len; i++) {
		len = strlen(mcus->list[i].name) + 2;
		if (used + len + sizeof(" and 123 more") > size)
			break;
		used += (size_t)snprintf(out + used, size - used, "%s%s",
					 i ? ", " : "", mcus->list[i].name);
	}
	if (i < mcus->len)
		snprintf(out + used, size - used, " and %zu more",
			 mcus->len - i);
}

static const struct config_value *where(const struct config_mcu *mcu)
{
	return mcu->uuid.text ? &mcu->uuid : &mcu->serial;
}

static int refuse_both(const struct config_mcu *a, const struct config_mcu *b,
		       char *error)
{
	return refuse(error,
		      "two MCUs are called '%.40s': [%.40s] in %.60s:%u and "
		      "[%.40s] in %.60s:%u; name one by its UUID",
		      a->name, a->section, where(a)->file, where(a)->line,
		      b->section, where(b)->file, where(b)->line);
}

int config_mcus_find(const struct config_mcus *mcus,
		     const struct config_mcu **out, const char *name,
		     char error[static CONFIG_ERROR_MAX])
{
	const struct config_mcu *found = NULL, *other = NULL;
	char names[CONFIG_ERROR_MAX - 100];

	for (size_t i = 0; i < mcus->len; i++) {
		const struct config_mcu *mcu = &mcus->list[i];

		*out = mcu;
		if (config_is_mcu(mcu->section) && !strcmp(mcu->section, name))
			return 0;
		if (strcmp(mcu->name, name) != 0)
			continue;
		if (found)
			other = mcu;
		else
			found = mcu;
	}
	*out = found;
	if (other)
		return refuse_both(found, other, error);
	if (found)
		return 0;
	if (!mcus->len)
		return refuse(error,
			      "no MCU is called '%.40s', as no section has a "
			      "canbus_uuid or a serial: give the path of "
			      "printer.cfg with -c",
			      name);
	list_names(mcus, names, sizeof(names));
	return refuse(error, "no MCU is called '%.40s'; there are: %s", name,
		      names);
}

/* Checking. */

bool config_mcu_is_process(const struct config_mcu *mcu)
{
	static const char *const begins[] = { "/tmp/klipper_host_",
					      "/dev/rpmsg_" };

	for (size_t i = 0; i < ARRAY_SIZE(begins) && mcu->serial.text; i++)
		if (!strncmp(mcu->serial.text, begins[i], strlen(begins[i])))
			return true;
	return false;
}

int config_mcu_digits(const struct config_mcus *mcus,
		      const struct config_mcu *mcu,
		      char digits[static CONFIG_UUID_LEN + 1],
		      char error[static CONFIG_ERROR_MAX])
{
	const struct config_value *uuid = &mcu->uuid;
	char own[CONFIG_UUID_LEN + 1], other[CONFIG_UUID_LEN + 1];

	if (!config_read_uuid(uuid->text, own))
		return refuse(error,
			      "%.200s:%u: canbus_uuid '%.40s' of [%.40s] is "
			      "none: give up to 12 hex digits, like "
			      "112233445566",
			      uuid->file, uuid->line, uuid->text, mcu->section);
	for (size_t i = 0; i < mcus->len; i++) {
		const struct config_mcu *m = &mcus->list[i];

		if (m == mcu || !m->uuid.text ||
		    !config_read_uuid(m->uuid.text, other) ||
		    strcasecmp(own, other) != 0)
			continue;
		return refuse(error,
			      "%.120s:%u: canbus_uuid %s of [%.40s] is also "
			      "that of [%.40s] in %.120s:%u: each MCU has its "
			      "own",
			      uuid->file, uuid->line, own, mcu->section,
			      m->section, m->uuid.file, m->uuid.line);
	}
	memcpy(digits, own, sizeof(own));
	return 0;
}

int config_mcu_interface(const struct config_mcu *mcu, const char **out,
			 char error[static CONFIG_ERROR_MAX])
{
	const struct config_value *interface = &mcu->interface;

	*out = interface->text ? interface->text : INTERFACE_DEFAULT;
	if (config_is_ifname(*out))
		return 0;
	return refuse(error,
		      "%.200s:%u: canbus_interface '%.40s' of [%.40s] is no "
		      "interface name: 1 to %d characters without '/' and "
		      "blanks, like can0",
		      interface->file, interface->line, interface->text,
		      mcu->section, IF_NAMESIZE - 1);
}
