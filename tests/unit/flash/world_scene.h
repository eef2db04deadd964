/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_FLASH_WORLD_SCENE_H
#define UNIT_FLASH_WORLD_SCENE_H

/*
 * A flash at 1 Mbit/s in the simulator's world, with one frame that is lost, doubled or
 * late.
 */
#include "../../support/unit.h"

#include <stdio.h>
#include <string.h>

#include <kcan/flash.h>

#include "../../../sim/canmcu/wire/wire.h"
#include "../../../sim/canmcu/world/world.h"
#include "../../support/software.h"
#include "application.h"

#define BLOCK 64
#define LEN (20 * BLOCK)
#define BIT_RATE 1000000
#define NODEID 240
#define TO_NODE (0x100 + 2 * NODEID)
#define UUID 0x41, 0xf9, 0x05, 0xf5, 0x50, 0x04
#define REQUEST FRAME(0x3f0, 0x02, UUID)
#define ERASE_US_PER_KIB 15000 /* flashing.md, section 4.2 */
#define DAY_US (86400 * 1000000ull)

/** What happens to one frame. */
enum mishap {
	LOST, /* behind the bus: whoever sent it thinks it was heard */
	DOUBLED,
	LATE,	/* up to 50 ms */
	UNSENT, /* in front of it: the next one is confirmed instead */
};

/** An image, and what it tells of itself. */
struct image {
	uint8_t bytes[2 * LEN];
	char version[32];
};

static struct scene {
	struct world *world;
	const struct mcu *mcu;
	struct sparse memory;
	struct image old, new;
	struct kcan_flash *flash;
	uint64_t now_us;
	uint64_t seed;

	/* Of ours, in the kernel: the next one ends on the bus at @ends_us. */
	struct can_frame queue[KCAN_FLASH_FRAMES];
	size_t queued, gone;
	uint64_t ends_us;

	enum mishap mishap;
	bool from_node, struck;
	unsigned int nth, frames[2]; /* to the node, and from it */
	bool inner, within_block;    /* which frame of its command it was */
	struct can_frame late;
	uint64_t late_us;
} s;

static inline uint32_t random_below(uint32_t below)
{
	s.seed = s.seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(s.seed >> 33) % below;
}

static inline void ignore(void *arg, const struct event *event)
{
	(void)arg;
	(void)event;
}

/* An old application, which Katapult does not start now, and a new one. */
static inline void begin(const char *type_name, unsigned int seed)
{
	const struct mcu_type *type = mcu_type_find(type_name);
	const struct flash_map *map = type->flash_map;
	struct mcu_cfg mcu = { .uuid = { { UUID } },
			       .type = type,
			       .bootloader = BOOTLOADER_KATAPULT,
			       .state = MCU_KATAPULT,
			       .boot_us = 30000,
			       .nodeid = -1,
			       .double_reset = true,
			       .ecc = true,
			       .erase_us = ERASE_US_PER_KIB,
			       .flash_store = { sparse_read, sparse_write,
						&s.memory } };
	const struct world_cfg cfg = { .mcus = &mcu,
				       .mcus_len = 1,
				       .buses_len = 1,
				       .bitrate_bps = BIT_RATE,
				       .start_us = 1000000,
				       .events = { .emit = ignore },
				       .software = real_software() };

	s = (struct scene){ .now_us = cfg.start_us, .seed = seed };
	s.memory.size = type->flash_size;
	snprintf(s.old.version, sizeof(s.old.version), "old-%u", seed);
	snprintf(s.new.version, sizeof(s.new.version), "new-%u", seed);
	application_make(s.old.bytes, type, map->app_start, 2 * LEN,
			 s.old.version, APPLICATION_ON_CAN);
	application_make(s.new.bytes, type, map->app_start, LEN, s.new.version,
			 APPLICATION_ON_CAN);
	assert_int_equal(sparse_write(&s.memory, map->app_start - map->start,
				      s.old.bytes, 2 * LEN),
			 0);
	assert_int_equal(world_new(&s.world, &cfg), 0);
	s.mcu = world_at(s.world, 0);
}

static inline void end(void)
{
	kcan_flash_free(s.flash);
	world_free(s.world);
	sparse_fini(&s.memory);
}

static inline void deliver(bool from_node, const struct can_frame *f)
{
	if (!from_node)
		world_rx(s.world, 0, f, false, s.now_us);
	else if (s.flash)
		kcan_flash_rx(s.flash, f, s.now_us);
}

/* Return: whether this frame of the two data channels is the one. */
static inline bool strikes(bool from_node)
{
	bool strike = !s.struck && s.from_node == from_node &&
		      s.nth == s.frames[from_node];

	s.frames[from_node]++;
	if (!strike)
		return false;
	s.struck = true;
	s.inner = s.gone + 1 < s.queued;
	s.within_block = s.gone && s.inner && s.queued > 8;
	/* nobody ever tells of the others that they were not sent */
	if (s.mishap == UNSENT && !s.within_block)
		s.mishap = LOST;
	return true;
}

static inline void carry(bool from_node, const struct can_frame *f, bool strike)
{
	if (strike && s.mishap == LATE) {
		s.late = *f;
		s.late_us = s.now_us + 1000 + random_below(49000);
		return;
	}
	if (!strike || s.mishap == DOUBLED)
		deliver(from_node, f);
	if (strike && s.mishap == DOUBLED)
		deliver(from_node, f);
}

/* What the node has sent has ended on the bus. */
static inline void take_answers(void)
{
	struct can_frame f;

	while (world_tx(s.world, 0, &f, s.now_us)) {
		world_sent(s.world, 0);
		world_rx(s.world, 0, &f, true, s.now_us);
		if (f.can_id == TO_NODE + 1)
			carry(true, &f, strikes(true));
	}
}

static inline void start_frame(void)
{
	if (s.gone < s.queued)
		s.ends_us = s.now_us + wire_frame_bits(&s.queue[s.gone]);
	else
		s.ends_us = UINT64_MAX;
}

static inline void end_frame(void)
{
	struct can_frame f = s.queue[s.gone];
	bool strike = f.can_id == TO_NODE && strikes(false);

	s.gone++;
	if (!strike || s.mishap != UNSENT) {
		carry(false, &f, strike);
		kcan_flash_sent(s.flash, &f, s.now_us);
	}
	start_frame();
}

static inline void hand_out(void)
{
	if (s.gone < s.queued)
		return;
	s.gone = 0;
	s.queued = kcan_flash_tx(s.flash, s.queue, s.now_us);
	if (s.queued)
		kcan_flash_taken(s.flash, s.queued, s.now_us);
	start_frame();
}

static inline void step(void)
{
	world_step(s.world, s.now_us);
	if (s.late_us && s.now_us >= s.late_us) {
		s.late_us = 0;
		deliver(s.from_node, &s.late);
	}
	if (s.gone < s.queued && s.now_us >= s.ends_us)
		end_frame();
	take_answers();
	if (s.flash)
		hand_out();
}

static inline uint64_t next_us(void)
{
	uint64_t next = world_deadline(s.world);

	if (s.flash && kcan_flash_deadline(s.flash) < next)
		next = kcan_flash_deadline(s.flash);
	if (s.gone < s.queued && s.ends_us < next)
		next = s.ends_us;
	if (s.late_us && s.late_us < next)
		next = s.late_us;
	return next > s.now_us ? next : s.now_us;
}

/* Nobody flashes; the world goes on. */
static inline void pass(uint64_t us)
{
	uint64_t end_us = s.now_us + us;

	kcan_flash_free(s.flash);
	s.flash = NULL;
	s.queued = s.gone = 0;
	for (; next_us() <= end_us; step())
		s.now_us = next_us();
	s.now_us = end_us;
}

static inline struct kcan_flash_result flash(void)
{
	const struct kcan_flash_cfg cfg = {
		.goal = KCAN_FLASH_GOAL_WRITE,
		.chip = kcan_chip_find(s.mcu->cfg.type->connect_name),
		.start = s.mcu->flash.app_start,
		.image = s.new.bytes,
		.len = LEN,
		.nodeid = NODEID,
		.uuid = { { UUID } },
	};

	assert_int_equal(kcan_flash_new(&s.flash, &cfg, s.now_us), 0);
	for (step(); !kcan_flash_done(s.flash); step()) {
		s.now_us = next_us();
		assert_true(s.now_us < DAY_US);
	}
	return kcan_flash_result(s.flash);
}

#endif
