// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu sim/canmcu/image/image_build.c
/* What is flashed decides on what a start, a reset and a request lead to. */
#include "../../support/unit.h"

#include <string.h>

#include "../../../sim/canmcu/mcu/mcu_program.h"
#include "../flash/application.h"
#include "klipper_board.h"
#include "util/cursor.h"

#define REQUEST FRAME(0x3f0, 0x02, 0x41, 0xf9, 0x05, 0xf5, 0x50, 0x04)

/* A board whose flash the test writes. */
struct written {
	struct sparse memory;
	struct board b;
};

static void write_flash(struct written *w, uint32_t offset, const void *bytes,
			uint32_t len)
{
	assert_int_equal(sparse_write(&w->memory, offset, bytes, len), 0);
}

/* An application from @stack down, with or without Katapult's signature. */
static void write_application(struct written *w, const struct mcu_type *type,
			      uint32_t stack, bool is_signed)
{
	const struct flash_map *map = type->flash_map;
	uint8_t bytes[16];
	struct util_cursor c = util_cursor_on(bytes, sizeof(bytes));

	util_put_le32(&c, stack);
	util_put_le32(&c, map->app_start + 0x101);
	util_put_bytes(&c, is_signed ? "CanBoot!" : "CanBout!", 8);
	write_flash(w, map->app_start - map->start, bytes, sizeof(bytes));
}

static struct written *start(const char *name, enum mcu_link link,
			     uint32_t stack, bool is_signed)
{
	static struct written w;
	struct mcu_cfg cfg = board_cfg(name);

	w = (struct written){ .memory = { .size = cfg.type->flash_size } };
	write_application(&w, cfg.type, stack, is_signed);
	cfg.link = link;
	cfg.flash_store =
		(struct flash_store){ sparse_read, sparse_write, &w.memory };
	board_init(&w.b, &cfg);
	return &w;
}

static void end(struct written *w)
{
	mcu_fini(&w->b.mcu);
	sparse_fini(&w->memory);
}

static void test_what_a_chip_cannot_run_is_dead_after_every_reset(void **state)
{
	struct written *w =
		start("stm32g0b1xx", MCU_LINK_CAN, 0x03020100, true);
	struct board *b = &w->b;

	(void)state;
	assert_int_equal(b->mcu.state, MCU_DEAD);
	assert_true(board_reported(b, EVENT_CRASH));
	b->events_len = 0;
	board_hear(b, REQUEST);
	board_hear(b, FRAME(0x3f0, 0x00));
	assert_int_equal(b->sent_len, 0);
	mcu_reset(&b->mcu, b->now_us);
	board_wait(b, 499999);
	assert_int_equal(b->mcu.state, MCU_BOOT);
	board_wait(b, 1);
	assert_int_equal(b->mcu.state, MCU_DEAD);
	assert_true(board_reported(b, EVENT_CRASH));
	assert_string_equal(b->reason, "the application has its stack where "
				       "this chip has no RAM");
	end(w);
}

/* can-admin-channel.md, section 8.3: Katapult runs before it. */
static void test_two_resets_lead_out_of_it(void **state)
{
	struct written *w =
		start("stm32g0b1xx", MCU_LINK_CAN, 0x03020100, true);
	struct board *b = &w->b;

	(void)state;
	mcu_reset(&b->mcu, b->now_us);
	board_wait(b, 100000);
	mcu_reset(&b->mcu, b->now_us);
	board_wait(b, 30000);
	assert_int_equal(b->mcu.state, MCU_KATAPULT);
	/* and what is flashed then, runs */
	write_application(w, b->mcu.cfg.type, 0x20024000, true);
	mcu_reset(&b->mcu, b->now_us);
	board_wait(b, 500000);
	assert_int_equal(b->mcu.state, MCU_KLIPPER);
	end(w);
}

static void test_nobody_can_put_it_into_klipper(void **state)
{
	struct written *w =
		start("stm32g0b1xx", MCU_LINK_CAN, 0x03020100, true);

	(void)state;
	assert_int_equal(mcu_put(&w->b.mcu, MCU_KATAPULT, w->b.now_us), 0);
	assert_int_equal(mcu_put(&w->b.mcu, MCU_KLIPPER, w->b.now_us), 0);
	assert_int_equal(w->b.mcu.state, MCU_DEAD);
	assert_true(board_reported(&w->b, EVENT_CRASH));
	end(w);
}

/* The chip's ROM jumps to where it was told, whatever is flashed elsewhere. */
static void test_the_rom_starts_what_is_where_it_jumps_to(void **state)
{
	struct written *w =
		start("stm32g0b1xx", MCU_LINK_USB, 0x20024000, true);
	struct board *b = &w->b;

	(void)state;
	mcu_enter(&b->mcu, MCU_ROM, b->now_us);
	mcu_rom_leave(&b->mcu, 0x08004000, b->now_us);
	assert_int_equal(b->mcu.state, MCU_DEAD);
	assert_string_equal(b->reason, "there is no application");
	mcu_enter(&b->mcu, MCU_ROM, b->now_us);
	mcu_rom_leave(&b->mcu, 0x08002000, b->now_us);
	assert_int_equal(b->mcu.state, MCU_KLIPPER);
	end(w);
}

/*
 * A request to an application without the signature: flashing.md, section 1.5,
 * and can-admin-channel.md, section 8.1. What runs at once, and 500 ms later.
 */
static const struct row {
	const char *name;
	const char *type;
	enum mcu_link link;
	bool is_signed;
	enum mcu_state at_once;
	enum mcu_state later;
} rows[] = {
	{ "signed: Katapult", "stm32g0b1xx", MCU_LINK_USB, true, MCU_BOOT,
	  MCU_KATAPULT },
	{ "an STM32 on CAN ignores it", "stm32g0b1xx", MCU_LINK_CAN, false,
	  MCU_KLIPPER, MCU_KLIPPER },
	{ "one on USB goes to its ROM, through Katapult", "stm32g0b1xx",
	  MCU_LINK_USB, false, MCU_BOOT, MCU_ROM },
	{ "an F103 on USB has no such ROM", "stm32f103xe", MCU_LINK_USB, false,
	  MCU_KLIPPER, MCU_KLIPPER },
	{ "a UART build of an STM32 ignores it", "stm32f446xx", MCU_LINK_UART,
	  false, MCU_KLIPPER, MCU_KLIPPER },
	{ "an RP2040 goes straight to its ROM", "rp2040", MCU_LINK_CAN, false,
	  MCU_ROM, MCU_ROM },
};

static void test_request(void **state)
{
	const struct row *row = *state;
	struct written *w =
		start(row->type, row->link, 0x20001000, row->is_signed);
	struct board *b = &w->b;

	mcu_request_bootloader(&b->mcu, b->now_us);
	assert_int_equal(b->mcu.state, row->at_once);
	board_wait(b, 500000);
	assert_int_equal(b->mcu.state, row->later);
	end(w);
}

/* A power cycle forgets where the application wanted to go. */
static void test_power_forgets_the_way_to_the_rom(void **state)
{
	struct written *w =
		start("stm32g0b1xx", MCU_LINK_USB, 0x20001000, false);
	struct board *b = &w->b;

	(void)state;
	mcu_request_bootloader(&b->mcu, b->now_us);
	mcu_power(&b->mcu, false, b->now_us);
	mcu_power(&b->mcu, true, b->now_us);
	board_wait(b, 500000);
	assert_int_equal(b->mcu.state, MCU_KLIPPER);
	end(w);
}

/* So does who puts it into something else; on a SAME70, that is for good. */
static void test_putting_it_forgets_the_way_to_the_rom(void **state)
{
	static const char *const types[] = { "stm32f405xx", "same70" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		struct mcu_cfg cfg = board_cfg(types[i]);
		struct board b;

		cfg.bootloader = BOOTLOADER_ROM;
		board_init(&b, &cfg);
		mcu_request_bootloader(&b.mcu, b.now_us);
		assert_int_equal(b.mcu.state, MCU_ROM);
		assert_int_equal(mcu_put(&b.mcu, MCU_KLIPPER, b.now_us), 0);
		mcu_reset(&b.mcu, b.now_us);
		board_wait(&b, 500000);
		assert_int_equal(b.mcu.state, MCU_KLIPPER);
		mcu_fini(&b.mcu);
	}
}

/* flashing.md, section 6.3 */
static void test_its_own_reset_waits_when_it_is_not_signed(void **state)
{
	struct written *w;

	(void)state;
	for (int is_signed = 0; is_signed < 2; is_signed++) {
		w = start("stm32g0b1xx", MCU_LINK_CAN, 0x20001000, is_signed);
		mcu_restart(&w->b.mcu, w->b.now_us);
		assert_int_equal(w->b.mcu.state,
				 is_signed ? MCU_KLIPPER : MCU_BOOT);
		board_wait(&w->b, 500000);
		assert_int_equal(w->b.mcu.state, MCU_KLIPPER);
		end(w);
	}
}

/* Its memory is looked at again only when something has been written. */
static void test_what_is_known_is_not_read_again(void **state)
{
	struct board b;
	struct mcu_cfg cfg = board_cfg("stm32g0b1xx");

	(void)state;
	board_init(&b, &cfg);
	b.mcu.flash.altered = true;
	mcu_reset(&b.mcu, b.now_us);
	board_wait(&b, 500000);
	assert_int_equal(b.mcu.state, MCU_KLIPPER);
	assert_false(b.mcu.flash.altered);
	b.mcu.flashed.problem = "it was not looked at";
	mcu_reset(&b.mcu, b.now_us);
	board_wait(&b, 500000);
	assert_int_equal(b.mcu.state, MCU_DEAD);
	mcu_fini(&b.mcu);
}

/* Klipper for another link or speed runs, and nobody sees it: flashing.md, 2. */
static const struct seen {
	const char *name;
	enum mcu_link link;
	uint32_t bus_bps;     /* 0: it has none */
	uint32_t klipper_bps; /* what the user has said; 0: nothing */
	const char *config;
	bool runs, off_speed;
} seen[] = {
	{ "CAN, at the speed of the bus", MCU_LINK_CAN, 500000, 0,
	  "\"CANBUS_FREQUENCY\":500000", true, false },
	{ "CAN, at another speed", MCU_LINK_CAN, 500000, 0,
	  "\"CANBUS_FREQUENCY\":1000000", true, true },
	{ "CAN, at any speed where the bus has none", MCU_LINK_CAN, 0, 0,
	  "\"CANBUS_FREQUENCY\":500000", true, false },
	{ "what is flashed mends the speed", MCU_LINK_CAN, 0, 500000,
	  "\"CANBUS_FREQUENCY\":1000000", true, false },
	{ "or breaks it", MCU_LINK_CAN, 0, 1000000,
	  "\"CANBUS_FREQUENCY\":500000", true, true },
	{ "an adapter on CAN", MCU_LINK_CAN, 0, 0, "\"CANBUS_BRIDGE\":1", false,
	  false },
	{ "USB on CAN", MCU_LINK_CAN, 0, 0, "", false, false },
	{ "a UART on CAN", MCU_LINK_CAN, 0, 0, "\"SERIAL_BAUD\":250000", false,
	  false },
	{ "CAN on a UART", MCU_LINK_UART, 0, 0, "\"CANBUS_FREQUENCY\":500000",
	  false, false },
	{ "a UART", MCU_LINK_UART, 0, 0, "\"SERIAL_BAUD\":250000", true,
	  false },
	{ "USB", MCU_LINK_USB, 0, 0, "", true, false },
	{ "CAN on USB", MCU_LINK_USB, 0, 0, "\"CANBUS_FREQUENCY\":500000",
	  false, false },
	{ "an adapter", MCU_LINK_BRIDGE, 500000, 0, "\"CANBUS_BRIDGE\":1", true,
	  false },
	{ "CAN on an adapter", MCU_LINK_BRIDGE, 0, 0,
	  "\"CANBUS_FREQUENCY\":1000000", false, false },
};

static void test_who_is_seen(void **state)
{
	const struct seen *row = *state;
	struct written *w = start("stm32g0b1xx", row->link, 0x20024000, true);
	struct mcu *m = &w->b.mcu;
	const struct flash_map *map = m->cfg.type->flash_map;
	uint8_t bytes[4096];

	application_make(bytes, m->cfg.type, map->app_start, sizeof(bytes),
			 "v1", row->config);
	write_flash(w, map->app_start - map->start, bytes, sizeof(bytes));
	w->b.env.bitrate_bps = row->bus_bps;
	m->cfg.klipper_bps = row->klipper_bps;
	mcu_reset(m, w->b.now_us);
	board_wait(&w->b, 500000);
	assert_int_equal(m->state, MCU_KLIPPER);
	assert_string_equal(mcu_application(m)->version, "v1");
	assert_int_equal(mcu_runs(m), row->runs);
	assert_int_equal(mcu_off_speed(m), row->off_speed);
	end(w);
}

int main(void)
{
	struct CMUnitTest tests[32] = {
		cmocka_unit_test(
			test_what_a_chip_cannot_run_is_dead_after_every_reset),
		cmocka_unit_test(test_two_resets_lead_out_of_it),
		cmocka_unit_test(test_nobody_can_put_it_into_klipper),
		cmocka_unit_test(test_the_rom_starts_what_is_where_it_jumps_to),
		cmocka_unit_test(test_power_forgets_the_way_to_the_rom),
		cmocka_unit_test(test_putting_it_forgets_the_way_to_the_rom),
		cmocka_unit_test(
			test_its_own_reset_waits_when_it_is_not_signed),
		cmocka_unit_test(test_what_is_known_is_not_read_again),
	};
	size_t n = 8;

	ROWS(rows, test_request);
	ROWS(seen, test_who_is_seen);
	return _cmocka_run_group_tests("mcu_flashed", tests, n, NULL, NULL);
}
