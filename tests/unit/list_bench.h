/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_LIST_BENCH_H
#define UNIT_LIST_BENCH_H

/*
 * What there is on a machine, and what --list shows of it. Chip ids and their UUIDs:
 * usbip-gsusb-bridge.md, section 3.1; serial numbers of ROMs and names in by-id:
 * can-admin-channel.md, section 9.
 */
#include "report_canbootreq.h"

#include <errno.h>

#include "../../tools/canbootreq/list/listing.h"

#define MAX 5
#define CHIP "3B0028001451303432353938"	      /* b091ccc241c9 */
#define OTHER_CHIP "3D0052001450425539383920" /* 154aab036e6a */
#define RP2040 "E660583883724A32"
#define BY_ID "/dev/serial/by-id/usb-"

#define LINKS                                                              \
	"INTERFACE DRIVER       STATE            BIT/S  SAMPLE   ERRORS  " \
	"RESTART  QUEUE\n"
#define CAN0                                                               \
	"can0      gs_usb       ERROR-ACTIVE   1000000   87.5%        -  " \
	"      0    128\n"
#define BOARDS "USB PORT  UUID         NAME           WHAT\n"
#define UNSEEN "NOT SEEN       WHY\n"
#define WARNING "canbootreq: warning: "

#define GSUSB(ifname)                                                     \
	{                                                                 \
		4, 0x1d50, 0x606f, "Klipper", "stm32f446xx", CHIP, ifname \
	}
#define KATAPULT(tty, by_id)                                                  \
	{                                                                     \
		5, 0x1d50, 0x6177, "katapult", "stm32g0b1xx", OTHER_CHIP, "", \
			tty, by_id                                            \
	}
#define KLIPPER                                                                \
	{                                                                      \
		6, 0x1d50, 0x614e, "Klipper", "rp2040", RP2040, "",            \
			"/dev/ttyACM1", BY_ID "Klipper_rp2040_" RP2040 "-if00" \
	}
#define DFU                                                                   \
	{                                                                     \
		7, 0x0483, 0xdf11, "STMicroelectronics", "STM32  BOOTLOADER", \
			"3861356D3430"                                        \
	}
#define VCAN(n, up_, queue)                                                 \
	{                                                                   \
		.name = (n), .is_can = true, .up = (up_), .driver = "vcan", \
		.txqueuelen = (queue)                                       \
	}
#define HEALTHY                                                                \
	{                                                                      \
		.name = "can0", .is_can = true, .up = true, .txqueuelen = 128, \
		.driver = "gs_usb", .state = KCAN_LINK_STATE_ERROR_ACTIVE,     \
		.bitrate_bps = 1000000, .sample_point = 875                    \
	}

struct row {
	const char *name;
	struct inventory_interface interfaces[MAX];
	struct inventory_board boards[MAX];
	const char *config;
	const char *ttys[MAX]; /* where the serial of each MCU leads to */
	const char *only;
	const char *out;
	const char *err; /* all of both */
	const char *json;
	int code;
};

static inline int load(void *ctx, const char *path, char **data, size_t *len)
{
	if (strcmp(path, "p") != 0)
		return -ENOENT;
	*data = strdup(ctx);
	*len = strlen(ctx);
	return 0;
}

static inline void set_up(struct inventory *all, struct config_mcus *config,
			  const struct row *row)
{
	const struct config_files files = { load, NULL, (void *)row->config };
	char error[CONFIG_ERROR_MAX];

	*config = (struct config_mcus){ 0 };
	*all = (struct inventory){ 0 };
	all->interfaces = calloc(MAX, sizeof(*all->interfaces));
	all->boards = calloc(MAX, sizeof(*all->boards));
	all->mcus = calloc(MAX, sizeof(*all->mcus));
	memcpy(all->interfaces, row->interfaces, sizeof(row->interfaces));
	memcpy(all->boards, row->boards, sizeof(row->boards));
	while (all->interfaces_len < MAX &&
	       row->interfaces[all->interfaces_len].link.is_can)
		all->interfaces_len++;
	while (all->boards_len < MAX &&
	       row->boards[all->boards_len].at.dev.devnum)
		all->boards_len++;
	if (!row->config)
		return;
	assert_int_equal(
		config_mcus_read(config, &files, "p", NULL, NULL, error), 0);
	assert_true(config->len <= MAX);
	all->config = config;
	all->mcus_len = config->len;
	for (size_t i = 0; i < config->len; i++) {
		all->mcus[i].mcu = &config->list[i];
		if (row->ttys[i])
			strcpy(all->mcus[i].tty, row->ttys[i]);
	}
	inventory_name(all);
	if (row->only)
		inventory_keep(all, row->only);
}

static inline void report(const struct row *row, bool json, struct capture *c)
{
	struct config_mcus config;
	struct inventory all;

	set_up(&all, &config, row);
	capture_open(c, json);
	listing_report(&c->report, &all);
	assert_int_equal(report_close(&c->report), row->code);
	capture_end(c);
	config_mcus_free(&config);
	free(all.interfaces);
	free(all.boards);
	free(all.mcus);
}

static inline void test_row(void **state)
{
	const struct row *row = *state;
	struct capture c;

	report(row, false, &c);
	assert_string_equal(c.out, row->out);
	assert_string_equal(c.err, row->err);
	capture_free(&c);
	report(row, true, &c);
	if (row->json)
		assert_string_equal(c.out, row->json);
	assert_string_equal(c.err, "");
	capture_free(&c);
}

#endif
