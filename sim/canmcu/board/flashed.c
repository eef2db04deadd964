// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "flashed.h"

#include <string.h>
#include <zlib.h>

#include "flash/image_vectors.h"

static const struct dict_lib linked = DICT_LINKED;

/* A dictionary that tells of no MCU is one for any. */
static bool is_for_chip(const char *mcu, const struct mcu_type *type)
{
	return !strcmp(mcu, "?") || !strcmp(mcu, type->connect_name) ||
	       kcan_chip_is_alike(mcu, type->name);
}

static const char *find_problem(const struct flashed *f,
				const struct mcu_type *type, uint32_t start,
				const uint8_t *bytes, size_t len)
{
	struct kcan_chip_range flash = { start, (uint32_t)len };
	struct kcan_image_vectors v;

	if (!kcan_image_vectors_read(&v, bytes, len) ||
	    !kcan_image_stack_fits(v.stack, mcu_type_ram(type), KCAN_CHIP_RAMS))
		return "the application has its stack where this chip has no "
		       "RAM";
	if (!kcan_image_reset_fits(v.reset, &flash))
		return "the application begins outside of its flash";
	if (!f->dictionary.version[0])
		return NULL;
	if (!kcan_image_is_for(bytes, len, start))
		return "the application was built for another start";
	if (!is_for_chip(f->dictionary.mcu, type))
		return "the application was built for another MCU";
	return NULL;
}

void flashed_read(struct flashed *out, const struct mcu_type *type,
		  uint32_t start, const uint8_t *bytes, size_t len)
{
	dictionary_find(&linked, &out->dictionary, bytes, len);
	out->is_signed = kcan_image_is_signed(bytes, len);
	out->link = kcan_image_link_of(&out->dictionary);
	if (kcan_chip_is_alike(out->dictionary.mcu, type->name))
		out->alike = mcu_type_find(out->dictionary.mcu);
	out->problem = find_problem(out, type, start, bytes, len);
}
