// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* What decodes, encodes again to the same bytes; nothing else gets through. */
#include <stdlib.h>
#include <string.h>

#include <kcan/admin.h>
#include <kcan/kat.h>
#include <kcan/klp.h>

#include "fuzz.h"

static void fuzz_uuid(const uint8_t *data, size_t size)
{
	char text[32] = "", again[KCAN_UUID_STR_LEN + 1];
	struct kcan_uuid uuid;

	memcpy(text, data, size < sizeof(text) ? size : sizeof(text) - 1);
	if (kcan_uuid_parse(&uuid, text))
		return;
	kcan_uuid_format(&uuid, again);
	check(!strcasecmp(text, again));
}

static void fuzz_admin(const uint8_t *data, size_t size)
{
	struct can_frame frame = { 0 }, again;
	struct kcan_admin_msg msg;

	memcpy(&frame, data, size < sizeof(frame) ? size : sizeof(frame));
	if (kcan_admin_decode(&msg, &frame) != KCAN_ADMIN_OK)
		return;
	check(frame.can_id == KCAN_ADMIN_ID ||
	      frame.can_id == KCAN_ADMIN_RESP_ID);
	check(!kcan_admin_encode(&again, &msg));
	check(again.can_id == frame.can_id);
	check(again.can_dlc <= frame.can_dlc || frame.can_dlc == 7);
	check(!memcmp(again.data, frame.data,
		      again.can_dlc < frame.can_dlc ? again.can_dlc :
						      frame.can_dlc));
}

static void fuzz_kat(const uint8_t *data, size_t size)
{
	uint8_t again[KCAN_KAT_MAX];
	struct kcan_kat_block block;
	struct kcan_kat_ident ident;
	struct kcan_uuid uuid;
	int len = kcan_kat_decode(&block, data, size);

	if (len <= 0)
		return;
	check((size_t)len <= size && len <= KCAN_KAT_MAX);
	check(kcan_kat_encode(again, &block) == len);
	check(!memcmp(again, data, (size_t)len));
	if (!kcan_kat_decode_ident(&ident, &block))
		check(memchr(ident.mcu, 0, sizeof(ident.mcu)) &&
		      memchr(ident.version, 0, sizeof(ident.version)));
	if (!kcan_kat_decode_canbus_id(&uuid, &block)) {
		check(kcan_kat_encode_canbus_id(again, &uuid) == len);
		check(!memcmp(again, data, (size_t)len));
	}
}

/* The fuzzer does not guess CRCs: frame its bytes as the field would. */
static void fuzz_kat_framed(const uint8_t *data, size_t size)
{
	uint8_t block[KCAN_KAT_MAX];
	size_t words = size / 4 < 30 ? size / 4 : 30;
	int len;

	if (!size)
		return;
	len = kcan_kat_encode(
		block, &(struct kcan_kat_block){
			       .code = size % 4 ? data[size - 1] : KCAN_KAT_ACK,
			       .words = (uint8_t)words,
			       .payload = data });
	check(len == 8 + 4 * (int)words);
	fuzz_kat(block, (size_t)len);
}

static void check_klp(const struct kcan_klp_step *step, const uint8_t *data,
		      size_t size)
{
	uint8_t again[KCAN_KLP_MAX];

	check(step->used <= size);
	check(!step->used == (step->event == KCAN_KLP_WAIT));
	if (!step->block.content)
		return;
	check(kcan_klp_encode(again, &step->block) == (int)step->used);
	check(!memcmp(again, data, step->used));
}

/* A host hears an MCU: the bytes as they are, and as blocks, in turn. */
static void fuzz_klp_host(const uint8_t *data, size_t size)
{
	struct kcan_klp_host h;
	struct kcan_klp_step step;
	uint8_t out[KCAN_KLP_MAX];

	kcan_klp_host_init(&h);
	for (; size; data++, size--) {
		struct kcan_klp_block block = { .seq = *data & 15,
						.content = data };

		if (*data & 0x80)
			check(kcan_klp_host_encode(&h, out, data, 1) == 6 ||
			      h.pending == KCAN_KLP_PENDING_MAX);
		step = kcan_klp_host_rx(&h, data, size);
		check_klp(&step, data, size);
		block.len = size < 8 ? (uint8_t)size : *data >> 4 & 7;
		step = kcan_klp_host_rx(&h, out,
					(size_t)kcan_klp_encode(out, &block));
		check_klp(&step, out, sizeof(out));
		check(h.pending <= KCAN_KLP_PENDING_MAX && h.next < 16);
	}
}

static void fuzz_klp_mcu(const uint8_t *data, size_t size)
{
	struct kcan_klp_mcu m = { 0 };
	struct kcan_klp_step step;

	do {
		step = kcan_klp_mcu_rx(&m, data, size);
		check_klp(&step, data, size);
		check(m.expected < 16);
		data += step.used;
		size -= step.used;
	} while (step.used);
	check(size < KCAN_KLP_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_klp_host(data, size);
	fuzz_klp_mcu(data, size);
	fuzz_uuid(data, size);
	fuzz_admin(data, size);
	fuzz_kat(data, size);
	fuzz_kat_framed(data, size);
	return 0;
}
