/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KCAN_KAT_H
#define KCAN_KAT_H

#include <stddef.h>
#include <stdint.h>

#include <kcan/decls.h>
#include <kcan/uuid.h>

KCAN_DECLS_BEGIN

/*
 * Katapult blocks: katapult-protocol.md, sections 1, 2 and 4.
 * 01 88 code words payload crc-low crc-high 99 03
 */
#define KCAN_KAT_MIN 8		      /* bytes of a block without payload */
#define KCAN_KAT_MAX 128	      /* bytes of the longest block accepted */
#define KCAN_KAT_WORDS_MAX 30	      /* payload words of that block */
#define KCAN_KAT_BLOCK_SIZE 64	      /* bytes per flash block, on every chip */
#define KCAN_KAT_PROTOCOL 0x00010100u /* 1.1.0, section 9 */

enum kcan_kat_code {
	KCAN_KAT_CONNECT = 0x11,
	KCAN_KAT_SEND_BLOCK = 0x12,
	KCAN_KAT_SEND_EOF = 0x13,
	KCAN_KAT_REQUEST_BLOCK = 0x14,
	KCAN_KAT_COMPLETE = 0x15,
	KCAN_KAT_GET_CANBUS_ID = 0x16,
	KCAN_KAT_ACK = 0xa0,
	KCAN_KAT_NACK = 0xf1,
	KCAN_KAT_ERROR = 0xf2,
	KCAN_KAT_BUSY = 0xf3,
};

/** One block; when decoded, @payload points into the buffer it was read from. */
struct kcan_kat_block {
	uint8_t code;		/* enum kcan_kat_code, or anything else */
	uint8_t words;		/* payload length in 4-byte words */
	const uint8_t *payload; /* may be NULL when @words is 0 */
};

/**
 * kcan_kat_encode() - write one whole block
 *
 * Return: its length in bytes, or -EMSGSIZE when it has more than
 * KCAN_KAT_WORDS_MAX words.
 */
int kcan_kat_encode(uint8_t out[KCAN_AT_LEAST(KCAN_KAT_MAX)],
		    const struct kcan_kat_block *block);

/**
 * kcan_kat_decode() - look for a block at the front of a buffer
 * @out: set when a length is returned only
 *
 * Looks at the front and nowhere else; what to do with bytes that are no block
 * is the caller's rule (firmware and host differ: section 3).
 *
 * Return: the block's length in bytes; 0 when more bytes are needed (always
 * below KCAN_KAT_MIN); -EBADMSG for a wrong header, trailer or CRC or a length
 * above KCAN_KAT_MAX.
 */
int kcan_kat_decode(struct kcan_kat_block *out, const uint8_t *buf, size_t len);

/**
 * kcan_kat_ack_command() - which command an ACK echoes
 *
 * Return: the first payload word, or -EBADMSG when @block is no ACK or has none.
 */
int64_t kcan_kat_ack_command(const struct kcan_kat_block *block);

/** Longest text in a CONNECT answer that fits a block, with its NUL. */
#define KCAN_KAT_TEXT_MAX 100

/** The answer to CONNECT: katapult-protocol.md, section 4.1. */
struct kcan_kat_ident {
	uint32_t protocol;		 /* version, 0x00010100 = 1.1.0 */
	uint32_t app_start;		 /* address of the application */
	uint32_t block_size;		 /* bytes */
	char mcu[KCAN_KAT_TEXT_MAX];	 /* "stm32g0b1xx" */
	char version[KCAN_KAT_TEXT_MAX]; /* of Katapult; "" when not told */
};

/**
 * kcan_kat_encode_ident() - the ACK to CONNECT, NUL bytes as firmware has them
 *
 * Return: bytes, or -EMSGSIZE when the two texts do not fit one block.
 */
int kcan_kat_encode_ident(uint8_t out[KCAN_AT_LEAST(KCAN_KAT_MAX)],
			  const struct kcan_kat_ident *ident);

/**
 * kcan_kat_decode_ident() - read the ACK to CONNECT
 *
 * Any number of NUL bytes may stand between the texts; 1.0 had no version.
 *
 * Return: 0, or -EBADMSG when @block is not a CONNECT acknowledge.
 */
int kcan_kat_decode_ident(struct kcan_kat_ident *out,
			  const struct kcan_kat_block *block);

/** The ACK to GET_CANBUS_ID: 20 bytes (section 4.6). Return: 20. */
int kcan_kat_encode_canbus_id(uint8_t out[KCAN_AT_LEAST(KCAN_KAT_MAX)],
			      const struct kcan_uuid *uuid);

/**
 * kcan_kat_decode_canbus_id() - read the ACK to GET_CANBUS_ID
 *
 * Return: 0, or -EBADMSG when it is another block, has another length than 3
 * words or the two bytes behind the UUID are not zero.
 */
int kcan_kat_decode_canbus_id(struct kcan_uuid *out,
			      const struct kcan_kat_block *block);

KCAN_DECLS_END

#endif
