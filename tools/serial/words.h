/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef SERIAL_WORDS_H
#define SERIAL_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kcan/serialreq.h>

#include "../shared/words.h"
#include "io/tty.h"
#include "proto/usbdev.h"

/** How the device is asked. */
enum way {
	WAY_UNKNOWN, /* look what it is */
	WAY_USB,     /* 1200 baud and DTR */
	WAY_UART,    /* the string */
};

/** Everything that can be the end of a call. */
enum cause {
	CAUSE_PENDING, /* none yet */
	/* on a UART */
	CAUSE_ALREADY,
	CAUSE_PROVEN,
	CAUSE_APPLICATION,
	CAUSE_SILENT,	    /* as it was before the request */
	CAUSE_SILENT_SINCE, /* but for a Klipper that was heard */
	CAUSE_NOISE,	    /* silent, but for bytes without a meaning */
	CAUSE_ECHO,	    /* silent, but for our own */
	CAUSE_GARBLED,
	CAUSE_LOST, /* the port failed, after the request */
	CAUSE_LOST_UNSENT,
	CAUSE_NOT_TAKEN, /* the port did not take the request */
	/* on USB */
	CAUSE_USB_ALREADY,
	CAUSE_USB_KATAPULT,
	CAUSE_USB_NO_TTY, /* Katapult, but the kernel made no tty for it */
	CAUSE_USB_LOADER,
	CAUSE_USB_STAYED,
	CAUSE_USB_BACK,
	CAUSE_USB_EMPTY,
	CAUSE_USB_OTHER,
	CAUSE_USB_BRIDGE, /* it is one now */
	CAUSE_USB_RENAMED,
	CAUSE_USB_MAYBE, /* its name tells not whose bootloader is there */
	CAUSE_USB_LOST,	 /* vanished before the touch was complete */
	CAUSE_UNWATCHED, /* the USB port */
	/* on both */
	CAUSE_INTERRUPTED,
	CAUSE_USAGE,
	CAUSE_NO_DEVICE,
	CAUSE_NOT_TTY,
	CAUSE_PERMISSION,
	CAUSE_PERMISSION_ROOT, /* no group may open it */
	CAUSE_HELD,
	CAUSE_HELD_UNSEEN, /* by a program of another user */
	CAUSE_RATE,
	CAUSE_NOT_USB,
	CAUSE_NO_JANSSON,
	CAUSE_LOCAL, /* anything else of this machine */
	CAUSE_COUNT
};

/** How the call ended, and what the sentences about it may mention. */
struct words_facts {
	enum cause cause;
	const char *device; /* NULL: none was named */
	enum way way;
	uint32_t baud_bps;
	uint32_t katapult_bps;
	uint64_t timeout_us;
	uint64_t elapsed_us; /* 0: not known */
	bool requested;	     /* the string, or the whole touch, has left */
	bool identified;
	struct kcan_kat_ident katapult; /* any bytes: through slots only */
	char port[64];			/* USB; "" when not known */
	struct kcan_usbdev usb;		/* what is there, any bytes */
	struct kcan_uuid uuid;		/* USB_BRIDGE */
	bool has_uuid;
	struct kcan_tty_holder holder; /* any bytes */
	char group[64];		       /* that may open the device */
	int signal;
	char detail[512]; /* for causes that need more to be said */
	/* whether the port that Katapult answered on stays open: in @tty then */
	bool keeps;
	struct kcan_tty *tty;
	/* how to ask again, in words with slots; NULL: as serialbootreq does */
	const char *retry;
};

/** Return: the row of @cause, never NULL. */
const struct words *words_of(enum cause cause);

/** Return: whether a call can end so. */
bool words_has(enum kcan_outcome outcome);

/** Return: what is worth knowing beside the end; NULL: nothing. */
const char *words_warning(const struct words_facts *facts);

#endif
