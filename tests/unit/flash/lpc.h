/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_FLASH_LPC_H
#define UNIT_FLASH_LPC_H

/*
 * An LPC176x in Katapult, without the simulator: Katapult's rules of writing it are
 * here once more, from katapult-protocol.md, section 5.3.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <kcan/flash.h>

#include "util/cursor.h"

#define START 0x4000
#define SIZE 0x20000
#define BLOCK 64
#define PAGE 256

/** One of them in Katapult. */
static struct lpc {
	uint8_t flash[SIZE];
	uint8_t page[PAGE];
	uint32_t next;	    /* the address that is expected */
	unsigned int pages; /* beginnings of sectors that were written */
	bool complete;
	uint8_t answer[KCAN_KAT_MAX];
	size_t answer_len;
} lpc;

static inline uint32_t sector_size(uint32_t address)
{
	return address < 0x10000 ? 4096 : 32768;
}

/* As on STM32, only a quarter of it is looked at (section 5.1). */
static inline bool looks_blank(uint32_t address, uint32_t len)
{
	for (uint32_t i = 0; i < len / 4; i++)
		if (lpc.flash[address + i] != 0xff)
			return false;
	return true;
}

static inline bool write_page(uint32_t address)
{
	uint32_t size = sector_size(address);
	bool equal = !memcmp(lpc.flash + address, lpc.page, PAGE);

	if (address % size) {
		if (!looks_blank(address, PAGE))
			return equal;
	} else if (!looks_blank(address, size)) {
		if (equal && looks_blank(address + PAGE, size - PAGE))
			return true;
		memset(lpc.flash + address, 0xff, size);
	}
	lpc.pages += address % size == 0;
	for (uint32_t i = 0; i < PAGE; i++)
		lpc.flash[address + i] &= lpc.page[i];
	return true;
}

static inline bool write_block(uint32_t address, const uint8_t *data)
{
	if (address != lpc.next && (address % PAGE || lpc.next % PAGE))
		return false;
	lpc.next = address;
	memcpy(lpc.page + address % PAGE, data, BLOCK);
	if (address % PAGE == PAGE - BLOCK &&
	    !write_page(address - address % PAGE))
		return false;
	lpc.next += BLOCK;
	return true;
}

static inline void answer(uint8_t code, const uint8_t *payload, size_t words)
{
	lpc.answer_len = (size_t)kcan_kat_encode(
		lpc.answer, &(struct kcan_kat_block){ .code = code,
						      .words = (uint8_t)words,
						      .payload = payload });
}

static inline void connected(void)
{
	struct kcan_kat_ident ident = { .protocol = KCAN_KAT_PROTOCOL,
					.app_start = START,
					.block_size = BLOCK,
					.mcu = "lpc1769" };

	lpc.answer_len = (size_t)kcan_kat_encode_ident(lpc.answer, &ident);
}

static inline void obey(const struct kcan_kat_block *block)
{
	uint8_t payload[8 + BLOCK] = { block->code };
	struct util_cursor c =
		util_cursor_reading(block->payload, 4u * block->words);
	uint32_t address = util_get_le32(&c);

	if (block->words)
		memcpy(payload + 4, block->payload, 4);
	lpc.complete |= block->code == KCAN_KAT_COMPLETE;
	if (block->code == KCAN_KAT_CONNECT) {
		connected();
	} else if (block->code == KCAN_KAT_REQUEST_BLOCK) {
		memcpy(payload + 8, lpc.flash + address, BLOCK);
		answer(KCAN_KAT_ACK, payload, 18);
	} else if (block->code == KCAN_KAT_SEND_BLOCK &&
		   !write_block(address, block->payload + 4)) {
		answer(KCAN_KAT_ERROR, NULL, 0);
	} else {
		answer(KCAN_KAT_ACK, payload,
		       block->code == KCAN_KAT_COMPLETE ? 1 : 2);
	}
}

#endif
