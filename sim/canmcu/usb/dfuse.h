/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_USB_DFUSE_H
#define CANMCU_USB_DFUSE_H

#include <stddef.h>
#include <stdint.h>

#include "../board/flash.h"
#include "device.h"

#define DFUSE_TRANSFER_MAX 2048 /* bytes */
#define DFUSE_MEMORY_TEXT_MAX 96

/** DFU 1.1, section 6.1.2: those that this device can be in. */
enum dfuse_state {
	DFUSE_IDLE = 2,
	DFUSE_DNLOAD_SYNC,
	DFUSE_DNBUSY,
	DFUSE_DNLOAD_IDLE,
	DFUSE_MANIFEST_SYNC,
	DFUSE_MANIFEST,
	DFUSE_UPLOAD_IDLE = 9,
	DFUSE_ERROR,
};

/** The same: bStatus. */
enum dfuse_status {
	DFUSE_OK,
	DFUSE_ERR_TARGET, /* there is no flash */
	DFUSE_ERR_WRITE = 3,
	DFUSE_ERR_ERASE,
	DFUSE_ERR_STALLED = 15, /* a request that makes no sense now */
};

/**
 * struct dfuse_env - what the bootloader works on
 *
 * Called from within the personality. The first three may return -EAGAIN: then
 * the same is asked again at the host's next request. Addresses are any that
 * the host gives, but for @read: there they are within the flash.
 */
struct dfuse_env {
	/* Return: how many bytes were erased, or a negative errno. */
	int (*erase)(void *arg, uint32_t address, uint64_t now_us);
	int (*program)(void *arg, uint32_t address, const uint8_t *data,
		       size_t len, uint64_t now_us);
	int (*read)(void *arg, uint32_t address, uint8_t *out, size_t len,
		    uint64_t now_us);
	/*
	 * To start what is at @address. The host is told, by an answer that is
	 * not sent yet: the device is to disappear behind it.
	 */
	void (*leave)(void *arg, uint32_t address, uint64_t now_us);
	void *arg;
};

struct dfuse_cfg {
	uint32_t start;	  /* of the flash: address */
	uint32_t size;	  /* bytes */
	uint32_t busy_us; /* what an erase or a write takes at least */
};

struct dfuse_job;

/**
 * struct dfuse - the bootloader in the ROM of an STM32, on USB
 *
 * Pure. Sources: usbip-gsusb-bridge.md, sections 3.3 and 4.6; for what dfu-util
 * does not use, DFU 1.1 and AN3156 of ST.
 */
struct dfuse {
	const struct dfuse_env *env;
	struct dfuse_cfg cfg;
	enum dfuse_state state;
	enum dfuse_status status;
	uint32_t address;	     /* that block 2 is at */
	const struct dfuse_job *job; /* in work; NULL: finished */
	uint32_t job_address;
	uint64_t busy_until_us;
	size_t data_len;
	uint8_t data[DFUSE_TRANSFER_MAX];
};

/** Its @self is a struct dfuse. */
extern const struct usb_personality dfuse_personality;

/** As after a reset into the ROM; @env must outlive @d. */
void dfuse_init(struct dfuse *d, const struct dfuse_cfg *cfg,
		const struct dfuse_env *env);

/**
 * dfuse_memory_text() - what its interface is called
 *
 * "@Internal Flash  /0x08000000/04*016Kg,01*064Kg,03*128Kg": dfu-util reads the
 * erase units in it.
 */
void dfuse_memory_text(char out[static DFUSE_MEMORY_TEXT_MAX],
		       const struct flash_map *map, uint32_t size);

#endif
