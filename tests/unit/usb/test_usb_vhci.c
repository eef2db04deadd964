// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/usb/vhci.c
/* The kernel's ports for USB/IP, and what is wrong with them. */
#include "../../support/unit.h"

#include <errno.h>
#include <string.h>

#include "../../../sim/canmcu/usb/vhci.h"

/* The columns of "status" as Linux 6.1 prints them: usbip-gsusb-bridge.md, 1. */
#define HEAD "hub port sta spd dev      sockfd local_busid\n"
#define USED(hub, port) hub "  " port " 006 002 00010002 000006 1-1\n"
#define FREE(hub, port) hub "  " port " 004 000 00000000 000000 0-0\n"

static const struct status {
	const char *name;
	const char *text;
	int want;
} statuses[] = {
	{ "the first one is free", HEAD FREE("hs", "0000") FREE("hs", "0001"),
	  0 },
	{ "the first ones are in use",
	  HEAD USED("hs", "0000") USED("hs", "0001") FREE("hs", "0010"), 10 },
	{ "super speed ports are not for us",
	  HEAD USED("hs", "0000") FREE("ss", "0008"), -EBUSY },
	{ "all are in use", HEAD USED("hs", "0000"), -EBUSY },
	{ "nothing at all", "", -EBUSY },
};

static void test_status(void **state)
{
	const struct status *row = *state;

	assert_int_equal(vhci_find_free(row->text), row->want);
}

static const struct problem {
	const char *name;
	int err;
	const char *want; /* in the sentence */
} problems[] = {
	{ "no controller: how to load it", -ENODEV, "modprobe vhci-hcd" },
	{ "not root: TCP works, too", -EACCES, "usbip attach -r 127.0.0.1" },
	{ "a port in use: how to free it", -EBUSY, "usbip detach -p" },
	{ "no such port: where they are", -EINVAL, "vhci_hcd.0/status" },
	{ "what nobody has thought of", -ENOSPC, "No space left" },
};

static void test_problem(void **state)
{
	const struct problem *row = *state;

	assert_non_null(strstr(vhci_problem(row->err), row->want));
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(statuses) + ARRAY_SIZE(problems)];
	size_t n = 0;

	ROWS(statuses, test_status);
	ROWS(problems, test_problem);
	return _cmocka_run_group_tests("usb_vhci", tests, n, NULL, NULL);
}
