// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <errno.h>
#include <string.h>

#include "mux.h"

static uint16_t crc16(uint16_t crc, const uint8_t *data, size_t len)
{
	while (len--) {
		uint8_t x = (crc >> 8) ^ *data++;

		x ^= x >> 4;
		crc = (crc << 8) ^ (x << 12) ^ (x << 5) ^ x;
	}
	return crc;
}

static uint16_t frame_crc(const uint8_t *frame, size_t payload_len)
{
	uint16_t crc = crc16(0xffff, frame, 4);

	return crc16(crc, frame + MUX_HEADER_LEN, payload_len);
}

size_t mux_encode(uint8_t out[static MUX_FRAME_MAX], enum mux_type type,
		  enum mux_stream stream, const void *data, size_t len)
{
	uint16_t crc;

	if (len > MUX_PAYLOAD_MAX)
		return 0;
	out[0] = type;
	out[1] = stream;
	out[2] = len & 0xff;
	out[3] = len >> 8;
	if (len)
		memcpy(out + MUX_HEADER_LEN, data, len);
	crc = frame_crc(out, len);
	out[4] = crc & 0xff;
	out[5] = crc >> 8;
	return MUX_HEADER_LEN + len;
}

static bool header_ok(const uint8_t *h)
{
	return h[0] >= MUX_READY && h[0] < MUX_TYPE_END && h[1] < MUX_STREAMS &&
	       (h[2] | h[3] << 8) <= MUX_PAYLOAD_MAX;
}

static int damage(struct mux_decoder *d)
{
	d->damaged = true;
	return -EBADMSG;
}

int mux_decode(struct mux_decoder *d, uint8_t byte, struct mux_frame *frame)
{
	size_t len;

	if (d->damaged)
		return -EBADMSG;
	d->buf[d->have++] = byte;
	if (d->have < MUX_HEADER_LEN)
		return 0;
	if (!header_ok(d->buf))
		return damage(d);
	len = d->buf[2] | d->buf[3] << 8;
	if (d->have < MUX_HEADER_LEN + len)
		return 0;
	if (frame_crc(d->buf, len) != (d->buf[4] | d->buf[5] << 8))
		return damage(d);
	d->have = 0;
	*frame = (struct mux_frame){
		.type = d->buf[0],
		.stream = d->buf[1],
		.len = len,
		.data = d->buf + MUX_HEADER_LEN,
	};
	return 1;
}

void mux_put_u32(uint8_t out[static 4], uint32_t value)
{
	for (int i = 0; i < 4; i++)
		out[i] = value >> (8 * i);
}

int mux_get_u32(const struct mux_frame *frame, uint32_t *value)
{
	const uint8_t *p = frame->data;

	if (frame->len != 4)
		return -EBADMSG;
	*value = p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
	return 0;
}
