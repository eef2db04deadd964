// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Filters for triggers: klipper-mcu-protocol.md, section 20.2. */
#include <stdlib.h>

#include "bus.h"
#include "sos_filter.h"

#define TOO_MANY "Filter section index larger than max_sections"
#define BITS 0x3f

static void fini(struct klipper *k, void *object)
{
	struct sos_filter *f = object;

	(void)k;
	free(f->sections);
}

static const struct klipper_kind kind = {
	.size = sizeof(struct sos_filter),
	.fini = fini,
};

struct sos_filter *klipper_sos_filter_find(struct klipper *k, uint8_t oid)
{
	return klipper_oid_find(k, oid, &kind);
}

static const char *config_sos_filter(const struct klipper_call *c)
{
	uint8_t max = (uint8_t)c->v[1].num;
	struct sos_filter *f = c->object;

	f->sections = calloc(max ? max : 1u, sizeof(*f->sections));
	if (!f->sections)
		return KLIPPER_NO_MEMORY;
	f->max = max;
	return NULL;
}

/* What changes a section ends the use of all. Return: as a command. */
static const char *find_section(struct sos_filter *f,
				const struct kcan_klp_value *v,
				struct sos_section **out)
{
	f->active = 0;
	if ((uint8_t)v[1].num >= f->max)
		return TOO_MANY;
	*out = &f->sections[(uint8_t)v[1].num];
	return NULL;
}

static const char *sos_filter_set_section(const struct klipper_call *c)
{
	struct sos_section *s;
	const char *reason = find_section(c->object, c->v, &s);

	for (int i = 0; i < SOS_COEFFICIENTS && !reason; i++)
		s->coefficients[i] = (int32_t)c->v[2 + i].num;
	return reason;
}

static const char *sos_filter_set_state(const struct klipper_call *c)
{
	struct sos_section *s;
	const char *reason = find_section(c->object, c->v, &s);

	for (int i = 0; i < SOS_STATES && !reason; i++)
		s->states[i] = (int32_t)c->v[2 + i].num;
	return reason;
}

static const char *sos_filter_set_offset_scale(const struct klipper_call *c)
{
	struct sos_filter *f = c->object;

	f->offset = (int32_t)c->v[1].num;
	f->scale = (int32_t)c->v[2].num;
	f->scale_bits = c->v[3].num & BITS;
	f->auto_offset = (uint8_t)c->v[4].num;
	return NULL;
}

static const char *sos_filter_set_active(const struct klipper_call *c)
{
	struct sos_filter *f = c->object;

	if ((uint8_t)c->v[1].num > f->max)
		return TOO_MANY;
	f->active = (uint8_t)c->v[1].num;
	f->coefficient_bits = c->v[2].num & BITS;
	return NULL;
}

static const struct klipper_message messages[] = {
	{ "config_sos_filter oid=%c max_sections=%c", config_sos_filter,
	  .makes = &kind },
	{ "sos_filter_set_section oid=%c section_idx=%c sos0=%i sos1=%i "
	  "sos2=%i sos3=%i sos4=%i",
	  sos_filter_set_section, &kind },
	{ "sos_filter_set_state oid=%c section_idx=%c state0=%i state1=%i",
	  sos_filter_set_state, &kind },
	{ "sos_filter_set_offset_scale oid=%c offset=%i scale=%i "
	  "scale_frac_bits=%c auto_offset=%c",
	  sos_filter_set_offset_scale, &kind },
	{ "sos_filter_set_active oid=%c n_sections=%c coeff_frac_bits=%c",
	  sos_filter_set_active, &kind },
};

const struct klipper_module klipper_sos_filters = {
	KLIPPER_MESSAGES(messages),
	.strings = KLIPPER_STRINGS(TOO_MANY),
};
