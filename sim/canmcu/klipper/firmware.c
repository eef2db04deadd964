// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* What Klippers share: klipper-mcu-protocol.md, sections 5.5 and 8.5. */
#include "firmware.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_STRING 2 /* section 8.5 */

static size_t aligned(size_t size)
{
	size_t step = _Alignof(max_align_t);

	return (size + step - 1) / step * step;
}

/*
 * Section 5.5: seven bits are an id, and as an integer the last 32 of those values
 * are below 0. What is behind them takes two bytes.
 */
static int id_of(size_t row)
{
	return row >= 96 && row < 128 ? (int)row - 128 : (int)row;
}

const struct firmware_row *firmware_find(const struct klipper_firmware *fw,
					 int id)
{
	size_t row = (size_t)(id < 0 ? id + 128 : id);

	if (row >= fw->rows_len || id_of(row) != id)
		return NULL;
	return &fw->rows[row];
}

static int number(struct klipper_firmware *fw,
		  const struct klipper_module *module)
{
	int err = 0;

	for (size_t i = 0; i < module->messages_len && !err; i++) {
		const struct klipper_message *message = &module->messages[i];
		struct firmware_row *row = &fw->rows[fw->rows_len];

		if (fw->rows_len == FIRMWARE_ROWS_MAX)
			return -ERANGE;
		if (!message->format)
			return -EINVAL;
		row->message = message;
		err = kcan_klp_format_parse(
			&row->format, message->format, id_of(fw->rows_len++),
			klipper_is_command(message) ? KCAN_KLP_COMMAND :
						      KCAN_KLP_RESPONSE);
	}
	fw->state_size += aligned(module->state_size);
	return err;
}

int klipper_firmware_new(struct klipper_firmware **out,
			 const struct klipper_module *const *modules)
{
	struct klipper_firmware *fw = calloc(1, sizeof(*fw));
	int err = 0;

	if (!fw)
		return -ENOMEM;
	fw->modules = modules;
	for (; *modules && !err; modules++)
		err = number(fw, *modules);
	if (err)
		free(fw);
	else
		*out = fw;
	return err;
}

void klipper_firmware_free(struct klipper_firmware *fw)
{
	if (!fw)
		return;
	while (fw->images) {
		struct firmware_image *image = fw->images;

		fw->images = image->next;
		free(image);
	}
	free(fw);
}

unsigned int firmware_row_at(const struct klipper_firmware *fw,
			     const struct klipper_module *module,
			     unsigned int row)
{
	for (size_t i = 0; fw->modules[i] != module; i++)
		row += (unsigned int)fw->modules[i]->messages_len;
	return row;
}

size_t firmware_state_at(const struct klipper_firmware *fw,
			 const struct klipper_module *module)
{
	size_t at = 0;

	for (size_t i = 0; fw->modules[i] != module; i++)
		at += aligned(fw->modules[i]->state_size);
	return at;
}

uint16_t firmware_string_id(const struct klipper_firmware *fw, const char *text)
{
	uint16_t id = FIRST_STRING;

	for (size_t i = 0; fw->modules[i]; i++) {
		const char *const *at = fw->modules[i]->strings;

		for (; at && *at; at++, id++)
			if (!strcmp(*at, text))
				return id;
	}
	return 0;
}
