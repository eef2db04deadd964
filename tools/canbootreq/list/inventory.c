// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "inventory.h"

#include <string.h>

/* Is it this MCU, by the UUID or by what its serial says? */
static bool is_mcu(const struct kcan_usbdev *dev, const struct inventory_mcu *m)
{
	const char *serial = m->mcu->serial.text;
	const char *slash = serial ? strrchr(serial, '/') : NULL;

	if (m->has_uuid)
		return kcan_usbdev_match(dev, &m->uuid) ==
		       KCAN_USBDEV_MATCH_YES;
	if (*m->tty && !strcmp(m->tty, dev->tty))
		return true;
	return slash &&
	       kcan_usbdev_match_name(dev, slash + 1) == KCAN_USBDEV_MATCH_YES;
}

/* Name what is on a USB port. Return: whether it is this MCU. */
static bool put_name(const char **name, const struct seek_device *at,
		     const struct inventory_mcu *m)
{
	if (*name || !is_mcu(&at->dev, m))
		return false;
	*name = m->mcu->name;
	return true;
}

static bool put_names(struct inventory *all, const struct inventory_mcu *m)
{
	bool seen = false;

	for (size_t i = 0; i < all->interfaces_len; i++)
		seen |= put_name(&all->interfaces[i].name,
				 &all->interfaces[i].adapter, m);
	for (size_t i = 0; i < all->boards_len; i++)
		seen |= put_name(&all->boards[i].name, &all->boards[i].at, m);
	return seen;
}

static bool has_interface(const struct inventory *all, const char *ifname)
{
	for (size_t i = 0; i < all->interfaces_len; i++)
		if (!strcmp(all->interfaces[i].link.name, ifname))
			return true;
	return false;
}

/* Return: whether the file says well how it is reached. */
static bool read_mcu(const struct config_mcus *config, struct inventory_mcu *m)
{
	char digits[CONFIG_UUID_LEN + 1], error[CONFIG_ERROR_MAX];

	if (!m->mcu->uuid.text)
		return *m->mcu->serial.text;
	m->has_uuid = !config_mcu_digits(config, m->mcu, digits, error) &&
		      !kcan_uuid_parse(&m->uuid, digits);
	return m->has_uuid && !config_mcu_interface(m->mcu, &m->ifname, error);
}

static enum inventory_where find(struct inventory *all, struct inventory_mcu *m)
{
	if (!read_mcu(all->config, m))
		return INVENTORY_INVALID;
	if (put_names(all, m))
		return INVENTORY_SEEN;
	if (m->has_uuid)
		return has_interface(all, m->ifname) ? INVENTORY_ON_CAN :
						       INVENTORY_NO_INTERFACE;
	if (config_mcu_is_process(m->mcu))
		return INVENTORY_PROCESS;
	return *m->tty ? INVENTORY_ON_TTY : INVENTORY_NO_TTY;
}

void inventory_name(struct inventory *all)
{
	for (size_t i = 0; i < all->mcus_len; i++)
		all->mcus[i].where = find(all, &all->mcus[i]);
}

void inventory_keep(struct inventory *all, const char *ifname)
{
	size_t kept = 0;

	for (size_t i = 0; i < all->mcus_len; i++) {
		const struct inventory_mcu *m = &all->mcus[i];

		if (m->ifname && !strcmp(m->ifname, ifname))
			all->mcus[kept++] = *m;
	}
	all->mcus_len = kept;
	kept = 0;
	for (size_t i = 0; i < all->interfaces_len; i++)
		if (!strcmp(all->interfaces[i].link.name, ifname))
			all->interfaces[kept++] = all->interfaces[i];
	all->interfaces_len = kept;
	all->boards_len = 0;
}
