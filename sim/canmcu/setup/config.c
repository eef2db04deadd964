// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* What can be an MCU, its keys and their values, of all that a file may hold. */
#include "config.h"

#include <errno.h>
#include <stdio.h>

#define KEY_MAX 32 /* bytes; a longer one is nobody's that we know */

static bool is_name(const char *section)
{
	for (const char *c = section; *c; c++)
		if (*c < ' ' || *c > '~' || strchr("[]", *c))
			return false;
	return strlen(section) < CONFIG_SECTION_MAX;
}

static bool is_key(const char *key)
{
	size_t len = strlen(key);

	return len < KEY_MAX &&
	       strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_- ") == len;
}

static enum config_take take(void *ctx, const char *section, const char *key)
{
	const struct config_sink *sink = *(const struct config_sink **)ctx;

	if (!is_key(key) || !(config_is_mcu(section) || is_name(section)))
		return CONFIG_IGNORE;
	return sink->take(sink->ctx, section, key);
}

static int set(void *ctx, const struct config_line *line,
	       char error[static CONFIG_SENTENCE_MAX])
{
	const struct config_sink *sink = *(const struct config_sink **)ctx;
	size_t len = strlen(line->value);

	if (len >= CONFIG_VALUE_MAX && !config_is_mcu(line->section))
		return 0;
	if (!is_name(line->section)) {
		snprintf(error, CONFIG_SENTENCE_MAX,
			 "an MCU with the name of this section cannot be "
			 "simulated: give it at most %zu printable ASCII "
			 "characters, not counting the brackets",
			 CONFIG_SECTION_MAX - sizeof("mcu "));
		return -EINVAL;
	}
	if (len >= CONFIG_VALUE_MAX) {
		snprintf(error, CONFIG_SENTENCE_MAX,
			 "%s: %zu characters are too many; give at most %d",
			 line->key, len, CONFIG_VALUE_MAX - 1);
		return -EINVAL;
	}
	return sink->set(sink->ctx, line, error);
}

static void missing(void *ctx, const char *sentence)
{
	const struct config_sink *sink = *(const struct config_sink **)ctx;

	sink->missing(sink->ctx, sentence);
}

int config_read(const struct config_files *files,
		const struct config_sink *sink, const char *path,
		char error[static CONFIG_ERROR_MAX])
{
	const struct config_sink checked = { take, set, &sink,
					     sink->missing ? missing : NULL };

	return config_parse(files, &checked, config_is_mcu, path, error);
}
