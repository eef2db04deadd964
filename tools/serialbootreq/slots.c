// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The slots of the sentences in words.c. */
#include <stdio.h>
#include <string.h>

#include "../shared/sentence.h"
#include "util/array.h"
#include "util/wait.h"
#include "words.h"

static void put_dev(char *out, size_t size, const struct words_facts *f)
{
	snprintf(out, size, "%s", f->device ? f->device : "DEVICE");
}

static void put_baud(char *out, size_t size, const struct words_facts *f)
{
	snprintf(out, size, "%u", f->baud_bps);
}

static void put_kbaud(char *out, size_t size, const struct words_facts *f)
{
	snprintf(out, size, "%u", f->katapult_bps);
}

static void put_katapult(char *out, size_t size, const struct words_facts *f)
{
	say_katapult(out, size, &f->katapult);
}

static void put_timeout(char *out, size_t size, const struct words_facts *f)
{
	snprintf(out, size, "%g", (double)f->timeout_us / 1e6);
}

static void put_request(char *out, size_t size, const struct words_facts *f)
{
	snprintf(out, size, "%s",
		 f->requested ? "the request was sent" : "no request was sent");
}

static void put_port(char *out, size_t size, const struct words_facts *f)
{
	snprintf(out, size, "%s", f->port);
}

static void put_id(char *out, size_t size, const struct words_facts *f)
{
	snprintf(out, size, "%04x:%04x", f->usb.vendor, f->usb.product);
}

static void put_what(char *out, size_t size, const struct words_facts *f)
{
	snprintf(out, size, "%s", kcan_usbdev_info(&f->usb)->what);
}

static void put_tty(char *out, size_t size, const struct words_facts *f)
{
	const struct kcan_usbdev *usb = &f->usb;

	snprintf(out, size, "%s",
		 usb->by_id[0] ? usb->by_id :
		 usb->tty[0]   ? usb->tty :
				 /* in a sentence, not in a command */
			   f->cause == CAUSE_USB_BACK ?
				 "a device without a serial port" :
				 "TTY");
}

static void put_advice(char *out, size_t size, const char *sentence,
		       const struct words_facts *f)
{
	words_expand(out, size, sentence ? sentence : "", f);
}

static void put_usbnext(char *out, size_t size, const struct words_facts *f)
{
	put_advice(out, size, kcan_usbdev_info(&f->usb)->next, f);
}

static void put_usbback(char *out, size_t size, const struct words_facts *f)
{
	put_advice(out, size, kcan_usbdev_info(&f->usb)->back, f);
}

static void put_holder(char *out, size_t size, const struct words_facts *f)
{
	snprintf(out, size, "%s", f->holder.name);
}

static void put_pid(char *out, size_t size, const struct words_facts *f)
{
	snprintf(out, size, "%d", (int)f->holder.pid);
}

static void put_group(char *out, size_t size, const struct words_facts *f)
{
	snprintf(out, size, "%s", f->group);
}

static void put_signal(char *out, size_t size, const struct words_facts *f)
{
	util_signal_name(out, size, f->signal);
}

static void put_detail(char *out, size_t size, const struct words_facts *f)
{
	snprintf(out, size, "%s", f->detail);
}

static const struct slot {
	const char *name;
	void (*put)(char *out, size_t size, const struct words_facts *f);
} slots[] = {
	{ "{dev}", put_dev },	      { "{baud}", put_baud },
	{ "{kbaud}", put_kbaud },     { "{katapult}", put_katapult },
	{ "{timeout}", put_timeout }, { "{request}", put_request },
	{ "{port}", put_port },	      { "{id}", put_id },
	{ "{what}", put_what },	      { "{tty}", put_tty },
	{ "{usbnext}", put_usbnext }, { "{usbback}", put_usbback },
	{ "{holder}", put_holder },   { "{pid}", put_pid },
	{ "{group}", put_group },     { "{signal}", put_signal },
	{ "{detail}", put_detail },
};

static size_t put_slot(char *out, size_t size, const char *at,
		       const void *facts)
{
	for (size_t i = 0; i < ARRAY_SIZE(slots); i++) {
		size_t len = strlen(slots[i].name);

		if (strncmp(at, slots[i].name, len) != 0)
			continue;
		slots[i].put(out, size, facts);
		return len;
	}
	return 0;
}

void words_expand(char *out, size_t size, const char *sentence,
		  const struct words_facts *facts)
{
	say_expand(out, size, sentence, put_slot, facts);
}
