// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Sentences about what is there, and what they need. */
#include "inventory.h"

#include <stdio.h>
#include <string.h>

#include "../look/look.h"
#include "../say/health.h"

static unsigned int troubles(const struct kcan_link *link)
{
	const struct health_counts not_heard = { 0 };

	return health_of(link, &not_heard) |
	       (link->up ? 0 : 1u << WARNING_DOWN);
}

static void note_device(struct words_facts *out, const struct seek_device *at)
{
	snprintf(out->port, sizeof(out->port), "%s", at->port);
	out->usb = at->dev;
	/* a serial number in hex of something else makes no UUID of Klipper's */
	out->has_uuid = kcan_usbdev_uuid(&at->dev, &out->uuid) &&
			kcan_usbdev_match(&at->dev, &out->uuid) ==
				KCAN_USBDEV_MATCH_YES;
}

void inventory_interface_facts(const struct inventory_interface *interface,
			       struct words_facts *out)
{
	const struct kcan_link *link = &interface->link;

	*out = (struct words_facts){ .ifname = link->name,
				     .name = interface->name,
				     .warnings = troubles(link) };
	look_note_link(out, link);
	note_device(out, &interface->adapter);
	/* of an adapter with several, the port tells the first */
	snprintf(out->usb.ifname, sizeof(out->usb.ifname), "%s", link->name);
}

/* Return: whether the kernel made nothing of what it could use. */
static bool lacks_driver(const struct kcan_usbdev *dev)
{
	enum kcan_usbdev_kind kind = kcan_usbdev_info(dev)->kind;

	if (kind == KCAN_USBDEV_BRIDGE)
		return !dev->ifname[0];
	return (kind == KCAN_USBDEV_KLIPPER ||
		kcan_usbdev_flashed_by_tty(dev)) &&
	       !dev->tty[0];
}

void inventory_board_facts(const struct inventory_board *board,
			   struct words_facts *out)
{
	*out = (struct words_facts){ .name = board->name };
	note_device(out, &board->at);
	if (lacks_driver(&board->at.dev))
		out->warnings |= 1u << WARNING_NO_DRIVER;
}

/* What is wrong with how the file says that it is reached. */
static void explain(const struct inventory *all, const struct config_mcu *mcu,
		    char out[static CONFIG_ERROR_MAX])
{
	char digits[CONFIG_UUID_LEN + 1];
	const char *ifname;

	if (!mcu->uuid.text)
		snprintf(out, CONFIG_ERROR_MAX,
			 "%.200s:%u: serial of [%.40s] is empty",
			 mcu->serial.file, mcu->serial.line, mcu->section);
	else if (!config_mcu_digits(all->config, mcu, digits, out))
		config_mcu_interface(mcu, &ifname, out);
}

void inventory_mcu_facts(const struct inventory *all,
			 const struct inventory_mcu *mcu,
			 struct words_facts *out)
{
	*out = (struct words_facts){ .name = mcu->mcu->name,
				     .ifname = mcu->ifname,
				     .has_uuid = mcu->has_uuid,
				     .uuid = mcu->uuid };
	_Static_assert(sizeof(out->detail) >= CONFIG_ERROR_MAX, "detail");
	if (mcu->where == INVENTORY_INVALID)
		explain(all, mcu->mcu, out->detail);
	else if (!mcu->has_uuid)
		snprintf(out->detail, sizeof(out->detail), "%s",
			 mcu->mcu->serial.text);
}

const struct inventory_words *inventory_where(enum inventory_where where)
{
	static const struct inventory_words all[] = {
		[INVENTORY_ON_CAN] = { "can",
				       "not looked for: on CAN, canbootreq -i "
				       "{if} --listen hears it" },
		[INVENTORY_NO_INTERFACE] = { "no-interface",
					     "not seen: there is no CAN "
					     "interface {if}" },
		[INVENTORY_NO_TTY] = { "no-tty",
				       "not seen: its tty does not exist" },
		[INVENTORY_ON_TTY] = { "tty",
				       "not looked for: its tty exists; what "
				       "is behind it was not asked" },
		[INVENTORY_PROCESS] = { "process",
					"not looked for: a process of a "
					"computer" },
		[INVENTORY_INVALID] = { "invalid", "{detail}" },
	};

	return &all[where];
}

/* What is known by its own words alone. */
static const char *other(const struct kcan_usbdev *dev)
{
	if (dev->manufacturer[0] && dev->name[0])
		return "{usbmaker} {usbname}";
	return dev->name[0] ? "{usbname}" : "an adapter ({usbid})";
}

struct inventory_words inventory_what(const struct kcan_usbdev *dev)
{
	static const char *const keys[] = {
		[KCAN_USBDEV_NONE] = "none",
		[KCAN_USBDEV_OTHER] = "other",
		[KCAN_USBDEV_BRIDGE] = "bridge",
		[KCAN_USBDEV_KLIPPER] = "klipper",
		[KCAN_USBDEV_KATAPULT] = "katapult",
		[KCAN_USBDEV_DFU] = "dfu",
		[KCAN_USBDEV_ROM] = "rom",
		[KCAN_USBDEV_LOADER] = "loader",
	};
	enum kcan_usbdev_kind kind = kcan_usbdev_info(dev)->kind;

	return (struct inventory_words){ keys[kind], kind == KCAN_USBDEV_OTHER ?
							     other(dev) :
							     "{usbwhat}" };
}
