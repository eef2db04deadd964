// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/ctl/ctl_log.c sim/canmcu/mcu/event.c
/* The last events are kept, and what is lost is told. */
#include "../../support/unit.h"

#include <stdlib.h>
#include <string.h>

#include "../../../sim/canmcu/ctl/ctl_log.h"

static struct kcan_uuid uuids[] = {
	{ { 0x11, 0x22, 0x33, 0x44, 0x55, 0x66 } },
	{ { 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff } },
};

static int prepare(void **state)
{
	*state = calloc(1, sizeof(struct ctl_log));
	return *state ? 0 : -1;
}

static int release(void **state)
{
	ctl_log_fini(*state);
	free(*state);
	return 0;
}

static void add(struct ctl_log *log, enum event_type type,
		const struct kcan_uuid *uuid)
{
	ctl_log_add(log, &(struct event){ .type = type,
					  .uuid = uuid,
					  .text = "x",
					  .seq = log->last + 1 });
}

static void fill(struct ctl_log *log, uint64_t last)
{
	while (log->last < last)
		add(log, EVENT_LINK, NULL);
}

/* What is found among the five events of test_search(). */
static const struct search {
	const char *name;
	struct ctl_filter filter;
	uint64_t seq, end, want; /* 0: none is found */
} searches[] = {
	{ "any", { NULL, 0, -1 }, 1, 5, 1 },
	{ "any, from the middle", { NULL, 0, -1 }, 3, 5, 3 },
	{ "any, from before the first", { NULL, 0, -1 }, 0, 5, 1 },
	{ "any, from behind the last", { NULL, 0, -1 }, 6, 9, 0 },
	{ "any, from behind the end", { NULL, 0, -1 }, 4, 3, 0 },
	{ "one type", { NULL, 0, EVENT_RESET }, 1, 9, 3 },
	{ "one type, once more", { NULL, 0, EVENT_RESET }, 4, 9, 4 },
	{ "one MCU", { &uuids[1], 1, -1 }, 1, 5, 4 },
	{ "two MCUs", { uuids, 2, -1 }, 1, 5, 2 },
	{ "one type of one MCU", { uuids, 1, EVENT_RESET }, 1, 5, 3 },
	{ "one type that the other MCU had",
	  { &uuids[1], 1, EVENT_POWER },
	  1,
	  5,
	  0 },
	{ "one type, up to before it", { NULL, 0, EVENT_RESET }, 1, 2, 0 },
};

static void test_search(void **state)
{
	const struct search *s = *state;
	struct ctl_log log = { 0 };
	uint64_t seq = s->seq;
	const char *json;

	add(&log, EVENT_LINK, NULL);
	add(&log, EVENT_POWER, &uuids[0]);
	add(&log, EVENT_RESET, &uuids[0]);
	add(&log, EVENT_RESET, &uuids[1]);
	add(&log, EVENT_RESET, &uuids[0]);
	json = ctl_log_find(&log, &s->filter, &seq, s->end);
	assert_int_equal(!json, !s->want);
	if (json)
		assert_int_equal(seq, s->want);
	ctl_log_fini(&log);
}

static void test_the_oldest_make_room(void **state)
{
	struct ctl_filter all = { .type = -1 };
	struct ctl_log *log = *state;
	uint64_t seq = 1;

	fill(log, CTL_LOG_LEN);
	assert_int_equal(log->first, 1);
	fill(log, CTL_LOG_LEN + 7);
	assert_int_equal(log->first, 8);
	assert_string_equal(ctl_log_find(log, &all, &seq, UINT64_MAX),
			    "{\"event\":\"link\",\"time_us\":0,\"seq\":8,"
			    "\"link\":\"x\"}");
	assert_int_equal(seq, 8);
}

static void next(struct ctl_subscription *s, const struct ctl_log *log,
		 const char *want)
{
	char *text = ctl_subscription_next(s, log, UINT64_MAX);

	assert_string_equal(text ? text : "nothing", want);
	free(text);
}

static void test_a_slow_reader_is_told_what_it_missed(void **state)
{
	struct ctl_subscription s = { .filter = { .type = -1 }, .next = 1 };
	struct ctl_log *log = *state;

	next(&s, log, "nothing");
	fill(log, 2 * CTL_LOG_LEN);
	assert_true(ctl_subscription_pending(&s, log));
	next(&s, log, "{\"event\":\"missed\",\"seq\":1024,\"events\":1024}");
	for (int i = 0; i < CTL_LOG_LEN; i++)
		free(ctl_subscription_next(&s, log, UINT64_MAX));
	assert_false(ctl_subscription_pending(&s, log));
	next(&s, log, "nothing");
}

static void test_nothing_is_told_without_a_subscription(void **state)
{
	struct ctl_subscription s = { 0 };
	struct ctl_log *log = *state;

	fill(log, 3);
	assert_false(ctl_subscription_pending(&s, log));
	next(&s, log, "nothing");
}

static void test_what_cannot_be_kept_is_missed(void **state)
{
	static char text[EVENT_LINE_MAX];
	struct ctl_subscription s = { .filter = { .type = -1 }, .next = 1 };
	struct ctl_log *log = *state;

	memset(text, 'x', sizeof(text) - 1);
	fill(log, 2);
	for (uint64_t seq = 3; seq < 5; seq++)
		ctl_log_add(log, &(struct event){ .type = EVENT_LINK,
						  .text = text,
						  .seq = seq });
	next(&s, log, "{\"event\":\"missed\",\"seq\":4,\"events\":4}");
	fill(log, 5);
	next(&s, log,
	     "{\"event\":\"link\",\"time_us\":0,\"seq\":5,\"link\":\"x\"}");
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, prepare, release)

int main(void)
{
	static const struct CMUnitTest others[] = {
		CASE(test_the_oldest_make_room),
		CASE(test_a_slow_reader_is_told_what_it_missed),
		CASE(test_nothing_is_told_without_a_subscription),
		CASE(test_what_cannot_be_kept_is_missed),
	};
	struct CMUnitTest tests[ARRAY_SIZE(searches) + ARRAY_SIZE(others)];
	size_t n = 0;

	ROWS(searches, test_search);
	memcpy(&tests[n], others, sizeof(others));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
