/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef VCAN_RUN_LINE_H
#define VCAN_RUN_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "mux.h"

/**
 * struct line - the machine's end of the line to the guest
 *
 * One frame at a time is on its way out, so that what is most urgent can be
 * chosen when the last one is gone; never more than MUX_LINE_WINDOW bytes are
 * unread by the guest. Set fd (non-blocking), zero the rest.
 */
struct line {
	int fd;
	uint32_t sent;
	uint32_t acked;
	size_t off;
	size_t len; /* 0: nothing queued */
	uint8_t out[MUX_FRAME_MAX];
	struct mux_decoder decoder;
};

/** Only when nothing is queued. */
void line_queue(struct line *l, enum mux_type type, enum mux_stream stream,
		const void *data, size_t len);
void line_queue_u32(struct line *l, enum mux_type type, enum mux_stream stream,
		    uint32_t value);

/** Return: whether something is queued and the guest has room for it. */
bool line_may_write(const struct line *l);
void line_write(struct line *l);

/** Return: 0, or -EBADMSG when the guest cannot have read that much. */
int line_ack(struct line *l, uint32_t taken);

#endif
