// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "devices.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/grow.h"

void *devices_add(struct devices *d, const struct device_kind *kind)
{
	struct device *more = util_grow(d->list, d->len, sizeof(*more));
	void *self;

	if (!more)
		return NULL;
	d->list = more;
	self = calloc(1, kind->size);
	if (self)
		d->list[d->len++] =
			(struct device){ .kind = kind, .self = self };
	return self;
}

static void drop_last(struct devices *d)
{
	const struct device *last = &d->list[--d->len];

	if (last->kind->release)
		last->kind->release(last->self);
	free(last->self);
}

int devices_make(struct devices *d, const struct device_source *source)
{
	for (const struct device_kind *const *k = device_kinds; *k; k++) {
		void *self = devices_add(d, *k);

		if (!self)
			return -ENOMEM;
		d->list[d->len - 1].section = source->section;
		if (!(*k)->make(self, source))
			drop_last(d);
	}
	return 0;
}

int devices_copy(struct devices *d, const struct devices *from)
{
	if (from)
		memcpy(d->named, from->named, sizeof(d->named));
	for (size_t i = 0; from && i < from->len; i++) {
		const struct device *device = &from->list[i];
		void *self = devices_add(d, device->kind);

		if (!self)
			return -ENOMEM;
		memcpy(self, device->self, device->kind->size);
		d->list[d->len - 1].section = device->section;
		d->list[d->len - 1].unplugged = device->unplugged;
	}
	return 0;
}

static bool is_of(const struct device *device, const char *section)
{
	return device->section && !strcmp(device->section, section);
}

bool devices_have(const struct devices *d, const char *section)
{
	bool found = false;

	for (size_t i = 0; i < d->len; i++)
		found |= is_of(&d->list[i], section);
	return found;
}

void devices_connect(struct devices *d, const char *section, bool connected)
{
	for (size_t i = 0; i < d->len; i++)
		if (is_of(&d->list[i], section))
			d->list[i].unplugged = !connected;
}

void devices_mount(struct devices *d, const struct device_board *board)
{
	for (size_t i = 0; i < d->len; i++)
		if (d->list[i].kind->mount)
			d->list[i].kind->mount(d->list[i].self, board);
}

void devices_fini(struct devices *d)
{
	while (d->len)
		drop_last(d);
	free(d->list);
	*d = (struct devices){ 0 };
}

void devices_drive(struct devices *d, uint8_t pin, float level, uint64_t now_us)
{
	for (size_t i = 0; i < d->len; i++)
		if (d->list[i].kind->drive)
			d->list[i].kind->drive(d->list[i].self, pin, level,
					       now_us);
}

static bool is_at(const struct device *device, uint8_t pin)
{
	const struct device_base *base = device->self;

	return device->kind->level && device_pin_is(&base->pin, pin);
}

bool devices_read(const struct devices *d, uint8_t pin, uint64_t now_us,
		  float *level)
{
	for (size_t i = 0; i < d->len; i++) {
		const struct device *device = &d->list[i];

		if (!is_at(device, pin) ||
		    (device->unplugged && !device->kind->pulled_up))
			continue;
		*level = device->unplugged ?
				 1 :
				 device->kind->level(device->self, now_us);
		return true;
	}
	return false;
}

bool devices_edges(const struct devices *d, uint8_t pin, uint64_t now_us,
		   struct device_edges *out)
{
	for (size_t i = 0; i < d->len; i++) {
		const struct device *device = &d->list[i];

		if (!device->kind->edges || device->unplugged ||
		    !is_at(device, pin))
			continue;
		*out = device->kind->edges(device->self, now_us);
		return true;
	}
	return false;
}

bool devices_move(const struct devices *d, uint8_t pin)
{
	bool moves = false;

	for (size_t i = 0; i < d->len; i++)
		moves |= !d->list[i].unplugged && is_at(&d->list[i], pin) &&
			 ((struct device_base *)d->list[i].self)->moves;
	return moves;
}

static bool is_meant(const struct device *device, const struct device_wires *to)
{
	const struct device_wires *at = device->self;

	return device->kind->talk && !device->unplugged && at->bus == to->bus &&
	       at->line == to->line && at->select == to->select;
}

bool devices_talk(struct devices *d, const struct device_message *message,
		  uint64_t now_us)
{
	bool understood = false;

	for (size_t i = 0; i < d->len; i++)
		if (is_meant(&d->list[i], &message->to))
			understood |= d->list[i].kind->talk(d->list[i].self,
							    message, now_us);
	return understood;
}

void devices_stepped(struct devices *d, uint8_t step_pin, int32_t steps)
{
	for (size_t i = 0; i < d->len; i++)
		if (d->list[i].kind->stepped)
			d->list[i].kind->stepped(d->list[i].self, step_pin,
						 steps);
}

void devices_reset(struct devices *d, uint64_t now_us)
{
	for (size_t i = 0; i < d->len; i++)
		if (d->list[i].kind->reset)
			d->list[i].kind->reset(d->list[i].self, now_us);
}
