/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef PROTO_DIAGNOSE_H
#define PROTO_DIAGNOSE_H

#include <linux/can.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kcan/bootreq.h>
#include <kcan/klp.h>
#include <kcan/uuid.h>

/**
 * struct kcan_diagnose - does the node with this UUID run Klipper?
 *
 * Asks the application itself, as a Klipper host would: SET_KLIPPER_NODEID,
 * then `identify` until the whole data dictionary is there, then
 * `get_canbus_id`, whose number is in that dictionary (klipper-mcu-protocol.md,
 * sections 4.4, 7 and 9.1).
 *
 * Nothing recorded or late is an answer. The first `identify` asks for an
 * offset that nobody can know before, beyond any dictionary: a node echoes it,
 * with no bytes. The length of the first piece of the dictionary is as little
 * known, and with it all offsets that follow. An answer counts when it began
 * after its question was handed out whole, and is believed once that was
 * confirmed.
 *
 * This takes the node away from a Klipper host that uses it, and cannot be
 * undone from here: the node keeps the nodeid (can-admin-channel.md, section
 * 14.3). Do it only when somebody asked for it, and only with a nodeid on
 * which nobody was heard for 6 s: a Klipper node that has it would shut down.
 *
 * Pure, and used like struct kcan_bootreq: frames and times in microseconds.
 */
struct kcan_diagnose;

/** Bytes of the longest compressed dictionary that is read. */
#define KCAN_DIAGNOSE_DICTIONARY_MAX 32768

/** What an exchange may do; nothing is defaulted here. */
struct kcan_diagnose_cfg {
	uint64_t silence_us; /* from the confirmed SET to the first answer */
	uint64_t talk_us;    /* from that to the end */
	uint32_t challenge;  /* drawn at random for this exchange; any value */
	uint8_t nodeid;	     /* 1..255, likewise; the node keeps it */
};

enum kcan_diagnose_verdict {
	KCAN_DIAGNOSE_PENDING,
	KCAN_DIAGNOSE_CONFIRMED, /* Klipper, and it told this UUID */
	KCAN_DIAGNOSE_ANSWERED, /* Klipper answered, but told no UUID in time */
	KCAN_DIAGNOSE_WRONG_UUID,
	KCAN_DIAGNOSE_SILENT, /* no answer to `identify` */
	KCAN_DIAGNOSE_TAKEN,  /* somebody gave the nodeid to another node */
	KCAN_DIAGNOSE_UNSENT, /* SET, or a question, was never confirmed */
	KCAN_DIAGNOSE_ABORTED,
};

/** What is known, at any time. */
struct kcan_diagnose_result {
	enum kcan_diagnose_verdict verdict;
	enum kcan_delivery set; /* SET_KLIPPER_NODEID */
	bool heard;		/* a Klipper block came, if not an answer */
	bool answered;		/* the challenge was */
	bool whole;		/* the dictionary is all there */
	bool too_long;		/* or longer than what is read */
	struct kcan_uuid other; /* WRONG_UUID: the one that answered */
};

/**
 * kcan_diagnose_new() - prepare; the SET is due at once
 * @out:  set on success only; release with kcan_diagnose_free()
 * @uuid: copied
 *
 * Return: 0, -EINVAL (a zero in @cfg, @challenge apart) or -ENOMEM.
 */
int kcan_diagnose_new(struct kcan_diagnose **out, const struct kcan_uuid *uuid,
		      const struct kcan_diagnose_cfg *cfg, uint64_t now_us);

/** NULL is allowed. */
void kcan_diagnose_free(struct kcan_diagnose *d);

/**
 * kcan_diagnose_tx() - the frame that is due now, if any
 *
 * It is in flight until kcan_diagnose_sent() or kcan_diagnose_unsent();
 * meanwhile no other is handed out.
 *
 * Return: true and *@frame filled, or false when nothing is due.
 */
bool kcan_diagnose_tx(struct kcan_diagnose *d, struct can_frame *frame,
		      uint64_t now_us);

/** The bus confirmed the frame in flight, if there is one. */
void kcan_diagnose_sent(struct kcan_diagnose *d, uint64_t now_us);

/** The kernel did not take it: it is handed out again a little later. */
void kcan_diagnose_unsent(struct kcan_diagnose *d, uint64_t now_us);

/**
 * kcan_diagnose_rx() - a frame of somebody else arrived
 *
 * Any frame may be fed: those on the node's transmit id and, to see whether the
 * nodeid is given to another node, admin messages. The rest is ignored.
 */
void kcan_diagnose_rx(struct kcan_diagnose *d, const struct can_frame *frame,
		      uint64_t now_us);

/**
 * kcan_diagnose_dictionary() - the compressed dictionary, once it is whole
 *
 * The exchange waits then, until kcan_diagnose_ask_uuid() or time is up.
 *
 * Return: @*len bytes that are @d's, as they came from the node: anything at
 * all; NULL before.
 */
const uint8_t *kcan_diagnose_dictionary(const struct kcan_diagnose *d,
					size_t *len);

/**
 * kcan_diagnose_ask_uuid() - go on after the dictionary
 * @ask:    `get_canbus_id`, without parameters; NULL when the dictionary has
 *          none or is unreadable: the exchange ends as ANSWERED
 * @answer: `canbus_id`; its first counted bytes are the UUID
 */
void kcan_diagnose_ask_uuid(struct kcan_diagnose *d,
			    const struct kcan_klp_format *ask,
			    const struct kcan_klp_format *answer,
			    uint64_t now_us);

/** The caller wants out; a verdict that has been reached stays. */
void kcan_diagnose_abort(struct kcan_diagnose *d);

/**
 * kcan_diagnose_deadline() - when kcan_diagnose_tx() has to be called again
 *
 * Return: a time, which may be past; UINT64_MAX once there is a verdict.
 */
uint64_t kcan_diagnose_deadline(const struct kcan_diagnose *d);

/** A copy of what is known now. */
struct kcan_diagnose_result kcan_diagnose_result(const struct kcan_diagnose *d);

#endif
