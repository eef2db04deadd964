// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/canbootreq/look/interfaces.c
/* The interfaces that -i any stands for. */
#include "../support/unit.h"

#include <errno.h>
#include <string.h>

#include "../../tools/canbootreq/look/interfaces.h"
#include "../../tools/canbootreq/look/look.h"
#include "../../tools/canbootreq/look/seek.h"

static int up;			    /* how many are, or a negative errno */
static int there;		    /* how many are, up or not: 0 or 1 */
static struct words_facts reported; /* the last end */

int look_up_interfaces(char (*names)[IF_NAMESIZE], size_t max)
{
	for (int i = 0; i < up && (size_t)i < max; i++)
		snprintf(names[i], IF_NAMESIZE, "can%d", i);
	return up;
}

int kcan_link_list(char (*names)[IF_NAMESIZE], size_t max)
{
	if (there && max)
		snprintf(names[0], IF_NAMESIZE, "can3");
	return there;
}

int kcan_link_get(struct kcan_link *link, const char *ifname)
{
	*link = (struct kcan_link){ .is_can = true };
	snprintf(link->name, sizeof(link->name), "%s", ifname);
	return 0;
}

void look_note_link(struct words_facts *facts, const struct kcan_link *link)
{
	facts->link = *link;
}

void look_explain(struct words_facts *facts, int err)
{
	facts->cause = err == -ENODEV ? CAUSE_NO_INTERFACE : CAUSE_LOCAL;
}

void seek_adapter(const struct opts *opts, struct words_facts *facts)
{
	(void)opts;
	/* an adapter in its bootloader would be that of this one */
	assert_string_equal(facts->ifname, "can0");
}

void report_end(struct report *r, const struct words_facts *facts)
{
	(void)r;
	reported = *facts;
}

static bool open_any(struct interfaces *on)
{
	const struct opts opts = { .ifname = "any", .anywhere = true };

	return interfaces_open(on, &opts, NULL);
}

static void test_as_many_as_can_be_waited_for(void **state)
{
	struct interfaces on;

	(void)state;
	up = BUS_GROUP_MAX;
	assert_true(open_any(&on));
	assert_int_equal(on.len, BUS_GROUP_MAX);
	assert_string_equal(on.list[0].ifname, "can0");
	assert_string_equal(on.list[BUS_GROUP_MAX - 1].ifname, "can127");
	interfaces_close(&on);
}

static void test_none_is_left_out_in_silence(void **state)
{
	struct interfaces on;

	(void)state;
	up = BUS_GROUP_MAX + 1;
	assert_false(open_any(&on));
	assert_int_equal(reported.cause, CAUSE_LOCAL);
	assert_string_equal(reported.detail, "more than 128 CAN interfaces are "
					     "up; name one of them with -i");
}

static void test_none_is_up(void **state)
{
	struct interfaces on;

	(void)state;
	up = there = 0;
	assert_false(open_any(&on));
	assert_int_equal(reported.cause, CAUSE_NONE_HERE);
	assert_string_equal(reported.ifname, "any");
	/* the one to be brought up */
	there = 1;
	assert_false(open_any(&on));
	assert_int_equal(reported.cause, CAUSE_NONE_UP);
	assert_string_equal(reported.link.name, "can3");
}

static void test_they_cannot_be_listed(void **state)
{
	struct interfaces on;

	(void)state;
	up = -EMFILE;
	assert_false(open_any(&on));
	assert_int_equal(reported.cause, CAUSE_LOCAL);
	assert_string_equal(reported.ifname, "any");
}

static void test_names_for_which_there_is_no_room_are_told_of(void **state)
{
	struct words_facts facts = { 0 };

	(void)state;
	interfaces_add(&facts, "mcp251xfd_can_0");
	interfaces_add(&facts, "mcp251xfd_can_1");
	interfaces_add(&facts, "mcp251xfd_can_2");
	assert_string_equal(facts.where, "mcp251xfd_can_0, mcp251xfd_can_1, "
					 "mcp251xfd_can_2");
	interfaces_add(&facts, "mcp251xfd_can_3");
	interfaces_add(&facts, "c");
	assert_string_equal(facts.where, "mcp251xfd_can_0, mcp251xfd_can_1, "
					 "mcp251xfd_can_2 and more");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_many_as_can_be_waited_for),
		cmocka_unit_test(test_none_is_left_out_in_silence),
		cmocka_unit_test(test_none_is_up),
		cmocka_unit_test(test_they_cannot_be_listed),
		cmocka_unit_test(
			test_names_for_which_there_is_no_room_are_told_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
