/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef SHARED_JSON_H
#define SHARED_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include <kcan/kat.h>

#include "proto/usbdev.h"
#include "sentence.h"

#define SAY_JSON_SCHEMA 1 /* of the objects */

/** What is used of jansson, which is loaded only when JSON is wanted. */
struct say_json {
	json_t *(*pack)(const char *format, ...);
	int (*append)(json_t *array, json_t *value);
	char *(*dumps)(const json_t *value, size_t flags);
	void (*del)(json_t *value);
};

/**
 * say_json_load() - load jansson
 * @reason: set to the loader's words after a failure
 */
bool say_json_load(struct say_json *lib, const char **reason);

/** Takes the only reference to @value. Return: one line to free(), or NULL. */
char *say_json_dump(const struct say_json *lib, json_t *value);

/** Takes @value. Return: @array, or NULL, without it, when memory ran out. */
json_t *say_json_append(const struct say_json *lib, json_t *array,
			json_t *value);

/* Each of these returns NULL, which leaves a key "s:o*" out, when not @known. */
json_t *say_json_number(const struct say_json *lib, bool known, uint64_t value);
/** Made printable; known when it is not empty. */
json_t *say_json_text(const struct say_json *lib, const char *text);
/** What Katapult says of itself: mcu, version, application_start. */
json_t *say_json_katapult(const struct say_json *lib, bool known,
			  const struct kcan_kat_ident *ident);
/** The command that is the first line of a sentence, an array of its words. */
json_t *say_json_command(const struct say_json *lib, const char *sentence,
			 const struct say_slots *tables, const void *facts);
/** What is on a USB port, known when it has a name: port, id, tty, by_id. */
json_t *say_json_usb(const struct say_json *lib, const char *port,
		     const struct kcan_usbdev *dev);

#endif
