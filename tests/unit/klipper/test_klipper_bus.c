// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu
/*
 * The simulated Klipper and its bus: what waits, what is lost, what is told.
 * Sections are those of klipper-mcu-protocol.md.
 */
#include "host.h"

static void test_nothing_is_sent_while_unassigned(void **state)
{
	struct host h;

	(void)state;
	host_start(&h, "stm32g0b1xx");
	host_assign(&h, 4);
	assert_string_equal(host_ask(&h, "02"), "0e00000000 ack");
	board_hear(&h.board, HOST_SET(0x00, 4));
	board_wait(&h.board, 60000000);
	assert_int_equal(h.board.sent_len, 0);
	assert_int_equal(h.board.mcu.live.tx.len, 0);
	host_end(&h);
}

/* section 0.1, fact 5, and 2.4: the bus takes nothing, and then all */
static void test_no_answer_is_lost_on_a_busy_bus(void **state)
{
	struct host h;
	size_t acks = 0, ids = 0;

	(void)state;
	host_start(&h, "stm32g0b1xx");
	host_assign(&h, 4);
	for (uint8_t seq = 0; seq < 12; seq++) {
		static const uint8_t get_id = 10; /* 14 bytes come back */
		uint8_t out[KCAN_KLP_MAX];
		struct can_frame f = { .can_id = 0x108 };

		f.can_dlc = (uint8_t)kcan_klp_encode(
			out, &(struct kcan_klp_block){ .seq = seq,
						       .len = 1,
						       .content = &get_id });
		memcpy(f.data, out, f.can_dlc);
		board_hear(&h.board, f);
	}
	assert_int_equal(h.board.sent_len, 3);
	host_hear(&h);
	for (size_t pos = 0; pos < h.heard_len;) {
		struct kcan_klp_block block;
		int used = kcan_klp_decode(&block, h.heard + pos,
					   h.heard_len - pos);

		assert_true(used > 0);
		acks += !block.len;
		ids += block.len && block.content[0] == 21;
		pos += (size_t)used;
	}
	assert_int_equal(acks, 12);
	assert_int_equal(ids, 12);
	host_end(&h);
}

static void bus_is_very_bad(void *arg, const struct mcu *m,
			    struct mcu_bus_status *out)
{
	(void)arg;
	(void)m;
	*out = (struct mcu_bus_status){ 0x80000000, 0x80000000, 0x80000000,
					CONFINEMENT_PASSIVE };
}

/* section 2.4: unlike the firmware, a simulator drops none. 1303 bytes */
static void test_the_longest_answer_to_one_block(void **state)
{
	char content[2 * KCAN_KLP_CONTENT_MAX + 1] = "", want[HOST_TEXT] = "";
	struct host h;

	(void)state;
	host_start(&h, "stm32g0b1xx");
	h.board.env.bus_status = bus_is_very_bad;
	host_assign(&h, 4);
	for (int i = 0; i < KCAN_KLP_CONTENT_MAX; i++) {
		strcat(content, "0b");
		strcat(want, "1688808080008880808000888080800002 ");
	}
	strcat(want, "ack");
	assert_string_equal(host_ask(&h, content), want);
	assert_int_equal(h.heard_len, 1303);
	host_end(&h);
}

/* A bus that takes nothing for minutes: stats are lost, the ACK is not. */
static void test_a_full_buffer_has_room_for_the_ack(void **state)
{
	static const uint8_t empty[] = { 0x05, 0x10, 0x9e, 0x81, 0x7e };
	struct host h;
	struct can_frame f = { .can_id = 0x108, .can_dlc = 5 };

	(void)state;
	host_start(&h, "stm32g0b1xx");
	host_assign(&h, 4);
	for (int i = 0; i < 1000; i++)
		board_wait(&h.board, 5000000);
	assert_in_range(MCU_TX_SIZE - h.board.mcu.live.tx.len, 5, 5 + 64);
	memcpy(f.data, empty, sizeof(empty));
	board_hear(&h.board, f);
	host_hear(&h);
	h.seq = 1;
	assert_memory_equal(h.heard + h.heard_len - 5, "\x05\x11\x8f\x08\x7e",
			    5);
	host_end(&h);
}

static void bus_is_bad(void *arg, const struct mcu *m,
		       struct mcu_bus_status *out)
{
	(void)arg;
	(void)m;
	*out = (struct mcu_bus_status){ 1, 2, 3, CONFINEMENT_PASSIVE };
}

static void test_the_bus_status_is_the_bus_models(void **state)
{
	struct host h;

	(void)state;
	host_start(&h, "stm32g0b1xx");
	h.board.env.bus_status = bus_is_bad;
	host_assign(&h, 4);
	assert_string_equal(host_ask(&h, "0b"), "1601020302 ack");
	host_end(&h);
}

/* A conflict and a new nodeid in one round of the main loop. */
static void test_what_was_not_sent_is_not_sent_later(void **state)
{
	struct can_frame taken = HOST_SET(0x00, 4);
	struct can_frame assigned = HOST_SET(0xac, 5);
	struct host h;

	(void)state;
	host_start(&h, "stm32g0b1xx");
	host_assign(&h, 4);
	mcu_rx(&h.board.mcu, &taken, h.board.now_us);
	mcu_rx(&h.board.mcu, &assigned, h.board.now_us);
	board_run(&h.board);
	assert_int_equal(mcu_nodeid(&h.board.mcu), 5);
	assert_int_equal(h.board.mcu.state, MCU_SHUTDOWN);
	assert_int_equal(h.board.sent_len, 0);
	host_end(&h);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_is_sent_while_unassigned),
		cmocka_unit_test(test_no_answer_is_lost_on_a_busy_bus),
		cmocka_unit_test(test_the_longest_answer_to_one_block),
		cmocka_unit_test(test_a_full_buffer_has_room_for_the_ack),
		cmocka_unit_test(test_the_bus_status_is_the_bus_models),
		cmocka_unit_test(test_what_was_not_sent_is_not_sent_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
