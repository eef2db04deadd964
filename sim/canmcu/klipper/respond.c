// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* What a Klipper says: klipper-mcu-protocol.md, sections 4 and 6. */
#include "engine.h"

struct mcu *klipper_mcu(const struct klipper *k)
{
	return k->mcu;
}

const struct mcu_type *klipper_built_for(const struct klipper *k)
{
	const struct mcu *m = k->mcu;

	return m->flashed.alike ? m->flashed.alike : m->cfg.type;
}

void *klipper_state(struct klipper *k, const struct klipper_module *module)
{
	return (uint8_t *)k->states + firmware_state_at(k->fw, module);
}

/* Sending. */

/*
 * What is queued while unassigned must not go out on a nodeid that comes later.
 * What comes by itself while the bus takes nothing is dropped when nothing fits
 * any more, but leaves room for an ACK, without which the host hangs (section
 * 0.1, fact 5).
 */
void klipper_send(struct klipper *k, const uint8_t *content, uint8_t len)
{
	struct kcan_klp_block block = { .seq = k->link.expected,
					.len = len,
					.content = content };
	uint8_t bytes[KCAN_KLP_MAX];
	size_t size = (size_t)kcan_klp_encode(bytes, &block);

	if (!mcu_is_connected(k->mcu) ||
	    size + (len ? KCAN_KLP_MIN : 0) > mcu_room(k->mcu))
		return;
	mcu_answer(k->mcu, bytes, size);
}

void klipper_respond(struct klipper *k, const struct klipper_module *module,
		     unsigned int row, const struct kcan_klp_value *values)
{
	unsigned int id = firmware_row_at(k->fw, module, row);
	uint8_t content[KCAN_KLP_CONTENT_MAX];
	int len = kcan_klp_msg_encode(content, sizeof(content),
				      &k->fw->rows[id].format, values);

	if (len > 0)
		klipper_send(k, content, (uint8_t)len);
}

void klipper_respond_basic(struct klipper *k, enum klipper_basic_row row,
			   const struct kcan_klp_value *values)
{
	klipper_respond(k, k->fw->modules[0], row, values);
}
