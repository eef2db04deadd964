// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * Any files in a sysfs and a /dev: what is read of USB ports is whole, one line, and of
 * the devices that are there.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz_tree.h"
#include "io/usbport_sys.h"
#include "util/array.h"

#define DEVICES "sys/bus/usb/devices/"
#define TEXT_MAX 128

/* Where texts go, of a port. */
static const char *const files[] = {
	"devnum",
	"idVendor",
	"idProduct",
	"manufacturer",
	"product",
	"serial",
	"busnum",
	"x:1.0/net/can0/ifindex",
	"x:1.0/tty/ttyACM0/dev",
	"x:1.1/ttyUSB0/dev",
	"x:1.0",
};

static const char *const ports[] = { "1-1", "1-1.4", "usb1", "2-1:1.0" };

static void put_text(struct fuzz_input *in, uint8_t how)
{
	char path[128], text[TEXT_MAX];
	size_t len = fuzz_next(in) % TEXT_MAX;

	snprintf(path, sizeof(path), DEVICES "%s/%s", ports[how >> 4 & 3],
		 files[how % ARRAY_SIZE(files)]);
	for (size_t i = 0; i < len; i++)
		text[i] = (char)fuzz_next(in);
	fuzz_tree_put(path, text, len);
}

/* A name that a device has a say in. */
static void put_name(struct fuzz_input *in, uint8_t how)
{
	static const char *const folders[] = { DEVICES "1-1/x:1.0/net/",
					       DEVICES "1-1/x:1.0/tty/tty",
					       "dev/tty", DEVICES };
	char path[160], name[64];

	fuzz_tree_name(in, name);
	snprintf(path, sizeof(path), "%s%s", folders[how & 3], name);
	fuzz_tree_put(path, "", 0);
}

static void put_link(struct fuzz_input *in, uint8_t how)
{
	static const char *const targets[] = { "../../ttyACM0", "../../ttyUSB0",
					       "gone", "." };
	char path[160], name[64];

	fuzz_tree_name(in, name);
	snprintf(path, sizeof(path), "dev/serial/by-id/%s%s",
		 how & 4 ? "usb-Klipper_" : "", name);
	fuzz_tree_link(path, targets[how & 3]);
}

/* One line, which ends. */
static void check_text(const char *text, size_t size)
{
	check(strnlen(text, size) < size);
}

static void check_device(const char *port, const struct kcan_usbdev *dev,
			 void *arg)
{
	const struct usbport_roots *roots = arg;
	size_t len = strlen(roots->dev);
	struct kcan_usbdev again;

	check(strchr(port, '-') && !strchr(port, ':') && dev->devnum);
	check_text(dev->manufacturer, sizeof(dev->manufacturer));
	check_text(dev->name, sizeof(dev->name));
	check_text(dev->serial, sizeof(dev->serial));
	check_text(dev->ifname, sizeof(dev->ifname));
	check_text(dev->tty, sizeof(dev->tty));
	check_text(dev->by_id, sizeof(dev->by_id));
	check(!strpbrk(dev->manufacturer, "\n") && !strpbrk(dev->serial, "\n"));
	check(!*dev->tty || (!strncmp(dev->tty, roots->dev, len) &&
			     !strncmp(dev->tty + len, "/tty", 4)));
	check(!*dev->by_id || *dev->tty);
	check(kcan_usbdev_info(dev)->what);
	usbport_read(roots, port, &again);
	check(!memcmp(&again, dev, sizeof(again)));
}

static void check_port(const char *port)
{
	char found[NAME_MAX + 1] = "", path[FUZZ_TREE_PATH_MAX], name[64];
	int err;

	snprintf(name, sizeof(name), DEVICES "%s/x:1.0", port);
	fuzz_tree_at(path, name);
	err = usbport_find(found, path);
	check(!err == !!*found);
	/* nothing above it has a number */
	check(err || !strcmp(found, port));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char sys[FUZZ_TREE_PATH_MAX], dev[FUZZ_TREE_PATH_MAX];
	struct usbport_roots roots = { sys, dev };
	struct fuzz_input in = { data, size };

	fuzz_tree_at(sys, "sys");
	fuzz_tree_at(dev, "dev");
	while (in.size) {
		uint8_t how = fuzz_next(&in);

		if (how < 0xc0)
			put_text(&in, how);
		else if (how < 0xe0)
			put_name(&in, how);
		else
			put_link(&in, how);
	}
	usbport_each(&roots, check_device, &roots);
	for (size_t i = 0; i < ARRAY_SIZE(ports); i++)
		check_port(ports[i]);
	fuzz_tree_clear();
	return 0;
}
