// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <kcan/stream.h>

#include <errno.h>
#include <string.h>

void kcan_stream_init(struct kcan_stream *s, uint8_t *buf, size_t size)
{
	*s = (struct kcan_stream){ .buf = buf, .size = size };
}

int kcan_stream_push(struct kcan_stream *s, const void *data, size_t len)
{
	if (len > s->size - s->len)
		return -ENOBUFS;
	if (len)
		memcpy(s->buf + s->len, data, len);
	s->len += len;
	return 0;
}

int kcan_stream_push_frame(struct kcan_stream *s, const struct can_frame *frame)
{
	size_t len = frame->can_dlc;

	return kcan_stream_push(s, frame->data,
				len < CAN_MAX_DLEN ? len : CAN_MAX_DLEN);
}

size_t kcan_stream_peek_frame(const struct kcan_stream *s, canid_t id,
			      struct can_frame *out)
{
	size_t len = s->len < CAN_MAX_DLEN ? s->len : CAN_MAX_DLEN;

	if (!len)
		return 0;
	*out = (struct can_frame){ .can_id = id, .can_dlc = (uint8_t)len };
	memcpy(out->data, s->buf, len);
	return len;
}

void kcan_stream_drop(struct kcan_stream *s, size_t n)
{
	if (n > s->len)
		n = s->len;
	s->len -= n;
	if (s->len)
		memmove(s->buf, s->buf + n, s->len);
}
