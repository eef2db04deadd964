// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * What is read of an RTM_NEWLINK. The attribute IFLA_LINKINFO is as Linux 6.1 sent
 * it of QEMU's kvaser_pci (little-endian), after "ip link set can0 up type can
 * bitrate 500000 restart-ms 100"; only the error counters, 0 there, are made up.
 */
#include "../support/unit.h"

#include <endian.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/arphrd.h"
#include "io/rtnl.h"
#include "util/hex.h"

#define MESSAGE_MAX 512

/* RTM_NEWLINK; then "struct ifinfomsg": ARPHRD_CAN, index 2 */
#define HEAD(len) len "000000100000000100000000000000"
#define INFO "0000180102000000c100010000000000"
#define NAME "0900030063616e3000000000"
#define KIND_CAN "0800010063616e00"
#define XSTATS "1c000300000000000000000000000000000000000000000000000000"
/* bit rate, sample point, tq, prop-seg, phase-seg1, phase-seg2, sjw, brp */
#define TIMING                                                     \
	"2400010020a107006b0300007d000000060000000700000002000000" \
	"0100000001000000"
#define TIMING_CONST                                               \
	"34000200736a61313030300000000000000000000100000010000000" \
	"0100000008000000040000000100000040000000"                 \
	"01000000"
#define CLOCK "0800030000127a00"
#define STATE "0800040001000000"
#define CTRLMODE "0c0005000000000000000000"
#define RESTART_MS "0800060064000000"
#define COUNTERS "0800080088000900"
#define REST "08000f00000000000c001180080001005f010000"
/* as much of it as a state needs */
#define IN_CAN "18001200" KIND_CAN "0c000200"
#define KVASER                                                              \
	HEAD("f0")                                                          \
	INFO NAME "c4001200" KIND_CAN XSTATS "9c000200" TIMING TIMING_CONST \
		CLOCK STATE CTRLMODE RESTART_MS COUNTERS REST

static const struct row {
	const char *name;
	const char *hex;
	struct rtnl_can want;
} rows[] = {
	{ "what kvaser_pci reports",
	  KVASER,
	  { .has_state = true,
	    .has_counters = true,
	    .state = CAN_STATE_ERROR_WARNING,
	    .bitrate_bps = 500000,
	    .sample_point = 875,
	    .restart_ms = 100,
	    .counters = { .txerr = 136, .rxerr = 9 } } },
	{ "a driver that has nothing but a state",
	  HEAD("38") INFO IN_CAN STATE,
	  { .has_state = true, .state = CAN_STATE_ERROR_WARNING } },
	{ "nested attributes that say they are",
	  HEAD("38") INFO "18001280" KIND_CAN "0c000280" STATE,
	  { .has_state = true, .state = CAN_STATE_ERROR_WARNING } },
	{ "vcan, which has a kind and no data",
	  HEAD("30") INFO "10001200090001007663616e00000000",
	  { .has_state = false } },
	{ "loopback, which has no kind",
	  HEAD("20") INFO,
	  { .has_state = false } },
	{ "another kind, whose numbers mean something else",
	  HEAD("38") INFO "180012000800010063616d000c000200" STATE,
	  { .has_state = false } },
	{ "a state that is too short",
	  HEAD("38") INFO IN_CAN "060004000100",
	  { .has_state = false } },
	{ "an attribute shorter than its own head, which ends them",
	  HEAD("38") INFO IN_CAN "0300040001000000",
	  { .has_state = false } },
	{ "an attribute longer than what it is in",
	  HEAD("38") INFO IN_CAN "1000040001000000",
	  { .has_state = false } },
	{ "a message of another type",
	  "38000000110000000100000000000000" INFO IN_CAN STATE,
	  { .has_state = false } },
	{ "a message longer than what came",
	  HEAD("3c") INFO IN_CAN STATE,
	  { .has_state = false } },
	{ "nothing", "", { .has_state = false } },
};

/* In memory of its own size, so that a read beyond is seen. */
static struct rtnl_link read_link(const uint8_t *bytes, size_t len)
{
	struct nlmsghdr *exact = malloc(len ? len : 1);
	struct rtnl_link got = { .index = 77, .can.state = 77 };

	assert_non_null(exact);
	memcpy(exact, bytes, len);
	rtnl_read_link(&got, exact, len);
	free(exact);
	return got;
}

static struct rtnl_can read_bytes(const uint8_t *bytes, size_t len)
{
	return read_link(bytes, len).can;
}

static size_t decode(uint8_t out[static MESSAGE_MAX], const char *hex)
{
	if (htole32(1) != 1)
		skip_as("these messages are of a little-endian kernel");
	assert_true(strlen(hex) <= 2 * MESSAGE_MAX);
	assert_int_equal(util_hex_decode(out, hex, strlen(hex)), 0);
	return strlen(hex) / 2;
}

static void test_row(void **state)
{
	const struct row *row = *state;
	uint8_t bytes[MESSAGE_MAX];
	struct rtnl_can got = read_bytes(bytes, decode(bytes, row->hex));

	assert_int_equal(got.has_state, row->want.has_state);
	assert_int_equal(got.has_counters, row->want.has_counters);
	assert_int_equal(got.state, row->want.state);
	assert_int_equal(got.bitrate_bps, row->want.bitrate_bps);
	assert_int_equal(got.sample_point, row->want.sample_point);
	assert_int_equal(got.restart_ms, row->want.restart_ms);
	assert_int_equal(got.counters.txerr, row->want.counters.txerr);
	assert_int_equal(got.counters.rxerr, row->want.counters.rxerr);
}

/* NLMSG_ERROR, a "struct nlmsgerr", of which only the number counts */
#define REFUSAL(len) len "000000020000000100000000000000"
#define REQUEST "20000000120001000100000000000000"

static const struct reply {
	const char *name;
	const char *hex;
	ssize_t want;
} replies[] = {
	{ "a message", HEAD("20") INFO, 32 },
	{ "an acknowledgement", REFUSAL("24") "00000000" REQUEST, 0 },
	{ "no such interface", REFUSAL("24") "edffffff" REQUEST, -ENODEV },
	{ "a refusal with a number that is no errno",
	  REFUSAL("24") "13000000" REQUEST, -EPROTO },
	{ "a refusal that is cut", REFUSAL("14") "edffffff", -EPROTO },
	{ "a message longer than what came", HEAD("24") INFO, -EPROTO },
	{ "nothing", "", -EPROTO },
};

static void test_reply(void **state)
{
	const struct reply *row = *state;
	union {
		struct nlmsghdr head;
		uint8_t bytes[MESSAGE_MAX];
	} reply = { .head = { 0 } };
	size_t len = decode(reply.bytes, row->hex);

	assert_int_equal(rtnl_read_reply(&reply.head, len), row->want);
}

/* NAME and TXQLEN are attributes of Linux 6.1, too; the queue's 10 is made up. */
static void test_what_every_interface_has(void **state)
{
	uint8_t bytes[MESSAGE_MAX];
	struct rtnl_link got = read_link(
		bytes, decode(bytes, HEAD("34") INFO NAME "08000d000a000000"));

	(void)state;
	assert_int_equal(got.index, 2);
	assert_int_equal(got.type, ARPHRD_CAN);
	/* up, running, without ARP, and with the layer below up */
	assert_int_equal(got.flags, 0x100c1);
	assert_int_equal(got.txqueuelen, 10);
	got = read_link(bytes, 31);
	assert_int_equal(got.index, 0);
	assert_int_equal(got.type, 0);
}

static void test_every_cut_is_read_within_its_bounds(void **state)
{
	uint8_t bytes[MESSAGE_MAX];
	size_t len = decode(bytes, KVASER);

	(void)state;
	for (size_t cut = 0; cut < len; cut++)
		assert_false(read_bytes(bytes, cut).has_state);
}

static void test_every_wrong_byte_is_read_within_its_bounds(void **state)
{
	static const uint8_t values[] = { 0x00, 0x01, 0x7f, 0xff };
	uint8_t bytes[MESSAGE_MAX];
	size_t len = decode(bytes, KVASER);

	(void)state;
	for (size_t i = 0; i < len * ARRAY_SIZE(values); i++) {
		uint8_t was = bytes[i % len];

		bytes[i % len] = values[i / len];
		(void)read_bytes(bytes, len);
		bytes[i % len] = was;
	}
	assert_true(read_bytes(bytes, len).has_state);
}

static void test_the_kernel_answers(void **state)
{
	struct rtnl_link link = { .can.state = 77 };

	(void)state;
	assert_int_equal(rtnl_get_link(&link, "lo"), 0);
	assert_int_equal(link.index, if_nametoindex("lo"));
	assert_int_equal(link.type, ARPHRD_LOOPBACK);
	assert_true(link.flags & IFF_LOOPBACK);
	assert_false(link.can.has_state);
	assert_int_equal(link.can.state, 0);
	assert_int_equal(rtnl_get_link(&link, "nosuchcan0"), -ENODEV);
	assert_int_equal(rtnl_get_link(&link, ""), -ENODEV);
	assert_int_equal(rtnl_get_link(&link, "can0123456789abc"), -ENODEV);
	assert_int_equal(link.type, ARPHRD_LOOPBACK);
}

static void test_what_cannot_be_done(void **state)
{
	(void)state;
	assert_int_equal(rtnl_set_up("nosuchcan0"), -ENODEV);
	assert_int_equal(rtnl_set_up(""), -ENODEV);
	assert_int_equal(
		rtnl_set_up_can("nosuchcan0", &(struct rtnl_can){ 0 }, 128),
		-ENODEV);
	assert_int_equal(rtnl_add_link("can0123456789abc", "vcan"),
			 -ENAMETOOLONG);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows) + ARRAY_SIZE(replies) + 5] = {
		cmocka_unit_test(test_what_every_interface_has),
		cmocka_unit_test(test_every_cut_is_read_within_its_bounds),
		cmocka_unit_test(
			test_every_wrong_byte_is_read_within_its_bounds),
		cmocka_unit_test(test_the_kernel_answers),
		cmocka_unit_test(test_what_cannot_be_done),
	};
	size_t n = 5;

	ROWS(rows, test_row);
	ROWS(replies, test_reply);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
