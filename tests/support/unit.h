/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef SUPPORT_UNIT_H
#define SUPPORT_UNIT_H

/* What every cmocka program needs, in the order that cmocka.h asks for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/can.h>

#include "util/array.h"

/* What cmocka 2 calls otherwise. */
#ifdef assert_uint_in_range
#undef assert_in_range
#define assert_in_range assert_uint_in_range
#endif

/** End a case that cannot be tried here; tests/run prints @why above its name. */
#define skip_as(why)                                   \
	do {                                           \
		print_message("# skipped: " why "\n"); \
		skip();                                \
	} while (0)

/** A case of its own, named by @n, for one row of a table. */
#define ROW_TEST(n, f, row)                                                   \
	(struct CMUnitTest)                                                   \
	{                                                                     \
		.name = (n), .test_func = (f), .initial_state = (void *)(row) \
	}

/** Append one case per row of @rows, each by its own name, to tests[n++]. */
#define ROWS(rows, func)                                 \
	for (size_t i_ = 0; i_ < ARRAY_SIZE(rows); i_++) \
	tests[n++] = ROW_TEST(rows[i_].name, func, &rows[i_])

/** A frame in one line: FRAME(0x3f0, 0x02, 0x11, ...) */
#define FRAME(id, ...)                                                      \
	((struct can_frame){ .can_id = (id),                                \
			     .can_dlc = sizeof((uint8_t[]){ __VA_ARGS__ }), \
			     .data = { __VA_ARGS__ } })

#define assert_frame_equal(a, b)                                   \
	do {                                                       \
		const struct can_frame a_ = (a), b_ = (b);         \
                                                                   \
		assert_int_equal(a_.can_id, b_.can_id);            \
		assert_int_equal(a_.can_dlc, b_.can_dlc);          \
		assert_memory_equal(a_.data, b_.data, b_.can_dlc); \
	} while (0)

#endif
