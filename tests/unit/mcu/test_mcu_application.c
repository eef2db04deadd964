// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/mcu
/* What is in the flash of a board, and what is known and told of it. */
#include "flash_host.h"

#include <errno.h>

#include "../board/klipper_stream.h"

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
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_flashed_tells_what_it_is),
		cmocka_unit_test(test_what_is_not_known_is_not_told),
		cmocka_unit_test(
			test_an_application_that_is_overwritten_is_forgotten),
		cmocka_unit_test(test_an_image_tells_from_the_first_start_on),
		cmocka_unit_test(test_a_full_disk_is_an_error_and_told),
		cmocka_unit_test(test_what_cannot_be_read_is_an_error_too),
	};

	vectors_load("katapult.txt", ':', vectors);
	return cmocka_run_group_tests_name("mcu_application", tests, NULL,
					   NULL);
}
