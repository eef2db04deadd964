// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The data dictionary as JSON: klipper-mcu-protocol.md, section 8. */
#include <kcan/version.h>
#include <stdlib.h>

#include "firmware.h"

/* Return: 0, or not when there was no memory; so do all of these. */
static int add_messages(json_t *commands, json_t *responses,
			const struct klipper_firmware *fw, enum mcu_link link)
{
	bool has[] = {
		[KLIPPER_ALL] = true,
		[KLIPPER_CAN] = klipper_is_on_can(link),
		[KLIPPER_BRIDGE] = link == MCU_LINK_BRIDGE,
	};
	int err = 0;

	for (size_t i = 0; i < fw->rows_len && !err; i++) {
		const struct klipper_message *m = fw->rows[i].message;

		if (!has[m->builds])
			continue;
		err = json_object_set_new(
			klipper_is_command(m) ? commands : responses, m->format,
			json_integer(fw->rows[i].format.id));
	}
	return err;
}

static int add_strings(json_t *strings, const struct klipper_firmware *fw)
{
	int err = 0;

	for (size_t i = 0; fw->modules[i] && !err; i++) {
		const char *const *at = fw->modules[i]->strings;

		for (; at && *at; at++)
			err |= json_object_set_new(
				strings, *at,
				json_integer(firmware_string_id(fw, *at)));
	}
	return err;
}

static int add_modules(const struct klipper_dictionary *d,
		       const struct klipper_firmware *fw)
{
	int err = 0;

	for (size_t i = 0; fw->modules[i] && !err; i++)
		if (fw->modules[i]->describe)
			err = fw->modules[i]->describe(d);
	return err;
}

char *firmware_describe(const struct klipper_firmware *fw,
			const struct klipper_build *build)
{
	json_t *config = json_object(), *commands = json_object();
	json_t *responses = json_object(), *strings = json_object();
	json_t *enumerations = json_pack("{s:O}", "static_string_id", strings);
	json_t *all = json_pack("{s:s, s:s, s:s, s:O, s:O, s:O, s:O}", "app",
				"Klipper", "version", build->version,
				"build_versions", "canmcu " KCAN_VERSION,
				"config", config, "enumerations", enumerations,
				"commands", commands, "responses", responses);
	char *text = NULL;

	if (all && !add_messages(commands, responses, fw, build->link) &&
	    !add_strings(strings, fw) &&
	    !add_modules(
		    &(struct klipper_dictionary){ config, enumerations, build },
		    fw))
		text = json_dumps(all, JSON_COMPACT);
	json_decref(all);
	json_decref(enumerations);
	json_decref(strings);
	json_decref(responses);
	json_decref(commands);
	json_decref(config);
	return text;
}
