// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The command "devices": what is on the pins and buses of an MCU. */
#include <stdio.h>
#include <string.h>

#include "../board/buses.h"
#include "ctl_command.h"

#define SHOWN_MAX 1024
#define NAME_MAX_LEN 48

/* Add the name of a pin, or of no pin its number. */
static void add_pin(json_t *o, const char *key, const struct mcu_type *type,
		    unsigned int pin)
{
	char name[NAME_MAX_LEN];

	if (!pins_name(type->pins, pin, name, sizeof(name)))
		snprintf(name, sizeof(name), "%u", pin);
	json_object_set_new(o, key, json_string(name));
}

/* A bus of the chip by its name, one in software by its clock. */
static void add_line(json_t *o, const struct mcu_type *type,
		     const struct device_wires *at)
{
	enum bus_kind kind = at->bus == DEVICE_I2C ? BUS_I2C : BUS_SPI;
	struct bus_name bus;

	if (at->line == DEVICE_ANY)
		return;
	if (at->line >= DEVICE_SOFTWARE)
		add_pin(o, "clock", type, at->line - DEVICE_SOFTWARE);
	else if (bus_at(type, kind, at->line, &bus))
		json_object_set_new(o, "line", json_string(bus.name));
}

static void add_wires(json_t *o, const struct mcu_type *type,
		      const struct device_wires *at)
{
	static const char *const buses[] = {
		[DEVICE_SPI] = "spi",	[DEVICE_I2C] = "i2c",
		[DEVICE_UART] = "uart", [DEVICE_LEDS] = "leds",
		[DEVICE_BITS] = "bits",
	};

	json_object_set_new(o, "bus", json_string(buses[at->bus]));
	if (at->bus == DEVICE_SPI || at->bus == DEVICE_I2C)
		add_line(o, type, at);
	if (at->bus == DEVICE_I2C)
		json_object_set_new(o, "address", json_integer(at->select));
	else if (at->select != DEVICE_ANY)
		add_pin(o, "pin", type, at->select);
}

/* Add what a user would see of it. Return: false: nothing is seen. */
static bool add_shown(json_t *o, const struct device *device, uint64_t now_us)
{
	char shown[SHOWN_MAX] = "";

	if (device->unplugged)
		snprintf(shown, sizeof(shown), "unplugged");
	else if (device->kind->show)
		device->kind->show(device->self, now_us, shown, sizeof(shown));
	else
		return false;
	json_object_set_new(o, "shows", json_string(shown));
	return true;
}

static json_t *describe(const struct device *device,
			const struct mcu_type *type, uint64_t now_us)
{
	json_t *o = json_object();

	json_object_set_new(
		o, "section",
		json_string(device->section ? device->section : ""));
	if (device->kind->talk)
		add_wires(o, type, device->self);
	add_shown(o, device, now_us);
	if (device->unplugged)
		json_object_set_new(o, "unplugged", json_true());
	return o;
}

int ctl_plug(struct ctl_request *r, const char *section, bool plugged)
{
	if (world_plug(r->ctl->world, r->mcu, section, plugged, r->now_us))
		return 0;
	return ctl_refuse(r,
			  "%s has nothing of section '%s': 'devices %s' lists "
			  "what it has",
			  r->args[0], section, r->args[0]);
}

int ctl_cmd_plug(struct ctl_request *r)
{
	return ctl_plug(r, r->args[1], true);
}

int ctl_cmd_unplug(struct ctl_request *r)
{
	return ctl_plug(r, r->args[1], false);
}

int ctl_cmd_devices(struct ctl_request *r)
{
	const struct devices *d = &r->mcu->devices;
	json_t *rows = json_array();

	for (size_t i = 0; i < d->len; i++)
		json_array_append_new(
			rows,
			describe(&d->list[i], r->mcu->cfg.type, r->now_us));
	json_object_set_new(r->reply, "devices", rows);
	return 0;
}

/* All that a section has is unplugged at once, which is seen once. */
static bool is_seen_before(const struct devices *d, size_t i)
{
	const struct device *device = &d->list[i];

	return i && device->unplugged && device[-1].unplugged &&
	       !strcmp(device->section, device[-1].section);
}

static json_t *look_at(const struct mcu *m, uint64_t now_us)
{
	json_t *mcu = ctl_describe(m), *rows = json_array();

	for (size_t i = 0; i < m->devices.len; i++) {
		const struct device *device = &m->devices.list[i];
		const char *section = device->section ? device->section : "";
		json_t *o = json_pack("{s:s}", "section", section);

		if (!is_seen_before(&m->devices, i) &&
		    add_shown(o, device, now_us))
			json_array_append(rows, o);
		json_decref(o);
	}
	json_object_set_new(mcu, "devices", rows);
	return mcu;
}

int ctl_cmd_look(struct ctl_request *r)
{
	const struct world *w = r->ctl->world;
	json_t *mcus = json_array();

	for (size_t i = 0; i < world_len(w); i++)
		json_array_append_new(mcus, look_at(world_at(w, i), r->now_us));
	json_object_set_new(r->reply, "time_us",
			    json_integer((json_int_t)r->now_us));
	json_object_set_new(r->reply, "mcus", mcus);
	return 0;
}
