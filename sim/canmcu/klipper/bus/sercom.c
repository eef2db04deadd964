// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Which pins a SERCOM has: klipper-mcu-protocol.md, section 20.2. */
#include <string.h>

#include "bus.h"
#include "util/array.h"

#define INVALID "Invalid SERCOM bus"
#define BUS "bus" /* as their Klipper calls them */

static const char *const pin_types[] = { "tx", "rx", "clk" };

static bool has_sercoms(const struct mcu_type *type)
{
	return !strcmp(bus_enumeration(type, BUS_SPI), BUS);
}

/* Any pins are taken: who is on a bus does not follow from them. */
static const char *set_sercom_pin(const struct klipper_call *c)
{
	const struct mcu_type *type = klipper_built_for(c->k);
	struct bus_name bus;

	if (!has_sercoms(type) ||
	    !bus_at(type, BUS_SPI, (uint8_t)c->v[0].num, &bus) ||
	    (uint8_t)c->v[1].num >= ARRAY_SIZE(pin_types))
		return INVALID;
	return NULL;
}

static int describe(const struct klipper_dictionary *d)
{
	if (!has_sercoms(d->build->type))
		return 0;
	return klipper_describe_names(d, "sercom_pin_type", pin_types,
				      ARRAY_SIZE(pin_types));
}

static const struct klipper_message messages[] = {
	{ "set_sercom_pin bus=%u sercom_pin_type=%u pin=%u", set_sercom_pin },
};

const struct klipper_module klipper_sercoms = {
	KLIPPER_MESSAGES(messages),
	.strings = KLIPPER_STRINGS(INVALID),
	.describe = describe,
};
