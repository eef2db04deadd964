// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The slots of the sentences in words.c. */
#include "words.h"

#include <stdio.h>

#include "../shared/slots.h"

static void put_dev(char *out, size_t size, const void *facts)
{
	const struct words_facts *f = facts;

	snprintf(out, size, "%s", f->device ? f->device : "DEVICE");
}

static const char *again(const void *facts)
{
	const struct words_facts *f = facts;

	return f->usb.by_id[0] || f->usb.tty[0] ?
		       "{tty}" :
		       "a device without a serial port";
}

/* How what runs Klipper under another name is asked. */
static const char *usbask(const void *facts)
{
	const struct words_facts *f = facts;

	if (f->usb.tty[0])
		return "ask it by that name: serialbootreq -d {tty}";
	if (f->usb.ifname[0])
		return f->has_uuid ?
			       "ask it there: canbootreq -i {usbif} -u "
			       "{uuid}" :
			       "ask it there with its UUID: canbootreq -i "
			       "{usbif} -u UUID";
	return "load the drivers: sudo modprobe -a gs_usb cdc-acm";
}

static const char *retry(const void *facts)
{
	const struct words_facts *f = facts;

	return f->retry ? f->retry : "serialbootreq -d {dev} -b {baud}";
}

#define FACT(field) offsetof(struct words_facts, field)

static const struct say_slot slots[] = {
	{ "{dev}", 0, put_dev },
	{ "{baud}", FACT(baud_bps), say_put_u32 },
	{ "{kbaud}", FACT(katapult_bps), say_put_u32 },
	{ "{katapult}", FACT(katapult), say_put_katapult },
	{ "{timeout}", FACT(timeout_us), say_put_seconds },
	{ "{request}", FACT(requested),
	  .either = { "no request was sent", "the request was sent" } },
	{ "{port}", FACT(port), say_put_text },
	{ "{usbif}", FACT(usb.ifname),
	  .either = { "no interface yet", "{ifname}" } },
	{ "{ifname}", FACT(usb.ifname), say_put_text },
	{ "{theuuid}", FACT(has_uuid),
	  .either = { "without a chip id in its serial number",
		      "UUID {uuid}" } },
	{ "{uuid}", FACT(uuid), say_put_uuid },
	{ "{usbask}", .sentence = usbask },
	{ "{again}", .sentence = again },
	{ "{retry}", .sentence = retry },
	{ "{holder}", FACT(holder.name), say_put_text },
	{ "{pid}", FACT(holder.pid), say_put_u32 }, /* never negative */
	{ "{group}", FACT(group), say_put_text },
	{ "{signal}", FACT(signal), say_put_signal },
	{ "{detail}", FACT(detail), say_put_text },
	{ 0 },
};

const struct say_slots words_slots[] = {
	{ slots },
	{ say_usb_slots, FACT(usb) },
	{ 0 },
};
