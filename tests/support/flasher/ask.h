/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef FLASHER_ASK_H
#define FLASHER_ASK_H

#include <kcan/kat.h>

#include "wire.h"

/* How a try ends; the first is the only good one. */
enum ask_verdict {
	ASK_OK,
	ASK_SILENT,
	ASK_DAMAGED,
	ASK_ERROR,
	ASK_BUSY,
	ASK_NACK,
	ASK_OTHER_COMMAND,
};

/** An answer, without the word that echoes the command. */
struct answer {
	uint8_t data[KCAN_KAT_MAX];
	size_t len;		     /* of @data, bytes */
	struct kcan_kat_block block; /* all of it, in @bytes */
	uint8_t bytes[WIRE_STREAM_SIZE];
};

/** What a verdict is called in a sentence: "no answer". */
const char *ask_verdict_name(enum ask_verdict verdict);

/** One try: send @request, wait for the answer; no pause when it fails. */
enum ask_verdict ask_once(struct wire *w, const struct kcan_kat_block *request,
			  uint64_t deadline_us, struct answer *answer);

/**
 * ask() - ask as often and wait as long as the known tool does
 *
 * katapult-protocol.md, section 8: SEND_BLOCK is tried 3 times with 5 s for
 * the answer, everything else 5 times with 2 s. Each failure costs a pause.
 *
 * Return: how the last try ended.
 */
enum ask_verdict ask(struct wire *w, const struct kcan_kat_block *request,
		     struct answer *answer);

#endif
