// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* From the keys of a configuration file to MCUs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "boards.h"

#define FILE_MCUS_MAX 4096 /* found by going through all of them */

_Static_assert(OPTS_ERROR_MAX >= CONFIG_ERROR_MAX, "an error fits");
_Static_assert(CONFIG_SECTION_MAX - 4 <= MCU_NAME_MAX, "a name fits");

/* Is that key about an MCU? Sections of other names have only Klipper's own. */
static bool is_mcu_key(const char *section, const char *name)
{
	return config_is_mcu(section) || !strcmp(name, "canbus_uuid") ||
	       !strcmp(name, "canbus_interface");
}

static enum config_take take(void *ctx, const char *section, const char *name)
{
	const struct key *key = keys_find(name);

	(void)ctx;
	if (!is_mcu_key(section, name))
		return printer_take(section, name);
	if (key)
		return key->lines ? CONFIG_LINES : CONFIG_ONE;
	/* what looks like a typing error is to be refused */
	return keys_nearest(name) ? CONFIG_ONE : CONFIG_IGNORE;
}

/* A section that stands twice is one MCU: of this file, and what it includes. */
static struct board_group *find_or_add(struct boards *boards,
				       const char *section)
{
	struct board_group *g;

	for (size_t i = boards->len; i > boards->first; i--)
		if (!strcmp(boards->groups[i - 1].section, section))
			return &boards->groups[i - 1];
	g = boards_add(boards);
	if (!g)
		return NULL;
	g->from_file = true;
	g->printer = boards->printers;
	snprintf(g->section, sizeof(g->section), "%s", section);
	snprintf(g->board.cfg.name, MCU_NAME_MAX, "%s",
		 config_mcu_name(section));
	return g;
}

/* The value as it may be kept. */
static const char *keep_value(struct boards *boards,
			      const struct config_line *line)
{
	const struct key *key = keys_find(line->key);
	bool path = key && key->path && *line->value && *line->value != '~';
	char *whole = path ? config_beside(line->file, line->value) : NULL;
	const char *kept = NULL;

	if (whole || !path)
		kept = util_texts_add(&boards->texts, "%s",
				      path ? whole : line->value);
	free(whole);
	return kept;
}

static int set_mcu(struct boards *boards, const struct config_line *line,
		   char error[static CONFIG_SENTENCE_MAX])
{
	struct board_group *g = find_or_add(boards, line->section);
	const char *value = g ? keep_value(boards, line) : NULL;

	if (boards->len - boards->first > FILE_MCUS_MAX) {
		snprintf(error, CONFIG_SENTENCE_MAX,
			 "more than %d MCUs are no printer: give a part of "
			 "them, or -u UUID and --count",
			 FILE_MCUS_MAX);
		return -EINVAL;
	}
	if (!value)
		return -ENOMEM;
	if (keys_apply(&g->board, line->key, value, error, CONFIG_SENTENCE_MAX))
		return -EINVAL;
	if (g->name || !g->board.has_uuid)
		return 0;
	g->name = util_texts_add(&boards->texts, "%s:%u: [%s]", line->file,
				 line->line, line->section);
	return g->name ? 0 : -ENOMEM;
}

static int set(void *ctx, const struct config_line *line,
	       char error[static CONFIG_SENTENCE_MAX])
{
	struct boards *boards = ctx;

	if (is_mcu_key(line->section, line->key))
		return set_mcu(boards, line, error);
	return printer_set(boards->printers, &boards->texts, line);
}

static int add_printer(struct boards *boards)
{
	struct printer *p = calloc(1, sizeof(*p));

	if (!p)
		return -ENOMEM;
	p->next = boards->printers;
	boards->printers = p;
	return 0;
}

static int refuse_nameless(const struct keys_board *b, const char *path,
			   char *error)
{
	bool is_only = !strcmp(b->cfg.name, "mcu");

	return boards_refuse(error,
			     "%s: [mcu%s%s] has '%s', and nothing to call it "
			     "by: add its chip_id, or a canbus_uuid",
			     path, is_only ? "" : " ",
			     is_only ? "" : b->cfg.name,
			     mcu_link_name(b->cfg.link));
}

/* An MCU on USB or a serial line has no part in this, unless it is said so. */
static int drop_nameless(struct boards *boards, const char *path, char *error)
{
	size_t kept = boards->first;

	for (size_t i = boards->first; i < boards->len; i++) {
		const struct board_group *g = &boards->groups[i];

		if (g->name)
			boards->groups[kept++] = *g;
		else if (g->board.cfg.link != boards->defaults.board.cfg.link)
			return refuse_nameless(&g->board, path, error);
	}
	boards->len = kept;
	return 0;
}

int boards_read(struct boards *boards, const struct config_files *files,
		const char *path, char error[static OPTS_ERROR_MAX])
{
	const struct config_sink sink = { take, set, boards, boards->missing };
	int err = add_printer(boards);

	boards->first = boards->len;
	if (!err)
		err = config_read(files, &sink, path, error);
	if (!err)
		err = drop_nameless(boards, path, error);
	if (err || boards->len > boards->first)
		return err;
	return boards_refuse(error,
			     "%s: no section has a canbus_uuid: add one, or "
			     "chip_id",
			     path);
}
