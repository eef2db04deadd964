/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef FLASHER_FLASH_H
#define FLASHER_FLASH_H

#include <kcan/uuid.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire.h"

#define FLASH_NEVER UINT64_MAX

/** What is to be done; everything false and zero is valid but @uuid. */
struct flash_cfg {
	struct kcan_uuid uuid;
	const uint8_t *image; /* filled up with FF to whole blocks */
	size_t blocks;
	bool no_request;  /* no REQUEST_BOOTLOADER */
	bool no_clear;	  /* no CLEAR, which all nodes hear */
	bool fast;	  /* SET and CONNECT until it answers, no fixed waits */
	bool verify_only; /* write nothing */
	/* To die as a killed host does, FLASH_NEVER if not: */
	uint64_t stop_after;  /* blocks were acknowledged, and */
	uint64_t stop_frame;  /* frames of the next one were sent */
	uint32_t *latency_us; /* filled for each block; may be NULL */
};

/*
 * The known tool's ways over CAN: can-admin-channel.md, section 12.1, and
 * katapult-protocol.md, section 8. They print a line per phase.
 *
 * Return: true for success; else the last line has said what failed.
 */
bool flash_run(struct wire *w, const struct flash_cfg *cfg);
bool flash_status(struct wire *w, const struct flash_cfg *cfg);
/** Always succeeds: nothing is verified. */
bool flash_request(struct wire *w, const struct flash_cfg *cfg);
/** Always succeeds, too. */
bool flash_query(struct wire *w, const struct flash_cfg *cfg);

#endif
