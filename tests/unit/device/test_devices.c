// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/device
/* What a board does with devices of any kind. */
#include "../../support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../sim/canmcu/device/devices.h"

#define NOW_US 7000000

/* It is at its pin, holds something, and remembers what it was told. */
struct probe {
	struct device_base base; /* first */
	float driven;
	int32_t steps;
	uint64_t reset_us;
	const struct device_board *board;
	int *held;
	int *releases;
};

static void drive(void *self, uint8_t pin, float level, uint64_t now_us)
{
	struct probe *p = self;

	assert_int_equal(now_us, NOW_US);
	if (p->base.pin.number == pin)
		p->driven = level;
}

static float read_level(const void *self, uint64_t now_us)
{
	const struct probe *p = self;

	return (float)p->board->steps(p->board->ctx, p->base.pin.number,
				      now_us);
}

static struct device_edges edges(const void *self, uint64_t now_us)
{
	(void)self;
	return (struct device_edges){ 5, now_us };
}

static void stepped(void *self, uint8_t step_pin, int32_t steps)
{
	struct probe *p = self;

	if (p->base.pin.number == step_pin)
		p->steps += steps;
}

static void reset(void *self, uint64_t now_us)
{
	struct probe *p = self;

	p->reset_us = now_us;
	p->held = malloc(sizeof(*p->held));
	assert_non_null(p->held);
}

static void release(void *self)
{
	struct probe *p = self;

	free(p->held);
	if (p->releases)
		++*p->releases;
}

static void mount(void *self, const struct device_board *board)
{
	struct probe *p = self;

	p->board = board;
}

static const struct device_kind probe_kind = {
	.size = sizeof(struct probe),
	.mount = mount,
	.drive = drive,
	.level = read_level,
	.edges = edges,
	.stepped = stepped,
	.reset = reset,
	.release = release,
};
/* What does nothing is asked nothing. */
static const struct device_kind still_kind = { .size = 1 };

static int32_t ten_times(const void *ctx, uint8_t step_pin, uint64_t now_us)
{
	assert_int_equal(now_us, NOW_US);
	return *(const int *)ctx * step_pin;
}

static struct probe *add(struct devices *d, uint8_t pin)
{
	struct probe *p = devices_add(d, &probe_kind);

	assert_non_null(p);
	p->base.pin = (struct device_pin){ true, false, pin };
	return p;
}

static void test_each_is_told_and_the_right_one_answers(void **state)
{
	const int ten = 10;
	const struct device_board board = { ten_times, &ten };
	struct device_edges e;
	struct devices d = { 0 };
	struct probe *a, *b;
	float level = -1;

	(void)state;
	assert_non_null(devices_add(&d, &still_kind));
	a = add(&d, 1);
	b = add(&d, 2);
	devices_mount(&d, &board);
	devices_drive(&d, 2, 0.5F, NOW_US);
	devices_stepped(&d, 1, -3);
	devices_stepped(&d, 1, 1);
	devices_reset(&d, NOW_US);
	assert_ptr_equal(a->board, &board);
	assert_ptr_equal(b->board, &board);
	assert_float_equal(a->driven, 0, 0);
	assert_float_equal(b->driven, 0.5F, 0);
	assert_int_equal(a->steps, -2);
	assert_int_equal(b->steps, 0);
	assert_int_equal(a->reset_us, NOW_US);
	assert_int_equal(b->reset_us, NOW_US);
	assert_true(devices_read(&d, 2, NOW_US, &level));
	assert_float_equal(level, 20, 0);
	assert_false(devices_read(&d, 3, NOW_US, &level));
	assert_true(devices_edges(&d, 1, NOW_US, &e));
	assert_int_equal(e.count, 5);
	assert_false(devices_edges(&d, 3, NOW_US, &e));
	assert_false(devices_move(&d, 1));
	devices_fini(&d);
	assert_int_equal(d.len, 0);
}

/* It is on the board, and its wires to the others are not. */
static void test_what_is_unplugged_is_not_heard(void **state)
{
	const int ten = 10;
	const struct device_board board = { ten_times, &ten };
	struct device_kind pulled_kind = probe_kind;
	struct devices d = { 0 }, copy = { 0 };
	struct device_edges e;
	struct probe *a, *b;
	float level = -1;

	(void)state;
	pulled_kind.pulled_up = true;
	a = add(&d, 2);
	b = devices_add(&d, &pulled_kind);
	b->base.pin = (struct device_pin){ true, false, 3 };
	d.list[0].section = d.list[1].section = "fan";
	assert_false(devices_have(&d, "fan2"));
	assert_true(devices_have(&d, "fan"));
	devices_connect(&d, "fan2", false);
	assert_true(devices_edges(&d, 2, NOW_US, &e));
	devices_connect(&d, "fan", false);
	devices_drive(&d, 2, 0.5F, NOW_US);
	assert_float_equal(a->driven, 0.5F, 0);
	assert_int_equal(devices_copy(&copy, &d), 0);
	devices_mount(&copy, &board);
	assert_false(devices_edges(&copy, 2, NOW_US, &e));
	assert_false(devices_read(&copy, 2, NOW_US, &level));
	assert_true(devices_read(&copy, 3, NOW_US, &level));
	assert_float_equal(level, 1, 0);
	devices_connect(&copy, "fan", true);
	assert_true(devices_read(&copy, 3, NOW_US, &level));
	assert_float_equal(level, 30, 0);
	devices_fini(&copy);
	devices_fini(&d);
}

static void test_a_copy_goes_its_own_way(void **state)
{
	struct devices d = { 0 }, copy = { 0 };
	int releases = 0;

	(void)state;
	add(&d, 1)->releases = &releases;
	assert_int_equal(devices_copy(&copy, &d), 0);
	devices_drive(&copy, 1, 1, NOW_US);
	devices_reset(&copy, NOW_US);
	assert_float_equal(((struct probe *)copy.list[0].self)->driven, 1, 0);
	assert_float_equal(((struct probe *)d.list[0].self)->driven, 0, 0);
	devices_fini(&copy);
	assert_int_equal(releases, 1);
	devices_fini(&d);
	assert_int_equal(releases, 2);
	assert_int_equal(devices_copy(&copy, NULL), 0);
	assert_int_equal(copy.len, 0);
}

static void test_the_keys_of_all_kinds_are_read(void **state)
{
	char key[64];
	int used;

	(void)state;
	assert_non_null(device_kinds[0]);
	for (const struct device_kind *const *k = device_kinds; *k; k++) {
		const char *at = (*k)->keys;

		for (; sscanf(at, " %63s%n", key, &used) == 1; at += used)
			assert_true(device_reads(key));
		assert_true(at > (*k)->keys);
	}
	assert_false(device_reads("colour"));
	assert_false(device_reads("sensor"));
	assert_false(device_reads("sensor_pin sensor_type"));
	assert_false(device_reads(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_is_told_and_the_right_one_answers),
		cmocka_unit_test(test_what_is_unplugged_is_not_heard),
		cmocka_unit_test(test_a_copy_goes_its_own_way),
		cmocka_unit_test(test_the_keys_of_all_kinds_are_read),
	};

	return cmocka_run_group_tests_name("devices", tests, NULL, NULL);
}
