// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/canbootreq/run.c
#include "../support/unit.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <kcan/bus.h>

#include "../../tools/canbootreq/look.h"
#include "../../tools/canbootreq/run.h"

#define JOBS_MAX 16
#define SENT_MAX 4096
#define NEVER UINT64_MAX

enum what { RX, ERROR, SIGNAL, DROP, HALT };

/** What happens at a time, whoever sends what. */
struct event {
	uint64_t us;
	enum what what;
	int value; /* ERROR: negative errno, SIGNAL: its number */
	struct can_frame frame;
};

/* A bus that confirms one frame after the other, and time moved by hand. */
static struct fake {
	uint64_t confirm_us; /* from sending to confirming */
	struct event events[8];
	size_t at;
	int refuse;		 /* errno of sending, negative */
	uint64_t refuse_from_us; /* and when that begins */
	uint64_t refuse_until_us;

	uint64_t now_us;
	bool halted;
	unsigned int dropped;
	struct can_frame sent[SENT_MAX];
	uint64_t sent_us[SENT_MAX];
	size_t sent_len, confirmed;
	size_t flying_max;
} fake;

unsigned int kcan_bus_dropped(const struct kcan_bus *bus)
{
	(void)bus;
	return fake.dropped;
}

void look_tell_lost(struct words_facts *facts, enum cause cause, int err)
{
	(void)err;
	facts->cause = cause;
}

int loop_send(struct loop *l, const struct can_frame *frame)
{
	size_t flying;

	(void)l;
	if (fake.refuse && fake.now_us >= fake.refuse_from_us &&
	    fake.now_us < fake.refuse_until_us)
		return fake.refuse;
	assert_true(fake.sent_len < SENT_MAX);
	fake.sent_us[fake.sent_len] = fake.now_us;
	fake.sent[fake.sent_len++] = *frame;
	flying = fake.sent_len - fake.confirmed;
	if (flying > fake.flying_max)
		fake.flying_max = flying;
	return 0;
}

static int take_event(struct loop *l, struct kcan_bus_rx *rx)
{
	const struct event *e = &fake.events[fake.at++];

	if (e->what == SIGNAL)
		l->signal = e->value;
	else if (e->what == HALT)
		fake.halted = true;
	else if (e->what == ERROR)
		return e->value;
	if (e->what == DROP) {
		fake.dropped++;
		fake.confirmed++;
	}
	rx[0] = (struct kcan_bus_rx){ .frame = e->frame };
	return e->what == RX;
}

int loop_turn(struct loop *l, struct kcan_bus_rx rx[static LOOP_BATCH],
	      uint64_t deadline_us)
{
	const struct event *e = &fake.events[fake.at];
	uint64_t confirm_us = NEVER, event_us = e->us ? e->us : NEVER;
	int n = 0;

	if (!fake.halted && fake.confirmed < fake.sent_len)
		confirm_us = fake.sent_us[fake.confirmed] + fake.confirm_us;
	if (deadline_us < confirm_us && deadline_us < event_us) {
		if (deadline_us > fake.now_us)
			fake.now_us = deadline_us;
	} else if (event_us <= confirm_us) {
		assert_true(event_us != NEVER); /* or it waits for ever */
		if (event_us > fake.now_us)
			fake.now_us = event_us;
		n = take_event(l, rx);
	} else {
		if (confirm_us > fake.now_us)
			fake.now_us = confirm_us;
		rx[0].frame = fake.sent[fake.confirmed++];
		rx[0].own = true;
		n = 1;
	}
	l->now_us = fake.now_us;
	return n;
}

static struct job jobs[JOBS_MAX];
static struct loop loop;

/* can-admin-channel.md, section 16: this one answers on nodeid 240 */
static const struct kcan_uuid UUID = { { 0x41, 0xf9, 0x05, 0xf5, 0x50, 0x04 } };
#define ID_1 FRAME(0x2e1, 0x01, 0x88, 0xa0, 0x03, 0x16, 0x00, 0x00, 0x00)
#define ID_2 FRAME(0x2e1, 0x41, 0xf9, 0x05, 0xf5, 0x50, 0x04, 0x00, 0x00)
#define ID_3 FRAME(0x2e1, 0x32, 0x40, 0x99, 0x03)

/* Jobs on nodeids 240, 239 ..., the first of them for UUID. */
static void play(const struct fake *with, size_t len)
{
	struct run run = { .loop = &loop, .jobs = jobs, .len = len };

	fake = *with;
	loop = (struct loop){ .ifname = "can0", .now_us = fake.now_us };
	memset(jobs, 0, sizeof(jobs));
	for (size_t i = 0; i < len; i++) {
		const struct kcan_bootreq_cfg own = { 1000000,
						      (uint8_t)(240 - i),
						      true };

		jobs[i].facts.nodeid = own.nodeid;
		jobs[i].facts.ifname = loop.ifname;
		jobs[i].facts.uuid = UUID;
		jobs[i].facts.uuid.b[5] = (uint8_t)(UUID.b[5] + i);
		assert_int_equal(kcan_bootreq_new(&jobs[i].req,
						  &jobs[i].facts.uuid, &own,
						  fake.now_us),
				 0);
	}
	run_all(&run);
	for (size_t i = 0; i < len; i++)
		kcan_bootreq_free(jobs[i].req);
}

static bool is_handback(const struct can_frame *frame, const struct job *job)
{
	return frame->can_id == 0x3f0 && frame->data[0] == 0x11 &&
	       frame->data[7] == job->facts.nodeid &&
	       (frame->data[1] ^ job->facts.uuid.b[0]) == 0xff;
}

/* Return: when the job's hand-back was sent; NEVER: it was not. */
static uint64_t handed_back_at(const struct job *job)
{
	for (size_t i = 0; i < fake.sent_len; i++)
		if (is_handback(&fake.sent[i], job))
			return fake.sent_us[i];
	return NEVER;
}

static bool is_held(const struct job *job)
{
	return job->facts.warnings & 1u << WARNING_NODEID_HELD;
}

static void test_one_frame_is_unconfirmed_at_a_time(void **state)
{
	(void)state;
	play(&(struct fake){ .confirm_us = 3000,
			     .events = { { 22500, RX, 0, ID_1 },
					 { 22600, RX, 0, ID_2 },
					 { 22700, RX, 0, ID_3 } } },
	     4);
	assert_int_equal(jobs[0].facts.cause, CAUSE_PROVEN);
	assert_int_equal(jobs[3].facts.cause, CAUSE_SILENT);
	assert_int_equal(fake.flying_max, 1);
	for (size_t i = 0; i < 4; i++)
		assert_false(is_held(&jobs[i]));
}

/* Its frame is unconfirmed, and the proof of another one arrives. */
static void test_a_halted_bus_does_not_keep_a_handback(void **state)
{
	uint64_t back_us;

	(void)state;
	play(&(struct fake){ .confirm_us = 1000,
			     .events = { { 16500, HALT },
					 { 16600, RX, 0, ID_1 },
					 { 16700, RX, 0, ID_2 },
					 { 16800, RX, 0, ID_3 } } },
	     4);
	back_us = handed_back_at(&jobs[0]);
	assert_int_equal(jobs[0].facts.cause, CAUSE_PROVEN);
	assert_int_equal(back_us, 116000);
}

static void test_a_signal_on_a_halted_bus_hands_all_back(void **state)
{
	(void)state;
	play(&(struct fake){ .confirm_us = 100,
			     .events = { { 50000, HALT },
					 { 70000, SIGNAL, SIGINT } } },
	     JOBS_MAX);
	for (size_t i = 0; i < JOBS_MAX; i++) {
		assert_int_equal(jobs[i].facts.cause, CAUSE_INTERRUPTED);
		assert_true(handed_back_at(&jobs[i]) < 600000);
		assert_true(is_held(&jobs[i]));
	}
	assert_true(fake.now_us <= 1100000);
}

static void test_a_signal_before_all_leaves_the_node_alone(void **state)
{
	(void)state;
	play(&(struct fake){ .now_us = 1,
			     .events = { { 1, SIGNAL, SIGTERM } } },
	     2);
	assert_int_equal(jobs[0].facts.cause, CAUSE_INTERRUPTED);
	assert_int_equal(jobs[0].facts.request, REQUEST_NONE);
	assert_int_equal(fake.sent_len, 0);
}

static const struct error_row {
	const char *name;
	int err;
	uint64_t until_us;
	bool back;
} error_rows[] = {
	{ "an error of the kernel is no way out without hand-back", -ENOMEM,
	  20000, true },
	{ "down and up again in a moment: handed back", -ENETDOWN, 300000,
	  true },
	{ "down for good: told that the nodeid may be held", -ENETDOWN, NEVER,
	  false },
	{ "gone: told at once", -ENODEV, NEVER, false },
};

static void test_error(void **state)
{
	const struct error_row *row = *state;

	play(&(struct fake){ .confirm_us = 100,
			     .refuse = row->err,
			     .refuse_from_us = 10000,
			     .refuse_until_us = row->until_us },
	     2);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(jobs[i].facts.cause, CAUSE_LOST);
		assert_int_equal(handed_back_at(&jobs[i]) != NEVER, row->back);
		assert_int_equal(is_held(&jobs[i]), !row->back);
	}
	assert_true(fake.now_us < (row->err == -ENODEV ? 20000 : 600000));
}

static void test_an_error_of_receiving_hands_back(void **state)
{
	(void)state;
	play(&(struct fake){ .confirm_us = 100,
			     .events = { { 15000, ERROR, -ENETDOWN } } },
	     1);
	assert_int_equal(jobs[0].facts.cause, CAUSE_LOST);
	assert_int_equal(handed_back_at(&jobs[0]), 15000);
	assert_false(is_held(&jobs[0]));
}

/* The confirmation of the first request is among what the kernel dropped. */
static void test_a_dropped_confirmation_delays_only_its_own(void **state)
{
	(void)state;
	play(&(struct fake){ .confirm_us = 100, .events = { { 50, DROP } } },
	     2);
	assert_int_equal(jobs[0].facts.cause, CAUSE_UNCONFIRMED);
	assert_int_equal(jobs[1].facts.cause, CAUSE_SILENT);
	assert_true(jobs[1].facts.warnings & 1u << WARNING_DROPPED);
}

static void test_who_never_had_its_turn_is_told_so(void **state)
{
	(void)state;
	play(&(struct fake){ .confirm_us = 100, .halted = true }, 2);
	assert_int_equal(jobs[0].facts.cause, CAUSE_UNCONFIRMED);
	assert_int_equal(jobs[1].facts.cause, CAUSE_BEHIND);
	assert_int_equal(fake.sent_len, 1);
}

static void test_a_queue_that_was_full_for_a_while_is_told(void **state)
{
	(void)state;
	play(&(struct fake){ .confirm_us = 100,
			     .refuse = -ENOBUFS,
			     .refuse_from_us = 5000,
			     .refuse_until_us = 900000 },
	     1);
	assert_int_equal(jobs[0].facts.cause, CAUSE_SILENT);
	assert_true(jobs[0].facts.warnings & 1u << WARNING_QUEUE_FULL);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(error_rows) + 8] = {
		cmocka_unit_test(test_one_frame_is_unconfirmed_at_a_time),
		cmocka_unit_test(test_a_halted_bus_does_not_keep_a_handback),
		cmocka_unit_test(test_a_signal_on_a_halted_bus_hands_all_back),
		cmocka_unit_test(
			test_a_signal_before_all_leaves_the_node_alone),
		cmocka_unit_test(test_an_error_of_receiving_hands_back),
		cmocka_unit_test(
			test_a_dropped_confirmation_delays_only_its_own),
		cmocka_unit_test(test_who_never_had_its_turn_is_told_so),
		cmocka_unit_test(
			test_a_queue_that_was_full_for_a_while_is_told),
	};
	size_t n = 8;

	ROWS(error_rows, test_error);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
