// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/ctl sim/canmcu/device sim/canmcu/fault
// needs: sim/canmcu/klipper sim/canmcu/mcu sim/canmcu/setup sim/canmcu/wire
// needs: sim/canmcu/world
/* Clients of the control socket, none of which may get in others' way. */
#include "server.h"

#include "../../../sim/canmcu/ctl/ctl_log.h"

#define U "112233445566"
#define OK "{\"ok\":true}\n"

static void say(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL),
			 strlen(text));
}

/* What is due now, at most @turns of it. */
static void run(struct bench *b, int turns)
{
	while (turns-- > 0 && sd_event_run(b->loop, 0) > 0)
		;
}

/* All that came, as text; "EOF" behind it when the server has closed. */
static const char *heard(int fd)
{
	static char text[4096];
	size_t len = 0;
	ssize_t n;

	while ((n = recv(fd, text + len, sizeof(text) - 4 - len, 0)) > 0)
		len += (size_t)n;
	strcpy(text + len, n ? "" : "EOF");
	return text;
}

static void test_a_client_has_one_command_a_turn(void **state)
{
	struct bench *b = *state;
	int fd = plug();

	for (int i = 0; i < 20; i++)
		say(fd, "power " U " on\n");
	run(b, 2); /* it is let in, and has its first turn */
	assert_int_equal(b->commands, 1);
	assert_string_equal(heard(fd), OK);
	run(b, 1000);
	assert_int_equal(b->commands, 20);
	close(fd);
}

static void test_a_line_without_an_end_is_read_a_piece_a_turn(void **state)
{
	static char rubbish[32 * 1024];
	struct bench *b = *state;
	int fd = plug(), turns = 0;

	memset(rubbish, 'x', sizeof(rubbish) - 1);
	say(fd, rubbish);
	while (sd_event_run(b->loop, 0) > 0)
		turns++;
	assert_in_range(turns, 1 + 8, 100);
	assert_string_equal(heard(fd), "");
	say(fd, "\n");
	run(b, 1000);
	assert_non_null(strstr(heard(fd), "this line is too long"));
	close(fd);
}

static void test_a_client_that_has_said_all_gets_all_replies(void **state)
{
	struct bench *b = *state;
	int fd = plug();

	say(fd, "reset " U "\nwait " U " klipper\npower " U " on\nhalf a line");
	shutdown(fd, SHUT_WR);
	run(b, 1000);
	assert_int_equal(b->commands, 3);
	assert_non_null(strstr(heard(fd), OK "EOF"));
	close(fd);
}

static void test_a_wait_is_answered_when_another_client_acts(void **state)
{
	struct bench *b = *state;
	int waiting = plug(), acting = plug();

	say(waiting, "wait " U " off\n");
	run(b, 1000);
	assert_string_equal(heard(waiting), "");
	say(acting, "power " U " off\n");
	run(b, 1000);
	assert_string_equal(heard(acting), OK);
	assert_non_null(strstr(heard(waiting), "\"state\":\"off\""));
	close(waiting);
	close(acting);
}

/* Subscriptions. */

#define SEQ(n) "\"seq\":" n ","

/* Each of @want comes in @text, in this order. */
static void assert_in_order(const char *text, const char *const *want)
{
	for (; *want; want++) {
		const char *at = strstr(text, *want);

		if (!at)
			fail_msg("no %s in %s", *want, text);
		text = at + strlen(*want);
	}
}

#define IN_ORDER(text, ...) \
	assert_in_order(text, (const char *const[]){ __VA_ARGS__, NULL })

static void test_a_subscriber_is_told_and_replies_keep_their_place(void **state)
{
	struct bench *b = *state;
	int fd = plug();

	say(fd,
	    "power " U " off\nsubscribe\npower " U " on\nseq\nshow " U "\n");
	run(b, 1000);
	/* switching off had events 1 and 2, which are not told */
	IN_ORDER(heard(fd), OK OK OK "{\"event\":\"power\"", SEQ("3"),
		 "\"state\":\"klipper\"}\n{\"ok\":true,\"seq\":5}\n",
		 "{\"ok\":true,\"mcu\":");
	close(fd);
}

static void test_a_wait_of_a_subscriber_ends_behind_its_event(void **state)
{
	struct bench *b = *state;
	int fd = plug(), other = plug();

	say(fd, "subscribe\nwait-event power\n");
	run(b, 1000);
	say(other, "power " U " off\n");
	run(b, 1000);
	IN_ORDER(heard(fd), OK "{\"event\":\"power\"",
		 "{\"ok\":true,\"event\":{\"event\":\"power\"");
	close(fd);
	close(other);
}

static void test_since_tells_what_has_been(void **state)
{
	struct bench *b = *state;
	int fd = plug();

	say(fd, "power " U " off\npower " U " on\n");
	run(b, 1000);
	heard(fd);
	say(fd, "subscribe since=1\n");
	run(b, 1000);
	IN_ORDER(heard(fd), OK "{\"event\":\"state\"", SEQ("2"), SEQ("3"),
		 SEQ("4"));
	close(fd);
}

static void test_a_subscriber_that_has_said_all_goes_on_listening(void **state)
{
	struct bench *b = *state;
	int fd = plug(), turns = 0;

	say(fd, "subscribe " U "\n");
	shutdown(fd, SHUT_WR);
	while (sd_event_run(b->loop, 0) > 0 && turns < 100)
		turns++;
	assert_in_range(turns, 1, 10); /* it does not spin */
	assert_string_equal(heard(fd), OK);
	world_power(b->world, world_at(b->world, 0), false, 0);
	run(b, 1000);
	IN_ORDER(heard(fd), SEQ("1"), SEQ("2"));
	close(fd);
	run(b, 1000);
	for (int i = 0; i < CTL_CLIENTS_MAX; i++)
		close(plug());
}

static void note_link(struct bench *b, uint64_t times)
{
	while (times--)
		note_event(b,
			   &(struct event){ .type = EVENT_LINK, .text = "up" });
}

/* Sum up what a subscriber was told, line by line. */
static void count(FILE *from, uint64_t *events, uint64_t *missed)
{
	unsigned long long n, seq, last = 0;
	char line[EVENT_LINE_MAX];

	while (fgets(line, sizeof(line), from)) {
		if (sscanf(line,
			   "{\"event\":\"missed\",\"seq\":%llu,"
			   "\"events\":%llu}",
			   &seq, &n) == 2)
			*missed += n;
		else if (sscanf(line,
				"{\"event\":\"link\",\"time_us\":0,"
				"\"seq\":%llu,",
				&seq) == 1)
			++*events;
		else
			continue;
		assert_true(seq > last);
		last = seq;
	}
}

static void
test_a_subscriber_that_does_not_read_is_told_of_its_loss(void **state)
{
	enum { ROUNDS = 20, EVENTS = 1000 };
	uint64_t events = 0, missed = 0;
	struct bench *b = *state;
	int fd = plug(), other = plug();
	FILE *from = fdopen(fd, "r");

	say(fd, "subscribe\n");
	run(b, 1000);
	for (int i = 0; i < ROUNDS; i++) {
		note_link(b, EVENTS);
		say(other, "power " U " on\n");
		run(b, 1000);
		assert_string_equal(heard(other), OK);
	}
	/* the loop takes what was waiting as the socket gets room */
	for (int i = 0; i < 100; i++) {
		count(from, &events, &missed);
		clearerr(from);
		run(b, 1000);
	}
	assert_in_range(events, CTL_LOG_LEN, ROUNDS * EVENTS - 1);
	assert_int_equal(events + missed, ROUNDS * EVENTS);
	fclose(from);
	close(other);
}

static void test_the_last_events_are_told_at_the_end(void **state)
{
	struct bench *b = *state;
	int fd = plug();

	say(fd, "subscribe\n");
	run(b, 1000);
	assert_string_equal(heard(fd), OK);
	note_link(b, 100);
	ctl_server_close(b->server);
	b->server = NULL;
	IN_ORDER(heard(fd), SEQ("1"), SEQ("2"));
	close(fd);
}

static void test_who_leaves_while_it_waits_makes_room(void **state)
{
	struct bench *b = *state;
	int fds[CTL_CLIENTS_MAX];

	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
			fds[i] = plug();
			say(fds[i], "wait " U " rom\n");
		}
		run(b, 1000);
		for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
			assert_string_equal(heard(fds[i]), "");
			close(fds[i]);
		}
		run(b, 1000);
	}
}

static void test_one_client_too_many_is_told_so(void **state)
{
	struct bench *b = *state;
	int fds[CTL_CLIENTS_MAX + 1];

	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		fds[i] = plug();
		run(b, 1000);
	}
	assert_string_equal(heard(fds[CTL_CLIENTS_MAX]),
			    "{\"ok\":false,\"error\":\"too many clients: close "
			    "one first\"}\nEOF");
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		close(fds[i]);
}

static void test_quit_is_answered_and_then_ends_the_loop(void **state)
{
	struct bench *b = *state;
	int fd = plug();

	say(fd, "quit\n");
	assert_int_equal(sd_event_loop(b->loop), EXIT_SUCCESS);
	assert_string_equal(heard(fd), OK);
	close(fd);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(test_a_client_has_one_command_a_turn),
		CASE(test_a_line_without_an_end_is_read_a_piece_a_turn),
		CASE(test_a_client_that_has_said_all_gets_all_replies),
		CASE(test_a_wait_is_answered_when_another_client_acts),
		CASE(test_a_subscriber_is_told_and_replies_keep_their_place),
		CASE(test_a_wait_of_a_subscriber_ends_behind_its_event),
		CASE(test_since_tells_what_has_been),
		CASE(test_a_subscriber_that_has_said_all_goes_on_listening),
		CASE(test_a_subscriber_that_does_not_read_is_told_of_its_loss),
		CASE(test_the_last_events_are_told_at_the_end),
		CASE(test_who_leaves_while_it_waits_makes_room),
		CASE(test_one_client_too_many_is_told_so),
		CASE(test_quit_is_answered_and_then_ends_the_loop),
	};

	return SERVER_TESTS(tests);
}
