/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef KCAN_SERIALREQ_H
#define KCAN_SERIALREQ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kcan/decls.h>
#include <kcan/kat.h>

KCAN_DECLS_BEGIN

/*
 * The request on a UART: a sync byte, which ends what may lie in the receiver,
 * and 32 bytes that have to be alone in their block (can-admin-channel.md,
 * section 11.2). All in one write.
 */
#define KCAN_SERIALREQ_STRING "~ \x1c Request Serial Bootloader!! ~"
#define KCAN_SERIALREQ_LEN (sizeof(KCAN_SERIALREQ_STRING) - 1) /* bytes */

/**
 * struct kcan_serialreq - one "enter your bootloader, then prove it" exchange
 * over a UART
 *
 * Pure: no file, no clock, no logging. Write what it hands out, tell it when
 * that has left, feed it what arrives, sleep until its deadline, stop when it
 * has a verdict. Not thread safe; any number may run side by side.
 *
 * The order is the one that disturbs least:
 * 1. CONNECT at Katapult's rate: who is in Katapult already is left alone. It
 *    changes nothing there (katapult-protocol.md, section 4.1), and Klipper
 *    takes it for noise.
 * 2. An empty block at the application's rate, behind as many sync bytes as end
 *    any block: Klipper's receiver is clean then, and it answers, always
 *    (klipper-mcu-protocol.md, section 4.2).
 * 3. The request.
 * 4. CONNECT again until time is up. Nothing is sent at another rate now: what
 *    Katapult takes for noise may block its receiver until its next reset
 *    (katapult-protocol.md, section 3).
 * 5. The empty block again: does Klipper still run?
 *
 * An answer may be an old one that an adapter has kept, so each is believed only
 * when a second question, sent because of it, has its answer, too: behind CONNECT
 * a command that Katapult does not know and refuses (section 4), behind the empty
 * block another one with the sequence that Klipper has told, which it has to
 * count on. What comes while a question has not left yet answers nothing.
 *
 * Times are microseconds of a monotonic clock with any origin and must not go
 * backwards between calls.
 */
struct kcan_serialreq;

/** Nothing is defaulted here; a time or rate of zero is refused. */
struct kcan_serialreq_cfg {
	uint64_t timeout_us;   /* from the request to the last CONNECT */
	uint32_t baud_bps;     /* of the application */
	uint32_t katapult_bps; /* of Katapult, which may have another one */
	/*
	 * Katapult is known to be there, as on USB, where its ids tell: only
	 * who it is is asked, until @timeout_us after the first question. The
	 * verdict is ALREADY, SILENT or GARBLED.
	 */
	bool present;
};

enum kcan_serialreq_verdict {
	KCAN_SERIALREQ_PENDING,
	KCAN_SERIALREQ_ALREADY,	    /* in Katapult before anything was asked */
	KCAN_SERIALREQ_PROVEN,	    /* asked, and then Katapult answered */
	KCAN_SERIALREQ_APPLICATION, /* asked, and Klipper still answers */
	KCAN_SERIALREQ_SILENT,	    /* asked, and neither answered */
	KCAN_SERIALREQ_GARBLED, /* blocks of Katapult, but not its answers */
};

/** What is known of an exchange, at any time. */
struct kcan_serialreq_result {
	enum kcan_serialreq_verdict verdict;
	bool requested;		     /* the request has left */
	bool klipper;		     /* a block of Klipper's came, at least */
	bool echo;		     /* what is written comes back */
	bool noise;		     /* bytes came that are no block's */
	struct kcan_kat_ident ident; /* ALREADY, PROVEN: texts of any bytes */
};

/** Bytes to be written at once at this rate, 8 bits, no parity, 1 stop bit. */
struct kcan_serialreq_send {
	uint32_t rate_bps;
	const uint8_t *bytes; /* valid until the next call */
	size_t len;
	uint64_t wire_us; /* how long they are on the line */
};

/**
 * kcan_serialreq_new() - prepare an exchange; its first bytes are due at once
 * @out: set on success only; release with kcan_serialreq_free()
 *
 * Return: 0, -EINVAL (a zero in @cfg) or -ENOMEM.
 */
int kcan_serialreq_new(struct kcan_serialreq **out,
		       const struct kcan_serialreq_cfg *cfg);

/** NULL is allowed. */
void kcan_serialreq_free(struct kcan_serialreq *req);

/**
 * kcan_serialreq_tx() - what has to be written now, if anything
 *
 * Listen at the same rate afterwards, until the next time.
 *
 * Return: true and *@send filled, or false when nothing is due. What was handed
 * out is not due again; nothing else is before kcan_serialreq_sent().
 */
bool kcan_serialreq_tx(struct kcan_serialreq *req,
		       struct kcan_serialreq_send *send, uint64_t now_us);

/**
 * kcan_serialreq_sent() - it has left
 *
 * That is, the queue it was written to is empty. The time that it takes on the
 * line is added here.
 */
void kcan_serialreq_sent(struct kcan_serialreq *req, uint64_t now_us);

/** Any bytes that arrived; ignored between _tx() and _sent(). */
void kcan_serialreq_rx(struct kcan_serialreq *req, const uint8_t *bytes,
		       size_t len, uint64_t now_us);

/**
 * kcan_serialreq_deadline() - when kcan_serialreq_tx() has to be called again
 *
 * Return: a time, which may be past; UINT64_MAX before kcan_serialreq_sent(),
 * and once there is a verdict.
 */
uint64_t kcan_serialreq_deadline(const struct kcan_serialreq *req);

/** A copy of what is known now. */
struct kcan_serialreq_result
kcan_serialreq_result(const struct kcan_serialreq *req);

KCAN_DECLS_END

#endif
