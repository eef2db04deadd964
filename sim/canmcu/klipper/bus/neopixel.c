// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Chains of LEDs: klipper-mcu-protocol.md, section 20.2. */
#include <stdlib.h>
#include <string.h>

#include "bus.h"
#include "util/array.h"

enum { CONFIG_NEOPIXEL, NEOPIXEL_UPDATE, NEOPIXEL_SEND, NEOPIXEL_RESULT };

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

static const char *config_neopixel(struct klipper *k,
				   const struct kcan_klp_value *v,
				   uint64_t now_us)
{
	uint16_t size = (uint16_t)v[2].num;
	struct neopixel *n;
	void *object;
	const char *reason = klipper_pin_setup(k, v[1].num, KLIPPER_PIN_OUTPUT);

	if (reason)
		return reason;
	klipper_pin_drive(k, (uint8_t)v[1].num, 0, now_us);
	if (size >= SIZE_LIMIT)
		return INVALID_SIZE;
	reason = klipper_oid_new(k, (uint8_t)v[0].num, &kind, &object);
	if (reason)
		return reason;
	n = object;
	n->pin = (uint8_t)v[1].num;
	n->data = calloc(1, size ? size : 1u);
	if (!n->data)
		return KLIPPER_NO_MEMORY;
	n->size = size;
	return NULL;
}

static const char *neopixel_update(struct klipper *k, void *object,
				   const struct kcan_klp_value *v,
				   uint64_t now_us)
{
	struct neopixel *n = object;
	size_t pos = (uint16_t)v[1].num;

	(void)k;
	(void)now_us;
	if (pos + v[2].len > n->size)
		return INVALID_UPDATE;
	memcpy(n->data + pos, v[2].data, v[2].len);
	return NULL;
}

static const char *neopixel_send(struct klipper *k, void *object,
				 const struct kcan_klp_value *v,
				 uint64_t now_us)
{
	struct neopixel *n = object;
	struct device_message message = { .to = { DEVICE_LEDS } };

	message.to.select = n->pin;
	message.out = n->data;
	message.out_len = n->size;
	mcu_talk(klipper_mcu(k), &message, now_us);
	klipper_respond(k, &klipper_neopixels, NEOPIXEL_RESULT,
			(struct kcan_klp_value[]){
				{ .num = (uint8_t)v[0].num },
				{ .num = 1 },
			});
	return NULL;
}

static const struct klipper_message messages[] = {
	[CONFIG_NEOPIXEL] = { "config_neopixel oid=%c pin=%u data_size=%hu "
			      "bit_max_ticks=%u reset_min_ticks=%u",
			      config_neopixel },
	[NEOPIXEL_UPDATE] = { "neopixel_update oid=%c pos=%hu data=%*s",
			      KLIPPER_ON(kind, neopixel_update) },
	[NEOPIXEL_SEND] = { "neopixel_send oid=%c",
			    KLIPPER_ON(kind, neopixel_send) },
	[NEOPIXEL_RESULT] = { "neopixel_result oid=%c success=%c" },
};

static const char *const strings[] = { INVALID_SIZE, INVALID_UPDATE };

const struct klipper_module klipper_neopixels = {
	.messages = messages,
	.messages_len = ARRAY_SIZE(messages),
	.strings = strings,
	.strings_len = ARRAY_SIZE(strings),
};
