/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_USB_DFUSE_BOARD_H
#define UNIT_USB_DFUSE_BOARD_H

/* A board with the bootloader in its ROM, and what dfu-util asks of it. */
#include "host.h"

#include "../../../sim/canmcu/board/family.h"
#include "../../../sim/canmcu/usb/dfuse.h"

#define START 0x08000000u

struct board {
	struct host host;
	struct flash flash;
	struct dfuse dfuse;
	struct dfuse_env env;
	int err;	   /* of whatever is done next */
	uint32_t leave_at; /* 0: not yet */
};

static inline int erase(void *arg, uint32_t address, uint64_t now_us)
{
	struct board *b = arg;
	struct flash_result result;

	(void)now_us;
	if (b->err)
		return b->err;
	result = flash_erase(&b->flash, address);
	return result.err ? result.err : (int)result.erased_bytes;
}

static inline int program(void *arg, uint32_t address, const uint8_t *data,
			  size_t len, uint64_t now_us)
{
	struct board *b = arg;

	(void)now_us;
	return b->err ? b->err : flash_program(&b->flash, address, data, len);
}

static inline int read_flash(void *arg, uint32_t address, uint8_t *out,
			     size_t len, uint64_t now_us)
{
	struct board *b = arg;

	(void)now_us;
	return b->err ? b->err : flash_read(&b->flash, address, out, len);
}

static inline void leave(void *arg, uint32_t address, uint64_t now_us)
{
	(void)now_us;
	((struct board *)arg)->leave_at = address;
}

static inline struct board *new_board(const char *type, uint32_t busy_us)
{
	const struct mcu_type *t = mcu_type_find(type);
	struct dfuse_cfg cfg = { START, t->flash_size, busy_us };
	struct board *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	flash_init(&b->flash, t->flash_map, t->flash_size, mcu_type_stack(t));
	b->env = (struct dfuse_env){ .erase = erase,
				     .program = program,
				     .read = read_flash,
				     .leave = leave,
				     .arg = b };
	dfuse_init(&b->dfuse, &cfg, &b->env);
	host_attach(&b->host, &dfuse_personality, &b->dfuse,
		    &(struct usb_identity){ 0 });
	host_configure(&b->host);
	return b;
}

static inline void end(struct board *b)
{
	host_detach(&b->host);
	flash_fini(&b->flash);
	free(b);
}

static const uint8_t image[2048] = { 0x00, 0x40, 0x00, 0x20,	     0xc1,
				     0x01, 0x00, 0x08, [2047] = 0x55 };

/* Requests, and their answers. */
#define DNLOAD(block, data)                                                 \
	{                                                                   \
		{ 0x21, 1, (block), 0, 0, 0, sizeof(data) - 1, 0 }, (data), \
			sizeof(data) - 1                                    \
	}
#define DNLOAD_IMAGE                                                     \
	{                                                                \
		{ 0x21, 1, 2, 0, 0, 0, 0, 8 }, (const char *)image, 2048 \
	}
#define DNLOAD_END                                     \
	{                                              \
		{ 0x21, 1, 2, 0, 0, 0, 0, 0 }, NULL, 0 \
	}
#define UPLOAD(block, data, len)                                       \
	{                                                              \
		{ 0xa1, 2, (block), 0, 0, 0, (len)&0xff, (len) >> 8 }, \
			(const char *)(data), (len)                    \
	}
#define STATUS(status, poll, state)                                           \
	{                                                                     \
		{ 0xa1, 3, 0, 0, 0, 0, 6, 0 }, status poll "\0\0" state "\0", \
			6                                                     \
	}
#define GETSTATE(state)                                    \
	{                                                  \
		{ 0xa1, 5, 0, 0, 0, 0, 1, 0 }, state "", 1 \
	}
#define ABORT                                          \
	{                                              \
		{ 0x21, 6, 0, 0, 0, 0, 0, 0 }, NULL, 0 \
	}
#define CLRSTATUS                                      \
	{                                              \
		{ 0x21, 4, 0, 0, 0, 0, 0, 0 }, NULL, 0 \
	}
#define STALLED(request)                                           \
	{                                                          \
		{ 0x21, (request), 0, 0, 0, 0, 0, 0 }, NULL, STALL \
	}
#define SET_INTERFACE                                   \
	{                                               \
		{ 0x01, 11, 0, 0, 0, 0, 0, 0 }, NULL, 0 \
	}
#define OK_IDLE STATUS("\0", "\0", "\2")
#define OK_BUSY STATUS("\0", "\0", "\4")
#define OK_DONE STATUS("\0", "\0", "\5")
#define OK_MANIFEST STATUS("\0", "\0", "\7")

static inline void play(struct board *b, const struct control *c, size_t len)
{
	for (size_t i = 0; i < len; i++)
		host_control(&b->host, &c[i]);
}

#endif
