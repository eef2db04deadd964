/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_CANMCU_STORY_H
#define UNIT_CANMCU_STORY_H

/* What a host and a user do to a board, and what is seen of it. */
#include <stdlib.h>

#include "host.h"

#define STORY_STEPS 10

/**
 * One step. Time passes, then something is done: messages of one block in hex,
 * "put PIN LEVEL", or "look PIN", whose answer is "USE LEVEL". "": nothing.
 */
struct story_step {
	const char *say;
	const char *want; /* all that was heard since the last step */
	uint64_t wait_us;
};

struct story {
	const char *name;
	struct story_step steps[STORY_STEPS];
};

static inline uint8_t story_pin(const struct host *h, const char *name)
{
	int pin = pins_find(h->board.mcu.cfg.type->pins, name);

	assert_in_range(pin, 0, PINS_MAX - 1);
	return (uint8_t)pin;
}

static inline bool story_user(struct host *h, const char *say)
{
	char name[16], *at = h->text;
	const char *use;
	float level;

	if (sscanf(say, "put %15s %f", name, &level) == 2) {
		assert_int_equal(mcu_put_pin(&h->board.mcu, story_pin(h, name),
					     level, h->board.now_us),
				 0);
		return true;
	}
	if (sscanf(say, "look %15s", name) != 1)
		return false;
	assert_string_equal(h->text, "");
	level = mcu_look_at_pin(&h->board.mcu, story_pin(h, name), &use,
				h->board.now_us);
	sprintf(at, "%s %g", use, (double)level);
	return true;
}

static inline void story_play(struct host *h, const struct story_step *step)
{
	h->heard_len = 0;
	board_wait(&h->board, step->wait_us);
	host_hear(h);
	host_text(h);
	if (step->say[0] && !story_user(h, step->say)) {
		/* what came by itself is not part of the answer */
		assert_string_equal(h->text, "");
		host_ask(h, step->say);
	}
	assert_string_equal(h->text, step->want);
}

/* All that happens to it from its assignment on. One tick is a microsecond. */
static inline void story_tell(struct host *h, const struct story_step *steps)
{
	host_assign(h, 4);
	h->board.mcu.live.start_us = h->board.now_us;
	for (size_t i = 0; i < STORY_STEPS && steps[i].say; i++)
		story_play(h, &steps[i]);
}

/* A row of a table of stories. */
static inline void story_test(void **state)
{
	const struct story *story = *state;
	struct host h;

	host_start(&h, "stm32g0b1xx");
	story_tell(&h, story->steps);
	host_end(&h);
}

/* Begin one with a device on a bus. Return: that; its wires are its first member. */
static inline void *story_connect(struct host *h,
				  const struct device_kind *kind,
				  struct device_wires wires)
{
	struct device_wires *device;

	host_start(h, "stm32g0b1xx");
	device = devices_add(&h->board.mcu.devices, kind);
	assert_non_null(device);
	*device = wires;
	return device;
}

#endif
