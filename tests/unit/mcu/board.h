/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_CANMCU_BOARD_H
#define UNIT_CANMCU_BOARD_H

/* One MCU on a bench: what it sends and reports is kept, time is a number. */
#include <stdio.h>
#include <string.h>

#include "../../../sim/canmcu/mcu/mcu.h"
#include "../../support/unit.h"

#define UUID                                               \
	{                                                  \
		{                                          \
			0x41, 0xf9, 0x05, 0xf5, 0x50, 0x04 \
		}                                          \
	}
#define NEVER UINT64_MAX

struct board {
	struct mcu mcu;
	struct mcu_env env;
	struct can_frame sent[320];
	size_t sent_len;
	uint8_t written[2304]; /* on a serial line */
	size_t written_len;
	size_t full_at; /* bytes that the line takes in all; 0: any */
	enum event_type events[64];
	size_t events_len;
	char reason[128]; /* of the last shutdown, crash, flash error */
	uint64_t now_us;
};

static inline void board_transmit(void *arg, struct mcu *m,
				  const struct can_frame *f, uint64_t now_us)
{
	struct board *b = arg;

	(void)m;
	(void)now_us;
	assert_in_range(b->sent_len, 0, ARRAY_SIZE(b->sent) - 1);
	b->sent[b->sent_len++] = *f;
}

static inline size_t board_write(void *arg, struct mcu *m, const uint8_t *bytes,
				 size_t len, uint64_t now_us)
{
	struct board *b = arg;

	(void)m;
	(void)now_us;
	if (b->full_at && len > b->full_at - b->written_len)
		len = b->full_at - b->written_len;
	assert_in_range(len, 0, sizeof(b->written) - b->written_len);
	memcpy(b->written + b->written_len, bytes, len);
	b->written_len += len;
	return len;
}

static inline void board_event(void *arg, const struct event *event)
{
	struct board *b = arg;

	if (event->type == EVENT_SHUTDOWN || event->type == EVENT_CRASH ||
	    event->type == EVENT_FLASH_ERROR)
		snprintf(b->reason, sizeof(b->reason), "%s", event->text);
	assert_in_range(b->events_len, 0, ARRAY_SIZE(b->events) - 1);
	b->events[b->events_len++] = event->type;
}

static inline struct mcu_cfg board_cfg(const char *type)
{
	return (struct mcu_cfg){ .uuid = UUID,
				 .type = mcu_type_find(type),
				 .bootloader = BOOTLOADER_KATAPULT,
				 .state = MCU_KLIPPER,
				 .boot_us = 30000,
				 .nodeid = -1,
				 .double_reset = true,
				 .ecc = true };
}

/* What runs on boards: said by who includes this. */
static struct mcu_software board_software(void);

static inline void board_init(struct board *b, const struct mcu_cfg *cfg)
{
	memset(b, 0, sizeof(*b));
	b->env = (struct mcu_env){ .transmit = board_transmit,
				   .write = board_write,
				   .arg = b,
				   .software = board_software(),
				   .events = { board_event, b } };
	b->now_us = 1000000;
	assert_int_equal(mcu_init(&b->mcu, cfg, &b->env), 0);
}

static inline void board_run(struct board *b)
{
	mcu_run(&b->mcu, b->now_us);
}

/* Move time, stopping at whatever is due on the way. */
static inline void board_wait(struct board *b, uint64_t us)
{
	b->now_us += us;
	board_run(b);
}

static inline void board_hear(struct board *b, struct can_frame frame)
{
	mcu_rx(&b->mcu, &frame, b->now_us);
	board_run(b);
}

/* The wire takes all that the hardware holds, until nothing is left. */
static inline void board_drain(struct board *b)
{
	for (size_t done = 0; done < b->sent_len; done++) {
		mcu_tx_done(&b->mcu);
		board_run(b);
	}
}

static inline bool board_reported(const struct board *b, enum event_type type)
{
	for (size_t i = 0; i < b->events_len; i++)
		if (b->events[i] == type)
			return true;
	return false;
}

#endif
