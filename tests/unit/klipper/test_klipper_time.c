// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu
/* The clock of the simulated Klipper, and the stats that it sends by it. */
#include "host.h"

/* klipper-mcu-protocol.md, section 12: stats need nothing but the nodeid. */
static void test_stats_come_every_five_seconds(void **state)
{
	struct host h;

	(void)state;
	host_start(&h, "stm32g0b1xx");
	host_assign(&h, 4);
	assert_null(mcu_object(&h.board.mcu));
	for (int i = 0; i < 3; i++) {
		uint64_t due_us = mcu_deadline(&h.board.mcu);

		assert_int_equal(due_us - h.board.mcu.live.start_us,
				 5000000 * (i + 1));
		h.board.now_us = due_us - 1;
		board_run(&h.board);
		assert_int_equal(h.board.sent_len, 0);
		board_wait(&h.board, 1);
		host_hear(&h);
		/* 100 rounds of 20 ticks, whose square is 2 times 256 */
		assert_string_equal(host_text(&h), "1180648f508148");
		h.heard_len = 0;
	}
	host_end(&h);
}

static void test_stats_go_on_in_shutdown(void **state)
{
	struct host h;

	(void)state;
	host_start(&h, "stm32g0b1xx");
	host_assign(&h, 4);
	assert_string_equal(host_ask(&h, "07"), "12814802 ack");
	h.heard_len = 0;
	board_wait(&h.board, 5000000);
	host_hear(&h);
	/* 101 rounds: one block was handled */
	assert_string_equal(host_text(&h), "1180658f64814a");
	host_end(&h);
}

/* A day at 64 MHz: the lower half wraps every 67 s. */
static void test_a_day_of_clock_wrap(void **state)
{
	struct host h;
	char want[64];

	(void)state;
	host_start(&h, "stm32g0b1xx");
	h.board.mcu.cfg.clock_hz = 0;
	host_assign(&h, 4);
	for (uint64_t us = 0; us < UINT64_C(86400) * 1000000; us += 59999999) {
		uint64_t ticks =
			64 * (h.board.now_us - h.board.mcu.live.start_us);
		struct kcan_klp_value v[] = { { .num = (uint32_t)(ticks >> 32) },
					      { .num = (uint32_t)ticks } };
		uint8_t bytes[16];
		struct kcan_klp_format f;
		int len;

		kcan_klp_format_parse(&f, "uptime high=%u clock=%u", 16,
				      KCAN_KLP_RESPONSE);
		len = kcan_klp_msg_encode(bytes, sizeof(bytes), &f, v);
		util_hex_encode(want, bytes, (size_t)len);
		strcat(want, " ack");
		assert_string_equal(host_ask(&h, "06"), want);
		host_wait(&h, 59999999);
	}
	host_end(&h);
}

/* Exact for years: a century at an odd frequency, as bc computes it. */
static void test_the_clock_does_not_drift(void **state)
{
	static const struct {
		uint64_t us;
		uint64_t ticks;
	} moments[] = {
		{ 0, 0 },
		{ 1, 715 },
		{ 999999, 715827166 },
		{ 1000000, 715827882 },
		{ UINT64_C(86400000007), UINT64_C(61847529009810) },
		{ UINT64_C(3155760000123457), UINT64_C(2258980996988693962) },
	};
	struct host h;

	(void)state;
	host_start(&h, "stm32g0b1xx");
	h.board.mcu.cfg.clock_hz = 715827882;
	for (size_t i = 0; i < ARRAY_SIZE(moments); i++) {
		uint64_t now_us = h.board.now_us + moments[i].us;
		uint64_t ticks = moments[i].ticks;
		const struct klipper *k = klipper_of(&h.board.mcu, now_us);

		assert_true(klipper_clock(k, now_us) == ticks);
		assert_true(klipper_when_us(k, ticks) <= now_us);
		assert_true(klipper_clock(k, klipper_when_us(k, ticks)) >=
			    ticks);
		assert_true(klipper_clock_near(k, (uint32_t)ticks + 5,
					       now_us) == ticks + 5);
	}
	host_end(&h);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stats_come_every_five_seconds),
		cmocka_unit_test(test_stats_go_on_in_shutdown),
		cmocka_unit_test(test_a_day_of_clock_wrap),
		cmocka_unit_test(test_the_clock_does_not_drift),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
