// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "usb.h"

#define NAME_US 3000000 /* a busy udevd is slow, too */

/* Wait for a change on the port; true: look again. */
static bool wait_for_change(const struct kcan_usbport *port, struct loop *l,
			    uint64_t until_us)
{
	return loop_wait(l, kcan_usbport_fd(port), until_us) >= 0 && !l->signal;
}

void usb_follow(struct kcan_usbport *port, struct kcan_usbfollow *f,
		struct loop *l,
		void (*trace)(const struct loop *l, const char *port,
			      const struct kcan_usbdev *dev))
{
	struct kcan_usbdev now;

	do {
		kcan_usbport_look(port, &now);
		if (trace && now.devnum != f->seen.devnum)
			trace(l, kcan_usbport_name(port), &now);
		kcan_usbfollow_look(f, &now, loop_now(l));
	} while (!f->verdict &&
		 wait_for_change(port, l, kcan_usbfollow_deadline(f)));
}

static bool is_there(const struct kcan_usbdev *dev, enum kcan_usbdev_kind kind)
{
	return kcan_usbdev_info(dev)->kind == kind &&
	       (dev->tty[0] || dev->ifname[0]);
}

bool usb_wait_for_kind(struct kcan_usbport *port, struct kcan_usbdev *dev,
		       enum kcan_usbdev_kind kind, struct loop *l,
		       uint64_t until_us)
{
	do
		kcan_usbport_look(port, dev);
	while (!is_there(dev, kind) && loop_now(l) < until_us &&
	       wait_for_change(port, l, until_us));
	return is_there(dev, kind);
}

bool usb_wait_for_name(struct kcan_usbport *port, struct kcan_usbdev *dev,
		       struct loop *l)
{
	uint64_t until_us = loop_now(l) + NAME_US;
	struct kcan_usbdev now = *dev;

	if (!kcan_usbport_has_udevd())
		return true;
	while (now.devnum == dev->devnum && !now.by_id[0] &&
	       l->now_us < until_us && wait_for_change(port, l, until_us))
		kcan_usbport_look(port, &now);
	if (now.devnum != dev->devnum)
		return false;
	*dev = now;
	return true;
}
