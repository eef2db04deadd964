// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * A board that has become something else has lost the name that it was called by;
 * the serial number is in both. Facts: can-admin-channel.md, section 9.
 */
#include "ask.h"

#include <errno.h>
#include <string.h>

struct seek {
	const char *name;	      /* without the folder */
	enum kcan_usbdev_match match; /* of @dev: as good as it gets */
	size_t count;		      /* how many match so */
	char port[sizeof(((struct words_facts *)0)->port)];
	struct kcan_usbdev dev;
};

/* Links of udev, by id or path, and what the kernel calls a board's tty. */
static bool is_usb_name(const char *name)
{
	return strstr(name, "usb-") || !strncmp(name, "ttyACM", 6);
}

/* A bootloader is likely it, unless both tell that they are two chips. */
static enum kcan_usbdev_match match(const char *name,
				    const struct kcan_usbdev *dev)
{
	enum kcan_usbdev_match match = kcan_usbdev_match_name(dev, name);
	struct kcan_uuid uuid;

	if (kcan_usbdev_info(dev)->kind < KCAN_USBDEV_BRIDGE)
		return KCAN_USBDEV_MATCH_NO;
	if (match == KCAN_USBDEV_MATCH_YES)
		return match;
	if (!kcan_usbdev_is_loader(dev) || !is_usb_name(name))
		return KCAN_USBDEV_MATCH_NO;
	return !strncmp(name, "usb-", 4) && match == KCAN_USBDEV_MATCH_NO &&
			       kcan_usbdev_uuid(dev, &uuid) ?
		       KCAN_USBDEV_MATCH_NO :
		       KCAN_USBDEV_MATCH_UNKNOWN;
}

static void see(const char *port, const struct kcan_usbdev *dev, void *arg)
{
	struct seek *s = arg;
	enum kcan_usbdev_match one = match(s->name, dev);

	if (one == KCAN_USBDEV_MATCH_NO || s->match == KCAN_USBDEV_MATCH_YES)
		return;
	s->count = one == s->match ? s->count + 1 : 1;
	s->match = one;
	s->dev = *dev;
	snprintf(s->port, sizeof(s->port), "%s", port);
}

static enum cause cause_of(const struct seek *s)
{
	if (s->match == KCAN_USBDEV_MATCH_UNKNOWN)
		return CAUSE_USB_MAYBE;
	if (kcan_usbdev_is_loader(&s->dev))
		return CAUSE_USB_ALREADY;
	return kcan_usbdev_info(&s->dev)->kind == KCAN_USBDEV_BRIDGE ?
		       CAUSE_USB_BRIDGE :
		       CAUSE_USB_RENAMED;
}

bool ask_by_name(struct words_facts *facts)
{
	const char *slash = strrchr(facts->device, '/');
	struct seek s = { .name = slash ? slash + 1 : facts->device };

	kcan_usbport_each(see, &s);
	if (s.count != 1)
		return false;
	facts->way = WAY_USB;
	facts->cause = cause_of(&s);
	facts->usb = s.dev;
	facts->has_uuid = kcan_usbdev_uuid(&s.dev, &facts->uuid);
	snprintf(facts->port, sizeof(facts->port), "%s", s.port);
	snprintf(facts->detail, sizeof(facts->detail), "%s", strerror(ENOENT));
	return true;
}
