// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "fleet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* -EINVAL, and why. */
#define refuse(error, ...) \
	(snprintf((error), OPTS_ERROR_MAX, __VA_ARGS__), -EINVAL)

static int check_board(const struct fleet_group *g, char *error)
{
	const struct mcu_type *type = g->cfg.type;
	const char *bootloader = bootloader_name(g->cfg.bootloader);

	if (type->family->on_request[g->cfg.bootloader] == REQUEST_IMPOSSIBLE)
		return refuse(error,
			      "%s: a %s with Klipper on CAN cannot have "
			      "bootloader '%s'; give another --bootloader",
			      g->name, type->name, bootloader);
	if (g->chip_id_len && g->chip_id_len != type->family->chip_id_len)
		return refuse(error, "chip id '%s': give %d hex digits for %s",
			      g->name, 2 * type->family->chip_id_len,
			      type->name);
	return 0;
}

static int check_blank(const struct fleet_group *g, char *error)
{
	const struct mcu_cfg *cfg = &g->cfg;

	if (!cfg->blank)
		return 0;
	if (cfg->bootloader != BOOTLOADER_KATAPULT)
		return refuse(error,
			      "%s: --no-application needs bootloader "
			      "'katapult', not '%s'",
			      g->name, bootloader_name(cfg->bootloader));
	if (cfg->state != MCU_KATAPULT && cfg->state != MCU_OFF)
		return refuse(error,
			      "%s: there is no application to start in state "
			      "'%s'; give --state katapult or off",
			      g->name, mcu_state_name(cfg->state));
	return 0;
}

static int check_start(const struct fleet_group *g, char *error)
{
	const struct mcu_cfg *cfg = &g->cfg;

	if (cfg->state == MCU_KATAPULT &&
	    cfg->bootloader != BOOTLOADER_KATAPULT)
		return refuse(error,
			      "%s: state 'katapult' needs bootloader "
			      "'katapult', not '%s'",
			      g->name, bootloader_name(cfg->bootloader));
	if (cfg->state == MCU_OFF && cfg->nodeid >= 0)
		return refuse(error,
			      "%s: in state 'off' it has no nodeid; leave one "
			      "of the two away",
			      g->name);
	if (cfg->nodeid >= 0 && (size_t)cfg->nodeid + g->count > 256)
		return refuse(error, "%s: %zu nodeids from %d on go beyond 255",
			      g->name, g->count, cfg->nodeid);
	return check_blank(g, error);
}

static void count_up(struct kcan_uuid *uuid)
{
	for (int i = KCAN_UUID_LEN - 1; i >= 0 && !++uuid->b[i]; i--)
		;
}

static void append(struct opts *out, const struct fleet_group *g)
{
	struct mcu_cfg cfg = g->cfg;

	for (size_t i = 0; i < g->count; i++) {
		out->mcus[out->mcus_len++] = cfg;
		count_up(&cfg.uuid);
		if (cfg.nodeid >= 0)
			cfg.nodeid++;
	}
}

static int by_uuid(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct kcan_uuid));
}

static int check_unique(const struct opts *opts, char *error)
{
	size_t len = opts->mcus_len;
	struct kcan_uuid *uuids = calloc(len, sizeof(*uuids));
	char text[KCAN_UUID_STR_LEN + 1];
	int err = 0;

	if (!uuids)
		return -ENOMEM;
	for (size_t i = 0; i < len; i++)
		uuids[i] = opts->mcus[i].uuid;
	qsort(uuids, len, sizeof(*uuids), by_uuid);
	for (size_t i = 1; i < len && !err; i++) {
		if (!kcan_uuid_equal(&uuids[i - 1], &uuids[i]))
			continue;
		kcan_uuid_format(&uuids[i], text);
		err = refuse(error,
			     "UUID %s is given twice; each MCU needs its own",
			     text);
	}
	free(uuids);
	return err;
}

static int check_group(struct fleet_group *g, char *error)
{
	int err;

	if (!g->has_bootloader)
		g->cfg.bootloader =
			family_default_bootloader(g->cfg.type->family);
	err = check_board(g, error);
	return err ? err : check_start(g, error);
}

int fleet_build(struct opts *out, struct fleet_group *groups, size_t len,
		char error[static OPTS_ERROR_MAX])
{
	size_t total = 0;
	int err = 0;

	if (!len)
		return refuse(error, "no MCU is given: add -u UUID or "
				     "--chip-id HEX");
	for (size_t i = 0; i < len && !err; i++) {
		err = check_group(&groups[i], error);
		total += groups[i].count;
	}
	if (err)
		return err;
	if (total > OPTS_COUNT_MAX)
		return refuse(error, "%zu MCUs: at most %d fit one process",
			      total, OPTS_COUNT_MAX);
	out->mcus = calloc(total, sizeof(*out->mcus));
	if (!out->mcus)
		return -ENOMEM;
	for (size_t i = 0; i < len; i++)
		append(out, &groups[i]);
	return check_unique(out, error);
}
