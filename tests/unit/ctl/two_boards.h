/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_CTL_TWO_BOARDS_H
#define UNIT_CTL_TWO_BOARDS_H

/* Lines that are said to a world of two boards, of which one is off. */
#include "bench.h"

#include <stdlib.h>

static inline int prepare(void **state)
{
	struct mcu_cfg cfgs[] = {
		{ .uuid = { { 0x11, 0x22, 0x33, 0x44, 0x55, 0x66 } },
		  .type = mcu_type_find("stm32g0b1xx"),
		  .bootloader = BOOTLOADER_KATAPULT,
		  .state = MCU_KLIPPER,
		  .boot_us = 30000,
		  .nodeid = -1 },
		{ .uuid = { { 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff } },
		  .type = mcu_type_find("rp2040"),
		  .bootloader = BOOTLOADER_NONE,
		  .state = MCU_OFF,
		  .nodeid = -1 },
	};
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	bench_init(b, cfgs, ARRAY_SIZE(cfgs), 1);
	*state = b;
	return 0;
}

static inline int release(void **state)
{
	struct bench *b = *state;

	bench_fini(b);
	free(b);
	return 0;
}

static inline struct ctl_result say(struct bench *b, const char *line,
				    uint64_t now_us)
{
	return ctl_execute(&b->ctl, line, strlen(line), now_us);
}

#define OK "{\"ok\":true}"
#define NO_COMMAND(text) \
	ERROR("there is no command '" text "': 'help' shows those there are")
/* how it begins: the events follow */
#define NO_EVENT(text)                                       \
	"{\"ok\":false,\"error\":\"there is no event '" text \
	"': give one of ready, state, assigned, "
#define NODE(state)                                                \
	"{\"uuid\":\"112233445566\",\"mcu_type\":\"stm32g0b1xx\"," \
	"\"bootloader\":\"katapult\",\"state\":\"" state "\",\"nodeid\":null}"

struct command_line {
	const char *name;
	const char *text;
	const char *reply; /* NULL: it waits */
};

static inline void test_line(void **state)
{
	const struct command_line *l = *state;
	struct ctl_result r;
	void *b;

	prepare(&b);
	r = say(b, l->text, 1000000);
	assert_int_equal(r.waiting, !l->reply);
	if (l->reply && strchr(l->reply, '}'))
		assert_string_equal(r.reply, l->reply);
	else if (l->reply)
		assert_memory_equal(r.reply, l->reply, strlen(l->reply));
	assert_int_equal(r.quit, !strcmp(l->text, "quit"));
	free(r.reply);
	ctl_subscription_end(&r.subscription);
	release(&b);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, prepare, release)

#endif
