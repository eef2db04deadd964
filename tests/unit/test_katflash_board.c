// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/katflash/board.c tools/canbus/nodeids.c
/* Boards on CAN and the nodeids they have, on a bus that goes down. */
#include "../support/unit.h"

#include <errno.h>
#include <string.h>

#include "../../tools/canbus/reserve.h"
#include "../../tools/katflash/board.h"
#include "../../tools/katflash/tell.h"

#define BOARDS_MAX 21 /* what targets.c lets through */

static struct loop loop;
static struct wire wire;
static struct opts opts;
static struct board boards[BOARDS_MAX];

/* What is at the other end: each board has a node of its own. */
static struct node {
	uint8_t nodeid; /* 0: none */
	bool nameless;	/* does not answer CONNECT */
} nodes[BOARDS_MAX];

static struct fake {
	int refuse;  /* errno of sending, negative */
	bool halted; /* nothing is confirmed */
	struct can_frame sent;
	bool has_sent;
	unsigned int downs, unasked;
	enum kcan_delivery request;
	enum kcan_bootreq_verdict verdict; /* that was put into words */
} fake;

int reserve_nodeid(unsigned int ifindex, uint8_t nodeid)
{
	(void)ifindex;
	(void)nodeid;
	return 100;
}

int bus_send(struct bus *bus, const struct can_frame *frame)
{
	(void)bus;
	if (fake.refuse)
		return fake.refuse;
	fake.sent = *frame;
	fake.has_sent = true;
	return 0;
}

int bus_send_all(struct bus *bus, const struct can_frame *frames, size_t n)
{
	(void)bus;
	if (fake.refuse)
		return fake.refuse;
	fake.sent = frames[n - 1];
	fake.has_sent = true;
	return (int)n;
}

void end_enter(struct board *b, enum kcan_bootreq_verdict verdict)
{
	(void)b;
	fake.verdict = verdict;
}

void end_unnamed(struct board *b)
{
	(void)b;
}

void end_down(struct board *b, enum kcan_delivery request)
{
	(void)b;
	fake.downs++;
	fake.request = request;
}

void end_unasked(struct board *b)
{
	(void)b;
	fake.unasked++;
}

void end_next(struct end *end, const char *format, ...)
{
	(void)end;
	(void)format;
}

static int set_up(void **state)
{
	(void)state;
	fake = (struct fake){ 0 };
	loop = (struct loop){ .now_us = 1000000 };
	wire = (struct wire){ .ifname = "can0" };
	wire.bus.loop = &loop;
	opts = (struct opts){ .timeout_us = 5000000 };
	memset(boards, 0, sizeof(boards));
	memset(nodes, 0, sizeof(nodes));
	for (size_t i = 0; i < BOARDS_MAX; i++)
		boards[i] = (struct board){
			.opts = &opts,
			.loop = &loop,
			.link = &board_on_can,
			.wire = &wire,
			/* can-admin-channel.md, section 16 */
			.uuid = { { 0x41, 0xf9, 0x05, 0xf5, 0x50, 0x04 } }
		};
	return 0;
}

static void let_go(struct board *b)
{
	kcan_bootreq_free(b->req);
	b->req = NULL;
	b->flies = false;
}

static int tear_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < BOARDS_MAX; i++)
		let_go(&boards[i]);
	return 0;
}

/* The same on all nodeids: can-admin-channel.md, section 16 */
static const struct can_frame identity[] = {
	FRAME(0, 0x01, 0x88, 0xa0, 0x03, 0x16, 0x00, 0x00, 0x00),
	FRAME(0, 0x41, 0xf9, 0x05, 0xf5, 0x50, 0x04, 0x00, 0x00),
	FRAME(0, 0x32, 0x40, 0x99, 0x03),
};

/* katapult-protocol.md, section 12 */
static const struct can_frame ident[] = {
	FRAME(0, 0x01, 0x88, 0xa0, 0x0d, 0x11, 0x00, 0x00, 0x00),
	FRAME(0, 0x00, 0x01, 0x01, 0x00, 0x00, 0x20, 0x00, 0x08),
	FRAME(0, 0x40, 0x00, 0x00, 0x00, 0x73, 0x74, 0x6d, 0x33),
	FRAME(0, 0x32, 0x67, 0x30, 0x62, 0x31, 0x78, 0x78, 0x00),
	FRAME(0, 0x00, 0x00, 0x00, 0x00, 0x76, 0x30, 0x2e, 0x30),
	FRAME(0, 0x2e, 0x31, 0x2d, 0x31, 0x30, 0x39, 0x2d, 0x67),
	FRAME(0, 0x39, 0x30, 0x32, 0x66, 0x33, 0x33, 0x35, 0x00),
	FRAME(0, 0xaf, 0xda, 0x99, 0x03),
};

/* As run.c does it. */
static void hear(struct board *b, const struct can_frame *frames, size_t n)
{
	struct kcan_bus_rx rx = { 0 };

	for (size_t i = 0; i < n; i++) {
		rx.frame = frames[i];
		rx.frame.can_id = 0x101 + 2u * nodes[b - boards].nodeid;
		nodeids_note(&wire.nodeids, &rx.frame);
		board_rx(b, &rx);
	}
}

/* Else it names the complement of its UUID, and so takes the nodeid from it. */
static bool is_for(const struct can_frame *frame, const struct board *b)
{
	return !memcmp(frame->data + 1, b->uuid.b, sizeof(b->uuid.b));
}

static void answer(struct board *b, const struct can_frame *frame)
{
	struct node *node = &nodes[b - boards];

	if (frame->can_id == 0x3f0 && frame->data[0] == 0x11) {
		if (is_for(frame, b))
			node->nodeid = frame->data[7];
		else if (frame->data[7] == node->nodeid)
			node->nodeid = 0;
	} else if (frame->can_id == 0x100 + 2u * node->nodeid) {
		if (frame->data[2] == 0x16)
			hear(b, identity, ARRAY_SIZE(identity));
		else if (frame->data[2] == 0x11 && !node->nameless)
			hear(b, ident, ARRAY_SIZE(ident));
	}
}

static void turn(struct board *b)
{
	uint64_t at_us = board_on_can.deadline(b);
	struct kcan_bus_rx rx = { .own = true };

	if (at_us > loop.now_us)
		loop.now_us = at_us;
	fake.has_sent = false;
	board_on_can.send(b);
	if (wire.down)
		board_down(b);
	wire.down = false;
	if (!fake.has_sent || fake.halted)
		return;
	rx.frame = fake.sent;
	board_rx(b, &rx);
	answer(b, &rx.frame);
}

static void go_on(struct board *b)
{
	while (!kcan_bootreq_done(b->req))
		turn(b);
}

static void enter(struct board *b)
{
	assert_true(board_on_can.enter(b));
	go_on(b);
}

/* Return: how that ended; only what @b knows is left. */
static enum entry prove(struct board *b)
{
	enum entry entry;

	enter(b);
	entry = board_on_can.entered(b);
	let_go(b);
	return entry;
}

static void assert_all_have_their_own(void)
{
	bool has[256] = { false };

	for (size_t i = 0; i < BOARDS_MAX; i++) {
		assert_in_range(boards[i].nodeid, 0xc0, 0xfe);
		assert_false(has[boards[i].nodeid]);
		has[boards[i].nodeid] = true;
	}
}

/* Each falls silent twice while its flash is read, and is asked for Katapult. */
static void test_boards_that_are_asked_again_have_nodeids_enough(void **state)
{
	struct kcan_running_cfg cfg;

	(void)state;
	for (int proofs = 0; proofs < 3; proofs++) {
		for (size_t i = 0; i < BOARDS_MAX; i++)
			assert_int_equal(prove(&boards[i]), ENTRY_PROVEN);
		assert_all_have_their_own();
	}
	for (size_t i = 0; i < BOARDS_MAX; i++)
		assert_true(board_on_can.find(&boards[i], &cfg));
	assert_int_equal(fake.unasked, 0);
}

static void test_so_have_boards_that_do_not_say_what_they_are(void **state)
{
	(void)state;
	for (int proofs = 0; proofs < 3; proofs++) {
		for (size_t i = 0; i < BOARDS_MAX; i++) {
			nodes[i].nameless = proofs < 2;
			assert_int_equal(prove(&boards[i]),
					 proofs < 2 ? ENTRY_UNNAMED :
						      ENTRY_PROVEN);
		}
		assert_all_have_their_own();
	}
	for (size_t i = 0; i < BOARDS_MAX; i++) {
		assert_true(board_on_can.leave(&boards[i], true));
		go_on(&boards[i]);
		assert_int_equal(kcan_bootreq_verdict(boards[i].req),
				 KCAN_BOOTREQ_PROVEN);
	}
}

/* Behind the request that was confirmed, or while that is on its way. */
static void test_a_bus_that_goes_down_ends_the_way_in_at_once(void **state)
{
	struct board *b = &boards[0];

	(void)state;
	for (int asked = 0; asked < 2; asked++) {
		set_up(state);
		fake.halted = !asked;
		assert_true(board_on_can.enter(b));
		turn(b);
		fake.refuse = -ENETDOWN;
		board_down(b);
		go_on(b);
		assert_int_equal(board_on_can.entered(b), ENTRY_DOWN);
		assert_int_equal(fake.downs, 1);
		assert_int_equal(fake.request,
				 asked ? KCAN_DELIVERY_CONFIRMED :
					 KCAN_DELIVERY_UNCONFIRMED);
		/* it tries to hand back for so long */
		assert_in_range(loop.now_us, 1000000, 1900000);
		let_go(b);
	}
}

static void test_who_sends_first_learns_that_it_went_down(void **state)
{
	(void)state;
	fake.refuse = -ENETDOWN;
	assert_true(board_on_can.enter(&boards[0]));
	board_on_can.send(&boards[0]);
	assert_true(wire.down);
	assert_int_equal(wire.lost, 0);
}

/* What they sent would be taken for lost when they are told. */
static void test_nobody_sends_until_all_were_told_of_that(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++)
		assert_true(board_on_can.enter(&boards[i]));
	fake.refuse = -ENETDOWN;
	board_on_can.send(&boards[0]);
	fake.refuse = 0;
	board_on_can.send(&boards[1]);
	assert_false(fake.has_sent);
}

static void test_down_and_up_again_the_nodeid_is_handed_back(void **state)
{
	struct board *b = &boards[0];

	(void)state;
	assert_true(board_on_can.enter(b));
	turn(b); /* the request */
	turn(b); /* SET */
	assert_int_not_equal(nodes[0].nodeid, 0);
	fake.halted = true;
	turn(b); /* the question, which is lost */
	fake.halted = false;
	board_down(b);
	go_on(b);
	assert_int_equal(nodes[0].nodeid, 0);
	assert_int_equal(board_on_can.entered(b), ENTRY_DOWN);
	assert_int_equal(fake.downs, 1);
}

/* It is up again at once, or stays down. */
static void test_so_it_does_when_only_the_chip_is_not_known_yet(void **state)
{
	struct board *b = &boards[0];

	(void)state;
	for (int stays = 0; stays < 2; stays++) {
		set_up(state);
		nodes[0].nameless = true;
		assert_true(board_on_can.enter(b));
		while (fake.sent.can_id == 0x3f0 || fake.sent.data[2] != 0x11)
			turn(b);
		board_down(b);
		fake.refuse = stays ? -ENETDOWN : 0;
		go_on(b);
		assert_int_equal(kcan_bootreq_verdict(b->req),
				 KCAN_BOOTREQ_PROVEN);
		assert_int_equal(board_on_can.entered(b), ENTRY_DOWN);
		assert_int_equal(fake.downs, 1);
		assert_int_equal(fake.request, KCAN_DELIVERY_CONFIRMED);
		assert_in_range(loop.now_us, 1000000, 2000000);
		let_go(b);
		/* it is not held against the next time */
		fake.refuse = 0;
		assert_int_equal(prove(b), ENTRY_UNNAMED);
	}
}

static uint32_t take_block(void *ctx, uint32_t address, const uint8_t *data,
			   size_t len)
{
	(void)ctx;
	(void)data;
	return address + (uint32_t)len;
}

/* Others may try to send, and fail, as long as it is down. */
static void test_what_was_confirmed_is_not_lost_again_and_again(void **state)
{
	struct kcan_flash_cfg cfg = { .goal = KCAN_FLASH_GOAL_READ,
				      .start = 0x08002000,
				      .len = 64,
				      .nodeid = 0xd0,
				      .block = take_block };
	struct board *b = &boards[0];
	uint64_t until_us;

	(void)state;
	cfg.uuid = b->uuid;
	nodes[0].nameless = true;
	assert_int_equal(kcan_flash_new(&b->flash, &cfg, loop.now_us), 0);
	turn(b); /* SET */
	turn(b); /* who is it? */
	turn(b); /* CONNECT, which is confirmed, and not answered */
	until_us = board_on_can.deadline(b);
	assert_in_range(until_us, loop.now_us + 1, loop.now_us + 1000000);
	for (int i = 0; i < 10; i++) {
		loop.now_us += 5000;
		board_down(b);
	}
	assert_int_equal(board_on_can.deadline(b), until_us);
	kcan_flash_free(b->flash);
	b->flash = NULL;
}

static void test_a_signal_is_what_ended_it(void **state)
{
	struct board *b = &boards[0];

	(void)state;
	assert_true(board_on_can.enter(b));
	turn(b);
	loop.signal = 2;
	kcan_bootreq_abort(b->req, loop.now_us);
	board_down(b);
	go_on(b);
	assert_int_equal(board_on_can.entered(b), ENTRY_FAILED);
	assert_int_equal(fake.downs, 0);
	assert_int_equal(fake.verdict, KCAN_BOOTREQ_ABORTED);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_boards_that_are_asked_again_have_nodeids_enough),
		CASE(test_so_have_boards_that_do_not_say_what_they_are),
		CASE(test_a_bus_that_goes_down_ends_the_way_in_at_once),
		CASE(test_so_it_does_when_only_the_chip_is_not_known_yet),
		CASE(test_who_sends_first_learns_that_it_went_down),
		CASE(test_nobody_sends_until_all_were_told_of_that),
		CASE(test_down_and_up_again_the_nodeid_is_handed_back),
		CASE(test_what_was_confirmed_is_not_lost_again_and_again),
		CASE(test_a_signal_is_what_ended_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
