/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_FLEET_H
#define CANMCU_FLEET_H

#include "config.h"
#include "keys.h"
#include "opts.h"
#include "printer.h"

/** MCUs told alike: a -u or --chip-id, or a section, and what belongs to it. */
struct fleet_group {
	struct keys_board board; /* the first one; the others count up */
	size_t count;
	bool from_file;
	const struct printer *printer; /* of its file, or NULL */
	/* As errors call it: what was typed, or "file:line: [mcu NAME]". */
	const char *name;
};

/** MCUs while they are being described. */
struct fleet {
	struct fleet_group defaults; /* what a new group begins as */
	struct fleet_group *groups;
	size_t len;
	size_t first; /* groups from here on belong to the last -u or -c */
	struct printer *printers; /* of each file, the last one first */
	struct util_texts *texts; /* what the groups point into */
};

/** Nothing described yet, and the defaults that --help tells. */
void fleet_init(struct fleet *fleet);

void fleet_fini(struct fleet *fleet);

/**
 * fleet_add() - one more group, a copy of the defaults
 *
 * Return: the group, until the next one is added; or NULL without memory.
 */
struct fleet_group *fleet_add(struct fleet *fleet);

/** What an option behind the last -u or -c is for; the defaults before it. */
struct fleet_group *fleet_current(struct fleet *fleet, size_t *len);

/**
 * fleet_read() - add the MCUs of a configuration file
 * @error: begins with "file:line: " where it can; after success it means nothing
 *
 * Each section [mcu] or [mcu NAME] with a canbus_uuid or chip_id is one MCU, and
 * what other sections tell of its pins is on them, see printer.h.
 *
 * Return: 0, or as config_read().
 */
int fleet_read(struct fleet *fleet, const struct config_files *files,
	       const char *path, char error[static OPTS_ERROR_MAX]);

/**
 * fleet_check() - check that such boards exist, once all is told
 * @g:     gets the bootloader that is usual for it, when none was told
 * @error: set on failure only
 *
 * Return: 0 or -EINVAL.
 */
int fleet_check(struct fleet_group *g, char error[static OPTS_ERROR_MAX]);

/**
 * fleet_bus_name() - the bus that an MCU is on, or with a bridge behind it
 *
 * An interface, or a bus within the simulator. Return: NULL without memory.
 */
const char *fleet_bus_name(struct fleet *fleet, const struct fleet_group *g);

/**
 * fleet_build() - check all groups, and list the MCUs one by one
 * @out:   gets the MCUs, the interfaces and the texts that they point into; to
 *         be released by opts_fini() in any case
 * @error: set on failure only
 *
 * Return: 0, -EINVAL or -ENOMEM.
 */
int fleet_build(struct opts *out, struct fleet *fleet,
		char error[static OPTS_ERROR_MAX]);

#endif
