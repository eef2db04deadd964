/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef PROTO_RUNNING_H
#define PROTO_RUNNING_H

#include <linux/can.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kcan/bootreq.h>
#include <kcan/klp.h>
#include <kcan/uuid.h>

/**
 * struct kcan_running - does the node with this UUID run exactly this firmware?
 *
 * On CAN it gives it a nodeid as a Klipper host would. It asks for the last bytes of the
 * data dictionary and for what is behind them. The dictionary holds the version
 * and the time of the build, and the checksum of all of it is at its end
 * (flashing.md, section 6.2). Then `reset` leaves the node as after power-on,
 * without a nodeid (section 6.3). Of another firmware it reads all of the
 * dictionary, which tells what it is.
 *
 * Pure, and used like struct kcan_bootreq: frames and times in microseconds.
 */
struct kcan_running;

/** Bytes of the longest compressed dictionary that is read. */
#define KCAN_RUNNING_DICTIONARY_MAX 32768

/** What an exchange may do; nothing is defaulted here. */
struct kcan_running_cfg {
	/* to the first answer; from the confirmed SET, or without from now on */
	uint64_t silence_us;
	uint64_t talk_us; /* from that to the end */
	/*
	 * 1..255: one that nobody uses, and that no Katapult of this bus was
	 * given last: it would still answer on it (section 6.3). 0: it is on
	 * USB or on a UART, where there are no nodeids.
	 */
	uint8_t nodeid;
	/*
	 * The compressed dictionary of the image; it has to stay. NULL: the
	 * image has none, and that any Klipper answers is all that is asked.
	 */
	const uint8_t *dictionary;
	size_t len; /* of @dictionary; 0 with NULL */
	/*
	 * `reset` of that dictionary, without parameters; it has to stay. NULL:
	 * the node keeps the nodeid, as a bridge has to, whose interface would
	 * go away once more. On USB and UART there is nothing to leave.
	 */
	const struct kcan_klp_format *reset;
};

enum kcan_running_verdict {
	KCAN_RUNNING_PENDING,
	KCAN_RUNNING_PROVEN,  /* the bytes are equal, and end there */
	KCAN_RUNNING_KLIPPER, /* a Klipper; the image has no dictionary */
	/* a Klipper, but another dictionary: see kcan_running_other() */
	KCAN_RUNNING_OTHER,
	KCAN_RUNNING_CUT,    /* it answered, but not all in time */
	KCAN_RUNNING_SILENT, /* no answer */
	KCAN_RUNNING_TAKEN,  /* somebody gave the nodeid to another node */
	KCAN_RUNNING_UNSENT, /* SET, or a question, was never confirmed */
	KCAN_RUNNING_ABORTED,
};

/** What is known, at any time. */
struct kcan_running_result {
	enum kcan_running_verdict verdict;
	enum kcan_delivery set;	  /* SET_KLIPPER_NODEID */
	enum kcan_delivery reset; /* CONFIRMED: it has no nodeid any more */
	bool heard;		  /* a Klipper block came, if not an answer */
};

/**
 * kcan_running_new() - prepare; the SET, or the question, is due at once
 * @out:  set on success only; release with kcan_running_free()
 * @uuid: copied; any, when there is no nodeid
 *
 * After the ACK of COMPLETE a node takes 100 ms to reset, and some more to
 * start: begin 200 ms after it (section 6.2).
 *
 * Return: 0, -EINVAL (a time of zero in @cfg, or @reset with parameters) or -ENOMEM.
 */
int kcan_running_new(struct kcan_running **out, const struct kcan_uuid *uuid,
		     const struct kcan_running_cfg *cfg, uint64_t now_us);

/** NULL is allowed. */
void kcan_running_free(struct kcan_running *p);

/**
 * kcan_running_tx() - the frame that is due now, if any
 *
 * It is in flight until kcan_running_sent() or kcan_running_unsent();
 * meanwhile no other is handed out.
 *
 * Return: true and *@frame filled, or false when nothing is due.
 */
bool kcan_running_tx(struct kcan_running *p, struct can_frame *frame,
		     uint64_t now_us);

/**
 * kcan_running_tx_bytes() - on USB and UART: what is due, for one write
 * @bytes: set when there is something; valid until the next call
 *
 * kcan_running_sent() has to follow when all of it was written, or else
 * kcan_running_unsent().
 *
 * Return: how many bytes; 0: nothing is due.
 */
size_t kcan_running_tx_bytes(struct kcan_running *p, const uint8_t **bytes,
			     uint64_t now_us);

/** On USB and UART: any bytes that arrived. */
void kcan_running_rx_bytes(struct kcan_running *p, const uint8_t *bytes,
			   size_t len, uint64_t now_us);

/** The bus confirmed the frame in flight, if there is one. */
void kcan_running_sent(struct kcan_running *p, uint64_t now_us);

/** The kernel did not take it: it is handed out again a little later. */
void kcan_running_unsent(struct kcan_running *p, uint64_t now_us);

/** A frame of somebody else arrived; any may be fed, admin messages too. */
void kcan_running_rx(struct kcan_running *p, const struct can_frame *frame,
		     uint64_t now_us);

/** The caller wants out; a verdict that has been reached stays. */
void kcan_running_abort(struct kcan_running *p);

/** Return: as kcan_bootreq_deadline(). */
uint64_t kcan_running_deadline(const struct kcan_running *p);

/** A copy of what is known now. */
struct kcan_running_result kcan_running_result(const struct kcan_running *p);

/**
 * kcan_running_other() - OTHER: the compressed dictionary of what answers
 *
 * Return: @*len bytes that are @p's, as they came from the node: anything at all;
 * NULL when not all of it came in time, or it is too long.
 */
const uint8_t *kcan_running_other(const struct kcan_running *p, size_t *len);

#endif
