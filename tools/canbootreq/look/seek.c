// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "seek.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/usbport.h"

#define USUAL_BITRATE 1000000

static void note(struct seek_device *device, const char *port,
		 const struct kcan_usbdev *dev)
{
	if (device->dev.devnum)
		return;
	snprintf(device->port, sizeof(device->port), "%s", port);
	device->dev = *dev;
}

static void note_loader(struct seek *s, const char *port,
			const struct kcan_usbdev *dev)
{
	size_t used = strlen(s->ports);

	note(&s->loader, port, dev);
	s->loaders++;
	snprintf(s->ports + used, sizeof(s->ports) - used, " %s (%04x:%04x)",
		 port, dev->vendor, dev->product);
}

static void see(const char *port, const struct kcan_usbdev *dev, void *arg)
{
	struct seek *s = arg;

	for (size_t i = 0; i < s->opts->uuids_len; i++)
		if (kcan_usbdev_match(dev, &s->opts->uuids[i]) ==
		    KCAN_USBDEV_MATCH_YES)
			note(&s->found[i], port, dev);
	if (kcan_usbdev_is_loader(dev))
		note_loader(s, port, dev);
}

int seek_all(struct seek *s, const struct opts *opts)
{
	*s = (struct seek){ .opts = opts };
	/* one more: there may be no UUID */
	s->found = calloc(opts->uuids_len + 1, sizeof(*s->found));
	if (!s->found)
		return -ENOMEM;
	kcan_usbport_each(see, s);
	return 0;
}

void seek_free(struct seek *s)
{
	free(s->found);
}

/* Return: NULL when it is not on USB. */
static const struct seek_device *device_of(const struct seek *s,
					   const struct words_facts *facts)
{
	for (size_t i = 0; facts->has_uuid && i < s->opts->uuids_len; i++)
		if (s->found[i].dev.devnum &&
		    kcan_uuid_equal(&s->opts->uuids[i], &facts->uuid))
			return &s->found[i];
	return NULL;
}

static void end_with(struct words_facts *facts, enum cause cause,
		     const struct seek_device *device)
{
	facts->cause = cause;
	snprintf(facts->port, sizeof(facts->port), "%s", device->port);
	facts->usb = device->dev;
	if (kcan_usbdev_info(&device->dev)->warning)
		facts->warnings |= 1u << WARNING_HEATERS;
}

bool seek_explain_loaded(const struct seek *s, struct words_facts *facts)
{
	const struct seek_device *device = device_of(s, facts);

	if (!device || !kcan_usbdev_is_loader(&device->dev))
		return false;
	end_with(facts,
		 facts->leave ? CAUSE_USB_CANNOT_LEAVE : CAUSE_USB_ALREADY,
		 device);
	return true;
}

/* Of what is made of software nothing is on USB. */
static bool is_virtual(const char *ifname)
{
	return !strncmp(ifname, "vcan", 4) || !strncmp(ifname, "vxcan", 5) ||
	       !strncmp(ifname, "slcan", 5);
}

/* Is it this MCU, or what this MCU is behind? --leave can end neither. */
static enum kcan_usbdev_match match_loader(const struct seek *s,
					   const struct words_facts *facts)
{
	const struct kcan_usbdev *dev = &s->loader.dev;

	if (!facts->has_uuid || facts->leave)
		return KCAN_USBDEV_MATCH_NO;
	/* a ROM has a serial number of its own */
	return kcan_usbdev_info(dev)->kind == KCAN_USBDEV_KATAPULT ?
		       kcan_usbdev_match(dev, &facts->uuid) :
		       KCAN_USBDEV_MATCH_UNKNOWN;
}

void seek_explain_missing(const struct seek *s, struct words_facts *facts)
{
	const struct seek_device *device = device_of(s, facts);
	size_t used = strlen(facts->detail);

	facts->bitrate_bps = USUAL_BITRATE;
	facts->bitrate_guessed = true;
	if (seek_explain_loaded(s, facts))
		return;
	if (device) {
		end_with(facts, CAUSE_ELSEWHERE, device);
		return;
	}
	if (is_virtual(facts->ifname))
		return;
	if (s->loaders > 1)
		snprintf(facts->detail + used, sizeof(facts->detail) - used,
			 "; in a bootloader, one perhaps its adapter, on USB "
			 "ports:%s",
			 s->ports);
	if (s->loaders != 1)
		return;
	facts->match = match_loader(s, facts);
	end_with(facts,
		 facts->match == KCAN_USBDEV_MATCH_NO ? CAUSE_ADAPTER_LOADED :
							CAUSE_MAYBE_LOADED,
		 &s->loader);
}

void seek_explain_silent(const struct seek *s, struct words_facts *facts)
{
	const struct seek_device *device = device_of(s, facts);

	if (!device || kcan_usbdev_is_loader(&device->dev))
		return;
	if (facts->leave)
		end_with(facts, CAUSE_LEAVE_RUNS, device);
	else if (strcmp(device->dev.ifname, facts->ifname) != 0)
		end_with(facts, CAUSE_SILENT_ELSEWHERE, device);
}

void seek_explain_down(const struct seek *s, struct words_facts *facts)
{
	const struct seek_device *device = device_of(s, facts);

	if (seek_explain_loaded(s, facts))
		return;
	if (device && strcmp(device->dev.ifname, facts->ifname) != 0)
		end_with(facts, CAUSE_DOWN_ELSEWHERE, device);
}

void seek_adapter(const struct opts *opts, struct words_facts *facts)
{
	struct seek s;

	if (facts->cause != CAUSE_NO_INTERFACE || seek_all(&s, opts))
		return;
	seek_explain_missing(&s, facts);
	seek_free(&s);
}
