// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "usbport_sys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_LEN 32 /* of a tty in /dev */

/* A file of one short line; "" when there is none, or none any more. */
static void read_text(int dir, const char *name, char *out, size_t size)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, out, size - 1);

	out[n > 0 ? n : 0] = '\0';
	out[strcspn(out, "\n")] = '\0';
	if (fd >= 0)
		close(fd);
}

static unsigned int read_number(int dir, const char *name, int base)
{
	char text[16];

	read_text(dir, name, text, sizeof(text));
	return (unsigned int)strtoul(text, NULL, base);
}

static bool has_file(const char *dir, const char *name)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/%s", dir, name);

	return n > 0 && (size_t)n < sizeof(path) && !access(path, F_OK);
}

int usbport_find(char out[static NAME_MAX + 1], const char *device)
{
	char path[PATH_MAX];
	char *name;

	if (!realpath(device, path))
		return -ENODEV;
	/* an interface of it has no such file: hubs make ports of any depth */
	while (!has_file(path, "busnum")) {
		name = strrchr(path, '/');
		if (!name || name == path)
			return -ENXIO;
		*name = '\0';
	}
	name = strrchr(path, '/');
	snprintf(out, NAME_MAX + 1, "%.*s", NAME_MAX, name ? name + 1 : path);
	return 0;
}

/* The first entry of a folder that begins so. */
static bool find_entry(int parent, const char *folder, const char *begin,
		       char *out, size_t size)
{
	int fd = openat(parent, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	bool found = false;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	while (!found && (entry = readdir(dir))) {
		found = entry->d_name[0] != '.' &&
			!strncmp(entry->d_name, begin, strlen(begin)) &&
			strlen(entry->d_name) < size;
		if (found)
			snprintf(out, size, "%s", entry->d_name);
	}
	closedir(dir);
	return found;
}

/* cdc_acm: INTERFACE/tty/ttyACM0; usb-serial: INTERFACE/ttyUSB0 */
static bool find_tty(int dev, const char *interface, char *out, size_t size)
{
	char folder[NAME_MAX + 8];

	snprintf(folder, sizeof(folder), "%s/tty", interface);
	return find_entry(dev, folder, "tty", out, size) ||
	       find_entry(dev, interface, "ttyUSB", out, size);
}

static void read_interface(const struct usbport_roots *roots, int dev,
			   const char *interface, struct kcan_usbdev *out)
{
	char name[NAME_LEN];
	char folder[NAME_MAX + 8];

	snprintf(folder, sizeof(folder), "%s/net", interface);
	if (!out->ifname[0])
		find_entry(dev, folder, "", out->ifname, sizeof(out->ifname));
	if (!out->tty[0] && find_tty(dev, interface, name, sizeof(name)))
		snprintf(out->tty, sizeof(out->tty), "%s/%s", roots->dev, name);
}

static int is_interface(const struct dirent *entry)
{
	return strchr(entry->d_name, ':') != NULL;
}

/* In their order, so that of two ttys it is always the same one. */
static void read_interfaces(const struct usbport_roots *roots, int dev,
			    const char *path, struct kcan_usbdev *out)
{
	struct dirent **entries;
	int n = scandir(path, &entries, is_interface, alphasort);

	for (int i = 0; i < n; i++) {
		read_interface(roots, dev, entries[i]->d_name, out);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
}

static bool is_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Not the name of what was there before: udev removes it a little later. */
static void read_by_id(const struct usbport_roots *roots,
		       struct kcan_usbdev *out)
{
	struct stat tty, link;
	const struct dirent *entry;
	char folder[64];
	DIR *dir;

	snprintf(folder, sizeof(folder), "%s/serial/by-id", roots->dev);
	if (stat(out->tty, &tty) || !(dir = opendir(folder)))
		return;
	while (!out->by_id[0] && (entry = readdir(dir)))
		if (kcan_usbdev_is_named(out, entry->d_name) &&
		    !fstatat(dirfd(dir), entry->d_name, &link, 0) &&
		    is_same_file(&tty, &link))
			snprintf(out->by_id, sizeof(out->by_id), "%s/%.*s",
				 folder, (int)sizeof(out->by_id) - 65,
				 entry->d_name);
	closedir(dir);
}

static void read_device(const struct usbport_roots *roots, int dev,
			const char *path, struct kcan_usbdev *out)
{
	out->devnum = read_number(dev, "devnum", 10);
	if (!out->devnum)
		return;
	out->vendor = (uint16_t)read_number(dev, "idVendor", 16);
	out->product = (uint16_t)read_number(dev, "idProduct", 16);
	read_text(dev, "manufacturer", out->manufacturer,
		  sizeof(out->manufacturer));
	read_text(dev, "product", out->name, sizeof(out->name));
	read_text(dev, "serial", out->serial, sizeof(out->serial));
	read_interfaces(roots, dev, path, out);
	if (out->tty[0])
		read_by_id(roots, out);
}

void usbport_read(const struct usbport_roots *roots, const char *port,
		  struct kcan_usbdev *out)
{
	char path[PATH_MAX];
	int dev;

	*out = (struct kcan_usbdev){ 0 };
	snprintf(path, sizeof(path), "%s/bus/usb/devices/%s", roots->sys, port);
	dev = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dev < 0)
		return;
	read_device(roots, dev, path, out);
	/* gone meanwhile: what was read of it may be half of it */
	if (out->devnum && read_number(dev, "devnum", 10) != out->devnum)
		*out = (struct kcan_usbdev){ 0 };
	close(dev);
}

/* "1-1.4", but neither the hub in the computer nor interfaces, "1-1:1.0" */
static int is_port(const struct dirent *entry)
{
	return strchr(entry->d_name, '-') && !strchr(entry->d_name, ':');
}

void usbport_each(const struct usbport_roots *roots,
		  void (*seen)(const char *port, const struct kcan_usbdev *dev,
			       void *arg),
		  void *arg)
{
	struct dirent **entries;
	struct kcan_usbdev dev;
	char path[PATH_MAX];
	int n;

	snprintf(path, sizeof(path), "%s/bus/usb/devices", roots->sys);
	n = scandir(path, &entries, is_port, alphasort);
	for (int i = 0; i < n; i++) {
		usbport_read(roots, entries[i]->d_name, &dev);
		if (dev.devnum)
			seen(entries[i]->d_name, &dev, arg);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
}
