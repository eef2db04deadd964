// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/usb/stream.c sim/canmcu/usb/usbip.c sim/canmcu/usb/device.c
/* usbip-gsusb-bridge.md, section 12, traps 1 and 2: requests that are taken back. */
#include "dummy.h"

/* Trap 1: "ip link set can0 down" hangs for ever without it. */
static void test_unlink_of_a_dead_device(void **state)
{
	struct host *h = new_host();
	uint32_t in = host_in(h, 1, 20), out = host_out(h, 2, "x", 1);
	uint32_t asked = dummy.asked;

	(void)state;
	host_hears_unlinked(h, host_unlink(h, in), -ECONNRESET);
	host_hears_unlinked(h, host_unlink(h, out), -ECONNRESET);
	host_hears_nothing(h);
	assert_int_equal(dummy.asked, asked);
	end(h);
}

/* Trap 2: the kernel drops a device that does so. */
static void test_no_late_answer(void **state)
{
	struct host *h = new_host();
	uint32_t in = host_in(h, 1, 20);

	(void)state;
	host_hears_unlinked(h, host_unlink(h, in), -ECONNRESET);
	give(h, 20);
	host_hears_nothing(h);
	assert_int_equal(dummy.in_result, 20);
	end(h);
}

static void test_late_unlink(void **state)
{
	struct host *h = new_host();
	uint32_t in;

	(void)state;
	in = host_in(h, 1, 4);
	give(h, 4);
	host_hears_data(h, in, "\1\1\1\1", 4);
	host_hears_unlinked(h, host_unlink(h, in), 0);
	host_hears_nothing(h);
	end(h);
}

static void test_unlink_in_the_middle(void **state)
{
	struct host *h = new_host();
	uint32_t in[4];

	(void)state;
	for (size_t i = 0; i < 4; i++)
		in[i] = host_in(h, 1, 1);
	host_hears_unlinked(h, host_unlink(h, in[1]), -ECONNRESET);
	host_hears_unlinked(h, host_unlink(h, in[3]), -ECONNRESET);
	give(h, 1);
	host_hears_data(h, in[0], "\1", 1);
	in[1] = host_in(h, 1, 1);
	give(h, 1);
	host_hears_data(h, in[2], "\1", 1);
	give(h, 1);
	host_hears_data(h, in[1], "\1", 1);
	give(h, 1);
	host_hears_nothing(h);
	end(h);
}

/* As at "down": 30 of them in a row. */
static void test_30_unlinks(void **state)
{
	struct host *h = new_host();
	uint32_t first = h->seqnum + 1;

	(void)state;
	for (size_t i = 0; i < 30; i++)
		host_in(h, 1, 20);
	for (uint32_t i = 0; i < 30; i++)
		host_hears_unlinked(h, host_unlink(h, first + i), -ECONNRESET);
	assert_int_equal(h->stream->pending, 0);
	end(h);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		{ "an unlink is answered without the device",
		  test_unlink_of_a_dead_device },
		{ "no RET_SUBMIT comes after RET_UNLINK", test_no_late_answer },
		{ "an unlink that is too late is told so", test_late_unlink },
		{ "an unlink takes no other SUBMIT along",
		  test_unlink_in_the_middle },
		{ "30 unlinks as at ip link set down", test_30_unlinks },
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
