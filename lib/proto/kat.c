// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <kcan/kat.h>

#include <errno.h>
#include <string.h>

#include "util/crc16.h"
#include "util/cursor.h"

#define HEADER_0 0x01
#define HEADER_1 0x88
#define TRAILER_0 0x99
#define TRAILER_1 0x03
#define HEAD_LEN 4 /* header, code, words */
#define WORD 4

int kcan_kat_encode(uint8_t out[static KCAN_KAT_MAX],
		    const struct kcan_kat_block *block)
{
	struct util_cursor c = util_cursor_on(out, KCAN_KAT_MAX);
	uint16_t crc;

	util_put_u8(&c, HEADER_0);
	util_put_u8(&c, HEADER_1);
	util_put_u8(&c, block->code);
	util_put_u8(&c, block->words);
	util_put_bytes(&c, block->payload, (size_t)block->words * WORD);
	crc = util_crc16(out + 2, c.pos - 2);
	util_put_u8(&c, (uint8_t)crc);
	util_put_u8(&c, (uint8_t)(crc >> 8));
	util_put_u8(&c, TRAILER_0);
	util_put_u8(&c, TRAILER_1);
	return c.bad ? -EMSGSIZE : (int)c.pos;
}

int kcan_kat_decode(struct kcan_kat_block *out, const uint8_t *buf, size_t len)
{
	size_t total;
	uint16_t crc;

	if (len < KCAN_KAT_MIN)
		return 0;
	total = KCAN_KAT_MIN + (size_t)buf[3] * WORD;
	if (buf[0] != HEADER_0 || buf[1] != HEADER_1 || total > KCAN_KAT_MAX)
		return -EBADMSG;
	if (len < total)
		return 0;
	crc = util_crc16(buf + 2, total - 6);
	if (buf[total - 4] != (uint8_t)crc || buf[total - 3] != crc >> 8 ||
	    buf[total - 2] != TRAILER_0 || buf[total - 1] != TRAILER_1)
		return -EBADMSG;
	*out = (struct kcan_kat_block){ .code = buf[2],
					.words = buf[3],
					.payload = buf + HEAD_LEN };
	return (int)total;
}

int64_t kcan_kat_ack_command(const struct kcan_kat_block *block)
{
	struct util_cursor c = util_cursor_reading(block->payload,
						   (size_t)block->words * WORD);
	uint32_t command = util_get_le32(&c);

	if (block->code != KCAN_KAT_ACK || c.bad)
		return -EBADMSG;
	return command;
}

static size_t pad_to_word(size_t len)
{
	return -len % WORD;
}

int kcan_kat_encode_ident(uint8_t out[static KCAN_KAT_MAX],
			  const struct kcan_kat_ident *ident)
{
	size_t mcu_len = strnlen(ident->mcu, sizeof(ident->mcu));
	size_t version_len = strnlen(ident->version, sizeof(ident->version));
	uint8_t payload[KCAN_KAT_MAX];
	struct util_cursor c =
		util_cursor_on(payload, KCAN_KAT_WORDS_MAX * WORD);

	util_put_le32(&c, KCAN_KAT_CONNECT);
	util_put_le32(&c, ident->protocol);
	util_put_le32(&c, ident->app_start);
	util_put_le32(&c, ident->block_size);
	util_put_bytes(&c, ident->mcu, mcu_len);
	/*
	 * firmware adds one whole zero word to the padding:
	 * katapult-protocol.md, section 4.1
	 */
	util_put_zeros(&c, pad_to_word(mcu_len) + WORD);
	util_put_bytes(&c, ident->version, version_len);
	util_put_zeros(&c, pad_to_word(version_len));
	if (c.bad)
		return -EMSGSIZE;
	return kcan_kat_encode(
		out, &(struct kcan_kat_block){ .code = KCAN_KAT_ACK,
					       .words = (uint8_t)(c.pos / WORD),
					       .payload = payload });
}

/* Copy up to the next NUL, at most what @size holds, and skip the NULs. */
static void get_text(struct util_cursor *c, char *out, size_t size)
{
	const char *text = (const char *)c->data + c->pos;
	size_t len = strnlen(text, util_cursor_left(c));
	size_t copy = len < size ? len : size - 1;

	memcpy(out, text, copy);
	out[copy] = '\0';
	c->pos += len;
	while (util_cursor_left(c) && !c->data[c->pos])
		c->pos++;
}

int kcan_kat_decode_ident(struct kcan_kat_ident *out,
			  const struct kcan_kat_block *block)
{
	struct util_cursor c = util_cursor_reading(block->payload,
						   (size_t)block->words * WORD);
	struct kcan_kat_ident ident = { 0 };

	if (kcan_kat_ack_command(block) != KCAN_KAT_CONNECT)
		return -EBADMSG;
	util_get_le32(&c);
	ident.protocol = util_get_le32(&c);
	ident.app_start = util_get_le32(&c);
	ident.block_size = util_get_le32(&c);
	if (c.bad)
		return -EBADMSG;
	get_text(&c, ident.mcu, sizeof(ident.mcu));
	get_text(&c, ident.version, sizeof(ident.version));
	*out = ident;
	return 0;
}

/* 4-byte command, 6-byte UUID, two zero bytes: katapult-protocol.md, 4.6 */
#define CANBUS_ID_WORDS 3

int kcan_kat_encode_canbus_id(uint8_t out[static KCAN_KAT_MAX],
			      const struct kcan_uuid *uuid)
{
	uint8_t payload[CANBUS_ID_WORDS * WORD];
	struct util_cursor c = util_cursor_on(payload, sizeof(payload));

	util_put_le32(&c, KCAN_KAT_GET_CANBUS_ID);
	util_put_bytes(&c, uuid->b, sizeof(uuid->b));
	util_put_zeros(&c, 2);
	return kcan_kat_encode(
		out, &(struct kcan_kat_block){ .code = KCAN_KAT_ACK,
					       .words = CANBUS_ID_WORDS,
					       .payload = payload });
}

int kcan_kat_decode_canbus_id(struct kcan_uuid *out,
			      const struct kcan_kat_block *block)
{
	struct util_cursor c = util_cursor_reading(block->payload,
						   (size_t)block->words * WORD);
	struct kcan_uuid uuid;

	if (kcan_kat_ack_command(block) != KCAN_KAT_GET_CANBUS_ID ||
	    block->words != CANBUS_ID_WORDS)
		return -EBADMSG;
	util_get_le32(&c);
	util_get_bytes(&c, uuid.b, sizeof(uuid.b));
	if (util_get_u8(&c) || util_get_u8(&c))
		return -EBADMSG;
	*out = uuid;
	return 0;
}
