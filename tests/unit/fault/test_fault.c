// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/fault
/* Faults: how they are written, and when they strike. */
#include "../../support/unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../../../sim/canmcu/fault/fault.h"

#define UUID                                               \
	{                                                  \
		{                                          \
			0x11, 0x22, 0x33, 0x44, 0x55, 0x66 \
		}                                          \
	}

static const struct good {
	const char *name;
	const char *text;
	const char *want; /* as it is written out; NULL: the same */
} goods[] = {
	{ "a name alone", "drop", NULL },
	{ "one direction", "drop rx", NULL },
	{ "the only direction it has is not written", "mute tx", "mute" },
	{ "a chance as a fraction", "drop tx chance=0.05", NULL },
	{ "a chance in per cent", "drop chance=5%", "drop chance=0.05" },
	{ "a chance of 1 is as usual", "drop chance=1", "drop" },
	{ "commas and tabs divide words", "drop,rx,\tchance=0.5",
	  "drop rx chance=0.5" },
	{ "a delay", "delay tx ms=50 after=3 count=2", NULL },
	{ "a byte", "corrupt byte=7", NULL },
	{ "an address in hex", "write-fail address=0x08003000", NULL },
	{ "an address in decimal", "write-fail address=134230016",
	  "write-fail address=0x08003000" },
	{ "a power loss that ends", "power-loss ms=500 after=12", NULL },
	{ "another UUID", "wrong-uuid uuid=AABBCCDDEEFF",
	  "wrong-uuid uuid=aabbccddeeff" },
	{ "once is usual for an answer", "answer-busy count=1", "answer-busy" },
	{ "no end", "answer-busy count=0", NULL },
	{ "no end is usual for a frame", "drop count=0", "drop" },
};

static void test_good(void **state)
{
	const struct good *g = *state;
	char error[FAULT_ERROR_MAX], text[FAULT_TEXT_MAX];
	struct fault f;

	assert_int_equal(fault_parse(&f, g->text, error), 0);
	fault_format(text, &f);
	assert_string_equal(text, g->want ? g->want : g->text);
}

static const struct bad {
	const char *name;
	const char *text;
	const char *error; /* a part of it */
} bads[] = {
	{ "nothing", "", "there is no fault ''" },
	{ "an unknown name", "dorp", "there is no fault 'dorp'" },
	{ "an unknown parameter", "drop ms=5",
	  "fault 'drop' takes no 'ms=5': give 'drop [rx|tx] [chance=P] "
	  "[after=N] [count=N]'" },
	{ "a direction that it has not", "mute rx", "takes no 'rx'" },
	{ "a word without a value", "drop chance", "takes no 'chance'" },
	{ "a chance above 1", "drop chance=1.5", "chance '1.5'" },
	{ "a chance that is none", "drop chance=nan", "chance 'nan'" },
	{ "an empty chance", "drop chance=", "chance ''" },
	{ "a delay without its time", "delay rx", "needs its time" },
	{ "a delay of nothing", "delay ms=0", "needs its time" },
	{ "a time above an hour", "delay ms=3600001",
	  "ms '3600001': give a number from 0 to 3600000" },
	{ "a negative number", "drop after=-1", "after '-1'" },
	{ "a byte that no frame has", "corrupt byte=8", "byte '8'" },
	{ "an address above 32 bits", "write-fail address=0x100000000",
	  "address '0x100000000'" },
	{ "a UUID too short", "wrong-uuid uuid=1122", "exactly 12 hex digits" },
};

static void test_bad(void **state)
{
	const struct bad *b = *state;
	char error[FAULT_ERROR_MAX];
	struct fault f = { .kind = FAULT_COUNT };

	assert_int_equal(fault_parse(&f, b->text, error), -EINVAL);
	assert_non_null(strstr(error, b->error));
	assert_int_equal(f.kind, FAULT_COUNT);
}

static void test_every_fault_has_a_row(void **state)
{
	(void)state;
	for (int i = 0; i < FAULT_COUNT; i++) {
		const struct fault_info *info = fault_info(i);

		assert_non_null(info->name);
		assert_non_null(info->parameters);
		assert_non_null(info->meaning);
		assert_non_null(info->stands_for);
	}
	assert_null(fault_info(FAULT_COUNT));
}

/* Return: whether the row of @info says that it takes @parameter. */
static bool says_so(const struct fault_info *info, const char *parameter)
{
	static const struct {
		const char *parameter, *name;
	} only[] = { { "tx", "mute" }, { "rx", "deaf" } };
	size_t len = strcspn(parameter, "=");

	for (size_t i = 0; i < ARRAY_SIZE(only); i++)
		if (!strcmp(parameter, only[i].parameter) &&
		    !strcmp(info->name, only[i].name))
			return true;
	for (const char *at = info->parameters; *at; at++)
		if (!strncmp(at, parameter, len))
			return true;
	return false;
}

static void test_a_fault_takes_what_its_row_says(void **state)
{
	static const char *const parameters[] = { "rx",
						  "tx",
						  "ms=5",
						  "byte=1",
						  "address=0x1000",
						  "uuid=112233445566" };
	char error[FAULT_ERROR_MAX], text[FAULT_TEXT_MAX];
	struct fault f;

	(void)state;
	for (int i = 0; i < FAULT_COUNT; i++) {
		const struct fault_info *info = fault_info(i);
		bool needs_ms = !strcmp(info->name, "delay") ||
				!strcmp(info->name, "boot-late");

		for (size_t k = 0; k < ARRAY_SIZE(parameters); k++) {
			snprintf(text, sizeof(text), "%s%s %s", info->name,
				 needs_ms ? " ms=5" : "", parameters[k]);
			assert_int_equal(
				fault_parse(&f, text, error),
				says_so(info, parameters[k]) ? 0 : -EINVAL);
		}
		snprintf(text, sizeof(text), "%s", info->name);
		assert_int_equal(fault_parse(&f, text, error),
				 needs_ms ? -EINVAL : 0);
	}
}

static void add(struct faults *f, const char *text)
{
	char error[FAULT_ERROR_MAX];
	struct fault fault;

	assert_int_equal(fault_parse(&fault, text, error), 0);
	assert_int_equal(faults_add(f, &fault), 0);
}

/* Of the next 16 opportunities, the first in the highest bit. */
static unsigned int pattern(struct faults *f, struct fault_place place)
{
	unsigned int bits = 0;

	for (int i = 0; i < 16; i++)
		bits = bits << 1 | (faults_strike(f, &place) != NULL);
	return bits;
}

static void init(struct faults *f, uint64_t seed)
{
	faults_init(f, seed, &(struct kcan_uuid)UUID);
}

static const struct when {
	const char *name;
	const char *text;
	struct fault_place place;
	unsigned int want;
} whens[] = {
	{ "always", "ignore-request", { FAULT_IGNORE_REQUEST }, 0xffff },
	{ "never, by chance 0", "drop chance=0", { FAULT_DROP, FAULT_RX }, 0 },
	{ "another kind", "drop", { FAULT_DELAY, FAULT_RX }, 0 },
	{ "the other direction", "drop tx", { FAULT_DROP, FAULT_RX }, 0 },
	{ "both directions", "drop", { FAULT_DROP, FAULT_TX }, 0xffff },
	{ "the first two", "drop count=2", { FAULT_DROP, FAULT_RX }, 0xc000 },
	{ "all but the first three",
	  "drop after=3",
	  { FAULT_DROP, FAULT_RX },
	  0x1fff },
	{ "the fourth and the fifth",
	  "drop after=3 count=2",
	  { FAULT_DROP, FAULT_RX },
	  0x1800 },
	{ "an answer once", "answer-nack", { FAULT_ANSWER_NACK }, 0x8000 },
	{ "an error once", "answer-error", { FAULT_ANSWER_ERROR }, 0x8000 },
	{ "busy once", "answer-busy", { FAULT_ANSWER_BUSY }, 0x8000 },
	{ "stuck once", "stuck", { FAULT_STUCK }, 0x8000 },
	{ "gone once", "leave-early", { FAULT_LEAVE_EARLY }, 0x8000 },
	{ "a dip once", "brown-out", { FAULT_BROWN_OUT }, 0x8000 },
	{ "no power once", "power-loss", { FAULT_POWER_LOSS }, 0x8000 },
	{ "the first byte of a block",
	  "write-fail address=0x1000",
	  { FAULT_WRITE_FAIL, 0, 0x1000 },
	  0xffff },
	{ "the last byte of a block",
	  "write-fail address=0x103f",
	  { FAULT_WRITE_FAIL, 0, 0x1000 },
	  0xffff },
	{ "the first byte of the next block",
	  "write-fail address=0x1040",
	  { FAULT_WRITE_FAIL, 0, 0x1000 },
	  0 },
	{ "the last byte of the block before",
	  "write-fail address=0xfff",
	  { FAULT_WRITE_FAIL, 0, 0x1000 },
	  0 },
	{ "the block at the end of all addresses",
	  "write-fail address=0xffffffff",
	  { FAULT_WRITE_FAIL, 0, 0xffffffc0 },
	  0xffff },
};

static void test_when(void **state)
{
	const struct when *w = *state;
	struct faults f;

	init(&f, 1);
	add(&f, w->text);
	assert_int_equal(pattern(&f, w->place), w->want);
	faults_fini(&f);
}

/* The first values of splitmix64 from 0, as its authors' program prints them. */
static void test_chance_is_splitmix64(void **state)
{
	struct faults f = { .random = 0 };

	(void)state;
	assert_int_equal(faults_random(&f, 1000), 0xe220a8397b1dcdafu % 1000);
	assert_int_equal(faults_random(&f, 1000), 0x6e789e6aa1b965f4u % 1000);
	assert_int_equal(faults_random(&f, 1000), 0x06c45d188009454fu % 1000);
}

static void test_a_seed_repeats_all_chances(void **state)
{
	const struct fault_place drop = { FAULT_DROP, FAULT_RX };
	struct faults a, b, c;

	(void)state;
	init(&a, 7);
	init(&b, 7);
	init(&c, 8);
	add(&a, "drop chance=0.5");
	add(&b, "drop chance=0.5");
	add(&c, "drop chance=0.5");
	for (int i = 0; i < 10; i++)
		assert_int_equal(pattern(&a, drop), pattern(&b, drop));
	assert_int_not_equal(pattern(&a, drop), pattern(&c, drop));
	faults_fini(&a);
	faults_fini(&b);
	faults_fini(&c);
}

static void test_two_mcus_have_chances_of_their_own(void **state)
{
	const struct fault_place drop = { FAULT_DROP, FAULT_RX };
	struct faults a, b;

	(void)state;
	init(&a, 7);
	faults_init(&b, 7, &(struct kcan_uuid){ { 0x11 } });
	add(&a, "drop chance=0.5");
	add(&b, "drop chance=0.5");
	assert_int_not_equal(pattern(&a, drop), pattern(&b, drop));
	faults_fini(&a);
	faults_fini(&b);
}

static void test_a_chance_is_kept(void **state)
{
	const struct fault_place drop = { FAULT_DROP, FAULT_RX };
	struct faults f;

	(void)state;
	init(&f, 1);
	add(&f, "drop chance=0.1");
	for (int i = 0; i < 10000; i++)
		faults_strike(&f, &drop);
	assert_int_equal(f.list[0].met, 10000);
	/* five standard deviations of 30 */
	assert_in_range(f.list[0].struck, 850, 1150);
	faults_fini(&f);
}

static void test_faults_are_removed_by_name_or_all(void **state)
{
	struct faults f;

	(void)state;
	init(&f, 1);
	add(&f, "drop rx");
	add(&f, "mute");
	add(&f, "drop tx");
	assert_int_equal(faults_remove(&f, "delay"), 0);
	assert_int_equal(faults_remove(&f, "drop"), 2);
	assert_int_equal(f.len, 1);
	assert_int_equal(f.list[0].kind, FAULT_MUTE);
	assert_int_equal(faults_remove(&f, NULL), 1);
	assert_int_equal(f.len, 0);
	faults_fini(&f);
}

static void test_there_is_an_end_to_them(void **state)
{
	struct fault fault = { .kind = FAULT_MUTE };
	struct faults f;

	(void)state;
	init(&f, 1);
	for (int i = 0; i < FAULTS_MAX; i++)
		assert_int_equal(faults_add(&f, &fault), 0);
	assert_int_equal(faults_add(&f, &fault), -ENOSPC);
	faults_fini(&f);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(goods) + ARRAY_SIZE(bads) +
				ARRAY_SIZE(whens) + 8] = {
		cmocka_unit_test(test_a_fault_takes_what_its_row_says),
		cmocka_unit_test(test_every_fault_has_a_row),
		cmocka_unit_test(test_a_seed_repeats_all_chances),
		cmocka_unit_test(test_chance_is_splitmix64),
		cmocka_unit_test(test_two_mcus_have_chances_of_their_own),
		cmocka_unit_test(test_a_chance_is_kept),
		cmocka_unit_test(test_faults_are_removed_by_name_or_all),
		cmocka_unit_test(test_there_is_an_end_to_them),
	};
	size_t n = 8;

	ROWS(goods, test_good);
	ROWS(bads, test_bad);
	ROWS(whens, test_when);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
