// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/canbootreq/request/diagnose.c tools/canbootreq/say/application.c
#include "../support/unit.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include <kcan/bus.h>

#include "../../tools/canbootreq/request/diagnose.h"
#include "../../tools/canbus/reserve.h"
#include "util/random.h"

#define S 1000000u
#define LISTENED (6 * S) /* when the first SET goes out */
#define JOBS_MAX 3

enum node { NOBODY, ANSWERS, MUTE, ROBBED };

/* A bus with one kind of node on it, and time moved by hand. */
static struct fake {
	enum node node;
	uint8_t heard;	  /* nodeid of a frame that is on the bus at 1 s */
	uint8_t waits;	  /* the same, but it waits in the socket at 6 s */
	uint8_t reserved; /* nodeids up to this are somebody else's */
	bool force;
	uint32_t random;
	unsigned int confirms; /* so many frames are confirmed */
	int refuse;	       /* negative errno of sending */
	int listen_error;
	unsigned int dropped;
	uint64_t signal_us; /* SIGINT then; 0: never */
	uint64_t lost_us;   /* -ENETDOWN then; 0: never */

	uint64_t now_us;
	struct can_frame queue[8];
	bool own[8];
	size_t queued;
	unsigned int sets, questions;
	unsigned int opened, closed;
	uint64_t first_us; /* the first frame was sent */
} fake;

#define ALWAYS 1000000

unsigned int kcan_bus_dropped(const struct kcan_bus *bus)
{
	(void)bus;
	return fake.dropped;
}

int reserve_nodeid(unsigned int ifindex, uint8_t nodeid)
{
	assert_int_equal(ifindex, 7);
	return nodeid <= fake.reserved ? -EADDRINUSE : 100;
}

uint32_t util_random(void)
{
	return fake.random;
}

uint64_t loop_now(struct loop *l)
{
	return l->now_us = fake.now_us;
}

int bus_open(struct bus *bus, const struct can_filter *filters, size_t len)
{
	(void)bus;
	/* nodeids 64 to 127, 180..1FF, and what confirms a SET */
	assert_int_equal(len, 2);
	assert_int_equal(filters[0].can_id, 0x3f0);
	assert_int_equal(filters[1].can_id, 0x180);
	assert_int_equal(filters[1].can_mask & CAN_SFF_MASK, 0x780);
	fake.opened++;
	return fake.listen_error;
}

void bus_close(struct bus *bus)
{
	(void)bus;
	fake.closed++;
}

static void arrive(const struct can_frame *frame, bool own)
{
	assert_true(fake.queued < ARRAY_SIZE(fake.queue));
	fake.own[fake.queued] = own;
	fake.queue[fake.queued++] = *frame;
}

static void answer_with(const struct can_frame *question,
			struct can_frame frame)
{
	frame.can_id = question->can_id + 1;
	arrive(&frame, false);
}

/*
 * The challenge is `identify` with offset 1000000, count 1, in two frames. Then
 * the dictionary ends where it begins: klipper-mcu-protocol.md, sections 5 and 7.
 */
static void answer(const struct can_frame *frame)
{
	if (frame->can_dlc < 8) {
		answer_with(frame, FRAME(0, 0x0b, 0x12, 0x00, 0x88, 0x80, 0x80,
					 0x00, 0x00));
		answer_with(frame, FRAME(0, 0xa8, 0x65, 0x7e, 0x05, 0x12, 0xbd,
					 0x93, 0x7e));
	} else if (frame->data[0] == 0x08) {
		answer_with(frame, FRAME(0, 0x08, 0x13, 0x00, 0x00, 0x00, 0x8c,
					 0xc4, 0x7e));
		answer_with(frame, FRAME(0, 0x05, 0x13, 0xac, 0x1a, 0x7e));
	}
}

/* Or the node wants sequence 0 (section 4.3), or is not the only one with 65. */
static void react(const struct can_frame *frame)
{
	const struct can_frame set =
		FRAME(0x3f0, 0x01, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x41);

	if (fake.node == ANSWERS)
		answer(frame);
	else if (fake.node == MUTE)
		answer_with(frame, FRAME(0, 0x05, 0x10, 0x9e, 0x81, 0x7e));
	else if (fake.node == ROBBED)
		arrive(&set, false);
}

int bus_send(struct bus *bus, const struct can_frame *frame)
{
	(void)bus;
	if (!fake.first_us)
		fake.first_us = fake.now_us;
	if (fake.refuse)
		return fake.refuse;
	if (frame->can_id == 0x3f0)
		fake.sets++;
	else
		fake.questions++;
	if (!fake.confirms)
		return 0;
	fake.confirms--;
	arrive(frame, true);
	if (frame->can_id != 0x3f0)
		react(frame);
	return 0;
}

/* What is to happen at @us happens once. */
static bool comes(uint64_t *us, uint64_t deadline_us)
{
	if (!*us || *us > deadline_us)
		return false;
	if (*us > fake.now_us)
		fake.now_us = *us;
	*us = 0;
	return true;
}

int bus_turn(struct bus *bus, struct kcan_bus_rx rx[static BUS_BATCH],
	     uint64_t deadline_us)
{
	size_t n = fake.queued;

	for (size_t i = 0; i < n; i++)
		rx[i] = (struct kcan_bus_rx){ fake.queue[i], fake.own[i] };
	fake.queued = 0;
	if (n)
		return (int)n;
	assert_true(deadline_us != UINT64_MAX);
	if (comes(&fake.signal_us, deadline_us)) {
		bus->loop->signal = SIGINT;
	} else if (comes(&fake.lost_us, deadline_us)) {
		bus->loop->now_us = fake.now_us;
		return -ENETDOWN;
	} else if (fake.waits && fake.now_us >= LISTENED) {
		rx[n++].frame = FRAME(0x101u + 2u * fake.waits, 0x05);
		fake.waits = 0;
	} else if (fake.heard) {
		rx[n++].frame = FRAME(0x101u + 2u * fake.heard, 0x05);
		fake.heard = 0;
		fake.now_us = S;
	} else if (deadline_us > fake.now_us) {
		fake.now_us = deadline_us;
	}
	bus->loop->now_us = fake.now_us;
	return (int)n;
}

#define ALL_OK .confirms = ALWAYS
#define TAKEN (1u << WARNING_TAKEN)
#define QUEUED (1u << WARNING_STILL_QUEUED)

static const struct row {
	const char *name;
	struct fake fake;
	enum cause causes[JOBS_MAX]; /* before */
	struct {
		enum cause cause;
		uint8_t asked;
		unsigned int warnings;
		const char *detail;
	} want[JOBS_MAX];
} rows[] = {
	{ "who is silent for Klipper, too",
	  { ALL_OK },
	  { CAUSE_SILENT },
	  { { CAUSE_BOTH_SILENT, 65, TAKEN, "" } } },
	{ "who answers, and whose dictionary is none",
	  { ALL_OK, .node = ANSWERS },
	  { CAUSE_SILENT },
	  { { CAUSE_APPLICATION_UNREAD, 65, TAKEN,
	      "its dictionary could not be read" } } },
	{ "who sends blocks, but no answers",
	  { ALL_OK, .node = MUTE },
	  { CAUSE_SILENT },
	  { { CAUSE_NO_DIAGNOSIS, 65, TAKEN,
	      "Klipper blocks came for the nodeid it was given, but no answer "
	      "to a question" } } },
	{ "only the silent ones are asked, one after the other",
	  { ALL_OK },
	  { CAUSE_SILENT, CAUSE_PROVEN, CAUSE_SILENT },
	  { { CAUSE_BOTH_SILENT, 65, TAKEN, "" },
	    { CAUSE_PROVEN, 0, 0, "" },
	    { CAUSE_BOTH_SILENT, 66, TAKEN, "" } } },
	{ "a nodeid that is heard is not given",
	  { ALL_OK, .heard = 65 },
	  { CAUSE_SILENT },
	  { { CAUSE_BOTH_SILENT, 66, TAKEN, "" } } },
	{ "nor is one that was heard in the last moment",
	  { ALL_OK, .waits = 65 },
	  { CAUSE_SILENT },
	  { { CAUSE_BOTH_SILENT, 66, TAKEN, "" } } },
	{ "the nodeid is drawn from those that were not heard",
	  { ALL_OK, .heard = 66, .random = 62 + 7 },
	  { CAUSE_SILENT },
	  { { CAUSE_BOTH_SILENT, 73, TAKEN, "" } } },
	{ "a nodeid of another process is not given",
	  { ALL_OK, .reserved = 80 },
	  { CAUSE_SILENT },
	  { { CAUSE_BOTH_SILENT, 127, TAKEN, "" } } },
	{ "a nodeid that somebody gives to another node says nothing",
	  { ALL_OK, .node = ROBBED },
	  { CAUSE_SILENT },
	  { { CAUSE_NO_DIAGNOSIS, 65, TAKEN,
	      "somebody gave the nodeid that Klipper was asked on to another "
	      "node" } } },
	{ "without a free nodeid nobody is asked",
	  { ALL_OK, .reserved = 127 },
	  { CAUSE_SILENT },
	  { { CAUSE_NO_DIAGNOSIS, 0, 0,
	      "Klipper was not asked, as no nodeid is known to be free for "
	      "it" } } },
	{ "with --force one that is only reserved is taken",
	  { ALL_OK, .reserved = 127, .heard = 64, .force = true },
	  { CAUSE_SILENT },
	  { { CAUSE_BOTH_SILENT, 65, TAKEN, "" } } },
	{ "when frames were lost, no nodeid is known to be free",
	  { ALL_OK, .dropped = 1 },
	  { CAUSE_SILENT },
	  { { CAUSE_NO_DIAGNOSIS, 0, 0,
	      "Klipper was not asked, as no nodeid is known to be free for "
	      "it" } } },
	{ "a SET that is not confirmed is the last frame",
	  { .confirms = 0 },
	  { CAUSE_SILENT, CAUSE_SILENT },
	  { { CAUSE_NO_DIAGNOSIS, 65, TAKEN | QUEUED,
	      "Klipper could not be asked, as a question was not confirmed" },
	    { CAUSE_NO_DIAGNOSIS, 0, 0,
	      "Klipper was not asked, as an earlier frame was not "
	      "confirmed" } } },
	{ "a full queue is no answer",
	  { ALL_OK, .refuse = -ENOBUFS },
	  { CAUSE_SILENT },
	  { { CAUSE_NO_DIAGNOSIS, 65, 0,
	      "Klipper could not be asked, as a question was not "
	      "confirmed" } } },
	{ "a signal while it listens",
	  { ALL_OK, .signal_us = 2 * S },
	  { CAUSE_SILENT },
	  { { CAUSE_INTERRUPTED, 0, 0, "" } } },
	{ "a signal while it asks",
	  { ALL_OK, .signal_us = LISTENED + 1 },
	  { CAUSE_SILENT, CAUSE_SILENT },
	  { { CAUSE_INTERRUPTED, 65, TAKEN, NULL },
	    { CAUSE_INTERRUPTED, 0, 0, "" } } },
	{ "a signal takes nothing back",
	  { ALL_OK, .signal_us = LISTENED + 3 * S },
	  { CAUSE_SILENT, CAUSE_SILENT },
	  { { CAUSE_BOTH_SILENT, 65, TAKEN, "" },
	    { CAUSE_INTERRUPTED, 66, TAKEN, NULL } } },
	{ "a bus that is lost while it listens",
	  { ALL_OK, .lost_us = 2 * S },
	  { CAUSE_SILENT },
	  { { CAUSE_NO_DIAGNOSIS, 0, 0,
	      "the bus was lost while Klipper was asked (Network is "
	      "down)" } } },
	{ "a bus that is lost while it asks",
	  { ALL_OK, .lost_us = LISTENED + 1 },
	  { CAUSE_SILENT },
	  { { CAUSE_NO_DIAGNOSIS, 65, TAKEN,
	      "the bus was lost while Klipper was asked (Network is "
	      "down)" } } },
	{ "a bus that cannot be listened to",
	  { ALL_OK, .listen_error = -ENODEV },
	  { CAUSE_SILENT },
	  { { CAUSE_NO_DIAGNOSIS, 0, 0,
	      "the bus was lost while Klipper was asked (No such device)" } } },
	{ "a bus that takes no frame",
	  { ALL_OK, .refuse = -ENETDOWN },
	  { CAUSE_SILENT },
	  { { CAUSE_NO_DIAGNOSIS, 65, 0,
	      "the bus was lost while Klipper was asked (Network is "
	      "down)" } } },
	{ "nobody silent: not even a look at the bus",
	  { ALL_OK, .listen_error = -ENODEV },
	  { CAUSE_PROVEN, CAUSE_NACKED },
	  { { CAUSE_PROVEN, 0, 0, "" }, { CAUSE_NACKED, 0, 0, "" } } },
};

static void test_row(void **state)
{
	const struct row *row = *state;
	struct diagnose d = { .ifindex = 7, .force = row->fake.force };
	struct words_facts facts = { 0 };
	struct job jobs[JOBS_MAX] = { 0 };
	struct loop loop = { 0 };
	struct bus bus = { .loop = &loop, .ifname = "can0" };
	struct run run = { .bus = &bus, .jobs = jobs };

	assert_true(diagnose_load(&d, &facts));
	for (; run.len < JOBS_MAX && row->causes[run.len]; run.len++) {
		jobs[run.len].facts.cause = row->causes[run.len];
		jobs[run.len].facts.timeout_us = 5 * S;
	}
	fake = row->fake;
	diagnose_jobs(&d, &run);
	assert_int_equal(fake.closed, fake.opened);
	for (size_t i = 0; i < run.len; i++) {
		const struct words_facts *got = &jobs[i].facts;

		assert_int_equal(got->cause, row->want[i].cause);
		assert_int_equal(got->asked, row->want[i].asked);
		assert_int_equal(got->warnings, row->want[i].warnings);
		if (row->want[i].detail)
			assert_string_equal(got->detail, row->want[i].detail);
		if (got->cause == CAUSE_INTERRUPTED)
			assert_int_equal(got->signal, SIGINT);
	}
	/* an adapter that would be asked after this is not */
	assert_int_equal(loop.signal, row->fake.signal_us ? SIGINT : 0);
	if (fake.first_us)
		assert_int_equal(fake.first_us, LISTENED);
	if (row->want[0].cause == CAUSE_BOTH_SILENT)
		assert_true(fake.questions > 20 && fake.sets > 5);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows)];
	size_t n = 0;

	ROWS(rows, test_row);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
