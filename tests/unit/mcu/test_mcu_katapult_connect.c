// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/mcu
/* katapult-protocol.md, section 12: what Katapult says of itself, chip by chip. */
#include "katapult_hex.h"

#define CONNECT "01881100f17c9903"

static void connect_as(const char *type, const char *want)
{
	struct mcu_cfg cfg = board_cfg(type);
	char got[256] = "";
	struct board b;

	cfg.state = MCU_KATAPULT;
	cfg.nodeid = 4;
	board_init(&b, &cfg);
	send_hex(&b, CONNECT);
	board_drain(&b);
	for (size_t i = 0; i < b.sent_len; i++)
		util_hex_encode(got + strlen(got), b.sent[i].data,
				b.sent[i].can_dlc);
	assert_string_equal(got, want);
}

#define VERSION "76302e302e312d3130392d673930326633333500"

static void test_connect_of_a_g0b1(void **state)
{
	(void)state;
	connect_as("stm32g0b1xx", "0188a00d110000000001010000200008400000007374"
				  "6d333267306231787800"
				  "00000000" VERSION "afda9903");
}

static void test_connect_of_an_f446(void **state)
{
	(void)state;
	connect_as("stm32f446xx", "0188a00d110000000001010000800008400000007374"
				  "6d333266343436787800"
				  "00000000" VERSION "c07d9903");
}

static void test_connect_of_an_h723(void **state)
{
	(void)state;
	connect_as("stm32h723xx", "0188a00d110000000001010000000208400000007374"
				  "6d333268373233787800"
				  "00000000" VERSION "477f9903");
}

static void test_any_f103_says_it_is_an_xe(void **state)
{
	(void)state;
	connect_as("stm32f103x6", "0188a00d110000000001010000200008400000007374"
				  "6d333266313033786500"
				  "00000000" VERSION "5f029903");
}

static void test_connect_of_an_rp2040(void **state)
{
	(void)state;
	connect_as("rp2040", "0188a00c11000000000101000040001040000000"
			     "7270323034300000"
			     "00000000" VERSION "183b9903");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_connect_of_a_g0b1),
		cmocka_unit_test(test_connect_of_an_f446),
		cmocka_unit_test(test_connect_of_an_h723),
		cmocka_unit_test(test_any_f103_says_it_is_an_xe),
		cmocka_unit_test(test_connect_of_an_rp2040),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
