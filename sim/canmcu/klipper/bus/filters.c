// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Filters for triggers: klipper-mcu-protocol.md, section 20.2. */
#include <stdlib.h>

#include "bus.h"
#include "sos_filter.h"
#include "util/array.h"

enum {
	CONFIG_SOS_FILTER,
	SOS_FILTER_SET_SECTION,
	SOS_FILTER_SET_STATE,
	SOS_FILTER_SET_OFFSET_SCALE,
	SOS_FILTER_SET_ACTIVE,
};

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

static const char *config_sos_filter(struct klipper *k, void *object,
				     const struct kcan_klp_value *v,
				     uint64_t now_us)
{
	uint8_t max = (uint8_t)v[1].num;
	struct sos_filter *f = object;

	(void)k;
	(void)now_us;
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

static const char *sos_filter_set_section(struct klipper *k, void *object,
					  const struct kcan_klp_value *v,
					  uint64_t now_us)
{
	struct sos_section *s;
	const char *reason = find_section(object, v, &s);

	(void)k;
	(void)now_us;
	for (int i = 0; i < SOS_COEFFICIENTS && !reason; i++)
		s->coefficients[i] = (int32_t)v[2 + i].num;
	return reason;
}

static const char *sos_filter_set_state(struct klipper *k, void *object,
					const struct kcan_klp_value *v,
					uint64_t now_us)
{
	struct sos_section *s;
	const char *reason = find_section(object, v, &s);

	(void)k;
	(void)now_us;
	for (int i = 0; i < SOS_STATES && !reason; i++)
		s->states[i] = (int32_t)v[2 + i].num;
	return reason;
}

static const char *sos_filter_set_offset_scale(struct klipper *k, void *object,
					       const struct kcan_klp_value *v,
					       uint64_t now_us)
{
	struct sos_filter *f = object;

	(void)k;
	(void)now_us;
	f->offset = (int32_t)v[1].num;
	f->scale = (int32_t)v[2].num;
	f->scale_bits = v[3].num & BITS;
	f->auto_offset = (uint8_t)v[4].num;
	return NULL;
}

static const char *sos_filter_set_active(struct klipper *k, void *object,
					 const struct kcan_klp_value *v,
					 uint64_t now_us)
{
	struct sos_filter *f = object;

	(void)k;
	(void)now_us;
	if ((uint8_t)v[1].num > f->max)
		return TOO_MANY;
	f->active = (uint8_t)v[1].num;
	f->coefficient_bits = v[2].num & BITS;
	return NULL;
}

static const struct klipper_message messages[] = {
	[CONFIG_SOS_FILTER] = { "config_sos_filter oid=%c max_sections=%c",
				KLIPPER_MAKES(kind, config_sos_filter) },
	[SOS_FILTER_SET_SECTION] = { "sos_filter_set_section oid=%c "
				     "section_idx=%c sos0=%i sos1=%i sos2=%i "
				     "sos3=%i sos4=%i",
				     KLIPPER_ON(kind, sos_filter_set_section) },
	[SOS_FILTER_SET_STATE] = { "sos_filter_set_state oid=%c "
				   "section_idx=%c state0=%i state1=%i",
				   KLIPPER_ON(kind, sos_filter_set_state) },
	[SOS_FILTER_SET_OFFSET_SCALE] = { "sos_filter_set_offset_scale oid=%c "
					  "offset=%i scale=%i "
					  "scale_frac_bits=%c auto_offset=%c",
					  KLIPPER_ON(
						  kind,
						  sos_filter_set_offset_scale) },
	[SOS_FILTER_SET_ACTIVE] = { "sos_filter_set_active oid=%c "
				    "n_sections=%c coeff_frac_bits=%c",
				    KLIPPER_ON(kind, sos_filter_set_active) },
};

static const char *const strings[] = { TOO_MANY };

const struct klipper_module klipper_sos_filters = {
	.messages = messages,
	.messages_len = ARRAY_SIZE(messages),
	.strings = strings,
	.strings_len = ARRAY_SIZE(strings),
};
