// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/mcu
/* Flashing as it is seen on the bus: katapult-protocol.md, sections 4 to 7. */
#include "katapult_host.h"

#include <errno.h>

#include "../board/klipper_stream.h"

/*
 * The first block of an application whose reset handler is further behind, at
 * 08005000: all that there is of it.
 */
static void send_beginning(struct board *b)
{
	static const uint8_t data[64] = { 0x00, 0x40, 0x02, 0x20,
					  0x01, 0x50, 0x00, 0x08 };

	send_block(b, 0x08002000, data);
}

/* Section 13, with the blocks of section 12. */
static void test_the_recorded_flash(void **state)
{
	struct board *b = katapult("stm32g0b1xx", false, 0);

	(void)state;
	ask(b, "CONNECT", "ACK CONNECT stm32g0b1xx, start 08002000");
	ask(b, "GET_CANBUS_ID", "ACK GET_CANBUS_ID 41f905f55004");
	ask(b, "SEND_BLOCK 08002000, data 00..3F", "ACK SEND_BLOCK 08002000");
	ask(b, "SEND_BLOCK 08002040, data 40..63 then 28 x FF",
	    "ACK SEND_BLOCK 08002040");
	ask(b, "SEND_EOF", "ACK EOF, 1 page");
	ask(b, "REQUEST_BLOCK 08002000",
	    "ACK REQUEST_BLOCK 08002000, data 00..3F");
	send(b, vector_named("REQUEST_BLOCK 08002040"));
	assert_string_equal(answer(b) + 160 - 16, "ffffffffd95a9903");
	ask(b, "COMPLETE", "ACK COMPLETE");
	assert_true(board_reported(b, EVENT_FLASHED));
	board_wait(b, 99000);
	ask(b, "GET_CANBUS_ID", "ACK GET_CANBUS_ID 41f905f55004");
	board_wait(b, 1000);
	/* 03020100 is no place for a stack */
	assert_int_equal(b->mcu.state, MCU_DEAD);
	mcu_fini(&b->mcu);
}

static void test_refused_blocks_are_errors(void **state)
{
	struct board *b = katapult("stm32h723xx", false, 0);

	(void)state;
	/* below its start, which is 08020000 */
	ask(b, "SEND_BLOCK 08002000, data 00..3F", "ERROR");
	ask(b, "SEND_EOF", "ACK EOF, 0 pages");
	mcu_fini(&b->mcu);
}

static void test_a_block_of_another_length_is_an_error(void **state)
{
	/* SEND_BLOCK with only its address; CRC by the rule of section 2 */
	struct board *b = katapult("stm32g0b1xx", false, 0);

	(void)state;
	send(b, "0188120100200008a1c69903");
	assert_string_equal(answer(b), vector_named("ERROR"));
	mcu_fini(&b->mcu);
}

static void test_reading_where_nothing_is_ends_in_a_fault(void **state)
{
	struct board *b = katapult("stm32g0b1xx", false, 0);

	(void)state;
	ask(b, "REQUEST_BLOCK 10004000", "");
	assert_int_equal(b->mcu.state, MCU_DEAD);
	ask(b, "GET_CANBUS_ID", "");
	mcu_reset(&b->mcu, b->now_us);
	assert_int_equal(b->mcu.state, MCU_KLIPPER);
	mcu_fini(&b->mcu);
}

static void test_without_an_application_complete_is_deadly(void **state)
{
	struct board *b = katapult("stm32g0b1xx", true, 0);

	(void)state;
	ask(b, "COMPLETE", "ACK COMPLETE");
	board_wait(b, 100000);
	assert_int_equal(b->mcu.state, MCU_DEAD);
	/* the next reset finds the blank word (section 7.2) */
	mcu_reset(&b->mcu, b->now_us);
	board_wait(b, 30000);
	assert_int_equal(b->mcu.state, MCU_KATAPULT);
	mcu_fini(&b->mcu);
}

static void test_a_truncated_application_is_started(void **state)
{
	struct board *b = katapult("stm32g0b1xx", true, 0);

	(void)state;
	send_beginning(b);
	assert_string_equal(answer(b), vector_named("ACK SEND_BLOCK 08002000"));
	mcu_power(&b->mcu, false, b->now_us);
	mcu_power(&b->mcu, true, b->now_us);
	assert_int_equal(b->mcu.state, MCU_KLIPPER);
	mcu_fini(&b->mcu);
}

static void test_rp2040_loses_a_block_without_eof(void **state)
{
	struct board *b = katapult("rp2040", true, 0);

	(void)state;
	ask(b, "SEND_BLOCK 10004000, data 00..3F", "ACK SEND_BLOCK 10004000");
	ask(b, "COMPLETE", "ACK COMPLETE");
	board_wait(b, 100000);
	assert_int_equal(b->mcu.state, MCU_DEAD);
	mcu_fini(&b->mcu);
}

static void test_erasing_takes_its_time_and_frames_wait(void **state)
{
	/* the factory's application is in the page: 2 KiB, 10 ms each */
	struct board *b = katapult("stm32g0b1xx", false, 10000);
	char both[128];

	(void)state;
	ask(b, "SEND_BLOCK 08002000, data 00..3F", "");
	assert_true(mcu_blocked(&b->mcu));
	send(b, vector_named("GET_CANBUS_ID"));
	board_wait(b, 19999);
	assert_string_equal(answer(b), "");
	board_wait(b, 1);
	assert_false(mcu_blocked(&b->mcu));
	/* both answers, in the order of the questions, cut as one stream */
	snprintf(both, sizeof(both), "%s%s",
		 vector_named("ACK SEND_BLOCK 08002000"),
		 vector_named("ACK GET_CANBUS_ID 41f905f55004"));
	assert_string_equal(answer(b), both);
	ask(b, "SEND_BLOCK 08002040, data 40..63 then 28 x FF",
	    "ACK SEND_BLOCK 08002040");
	mcu_fini(&b->mcu);
}

/* section 7.6: between erase and first block */
static void test_power_lost_while_erasing_leaves_it_blank(void **state)
{
	struct board *b = katapult("stm32g0b1xx", false, 10000);

	(void)state;
	ask(b, "SEND_BLOCK 08002000, data 00..3F", "");
	board_wait(b, 19999);
	/* and blank flash is seen before the double-reset wait */
	b->mcu.cfg.double_reset = true;
	mcu_power(&b->mcu, false, b->now_us);
	mcu_power(&b->mcu, true, b->now_us);
	board_wait(b, 30000);
	assert_int_equal(b->mcu.state, MCU_KATAPULT);
	mcu_fini(&b->mcu);
}

static void test_an_answer_goes_before_the_next_erase(void **state)
{
	struct board *b = katapult("stm32g0b1xx", false, 10000);

	(void)state;
	send_at_once(b, vector_named("SEND_BLOCK 08002000, data 00..3F"));
	/* other data: it erases the page once more */
	send_at_once(b, vector_named("SEND_BLOCK 08002000, data 64 x FF"));
	board_run(b);
	board_wait(b, 20000);
	assert_true(mcu_blocked(&b->mcu));
	assert_int_equal(b->sent_len, 2);
	assert_string_equal(answer(b), vector_named("ACK SEND_BLOCK 08002000"));
	mcu_fini(&b->mcu);
}

/* Its own timers stand still as well: no state in the past. */
static void test_complete_waits_for_the_flash(void **state)
{
	struct board *b = katapult("stm32g0b1xx", false, 100000);
	uint64_t start_us = b->now_us;

	(void)state;
	ask(b, "COMPLETE", "ACK COMPLETE");
	send_beginning(b);
	assert_string_equal(answer(b), "");
	assert_int_equal(b->mcu.live.alarm_us, start_us + 200000);
	board_wait(b, 199999);
	assert_int_equal(b->mcu.state, MCU_KATAPULT);
	board_wait(b, 1);
	assert_int_equal(b->mcu.state, MCU_KLIPPER);
	mcu_fini(&b->mcu);
}

/* section 4.5 */
static void test_a_repeated_complete_counts_from_itself(void **state)
{
	struct board *b = katapult("stm32g0b1xx", false, 0);

	(void)state;
	ask(b, "COMPLETE", "ACK COMPLETE");
	board_wait(b, 60000);
	ask(b, "COMPLETE", "ACK COMPLETE");
	board_wait(b, 61000);
	ask(b, "GET_CANBUS_ID", "ACK GET_CANBUS_ID 41f905f55004");
	board_wait(b, 38999);
	assert_int_equal(b->mcu.state, MCU_KATAPULT);
	board_wait(b, 1);
	assert_int_equal(b->mcu.state, MCU_KLIPPER);
	mcu_fini(&b->mcu);
}

static void test_of_nine_admin_frames_at_once_eight_are_kept(void **state)
{
	struct board *b = katapult("stm32g0b1xx", false, 0);

	(void)state;
	for (int i = 0; i < 8; i++)
		board_file(b, FRAME(0x3f0, 0x00));
	board_file(b, FRAME(0x3f0, 0x12));
	assert_int_equal(b->mcu.live.admin_len, 8);
	board_run(b);
	assert_int_equal(mcu_nodeid(&b->mcu), NODEID);
	mcu_fini(&b->mcu);
}

static void test_a_reset_forgets_the_count_and_keeps_the_flash(void **state)
{
	struct board *b = katapult("stm32g0b1xx", true, 0);

	(void)state;
	ask(b, "SEND_BLOCK 08002000, data 00..3F", "ACK SEND_BLOCK 08002000");
	ask(b, "SEND_EOF", "ACK EOF, 1 page");
	ask(b, "SEND_EOF", "ACK EOF, 1 page");
	mcu_reset(&b->mcu, b->now_us);
	assert_true(flash_has_application(&b->mcu.flash));
	assert_int_equal(b->mcu.flash.pages, 0);
	mcu_fini(&b->mcu);
}

/* An image as small as can be. */
static void flash_klipper(struct board *b)
{
	uint8_t image[3 * 64];

	memset(image, 0xff, sizeof(image));
	memcpy(image, klipper_head, sizeof(klipper_head));
	memcpy(image + sizeof(klipper_head), klipper_stream,
	       sizeof(klipper_stream));
	for (uint32_t at = 0; at < sizeof(image); at += 64)
		send_block(b, 0x08002000 + at, image + at);
	answer(b);
	ask(b, "SEND_EOF", "ACK EOF, 1 page");
}

static void start_application(struct board *b)
{
	ask(b, "COMPLETE", "ACK COMPLETE");
	board_wait(b, 100000);
	assert_int_equal(b->mcu.state, MCU_KLIPPER);
}

static void assert_application_told(const struct board *b)
{
	const struct kcan_image_dictionary *application =
		mcu_application(&b->mcu);

	assert_int_equal(b->events[b->events_len - 2], EVENT_STATE);
	assert_int_equal(b->events[b->events_len - 1], EVENT_APPLICATION);
	assert_non_null(application);
	assert_string_equal(application->version, KLIPPER_VERSION);
	assert_string_equal(application->mcu, KLIPPER_MCU);
}

static void test_what_is_flashed_tells_what_it_is(void **state)
{
	struct board *b = katapult("stm32g0b1xx", true, 0);

	(void)state;
	flash_klipper(b);
	assert_null(mcu_application(&b->mcu));
	start_application(b);
	assert_application_told(b);
	/* and at every other start */
	mcu_power(&b->mcu, false, b->now_us);
	assert_null(mcu_application(&b->mcu));
	mcu_power(&b->mcu, true, b->now_us);
	assert_application_told(b);
	mcu_fini(&b->mcu);
}

static void test_what_is_not_known_is_not_told(void **state)
{
	struct board *b = katapult("stm32g0b1xx", false, 0);

	(void)state;
	/* the factory's tells nothing, nor does what is no Klipper */
	start_application(b);
	assert_null(mcu_application(&b->mcu));
	b = katapult("stm32g0b1xx", true, 0);
	send_beginning(b);
	answer(b);
	start_application(b);
	assert_null(mcu_application(&b->mcu));
	assert_false(board_reported(b, EVENT_APPLICATION));
	mcu_fini(&b->mcu);
}

static void test_an_application_that_is_overwritten_is_forgotten(void **state)
{
	struct board *b = katapult("stm32g0b1xx", true, 0);

	(void)state;
	flash_klipper(b);
	send_beginning(b);
	answer(b);
	start_application(b);
	assert_null(mcu_application(&b->mcu));
	mcu_fini(&b->mcu);
}

/* A board whose flash is kept there. */
static struct board *board_on(const struct flash_store *store,
			      enum mcu_state state)
{
	static struct board b;
	struct mcu_cfg cfg = board_cfg("stm32g0b1xx");

	cfg.state = state;
	cfg.nodeid = NODEID;
	cfg.double_reset = false;
	cfg.flash_image = "flash.bin";
	cfg.flash_store = *store;
	board_init(&b, &cfg);
	return &b;
}

static void test_an_image_tells_from_the_first_start_on(void **state)
{
	struct sparse memory = { .size = 512 * 1024 };
	struct flash_store store = { sparse_read, sparse_write, &memory };
	struct board *b;

	(void)state;
	assert_int_equal(sparse_write(&memory, 0x2000, klipper_head,
				      sizeof(klipper_head)),
			 0);
	assert_int_equal(sparse_write(&memory, 0x3001, klipper_stream,
				      sizeof(klipper_stream)),
			 0);
	b = board_on(&store, MCU_KLIPPER);
	assert_int_equal(b->events_len, 0);
	assert_non_null(mcu_application(&b->mcu));
	/* it is a file: somebody else may write to it */
	assert_int_equal(sparse_write(&memory, 0x3001, (uint8_t[1]){ 0 }, 1),
			 0);
	mcu_reset(&b->mcu, b->now_us);
	assert_null(mcu_application(&b->mcu));
	mcu_fini(&b->mcu);
	sparse_fini(&memory);
}

static int read_blank(void *arg, uint32_t offset, uint8_t *out, uint32_t len)
{
	(void)arg;
	(void)offset;
	memset(out, 0xff, len);
	return 0;
}

static int write_nothing(void *arg, uint32_t offset, const uint8_t *data,
			 uint32_t len)
{
	(void)arg;
	(void)offset;
	(void)data;
	(void)len;
	return -ENOSPC;
}

static void test_a_full_disk_is_an_error_and_told(void **state)
{
	struct flash_store store = { read_blank, write_nothing, NULL };
	struct board *b = board_on(&store, MCU_KATAPULT);

	(void)state;
	ask(b, "SEND_BLOCK 08002000, data 00..3F", "ERROR");
	assert_int_equal(b->events_len, 1);
	assert_int_equal(b->events[0], EVENT_FLASH_ERROR);
	assert_string_equal(b->reason,
			    "flash image 'flash.bin': No space left on device; "
			    "mend that and flash again");
	/* and it goes on */
	ask(b, "GET_CANBUS_ID", "ACK GET_CANBUS_ID 41f905f55004");
	mcu_fini(&b->mcu);
}

static int read_nothing(void *arg, uint32_t offset, uint8_t *out, uint32_t len)
{
	(void)arg;
	(void)offset;
	(void)out;
	(void)len;
	return -EIO;
}

static void test_what_cannot_be_read_is_an_error_too(void **state)
{
	struct flash_store store = { read_nothing, write_nothing, NULL };
	/* without a first word there is no application */
	struct board *b = board_on(&store, MCU_KLIPPER);

	(void)state;
	assert_int_equal(b->mcu.state, MCU_KATAPULT);
	ask(b, "REQUEST_BLOCK 08002000", "ERROR");
	assert_true(board_reported(b, EVENT_FLASH_ERROR));
	mcu_fini(&b->mcu);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_recorded_flash),
		cmocka_unit_test(test_refused_blocks_are_errors),
		cmocka_unit_test(test_a_block_of_another_length_is_an_error),
		cmocka_unit_test(test_reading_where_nothing_is_ends_in_a_fault),
		cmocka_unit_test(
			test_without_an_application_complete_is_deadly),
		cmocka_unit_test(test_a_truncated_application_is_started),
		cmocka_unit_test(test_rp2040_loses_a_block_without_eof),
		cmocka_unit_test(test_erasing_takes_its_time_and_frames_wait),
		cmocka_unit_test(test_power_lost_while_erasing_leaves_it_blank),
		cmocka_unit_test(test_an_answer_goes_before_the_next_erase),
		cmocka_unit_test(test_complete_waits_for_the_flash),
		cmocka_unit_test(test_a_repeated_complete_counts_from_itself),
		cmocka_unit_test(
			test_of_nine_admin_frames_at_once_eight_are_kept),
		cmocka_unit_test(
			test_a_reset_forgets_the_count_and_keeps_the_flash),
		cmocka_unit_test(test_what_is_flashed_tells_what_it_is),
		cmocka_unit_test(test_what_is_not_known_is_not_told),
		cmocka_unit_test(
			test_an_application_that_is_overwritten_is_forgotten),
		cmocka_unit_test(test_an_image_tells_from_the_first_start_on),
		cmocka_unit_test(test_a_full_disk_is_an_error_and_told),
		cmocka_unit_test(test_what_cannot_be_read_is_an_error_too),
	};

	vectors_load("katapult.txt", ':', vectors);
	return cmocka_run_group_tests_name("mcu_flash", tests, NULL, NULL);
}
