// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Chains of LEDs: klipper-mcu-protocol.md, section 20.2. */
#include <stdlib.h>
#include <string.h>

#include "bus.h"

enum { NEOPIXEL_RESULT = 3 };

#define INVALID_SIZE "Invalid neopixel data_size"
#define INVALID_UPDATE "Invalid neopixel update command"
#define SIZE_LIMIT 0x8000u

struct neopixel {
	uint8_t *data; /* as it is sent next */
	uint16_t size; /* bytes of it */
	uint8_t pin;
};

static void fini(struct klipper *k, void *object)
{
	struct neopixel *n = object;

	(void)k;
	free(n->data);
}

static const struct klipper_kind kind = {
	.size = sizeof(struct neopixel),
	.fini = fini,
};

static const char *config_neopixel(const struct klipper_call *c)
{
	uint16_t size = (uint16_t)c->v[2].num;
	struct neopixel *n;
	void *object;
	const char *reason =
		klipper_pin_setup_output(c->k, c->v[1].num, 0, c->now_us);

	if (!reason && size >= SIZE_LIMIT)
		return INVALID_SIZE;
	if (!reason)
		reason = klipper_oid_new(c->k, (uint8_t)c->v[0].num, &kind,
					 &object);
	if (reason)
		return reason;
	n = object;
	n->pin = (uint8_t)c->v[1].num;
	n->data = calloc(1, size ? size : 1u);
	if (!n->data)
		return KLIPPER_NO_MEMORY;
	n->size = size;
	return NULL;
}

static const char *neopixel_update(const struct klipper_call *c)
{
	struct neopixel *n = c->object;
	size_t pos = (uint16_t)c->v[1].num;

	if (pos + c->v[2].len > n->size)
		return INVALID_UPDATE;
	memcpy(n->data + pos, c->v[2].data, c->v[2].len);
	return NULL;
}

static const char *neopixel_send(const struct klipper_call *c)
{
	struct neopixel *n = c->object;
	struct device_message message = {
		.to = { DEVICE_LEDS, .select = n->pin },
		.out = n->data,
		.out_len = n->size,
	};

	mcu_talk(klipper_mcu(c->k), &message, c->now_us);
	KLIPPER_RESPOND(c->k, &klipper_neopixels, NEOPIXEL_RESULT,
			NUM((uint8_t)c->v[0].num), NUM(1));
	return NULL;
}

static const struct klipper_message messages[] = {
	{ "config_neopixel oid=%c pin=%u data_size=%hu bit_max_ticks=%u "
	  "reset_min_ticks=%u",
	  config_neopixel },
	{ "neopixel_update oid=%c pos=%hu data=%*s", neopixel_update, &kind },
	{ "neopixel_send oid=%c", neopixel_send, &kind },
	[NEOPIXEL_RESULT] = { "neopixel_result oid=%c success=%c" },
};

const struct klipper_module klipper_neopixels = {
	KLIPPER_MESSAGES(messages),
	.strings = KLIPPER_STRINGS(INVALID_SIZE, INVALID_UPDATE),
};
