// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu sim/canmcu/wire sim/canmcu/world
// needs: sim/canmcu/image/image_build.c
/*
 * Flashes at 1 Mbit/s in the simulator's world, each with one frame that is
 * lost, doubled or late; chance says which one. The judge is what the chip
 * boots then: flashing.md, section 4.
 */
#include "../../support/unit.h"

#include <stdio.h>
#include <string.h>

#include <kcan/flash.h>

#include "../../../sim/canmcu/wire/wire.h"
#include "../../../sim/canmcu/world/world.h"
#include "../../support/software.h"
#include "application.h"

#define FLASHES 286 /* of each row: 2002 in all */
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

static uint32_t random_below(uint32_t below)
{
	s.seed = s.seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(s.seed >> 33) % below;
}

static void ignore(void *arg, const struct event *event)
{
	(void)arg;
	(void)event;
}

/* An old application, which Katapult does not start now, and a new one. */
static void begin(const char *type_name, unsigned int seed)
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

static void end(void)
{
	kcan_flash_free(s.flash);
	world_free(s.world);
	sparse_fini(&s.memory);
}

static void deliver(bool from_node, const struct can_frame *f)
{
	if (!from_node)
		world_rx(s.world, 0, f, false, s.now_us);
	else if (s.flash)
		kcan_flash_rx(s.flash, f, s.now_us);
}

/* Return: whether this frame of the two data channels is the one. */
static bool strikes(bool from_node)
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

static void carry(bool from_node, const struct can_frame *f, bool strike)
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
static void take_answers(void)
{
	struct can_frame f;

	while (world_tx(s.world, 0, &f, s.now_us)) {
		world_sent(s.world, 0);
		world_rx(s.world, 0, &f, true, s.now_us);
		if (f.can_id == TO_NODE + 1)
			carry(true, &f, strikes(true));
	}
}

static void start_frame(void)
{
	if (s.gone < s.queued)
		s.ends_us = s.now_us + wire_frame_bits(&s.queue[s.gone]);
	else
		s.ends_us = UINT64_MAX;
}

static void end_frame(void)
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

static void hand_out(void)
{
	if (s.gone < s.queued)
		return;
	s.gone = 0;
	s.queued = kcan_flash_tx(s.flash, s.queue, s.now_us);
	if (s.queued)
		kcan_flash_taken(s.flash, s.queued, s.now_us);
	start_frame();
}

static void step(void)
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

static uint64_t next_us(void)
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
static void pass(uint64_t us)
{
	uint64_t end_us = s.now_us + us;

	kcan_flash_free(s.flash);
	s.flash = NULL;
	s.queued = s.gone = 0;
	for (; next_us() <= end_us; step())
		s.now_us = next_us();
	s.now_us = end_us;
}

static struct kcan_flash_result flash(void)
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

/* Return: NULL when no application runs; "" when it is none to be known. */
static const char *running(void)
{
	const struct kcan_image_dictionary *told = mcu_application(s.mcu);

	if (told)
		return told->version;
	return s.mcu->state == MCU_KLIPPER ? "" : NULL;
}

static void assert_flashed(void)
{
	uint8_t there[LEN];

	/* COMPLETE, a reset, and the application starts */
	pass(1000000);
	assert_non_null(running());
	assert_string_equal(running(), s.new.version);
	assert_int_equal(
		flash_read(&s.mcu->flash, s.mcu->flash.app_start, there, LEN),
		0);
	assert_memory_equal(there, s.new.bytes, LEN);
}

/* What is said to be in the flash is what a reset starts. */
static void assert_starts(enum kcan_flash_content content)
{
	bool none = s.mcu->state == MCU_KATAPULT;
	bool old = running() && !strcmp(running(), s.old.version);

	assert_int_not_equal(content, KCAN_FLASH_CONTENT_NEW);
	if (content == KCAN_FLASH_CONTENT_NONE)
		assert_true(none);
	else if (content == KCAN_FLASH_CONTENT_OLD_OR_NONE)
		assert_true(none || old);
	else if (content != KCAN_FLASH_CONTENT_MIXED)
		assert_true(old);
}

/* The sentence of each asks for it; then it can be done again. */
static void assert_mends(const struct kcan_flash_result *result)
{
	assert_non_null(strstr(kcan_flash_verdict_text(result->verdict),
			       "power off and on"));
	world_power(s.world, s.mcu, false, s.now_us);
	pass(1000000);
	world_power(s.world, s.mcu, true, s.now_us);
	pass(1000000);
	assert_starts(result->content);
	world_rx(s.world, 0, &REQUEST, false, s.now_us);
	pass(1000000);
	/* a mixture may not know the request: then it takes two resets */
	if (s.mcu->state != MCU_KATAPULT) {
		assert_int_equal(result->content, KCAN_FLASH_CONTENT_MIXED);
		world_put(s.world, s.mcu, MCU_KATAPULT, s.now_us);
	}
	assert_int_equal(flash().verdict, KCAN_FLASH_FLASHED);
	assert_flashed();
}

static const char *const types[] = {
	"stm32f042x6", "stm32f072xb", "stm32f103xe", "stm32f446xx",
	"stm32g0b1xx", "stm32g431xx", "stm32h743xx", "rp2040",
};

static const struct row {
	const char *name;
	enum mishap mishap;
	bool from_node;
	bool inner_fails; /* but not the last, or only, frame of a command */
} rows[] = {
	{ "a frame of an answer is lost: flashed", LOST, true, false },
	{ "a frame of an answer comes twice: flashed", DOUBLED, true, false },
	{ "a frame of an answer is late: flashed", LATE, true, false },
	{ "a frame is lost: flashed, or the power has to be switched", LOST,
	  false, true },
	{ "a frame comes twice: flashed, or the power has to be switched",
	  DOUBLED, false, true },
	{ "a frame is late: flashed, or the power has to be switched", LATE,
	  false, true },
	{ "a frame is not sent: what is within a block is repaired", UNSENT,
	  false, true },
};

/* Return: whether it was flashed. */
static bool play(const struct row *row, const char *type, unsigned int seed,
		 const unsigned int *frames)
{
	struct kcan_flash_result result;

	begin(type, seed);
	s.mishap = row->mishap;
	s.from_node = row->from_node;
	s.nth = random_below(frames[row->from_node]);
	result = flash();
	if (result.verdict == KCAN_FLASH_FLASHED) {
		assert_flashed();
	} else if (row->inner_fails && s.inner && s.mishap != UNSENT) {
		assert_mends(&result);
	} else {
		fail_msg("%s, seed %u: frame %u: %s at %08x", type, seed, s.nth,
			 kcan_flash_verdict_name(result.verdict),
			 result.address);
	}
	end();
	return result.verdict == KCAN_FLASH_FLASHED;
}

/* How many there are when nothing happens to them. */
static void count_frames(const char *type, unsigned int *frames)
{
	begin(type, 0);
	s.struck = true;
	assert_int_equal(flash().verdict, KCAN_FLASH_FLASHED);
	assert_flashed();
	memcpy(frames, s.frames, sizeof(s.frames));
	end();
}

static void test_row(void **state)
{
	const struct row *row = *state;
	unsigned int frames[ARRAY_SIZE(types)][2], flashed = 0;

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		count_frames(types[i], frames[i]);
	for (unsigned int seed = 1; seed <= FLASHES; seed++)
		flashed += play(row, types[seed % ARRAY_SIZE(types)], seed,
				frames[seed % ARRAY_SIZE(types)]);
	print_message("%u of %u were flashed\n", flashed, FLASHES);
	if (row->inner_fails)
		assert_in_range(flashed, FLASHES / 8, FLASHES - 1);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows)];
	size_t n = 0;

	ROWS(rows, test_row);
	return cmocka_run_group_tests_name("flashing_world", tests, NULL, NULL);
}
