// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "../support/unit.h"

#include <string.h>

#include "proto/usbfollow.h"

#define LEAVE_MS 3500
#define END_MS 5000
#define CHIP "3B0028001451303432353938"

/* What a port may have; usbip-gsusb-bridge.md, section 3 */
static const struct kcan_usbdev bridge = { .vendor = 0x1d50,
					   .product = 0x606f,
					   .manufacturer = "Klipper",
					   .name = "stm32g0b1xx",
					   .serial = CHIP,
					   .ifname = "can0" };
static const struct kcan_usbdev bridge_only = { .vendor = 0x1d50,
						.product = 0x606f,
						.manufacturer = "Klipper",
						.name = "stm32g0b1xx",
						.serial = CHIP };
static const struct kcan_usbdev klipper = { .vendor = 0x1d50,
					    .product = 0x614e,
					    .manufacturer = "Klipper",
					    .serial = CHIP,
					    .tty = "/dev/ttyACM0" };
static const struct kcan_usbdev klipper_only = { .vendor = 0x1d50,
						 .product = 0x614e,
						 .manufacturer = "Klipper",
						 .serial = CHIP };
static const struct kcan_usbdev katapult = { .vendor = 0x1d50,
					     .product = 0x6177,
					     .manufacturer = "katapult",
					     .serial = CHIP,
					     .tty = "/dev/ttyACM0" };
static const struct kcan_usbdev katapult_only = { .vendor = 0x1d50,
						  .product = 0x6177,
						  .manufacturer = "katapult",
						  .serial = CHIP };
static const struct kcan_usbdev stranger = { .vendor = 0x1d50,
					     .product = 0x6177,
					     .manufacturer = "katapult",
					     .serial =
						     "3D0052001450425539383920",
					     .tty = "/dev/ttyACM0" };
static const struct kcan_usbdev dfu = { .vendor = 0x0483, .product = 0xdf11 };
static const struct kcan_usbdev rom = { .vendor = 0x2e8a, .product = 0x0003 };
static const struct kcan_usbdev mouse = { .vendor = 0x046d, .product = 0xc077 };

#define LOOKS_MAX 8

/* Each look, and when a verdict must be there: between two looks nothing is. */
static const struct row {
	const char *name;
	const struct kcan_usbdev *before;
	struct {
		unsigned int at_ms;
		unsigned int devnum; /* 0: the port is empty */
		const struct kcan_usbdev *dev;
	} looks[LOOKS_MAX];
	unsigned int decided_ms;
	enum kcan_usbfollow_verdict want;
} rows[] = {
	{ "Katapult, as soon as its tty is there",
	  &bridge,
	  { { 0, 2, &bridge },
	    { 9, 0, NULL },
	    { 470, 3, &katapult_only },
	    { 480, 3, &katapult } },
	  480,
	  KCAN_USBFOLLOW_KATAPULT },
	{ "Katapult after a serial port",
	  &klipper,
	  { { 9, 0, NULL }, { 480, 3, &katapult } },
	  480,
	  KCAN_USBFOLLOW_KATAPULT },
	{ "Katapult, nobody saw the empty port",
	  &bridge,
	  { { 600, 3, &katapult } },
	  600,
	  KCAN_USBFOLLOW_KATAPULT },
	{ "Katapult whose tty never comes",
	  &bridge,
	  { { 9, 0, NULL }, { 480, 3, &katapult_only } },
	  END_MS,
	  KCAN_USBFOLLOW_KATAPULT },
	{ "Katapult, enumerated twice",
	  &bridge,
	  { { 9, 0, NULL },
	    { 470, 3, &katapult_only },
	    { 475, 0, NULL },
	    { 900, 4, &katapult } },
	  900,
	  KCAN_USBFOLLOW_KATAPULT },
	{ "Katapult, late",
	  &bridge,
	  { { 9, 0, NULL }, { 4900, 3, &katapult } },
	  4900,
	  KCAN_USBFOLLOW_KATAPULT },
	{ "Katapult, leaving late",
	  &bridge,
	  { { 0, 2, &bridge }, { 3000, 0, NULL }, { 3500, 3, &katapult } },
	  3500,
	  KCAN_USBFOLLOW_KATAPULT },
	{ "Katapult, too late",
	  &bridge,
	  { { 9, 0, NULL }, { 5001, 3, &katapult } },
	  END_MS,
	  KCAN_USBFOLLOW_EMPTY },
	{ "the bridge for a moment, then Katapult",
	  &bridge,
	  { { 9, 0, NULL },
	    { 450, 3, &bridge },
	    { 800, 0, NULL },
	    { 1200, 4, &katapult } },
	  1200,
	  KCAN_USBFOLLOW_KATAPULT },
	{ "Katapult of another chip",
	  &bridge,
	  { { 9, 0, NULL }, { 480, 3, &stranger } },
	  980,
	  KCAN_USBFOLLOW_OTHER },
	{ "ROM DFU, at once",
	  &bridge,
	  { { 9, 0, NULL }, { 450, 3, &dfu } },
	  450,
	  KCAN_USBFOLLOW_LOADER },
	{ "boot ROM, at once",
	  &bridge,
	  { { 9, 0, NULL }, { 450, 3, &rom } },
	  450,
	  KCAN_USBFOLLOW_LOADER },
	{ "the bridge is back",
	  &bridge,
	  { { 9, 0, NULL }, { 440, 3, &bridge_only }, { 450, 3, &bridge } },
	  940,
	  KCAN_USBFOLLOW_BACK },
	{ "the bridge is back, but its interface is not",
	  &bridge,
	  { { 9, 0, NULL }, { 440, 3, &bridge_only } },
	  END_MS,
	  KCAN_USBFOLLOW_BACK },
	{ "the serial port is back",
	  &klipper,
	  { { 9, 0, NULL }, { 440, 3, &klipper_only }, { 450, 3, &klipper } },
	  940,
	  KCAN_USBFOLLOW_BACK },
	{ "back at the very end",
	  &bridge,
	  { { 9, 0, NULL }, { 4800, 3, &bridge } },
	  END_MS,
	  KCAN_USBFOLLOW_BACK },
	{ "it never left",
	  &bridge,
	  { { 0, 2, &bridge }, { 2500, 2, &bridge } },
	  LEAVE_MS,
	  KCAN_USBFOLLOW_STAYED },
	{ "it left too late",
	  &bridge,
	  { { 0, 2, &bridge }, { 3501, 0, NULL } },
	  LEAVE_MS,
	  KCAN_USBFOLLOW_STAYED },
	{ "nothing came",
	  &bridge,
	  { { 9, 0, NULL } },
	  END_MS,
	  KCAN_USBFOLLOW_EMPTY },
	{ "came and left for good",
	  &bridge,
	  { { 9, 0, NULL }, { 450, 3, &bridge }, { 700, 0, NULL } },
	  END_MS,
	  KCAN_USBFOLLOW_EMPTY },
	{ "something else",
	  &bridge,
	  { { 9, 0, NULL }, { 450, 3, &mouse } },
	  950,
	  KCAN_USBFOLLOW_OTHER },
	{ "Klipper with another link",
	  &bridge,
	  { { 9, 0, NULL }, { 450, 3, &klipper } },
	  950,
	  KCAN_USBFOLLOW_OTHER },
};

static struct kcan_usbdev at(const struct row *row, unsigned int ms)
{
	struct kcan_usbdev dev = *row->before;

	dev.devnum = 2;
	for (size_t i = 0; i < LOOKS_MAX; i++) {
		if (i && !row->looks[i].at_ms)
			break;
		if (row->looks[i].at_ms > ms)
			break;
		dev = row->looks[i].devnum ? *row->looks[i].dev :
					     (struct kcan_usbdev){ 0 };
		dev.devnum = row->looks[i].devnum;
	}
	return dev;
}

/* A look each millisecond, as after many events. */
static void test_row(void **state)
{
	const struct row *row = *state;
	struct kcan_usbfollow f;
	struct kcan_usbdev dev = at(row, 0);
	unsigned int ms = 0;

	dev.devnum = 2;
	kcan_usbfollow_init(&f, &dev, LEAVE_MS * 1000, END_MS * 1000);
	for (; ms < END_MS + 10 && !f.verdict; ms++) {
		dev = at(row, ms);
		kcan_usbfollow_look(&f, &dev, ms * 1000ull);
	}
	assert_int_equal(f.verdict, row->want);
	assert_int_equal(ms - 1, row->decided_ms);
	assert_int_equal(kcan_usbfollow_deadline(&f), UINT64_MAX);
}

/* A look at each event and each deadline comes to the same, at the same time. */
static void test_row_by_deadline(void **state)
{
	const struct row *row = *state;
	struct kcan_usbfollow f;
	struct kcan_usbdev dev = at(row, 0);
	uint64_t now_us = 0;
	uint64_t next_us;

	dev.devnum = 2;
	kcan_usbfollow_init(&f, &dev, LEAVE_MS * 1000, END_MS * 1000);
	dev = at(row, 0);
	while (!kcan_usbfollow_look(&f, &dev, now_us)) {
		next_us = kcan_usbfollow_deadline(&f);
		assert_true(next_us > now_us && next_us <= END_MS * 1000);
		for (size_t i = 0; i < LOOKS_MAX; i++)
			if (row->looks[i].at_ms * 1000ull > now_us &&
			    row->looks[i].at_ms * 1000ull < next_us)
				next_us = row->looks[i].at_ms * 1000ull;
		now_us = next_us;
		dev = at(row, (unsigned int)(now_us / 1000));
	}
	assert_int_equal(f.verdict, row->want);
	assert_int_equal(now_us / 1000, row->decided_ms);
}

static void test_verdict_stays(void **state)
{
	struct kcan_usbdev dev = bridge;
	struct kcan_usbfollow f;

	(void)state;
	dev.devnum = 2;
	kcan_usbfollow_init(&f, &dev, LEAVE_MS * 1000, END_MS * 1000);
	dev = dfu;
	dev.devnum = 3;
	assert_int_equal(kcan_usbfollow_look(&f, &dev, 1000),
			 KCAN_USBFOLLOW_LOADER);
	dev.devnum = 0;
	assert_int_equal(kcan_usbfollow_look(&f, &dev, 2000),
			 KCAN_USBFOLLOW_LOADER);
	assert_int_equal(f.seen.vendor, 0x0483);
}

int main(void)
{
	struct CMUnitTest tests[2 * ARRAY_SIZE(rows) + 1];
	size_t n = 0;

	ROWS(rows, test_row);
	ROWS(rows, test_row_by_deadline);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_verdict_stays);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
