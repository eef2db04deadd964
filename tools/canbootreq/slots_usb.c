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

static void put_port(char *out, size_t size, const struct words_facts *f)
{
	snprintf(out, size, "%s", f->port ? f->port : "");
}

static void put_usbid(char *out, size_t size, const struct words_facts *f)
{
	snprintf(out, size, "%04x:%04x", f->usb.vendor, f->usb.product);
}

static void put_usbif(char *out, size_t size, const struct words_facts *f)
{
	snprintf(out, size, "%s", slots_ifname(f));
}

static void put_usbtty(char *out, size_t size, const struct words_facts *f)
{
	snprintf(out, size, "%s", f->usb.tty);
}

/* What outlives the next plug, where udev has made it. */
static void put_tty(char *out, size_t size, const struct words_facts *f)
{
	snprintf(out, size, "%s",
		 f->usb.by_id[0] ? f->usb.by_id :
		 f->usb.tty[0]	 ? f->usb.tty :
				   "TTY");
}

static void put_usbmaker(char *out, size_t size, const struct words_facts *f)
{
	snprintf(out, size, "%s", f->usb.manufacturer);
}

static void put_usbname(char *out, size_t size, const struct words_facts *f)
{
	snprintf(out, size, "%s", f->usb.name);
}

static void put_usbserial(char *out, size_t size, const struct words_facts *f)
{
	snprintf(out, size, "%s", f->usb.serial);
}

static void put_usbwhat(char *out, size_t size, const struct words_facts *f)
{
	snprintf(out, size, "%s", kcan_usbdev_info(&f->usb)->what);
}

static void put_usbnext(char *out, size_t size, const struct words_facts *f)
{
	const char *next = kcan_usbdev_info(&f->usb)->next;

	words_expand(out, size, next ? next : "", f);
}

static void put_usbback(char *out, size_t size, const struct words_facts *f)
{
	const char *back = kcan_usbdev_info(&f->usb)->back;

	words_expand(out, size, back ? back : "", f);
}

static void put_usbwarning(char *out, size_t size, const struct words_facts *f)
{
	const char *warning = kcan_usbdev_info(&f->usb)->warning;

	snprintf(out, size, "%s", warning ? warning : "");
}

static void put_usblink(char *out, size_t size, const struct words_facts *f)
{
	const char *sentence = !f->usb.ifname[0] ? "{if} is not there yet" :
			       f->usb_up	 ? "{usbif} is up again" :
						   "{usbif} is down";

	words_expand(out, size, sentence, f);
}

/* What has to be done until the bus can be used again. */
static void put_usbup(char *out, size_t size, const struct words_facts *f)
{
	const char *sentence =
		f->usb.ifname[0] && f->usb_up ?
			"{usbif} can be used again" :
		f->usb.ifname[0] ?
			"bring {usbif} up: sudo {up}{guess}" :
		f->usb.devnum ?
			"start its Klipper again: press its reset button, or "
			"switch its power off and on; then sudo {up}{guess}" :
			"plug the adapter in again, then: sudo {up}{guess}";

	words_expand(out, size, sentence, f);
}

/* What an adapter did that was not asked. */
static void put_usbstory(char *out, size_t size, const struct words_facts *f)
{
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

	words_expand(out, size, stories[f->followed], f);
}

static void put_maybe(char *out, size_t size, const struct words_facts *f)
{
	bool unknown = f->match == KCAN_USBDEV_MATCH_UNKNOWN;

	snprintf(out, size, "%s",
		 unknown ? ", which may be this MCU itself," : "");
}

static void put_usbtail(char *out, size_t size, const struct words_facts *f)
{
	bool unknown = f->match == KCAN_USBDEV_MATCH_UNKNOWN;

	snprintf(out, size, "%s",
		 unknown ? "" : ", which tells nothing of this MCU");
}

const struct slot slots_usb[] = {
	{ "{port}", put_port },		  { "{tty}", put_tty },
	{ "{maybe}", put_maybe },	  { "{usbid}", put_usbid },
	{ "{usbif}", put_usbif },	  { "{usbtty}", put_usbtty },
	{ "{usbmaker}", put_usbmaker },	  { "{usbname}", put_usbname },
	{ "{usbserial}", put_usbserial }, { "{usbwhat}", put_usbwhat },
	{ "{usbnext}", put_usbnext },	  { "{usbback}", put_usbback },
	{ "{usblink}", put_usblink },	  { "{usbup}", put_usbup },
	{ "{usbstory}", put_usbstory },	  { "{usbwarning}", put_usbwarning },
	{ "{usbtail}", put_usbtail },
};

const size_t slots_usb_len = ARRAY_SIZE(slots_usb);
