// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tests/support/khost
/*
 * The host that the tests on a bus rely on: what it sends again and when. Sections
 * are klipper-mcu-protocol.md's.
 */
#include "../support/unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../support/khost/session.h"
#include "util/hex.h"

#define TEXT_SIZE 4096

/* A session, and what came out of it since somebody looked, in hex. */
struct rig {
	struct session s;
	uint64_t now_us;
	char sent[TEXT_SIZE];
	char heard[TEXT_SIZE];
};

static void append(char *text, const uint8_t *bytes, size_t len)
{
	size_t used = strlen(text);

	assert_true(used + 2 * len + 2 < TEXT_SIZE);
	if (used)
		text[used++] = ' ';
	util_hex_encode(text + used, bytes, len);
}

static uint64_t on_send(void *arg, const uint8_t *bytes, size_t len)
{
	struct rig *r = arg;

	append(r->sent, bytes, len);
	return r->now_us;
}

static void on_hear(void *arg, const uint8_t *content, size_t len)
{
	append(((struct rig *)arg)->heard, content, len);
}

/* Bytes of the MCU, in frames as they fit. */
static void receive(struct rig *r, const char *hex, uint64_t now_us)
{
	size_t len = strlen(hex) / 2;

	r->now_us = now_us;
	for (size_t at = 0; at < len; at += 8) {
		size_t n = len - at < 8 ? len - at : 8;
		struct can_frame f = { .can_id = 0x109, .can_dlc = (uint8_t)n };

		util_hex_decode(f.data, hex + 2 * at, 2 * n);
		session_rx(&r->s, &f, now_us);
	}
}

static int put(struct rig *r, const char *hex, uint64_t now_us)
{
	uint8_t content[KCAN_KLP_CONTENT_MAX];
	uint64_t number;

	r->now_us = now_us;
	util_hex_decode(content, hex, strlen(hex));
	return session_send(&r->s, content, strlen(hex) / 2, &number);
}

static void assert_sent(struct rig *r, const char *want)
{
	assert_string_equal(r->sent, want);
	r->sent[0] = '\0';
}

/* Behind the resynchronisation that every session begins with: section 4.4. */
static struct rig *rig_synced_by(const char *nak)
{
	struct rig *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	session_init(&r->s, &(struct session_ops){ on_send, on_hear, r });
	assert_int_equal(put(r, "010028", 1000), 0);
	receive(r, nak, 2000);
	assert_sent(r, "081101002842247e");
	/* as if nothing had been measured */
	r->s.srtt_us = 0;
	return r;
}

static struct rig *rig_synced(void)
{
	return rig_synced_by("05109e817e");
}

static void test_first_nak(void **state)
{
	struct rig *r = rig_synced();

	(void)state;
	/* it takes the block away, and the same one has the right sequence */
	assert_int_equal(r->s.link.pending, 0);
	assert_int_equal(r->s.finished, 1);
	assert_int_equal(put(r, "010028", 15000), 0);
	assert_sent(r, "08100100285e9f7e");
	free(r);
}

/* Observed of an MCU that vanished: 26, 51, 101 ... 3201 ms, then 5 s. */
static void test_timeouts(void **state)
{
	static const uint64_t ms[] = { 25,  50,	  100,	200,  400,
				       800, 1600, 3200, 5000, 5000 };
	struct rig *r = rig_synced();
	uint64_t at = 100000;

	(void)state;
	assert_int_equal(put(r, "09", at), 0);
	assert_sent(r, "061009e7ba7e");
	for (size_t i = 0; i < ARRAY_SIZE(ms); i++) {
		at += 1000 * ms[i];
		r->now_us = at;
		assert_int_equal(r->s.deadline_us, at);
		session_tick(&r->s, at - 1);
		assert_sent(r, "");
		session_tick(&r->s, at);
		assert_sent(r, "7e061009e7ba7e");
	}
	assert_int_equal(r->s.bytes_retransmit, 10 * 7);
	free(r);
}

/* Section 4.4, observed: 7e and all that is not acknowledged, back to back. */
static void test_nak(void **state)
{
	struct rig *r = rig_synced();

	(void)state;
	put(r, "09", 10000);
	put(r, "05", 10000);
	put(r, "06", 10000);
	assert_sent(r, "061009e7ba7e 061105340e7e 0612062cfd7e");
	receive(r, "05109e817e", 11000);
	assert_sent(r, "7e061009e7ba7e061105340e7e0612062cfd7e");
	/* the other block's NAK, and then those of blocks that came twice */
	receive(r, "05109e817e", 11100);
	receive(r, "05118f087e", 11200);
	receive(r, "05118f087e", 11300);
	assert_sent(r, "");
	assert_int_equal(r->s.link.pending, 2);
	/* when all of it is acknowledged, a NAK is one again */
	receive(r, "0513ac1a7e", 12000);
	put(r, "05", 13000);
	assert_sent(r, "06130507be7e");
	receive(r, "0513ac1a7e", 14000);
	assert_sent(r, "7e06130507be7e");
	free(r);
}

/* Section 19, get_config: the response acknowledges, the ACK finishes. */
static void test_finished(void **state)
{
	struct rig *r = rig_synced_by("0515c92c7e");

	(void)state;
	put(r, "02", 10000);
	assert_sent(r, "06150227d17e");
	receive(r, "0a160e00000000a12a7e", 11000);
	assert_string_equal(r->heard, "0e00000000");
	assert_int_equal(r->s.link.pending, 0);
	assert_int_equal(r->s.finished, 1);
	receive(r, "0516fbb77e", 12000);
	assert_int_equal(r->s.finished, 2);
	free(r);
}

/* Section 19 again; a byte of the response is broken, the ACK behind it counts. */
static void test_noise(void **state)
{
	struct rig *r = rig_synced_by("0515c92c7e");

	(void)state;
	put(r, "02", 10000);
	r->sent[0] = '\0';
	receive(r, "0a160e00000100a12a7e0516fbb77e", 11000);
	assert_string_equal(r->heard, "");
	assert_sent(r, "");
	assert_int_equal(r->s.finished, 2);
	assert_int_equal(r->s.bytes_invalid, 10);
	free(r);
}

/* Ahead of anything that was sent: discarded with its message (section 4.4). */
static void test_ahead(void **state)
{
	struct rig *r = rig_synced();

	(void)state;
	receive(r, "0a180fdddae559442b7e", 10000);
	assert_string_equal(r->heard, "");
	assert_int_equal(r->s.link.next, 0);
	free(r);
}

/* An MCU that needs 60 ms for each block (section 15.1). */
static void test_slow_mcu(void **state)
{
	struct rig *r = rig_synced();

	(void)state;
	put(r, "05", 100000);
	r->now_us = 125000;
	session_tick(&r->s, 125000);
	receive(r, "05118f087e", 160000);
	/* sent twice: it says nothing about time, and the timeout stays */
	assert_int_equal(r->s.rto_us, 50000);
	put(r, "05", 200000);
	receive(r, "0512bd937e", 245000);
	assert_int_equal(r->s.srtt_us, 45000);
	assert_int_equal(r->s.rto_us, 45000 + 4 * 22500);
	free(r);
}

/* Section 15.4, W=192: what is on the way, and 64 more. */
static void test_window(void **state)
{
	uint8_t content[KCAN_KLP_CONTENT_MAX] = { 0 };
	struct rig *r = rig_synced();
	uint64_t number;

	(void)state;
	r->s.window = 192;
	for (int i = 0; i < 3; i++)
		assert_int_equal(
			session_send(&r->s, content, sizeof(content), &number),
			0);
	assert_int_equal(put(r, "05", 10000), -EAGAIN);
	receive(r, "05118f087e", 11000);
	assert_int_equal(put(r, "05", 11000), 0);
	assert_int_equal(put(r, "05", 11000), -EAGAIN);
	free(r);
}

/* An acknowledged block counts until its ACK has come, too. */
static void test_window_and_ack(void **state)
{
	struct rig *r = rig_synced_by("0515c92c7e");

	(void)state;
	put(r, "02", 10000);
	put(r, "02", 10000);
	/* 6 on the way, 6 without ACK, 64 of what is to come */
	receive(r, "0a160e00000000a12a7e", 11000);
	r->s.window = 75;
	assert_int_equal(put(r, "05", 11000), -EAGAIN);
	r->s.window = 76;
	assert_int_equal(put(r, "05", 11000), 0);
	free(r);
}

static void test_twelve(void **state)
{
	struct rig *r = rig_synced();

	(void)state;
	for (int i = 0; i < 12; i++)
		assert_int_equal(put(r, "05", 10000), 0);
	assert_int_equal(put(r, "05", 10000), -EAGAIN);
	free(r);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_nak),
		cmocka_unit_test(test_timeouts),
		cmocka_unit_test(test_nak),
		cmocka_unit_test(test_finished),
		cmocka_unit_test(test_noise),
		cmocka_unit_test(test_ahead),
		cmocka_unit_test(test_slow_mcu),
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_window_and_ack),
		cmocka_unit_test(test_twelve),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
