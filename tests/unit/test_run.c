// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/canbootreq/request/run.c
#include "../support/unit.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <kcan/bus.h>

#include "../../tools/canbootreq/look/look.h"
#include "../../tools/canbootreq/request/run.h"

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
	uint64_t send_us;    /* how long the process waits for its send */
	uint64_t stamp_us; /* from sending to the confirmation's stamp; 0: none */
	struct event events[16];
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

void look_explain_lost(struct words_facts *facts, enum cause cause, int err)
{
	(void)err;
	facts->cause = cause;
}

int bus_send(struct bus *bus, const struct can_frame *frame)
{
	size_t flying;

	if (fake.refuse && fake.now_us >= fake.refuse_from_us &&
	    fake.now_us < fake.refuse_until_us)
		return fake.refuse;
	assert_true(fake.sent_len < SENT_MAX);
	fake.sent_us[fake.sent_len] = fake.now_us;
	fake.sent[fake.sent_len++] = *frame;
	fake.now_us += fake.send_us;
	bus->loop->now_us = fake.now_us;
	flying = fake.sent_len - fake.confirmed;
	if (flying > fake.flying_max)
		fake.flying_max = flying;
	return 0;
}

/* Time stands still but for what happens. */
uint64_t loop_now(struct loop *l)
{
	l->now_us = fake.now_us;
	return l->now_us;
}

/* F0 for the first job, EF for the second: no two share one. */
uint8_t nodeids_draw(void *ctx)
{
	uint8_t nodeid = *(uint8_t *)ctx;

	*(uint8_t *)ctx = 0;
	return nodeid;
}

void nodeids_note(struct nodeids *pool, const struct can_frame *frame)
{
	(void)pool;
	(void)frame;
}

static int take_event(struct bus *bus, struct kcan_bus_rx *rx)
{
	const struct event *e = &fake.events[fake.at++];

	if (e->what == SIGNAL)
		bus->loop->signal = e->value;
	else if (e->what == HALT)
		fake.halted = true;
	else if (e->what == ERROR)
		return e->value;
	if (e->what == DROP) {
		fake.dropped++;
		fake.confirmed++;
	}
	rx[0] = (struct kcan_bus_rx){ .frame = e->frame, .at_us = e->us };
	return e->what == RX;
}

int bus_turn(struct bus *bus, struct kcan_bus_rx rx[static BUS_BATCH],
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
		n = take_event(bus, rx);
	} else {
		if (confirm_us > fake.now_us)
			fake.now_us = confirm_us;
		rx[0] = (struct kcan_bus_rx){
			.frame = fake.sent[fake.confirmed], .own = true
		};
		if (fake.stamp_us)
			rx[0].at_us =
				fake.sent_us[fake.confirmed] + fake.stamp_us;
		fake.confirmed++;
		n = 1;
	}
	bus->loop->now_us = fake.now_us;
	return n;
}

/* One bus leaves the waiting to bus_turn(). */
int bus_group_open(struct bus_group *g)
{
	assert_int_equal(g->len, 1);
	return 0;
}

void bus_group_close(struct bus_group *g)
{
	(void)g;
}

int bus_group_wait(struct bus_group *g, uint64_t *deadline_us)
{
	(void)g;
	(void)deadline_us;
	return 0;
}

static struct job jobs[JOBS_MAX];
static struct loop loop;
static struct bus bus;

/* can-admin-channel.md, section 16: this one answers on nodeid 240 */
static const struct kcan_uuid UUID = { { 0x41, 0xf9, 0x05, 0xf5, 0x50, 0x04 } };
#define ID_1 FRAME(0x2e1, 0x01, 0x88, 0xa0, 0x03, 0x16, 0x00, 0x00, 0x00)
#define ID_2 FRAME(0x2e1, 0x41, 0xf9, 0x05, 0xf5, 0x50, 0x04, 0x00, 0x00)
#define ID_3 FRAME(0x2e1, 0x32, 0x40, 0x99, 0x03)

static uint64_t proof_us; /* when it was handed on; 0: it was not */
static unsigned int ends[JOBS_MAX];

static void note_proof(void *ctx, struct words_facts *facts)
{
	(void)ctx;
	assert_int_equal(facts->cause, CAUSE_PROVEN);
	proof_us = fake.now_us;
}

static void note_end(void *ctx, const struct job *job)
{
	(void)ctx;
	ends[job - jobs]++;
}

/* Jobs on nodeids 240, 239 ..., the first of them for UUID. */
static void play_goal(const struct fake *with, size_t len,
		      enum kcan_bootreq_goal goal)
{
	struct run run = { .bus = &bus,
			   .jobs = jobs,
			   .len = len,
			   .proven = note_proof,
			   .ended = note_end };

	static uint8_t nodeids[JOBS_MAX];

	fake = *with;
	proof_us = 0;
	memset(ends, 0, sizeof(ends));
	loop = (struct loop){ .now_us = fake.now_us };
	bus = (struct bus){ .loop = &loop, .ifname = "can0" };
	memset(jobs, 0, sizeof(jobs));
	for (size_t i = 0; i < len; i++) {
		const struct kcan_bootreq_cfg own = { 1000000, goal,
						      nodeids_draw,
						      &nodeids[i] };

		nodeids[i] = (uint8_t)(240 - i);
		jobs[i].facts.ifname = bus.ifname;
		jobs[i].facts.leave = goal == KCAN_BOOTREQ_GOAL_LEAVE;
		jobs[i].facts.uuid = UUID;
		jobs[i].facts.uuid.b[5] = (uint8_t)(UUID.b[5] + i);
		assert_int_equal(kcan_bootreq_new(&jobs[i].req,
						  &jobs[i].facts.uuid, &own,
						  fake.now_us),
				 0);
	}
	assert_int_equal(run_all(&(struct run *){ &run }, 1, NULL), 0);
	for (size_t i = 0; i < len; i++)
		kcan_bootreq_free(jobs[i].req);
}

static void play(const struct fake *with, size_t len)
{
	play_goal(with, len, KCAN_BOOTREQ_GOAL_ENTER);
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
			     .events = { { 25500, RX, 0, ID_1 },
					 { 25600, RX, 0, ID_2 },
					 { 25700, RX, 0, ID_3 } } },
	     4);
	assert_int_equal(jobs[0].facts.cause, CAUSE_PROVEN);
	assert_int_equal(jobs[3].facts.cause, CAUSE_SILENT);
	assert_int_equal(fake.flying_max, 1);
	for (size_t i = 0; i < 4; i++)
		assert_false(is_held(&jobs[i]));
}

/* Else the one that was first would have asked its second question by then. */
static void test_all_have_their_turn(void **state)
{
	(void)state;
	play(&(struct fake){ .confirm_us = 20000 }, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(fake.sent[i].data[0], 0x02);
		assert_int_equal(fake.sent[i].data[6], jobs[i].facts.uuid.b[5]);
		assert_int_equal(ends[i], 1);
	}
}

/*
 * The question is begun at 26 ms, and the kernel has it by 34 ms; or, by the stamp
 * of its confirmation, earlier.
 */
static void
test_what_comes_while_the_question_is_sent_proves_nothing(void **state)
{
	static const struct {
		uint64_t us;
		enum cause cause;
		uint64_t stamp_us;
	} rows[] = { { 26001, CAUSE_SILENT },
		     { 33999, CAUSE_SILENT },
		     { 34000, CAUSE_PROVEN },
		     { 27999, CAUSE_SILENT, 2000 },
		     { 28000, CAUSE_PROVEN, 2000 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		play(&(struct fake){ .send_us = 8000,
				     .stamp_us = rows[i].stamp_us,
				     .events = { { rows[i].us, RX, 0, ID_1 },
						 { rows[i].us, RX, 0, ID_2 },
						 { rows[i].us, RX, 0, ID_3 } } },
		     1);
		assert_int_equal(jobs[0].facts.cause, rows[i].cause);
	}
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

/* Those behind it have a time-out of their own, which has begun by then. */
static void test_a_halted_bus_ends_all_a_second_after_the_time_out(void **state)
{
	(void)state;
	play(&(struct fake){ .confirm_us = 100, .events = { { 50000, HALT } } },
	     JOBS_MAX);
	for (size_t i = 0; i < JOBS_MAX; i++) {
		assert_int_equal(jobs[i].facts.cause, CAUSE_SILENT);
		assert_true(handed_back_at(&jobs[i]) != NEVER);
		assert_true(is_held(&jobs[i]));
	}
	assert_true(fake.now_us <= 2000000);
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
	assert_true(fake.now_us < (row->err == -ENODEV ? 20000 : 920000));
}

static void test_an_error_of_receiving_hands_back(void **state)
{
	(void)state;
	play(&(struct fake){ .confirm_us = 100,
			     .events = { { 15000, ERROR, -ENETDOWN } } },
	     1);
	assert_int_equal(jobs[0].facts.cause, CAUSE_LOST);
	/* behind the SET, which fetches the node */
	assert_int_equal(handed_back_at(&jobs[0]), 15100);
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

/* katapult-protocol.md, section 12 */
static const struct can_frame ident[] = {
	FRAME(0x2e1, 0x01, 0x88, 0xa0, 0x0d, 0x11, 0x00, 0x00, 0x00),
	FRAME(0x2e1, 0x00, 0x01, 0x01, 0x00, 0x00, 0x20, 0x00, 0x08),
	FRAME(0x2e1, 0x40, 0x00, 0x00, 0x00, 0x73, 0x74, 0x6d, 0x33),
	FRAME(0x2e1, 0x32, 0x67, 0x30, 0x62, 0x31, 0x78, 0x78, 0x00),
	FRAME(0x2e1, 0x00, 0x00, 0x00, 0x00, 0x76, 0x30, 0x2e, 0x30),
	FRAME(0x2e1, 0x2e, 0x31, 0x2d, 0x31, 0x30, 0x39, 0x2d, 0x67),
	FRAME(0x2e1, 0x39, 0x30, 0x32, 0x66, 0x33, 0x33, 0x35, 0x00),
	FRAME(0x2e1, 0xaf, 0xda, 0x99, 0x03),
};

/* It answers the first question and CONNECT, and then @more happens. */
static struct fake talking(const struct event *more)
{
	struct fake with = { .confirm_us = 100,
			     .events = { { 10500, RX, 0, ID_1 },
					 { 10600, RX, 0, ID_2 },
					 { 10700, RX, 0, ID_3 } } };

	for (size_t i = 0; i < ARRAY_SIZE(ident); i++)
		with.events[3 + i] =
			(struct event){ 11000 + i, RX, 0, ident[i] };
	if (more)
		with.events[3 + ARRAY_SIZE(ident)] = *more;
	return with;
}

static void test_what_katapult_is_becomes_known(void **state)
{
	const struct fake with = talking(NULL);

	(void)state;
	play(&with, 1);
	assert_int_equal(jobs[0].facts.cause, CAUSE_PROVEN);
	assert_true(jobs[0].facts.identified);
	assert_string_equal(jobs[0].facts.katapult.mcu, "stm32g0b1xx");
	assert_int_equal(handed_back_at(&jobs[0]), 11007);
	/* nobody waits for the result until the node is left */
	assert_int_equal(proof_us, 11007);
	assert_int_equal(jobs[0].facts.elapsed_us, 11007);
	assert_true(fake.now_us > 50000);
}

static void test_a_signal_between_the_halves_sends_the_second(void **state)
{
	const struct fake with =
		talking(&(struct event){ 11050, SIGNAL, SIGINT });
	const struct can_frame tail = FRAME(0x2e0, 0x5b, 0xde, 0x99, 0x03);

	(void)state;
	play_goal(&with, 1, KCAN_BOOTREQ_GOAL_LEAVE);
	assert_int_equal(jobs[0].facts.cause, CAUSE_INTERRUPTED);
	assert_int_equal(jobs[0].facts.request, REQUEST_NONE);
	assert_frame_equal(fake.sent[fake.sent_len - 4], tail);
	assert_int_equal(handed_back_at(&jobs[0]),
			 fake.sent_us[fake.sent_len - 3]);
	assert_int_equal(jobs[0].facts.warnings, 0);
}

static void test_a_half_that_stays_behind_is_told(void **state)
{
	struct fake with = talking(&(struct event){ 11107, ERROR, -ENETDOWN });

	(void)state;
	with.refuse = -ENETDOWN;
	with.refuse_from_us = 11107;
	with.refuse_until_us = NEVER;
	play_goal(&with, 1, KCAN_BOOTREQ_GOAL_LEAVE);
	assert_int_equal(jobs[0].facts.cause, CAUSE_LOST_UNSENT);
	assert_true(jobs[0].facts.warnings & 1u << WARNING_TORN);
	assert_true(is_held(&jobs[0]));
}

static void test_nobody_to_leave_is_no_silence_after_a_request(void **state)
{
	(void)state;
	play_goal(&(struct fake){ .confirm_us = 100 }, 1,
		  KCAN_BOOTREQ_GOAL_LEAVE);
	assert_int_equal(jobs[0].facts.cause, CAUSE_LEAVE_SILENT);
	assert_int_equal(jobs[0].facts.request, REQUEST_NONE);
	assert_int_equal(proof_us, 0);
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

static void test_a_bus_that_is_lost_is_no_full_queue(void **state)
{
	static const int errors[] = { -ENETDOWN, -ENODEV };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		play(&(struct fake){ .confirm_us = 100,
				     .events = { { 30000, ERROR, errors[i] } },
				     .refuse = errors[i],
				     .refuse_from_us = 30000,
				     .refuse_until_us = NEVER },
		     1);
		assert_int_equal(jobs[0].facts.cause, CAUSE_LOST);
		assert_true(is_held(&jobs[0]));
		assert_false(jobs[0].facts.warnings & 1u << WARNING_QUEUE_FULL);
	}
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(error_rows) + 16] = {
		cmocka_unit_test(test_all_have_their_turn),
		cmocka_unit_test(test_what_katapult_is_becomes_known),
		cmocka_unit_test(
			test_a_signal_between_the_halves_sends_the_second),
		cmocka_unit_test(test_a_half_that_stays_behind_is_told),
		cmocka_unit_test(
			test_nobody_to_leave_is_no_silence_after_a_request),
		cmocka_unit_test(test_one_frame_is_unconfirmed_at_a_time),
		cmocka_unit_test(
			test_what_comes_while_the_question_is_sent_proves_nothing),
		cmocka_unit_test(test_a_halted_bus_does_not_keep_a_handback),
		cmocka_unit_test(test_a_signal_on_a_halted_bus_hands_all_back),
		cmocka_unit_test(
			test_a_halted_bus_ends_all_a_second_after_the_time_out),
		cmocka_unit_test(
			test_a_signal_before_all_leaves_the_node_alone),
		cmocka_unit_test(test_an_error_of_receiving_hands_back),
		cmocka_unit_test(
			test_a_dropped_confirmation_delays_only_its_own),
		cmocka_unit_test(test_who_never_had_its_turn_is_told_so),
		cmocka_unit_test(
			test_a_queue_that_was_full_for_a_while_is_told),
		cmocka_unit_test(test_a_bus_that_is_lost_is_no_full_queue),
	};
	size_t n = 16;

	ROWS(error_rows, test_error);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
