// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu
/*
 * klipper-mcu-protocol.md, section 19, line by line: what the real hosts said to
 * the real firmware is said to ours, at the same clocks. Two things are not
 * compared: the dictionary, which is another one, and stats, which tell of a
 * processor that we have not got.
 */
#include "host.h"

#define HIGH (UINT64_C(1) << 32)
#define SAME UINT64_C(0) /* the answer tells no clock */

static const struct line {
	const char *name;
	const char *say;
	const char *want; /* "head ... tail" where a dictionary is within */
	uint64_t ticks;
} lines[] = {
	{ "identify offset=0, seq 1", "081101002842247e", "05109e817e", SAME },
	{ "the same with seq 0", "08100100285e9f7e",
	  "3011000028 ... 05118f087e", SAME },
	{ "identify offset=40", "0811012828afd77e", "3012002828 ... 0512bd937e",
	  SAME },
	{ "identify offset=120, in two frames", "09130180782807967e",
	  "3114008078"
	  "28 ... 0514d8a57e",
	  SAME },
	{ "identify offset=760", "0913018578283e2b7e", " ... 0514d8a57e",
	  SAME },
	{ "identify offset=770", "091401860228ec277e", " ... 0515c92c7e",
	  SAME },
	{ "get_canbus_id", "06150aab997e",
	  "0e161506ca463a06a1ac0467bf7e0516fbb77e", SAME },
	{ "get_uptime", "0616064b9d7e", "0b171001dcbce6001d217e0517ea3e7e",
	  HIGH + 193934080 },
	{ "get_clock, the first of eight", "06170560de7e",
	  "0a180fdddae559442b7e051812c97e", HIGH + 196522713 },
	{ "get_clock, CRC c9 7e", "061b05c97e7e",
	  "0b1c0f80e2ddca192f797e051c54ed7e", HIGH + 207054105 },
	{ "get_clock, every 0.98 s from here on", "0610052dd67e",
	  "0b110f80fe9cd21952587e05118f087e", HIGH + 264710425 },
	{ "get_uptime by hand", "0612062cfd7e",
	  "0c13100181a28e8366c8447e0513ac1a7e", HIGH + 339968486 },
	{ "get_clock by hand", "06130507be7e",
	  "0b140f81ad8fee73e0cb7e0514d8a57e", HIGH + 363067251 },
	{ "get_clock again", "0614054ab67e", "0b150f81adb6b16672bd7e0515c92c7e",
	  HIGH + 363698406 },
	{ "get_config", "06150227d17e", "0a160e00000000a12a7e0516fbb77e",
	  SAME },
	{ "emergency_stop", "0616075a147e",
	  "0c171281c2d1ec3302e05c7e0517ea3e7e", HIGH + 408188467 },
	{ "get_clock in shutdown", "06170560de7e",
	  "0b180f81c4cea5008eae7e051812c97e", HIGH + 412324480 },
	{ "allocate_oids count=3, refused", "0718040342ac7e",
	  "07191302d1607e051903407e", SAME },
	{ "get_config in shutdown", "0619028e717e",
	  "0a1a0e0000010089067e051a31db7e", SAME },
	{ "clear_shutdown", "061b08129b7e", "051c54ed7e", SAME },
	{ "get_config after it", "061c02f0c97e",
	  "0a1d0e000000008c0f7e051d45647e", SAME },
};

static bool is_answer(const struct host *h, const char *want)
{
	char heard[HOST_TEXT];
	const char *gap = strstr(want, " ... ");
	size_t head = gap ? (size_t)(gap - want) : 0, len;

	util_hex_encode(heard, h->heard, h->heard_len);
	if (!gap)
		return !strcmp(heard, want);
	gap += strlen(" ... ");
	len = strlen(heard);
	return len > head + strlen(gap) && !memcmp(heard, want, head) &&
	       !strcmp(heard + len - strlen(gap), gap);
}

/* What came between two lines of it is not told: the count goes on. */
static void skip_to(struct host *h, const uint8_t *block)
{
	uint8_t seq = block[1] & 15;

	while (h->seq != seq)
		assert_string_equal(host_ask(h, ""), "ack");
	h->seq = (seq + 1) & 15;
}

static void play(struct host *h, const struct line *line)
{
	uint8_t bytes[KCAN_KLP_MAX];
	size_t len = host_unhex(line->say, bytes);

	/* the host's first count is wrong, which is how it learns ours */
	if (line != lines)
		skip_to(h, bytes);
	if (line->ticks)
		host_wait_until(h, line->ticks);
	host_send(h, bytes, len, CAN_MAX_DLEN);
	if (!is_answer(h, line->want))
		fail_msg("not the answer to %s", line->name);
}

static void check_query(struct host *h)
{
	board_hear(&h->board, FRAME(0x3f0, 0x00));
	assert_int_equal(h->board.sent_len, 1);
	assert_frame_equal(
		h->board.sent[0],
		FRAME(0x3f1, 0x20, 0xca, 0x46, 0x3a, 0x06, 0xa1, 0xac, 0x01));
	host_wait(h, 0);
}

static void test_transcript(void **state)
{
	struct host h;

	(void)state;
	/* like the recorded one it restarts when asked for a bootloader */
	host_start(&h, "samc21");
	h.board.mcu.cfg.bootloader = BOOTLOADER_ROM;
	host_wait_until(&h, HIGH);
	check_query(&h);
	host_assign(&h, 4);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		play(&h, &lines[i]);
	board_hear(&h.board,
		   FRAME(0x3f0, 0x02, 0xca, 0x46, 0x3a, 0x06, 0xa1, 0xac));
	assert_int_equal(h.board.sent_len, 0);
	check_query(&h);
	host_end(&h);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_transcript),
	};

	return cmocka_run_group_tests_name("klipper_transcript", tests, NULL,
					   NULL);
}
