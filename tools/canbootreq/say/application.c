// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "application.h"

#include "../../shared/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* bounds what a node can make us unpack */
#define TEXT_MAX (256 * 1024)

static void copy_text(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%s", text ? text : "");
}

static int id_of(const struct dict *d, enum kcan_klp_dir dir, const char *name)
{
	const struct dict_message *message = dict_find(d, dir, name);

	return message ? message->format.id : 0;
}

static void read_ids(struct kcan_listen_ids *out, const struct dict *d)
{
	*out = (struct kcan_listen_ids){
		.shutdown = id_of(d, KCAN_KLP_RESPONSE, "shutdown"),
		.is_shutdown = id_of(d, KCAN_KLP_RESPONSE, "is_shutdown"),
		.config = id_of(d, KCAN_KLP_RESPONSE, "config"),
		.ends = { id_of(d, KCAN_KLP_COMMAND, "clear_shutdown"),
			  id_of(d, KCAN_KLP_COMMAND, "reset"),
			  id_of(d, KCAN_KLP_COMMAND, "config_reset") },
	};
}

static void read_dict(struct application *out, const struct dict *d)
{
	const struct dict_message *ask =
		dict_find(d, KCAN_KLP_COMMAND, "get_canbus_id");
	const struct dict_message *answer =
		dict_find(d, KCAN_KLP_RESPONSE, "canbus_id");

	out->unreadable = false;
	read_ids(&out->ids, d);
	copy_text(out->version, sizeof(out->version),
		  dict_text(d, NULL, "version"));
	copy_text(out->mcu, sizeof(out->mcu), dict_text(d, "config", "MCU"));
	out->has_uuid = ask && answer;
	if (!out->has_uuid)
		return;
	out->ask = ask->format;
	out->answer = answer->format;
}

void application_read(const struct dict_lib *lib, struct application *out,
		      const uint8_t *bytes, size_t len)
{
	struct dict d;
	size_t text_len;
	char *text;

	*out = (struct application){ .unreadable = true };
	if (dict_inflate(lib, &text, &text_len, TEXT_MAX, bytes, len))
		return;
	if (!dict_read(lib, &d, text, text_len)) {
		read_dict(out, &d);
		dict_fini(&d);
	}
	free(text);
}

/* said after "next:" */
#define BY_REASON "by likely reasons, likeliest first:\n"
#define PUT_KATAPULT(how)                                              \
	BY_REASON                                                      \
	"1. no Katapult on it: put it there once, " how ", and build " \
	"Klipper with the offset for it\n"                             \
	"2. " WORDS_NO_OFFSET
#define KATAPULT PUT_KATAPULT("over USB (DFU) or with a debug probe")
#define NO_KATAPULT                                                        \
	"there is no Katapult for CAN on such an MCU: update Klipper the " \
	"way the board's maker describes"
#define AGAIN                                                              \
	BY_REASON                                                          \
	"1. the request was lost: look at the error counters of the bus, " \
	"then ask again\n"                                                 \
	"2. something has started Klipper again: ask again"
#define ALWAYS_LEAVES "leaves Klipper whenever it gets the request"
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
	const char *reason;
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
	  KATAPULT "\n3. Klipper is from before April 2026: the same reset, "
		   "then update it" },
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

const char *application_reason(const char *mcu, const char **next)
{
	size_t i = 0;

	/* the last row takes everything */
	while (strncmp(mcu, families[i].mcu, strlen(families[i].mcu)) != 0)
		i++;
	*next = families[i].next;
	return families[i].reason;
}
