/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_KLIPPER_FIRMWARE_H
#define CANMCU_KLIPPER_FIRMWARE_H

#include "klipper.h"

#define FIRMWARE_ROWS_MAX 192

/** One message. */
struct firmware_row {
	const struct klipper_message *message;
	struct kcan_klp_format format;
};

/** A compressed dictionary, what identify tells. */
struct firmware_image {
	struct firmware_image *next;
	struct klipper_build build;
	size_t len;
	uint8_t data[];
};

/** Of all Klippers of a world; see klipper_is_over(). */
struct klipper_lateness {
	uint64_t max_us; /* that a command may come late; 0: as firmware does */
	uint64_t set_back_us; /* all clocks, so far */
};

/**
 * struct klipper_firmware - what all Klippers of a world have in common
 *
 * The modules with their messages numbered, and the dictionaries that were
 * asked for so far. Read-only for others.
 */
struct klipper_firmware {
	const struct klipper_module *const *modules;
	size_t rows_len;
	size_t state_size; /* bytes of all modules' states */
	struct firmware_image *images;
	struct klipper_lateness lateness;
	struct firmware_row rows[FIRMWARE_ROWS_MAX];
};

/**
 * klipper_firmware_new() - number the messages of @modules
 * @out:     set on success only; release with klipper_firmware_free()
 * @modules: as klipper_modules; must outlive it
 *
 * Return: 0, -ENOMEM, -ERANGE (more than FIRMWARE_ROWS_MAX messages), -EINVAL
 * for a row that is none, or as kcan_klp_format_parse() for such a format.
 */
int klipper_firmware_new(struct klipper_firmware **out,
			 const struct klipper_module *const *modules);

/** NULL is allowed. */
void klipper_firmware_free(struct klipper_firmware *fw);

/** Return: the message with an id, or NULL. */
const struct firmware_row *firmware_find(const struct klipper_firmware *fw,
					 int id);

/** Return: where @module's message @row is in @fw's rows. */
unsigned int firmware_row_at(const struct klipper_firmware *fw,
			     const struct klipper_module *module,
			     unsigned int row);

/** Return: where @module's state begins among those of all. */
size_t firmware_state_at(const struct klipper_firmware *fw,
			 const struct klipper_module *module);

/** Return: the static_string_id of @text, or 0 when no module has it. */
uint16_t firmware_string_id(const struct klipper_firmware *fw,
			    const char *text);

/** Return: the dictionary of @build, made when first asked for; or NULL. */
const struct firmware_image *firmware_image(struct klipper_firmware *fw,
					    const struct klipper_build *build);

/** Return: the dictionary as JSON, to be released with free(); or NULL. */
char *firmware_describe(const struct klipper_firmware *fw,
			const struct klipper_build *build);

#endif
