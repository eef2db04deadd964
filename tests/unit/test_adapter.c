// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/canbootreq/request/adapter.c tools/canbus/up.c tools/shared/usb.c
/* What canbootreq makes of a port, with time moved by hand. */
#include "../support/unit.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include <kcan/link.h>

#include "../../tools/canbootreq/request/adapter.h"
#include "io/usbport.h"

#define CHIP "3B0028001451303432353938"
#define NEVER UINT64_MAX
#define TIMEOUT_US 5000000

static const struct kcan_uuid bridge = { { 0xb0, 0x91, 0xcc, 0xc2, 0x41,
					   0xc9 } };
static const struct kcan_uuid node = { { 1, 2, 3, 4, 5, 6 } };

static const struct kcan_usbdev gsusb = { .devnum = 2,
					  .vendor = 0x1d50,
					  .product = 0x606f,
					  .manufacturer = "Klipper",
					  .serial = CHIP,
					  .ifname = "can0" };
static const struct kcan_usbdev nameless = { .devnum = 2,
					     .vendor = 0x1d50,
					     .product = 0x606f,
					     .manufacturer = "Klipper",
					     .serial = "12345",
					     .ifname = "can0" };
static const struct kcan_usbdev back = { .devnum = 3,
					 .vendor = 0x1d50,
					 .product = 0x606f,
					 .manufacturer = "Klipper",
					 .serial = CHIP,
					 .ifname = "can0" };
static const struct kcan_usbdev katapult = { .devnum = 3,
					     .vendor = 0x1d50,
					     .product = 0x6177,
					     .manufacturer = "katapult",
					     .serial = CHIP,
					     .tty = "/dev/ttyACM0" };
static const struct kcan_usbdev katapult_12345 = { .devnum = 3,
						   .vendor = 0x1d50,
						   .product = 0x6177,
						   .manufacturer = "katapult",
						   .serial = "12345",
						   .tty = "/dev/ttyACM0" };
static const struct kcan_usbdev no_tty = { .devnum = 3,
					   .vendor = 0x1d50,
					   .product = 0x6177,
					   .manufacturer = "katapult",
					   .serial = CHIP };
static const struct kcan_usbdev dfu = { .devnum = 3,
					.vendor = 0x0483,
					.product = 0xdf11 };
static const struct kcan_usbdev samba = { .devnum = 3,
					  .vendor = 0x03eb,
					  .product = 0x6124 };
static const struct kcan_usbdev nothing;

/* A port that goes from one device to another, and who looks at it. */
static struct fake {
	const struct kcan_usbdev *before, *after;
	uint64_t leaves_us, comes_us, named_us, up_us, signal_us;
	uint64_t now_us;
	bool udevd;
	bool watched;
	bool closed;	   /* the bus, while the port was watched */
	uint64_t early_us; /* when the line was reported */
} fake;

int kcan_usbport_of_interface(struct kcan_usbport **out, const char *ifname)
{
	(void)ifname;
	*out = (struct kcan_usbport *)&fake;
	return 0;
}

int kcan_usbport_of_tty(struct kcan_usbport **out, const char *path)
{
	return kcan_usbport_of_interface(out, path);
}

void kcan_usbport_close(struct kcan_usbport *port)
{
	(void)port;
}

const char *kcan_usbport_name(const struct kcan_usbport *port)
{
	(void)port;
	return "1-1.4";
}

void kcan_usbport_look(struct kcan_usbport *port, struct kcan_usbdev *out)
{
	(void)port;
	*out = fake.now_us < fake.leaves_us ? *fake.before :
	       fake.now_us < fake.comes_us  ? nothing :
					      *fake.after;
	if (fake.now_us >= fake.comes_us && fake.now_us >= fake.named_us)
		strcpy(out->by_id, "/dev/serial/by-id/it");
}

int kcan_usbport_watch(struct kcan_usbport *port)
{
	(void)port;
	fake.watched = true;
	return 0;
}

int kcan_usbport_fd(const struct kcan_usbport *port)
{
	(void)port;
	return 77;
}

bool kcan_usbport_has_udevd(void)
{
	return fake.udevd;
}

int kcan_link_get(struct kcan_link *out, const char *ifname)
{
	*out = (struct kcan_link){ .up = fake.now_us >= fake.up_us };
	return *ifname ? 0 : -ENODEV;
}

int kcan_link_watch(void)
{
	return 77;
}

void kcan_link_changed(int fd)
{
	(void)fd;
}

void bus_close(struct bus *bus)
{
	(void)bus;
	fake.closed = true;
}

uint64_t loop_now(struct loop *l)
{
	l->now_us = fake.now_us;
	return fake.now_us;
}

int loop_wait(struct loop *l, int fd, uint64_t deadline_us)
{
	const uint64_t events[] = { fake.leaves_us, fake.comes_us,
				    fake.named_us, fake.up_us, fake.signal_us };
	uint64_t next_us = deadline_us;

	assert_true(fd == 77 && fake.closed);
	for (size_t i = 0; i < ARRAY_SIZE(events); i++)
		if (events[i] > fake.now_us && events[i] < next_us)
			next_us = events[i];
	assert_true(next_us != NEVER);
	fake.now_us = next_us;
	l->now_us = next_us;
	if (fake.now_us >= fake.signal_us)
		l->signal = SIGINT;
	return 0;
}

void report_early(struct report *r, struct words_facts *facts)
{
	(void)r;
	assert_string_equal(facts->usb.by_id, "");
	fake.early_us = fake.now_us;
}

#define MS 1000ull
#define ASKED CAUSE_REQUESTED, REQUEST_HANDED_OVER
#define GONE_UNSENT CAUSE_LOST_UNSENT, REQUEST_UNCONFIRMED
#define GONE CAUSE_LOST, REQUEST_HANDED_OVER

static const struct row {
	const char *name;
	const struct kcan_uuid *uuid;
	enum cause cause;
	enum request request;
	/* 0: never; leaves, comes, is named, is up; a signal */
	uint64_t leaves_us, comes_us, named_us, up_us, signal_us;
	const struct kcan_usbdev *before, *after;
	bool no_verify, wait_iface;
	enum cause want;
	uint64_t end_us;
	uint64_t early_us;
	unsigned int warnings; /* bits, added to NODEID_HELD or not */
} rows[] = {
	{ "Katapult, and its name", &bridge, ASKED, 9 * MS, 480 * MS, 600 * MS,
	  0, 0, &gsusb, &katapult, false, false, CAUSE_USB_KATAPULT, 600 * MS,
	  480 * MS, 0 },
	{ "Katapult, and never a name", &bridge, ASKED, 9 * MS, 480 * MS, 0, 0,
	  0, &gsusb, &katapult, false, false, CAUSE_USB_KATAPULT, 3480 * MS,
	  480 * MS, 0 },
	{ "Katapult, its interface went before the confirmation", &bridge,
	  GONE_UNSENT, 9 * MS, 480 * MS, 490 * MS, 0, 0, &gsusb, &katapult,
	  false, false, CAUSE_USB_KATAPULT, 490 * MS, 480 * MS, 0 },
	{ "Katapult without a tty", &bridge, ASKED, 9 * MS, 480 * MS, 0, 0, 0,
	  &gsusb, &no_tty, false, false, CAUSE_USB_NO_TTY, TIMEOUT_US, 0, 0 },
	{ "a ROM", &bridge, ASKED, 9 * MS, 480 * MS, 0, 0, 0, &gsusb, &dfu,
	  false, false, CAUSE_USB_LOADER, 480 * MS, 0, 1u << WARNING_HEATERS },
	{ "SAM-BA, which is flashed by its tty", &bridge, ASKED, 9 * MS,
	  480 * MS, 500 * MS, 0, 0, &gsusb, &samba, false, false,
	  CAUSE_USB_LOADER, 500 * MS, 480 * MS, 1u << WARNING_HEATERS },
	{ "back", &bridge, ASKED, 9 * MS, 480 * MS, 0, 0, 0, &gsusb, &back,
	  false, false, CAUSE_USB_BACK, 980 * MS, 0, 0 },
	{ "back, and waited for until it is up", &bridge, ASKED, 9 * MS,
	  480 * MS, 0, 3000 * MS, 0, &gsusb, &back, false, true, CAUSE_USB_BACK,
	  3000 * MS, 0, 0 },
	{ "back, and waited for in vain", &bridge, ASKED, 9 * MS, 480 * MS, 0,
	  0, 0, &gsusb, &back, false, true, CAUSE_USB_BACK, TIMEOUT_US, 0, 0 },
	{ "nothing comes", &bridge, ASKED, 9 * MS, 0, 0, 0, 0, &gsusb,
	  &katapult, false, false, CAUSE_USB_EMPTY, TIMEOUT_US, 0, 0 },
	{ "it stays", &bridge, ASKED, 0, 0, 0, 0, 0, &gsusb, &katapult, false,
	  false, CAUSE_USB_STAYED, TIMEOUT_US, 0, 0 },
	{ "not to be verified", &bridge, ASKED, 9 * MS, 480 * MS, 0, 0, 0,
	  &gsusb, &katapult, true, false, CAUSE_USB_REQUESTED, 0, 0,
	  1u << WARNING_NODEID_HELD },
	{ "it resets before the request was with the kernel", &bridge,
	  CAUSE_LOST_UNSENT, REQUEST_NONE, 9 * MS, 480 * MS, 0, 0, 0, &gsusb,
	  &katapult, false, false, CAUSE_ADAPTER_LOST_UNSENT, 480 * MS, 0,
	  1u << WARNING_NODEID_HELD },
	{ "set down by somebody before the confirmation", &bridge, GONE_UNSENT,
	  0, 0, 0, 0, 0, &gsusb, &back, false, false, CAUSE_ADAPTER_LOST_UNSENT,
	  1000 * MS, 0, 1u << WARNING_NODEID_HELD },
	{ "set down by somebody after the confirmation", &bridge, GONE, 0, 0, 0,
	  0, 0, &gsusb, &back, false, false, CAUSE_USB_STAYED, 1000 * MS, 0,
	  0 },
	{ "another node: it becomes Katapult", &node, GONE, 9 * MS, 480 * MS, 0,
	  0, 0, &gsusb, &katapult, false, false, CAUSE_ADAPTER_LOST, 480 * MS,
	  0, 1u << WARNING_NODEID_HELD },
	{ "another node: it is back, and so is its interface", &node,
	  GONE_UNSENT, 9 * MS, 480 * MS, 0, 2000 * MS, 0, &gsusb, &back, false,
	  true, CAUSE_ADAPTER_LOST_UNSENT, 2000 * MS, 0,
	  1u << WARNING_NODEID_HELD },
	{ "another node: the interface only went down", &node, GONE, 0, 0, 0, 0,
	  0, &gsusb, &back, false, false, CAUSE_ADAPTER_LOST, 1000 * MS, 0,
	  1u << WARNING_NODEID_HELD },
	{ "another node, decided otherwise", &node, CAUSE_SILENT,
	  REQUEST_HANDED_OVER, 9 * MS, 480 * MS, 0, 0, 0, &gsusb, &katapult,
	  false, false, CAUSE_SILENT, 0, 0, 1u << WARNING_NODEID_HELD },
	{ "a nameless one becomes Katapult of its UUID", &bridge, GONE, 9 * MS,
	  480 * MS, 490 * MS, 0, 0, &nameless, &katapult, false, false,
	  CAUSE_USB_KATAPULT, 490 * MS, 480 * MS, 0 },
	{ "a nameless one becomes a nameless Katapult", &bridge, GONE, 9 * MS,
	  480 * MS, 490 * MS, 0, 0, &nameless, &katapult_12345, false, false,
	  CAUSE_USB_KATAPULT, 490 * MS, 480 * MS, 1u << WARNING_UNPROVEN },
	{ "a nameless one becomes a ROM", &bridge, GONE, 9 * MS, 480 * MS, 0, 0,
	  0, &nameless, &dfu, false, false, CAUSE_USB_LOADER, 480 * MS, 0,
	  1u << WARNING_UNPROVEN | 1u << WARNING_HEATERS },
	{ "a nameless one is gone", &bridge, GONE, 9 * MS, 0, 0, 0, 0,
	  &nameless, &back, false, false, CAUSE_ADAPTER_LOST, TIMEOUT_US, 0,
	  1u << WARNING_NODEID_HELD },
	{ "a signal", &bridge, ASKED, 9 * MS, 480 * MS, 0, 0, 300 * MS, &gsusb,
	  &katapult, false, false, CAUSE_INTERRUPTED, 300 * MS, 0, 0 },
	{ "a signal, and another node", &node, GONE, 9 * MS, 480 * MS, 0, 0,
	  300 * MS, &gsusb, &katapult, false, false, CAUSE_INTERRUPTED,
	  300 * MS, 0, 1u << WARNING_NODEID_HELD },
};

static uint64_t or_never(uint64_t us)
{
	return us ? us : NEVER;
}

static void test_row(void **state)
{
	const struct row *row = *state;
	struct opts opts = { .uuids = { *row->uuid },
			     .uuids_len = 1,
			     .timeout_us = TIMEOUT_US,
			     .verify = !row->no_verify,
			     .wait_iface = row->wait_iface };
	struct job job = { .facts = { .cause = row->cause,
				      .request = row->request,
				      .uuid = *row->uuid,
				      .warnings = 1u << WARNING_NODEID_HELD } };
	struct loop loop = { 0 };
	struct bus bus = { .loop = &loop };
	struct run run = { .bus = &bus, .jobs = &job, .len = 1 };
	struct adapter adapter;
	struct report report = { 0 };

	fake = (struct fake){ .before = row->before,
			      .after = row->after,
			      .leaves_us = or_never(row->leaves_us),
			      .comes_us = or_never(row->comes_us),
			      .named_us = or_never(row->named_us),
			      .up_us = or_never(row->up_us),
			      .signal_us = or_never(row->signal_us),
			      .udevd = true };
	if (row->cause == CAUSE_LOST || row->cause == CAUSE_LOST_UNSENT)
		run.lost = -19; /* ENODEV */
	adapter_find(&adapter, &opts, &report);
	job.is_adapter = adapter_match(&adapter, &opts) == 0;
	adapter_conclude(&adapter, &run, &opts, &report);
	assert_int_equal(job.facts.cause, row->want);
	assert_int_equal(fake.now_us, row->end_us);
	assert_int_equal(fake.early_us, row->early_us);
	assert_int_equal(job.facts.warnings, row->warnings);
	if (row->want == CAUSE_SILENT)
		return;
	assert_string_equal(job.facts.port, "1-1.4");
	/* a name that comes later is not waited for */
	assert_int_equal(job.facts.elapsed_us,
			 row->early_us ? row->early_us : row->end_us);
	assert_int_equal(job.facts.usb_up,
			 job.facts.usb.ifname[0] && row->up_us);
	assert_int_equal(job.facts.usb.by_id[0] != 0,
			 row->named_us && fake.now_us >= row->named_us);
}

/* Which of several: certainty counts more than doubt. */
static void test_match(void **state)
{
	struct opts opts = { .uuids = { node, bridge }, .uuids_len = 2 };
	struct adapter a = { .port = (struct kcan_usbport *)&fake,
			     .dev = gsusb };

	(void)state;
	assert_int_equal(adapter_match(&a, &opts), 1);
	assert_int_equal(a.match, KCAN_USBDEV_MATCH_YES);
	a = (struct adapter){ .port = a.port, .dev = nameless };
	assert_int_equal(adapter_match(&a, &opts), 2);
	assert_int_equal(a.match, KCAN_USBDEV_MATCH_UNKNOWN);
	opts.uuids_len = 1;
	a = (struct adapter){ .port = a.port, .dev = gsusb };
	assert_int_equal(adapter_match(&a, &opts), 1);
	assert_int_equal(a.match, KCAN_USBDEV_MATCH_NO);
	/* not on USB */
	a = (struct adapter){ .dev = gsusb };
	assert_int_equal(adapter_match(&a, &opts), 1);
	assert_int_equal(a.match, KCAN_USBDEV_MATCH_NO);
}

/* The adapter may be back soon: no event is to be missed. */
static void test_its_port_is_watched_before_it_is_asked(void **state)
{
	struct opts opts = { .uuids = { node, bridge },
			     .uuids_len = 2,
			     .verify = true };
	struct adapter a = { .port = (struct kcan_usbport *)&fake,
			     .dev = gsusb };

	(void)state;
	fake = (struct fake){ 0 };
	adapter_match(&a, &opts);
	assert_true(fake.watched);
	/* nothing follows the request, or another node is asked */
	fake.watched = opts.verify = false;
	adapter_match(&a, &opts);
	assert_false(fake.watched);
	opts.verify = true;
	opts.uuids_len = 1;
	adapter_match(&a, &opts);
	assert_false(fake.watched);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows) + 2];
	size_t n = 0;

	ROWS(rows, test_row);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_match);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(
		test_its_port_is_watched_before_it_is_asked);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
