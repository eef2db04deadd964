/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_BOARDS_H
#define CANMCU_BOARDS_H

#include "config.h"
#include "keys.h"
#include "opts.h"
#include "printer.h"

/** MCUs told alike: a -u or --chip-id, or a section, and what belongs to it. */
struct board_group {
	struct keys_board board; /* the first one; the others count up */
	size_t count;
	bool from_file;
	char section[CONFIG_SECTION_MAX]; /* of the file, or "" */
	struct printer *printer;	  /* of its file, or NULL */
	/* As errors call it: what was typed, or "file:line: [mcu NAME]". */
	const char *name;
};

/** MCUs while they are being described. */
struct boards {
	struct board_group defaults; /* what a new group begins as */
	struct board_group *groups;
	size_t len;
	size_t first; /* groups from here on belong to the last -u or -c */
	struct printer *printers; /* of each file, the last one first */
	void (*missing)(void *ctx, const char *sentence); /* config_sink's */
	struct util_texts *texts; /* what the groups point into */
};

/* -EINVAL, and why, of all and of a group. */
#define boards_refuse(error, ...) \
	(snprintf((error), OPTS_ERROR_MAX, __VA_ARGS__), -EINVAL)
#define group_refuse(error, g, sentence, ...) \
	boards_refuse(error, "%s: " sentence, (g)->name, ##__VA_ARGS__)

/** Nothing described yet, and the defaults that --help tells. */
void boards_init(struct boards *boards);

void boards_fini(struct boards *boards);

/**
 * boards_add() - one more group, a copy of the defaults
 *
 * Return: the group, until the next one is added; or NULL without memory.
 */
struct board_group *boards_add(struct boards *boards);

/** What an option behind the last -u or -c is for; the defaults before it. */
struct board_group *boards_current(struct boards *boards, size_t *len);

/**
 * boards_read() - add the MCUs of a configuration file
 * @error: begins with "file:line: " where it can; after success it means nothing
 *
 * Each section [mcu] or [mcu NAME] with a canbus_uuid or chip_id is one MCU, and so
 * is another one with a canbus_uuid; what sections tell of its pins is on them, see
 * printer.h.
 *
 * Return: 0, or as config_read().
 */
int boards_read(struct boards *boards, const struct config_files *files,
		const char *path, char error[static OPTS_ERROR_MAX]);

/**
 * boards_check() - check that such boards exist, once all is told
 * @g:     gets the bootloader that is usual for it, when none was told
 * @error: set on failure only
 *
 * Return: 0 or -EINVAL.
 */
int boards_check(struct board_group *g, char error[static OPTS_ERROR_MAX]);

/**
 * boards_bus_name() - the bus that an MCU is on, or with a bridge behind it
 *
 * An interface, or a bus within the simulator. Return: NULL without memory.
 */
const char *boards_bus_name(struct boards *boards, const struct board_group *g);

/**
 * boards_build() - check all groups, and list the MCUs one by one
 * @out:   gets the MCUs, the interfaces and the texts that they point into; to
 *         be released by opts_fini() in any case
 * @error: set on failure only
 *
 * Return: 0, -EINVAL or -ENOMEM.
 */
int boards_build(struct opts *out, struct boards *boards,
		 char error[static OPTS_ERROR_MAX]);

#endif
