// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The slots of the sentences in words.c and words_usb.c. */
#include "words.h"

#include <stdio.h>

#include "../../shared/slots.h"

#define CLEARED                                                           \
	"it ends when all is well again, or, while no Klipper host uses " \
	"the bus, with"
#define GUESS "; 1000000 is Klipper's default, take what your nodes have"
#define OTHERS "; up, too, and to be named with -i: {otherifs}"

/* An interface may come back under another name. */
static const char *ifname_now(const struct words_facts *f)
{
	return f->usb.ifname[0] ? f->usb.ifname : f->ifname;
}

static void put_if(char *out, size_t size, const void *facts)
{
	const struct words_facts *f = facts;

	snprintf(out, size, "%s", f->ifname ? f->ifname : "the interface");
}

static void put_name(char *out, size_t size, const void *facts)
{
	const struct words_facts *f = facts;

	snprintf(out, size, "%s", f->name ? f->name : "");
}

static void put_place(char *out, size_t size, const void *facts)
{
	const struct words_facts *f = facts;

	snprintf(out, size, "%s%s%s", f->place ? " (" : "",
		 f->place ? f->place : "", f->place ? ")" : "");
}

static void put_up(char *out, size_t size, const void *facts)
{
	const struct words_facts *f = facts;
	int n = snprintf(out, size, "ip link set %s up", ifname_now(f));

	if (f->bitrate_bps && n > 0 && (size_t)n < size)
		snprintf(out + n, size - (size_t)n, " type can bitrate %u",
			 f->bitrate_bps);
}

/* What is known of a controller in trouble beside its state. */
static void put_health(char *out, size_t size, const void *facts)
{
	const struct words_facts *f = facts;
	char counters[48] = "", restart[48] = "";

	if (f->link.has_counters)
		snprintf(counters, sizeof(counters),
			 "error counters tx %u rx %u", f->link.tx_errors,
			 f->link.rx_errors);
	if (f->link.state == KCAN_LINK_STATE_BUS_OFF && f->link.restart_ms)
		snprintf(restart, sizeof(restart),
			 "restarts by itself after %u ms", f->link.restart_ms);
	*out = '\0';
	if (*counters || *restart)
		snprintf(out, size, " (%s%s%s)", counters,
			 *counters && *restart ? ", " : "", restart);
}

/* How far it is known to have come. */
static const char *request(const void *facts)
{
	static const char *const sentences[] = {
		[REQUEST_UNKNOWN] = "nothing was sent",
		[REQUEST_NONE] = "no request was sent",
		[REQUEST_UNCONFIRMED] =
			"{message} is still queued, not confirmed",
		[REQUEST_HANDED_OVER] = "{message} was handed to the adapter",
		[REQUEST_ACKNOWLEDGED] =
			"{message} was acknowledged on the bus",
	};
	const struct words_facts *f = facts;
	/* with its interface went the queue */
	bool gone = f->port[0] && f->followed != KCAN_USBFOLLOW_STAYED;

	if (gone && f->request == REQUEST_UNCONFIRMED)
		return "{message} was on its way when {if} went";
	if (f->leave && f->request == REQUEST_NONE)
		return "nothing was started";
	return sentences[f->request];
}

static const char *mcu_reason(const void *mcu)
{
	const char *next;

	return application_reason(mcu, &next);
}

static const char *mcu_remedy(const void *mcu)
{
	const char *next;

	application_reason(mcu, &next);
	return next;
}

static const char *state(const void *link)
{
	return kcan_link_state_name(((const struct kcan_link *)link)->state);
}

/* What a state means; up to the command that ends it. */
static const char *trouble(const void *link)
{
	static const char *const troubles[] = {
		[KCAN_LINK_STATE_ERROR_WARNING] =
			"some frames fail, so look for wiring, termination and "
			"bit rate; " CLEARED,
		[KCAN_LINK_STATE_ERROR_PASSIVE] =
			"most frames fail, so look for power, wiring, "
			"termination and the same bit rate on all nodes; " CLEARED,
		[KCAN_LINK_STATE_BUS_OFF] =
			"nothing is sent any more, as with a wrong bit rate, "
			"CAN-H and CAN-L swapped or no termination; restart it",
		[KCAN_LINK_STATE_STOPPED] = "nothing is sent; restart it",
		[KCAN_LINK_STATE_SLEEPING] = "nothing is sent; restart it",
	};

	return troubles[((const struct kcan_link *)link)->state];
}

static void put_usbif(char *out, size_t size, const void *facts)
{
	snprintf(out, size, "%s", ifname_now(facts));
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

/* How what is on USB and no bootloader is called, and how it is asked. */
static const char *usbplace(const void *facts)
{
	const struct words_facts *f = facts;

	return f->usb.ifname[0] ? "the adapter of {usbif}" :
	       f->usb.tty[0]	? "{usbwhat}, {tty}" :
				  "{usbwhat}, which no driver uses";
}

static const char *usbask(const void *facts)
{
	const struct words_facts *f = facts;

	if (f->leave)
		return "Klipper runs on it: there is no bootloader to leave";
	return f->usb.ifname[0] ?
		       "ask it there: canbootreq -i {usbif} -u {uuid}" :
	       f->usb.tty[0] ? "ask it there: serialbootreq -d {tty}" :
			       "load the drivers: sudo modprobe -a gs_usb "
			       "cdc-acm";
}

/* Nobody brings it up behind another adapter. */
static const char *usbafter(const void *facts)
{
	const struct words_facts *f = facts;

	return f->link.up ? NULL :
			    "\nthen bring {if} up, which is down after each "
			    "plug: sudo {up}{guess}";
}

#define FACT(field) offsetof(struct words_facts, field)

static const struct say_slot slots[] = {
	{ "{if}", 0, put_if },
	{ "{name}", 0, put_name },
	{ "{place}", 0, put_place },
	{ "{up}", 0, put_up },
	{ "{guess}", FACT(bitrate_guessed), .either = { "", GUESS } },
	{ "{uuid}", FACT(uuid), say_put_uuid },
	{ "{other}", FACT(other), say_put_uuid },
	{ "{nodeid}", FACT(nodeid), say_put_u8 },
	{ "{request}", .sentence = request },
	{ "{frame}", FACT(leave),
	  .either = { "the request", "the first frame" } },
	{ "{message}", FACT(leave), .either = { "the request", "COMPLETE" } },
	{ "{leave}", FACT(leave), .either = { "", "--leave " } },
	{ "{katapult}", FACT(identified), .either = { "", " ({ident})" } },
	{ "{ident}", FACT(katapult), say_put_katapult },
	{ "{asked}", FACT(asked), say_put_u8 },
	/* each interface has its own nodeid */
	{ "{askedon}", FACT(where),
	  .either = { " (Klipper was asked on nodeid {asked})", "" } },
	{ "{appversion}", FACT(application.version),
	  .either = { "of unknown version", "{version}" } },
	{ "{version}", FACT(application.version), say_put_text },
	{ "{appmcu}", FACT(application.mcu), .either = { "unknown", "{mcu}" } },
	{ "{mcu}", FACT(application.mcu), say_put_text },
	{ "{mcureason}", FACT(application.mcu), .sentence = mcu_reason },
	{ "{mcuremedy}", FACT(application.mcu), .sentence = mcu_remedy },
	{ "{timeout}", FACT(timeout_us), say_put_seconds },
	{ "{queue}", FACT(txqueuelen), say_put_u32 },
	{ "{health}", 0, put_health },
	{ "{trouble}", FACT(link), .sentence = trouble },
	{ "{state}", FACT(link), .sentence = state },
	{ "{signal}", FACT(signal), say_put_signal },
	{ "{detail}", FACT(detail), say_put_text },
	{ "{holder}", FACT(holder), say_put_text },
	{ "{port}", FACT(port), say_put_text },
	{ "{usbif}", 0, put_usbif },
	{ "{usblink}", .sentence = usblink },
	{ "{usbup}", .sentence = usbup },
	{ "{usbstory}", .sentence = usbstory },
	{ "{usbplace}", .sentence = usbplace },
	{ "{usbask}", .sentence = usbask },
	{ "{usbafter}", .sentence = usbafter },
	{ "{others}", FACT(others), .either = { "", OTHERS } },
	{ "{otherifs}", FACT(others), say_put_text },
	{ "{on}", FACT(where), .either = { "{if}", "{where}" } },
	{ "{onwhere}", FACT(where), .either = { "", " on {where}" } },
	{ "{where}", FACT(where), say_put_text },
	{ "{maybe}", .sentence = maybe },
	{ "{usbtail}", .sentence = usbtail },
	{ 0 },
};

const struct say_slots words_slots[] = {
	{ slots },
	{ say_usb_slots, FACT(usb) },
	{ 0 },
};
