// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The command "pin": put levels on the pins of an MCU, and measure them. */
#include <stdlib.h>
#include <string.h>

#include "ctl_command.h"

/* Return: 0 and *@out, or what ctl_refuse() returned. */
static int parse_level(struct ctl_request *r, float *out)
{
	const char *word = r->args[2];
	char *end;

	if (!strcmp(word, "free")) {
		*out = PINS_FREE;
		return 0;
	}
	*out = strtof(word, &end);
	if (strspn(word, "0123456789.") == strlen(word) && end != word &&
	    !*end && *out <= 1)
		return 0;
	return ctl_refuse(
		r, "level '%.40s': give a number from 0 to 1, or 'free'", word);
}

static int put(struct ctl_request *r, uint8_t pin)
{
	const char *use;
	float level;
	int err = parse_level(r, &level);

	if (err)
		return err;
	mcu_look_at_pin(r->mcu, pin, &use, r->now_us);
	if (!strcmp(use, "output") && level >= 0)
		return ctl_refuse(r,
				  "%s is driven by the MCU itself: put a level "
				  "on an input, or on a pin that is not in use",
				  r->args[1]);
	if (world_put_pin(r->ctl->world, r->mcu, pin, level, r->now_us))
		return ctl_refuse(r, "out of memory: simulate fewer MCUs");
	return 0;
}

int ctl_cmd_pin(struct ctl_request *r)
{
	int pin = pins_find(r->mcu->cfg.type->pins, r->args[1]), err = 0;
	const char *use;
	float level;

	if (pin < 0)
		return ctl_refuse(r,
				  "type %s has no pin '%.40s': give one by the "
				  "chip's own name, such as %s",
				  r->mcu->cfg.type->name, r->args[1],
				  r->mcu->cfg.type->pins->name);
	if (r->args_len > 2)
		err = put(r, (uint8_t)pin);
	if (err)
		return err;
	level = mcu_look_at_pin(r->mcu, (uint8_t)pin, &use, r->now_us);
	json_object_set_new(r->reply, "use", json_string(use));
	json_object_set_new(r->reply, "level", json_real((double)level));
	return 0;
}
