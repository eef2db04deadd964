// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * The simulator's core without a bus, for callgrind: what does one frame cost
 * that is meant for one of many MCUs? Only bench_loop() is to be counted.
 * Usage: core MCUS set|data|question FRAMES
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kcan/admin.h>
#include <kcan/kat.h>

#include "../sim/canmcu/world/world.h"
#include "../tests/support/software.h"

#define NODEID 200
#define TARGET 0x30000u /* its number, in the middle of the others' */

/* bench_loop() has to stay a function of its own for --toggle-collect */
void bench_loop(struct world *w, const struct can_frame *frames, size_t len,
		size_t count);

static void no_event(void *arg, const struct event *e)
{
	(void)arg;
	(void)e;
}

static struct kcan_uuid uuid_number(uint32_t n)
{
	return (struct kcan_uuid){ { 0x11, 0x22, (uint8_t)(n >> 24),
				     (uint8_t)(n >> 16), (uint8_t)(n >> 8),
				     (uint8_t)n } };
}

static struct world *populate(size_t count)
{
	struct mcu_cfg *cfgs = calloc(count, sizeof(*cfgs));
	struct world *w;

	if (!cfgs)
		err(1, "calloc");
	for (size_t i = 0; i < count; i++) {
		bool target = i == count / 2;

		cfgs[i] = (struct mcu_cfg){
			.uuid = uuid_number(target ? TARGET : (uint32_t)i),
			.type = mcu_type_find("stm32g0b1xx"),
			.bootloader = BOOTLOADER_KATAPULT,
			.state = target ? MCU_KATAPULT : MCU_KLIPPER,
			.nodeid = target  ? NODEID :
				  i < 128 ? (int)i :
					    -1,
		};
	}
	if (world_new(&w, &(struct world_cfg){ .mcus = cfgs,
					       .mcus_len = count,
					       .buses_len = 1,
					       .events = { .emit = no_event },
					       .software = real_software() }))
		errx(1, "no world");
	free(cfgs);
	return w;
}

void bench_loop(struct world *w, const struct can_frame *frames, size_t len,
		size_t count)
{
	uint64_t now_us = 1000000;
	struct can_frame out;

	while (count) {
		for (size_t i = 0; i < len && count; i++, count--) {
			world_rx(w, 0, &frames[i], false, now_us);
			while (world_tx(w, 0, &out, now_us)) {
				world_sent(w, 0);
				world_rx(w, 0, &out, true, now_us);
			}
			now_us += 120;
		}
	}
}

/* A block of 120 bytes with an unknown code: collected, checked, refused. */
static size_t data_frames(struct can_frame out[static 15])
{
	static const uint8_t payload[28 * 4];
	uint8_t block[KCAN_KAT_MAX];

	kcan_kat_encode(block,
			&(struct kcan_kat_block){ .code = 0x90,
						  .words = sizeof(payload) / 4,
						  .payload = payload });
	for (size_t i = 0; i < 15; i++) {
		out[i] =
			(struct can_frame){ .can_id = kcan_nodeid_rx_id(NODEID),
					    .can_dlc = 8 };
		memcpy(out[i].data, block + 8 * i, 8);
	}
	return 15;
}

static size_t choose(const char *kind, struct can_frame out[static 15])
{
	static const uint8_t question[8] = { 0x01, 0x88, 0x16, 0x00,
					     0xf9, 0x31, 0x99, 0x03 };
	struct kcan_admin_msg set = { .cmd = KCAN_ADMIN_SET_CANBOOT_NODEID,
				      .uuid = uuid_number(TARGET),
				      .nodeid = NODEID };

	if (!strcmp(kind, "data"))
		return data_frames(out);
	if (!strcmp(kind, "question")) {
		out[0] =
			(struct can_frame){ .can_id = kcan_nodeid_rx_id(NODEID),
					    .can_dlc = 8 };
		memcpy(out[0].data, question, sizeof(question));
		return 1;
	}
	if (strcmp(kind, "set"))
		errx(2, "no such frame: %s", kind);
	kcan_admin_encode(&out[0], &set);
	return 1;
}

int main(int argc, char **argv)
{
	struct can_frame frames[15];
	struct world *w;
	size_t len;

	if (argc != 4)
		errx(2, "usage: core MCUS set|data|question FRAMES");
	w = populate(strtoul(argv[1], NULL, 10));
	len = choose(argv[2], frames);
	bench_loop(w, frames, len, strtoul(argv[3], NULL, 10));
	world_free(w);
	return 0;
}
