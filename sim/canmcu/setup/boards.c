// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "boards.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/grow.h"

#define BOOT_MS_DEFAULT 30
#define ERASE_MS_DEFAULT 10 /* 128 KiB take 1 to 4 s on real chips */

void boards_init(struct boards *boards)
{
	const struct mcu_cfg cfg = { .type = mcu_type_find("stm32g0b1xx"),
				     .state = MCU_KLIPPER,
				     .boot_us = BOOT_MS_DEFAULT * 1000u,
				     .erase_us = ERASE_MS_DEFAULT * 1000u,
				     .nodeid = -1,
				     .usb.vhci_port = -1,
				     .double_reset = true,
				     .ecc = true };

	*boards =
		(struct boards){ .defaults = { .board.cfg = cfg, .count = 1 } };
}

void boards_fini(struct boards *boards)
{
	free(boards->groups);
	boards->groups = NULL;
	printers_free(&boards->printers);
	util_texts_free(&boards->texts);
}

struct board_group *boards_add(struct boards *boards)
{
	struct board_group *more =
		util_grow(boards->groups, boards->len, sizeof(*more));

	if (!more)
		return NULL;
	boards->groups = more;
	more[boards->len] = boards->defaults;
	return &more[boards->len++];
}

struct board_group *boards_current(struct boards *boards, size_t *len)
{
	*len = boards->len ? boards->len - boards->first : 1;
	return boards->len ? &boards->groups[boards->first] : &boards->defaults;
}

static void count_up(struct kcan_uuid *uuid)
{
	for (int i = KCAN_UUID_LEN - 1; i >= 0 && !++uuid->b[i]; i--)
		;
}

static int find_bus(struct opts *out, struct boards *boards,
		    const struct board_group *g, unsigned int *bus, char *error)
{
	const char *name = boards_bus_name(boards, g);

	if (!name)
		return -ENOMEM;
	for (*bus = 0; *bus < out->ifnames_len; ++*bus)
		if (!strcmp(out->ifnames[*bus], name))
			return 0;
	if (*bus == OPTS_BUSES_MAX)
		return group_refuse(error, g,
				    "interface '%s' is one too many; at most "
				    "%d fit one process",
				    name, OPTS_BUSES_MAX);
	out->ifnames[out->ifnames_len++] = name;
	return 0;
}

/* One MCU, the group that told of it, and what they are sorted by first. */
struct entry {
	struct kcan_uuid uuid;
	const struct board_group *group;
	const char *text;
};

/* What its printer has on its pins. */
static int build_machine(struct opts *out, const struct board_group *g,
			 struct mcu_cfg *cfg)
{
	const struct printer_chip chip = { g->printer, cfg->name, cfg->type };
	struct devices *devices = &out->devices[out->devices_len++];

	cfg->devices = devices;
	if (printer_devices(&chip, devices))
		return -ENOMEM;
	for (size_t i = 0; i < g->board.unplugged_len; i++)
		devices_connect(devices, g->board.unplugged[i], false);
	return 0;
}

/* An option may be for the only one of a file's MCUs that has it. */
static int check_unplugged(const struct opts *out, const struct board_group *g,
			   char *error)
{
	for (size_t i = 0; i < g->board.unplugged_len; i++) {
		const char *section = g->board.unplugged[i];
		size_t at = 0;

		while (at < out->devices_len &&
		       !devices_have(&out->devices[at], section))
			at++;
		if (at == out->devices_len)
			return group_refuse(error, g,
					    "unplugged '%s': no MCU has "
					    "anything of that section; "
					    "'canmcu ctl devices' lists what "
					    "an MCU has",
					    section);
	}
	return 0;
}

/* It was checked when it was given. */
static int append_fault(struct opts *out, const struct board_group *g,
			const char *text, char *error)
{
	struct fault *fault = &out->faults[out->faults_len++];
	int err = fault_parse(fault, text, error);

	if (!err && fault->dirs && mcu_link_is_serial(g->board.cfg.link))
		return group_refuse(error, g,
				    "with '%s' it is on no CAN bus, and fault "
				    "'%s' is about frames; leave one of the "
				    "two away",
				    mcu_link_name(g->board.cfg.link),
				    fault_info(fault->kind)->name);
	return err;
}

/* A host sets the speed that its bus has. */
static int check_bitrate(const struct opts *out, const struct board_group *g,
			 char *error)
{
	uint32_t wanted_bps = g->board.cfg.usb.bitrate_bps;

	if (!wanted_bps || !out->bitrate_bps || wanted_bps == out->bitrate_bps)
		return 0;
	return group_refuse(error, g,
			    "bridge bitrate %u contradicts the %u bit/s of "
			    "--bitrate or --collisions; give the same twice, "
			    "or leave one of the two away",
			    wanted_bps, out->bitrate_bps);
}

static int append(struct opts *out, struct boards *boards,
		  const struct board_group *g, struct entry *entries,
		  char *error)
{
	struct mcu_cfg cfg = g->board.cfg;
	int err = check_bitrate(out, g, error);

	if (!err)
		err = find_bus(out, boards, g, &cfg.bus, error);
	if (!err && g->printer)
		err = build_machine(out, g, &cfg);
	cfg.faults = &out->faults[out->faults_len];
	cfg.faults_len = g->board.faults_len;
	for (size_t i = 0; i < cfg.faults_len && !err; i++)
		err = append_fault(out, g, g->board.faults[i], error);
	for (size_t i = 0; i < g->count && !err; i++) {
		entries[out->mcus_len] = (struct entry){ cfg.uuid, g, "" };
		out->mcus[out->mcus_len++] = cfg;
		count_up(&cfg.uuid);
		if (cfg.nodeid >= 0)
			cfg.nodeid++;
	}
	return err;
}

static int by_text_and_uuid(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = strcmp(x->text, y->text);

	if (!order)
		order = memcmp(&x->uuid, &y->uuid, sizeof(x->uuid));
	/* then in the order of telling */
	return order ? order : (x->group > y->group) - (x->group < y->group);
}

static int refuse_twin(const struct board_group *a, const struct board_group *b,
		       const struct kcan_uuid *uuid, char *error)
{
	const struct board_group *here = b->from_file ? b : a;
	const struct board_group *there = b->from_file ? a : b;
	char text[KCAN_UUID_STR_LEN + 1];

	kcan_uuid_format(uuid, text);
	if (!here->from_file)
		return boards_refuse(error,
				     "UUID %s is given twice; each MCU needs "
				     "its own, or the later one --same-uuid",
				     text);
	return group_refuse(
		error, here,
		"UUID %s is also that of %s; each MCU needs its "
		"own, or the later one same_uuid",
		text, there->from_file ? there->name : "a -u or --chip-id");
}

static int check_unique(struct entry *entries, size_t len, char *error)
{
	qsort(entries, len, sizeof(*entries), by_text_and_uuid);
	for (size_t i = 1; i < len; i++)
		if (!entries[i].group->board.cfg.same_uuid &&
		    kcan_uuid_equal(&entries[i - 1].uuid, &entries[i].uuid))
			return refuse_twin(entries[i - 1].group,
					   entries[i].group, &entries[i].uuid,
					   error);
	return 0;
}

/* Return: the second of two that have the same text of a kind; or NULL. */
static const struct entry *find_twin(struct entry *entries, size_t len,
				     const char *(*of)(const struct mcu_cfg *))
{
	for (size_t i = 0; i < len; i++)
		entries[i].text = of(&entries[i].group->board.cfg);
	qsort(entries, len, sizeof(*entries), by_text_and_uuid);
	for (size_t i = 1; i < len; i++)
		if (*entries[i].text &&
		    !strcmp(entries[i - 1].text, entries[i].text))
			return &entries[i];
	return NULL;
}

static const char *image_of(const struct mcu_cfg *cfg)
{
	return cfg->flash_image ? cfg->flash_image : "";
}

/* One file by two names is found when it is opened. */
static int check_images(struct entry *entries, size_t len, char *error)
{
	const struct entry *b = find_twin(entries, len, image_of);
	const struct board_group *first, *second;

	if (!b)
		return 0;
	first = b[-1].group < b->group ? b[-1].group : b->group;
	second = b[-1].group < b->group ? b->group : b[-1].group;
	if (first == second)
		return group_refuse(error, first,
				    "flash image '%s' is given to all %zu; "
				    "each MCU needs its own",
				    b->text, first->count);
	return group_refuse(error, second,
			    "flash image '%s' is also that of %s; each MCU "
			    "needs its own",
			    b->text, first->name);
}

static const char *line_of(const struct mcu_cfg *cfg)
{
	return cfg->link == MCU_LINK_UART ? cfg->uart : "";
}

static int check_lines(struct entry *entries, size_t len, char *error)
{
	const struct entry *b = find_twin(entries, len, line_of);

	if (!b)
		return 0;
	return group_refuse(error, b->group,
			    "uart '%s' is also that of %s; each MCU needs its "
			    "own",
			    b->text, b[-1].group->name);
}

static int list(struct opts *out, struct boards *boards, size_t total,
		char *error)
{
	struct entry *entries = calloc(total, sizeof(*entries));
	size_t faults = 1;
	int err = 0;

	for (size_t i = 0; i < boards->len; i++)
		faults += boards->groups[i].board.faults_len;
	out->printers = boards->printers;
	boards->printers = NULL;
	for (struct printer *p = out->printers; p; p = p->next)
		p->motion.bed = out->bed;
	out->faults = calloc(faults, sizeof(*out->faults));
	out->devices_len = 0;
	out->devices = calloc(boards->len, sizeof(*out->devices));
	out->mcus_len = out->ifnames_len = 0;
	out->mcus = calloc(total, sizeof(*out->mcus));
	out->ifnames = calloc(OPTS_BUSES_MAX, sizeof(*out->ifnames));
	if (!entries || !out->mcus || !out->ifnames || !out->faults ||
	    !out->devices)
		err = -ENOMEM;
	for (size_t i = 0; i < boards->len && !err; i++)
		err = append(out, boards, &boards->groups[i], entries, error);
	for (size_t i = 0; i < boards->len && !err; i++)
		err = check_unplugged(out, &boards->groups[i], error);
	if (!err && (check_unique(entries, total, error) ||
		     check_images(entries, total, error) ||
		     check_lines(entries, total, error)))
		err = -EINVAL;
	free(entries);
	return err;
}

int boards_build(struct opts *out, struct boards *boards,
		 char error[static OPTS_ERROR_MAX])
{
	size_t total = 0;
	int err = 0;

	if (!boards->len)
		return boards_refuse(error,
				     "no MCU is given: add -u UUID, --chip-id "
				     "HEX or -c FILE");
	for (size_t i = 0; i < boards->len && !err; i++) {
		err = boards_check(&boards->groups[i], error);
		total += boards->groups[i].count;
	}
	if (err)
		return err;
	if (total > OPTS_COUNT_MAX)
		return boards_refuse(error,
				     "%zu MCUs: at most %d fit one process",
				     total, OPTS_COUNT_MAX);
	err = list(out, boards, total, error);
	out->texts = boards->texts;
	boards->texts = NULL;
	return err;
}
