/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef PROTO_USBFOLLOW_H
#define PROTO_USBFOLLOW_H

#include "proto/usbdev.h"

/** What a request made of the device on a port. */
enum kcan_usbfollow_verdict {
	KCAN_USBFOLLOW_PENDING,
	KCAN_USBFOLLOW_KATAPULT,
	KCAN_USBFOLLOW_LOADER, /* a ROM, or another bootloader that is known */
	KCAN_USBFOLLOW_BACK,   /* it left, and came back as what it was */
	KCAN_USBFOLLOW_STAYED, /* it never left */
	KCAN_USBFOLLOW_EMPTY,  /* it left, and nothing is there */
	KCAN_USBFOLLOW_OTHER,  /* something else is there, or another chip */
};

/**
 * struct kcan_usbfollow - follows a device that may come back as another
 *
 * Looks at the port come in, a verdict comes out; all times are monotonic
 * microseconds. @seen is for reading, the others are its own.
 */
struct kcan_usbfollow {
	struct kcan_usbdev before;
	struct kcan_usbdev seen; /* the last look: what the verdict is about */
	bool left;		 /* the first device is gone */
	uint64_t since_us;	 /* when @seen.devnum became what it is */
	uint64_t leave_us;
	uint64_t end_us;
	enum kcan_usbfollow_verdict verdict;
};

/**
 * kcan_usbfollow_init() - before the request is sent
 * @before: what is on the port; its @devnum is not 0
 * @leave_us: when it has stayed, if it has not left until then
 * @end_us: when to decide at the latest
 */
void kcan_usbfollow_init(struct kcan_usbfollow *f,
			 const struct kcan_usbdev *before, uint64_t leave_us,
			 uint64_t end_us);

/* For what came back unchanged, or is not known, to leave once more. */
#define KCAN_USBFOLLOW_SETTLE_US 500000

/**
 * kcan_usbfollow_look() - take one look, and decide when it is time to
 *
 * A bootloader is decided at once, Katapult when its tty is there. What came
 * back unchanged, with its interface or tty, or is not known, gets time to leave
 * again, since a device may enumerate twice. At the end what is there counts,
 * whole or not.
 *
 * Return: the verdict, which no longer changes once it is not PENDING.
 */
enum kcan_usbfollow_verdict kcan_usbfollow_look(struct kcan_usbfollow *f,
						const struct kcan_usbdev *seen,
						uint64_t now_us);

/** Return: when to look again without an event; UINT64_MAX: decided. */
uint64_t kcan_usbfollow_deadline(const struct kcan_usbfollow *f);

#endif
