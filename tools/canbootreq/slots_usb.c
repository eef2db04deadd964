// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The slots of the sentences in words_usb.c. */
#include "slots.h"

#include <stdio.h>

#include "util/array.h"

/* An interface may come back under another name. */
const char *slots_ifname(const struct words_facts *f)
{
	return f->usb.ifname[0] ? f->usb.ifname : f->ifname;
}

static void put_port(char *out, size_t size, const void *facts)
{
	const struct words_facts *f = facts;

	snprintf(out, size, "%s", f->port ? f->port : "");
}

static void put_usbif(char *out, size_t size, const void *facts)
{
	snprintf(out, size, "%s", slots_ifname(facts));
}

static const char *usblink(const void *facts)
{
	const struct words_facts *f = facts;

	return !f->usb.ifname[0] ? "{if} is not there yet" :
	       f->usb_up	 ? "{usbif} is up again" :
				   "{usbif} is down";
}

/* What has to be done until the bus can be used again. */
static const char *usbup(const void *facts)
{
	const struct words_facts *f = facts;

	if (f->usb.ifname[0])
		return f->usb_up ? "{usbif} can be used again" :
				   "bring {usbif} up: sudo {up}{guess}";
	return f->usb.devnum ?
		       "start its Klipper again: press its reset button, or "
		       "switch its power off and on; then sudo {up}{guess}" :
		       "plug the adapter in again, then: sudo {up}{guess}";
}

/* What an adapter did that was not asked. */
static const char *usbstory(const void *facts)
{
	const struct words_facts *f = facts;
	static const char *const stories[] = {
		[KCAN_USBFOLLOW_PENDING] = "its adapter is on USB port {port}",
		[KCAN_USBFOLLOW_KATAPULT] = "its adapter{maybe} left USB port "
					    "{port}, where now {usbwhat} is "
					    "({usbid}){usbtail}",
		[KCAN_USBFOLLOW_LOADER] = "its adapter{maybe} left USB port "
					  "{port}, where now {usbwhat} is "
					  "({usbid}){usbtail}",
		[KCAN_USBFOLLOW_OTHER] = "its adapter{maybe} left USB port "
					 "{port}, where now {usbwhat} is "
					 "({usbid}){usbtail}",
		[KCAN_USBFOLLOW_BACK] =
			"its adapter{maybe} left USB port {port} and came "
			"back unchanged ({usbid}){usbtail}; {usblink}",
		[KCAN_USBFOLLOW_STAYED] =
			"its adapter has not left USB port {port} ({usbid})",
		[KCAN_USBFOLLOW_EMPTY] =
			"its adapter{maybe} left USB port {port} and has not "
			"come back{usbtail}",
	};

	return stories[f->followed];
}

static const char *maybe(const void *facts)
{
	const struct words_facts *f = facts;
	bool unknown = f->match == KCAN_USBDEV_MATCH_UNKNOWN;

	return unknown ? ", which may be this MCU itself," : NULL;
}

static const char *usbtail(const void *facts)
{
	const struct words_facts *f = facts;
	bool unknown = f->match == KCAN_USBDEV_MATCH_UNKNOWN;

	return unknown ? NULL : ", which tells nothing of this MCU";
}

const struct say_slot slots_usb[] = {
	{ "{port}", 0, put_port },
	{ "{usbif}", 0, put_usbif },
	{ "{usblink}", .sentence = usblink },
	{ "{usbup}", .sentence = usbup },
	{ "{usbstory}", .sentence = usbstory },
	{ "{maybe}", .sentence = maybe },
	{ "{usbtail}", .sentence = usbtail },
};

const size_t slots_usb_len = ARRAY_SIZE(slots_usb);
