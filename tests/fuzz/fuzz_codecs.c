// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* What decodes, encodes again to the same bytes; nothing else gets through. */
#include <stdlib.h>
#include <string.h>

#include <kcan/admin.h>
#include <kcan/kat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
	if (!ok)
		abort();
}

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_uuid(data, size);
	fuzz_admin(data, size);
	fuzz_kat(data, size);
	fuzz_kat_framed(data, size);
	return 0;
}
