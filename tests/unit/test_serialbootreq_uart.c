// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/serial/uart.c
/* A port whose queue empties when it is told to, and time moved by hand. */
#include "../support/unit.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include <kcan/kat.h>

#include "../../tools/serial/ask.h"
#include "../../tools/serial/trace.h"

#define S 1000000u
#define NEVER UINT64_MAX

/* katapult-protocol.md, section 12 */
#define CONNECT "\x01\x88\x11\x00\xf1\x7c\x99\x03"
#define UNKNOWN "\x01\x88\x90\x00\xe5\xe9\x99\x03"
#define REFUSE "\x01\x88\xf2\x00\x00\xbf\x99\x03"
#define IDENT                                                          \
	"\x01\x88\xa0\x0c\x11\x00\x00\x00\x00\x01\x01\x00\x00\x40\x00" \
	"\x10\x40\x00\x00\x00rp2040\x00\x00\x00\x00\x00\x00"           \
	"v0.0.1-109-g902f335\x00\x18\x3b\x99\x03"

static struct fake {
	uint64_t queue_us;  /* how long a question is queued */
	unsigned int leave; /* but only so many leave at all */
	uint64_t answer_us; /* from the write to the answer; NEVER: none */
	uint64_t boots_us;  /* Katapult answers from then on */
	uint64_t signal_us; /* when a signal comes; 0: none does */
	int error;	    /* of looking at the queue, negative */

	uint64_t now_us;
	unsigned int writes;
	uint64_t leaves_us;
	bool dropped, closed;
	const char *answer; /* on its way */
	size_t answer_len;
	uint64_t arrives_us;
} fake;

struct kcan_tty *ask_open(struct words_facts *facts)
{
	(void)facts;
	return (struct kcan_tty *)&fake;
}

void kcan_tty_close(struct kcan_tty *tty)
{
	(void)tty;
	fake.closed = true;
}

int kcan_tty_fd(const struct kcan_tty *tty)
{
	(void)tty;
	return 7;
}

int kcan_tty_speed(struct kcan_tty *tty, uint32_t rate_bps)
{
	(void)tty;
	assert_int_equal(rate_bps, 250000);
	return 0;
}

static void answer_with(const char *bytes, size_t len)
{
	if (fake.answer_us == NEVER || fake.now_us < fake.boots_us)
		return;
	fake.answer = bytes;
	fake.answer_len = len;
	fake.arrives_us = fake.now_us + fake.answer_us;
}

int kcan_tty_ask(struct kcan_tty *tty, const void *bytes, size_t len)
{
	(void)tty;
	/* nothing goes out behind what has not left */
	assert_true(!fake.writes || fake.leaves_us <= fake.now_us);
	fake.leaves_us = fake.writes++ < fake.leave ?
				 fake.now_us + fake.queue_us :
				 NEVER;
	fake.answer_len = 0;
	if (len == 8 && !memcmp(bytes, CONNECT, len))
		answer_with(IDENT, sizeof(IDENT) - 1);
	else if (len == 8 && !memcmp(bytes, UNKNOWN, len))
		answer_with(REFUSE, sizeof(REFUSE) - 1);
	return 0;
}

int kcan_tty_queued(const struct kcan_tty *tty)
{
	(void)tty;
	if (fake.error)
		return fake.error;
	return fake.leaves_us > fake.now_us;
}

void kcan_tty_unwrite(struct kcan_tty *tty)
{
	(void)tty;
	fake.dropped = true;
}

ssize_t kcan_tty_read(struct kcan_tty *tty, void *buf, size_t size)
{
	size_t len = fake.answer_len;

	(void)tty;
	assert_true(len <= size);
	memcpy(buf, fake.answer, len);
	fake.answer_len = 0;
	return (ssize_t)len;
}

uint64_t loop_now(struct loop *l)
{
	return l->now_us = fake.now_us;
}

int loop_wait(struct loop *l, int fd, uint64_t deadline_us)
{
	uint64_t comes_us = fake.answer_len ? fake.arrives_us : NEVER;
	uint64_t until_us = comes_us < deadline_us ? comes_us : deadline_us;

	assert_int_equal(fd, 7);
	assert_true(until_us != NEVER);
	if (until_us > fake.now_us)
		fake.now_us = until_us;
	loop_now(l);
	if (fake.signal_us && fake.now_us >= fake.signal_us)
		l->signal = SIGTERM;
	return comes_us <= fake.now_us;
}

void trace_bytes(const struct loop *l, uint32_t rate_bps, const char *way,
		 const uint8_t *bytes, size_t len)
{
	(void)l;
	(void)rate_bps;
	(void)way;
	(void)bytes;
	(void)len;
}

#define ALL_LEAVE .leave = 1000

static const struct row {
	const char *name;
	struct fake fake;
	enum cause cause;
	bool requested;
	uint64_t from_us, to_us; /* when it ends */
	const char *detail;
	bool dropped; /* what was in the queue of the port */
} rows[] = {
	{ "what leaves at once is answered at once",
	  { ALL_LEAVE, .answer_us = 3000 },
	  CAUSE_ALREADY,
	  false,
	  6000,
	  6000,
	  "" },
	{ "what leaves late is answered later",
	  { ALL_LEAVE, .queue_us = 20000, .answer_us = 23000 },
	  CAUSE_ALREADY,
	  false,
	  46000,
	  46000,
	  "" },
	{ "what comes while a question is queued is no answer",
	  { ALL_LEAVE, .queue_us = 20000, .answer_us = 15000 },
	  CAUSE_SILENT,
	  true,
	  S,
	  3 * S,
	  "" },
	{ "Katapult after the request",
	  { ALL_LEAVE, .answer_us = 3000, .boots_us = 700000 },
	  CAUSE_PROVEN,
	  true,
	  700000,
	  S,
	  "" },
	{ "a question that never leaves",
	  { .answer_us = 3000 },
	  CAUSE_NOT_TAKEN,
	  false,
	  S,
	  S + 2000,
	  "Connection timed out",
	  true },
	{ "a request that never leaves is dropped and was not sent",
	  { .leave = 2, .answer_us = NEVER },
	  CAUSE_NOT_TAKEN,
	  false,
	  S + 500000,
	  S + 510000,
	  "Connection timed out",
	  true },
	{ "a question that never leaves after the request",
	  { .leave = 3, .answer_us = NEVER },
	  CAUSE_LOST,
	  true,
	  S + 750000,
	  S + 770000,
	  "Connection timed out",
	  true },
	{ "a signal while the request is queued: it is dropped, not sent",
	  { .leave = 2, .answer_us = NEVER, .signal_us = 600000 },
	  CAUSE_INTERRUPTED,
	  false,
	  600000,
	  602000,
	  "",
	  true },
	{ "a signal while an answer is waited for drops nothing",
	  { ALL_LEAVE, .answer_us = NEVER, .signal_us = 100000 },
	  CAUSE_INTERRUPTED,
	  false,
	  100000,
	  S,
	  "" },
	{ "a port that vanishes with a question in its queue",
	  { .error = -EIO, .answer_us = NEVER },
	  CAUSE_LOST_UNSENT,
	  false,
	  0,
	  1000,
	  "Input/output error" },
};

static void test_row(void **state)
{
	const struct row *row = *state;
	struct words_facts facts = { .timeout_us = S,
				     .baud_bps = 250000,
				     .katapult_bps = 250000 };
	struct loop loop = { 0 };

	fake = row->fake;
	ask_uart(&facts, &loop);
	assert_int_equal(facts.cause, row->cause);
	assert_int_equal(facts.requested, row->requested);
	assert_in_range(fake.now_us, row->from_us, row->to_us);
	assert_string_equal(facts.detail, row->detail);
	assert_int_equal(fake.dropped, row->dropped);
}

/* For who flashes over it then; but not when nothing was proven. */
static void test_the_port_is_kept_open_where_katapult_answered(void **state)
{
	struct loop loop = { 0 };

	(void)state;
	for (int answers = 0; answers < 2; answers++) {
		struct words_facts facts = { .timeout_us = S,
					     .baud_bps = 250000,
					     .katapult_bps = 250000,
					     .keeps = true };

		fake = (struct fake){ ALL_LEAVE,
				      .answer_us = answers ? 3000 : NEVER };
		ask_uart(&facts, &loop);
		assert_int_equal(facts.identified, answers);
		assert_int_equal(fake.closed, !answers);
		assert_ptr_equal(facts.tty, answers ? &fake : NULL);
	}
}

/* On USB: nothing is asked for, so an application's answer is not waited for. */
static void test_a_katapult_that_is_known_is_asked_who_it_is(void **state)
{
	struct words_facts facts = { .way = WAY_USB,
				     .timeout_us = S,
				     .baud_bps = 250000,
				     .katapult_bps = 250000 };
	struct loop loop = { 0 };

	(void)state;
	fake = (struct fake){ ALL_LEAVE, .answer_us = 3000 };
	ask_katapult(&facts, &loop);
	assert_int_equal(facts.cause, CAUSE_ALREADY);
	assert_int_equal(facts.way, WAY_USB);
	assert_string_equal(facts.katapult.mcu, "rp2040");
	assert_int_equal(fake.writes, 2);
	assert_true(fake.closed);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows) + 2];
	size_t n = 0;

	ROWS(rows, test_row);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(
		test_the_port_is_kept_open_where_katapult_answered);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(
		test_a_katapult_that_is_known_is_asked_who_it_is);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
