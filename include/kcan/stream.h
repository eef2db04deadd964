/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KCAN_STREAM_H
#define KCAN_STREAM_H

#include <linux/can.h>
#include <stddef.h>
#include <stdint.h>

#include <kcan/decls.h>

KCAN_DECLS_BEGIN

/**
 * struct kcan_stream - bytes on their way between frames and blocks
 *
 * The data channel is a byte stream: frames of up to 8 bytes whose boundaries
 * have no meaning (can-admin-channel.md, section 6). This is the buffer on
 * either end of it. It takes a piece whole or not at all, as firmware does
 * (section 5). The storage is the caller's and must outlive the stream.
 *
 * The waiting bytes are @buf[0] .. @buf[@len - 1], readable at any time.
 */
struct kcan_stream {
	uint8_t *buf;
	size_t size;
	size_t len;
};

/** Start empty on @buf, which holds @size bytes. */
void kcan_stream_init(struct kcan_stream *s, uint8_t *buf, size_t size);

/**
 * kcan_stream_push() - append @len bytes
 *
 * Return: 0, or -ENOBUFS when they do not all fit; then nothing was taken.
 */
int kcan_stream_push(struct kcan_stream *s, const void *data, size_t len);

/**
 * kcan_stream_push_frame() - append the data of one frame
 * @frame: a DLC above 8 counts as 8 (section 2); the id is not looked at
 *
 * Return: as kcan_stream_push().
 */
int kcan_stream_push_frame(struct kcan_stream *s,
			   const struct can_frame *frame);

/**
 * kcan_stream_peek_frame() - the next frame to send, without taking it
 * @out: standard data frame on @id with up to 8 bytes from the front
 *
 * Return: how many bytes it carries; 0 and @out untouched when none wait.
 */
size_t kcan_stream_peek_frame(const struct kcan_stream *s, canid_t id,
			      struct can_frame *out);

/** Drop @n bytes from the front; more than there are empties the stream. */
void kcan_stream_drop(struct kcan_stream *s, size_t n);

KCAN_DECLS_END

#endif
