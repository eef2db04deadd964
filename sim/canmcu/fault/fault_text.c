// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Faults as people write them. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault_table.h"
#include "util/array.h"
#include "util/number.h"

#define WORDS " \t,"
#define MS_MAX 3600000

/* -EINVAL, and why. */
#define refuse(error, ...) \
	(snprintf((error), FAULT_ERROR_MAX, __VA_ARGS__), -EINVAL)

/* Reading one. */

static bool find_kind(struct fault *f, const char *name)
{
	for (int i = 0; i < FAULT_COUNT; i++) {
		if (strcmp(fault_rows[i].info.name, name) != 0)
			continue;
		f->kind = (enum fault_kind)i;
		return true;
	}
	return false;
}

static int read_chance(struct fault *f, const char *text, char *error)
{
	char *end;
	double chance = strtod(text, &end);

	if (*end == '%') {
		chance /= 100;
		end++;
	}
	if (end == text || *end || !(chance >= 0 && chance <= 1))
		return refuse(error,
			      "chance '%.40s': give a number from 0 to 1, or "
			      "like 5%%",
			      text);
	f->chance_ppm = (uint32_t)(chance * FAULT_PPM + 0.5);
	return 0;
}

static int read_number(uint64_t *out, const char *key, const char *text,
		       uint64_t max, char *error)
{
	uint64_t value;

	if (util_parse_number(text, &value) || value > max)
		return refuse(error, "%s '%.40s': give a number from 0 to %llu",
			      key, text, (unsigned long long)max);
	*out = value;
	return 0;
}

static int read_after(struct fault *f, const char *text, char *error)
{
	return read_number(&f->after, "after", text, UINT32_MAX, error);
}

static int read_count(struct fault *f, const char *text, char *error)
{
	int err = read_number(&f->count, "count", text, UINT32_MAX, error);

	if (!f->count)
		f->count = UINT64_MAX;
	return err;
}

static int read_ms(struct fault *f, const char *text, char *error)
{
	return read_number(&f->ms, "ms", text, MS_MAX, error);
}

static int read_byte(struct fault *f, const char *text, char *error)
{
	uint64_t byte = 0;
	int err = read_number(&byte, "byte", text, 7, error);

	f->has_byte = true;
	f->byte = (uint8_t)byte;
	return err;
}

static int read_address(struct fault *f, const char *text, char *error)
{
	uint64_t address = 0;
	int err = read_number(&address, "address", text, UINT32_MAX, error);

	f->has_address = true;
	f->address = (uint32_t)address;
	return err;
}

static int read_uuid(struct fault *f, const char *text, char *error)
{
	f->has_uuid = true;
	if (!kcan_uuid_parse(&f->uuid, text))
		return 0;
	return refuse(error, "uuid '%.40s': give exactly 12 hex digits", text);
}

static const struct {
	const char *name;
	unsigned int takes; /* 0: every fault does */
	int (*read)(struct fault *f, const char *text, char *error);
} parameters[] = {
	{ "chance", 0, read_chance },
	{ "after", 0, read_after },
	{ "count", 0, read_count },
	{ "ms", FAULT_TAKES_MS, read_ms },
	{ "byte", FAULT_TAKES_BYTE, read_byte },
	{ "address", FAULT_TAKES_ADDRESS, read_address },
	{ "uuid", FAULT_TAKES_UUID, read_uuid },
};
#define PARAMETERS ARRAY_SIZE(parameters)

static int refuse_word(const struct fault *f, const char *word, char *error)
{
	const struct fault_info *info = &fault_rows[f->kind].info;

	return refuse(error,
		      "fault '%s' takes no '%.40s': give '%s%s%s "
		      "[chance=P] [after=N] [count=N]'",
		      info->name, word, info->name,
		      info->parameters[0] ? " " : "", info->parameters);
}

static int read_parameter(struct fault *f, char *word, char *error)
{
	size_t len = strcspn(word, "=");

	for (size_t i = 0; i < PARAMETERS && word[len]; i++) {
		unsigned int takes = parameters[i].takes;

		if (strlen(parameters[i].name) != len ||
		    strncmp(parameters[i].name, word, len) != 0)
			continue;
		if (takes && !(fault_rows[f->kind].takes & takes))
			break;
		return parameters[i].read(f, word + len + 1, error);
	}
	return refuse_word(f, word, error);
}

static int read_word(struct fault *f, char *word, char *error)
{
	unsigned int dir = !strcmp(word, "rx") ? FAULT_RX :
			   !strcmp(word, "tx") ? FAULT_TX :
						 0;

	if (!dir)
		return read_parameter(f, word, error);
	if (!(fault_rows[f->kind].dirs & dir))
		return refuse_word(f, word, error);
	f->dirs = dir;
	return 0;
}

static int read_name(struct fault *f, const char *name, char *error)
{
	*f = (struct fault){ .chance_ppm = FAULT_PPM };
	if (!name || !find_kind(f, name))
		return refuse(error,
			      "there is no fault '%.40s': 'canmcu ctl faults' "
			      "and canmcu(1) list those there are",
			      name ? name : "");
	f->dirs = fault_rows[f->kind].dirs;
	f->count = fault_rows[f->kind].count ? fault_rows[f->kind].count :
					       UINT64_MAX;
	return 0;
}

static int check(const struct fault *f, char *error)
{
	if (fault_rows[f->kind].takes & FAULT_NEEDS_MS && !f->ms)
		return refuse(error,
			      "fault '%s' needs its time: add ms=N, like "
			      "ms=100",
			      fault_rows[f->kind].info.name);
	return 0;
}

int fault_parse(struct fault *out, const char *text,
		char error[static FAULT_ERROR_MAX])
{
	char *copy = strdup(text), *rest = copy;
	struct fault f;
	char *word;
	int err;

	if (!copy)
		return refuse(error, "out of memory");
	word = strtok_r(copy, WORDS, &rest);
	err = read_name(&f, word, error);
	while (!err && (word = strtok_r(NULL, WORDS, &rest)))
		err = read_word(&f, word, error);
	if (!err)
		err = check(&f, error);
	free(copy);
	if (!err)
		*out = f;
	return err;
}

/* Writing one. */

struct text {
	char *at;
	size_t left;
};

__attribute__((format(printf, 2, 3))) static void
append(struct text *t, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(t->at, t->left, format, args);
	va_end(args);
	if (len < 0 || (size_t)len >= t->left)
		len = (int)t->left - 1;
	t->at += len;
	t->left -= (size_t)len;
}

void fault_format(char out[static FAULT_TEXT_MAX], const struct fault *f)
{
	const struct fault_row *row = &fault_rows[f->kind];
	struct text t = { out, FAULT_TEXT_MAX };
	char uuid[KCAN_UUID_STR_LEN + 1];

	append(&t, "%s", row->info.name);
	if (f->dirs != row->dirs)
		append(&t, " %s", f->dirs == FAULT_RX ? "rx" : "tx");
	if (f->ms)
		append(&t, " ms=%llu", (unsigned long long)f->ms);
	if (f->has_byte)
		append(&t, " byte=%u", f->byte);
	if (f->has_address)
		append(&t, " address=0x%08x", f->address);
	if (f->has_uuid) {
		kcan_uuid_format(&f->uuid, uuid);
		append(&t, " uuid=%s", uuid);
	}
	if (f->chance_ppm != FAULT_PPM)
		append(&t, " chance=%g", (double)f->chance_ppm / FAULT_PPM);
	if (f->after)
		append(&t, " after=%llu", (unsigned long long)f->after);
	if (f->count == UINT64_MAX && row->count)
		append(&t, " count=0");
	else if (f->count != UINT64_MAX && f->count != row->count)
		append(&t, " count=%llu", (unsigned long long)f->count);
}
