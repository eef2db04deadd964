// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "../support/unit.h"

#include <errno.h>
#include <string.h>

#include <kcan/link.h>

/* What a confirmation means decides about the word "acknowledged". */
static const struct driver_row {
	const char *name;
	const char *driver;
	bool acks;
	bool has_bitrate;
} driver_rows[] = {
	{ "mcp251x waits for the acknowledge", "mcp251x", true, true },
	{ "mcp251xfd waits for it", "mcp251xfd", true, true },
	{ "flexcan waits for it", "flexcan", true, true },
	{ "m_can on a platform waits for it", "m_can_platform", true, true },
	{ "m_can behind PCI waits for it", "m_can_pci", true, true },
	{ "peak_pci waits for it", "peak_pci", true, true },
	{ "peak_pciefd waits for it", "peak_pciefd", true, true },
	{ "kvaser_usb waits for it", "kvaser_usb", true, true },
	{ "peak_usb tells of the end of a USB transfer", "peak_usb", false,
	  true },
	{ "gs_usb echoes early", "gs_usb", false, true },
	{ "slcan echoes early", "slcan", false, false },
	{ "slcan under its kernel's name for it", "can", false, false },
	{ "vcan has no wire", "vcan", false, false },
	{ "vxcan has no wire", "vxcan", false, false },
	{ "a driver not known is not trusted", "brandnew", false, true },
	{ "a longer name is another driver", "mcp251xfdx", false, true },
	{ "a driver not told", "", false, false },
};

static void test_driver(void **state)
{
	const struct driver_row *row = *state;
	struct kcan_link link = { .is_can = true };

	memcpy(link.driver, row->driver, strlen(row->driver) + 1);
	assert_int_equal(kcan_link_confirms_ack(&link), row->acks);
	assert_int_equal(kcan_link_has_bitrate(&link), row->has_bitrate);
}

static const struct state_row {
	const char *name;
	enum kcan_link_state state;
} state_rows[] = {
	{ "UNKNOWN", KCAN_LINK_STATE_UNKNOWN },
	{ "ERROR-ACTIVE", KCAN_LINK_STATE_ERROR_ACTIVE },
	{ "ERROR-WARNING", KCAN_LINK_STATE_ERROR_WARNING },
	{ "ERROR-PASSIVE", KCAN_LINK_STATE_ERROR_PASSIVE },
	{ "BUS-OFF", KCAN_LINK_STATE_BUS_OFF },
	{ "STOPPED", KCAN_LINK_STATE_STOPPED },
	{ "SLEEPING", KCAN_LINK_STATE_SLEEPING },
	{ "UNKNOWN", (enum kcan_link_state)99 },
};

static void test_state_name(void **state)
{
	const struct state_row *row = *state;

	assert_string_equal(kcan_link_state_name(row->state), row->name);
}

static const struct missing_row {
	const char *name;
	const char *ifname;
} missing_rows[] = {
	{ "an interface that does not exist", "nosuchcan0" },
	{ "an empty name", "" },
	{ "a name too long for an interface", "can0123456789abcdef" },
};

static void test_missing(void **state)
{
	const struct missing_row *row = *state;
	struct kcan_link link = { .index = 77 };

	assert_int_equal(kcan_link_get(&link, row->ifname), -ENODEV);
	assert_int_equal(link.index, 77);
}

static void test_loopback_is_no_can_interface(void **state)
{
	struct kcan_link link;

	(void)state;
	assert_int_equal(kcan_link_get(&link, "lo"), 0);
	assert_string_equal(link.name, "lo");
	assert_true(link.index > 0);
	assert_false(link.is_can);
	assert_string_equal(link.driver, "");
}

static void test_the_list_has_no_loopback(void **state)
{
	char names[8][IF_NAMESIZE];
	int n = kcan_link_list(names, 8);

	(void)state;
	assert_true(n >= 0);
	for (int i = 0; i < n && i < 8; i++)
		assert_string_not_equal(names[i], "lo");
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(driver_rows) + ARRAY_SIZE(state_rows) +
				ARRAY_SIZE(missing_rows) + 2] = {
		cmocka_unit_test(test_loopback_is_no_can_interface),
		cmocka_unit_test(test_the_list_has_no_loopback),
	};
	size_t n = 2;

	ROWS(driver_rows, test_driver);
	ROWS(state_rows, test_state_name);
	ROWS(missing_rows, test_missing);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
