// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/fault sim/canmcu/wire/wire.c sim/canmcu/world/transceiver.c
/* What becomes of frames between an MCU and its bus. */
#include "../../support/unit.h"

#include <stdio.h>
#include <string.h>

#include "../../../sim/canmcu/world/transceiver.h"

/* Frames are told apart by their first byte, a letter. */
static struct can_frame frame(char letter)
{
	return FRAME(0x109, (uint8_t)letter, 0, 0);
}

static const struct row {
	const char *name;
	const char *faults[2];
	const char *sent; /* letters, one a millisecond; lower case: tx */
	/* what arrives, "." between milliseconds */
	const char *want;
} rows[] = {
	{ "no fault", { NULL }, "ABC", "A.B.C" },
	{ "lost", { "drop" }, "ABC", ".." },
	{ "the second one lost", { "drop after=1 count=1" }, "ABC", "A..C" },
	{ "only what it hears", { "drop rx" }, "AbC", ".b." },
	{ "only what it sends", { "drop tx" }, "AbC", "A..C" },
	{ "mute", { "mute" }, "AbC", "A..C" },
	{ "deaf", { "deaf" }, "AbC", ".b." },
	{ "twice", { "duplicate count=1" }, "ABC", "AA.B.C" },
	{ "late", { "delay ms=2" }, "ABC", "..A.B.C" },
	{ "one late, overtaken by the next",
	  { "delay ms=2 count=1" },
	  "ABCD",
	  ".B.AC.D" },
	{ "the one that is due first comes first",
	  { "delay ms=5 count=1", "delay ms=2" },
	  "ABCD",
	  "...B.C.AD" },
	{ "twice, the second one late",
	  { "duplicate count=1", "delay ms=2" },
	  "AB",
	  "A..A.B" },
	{ "places changed", { "reorder count=1" }, "ABC", ".BA.C" },
	{ "two that wait are released by a third",
	  { "reorder count=2" },
	  "ABC",
	  "..CAB" },
	{ "the other direction does not release it",
	  { "reorder rx count=1" },
	  "AbC",
	  ".b.CA" },
	{ "what is lost meets no other fault",
	  { "drop", "duplicate" },
	  "A",
	  "" },
};

static void take_late(struct transceiver *t, uint64_t now_us, char **at)
{
	enum fault_dir dir;
	struct can_frame f;

	while (transceiver_due(t, now_us, &dir, &f))
		*(*at)++ = (char)f.data[0];
}

static void pass(struct transceiver *t, struct faults *faults, char letter,
		 uint64_t now_us, char **at)
{
	struct can_frame f = frame(letter);
	struct transceiver_out out;

	transceiver_pass(t, faults, letter >= 'a' ? FAULT_TX : FAULT_RX, &f,
			 now_us, &out);
	for (size_t i = 0; i < out.len; i++)
		*(*at)++ = (char)out.frames[i].data[0];
}

static void add(struct faults *faults, const char *text)
{
	char error[FAULT_ERROR_MAX];
	struct fault fault;

	if (!text)
		return;
	assert_int_equal(fault_parse(&fault, text, error), 0);
	assert_int_equal(faults_add(faults, &fault), 0);
}

static void test_row(void **state)
{
	const struct row *r = *state;
	struct transceiver t = { 0 };
	struct faults faults;
	char got[64] = "", *at = got;
	size_t sent = strlen(r->sent);

	faults_init(&faults, 1, &(struct kcan_uuid){ { 1 } });
	add(&faults, r->faults[0]);
	add(&faults, r->faults[1]);
	for (uint64_t ms = 0; ms < sent || t.len; ms++) {
		assert_in_range(ms, 0, 30);
		if (ms)
			*at++ = '.';
		take_late(&t, ms * 1000, &at);
		if (ms < sent)
			pass(&t, &faults, r->sent[ms], ms * 1000, &at);
	}
	*at = '\0';
	assert_string_equal(got, r->want);
	faults_fini(&faults);
	transceiver_fini(&t);
}

static void test_one_bit_is_turned_over(void **state)
{
	struct can_frame whole = FRAME(0x109, 0, 0, 0, 0);
	struct transceiver_out out;
	struct transceiver t = { 0 };
	struct faults faults;

	(void)state;
	faults_init(&faults, 1, &(struct kcan_uuid){ { 1 } });
	add(&faults, "corrupt byte=2");
	transceiver_pass(&t, &faults, FAULT_RX, &whole, 0, &out);
	assert_int_equal(out.len, 1);
	assert_int_equal(out.faults_len, 1);
	assert_int_equal(out.frames[0].can_id, 0x109);
	assert_int_equal(out.frames[0].can_dlc, 4);
	assert_int_equal(__builtin_popcount(out.frames[0].data[2]), 1);
	out.frames[0].data[2] = 0;
	assert_frame_equal(out.frames[0], whole);
	faults_fini(&faults);
}

static void test_an_empty_frame_cannot_be_corrupted(void **state)
{
	struct can_frame empty = { .can_id = 0x109 };
	struct transceiver_out out;
	struct transceiver t = { 0 };
	struct faults faults;

	(void)state;
	faults_init(&faults, 1, &(struct kcan_uuid){ { 1 } });
	add(&faults, "corrupt");
	transceiver_pass(&t, &faults, FAULT_RX, &empty, 0, &out);
	assert_int_equal(out.len, 1);
	assert_int_equal(faults.list[0].met, 0);
	faults_fini(&faults);
}

static void test_a_frame_that_nobody_overtakes_comes_after_20_ms(void **state)
{
	struct can_frame f = frame('A');
	struct transceiver_out out;
	struct transceiver t = { 0 };
	struct faults faults;
	enum fault_dir dir;

	(void)state;
	faults_init(&faults, 1, &(struct kcan_uuid){ { 1 } });
	add(&faults, "reorder");
	transceiver_pass(&t, &faults, FAULT_TX, &f, 1000, &out);
	assert_int_equal(out.len, 0);
	assert_int_equal(transceiver_deadline(&t), 21000);
	assert_false(transceiver_due(&t, 20999, &dir, &f));
	assert_true(transceiver_due(&t, 21000, &dir, &f));
	assert_int_equal(dir, FAULT_TX);
	assert_int_equal(transceiver_deadline(&t), UINT64_MAX);
	faults_fini(&faults);
	transceiver_fini(&t);
}

static void test_late_frames_are_bounded(void **state)
{
	struct can_frame f = frame('A');
	struct transceiver_out out;
	struct transceiver t = { 0 };
	struct faults faults;
	enum fault_dir dir;
	size_t n = 0;

	(void)state;
	faults_init(&faults, 1, &(struct kcan_uuid){ { 1 } });
	add(&faults, "delay ms=1");
	for (int i = 0; i < 2 * TRANSCEIVER_LATE_MAX; i++)
		transceiver_pass(&t, &faults, FAULT_RX, &f, 0, &out);
	while (transceiver_due(&t, 1000, &dir, &f))
		n++;
	assert_int_equal(n, TRANSCEIVER_LATE_MAX);
	faults_fini(&faults);
	transceiver_fini(&t);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows) + 4] = {
		cmocka_unit_test(test_one_bit_is_turned_over),
		cmocka_unit_test(test_an_empty_frame_cannot_be_corrupted),
		cmocka_unit_test(
			test_a_frame_that_nobody_overtakes_comes_after_20_ms),
		cmocka_unit_test(test_late_frames_are_bounded),
	};
	size_t n = 4;

	ROWS(rows, test_row);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
