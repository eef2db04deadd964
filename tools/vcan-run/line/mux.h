/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef VCAN_RUN_MUX_H
#define VCAN_RUN_MUX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Frames on the serial line between vcan-run and its guest.
 *
 *	type (1)  stream (1)  length (2, little endian)  crc (2)  payload
 *
 * The crc is CRC-16/CCITT-FALSE over type, stream, length and payload. The
 * line is reliable; the crc is there so that a line which is not (a kernel
 * message gone astray, a lost byte) ends the run instead of changing data.
 *
 * Pure: no file descriptor, no allocation.
 */
#define MUX_HEADER_LEN 6
#define MUX_PAYLOAD_MAX 1024
#define MUX_FRAME_MAX (MUX_HEADER_LEN + MUX_PAYLOAD_MAX)

/* Bytes of one stream that may be under way before a credit comes back. */
#define MUX_WINDOW 65536

/*
 * Bytes that may be under way to the guest before an ACK comes back. UML's
 * line driver never listens again once the guest's tty was throttled, which
 * happens at 3968 unread bytes: stay clear of that.
 */
#define MUX_LINE_WINDOW 3072

enum mux_type {
	MUX_READY = 1, /* guest: raw mode is on, talk to me */
	MUX_ACK,       /* guest: u32, bytes taken off the line so far */
	MUX_SETUP,     /* host: a piece of the setup records */
	MUX_START,     /* host: setup is complete, run the command */
	MUX_STARTED,   /* guest: the bus works, the command runs */
	MUX_FAIL,      /* guest: text, reason nothing was started */
	MUX_DATA,      /* both: bytes of a stream */
	MUX_CLOSE,  /* both: to its reader, the end; to its writer, no reader */
	MUX_CREDIT, /* both: u32, so many more bytes are welcome; 0: a ping */
	MUX_SIGNAL, /* host: u8, for the command's process group */
	MUX_WINCH,  /* host: u32, columns << 16 | rows */
	/*
	 * guest: u8 how (enum mux_exit), u8 value; host: empty, it was heard
	 * and the guest may power off
	 */
	MUX_EXIT,
	MUX_TYPE_END
};

enum mux_stream { MUX_STDIN, MUX_STDOUT, MUX_STDERR, MUX_STREAMS };
enum mux_exit { MUX_EXITED, MUX_KILLED };

struct mux_frame {
	enum mux_type type;
	enum mux_stream stream;
	size_t len;
	const uint8_t *data; /* inside the decoder, until its next byte */
};

/** Zero-initialise it. Any number may run side by side. */
struct mux_decoder {
	size_t have;
	bool damaged;
	uint8_t buf[MUX_FRAME_MAX];
};

/**
 * mux_encode() - write one frame
 *
 * Return: its length, or 0 when @len exceeds MUX_PAYLOAD_MAX.
 */
size_t mux_encode(uint8_t out[static MUX_FRAME_MAX], enum mux_type type,
		  enum mux_stream stream, const void *data, size_t len);

/**
 * mux_decode() - feed one byte
 * @frame: filled when a frame is complete
 *
 * Return: 1 for a complete frame, 0 when more bytes are needed, -EBADMSG
 * for a damaged line; a damaged decoder stays damaged.
 */
int mux_decode(struct mux_decoder *d, uint8_t byte, struct mux_frame *frame);

void mux_put_u32(uint8_t out[static 4], uint32_t value);

/** Return: 0, or -EBADMSG when the payload is not exactly four bytes. */
int mux_get_u32(const struct mux_frame *frame, uint32_t *value);

#endif
