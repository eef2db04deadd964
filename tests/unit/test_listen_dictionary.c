// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * A dictionary that is heard in pieces, and shutdowns that are known with it.
 * Sections and vectors are those of klipper-mcu-protocol.md.
 */
#include "listen_heard.h"

#include <kcan/klp.h>

/* A block of node 4 with this content, frame by frame. */
static void say(struct kcan_listen *l, const uint8_t *content, size_t len)
{
	struct kcan_klp_block block = { .len = (uint8_t)len,
					.content = content };
	uint8_t bytes[KCAN_KLP_MAX];
	int left = kcan_klp_encode(bytes, &block);

	for (const uint8_t *p = bytes; left > 0; p += 8, left -= 8) {
		struct can_frame frame = { .can_id = 0x109,
					   .can_dlc = left < 8 ? left : 8 };

		memcpy(frame.data, p, frame.can_dlc);
		kcan_listen_rx(l, &frame, false, 0);
	}
}

#define SAY(l, ...)                              \
	say(l, (const uint8_t[]){ __VA_ARGS__ }, \
	    sizeof((uint8_t[]){ __VA_ARGS__ }))

/* Section 7: offset and bytes of each piece; the end has none. */
static const struct pieces_row {
	const char *name;
	struct {
		uint8_t offset, len;
	} pieces[6];
	size_t count;
	size_t want; /* bytes of the dictionary; 0: there is none */
} pieces_rows[] = {
	{ "two pieces and the end", { { 0, 40 }, { 40, 7 }, { 47, 0 } }, 3, 47 },
	{ "without the end it is not whole", { { 0, 40 }, { 40, 7 } }, 2, 0 },
	{ "a piece that comes twice counts once",
	  { { 0, 40 }, { 40, 7 }, { 40, 7 }, { 47, 0 } },
	  4,
	  47 },
	{ "a piece was not heard", { { 0, 10 }, { 20, 10 }, { 30, 0 } }, 3, 0 },
	{ "the beginning was not heard", { { 40, 7 }, { 47, 0 } }, 2, 0 },
	{ "the host begins once more",
	  { { 0, 10 }, { 10, 10 }, { 0, 9 }, { 9, 9 }, { 18, 0 } },
	  5,
	  18 },
	{ "an empty dictionary is none", { { 0, 0 } }, 1, 0 },
};

static void test_pieces(void **state)
{
	const struct pieces_row *row = *state;
	struct kcan_listen *l = listen_to((struct heard[HEARD_MAX]){ { 0 } });
	uint8_t content[KCAN_KLP_CONTENT_MAX] = { 0 };
	const uint8_t *got = NULL;
	size_t len = 0;

	for (size_t i = 0; i < row->count; i++) {
		assert_null(got);
		content[1] = row->pieces[i].offset;
		content[2] = row->pieces[i].len;
		for (uint8_t n = 0; n < content[2]; n++)
			content[3 + n] = (uint8_t)(content[1] + n);
		say(l, content, 3u + content[2]);
		got = kcan_listen_dictionary(l, &len);
	}
	assert_int_equal(got != NULL, row->want > 0);
	if (got)
		assert_int_equal(len, row->want);
	for (size_t i = 0; got && i < len; i++)
		assert_int_equal(got[i], i);
	SAY(l, 0x16);
	assert_null(kcan_listen_dictionary(l, &len));
	kcan_listen_free(l);
}

static void test_a_dictionary_without_end_is_no_dictionary(void **state)
{
	struct kcan_listen *l = listen_to((struct heard[HEARD_MAX]){ { 0 } });
	size_t len;

	(void)state;
	/* 1024 pieces of 32 bytes fit; offsets of three bytes, section 5.2 */
	for (unsigned int i = 0; i <= 1024; i++) {
		uint8_t content[5 + 32] = { 0, 0x80 | i * 32 >> 14,
					    0x80 | (i * 32 >> 7 & 0x7f),
					    i * 32 & 0x7f, 32 };

		say(l, content, sizeof(content));
		assert_null(kcan_listen_dictionary(l, &len));
	}
	/* behind what was kept the end is not known */
	SAY(l, 0x00, 0x82, 0x80, 0x20, 0x00);
	assert_null(kcan_listen_dictionary(l, &len));
	kcan_listen_free(l);
}

/* With the ids of section 9.1. */
static const struct known_row {
	const char *name;
	struct heard heard[HEARD_MAX];
	enum kcan_listen_shutdown want;
} known_rows[] = {
	{ "shutdown, which is known",
	  { FAR(1, 0x109, SHUTDOWN_1), FAR(2, 0x109, SHUTDOWN_2) },
	  KCAN_LISTEN_SHUTDOWN },
	{ "one refusal is enough, where its id is known",
	  { FAR(1, 0x109, REFUSED) },
	  KCAN_LISTEN_SHUTDOWN },
	{ "config says that it is in shutdown",
	  { FAR(1, 0x109, CONFIG_1), FAR(2, 0x109, CONFIG_2) },
	  KCAN_LISTEN_SHUTDOWN },
	{ "config says that it is not any more",
	  { FAR(1, 0x109, REFUSED), FAR(2, 0x109, RUNNING_1),
	    FAR(3, 0x109, RUNNING_2) },
	  KCAN_LISTEN_RUNNING },
	{ "a message of that shape with another id, V50 as 24, is none",
	  { FAR(1, 0x109, 0x0b, 0x16, 0x18, 0xad, 0x80, 0xaf, 0x00, 0x03),
	    FAR(2, 0x109, 0x99, 0x59, 0x7e) },
	  KCAN_LISTEN_UNTOLD },
	{ "clear_shutdown, V45, ends it",
	  { FAR(1, 0x109, REFUSED),
	    FAR(2, 0x108, 0x06, 0x13, 0x08, 0xdc, 0x5b, 0x7e) },
	  KCAN_LISTEN_UNTOLD },
	{ "so does reset, V52, and what came before is forgotten",
	  { FAR(1, 0x109, REFUSED),
	    FAR(2, 0x108, 0x06, 0x10, 0x09, 0xe7, 0xba, 0x7e) },
	  KCAN_LISTEN_UNTOLD },
	{ "get_clock does not end it",
	  { FAR(1, 0x109, REFUSED),
	    FAR(2, 0x108, 0x06, 0x17, 0x05, 0x60, 0xde, 0x7e) },
	  KCAN_LISTEN_SHUTDOWN },
	{ "another node may be numbered in another way",
	  { FAR(1, 0x3f0, 0x01, UUID, 0x04), FAR(2, 0x109, REFUSED) },
	  KCAN_LISTEN_UNTOLD },
};

static void test_known(void **state)
{
	static const struct kcan_listen_ids ids = { .shutdown = 18,
						    .is_shutdown = 19,
						    .config = 14,
						    .ends = { 8, 9 } };
	const struct known_row *row = *state;
	struct kcan_listen *l = listen_to((struct heard[HEARD_MAX]){ { 0 } });

	SAY(l, 0x00, 0x00, 0x01, 0x78);
	SAY(l, 0x00, 0x01, 0x00);
	kcan_listen_learn(l, &ids);
	for (int i = 0; i < HEARD_MAX && row->heard[i].frame.can_id; i++)
		kcan_listen_rx(l, &row->heard[i].frame, row->heard[i].here,
			       row->heard[i].at_us);
	assert_int_equal(kcan_listen_node(l, 4)->shutdown, row->want);
	kcan_listen_free(l);
}

int main(void)
{
	struct CMUnitTest
		tests[ARRAY_SIZE(pieces_rows) + ARRAY_SIZE(known_rows) + 1] = {
			cmocka_unit_test(
				test_a_dictionary_without_end_is_no_dictionary),
		};
	size_t n = 1;

	ROWS(pieces_rows, test_pieces);
	ROWS(known_rows, test_known);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
