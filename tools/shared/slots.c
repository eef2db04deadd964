// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "slots.h"

#include "proto/usbdev.h"
#include <kcan/kat.h>

#include "util/wait.h"

void say_put_text(char *out, size_t size, const void *from)
{
	snprintf(out, size, "%s", (const char *)from);
}

void say_put_u8(char *out, size_t size, const void *from)
{
	snprintf(out, size, "%u", *(const uint8_t *)from);
}

void say_put_u32(char *out, size_t size, const void *from)
{
	snprintf(out, size, "%u", *(const uint32_t *)from);
}

void say_put_seconds(char *out, size_t size, const void *from)
{
	snprintf(out, size, "%g", (double)*(const uint64_t *)from / 1e6);
}

void say_put_signal(char *out, size_t size, const void *from)
{
	util_signal_name(out, size, *(const int *)from);
}

void say_put_uuid(char *out, size_t size, const void *from)
{
	char text[KCAN_UUID_STR_LEN + 1];

	kcan_uuid_format(from, text);
	snprintf(out, size, "%s", text);
}

void say_put_katapult(char *out, size_t size, const void *from)
{
	const struct kcan_kat_ident *ident = from;

	snprintf(out, size, "%s, Katapult %s, application at 0x%08x",
		 ident->mcu[0] ? ident->mcu : "unnamed MCU",
		 ident->version[0] ? ident->version : "of unknown version",
		 ident->app_start);
}

static void put_id(char *out, size_t size, const void *from)
{
	const struct kcan_usbdev *dev = from;

	snprintf(out, size, "%04x:%04x", dev->vendor, dev->product);
}

/* What outlives the next plug, where udev has made it. */
static void put_tty(char *out, size_t size, const void *from)
{
	const struct kcan_usbdev *dev = from;

	snprintf(out, size, "%s",
		 dev->by_id[0] ? dev->by_id :
		 dev->tty[0]   ? dev->tty :
				 "TTY");
}

static const char *what(const void *from)
{
	return kcan_usbdev_info(from)->what;
}

/* The kernel makes no tty for it. */
#define NO_TTY                                     \
	"load the driver: sudo modprobe cdc-acm\n" \
	"then see which tty it is: ls /dev/serial/by-id"

static const char *next(const void *from)
{
	const struct kcan_usbdev *dev = from;

	return kcan_usbdev_flashed_by_tty(dev) && !dev->tty[0] ?
		       NO_TTY :
		       kcan_usbdev_info(dev)->next;
}

static const char *as_tty(const void *from)
{
	const struct kcan_usbdev *dev = from;

	return dev->tty[0]		       ? " as {usbtty}" :
	       kcan_usbdev_flashed_by_tty(dev) ? " without a tty" :
						 NULL;
}

static const char *back(const void *from)
{
	return kcan_usbdev_info(from)->back;
}

static const char *warning(const void *from)
{
	return kcan_usbdev_info(from)->warning;
}

#define TEXT(field) offsetof(struct kcan_usbdev, field), say_put_text

const struct say_slot say_usb_slots[] = {
	{ "{usbid}", 0, put_id },
	{ "{tty}", 0, put_tty },
	{ "{usbtty}", TEXT(tty) },
	{ "{usbmaker}", TEXT(manufacturer) },
	{ "{usbname}", TEXT(name) },
	{ "{usbserial}", TEXT(serial) },
	{ "{usbwhat}", .sentence = what },
	{ "{usbas}", .sentence = as_tty },
	{ "{usbnext}", .sentence = next },
	{ "{usbback}", .sentence = back },
	{ "{usbwarning}", .sentence = warning },
	{ 0 },
};
