/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef VCAN_RUN_PUMP_H
#define VCAN_RUN_PUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "mux.h"

/*
 * The two ends of a stream. A source reads a descriptor as far as the other
 * side's credit goes; a sink keeps what came and writes it out, and every
 * byte written is a credit for the other side. So neither side ever holds
 * more than MUX_WINDOW bytes of a stream, and a stream that nobody reads
 * does not stop the others.
 */
struct source {
	int fd; /* -1: no more will come */
	size_t credit;
};

struct sink {
	int fd;	    /* -1: nobody reads, bytes are dropped */
	bool ended; /* close fd once everything is written */
	size_t head;
	size_t len;
	uint32_t owed; /* credit not yet given */
	uint8_t buf[MUX_WINDOW];
};

/** Return: bytes read, 0 at end of file (fd is closed), -EAGAIN. */
ssize_t source_read(struct source *s, uint8_t buf[static MUX_PAYLOAD_MAX]);
void source_close(struct source *s);

/** Return: 0, or -EBADMSG when the other side exceeds its credit. */
int sink_put(struct sink *s, const uint8_t *data, size_t len);

/**
 * sink_pay() - the credit to give now
 *
 * Return: 0 while there is little to give and still something to write.
 */
uint32_t sink_pay(struct sink *s);

/** The other side ended the stream: close once it is written out. */
void sink_end(struct sink *s);

/**
 * sink_write() - write a piece; call it when poll() says there is room
 *
 * Return: 0, or why no more can be written (fd is closed): -EPIPE when nobody
 * reads any more, else -errno.
 */
int sink_write(struct sink *s);

#endif
