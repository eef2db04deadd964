/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KHOST_SESSION_H
#define KHOST_SESSION_H

#include <kcan/klp.h>
#include <kcan/stream.h>
#include <stdbool.h>
#include <stdint.h>

/* Sections are those of klipper-mcu-protocol.md. */

/** What a session tells and wants; all of it is called from within. */
struct session_ops {
	/*
	 * Put these bytes on the bus, in this order. Return: the time when they
	 * have left, from which on an answer is waited for.
	 */
	uint64_t (*send)(void *arg, const uint8_t *bytes, size_t len);
	/* A message came, in a block of its own. */
	void (*hear)(void *arg, const uint8_t *content, size_t len);
	void *arg;
};

/** A block that is not acknowledged yet. */
struct session_block {
	uint8_t bytes[KCAN_KLP_MAX];
	uint8_t len;
	bool again; /* was sent more than once: says nothing about time */
	uint64_t sent_us;
};

/**
 * struct session - the host's end of the data channel: section 4.4
 *
 * Pure: frames and time in; bytes, messages and a deadline out. Blocks have
 * numbers of 64 bits here, from 0 on.
 */
struct session {
	struct kcan_klp_host link;
	struct session_ops ops;
	struct kcan_stream rx;
	uint8_t rx_buf[2 * KCAN_KLP_MAX];
	struct session_block blocks[KCAN_KLP_PENDING_MAX];
	uint64_t sent;	     /* blocks, and the number of the next one */
	uint64_t finished;   /* those below are acknowledged by empty blocks */
	uint64_t nak_behind; /* NAKs count when those below are acknowledged */
	unsigned int window; /* bytes; 0: no limit (section 15.4) */
	unsigned int last_len; /* of the last acknowledged block */
	uint64_t rto_us, srtt_us, rttvar_us;
	uint64_t deadline_us; /* of the oldest block; UINT64_MAX: none */
	unsigned int bytes_retransmit, bytes_invalid;
};

/** It points into itself from then on. */
void session_init(struct session *s, const struct session_ops *ops);

/**
 * session_send() - send one block
 * @number: the block's; set on success only
 *
 * Return: 0, -EMSGSIZE, or -EAGAIN when too much is on the way already.
 */
int session_send(struct session *s, const uint8_t *content, size_t len,
		 uint64_t *number);

/** A frame of the MCU came. */
void session_rx(struct session *s, const struct can_frame *frame,
		uint64_t now_us);

/** Retransmit what is due. */
void session_tick(struct session *s, uint64_t now_us);

#endif
