// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu sim/canmcu/wire sim/canmcu/world
/* Any traffic, in any order with time, resets and echoes: the world holds. */
#include <stdlib.h>
#include <string.h>

#include "fuzz_world.h"
#include "fuzz_world_check.h"

#define MCUS 6
#define WIRE_MAX 256 /* frames that may be under way */

struct run {
	struct world *world;
	struct fuzz_input in;
	uint64_t now_us;
	struct can_frame wire[WIRE_MAX];
	size_t wire_len;
};

static void take_event(void *arg, const struct event *event)
{
	char line[EVENT_LINE_MAX];

	check(event_format(line, event, *(bool *)arg));
}

static void hear(struct run *r)
{
	struct can_frame f;

	fuzz_frame(&r->in, &f, MCUS);
	world_rx(r->world, 0, &f, false, r->now_us);
}

static void echo(struct run *r)
{
	if (!r->wire_len)
		return;
	world_rx(r->world, 0, &r->wire[0], true, r->now_us);
	memmove(r->wire, r->wire + 1, --r->wire_len * sizeof(r->wire[0]));
}

static void lose(struct run *r)
{
	if (r->wire_len)
		r->wire_len--;
	world_lost(r->world, 0, r->now_us);
}

static void wait(struct run *r)
{
	r->now_us += (uint64_t)fuzz_next(&r->in) * 1000;
	world_step(r->world, r->now_us);
}

static void handle_board(struct run *r)
{
	uint8_t what = fuzz_next(&r->in);
	const struct mcu *m = world_at(r->world, what % MCUS);

	if (what & 0x80)
		world_reset(r->world, m, r->now_us);
	else if (what & 0x40)
		world_power(r->world, m, what & 0x20, r->now_us);
	else
		world_shutdown(r->world, m, "fuzz", r->now_us);
}

static void cut(struct run *r)
{
	world_link(r->world, 0, false);
	r->wire_len = 0;
	if (fuzz_next(&r->in) & 1)
		wait(r);
	world_link(r->world, 0, true);
}

static void take(struct run *r, bool refuse)
{
	struct can_frame f;

	while (world_tx(r->world, 0, &f, r->now_us)) {
		if (refuse) {
			world_refused(r->world, 0, r->now_us);
			return;
		}
		world_sent(r->world, 0);
		check(r->wire_len < WIRE_MAX);
		check(f.can_dlc <= CAN_MAX_DLEN);
		check(f.can_id == KCAN_ADMIN_RESP_ID ||
		      (f.can_id >= 0x101 && f.can_id <= 0x2ff && f.can_id & 1));
		r->wire[r->wire_len++] = f;
	}
}

static struct world *build(bool *json, uint16_t choice)
{
	struct fault faults[FAULT_COUNT];
	size_t faults_len = fuzz_faults(faults, choice);
	static const char *const types[MCUS] = { "stm32g0b1xx", "rp2040",
						 "stm32f103xe", "same70",
						 "samc21",	"stm32h723xx" };
	struct mcu_cfg cfgs[MCUS] = { 0 };
	struct world *w;

	for (uint8_t i = 0; i < MCUS; i++) {
		cfgs[i].uuid.b[KCAN_UUID_LEN - 1] = i;
		cfgs[i].type = mcu_type_find(types[i]);
		cfgs[i].bootloader =
			mcu_usual_bootloader(cfgs[i].type, MCU_LINK_CAN);
		cfgs[i].state = i == 0 || i == 5 ? MCU_KATAPULT : MCU_KLIPPER;
		cfgs[i].boot_us = i * 10000u;
		cfgs[i].nodeid = i < 4 ? i / 2 : -1;
		cfgs[i].double_reset = i & 1;
		cfgs[i].ecc = true;
		cfgs[i].sane_rx = i == 5;
		cfgs[i].faults = faults;
		cfgs[i].faults_len = i & 1 ? faults_len : 0;
	}
	check(!world_new(&w,
			 &(struct world_cfg){ .mcus = cfgs,
					      .mcus_len = MCUS,
					      .buses_len = 1,
					      .events = { take_event, json },
					      .software = real_software() }));
	return w;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const deeds[])(struct run * r) = {
		hear, hear, hear, hear, hear, hear,	    hear, hear,
		echo, echo, echo, wait, wait, handle_board, lose, cut,
	};
	bool json = size & 1;
	struct run r = { .in = { data, size } };

	r.world = build(&json, fuzz_next16(&r.in));
	while (r.in.size) {
		uint8_t op = fuzz_next(&r.in);

		deeds[op & 15](&r);
		take(&r, (op & 0xf0) == 0xf0);
		/* or the loop around it would spin */
		world_step(r.world, r.now_us);
		check(world_deadline(r.world) > r.now_us);
		fuzz_check_world(r.world, MCUS);
	}
	world_free(r.world);
	return 0;
}
