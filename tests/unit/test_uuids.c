// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/canbus/uuids.c
#include "../support/unit.h"

#include "../../tools/canbus/uuids.h"

static void test_each_is_new_once(void **state)
{
	static const struct kcan_uuid a = { { 1 } }, b = { { 2 } };
	struct uuids u = { 0 };

	(void)state;
	assert_false(uuids_has(&u, &a));
	assert_true(uuids_add(&u, &a));
	assert_false(uuids_add(&u, &a));
	assert_true(uuids_has(&u, &a));
	assert_true(uuids_add(&u, &b));
	assert_int_equal(u.len, 2);
}

static void test_a_flood_ends_when_there_is_no_room(void **state)
{
	struct uuids u = { 0 };
	struct kcan_uuid uuid = { 0 };

	(void)state;
	for (int i = 0; i < UUIDS_MAX; i++) {
		uuid.b[0] = (uint8_t)i;
		uuid.b[1] = (uint8_t)(i >> 8);
		assert_true(uuids_add(&u, &uuid));
	}
	uuid.b[2] = 1;
	assert_false(uuids_add(&u, &uuid));
	assert_int_equal(u.len, UUIDS_MAX);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_is_new_once),
		cmocka_unit_test(test_a_flood_ends_when_there_is_no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
