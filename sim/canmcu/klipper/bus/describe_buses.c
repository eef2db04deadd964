// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* What is in the dictionary of buses and chips: a host finds them by name. */
#include <stdio.h>

#include "bus.h"

static int add_name(json_t *config, json_t *names, const char *name,
		    const struct bus_name *bus, unsigned int id)
{
	char key[sizeof("BUS_PINS_") + BUS_NAME_MAX];
	int err = json_object_set_new(names, name, json_integer((int)id));

	if (err || !*bus->pins)
		return err;
	snprintf(key, sizeof(key), "BUS_PINS_%s", name);
	return json_object_set_new(config, key, json_string(bus->pins));
}

int klipper_describe_names(const struct klipper_dictionary *d,
			   const char *enumeration, const char *const *names,
			   size_t len)
{
	json_t *all = json_object();
	int err = json_object_set_new(d->enumerations, enumeration, all);

	for (size_t i = 0; i < len && !err; i++)
		err = json_object_set_new(all, names[i], json_integer((int)i));
	return err;
}

/* A host keeps off their pins; the last name of number 0 is taken where a section names no bus. */
int klipper_describe_buses(const struct klipper_dictionary *d,
			   enum bus_kind kind)
{
	const struct mcu_type *type = d->build->type;
	json_t *names = json_object();
	struct bus_name bus;
	int err = json_object_set_new(d->enumerations,
				      bus_enumeration(type, kind), names);

	for (unsigned int i = 0; !err && bus_at(type, kind, i, &bus); i++)
		err = add_name(d->config, names, bus.name, &bus, i);
	for (unsigned int i = 0; !err && bus_at(type, kind, i, &bus); i++)
		if (*bus.old_name)
			err = add_name(d->config, names, bus.old_name, &bus, i);
	return err;
}
