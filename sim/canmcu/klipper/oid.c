// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Objects by their oid: klipper-mcu-protocol.md, section 10. */
#include <stdlib.h>
#include <string.h>

#include "engine.h"

const char *klipper_allocate_oids(struct klipper *k, uint8_t count)
{
	struct klipper_config *config = &k->config;

	if (config->allocated)
		return "oids already allocated";
	config->oids = calloc(count ? count : 1, sizeof(*config->oids));
	if (!config->oids)
		return KLIPPER_NO_MEMORY;
	config->oids_len = count;
	config->allocated = true;
	return NULL;
}

const char *klipper_oid_new(struct klipper *k, uint8_t oid,
			    const struct klipper_kind *kind, void **out)
{
	struct klipper_config *config = &k->config;
	void *object;

	if (oid >= config->oids_len || config->oids[oid].kind ||
	    config->move_count)
		return KLIPPER_CANT_ASSIGN_OID;
	object = calloc(1, kind->size);
	if (!object)
		return KLIPPER_NO_MEMORY;
	config->made = &config->oids[oid];
	*config->made = (struct klipper_oid){ kind, object, false };
	*out = object;
	return NULL;
}

void klipper_oid_break(struct klipper *k)
{
	if (k->config.made)
		k->config.made->broken = true;
}

void *klipper_oid_find(struct klipper *k, uint8_t oid,
		       const struct klipper_kind *kind)
{
	const struct klipper_config *config = &k->config;

	if (oid >= config->oids_len || config->oids[oid].kind != kind ||
	    config->oids[oid].broken)
		return NULL;
	return config->oids[oid].object;
}

void klipper_oids_shutdown(struct klipper *k, uint64_t now_us)
{
	struct klipper_call call = { .k = k, .now_us = now_us };

	for (unsigned int i = 0; i < k->config.oids_len; i++) {
		const struct klipper_oid *oid = &k->config.oids[i];

		call.object = oid->object;
		if (oid->kind && oid->kind->shutdown && !oid->broken)
			oid->kind->shutdown(&call);
	}
}

void klipper_oids_pin_changed(struct klipper *k, uint64_t now_us)
{
	struct klipper_call call = { .k = k, .now_us = now_us };

	for (unsigned int i = 0; i < k->config.oids_len; i++) {
		const struct klipper_oid *oid = &k->config.oids[i];

		call.object = oid->object;
		if (oid->kind && oid->kind->pin_changed && !oid->broken)
			oid->kind->pin_changed(&call);
	}
}

static void free_oids(struct klipper *k)
{
	for (unsigned int i = 0; i < k->config.oids_len; i++) {
		const struct klipper_oid *oid = &k->config.oids[i];

		if (oid->kind && oid->kind->fini)
			oid->kind->fini(k, oid->object);
		free(oid->object);
	}
	free(k->config.oids);
}

void klipper_forget_config(struct klipper *k)
{
	klipper_stop_timers(k, true);
	free_oids(k);
	k->config = (struct klipper_config){ 0 };
	memset(k->states, 0, k->fw->state_size);
}
