// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * Any devices with any texts, coming and going at any time: it is decided in time,
 * once, and a bootloader is only ever one that was there.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "proto/usbfollow.h"
#include "util/array.h"

#define END_US 5000000
#define LEAVE_US 3000000

static const struct kcan_usbdev known[] = {
	{ .vendor = 0x1d50, .product = 0x606f, .manufacturer = "Klipper" },
	{ .vendor = 0x1d50, .product = 0x614e, .manufacturer = "Klipper" },
	{ .vendor = 0x1d50, .product = 0x6177, .manufacturer = "katapult" },
	{ .vendor = 0x0483, .product = 0xdf11 },
	{ .vendor = 0x2e8a, .product = 0x0003 },
	{ 0 },
};

/* Return: how many bytes were used. */
static size_t take_text(char *out, size_t room, const uint8_t *data,
			size_t size)
{
	size_t len = size ? data[0] % room : 0;

	if (len + 1 > size)
		return size;
	memcpy(out, data + 1, len);
	out[len] = '\0';
	return len + 1;
}

static size_t take_device(struct kcan_usbdev *out, const uint8_t *data,
			  size_t size)
{
	size_t used = 2;

	*out = (struct kcan_usbdev){ 0 };
	if (size < 2)
		return size;
	*out = known[data[0] % ARRAY_SIZE(known)];
	out->devnum = data[0] >> 3 & 7;
	strcpy(out->tty, data[1] & 1 ? "/dev/ttyACM0" : "");
	strcpy(out->ifname, data[1] & 2 ? "can0" : "");
	if (data[1] & 4)
		used += take_text(out->serial, sizeof(out->serial), data + used,
				  size - used);
	if (data[1] & 8)
		used += take_text(out->manufacturer, sizeof(out->manufacturer),
				  data + used, size - used);
	return used;
}

static void check_match(const struct kcan_usbdev *dev)
{
	static const struct kcan_uuid uuid;
	struct kcan_uuid told;
	enum kcan_usbdev_match match = kcan_usbdev_match(dev, &uuid);

	check(kcan_usbdev_info(dev)->what);
	check(!kcan_usbdev_other_chip(dev, dev));
	/* no serial number is the chip of two UUIDs */
	told = kcan_uuid_complement(&uuid);
	if (match == KCAN_USBDEV_MATCH_YES)
		check(kcan_usbdev_match(dev, &told) != match);
}

static void check_verdict(const struct kcan_usbfollow *f)
{
	enum kcan_usbdev_kind kind = kcan_usbdev_info(&f->seen)->kind;

	check(kcan_usbfollow_deadline(f) == UINT64_MAX);
	if (f->verdict == KCAN_USBFOLLOW_KATAPULT)
		check(f->left && kind == KCAN_USBDEV_KATAPULT);
	if (f->verdict == KCAN_USBFOLLOW_LOADER)
		check(f->left && kind >= KCAN_USBDEV_DFU);
	if (f->verdict == KCAN_USBFOLLOW_STAYED)
		check(!f->left);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kcan_usbfollow f;
	struct kcan_usbdev dev;
	uint64_t now_us = 0;
	size_t at = take_device(&dev, data, size);

	if (!dev.devnum)
		return 0;
	kcan_usbfollow_init(&f, &dev, LEAVE_US, END_US);
	while (at < size && !f.verdict) {
		now_us += data[at++] * 5000u;
		at += take_device(&dev, data + at, size - at);
		check_match(&dev);
		kcan_usbfollow_look(&f, &dev, now_us);
		check(f.verdict || kcan_usbfollow_deadline(&f) > now_us);
	}
	dev = f.seen;
	check(kcan_usbfollow_look(&f, &dev, END_US));
	check_verdict(&f);
	return 0;
}
