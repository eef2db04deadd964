/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KCAN_KLP_H
#define KCAN_KLP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kcan/decls.h>

KCAN_DECLS_BEGIN

/*
 * What a Klipper host and its MCUs say to each other on the data channel.
 * Sections are those of klipper-mcu-protocol.md.
 *
 * Blocks (section 3): length 10..1f content crc-high crc-low 7e
 */
#define KCAN_KLP_MIN 5		/* bytes of a block without content */
#define KCAN_KLP_MAX 64		/* bytes of the longest block */
#define KCAN_KLP_CONTENT_MAX 59 /* bytes of its content */
#define KCAN_KLP_SYNC 0x7e	/* ends a block; may occur inside one, too */

/** One block; when decoded, @content points into the buffer it was read from. */
struct kcan_klp_block {
	uint8_t seq; /* 0..15 */
	uint8_t len; /* of @content; 0: an ACK or a NAK (section 4.3) */
	const uint8_t *content; /* may be NULL when @len is 0 */
};

/**
 * kcan_klp_encode() - write one whole block
 *
 * Return: its length in bytes, or -EMSGSIZE when the content is longer than
 * KCAN_KLP_CONTENT_MAX.
 */
int kcan_klp_encode(uint8_t out[KCAN_AT_LEAST(KCAN_KLP_MAX)],
		    const struct kcan_klp_block *block);

/**
 * kcan_klp_decode() - look for a block at the front of a buffer
 * @out: set when a length is returned only
 *
 * Looks at the front and nowhere else, at no less than KCAN_KLP_MIN bytes
 * (section 4.2, step 2).
 *
 * Return: the block's length in bytes; 0 when more bytes are needed (never
 * more than KCAN_KLP_MAX in all); -EBADMSG for a wrong length, sequence byte,
 * CRC or sync byte.
 */
int kcan_klp_decode(struct kcan_klp_block *out, const uint8_t *buf, size_t len);

/** What the bytes at the front of a receiver's buffer ask for. */
enum kcan_klp_event {
	KCAN_KLP_WAIT,	/* nothing until there are more bytes */
	KCAN_KLP_DROP,	/* nothing: noise without effect */
	KCAN_KLP_NAK,	/* of a block or of noise */
	KCAN_KLP_BLOCK, /* the messages in @block are to be handled */
};

/**
 * struct kcan_klp_step - one step of a receiver
 * @used:  bytes to drop from the front when the step was handled; 0 exactly
 *         with KCAN_KLP_WAIT
 * @block: the well-formed block that was met, whatever became of it; its
 *         content is NULL when there was none
 *
 * The receiver keeps no bytes: the caller appends what comes to a buffer (a
 * kcan_stream), and steps and drops until KCAN_KLP_WAIT. A buffer of
 * KCAN_KLP_MAX bytes is enough; firmware has 192 (section 2.4).
 */
struct kcan_klp_step {
	enum kcan_klp_event event;
	size_t used;
	struct kcan_klp_block block;
};

/**
 * struct kcan_klp_mcu - how firmware receives: section 4.2
 *
 * All zero after power-up and reset. Nothing else resets it (section 4.1).
 */
struct kcan_klp_mcu {
	uint8_t expected; /* 0..15: the next block's sequence */
	bool discarding;  /* skip to the next sync byte */
	bool complained;  /* NAK for noise was sent, no good block yet */
};

/**
 * kcan_klp_mcu_rx() - one step at the front of @buf
 *
 * KCAN_KLP_NAK:   send an empty block with @m->expected.
 * KCAN_KLP_BLOCK: @m->expected was advanced already. Handle the messages,
 *                 send the responses in blocks with @m->expected, then an
 *                 empty one with it: the ACK (section 0.1, facts 2 to 6).
 */
struct kcan_klp_step kcan_klp_mcu_rx(struct kcan_klp_mcu *m, const uint8_t *buf,
				     size_t len);

/** Most blocks that a host has on the way: section 4.4. */
#define KCAN_KLP_PENDING_MAX 12

/**
 * struct kcan_klp_host - how a host counts and receives: section 4.4
 *
 * It keeps no blocks: which ones are sent again, and when, is the caller's. Of
 * those it has sent, the last @pending are not acknowledged yet.
 */
struct kcan_klp_host {
	uint8_t next;	 /* 0..15: sequence of the next block */
	uint8_t pending; /* 0..KCAN_KLP_PENDING_MAX */
	bool synced;	 /* the MCU has told where its count is */
	bool discarding; /* skip to the next sync byte */
};

/** Begin a session: the first block carries sequence 1. */
void kcan_klp_host_init(struct kcan_klp_host *h);

/**
 * kcan_klp_host_encode() - write the next block, which is pending from then on
 * @content: @len bytes
 *
 * Return: its length in bytes, -EMSGSIZE when the content is longer than
 * KCAN_KLP_CONTENT_MAX, or -EAGAIN when KCAN_KLP_PENDING_MAX are pending.
 */
int kcan_klp_host_encode(struct kcan_klp_host *h,
			 uint8_t out[KCAN_AT_LEAST(KCAN_KLP_MAX)],
			 const uint8_t *content, size_t len);

/**
 * kcan_klp_host_rx() - one step at the front of @buf
 *
 * KCAN_KLP_BLOCK: a response, or an empty one: the ACK. @h->pending is what is
 *                 left. The MCU's first block says where its count is: it may
 *                 take all pending blocks away unanswered, and the next one
 *                 has the right sequence.
 * KCAN_KLP_NAK:   send all pending blocks again, in one go behind one
 *                 KCAN_KLP_SYNC. The same NAK may come more than once.
 * KCAN_KLP_DROP:  noise, or a block ahead of all that was sent.
 */
struct kcan_klp_step kcan_klp_host_rx(struct kcan_klp_host *h,
				      const uint8_t *buf, size_t len);

/* Messages (section 5.5): id, parameters; several of them in a host's block. */
#define KCAN_KLP_PARAMS_MAX 16

/** Types of parameters: section 5.4. The width does not change the encoding. */
enum kcan_klp_type {
	KCAN_KLP_U32,	/* %u */
	KCAN_KLP_I32,	/* %i */
	KCAN_KLP_U16,	/* %hu */
	KCAN_KLP_I16,	/* %hi */
	KCAN_KLP_U8,	/* %c */
	KCAN_KLP_BYTES, /* %*s %.*s %s: counted */
};

/** Who sends a message, which decides on how it is written and read. */
enum kcan_klp_dir {
	KCAN_KLP_COMMAND,  /* host -> MCU */
	KCAN_KLP_RESPONSE, /* MCU -> host */
};

/** One message of a dictionary. */
struct kcan_klp_format {
	enum kcan_klp_dir dir;
	int16_t id; /* as in the dictionary: section 5.5 */
	uint8_t count;
	uint8_t types[KCAN_KLP_PARAMS_MAX]; /* enum kcan_klp_type */
};

/**
 * kcan_klp_format_parse() - read "name param=%type ..." of section 8.1
 * @out:  set on success only
 * @text: single spaces; names are letters, digits and underscores
 * @id:   -4096..-1, 0..95 or 128..12287: the numbers of section 5.5
 *
 * Return: 0, -EINVAL (another shape, an unknown type), -ERANGE (@id) or
 * -E2BIG (more than KCAN_KLP_PARAMS_MAX parameters).
 */
int kcan_klp_format_parse(struct kcan_klp_format *out, const char *text, int id,
			  enum kcan_klp_dir dir);

/**
 * struct kcan_klp_value - one parameter
 * @num:  integers: 32 bits, two's complement for %i and %hi. Not cut to the
 *        declared width; the firmware's handlers do that where it matters
 *        (section 5.4)
 * @data: bytes; when decoded, it points into the buffer that was read
 * @len:  of @data
 */
struct kcan_klp_value {
	uint32_t num;
	const uint8_t *data;
	uint8_t len;
};

/**
 * kcan_klp_msg_encode() - write one message, as its sender would
 * @size:   of @out; KCAN_KLP_CONTENT_MAX less what is in the block already
 * @values: @f->count of them
 *
 * An MCU writes every integer by its signed value, a host the unsigned types
 * by their unsigned one, which can take more bytes (section 5.2).
 *
 * Return: bytes, or -EMSGSIZE when they are more than @size: a response of
 * that length is not sent at all (section 6).
 */
int kcan_klp_msg_encode(uint8_t *out, size_t size,
			const struct kcan_klp_format *f,
			const struct kcan_klp_value *values);

/**
 * kcan_klp_id_decode() - which message is next in a block's content
 * @id:  set on success to the dictionary's number, or one that is in none
 * @dir: an MCU reads the id of a command in its own way (section 5.5)
 *
 * Return: bytes of the id, or -EBADMSG when it is cut off.
 */
int kcan_klp_id_decode(int *id, const uint8_t *buf, size_t len,
		       enum kcan_klp_dir dir);

/**
 * kcan_klp_params_decode() - read the parameters behind an id
 * @values: @f->count of them, undefined after an error
 *
 * Any length of an integer is accepted, modulo 2^32 (section 5.2).
 *
 * Return: bytes of all parameters, or -EBADMSG when they reach beyond @len:
 * the shutdown "Command parser error" of an MCU (section 6).
 */
int kcan_klp_params_decode(struct kcan_klp_value *values,
			   const struct kcan_klp_format *f, const uint8_t *buf,
			   size_t len);

KCAN_DECLS_END

#endif
