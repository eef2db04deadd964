// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * Any frames at any time: nothing is read or written beyond what there is, and
 * what is listed adds up to what was heard.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "proto/listen.h"
#include <kcan/klp.h>

static void check_sums(const struct kcan_listen *l, uint64_t heard)
{
	const struct kcan_listen_totals *t = kcan_listen_totals(l);
	const struct kcan_listen_node *node;
	uint64_t frames = 0;

	for (unsigned int n = 0; n < 256; n++) {
		node = kcan_listen_node(l, (uint8_t)n);
		if (!node)
			continue;
		check(node->asked_here <= node->asked);
		check(!node->program || node->frames);
		check(!node->has_uuid || node->program);
		check(!node->shutdown || node->shutdown_us <= node->last_us);
		frames += node->frames + node->asked;
	}
	for (size_t i = 0; kcan_listen_admin(l, i); i++)
		frames += kcan_listen_admin(l, i)->count;
	check(frames + t->unlisted <= t->frames);
	check(t->frames + t->errors == heard);
}

/* Whoever has heard a dictionary may make anything of it. */
static void learn(struct kcan_listen *l, const uint8_t ids_of[6])
{
	struct kcan_listen_ids ids = { ids_of[0],
				       ids_of[1],
				       ids_of[2],
				       { ids_of[3], ids_of[4], ids_of[5] } };
	size_t len = 0;
	const uint8_t *bytes = kcan_listen_dictionary(l, &len);

	if (!bytes)
		return;
	check(len && len <= KCAN_LISTEN_DICTIONARY_MAX);
	kcan_listen_learn(l, &ids);
}

/* A block of up to 8 bytes of content, in frames with the id of @frame. */
static uint64_t hear_block(struct kcan_listen *l, struct can_frame frame,
			   uint64_t now_us)
{
	uint8_t content[8], bytes[KCAN_KLP_MAX];
	struct kcan_klp_block block = { .len = frame.can_dlc % 9,
					.content = content };
	uint64_t heard = 0;
	int len;

	memcpy(content, frame.data, sizeof(content));
	len = kcan_klp_encode(bytes, &block);
	for (int i = 0; i < len; i += 8, heard++) {
		frame.can_dlc = len - i < 8 ? (uint8_t)(len - i) : 8;
		memcpy(frame.data, bytes + i, frame.can_dlc);
		kcan_listen_rx(l, &frame, false, now_us);
		learn(l, content);
	}
	return heard;
}

/* a frame: 2 bytes of id, flags, length, data; the ids are the listener's */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct can_frame frame;
	struct kcan_listen *l;
	uint64_t heard = 0;
	uint64_t now_us = 0;

	if (kcan_listen_new(&l))
		return 0;
	for (; size >= 12; size -= 12, data += 12) {
		frame = (struct can_frame){
			.can_id = 0x100 + (data[0] | data[1] << 8) % 0x2f8u,
			.can_dlc = data[3] & 0x0f,
		};
		if (data[2] & 0x80)
			frame.can_id |= (canid_t)(data[2] & 7) << 29;
		now_us += data[2] & 0x40 ? 2000000 : 100;
		memcpy(frame.data, data + 4, 8);
		if (data[2] & 0x20) {
			heard += hear_block(l, frame, now_us);
			continue;
		}
		kcan_listen_rx(l, &frame, data[2] & 0x08, now_us);
		heard++;
	}
	check_sums(l, heard);
	kcan_listen_free(l);
	return 0;
}
