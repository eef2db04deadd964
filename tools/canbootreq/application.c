// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "application.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* bounds what a node can make us unpack */
#define TEXT_MAX (256 * 1024)

bool application_load(struct application_lib *lib, const char **why)
{
	const struct {
		const char *name;
		void *to;
	} symbols[] = {
		{ "uncompress", &lib->uncompress },
		{ "json_loadb", &lib->loadb },
		{ "json_delete", &lib->del },
		{ "json_object_get", &lib->get },
		{ "json_string_value", &lib->string },
		{ "json_integer_value", &lib->integer },
		{ "json_object_iter", &lib->iter },
		{ "json_object_iter_next", &lib->next },
		{ "json_object_iter_key", &lib->key },
		{ "json_object_iter_value", &lib->value },
	};
	void *zlib = dlopen("libz.so.1", RTLD_NOW);
	void *jansson = zlib ? dlopen("libjansson.so.4", RTLD_NOW) : NULL;
	bool found = jansson;

	for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
		void *at = found ? dlsym(i ? jansson : zlib, symbols[i].name) :
				   NULL;

		memcpy(symbols[i].to, &at, sizeof(at));
		found = at;
	}
	*why = found ? NULL : dlerror();
	return found;
}

static void copy_text(const struct application_lib *lib, char *out, size_t size,
		      const json_t *value)
{
	const char *text = lib->string(value);

	snprintf(out, size, "%s", text ? text : "");
}

/* Return: whether @group has a message of this name that can be used. */
static bool find_message(const struct application_lib *lib, json_t *group,
			 const char *name, struct kcan_klp_format *out)
{
	size_t len = strlen(name);

	for (void *at = lib->iter(group); at; at = lib->next(group, at)) {
		json_int_t id = lib->integer(lib->value(at));
		const char *text = lib->key(at);

		if (strncmp(text, name, len) != 0 ||
		    (text[len] && text[len] != ' '))
			continue;
		return id >= INT16_MIN && id <= INT16_MAX &&
		       !kcan_klp_format_parse(out, text, (int)id, out->dir);
	}
	return false;
}

static void read_json(const struct application_lib *lib,
		      struct application *out, const char *text, size_t len)
{
	json_error_t error;
	json_t *root = lib->loadb(text, len, 0, &error);

	if (!root)
		return;
	out->unreadable = false;
	copy_text(lib, out->version, sizeof(out->version),
		  lib->get(root, "version"));
	copy_text(lib, out->mcu, sizeof(out->mcu),
		  lib->get(lib->get(root, "config"), "MCU"));
	out->ask.dir = KCAN_KLP_COMMAND;
	out->answer.dir = KCAN_KLP_RESPONSE;
	out->has_uuid = find_message(lib, lib->get(root, "commands"),
				     "get_canbus_id", &out->ask) &&
			find_message(lib, lib->get(root, "responses"),
				     "canbus_id", &out->answer);
	lib->del(root);
}

void application_read(const struct application_lib *lib,
		      struct application *out, const uint8_t *bytes, size_t len)
{
	unsigned long text_len = TEXT_MAX;
	char *text = malloc(TEXT_MAX);

	*out = (struct application){ .unreadable = true };
	if (text && !lib->uncompress((uint8_t *)text, &text_len, bytes, len))
		read_json(lib, out, text, text_len);
	free(text);
}

#define PUT_KATAPULT(how)               \
	"put Katapult on it once, " how \
	", and build Klipper with the offset for it; then ask again"
#define KATAPULT PUT_KATAPULT("over USB (DFU) or with a debug probe")
#define NO_KATAPULT                                                        \
	"there is no Katapult for CAN on such an MCU: update Klipper the " \
	"way the board's maker describes"
#define AGAIN "look at the error counters of the bus, then ask again"
#define ALWAYS_LEAVES                                                        \
	"always leaves Klipper when it gets the request, so that was lost, " \
	"or something has started Klipper again"
#define IGNORES                                                            \
	"ignores the request unless Katapult lies in front of Klipper or " \
	"Klipper was built for USB"
#define WITHOUT_OFFSET                                                     \
	"ignores the request when Klipper was built without a bootloader " \
	"offset, and otherwise resets"
#define RESETS_OFFSET                                                        \
	"ignores the request without Katapult, or, built with an offset of " \
	"2 or 8 KiB, resets and comes back without the loader for that"
#define NO_DFU "with a debug probe, as its ROM has no DFU"

/* By the beginning of the name; can-admin-channel.md, section 8.1. */
static const struct {
	const char *mcu;
	const char *why;
	const char *next;
} families[] = {
	{ "stm32f1", RESETS_OFFSET, PUT_KATAPULT(NO_DFU) },
	{ "n32g45", RESETS_OFFSET, PUT_KATAPULT(NO_DFU) },
	{ "stm32f2",
	  "ignores the request, or, built with an offset of 16 KiB, resets "
	  "and comes back without an HID loader",
	  NO_KATAPULT },
	{ "stm32f4",
	  IGNORES "; built with an offset of 16 KiB it resets and comes back "
		  "without Katapult or an HID loader",
	  KATAPULT },
	{ "stm32g4",
	  IGNORES "; Klipper from before April 2026 never starts Katapult "
		  "there",
	  KATAPULT ", or, if it has Katapult, update Klipper once that way" },
	{ "stm32l4", "ignores the request unless Klipper was built for USB",
	  NO_KATAPULT },
	{ "stm32", IGNORES, KATAPULT },
	{ "rp2", ALWAYS_LEAVES, AGAIN },
	{ "lpc176",
	  WITHOUT_OFFSET " and comes back unless a loader for USB is there",
	  NO_KATAPULT },
	{ "samc21", WITHOUT_OFFSET " into Klipper again", NO_KATAPULT },
	{ "samd", WITHOUT_OFFSET " and comes back unless its bootloader stays",
	  NO_KATAPULT },
	{ "same5", WITHOUT_OFFSET " and comes back unless its bootloader stays",
	  NO_KATAPULT },
	{ "sam", ALWAYS_LEAVES, NO_KATAPULT },
	{ "", "is not known here; most ignore the request without Katapult",
	  KATAPULT },
};

const char *application_why(const char *mcu, const char **next)
{
	size_t i = 0;

	/* the last row takes everything */
	while (strncmp(mcu, families[i].mcu, strlen(families[i].mcu)) != 0)
		i++;
	*next = families[i].next;
	return families[i].why;
}
