// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/serial/usb.c tools/shared/usb.c
/* What is on a USB port look by look, the port's tty, and time moved by hand. */
#include "../support/unit.h"

#include <errno.h>
#include <string.h>

#include "../../tools/serial/ask.h"
#include "../../tools/serial/trace.h"

#define S 1000000u
#define LOOKS 4

/* usbip-gsusb-bridge.md, section 3 */
#define KLIPPER(n)                                                           \
	{                                                                    \
		.devnum = (n), .vendor = 0x1d50, .product = 0x614e,          \
		.manufacturer = "Klipper",                                   \
		.serial = "3B0028001451303432353938", .tty = "/dev/ttyACM0", \
	}
#define KATAPULT(n)                                                          \
	{                                                                    \
		.devnum = (n), .vendor = 0x1d50, .product = 0x6177,          \
		.manufacturer = "katapult",                                  \
		.serial = "3B0028001451303432353938", .tty = "/dev/ttyACM0", \
	}
#define NOTHING   \
	{         \
		0 \
	}

static struct fake {
	struct kcan_usbdev looks[LOOKS]; /* the last one is what stays */
	int touch_error;

	size_t looked;
	unsigned int opened, touched;
	uint64_t now_us;
} fake;

struct kcan_tty *ask_open(struct words_facts *facts)
{
	(void)facts;
	fake.opened++;
	return (struct kcan_tty *)&fake;
}

void kcan_tty_close(struct kcan_tty *tty)
{
	(void)tty;
	fake.opened--;
}

int kcan_tty_speed(struct kcan_tty *tty, uint32_t rate_bps)
{
	(void)tty;
	assert_int_equal(rate_bps, 1200);
	return 0;
}

int kcan_tty_dtr(struct kcan_tty *tty, bool on)
{
	(void)tty;
	fake.touched += !on && !fake.touch_error;
	return fake.touch_error;
}

int kcan_usbport_watch(struct kcan_usbport *port)
{
	(void)port;
	return 0;
}

const char *kcan_usbport_name(const struct kcan_usbport *port)
{
	(void)port;
	return "1-1.4";
}

int kcan_usbport_fd(const struct kcan_usbport *port)
{
	(void)port;
	return 7;
}

bool kcan_usbport_has_udevd(void)
{
	return false;
}

void kcan_usbport_look(struct kcan_usbport *port, struct kcan_usbdev *out)
{
	(void)port;
	*out = fake.looks[fake.looked];
	fake.looked += fake.looked + 1 < LOOKS;
}

uint64_t loop_now(struct loop *l)
{
	return l->now_us = fake.now_us;
}

/* A look each 20 ms. */
int loop_wait(struct loop *l, int fd, uint64_t deadline_us)
{
	assert_int_equal(fd, 7);
	fake.now_us += 20000;
	if (fake.now_us > deadline_us)
		fake.now_us = deadline_us;
	loop_now(l);
	return 1;
}

void trace_text(const struct loop *l, const char *text)
{
	(void)l;
	(void)text;
}

void trace_device(const struct loop *l, const char *port,
		  const struct kcan_usbdev *dev)
{
	(void)l;
	(void)port;
	(void)dev;
}

static const struct row {
	const char *name;
	struct fake fake; /* the looks from the opening on; before: device 4 */
	enum cause cause;
	bool requested;
	unsigned int touched, devnum;
} rows[] = {
	{ "what comes up after the touch is Katapult",
	  { { KLIPPER(4), KLIPPER(4), NOTHING, KATAPULT(5) } },
	  CAUSE_USB_KATAPULT,
	  true,
	  1,
	  5 },
	{ "what stays is told to have stayed",
	  { { KLIPPER(4), KLIPPER(4), KLIPPER(4), KLIPPER(4) } },
	  CAUSE_USB_STAYED,
	  true,
	  1,
	  4 },
	{ "what came back before it was opened was not brought up by the touch",
	  { { KLIPPER(5), KLIPPER(5), KLIPPER(5), KLIPPER(5) } },
	  CAUSE_USB_STAYED,
	  true,
	  1,
	  5 },
	{ "a Katapult that came before the opening is left alone",
	  { { KATAPULT(5), KATAPULT(5), KATAPULT(5), KATAPULT(5) } },
	  CAUSE_USB_ALREADY,
	  false,
	  0,
	  5 },
	{ "what leaves while it is opened was not asked",
	  { { NOTHING, NOTHING, NOTHING, NOTHING }, .touch_error = -EIO },
	  CAUSE_USB_LOST,
	  false,
	  0,
	  0 },
};

static void test_row(void **state)
{
	const struct row *row = *state;
	struct words_facts facts = { .timeout_us = S, .usb = KLIPPER(4) };
	struct loop loop = { 0 };

	fake = row->fake;
	ask_usb(&facts, &loop, NULL);
	assert_int_equal(facts.cause, row->cause);
	assert_int_equal(facts.way, WAY_USB);
	assert_int_equal(facts.requested, row->requested);
	assert_int_equal(facts.usb.devnum, row->devnum);
	assert_int_equal(fake.touched, row->touched);
	assert_int_equal(fake.opened, 0);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows)];
	size_t n = 0;

	ROWS(rows, test_row);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
