// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "../support/unit.h"
#include "../support/vectors.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <kcan/kat.h>

#include "util/crc16.h"
#include "util/hex.h"

static struct vector vectors[VECTORS_MAX];

static size_t unhex(const char *text, uint8_t out[static KCAN_KAT_MAX])
{
	size_t len = strlen(text) / 2;

	assert_in_range(len, KCAN_KAT_MIN, KCAN_KAT_MAX);
	assert_int_equal(util_hex_decode(out, text, 2 * len), 0);
	return len;
}

static size_t vector_named(const char *name, uint8_t out[static KCAN_KAT_MAX])
{
	for (size_t i = 0; i < VECTORS_MAX; i++)
		if (!strcmp(vectors[i].name, name))
			return unhex(vectors[i].value, out);
	fail_msg("no vector is named %s", name);
	abort();
}

/* katapult-protocol.md, section 2 */
static const struct crc_row {
	const char *name;
	const char *data;
	size_t len;
	uint16_t want;
} crc_rows[] = {
	{ "crc of nothing", "", 0, 0xffff },
	{ "crc of 00", "\x00", 1, 0x0f87 },
	{ "crc of 01", "\x01", 1, 0x1e0e },
	{ "crc of 123456789", "123456789", 9, 0x6f91 },
	{ "crc of CONNECT", "\x11\x00", 2, 0x7cf1 },
	{ "crc of GET_CANBUS_ID", "\x16\x00", 2, 0x31f9 },
	/* can-admin-channel.md, section 6: Klipper's own use of it */
	{ "crc of a Klipper NAK", "\x05\x10", 2, 0x9e81 },
};

static void test_crc(void **state)
{
	const struct crc_row *row = *state;

	assert_int_equal(util_crc16(row->data, row->len), row->want);
}

/* The other one, of 123456789 by the catalogue, and of what an ADS131M04 sent. */
static void test_crc_that_is_not_reflected(void **state)
{
	static const uint8_t frame[15] = { 0x81 };

	(void)state;
	assert_int_equal(util_crc16_msb("123456789", 9), 0x29b1);
	assert_int_equal(util_crc16_msb(frame, sizeof(frame)), 0xb42d);
	assert_int_equal(util_crc16_msb("", 0), 0xffff);
}

static void test_vector_decodes_and_encodes(void **state)
{
	const struct vector *v = *state;
	uint8_t bytes[KCAN_KAT_MAX], again[KCAN_KAT_MAX];
	size_t len = unhex(v->value, bytes);
	struct kcan_kat_block block;

	assert_int_equal(kcan_kat_decode(&block, bytes, len), len);
	assert_int_equal(block.code, bytes[2]);
	assert_int_equal(block.words, (len - 8) / 4);
	assert_ptr_equal(block.payload, bytes + 4);
	assert_int_equal(kcan_kat_encode(again, &block), len);
	assert_memory_equal(again, bytes, len);
}

static void test_every_cut_vector_needs_more_bytes(void **state)
{
	uint8_t bytes[KCAN_KAT_MAX];
	struct kcan_kat_block block;
	size_t len = vector_named("ACK GET_CANBUS_ID 41f905f55004", bytes);

	(void)state;
	for (size_t cut = 0; cut < len; cut++)
		assert_int_equal(kcan_kat_decode(&block, bytes, cut), 0);
}

static void test_every_flipped_bit_is_noticed(void **state)
{
	uint8_t bytes[KCAN_KAT_MAX];
	struct kcan_kat_block block;
	size_t len = vector_named("ACK GET_CANBUS_ID 41f905f55004", bytes);

	(void)state;
	for (size_t bit = 0; bit < 8 * len; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_true(kcan_kat_decode(&block, bytes, len) <= 0);
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void test_31_words_are_a_framing_error(void **state)
{
	uint8_t bytes[KCAN_KAT_MAX] = { 0x01, 0x88, 0x16, 31 };
	uint8_t payload[128] = { 0 };
	struct kcan_kat_block block = { .code = 0xa0,
					.words = 31,
					.payload = payload };

	(void)state;
	assert_int_equal(kcan_kat_decode(&block, bytes, 8), -EBADMSG);
	block.words = 31;
	assert_int_equal(kcan_kat_encode(bytes, &block), -EMSGSIZE);
}

static void test_trailing_bytes_are_left_alone(void **state)
{
	uint8_t bytes[KCAN_KAT_MAX] = { 0 };
	struct kcan_kat_block block;
	size_t len = vector_named("NACK", bytes);

	(void)state;
	bytes[len] = 0x42;
	assert_int_equal(kcan_kat_decode(&block, bytes, len + 1), len);
	assert_int_equal(block.code, KCAN_KAT_NACK);
}

static void test_canbus_id_is_the_vector(void **state)
{
	const struct kcan_uuid uuid = { { 0xfc, 0xf7, 0xa6, 0x09, 0x32,
					  0x98 } };
	uint8_t want[KCAN_KAT_MAX], got[KCAN_KAT_MAX];
	struct kcan_kat_block block;
	struct kcan_uuid back;
	size_t len = vector_named("ACK GET_CANBUS_ID fcf7a6093298", want);

	(void)state;
	assert_int_equal(kcan_kat_encode_canbus_id(got, &uuid), 20);
	assert_memory_equal(got, want, len);
	assert_int_equal(kcan_kat_decode(&block, got, 20), 20);
	assert_int_equal(kcan_kat_decode_canbus_id(&back, &block), 0);
	assert_true(kcan_uuid_equal(&back, &uuid));
}

#define UUID6 0x41, 0xf9, 0x05, 0xf5, 0x50, 0x04
static const struct id_row {
	const char *name;
	uint8_t code, words;
	uint8_t payload[16];
} no_id_rows[] = {
	{ "another command's ACK is no canbus id",
	  0xa0,
	  3,
	  { 0x11, 0, 0, 0, UUID6 } },
	{ "a command above 8 bits is no canbus id",
	  0xa0,
	  3,
	  { 0x16, 0, 1, 0, UUID6 } },
	{ "four words are no canbus id", 0xa0, 4, { 0x16, 0, 0, 0, UUID6 } },
	{ "two words are no canbus id", 0xa0, 2, { 0x16, 0, 0, 0, UUID6 } },
	{ "no words are no canbus id", 0xa0, 0, { 0 } },
	{ "first pad byte set is no canbus id",
	  0xa0,
	  3,
	  { 0x16, 0, 0, 0, UUID6, 1, 0 } },
	{ "second pad byte set is no canbus id",
	  0xa0,
	  3,
	  { 0x16, 0, 0, 0, UUID6, 0, 1 } },
	{ "the request itself is no canbus id",
	  0x16,
	  3,
	  { 0x16, 0, 0, 0, UUID6 } },
};

static void test_no_canbus_id(void **state)
{
	const struct id_row *row = *state;
	struct kcan_uuid uuid;

	assert_int_equal(
		kcan_kat_decode_canbus_id(
			&uuid, &(struct kcan_kat_block){ row->code, row->words,
							 row->payload }),
		-EBADMSG);
}

static const struct ident_row {
	const char *name; /* of the vector, too */
	struct kcan_kat_ident ident;
} ident_rows[] = {
	{ "ACK CONNECT stm32g0b1xx, start 08002000",
	  { 0x00010100, 0x08002000, 64, "stm32g0b1xx",
	    "v0.0.1-109-g902f335" } },
	{ "ACK CONNECT stm32h723xx, start 08020000",
	  { 0x00010100, 0x08020000, 64, "stm32h723xx",
	    "v0.0.1-109-g902f335" } },
	{ "ACK CONNECT rp2040, start 10004000",
	  { 0x00010100, 0x10004000, 64, "rp2040", "v0.0.1-109-g902f335" } },
	{ "ACK CONNECT stm32f072xb, start 08002000, version \"?\"",
	  { 0x00010100, 0x08002000, 64, "stm32f072xb", "?" } },
};

static void test_ident(void **state)
{
	const struct ident_row *row = *state;
	uint8_t want[KCAN_KAT_MAX], got[KCAN_KAT_MAX];
	size_t len = vector_named(row->name, want);
	struct kcan_kat_block block;
	struct kcan_kat_ident back;

	assert_int_equal(kcan_kat_encode_ident(got, &row->ident), len);
	assert_memory_equal(got, want, len);
	assert_int_equal(kcan_kat_decode(&block, want, len), len);
	assert_int_equal(kcan_kat_decode_ident(&back, &block), 0);
	assert_int_equal(back.protocol, row->ident.protocol);
	assert_int_equal(back.app_start, row->ident.app_start);
	assert_int_equal(back.block_size, row->ident.block_size);
	assert_string_equal(back.mcu, row->ident.mcu);
	assert_string_equal(back.version, row->ident.version);
}

#define HEAD 0x11, 0, 0, 0, 0, 1, 1, 0, 0, 0x20, 0, 8, 64, 0, 0, 0

static void test_ident_with_one_nul_between_the_texts(void **state)
{
	static const uint8_t payload[] = { HEAD, 'a', 'b', 0, 'v' };
	struct kcan_kat_ident got;

	(void)state;
	assert_int_equal(
		kcan_kat_decode_ident(
			&got, &(struct kcan_kat_block){ KCAN_KAT_ACK,
							sizeof(payload) / 4,
							payload }),
		0);
	assert_string_equal(got.mcu, "ab");
	assert_string_equal(got.version, "v");
}

static void test_ident_of_1_0_has_no_version(void **state)
{
	static const uint8_t payload[] = { HEAD, 'a', 'b', 'c', 'd' };
	struct kcan_kat_ident got;

	(void)state;
	assert_int_equal(
		kcan_kat_decode_ident(
			&got, &(struct kcan_kat_block){ KCAN_KAT_ACK,
							sizeof(payload) / 4,
							payload }),
		0);
	assert_string_equal(got.mcu, "abcd");
	assert_string_equal(got.version, "");
}

static void test_ident_with_a_cut_head_is_refused(void **state)
{
	static const uint8_t payload[] = { HEAD };
	struct kcan_kat_ident got;

	(void)state;
	assert_int_equal(kcan_kat_decode_ident(
				 &got, &(struct kcan_kat_block){ KCAN_KAT_ACK,
								 3, payload }),
			 -EBADMSG);
}

static void test_ident_with_endless_text_is_cut(void **state)
{
	uint8_t payload[120] = { HEAD };
	struct kcan_kat_ident got;

	(void)state;
	memset(payload + 16, 'x', sizeof(payload) - 16);
	assert_int_equal(kcan_kat_decode_ident(
				 &got, &(struct kcan_kat_block){ KCAN_KAT_ACK,
								 30, payload }),
			 0);
	assert_int_equal(strlen(got.mcu), KCAN_KAT_TEXT_MAX - 1);
	assert_string_equal(got.version, "");
}

static void test_ident_too_long_for_a_block_is_refused(void **state)
{
	struct kcan_kat_ident ident = { .protocol = 1 };
	uint8_t out[KCAN_KAT_MAX];

	(void)state;
	memset(ident.mcu, 'm', 60);
	memset(ident.version, 'v', 60);
	assert_int_equal(kcan_kat_encode_ident(out, &ident), -EMSGSIZE);
}

int main(void)
{
	struct CMUnitTest tests[128] = {
		cmocka_unit_test(test_every_cut_vector_needs_more_bytes),
		cmocka_unit_test(test_every_flipped_bit_is_noticed),
		cmocka_unit_test(test_31_words_are_a_framing_error),
		cmocka_unit_test(test_trailing_bytes_are_left_alone),
		cmocka_unit_test(test_canbus_id_is_the_vector),
		cmocka_unit_test(test_ident_with_one_nul_between_the_texts),
		cmocka_unit_test(test_ident_of_1_0_has_no_version),
		cmocka_unit_test(test_ident_with_a_cut_head_is_refused),
		cmocka_unit_test(test_ident_with_endless_text_is_cut),
		cmocka_unit_test(test_ident_too_long_for_a_block_is_refused),
		cmocka_unit_test(test_crc_that_is_not_reflected),
	};
	size_t count = vectors_load("katapult.txt", ':', vectors);
	size_t n = 11;

	ROWS(crc_rows, test_crc);
	ROWS(no_id_rows, test_no_canbus_id);
	ROWS(ident_rows, test_ident);
	for (size_t i = 0; i < count; i++)
		tests[n++] = ROW_TEST(vectors[i].name,
				      test_vector_decodes_and_encodes,
				      &vectors[i]);
	return _cmocka_run_group_tests("kat", tests, n, NULL, NULL);
}
