/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_CTL_FILES_BENCH_H
#define UNIT_CTL_FILES_BENCH_H

/* A world of two boards and two buses, and what is set there. */
#include "bench.h"

#include <errno.h>
#include <stdlib.h>

#define V "aabbccddeeff"

extern const struct device_kind device_fan;

#define MCU(uuid, type, loader, state, nodeid)                             \
	"{\"ok\":true,\"mcu\":{\"uuid\":\"" uuid "\",\"mcu_type\":\"" type \
	"\",\"bootloader\":\"" loader "\",\"state\":\"" state              \
	"\",\"nodeid\":" nodeid "}}"
/* U as it is, and V, which is off */
#define AS_BEFORE MCU(U, "stm32g0b1xx", "katapult", "klipper", "null")
#define OFF_AS_BEFORE MCU(V, "stm32g0b1xx", "katapult", "off", "null")

/* A world of two boards and two buses, and image files that are not there. */
struct files_bench {
	struct bench bench;
	char path[32]; /* of the image that is open; "": none */
	int images;    /* that are open */
};

static inline int no_bytes(void *arg, uint32_t offset, uint8_t *out,
			   uint32_t len)
{
	(void)arg;
	(void)offset;
	memset(out, 0xff, len);
	return 0;
}

static inline int open_image(void *arg, struct mcu_cfg *cfg, char *sentence,
			     size_t size)
{
	struct files_bench *b = arg;

	if (!strcmp(cfg->flash_image, "/none")) {
		snprintf(sentence, size, "there is no such file: give another");
		return -ENOENT;
	}
	snprintf(b->path, sizeof(b->path), "%s", cfg->flash_image);
	cfg->flash_image = b->path;
	cfg->flash_store = (struct flash_store){ no_bytes, NULL, b };
	b->images++;
	return 0;
}

static inline void close_image(void *arg, const struct mcu_cfg *cfg)
{
	struct files_bench *b = arg;

	if (cfg->flash_store.arg)
		b->images--;
}

static inline int prepare(void **state)
{
	static const char *const ifnames[] = { "vcan0", "vcan1" };
	struct mcu_cfg cfgs[] = {
		{ .uuid = { { 0x11, 0x22, 0x33, 0x44, 0x55, 0x66 } } },
		{ .uuid = { { 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff } } },
	};
	struct files_bench *b = calloc(1, sizeof(*b));
	struct devices fan = { 0 };

	assert_non_null(b);
	for (size_t i = 0; i < 2; i++) {
		assert_non_null(devices_add(&fan, &device_fan));
		fan.list[i].section = "fan big";
	}
	cfgs[0].devices = &fan;
	for (size_t i = 0; i < ARRAY_SIZE(cfgs); i++) {
		cfgs[i].type = mcu_type_find("stm32g0b1xx");
		cfgs[i].bootloader = BOOTLOADER_KATAPULT;
		cfgs[i].state = i ? MCU_OFF : MCU_KLIPPER;
		cfgs[i].boot_us = 30000;
		cfgs[i].nodeid = -1;
	}
	bench_init(&b->bench, cfgs, ARRAY_SIZE(cfgs), ARRAY_SIZE(ifnames));
	devices_fini(&fan);
	b->bench.ctl.ifnames = ifnames;
	b->bench.ctl.ifnames_len = ARRAY_SIZE(ifnames);
	b->bench.ctl.images = (struct ctl_images){ open_image, close_image, b };
	*state = b;
	return 0;
}

static inline int release(void **state)
{
	struct files_bench *b = *state;

	bench_fini(&b->bench);
	free(b);
	return 0;
}

static inline void say(struct bench *b, const char *line, const char *want)
{
	struct ctl_result r = ctl_execute(&b->ctl, line, strlen(line), 1000000);

	if (want)
		assert_string_equal(r.reply, want);
	free(r.reply);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, prepare, release)

#endif
