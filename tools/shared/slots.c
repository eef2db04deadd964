// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "slots.h"

#include <string.h>

#include "proto/usbdev.h"
#include <kcan/kat.h>

#include "util/array.h"
#include "util/wait.h"
#include "words.h"

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

/* Built for USB, these have a way out of Klipper: can-admin-channel.md, 8.1. */
static bool always_leaves(const char *mcu)
{
	static const char *const begin[] = {
		"stm32f042", "stm32f072", "stm32f4", "stm32f7",
		"stm32g",    "stm32h7",	  "stm32l4", "rp2",
		"sam3",	     "sam4",	  "same70",
	};

	for (size_t i = 0; i < ARRAY_SIZE(begin); i++)
		if (!strncmp(mcu, begin[i], strlen(begin[i])))
			return true;
	return false;
}

/* Why it may still run Klipper; Klipper's product text is the MCU's type. */
static const char *stayed(const void *from)
{
	const struct kcan_usbdev *dev = from;

	if (always_leaves(dev->name))
		return WORDS_LIKELY "1. the request was lost: ask again\n"
				    "2. Klipper hangs, or is too old to know "
				    "the request: " WORDS_DOUBLE_RESET;
	return WORDS_LIKELY
		"1. " WORDS_NO_KATAPULT ", or use the way of its maker\n"
		"2. " WORDS_NO_OFFSET "\n"
		"3. Klipper is too old to know the request: the same reset, "
		"then update it";
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
	{ "{usbstayed}", .sentence = stayed },
	{ "{usbback}", .sentence = back },
	{ "{usbwarning}", .sentence = warning },
	{ 0 },
};
