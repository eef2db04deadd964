// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/ctl sim/canmcu/device sim/canmcu/fault
// needs: sim/canmcu/klipper sim/canmcu/mcu sim/canmcu/setup sim/canmcu/wire
// needs: sim/canmcu/world
/* "wait", "wait-event", "seq" and "subscribe": what is to come, and what has come. */
#include "two_boards.h"

static const struct command_line command_lines[] = {
	{ "wait for what is so", "wait " U " klipper",
	  "{\"ok\":true,\"mcu\":" NODE("klipper") "}" },
	{ "wait for unassigned", "wait " U " unassigned 10",
	  "{\"ok\":true,\"mcu\":" NODE("klipper") "}" },
	{ "wait for what is not so", "wait " U " katapult", NULL },
	{ "wait with no patience", "wait " U " katapult 0",
	  "{\"ok\":false,\"error\":\"timeout: not 'katapult' yet\",\"mcu\":" NODE(
		  "klipper") "}" },
	{ "wait for an unknown state", "wait " U " happy",
	  ERROR("state 'happy': give klipper, shutdown, katapult, rom, boot, "
		"off, dead, assigned or unassigned") },
	{ "wait for no number", "wait " U " rom soon",
	  ERROR("timeout 'soon': give milliseconds from 0 to 3600000") },
	{ "wait for ever", "wait " U " rom 3600001",
	  ERROR("timeout '3600001': give milliseconds from 0 to 3600000") },
	{ "wait with a negative number", "wait " U " rom -1",
	  ERROR("timeout '-1': give milliseconds from 0 to 3600000") },
	{ "wait for dead", "wait " U " dead", NULL },
	{ "seq before any event", "seq", "{\"ok\":true,\"seq\":0}" },
	{ "wait-event of any MCU", "wait-event flashed", NULL },
	{ "wait-event of one", "wait-event " U " flashed 100 since=0", NULL },
	{ "wait-event of the first of a UUID", "wait-event " U "#1 flashed",
	  NULL },
	{ "wait-event of a second one that is not there",
	  "wait-event " U "#2 flashed",
	  ERROR("there is no MCU " U "#2: 'list' shows those there are") },
	{ "wait-event with its words turned round",
	  "wait-event flashed since=0 100", NULL },
	{ "wait-event with no patience", "wait-event " U " flashed 0",
	  ERROR("timeout: not 'flashed' yet") },
	{ "wait-event for what never happens", "wait-event happy",
	  NO_EVENT("happy") },
	{ "wait-event for the loss of events", "wait-event missed",
	  NO_EVENT("missed") },
	{ "wait-event without an event", "wait-event " U, NO_EVENT("") },
	{ "wait-event of nobody", "wait-event 010203040506 flashed",
	  ERROR("there is no MCU 010203040506: 'list' shows those there are") },
	{ "wait-event for no number", "wait-event " U " flashed soon",
	  ERROR("timeout 'soon': give milliseconds from 0 to 3600000") },
	{ "wait-event since no number", "wait-event flashed since=now",
	  ERROR("'since=now': give the number of an event") },
	{ "wait-event since what is to come", "wait-event flashed since=1",
	  ERROR("'since=1': the last event so far is 0, give that or an "
		"earlier one") },
	{ "wait-event with a word too many",
	  "wait-event " U " flashed 100 since=0 now",
	  ERROR("'since=0 now': give the number of an event") },
	{ "subscribe", "subscribe", OK },
	{ "subscribe to one", "subscribe " U, OK },
	{ "subscribe to two, since the beginning",
	  "subscribe " U " aabbccddeeff since=0", OK },
	{ "subscribe to nobody", "subscribe " U " 010203040506",
	  ERROR("there is no MCU 010203040506: 'list' shows those there are") },
	{ "subscribe to rubbish", "subscribe all",
	  ERROR("UUID 'all': give exactly 12 hex digits") },
	{ "subscribe to what is to come",
	  "subscribe since=18446744073709551615",
	  ERROR("'since=18446744073709551615': the last event so far is 0, "
		"give that or an earlier one") },
};

static void test_a_wait_ends_when_the_state_comes(void **state)
{
	static const char want[] = "{\"ok\":true,\"mcu\":" NODE("katapult") "}";
	struct bench *b = *state;
	struct world *w = b->ctl.world;
	struct ctl_result r;
	char *reply;

	r = say(b, "wait " U " katapult 100", 1000000);
	assert_true(r.waiting);
	assert_int_equal(r.wait.deadline_us, 1100000);
	assert_null(ctl_wait_reply(&r.wait, &b->ctl, 1099999));
	world_rx(w, 0, &FRAME(0x3f0, 0x02, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66),
		 false, 1000000);
	world_step(w, 1030000);
	reply = ctl_wait_reply(&r.wait, &b->ctl, 1030000);
	assert_string_equal(reply, want);
	free(reply);
}

#define POWER(seq, uuid, power)                                               \
	"{\"event\":\"power\",\"time_us\":7,\"seq\":" seq ",\"uuid\":\"" uuid \
	"\",\"power\":\"" power "\"}"

static void test_an_event_that_comes_ends_a_wait(void **state)
{
	struct bench *b = *state;
	struct ctl_result any = say(b, "wait-event power 100", 0);
	struct ctl_result one = say(b, "wait-event aabbccddeeff power", 0);
	char *reply;

	free(say(b, "power " U " off", 7).reply);
	assert_null(ctl_wait_reply(&one.wait, &b->ctl, 4999999));
	reply = ctl_wait_reply(&any.wait, &b->ctl, 8);
	assert_string_equal(reply,
			    "{\"ok\":true,\"event\":" POWER("1", U, "off") "}");
	free(reply);
	reply = ctl_wait_reply(&one.wait, &b->ctl, 5000000);
	assert_string_equal(reply, ERROR("timeout: not 'power' yet"));
	free(reply);
}

static void test_an_event_that_has_come_is_found_since(void **state)
{
	struct bench *b = *state;
	struct ctl_result r;

	for (int i = 0; i < 2; i++) {
		free(say(b, "power " U " off", 7).reply);
		free(say(b, "power " U " on", 7).reply);
	}
	r = say(b, "wait-event " U " power since=0", 9);
	assert_string_equal(r.reply,
			    "{\"ok\":true,\"event\":" POWER("1", U, "off") "}");
	free(r.reply);
	/* it is the next one that counts, not the last */
	r = say(b, "wait-event " U " power 0 since=1", 9);
	assert_non_null(strstr(r.reply, "\"power\":\"on\""));
	free(r.reply);
	/* without since, nothing that was counts */
	r = say(b, "wait-event " U " power", 9);
	assert_true(r.waiting);
}

static void test_since_what_is_forgotten_is_refused(void **state)
{
	struct bench *b = *state;
	struct ctl_result r;

	while (b->log.last < CTL_LOG_LEN + 5)
		bench_event(
			b, &(struct event){ .type = EVENT_LINK, .text = "up" });
	r = say(b, "wait-event link since=4", 9);
	assert_string_equal(r.reply,
			    ERROR("'since=4': events before 6 are forgotten, "
				  "give since=5 or a later one"));
	free(r.reply);
	r = say(b, "wait-event link since=5", 9);
	assert_non_null(strstr(r.reply, "\"seq\":6,"));
	free(r.reply);
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		CASE(test_a_wait_ends_when_the_state_comes),
		CASE(test_an_event_that_comes_ends_a_wait),
		CASE(test_an_event_that_has_come_is_found_since),
		CASE(test_since_what_is_forgotten_is_refused),
	};
	struct CMUnitTest tests[ARRAY_SIZE(command_lines) + ARRAY_SIZE(others)];
	size_t n = 0;

	ROWS(command_lines, test_line);
	memcpy(&tests[n], others, sizeof(others));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
