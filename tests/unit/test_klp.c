// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Blocks, messages and their parameters: klipper-mcu-protocol.md, sections 3 to 5. */
#include "klp_hex.h"

#include <stdlib.h>

#include "../support/vectors.h"

/* klipper-mcu-protocol.md, section 4.3 */
static const char *const empty_blocks[16] = {
	"05109e817e", "05118f087e", "0512bd937e", "0513ac1a7e",
	"0514d8a57e", "0515c92c7e", "0516fbb77e", "0517ea3e7e",
	"051812c97e", "051903407e", "051a31db7e", "051b20527e",
	"051c54ed7e", "051d45647e", "051e77ff7e", "051f66767e",
};

static void test_empty_blocks(void **state)
{
	(void)state;
	for (uint8_t seq = 0; seq < 16; seq++) {
		struct kcan_klp_block block = { .seq = seq }, back;
		uint8_t want[KCAN_KLP_MAX], out[KCAN_KLP_MAX];

		unhex(empty_blocks[seq], want);
		assert_int_equal(kcan_klp_encode(out, &block), KCAN_KLP_MIN);
		assert_memory_equal(out, want, KCAN_KLP_MIN);
		assert_int_equal(kcan_klp_decode(&back, want, KCAN_KLP_MIN),
				 KCAN_KLP_MIN);
		assert_int_equal(back.seq, seq);
		assert_int_equal(back.len, 0);
	}
}

/* klipper-mcu-protocol.md, section 5.2: what the host and the MCU send */
static const struct vlq_row {
	const char *name;
	uint32_t value;
	const char *host;
	const char *mcu;
} vlq_rows[] = {
	{ "vlq 0", 0u, "00", "00" },
	{ "vlq 1", 1u, "01", "01" },
	{ "vlq 95", 95u, "5f", "5f" },
	{ "vlq 96", 96u, "8060", "8060" },
	{ "vlq 127", 127u, "807f", "807f" },
	{ "vlq 128", 128u, "8100", "8100" },
	{ "vlq 8191", 8191u, "bf7f", "bf7f" },
	{ "vlq 8192", 8192u, "c000", "c000" },
	{ "vlq 12287", 12287u, "df7f", "df7f" },
	{ "vlq 12288", 12288u, "80e000", "80e000" },
	{ "vlq 1048575", 1048575u, "bfff7f", "bfff7f" },
	{ "vlq 1572863", 1572863u, "dfff7f", "dfff7f" },
	{ "vlq 1572864", 1572864u, "80e08000", "80e08000" },
	{ "vlq 16777216", 16777216u, "88808000", "88808000" },
	{ "vlq 201326591", 201326591u, "dfffff7f", "dfffff7f" },
	{ "vlq 201326592", 201326592u, "80e0808000", "80e0808000" },
	{ "vlq 305419896", 305419896u, "8191d1ac78", "8191d1ac78" },
	{ "vlq 2147483647", 2147483647u, "87ffffff7f", "87ffffff7f" },
	{ "vlq 2147483648", 2147483648u, "8880808000", "8880808000" },
	{ "vlq 4160749567", 4160749567u, "8fbfffff7f", "8fbfffff7f" },
	{ "vlq 4227858431", 4227858431u, "8fdfffff7f", "8fdfffff7f" },
	{ "vlq 4227858432", 4227858432u, "8fe0808000", "e0808000" },
	{ "vlq 4294443007", 4294443007u, "8fffdfff7f", "ffdfff7f" },
	{ "vlq 4294443008", 4294443008u, "8fffe08000", "e08000" },
	{ "vlq 4294963199", 4294963199u, "8fffffdf7f", "ffdf7f" },
	{ "vlq 4294963200", 4294963200u, "8fffffe000", "e000" },
	{ "vlq 4294967263", 4294967263u, "8fffffff5f", "ff5f" },
	{ "vlq 4294967264", 4294967264u, "8fffffff60", "60" },
	{ "vlq 4294967295", 4294967295u, "8fffffff7f", "7f" },
};

static void check_vlq(const struct vlq_row *row, const char *hex,
		      enum kcan_klp_dir dir)
{
	struct kcan_klp_value in = { .num = row->value }, back;
	struct kcan_klp_format f;
	uint8_t want[8], out[8];
	size_t len = unhex(hex, want);

	assert_int_equal(kcan_klp_format_parse(&f, "clock clock=%u", 15, dir),
			 0);
	assert_int_equal(kcan_klp_msg_encode(out, sizeof(out), &f, &in),
			 len + 1);
	assert_int_equal(out[0], 15);
	assert_memory_equal(out + 1, want, len);
	assert_int_equal(kcan_klp_params_decode(&back, &f, want, len), len);
	assert_int_equal(back.num, row->value);
	/* cut off: beyond the content */
	assert_int_equal(kcan_klp_params_decode(&back, &f, want, len - 1),
			 -EBADMSG);
}

static void test_vlq(void **state)
{
	const struct vlq_row *row = *state;

	check_vlq(row, row->host, KCAN_KLP_COMMAND);
	check_vlq(row, row->mcu, KCAN_KLP_RESPONSE);
}

/* the host's form of a negative number in a signed field: section 5.2 */
static void test_signed_field(void **state)
{
	struct kcan_klp_value in = { .num = 0x80000000u };
	struct kcan_klp_format f;
	uint8_t want[8], out[8];

	(void)state;
	kcan_klp_format_parse(&f, "x pos=%i", 2, KCAN_KLP_COMMAND);
	assert_int_equal(kcan_klp_msg_encode(out, sizeof(out), &f, &in), 6);
	unhex("02f880808000", want);
	assert_memory_equal(out, want, 6);
	assert_int_equal(kcan_klp_params_decode(&in, &f, want + 1, 5), 5);
	assert_int_equal(in.num, 0x80000000u);
}

static const struct format_row {
	const char *name;
	const char *text;
	int id;
	int want;
} format_rows[] = {
	{ "no parameters", "get_config", 2, 0 },
	{ "all types", "x a=%u b=%i c=%hu d=%hi e=%c f=%s g=%.*s h=%*s", 2, 0 },
	{ "two spaces", "x  a=%u", 2, -EINVAL },
	{ "a space behind", "x a=%u ", 2, -EINVAL },
	{ "no name", "", 2, -EINVAL },
	{ "unknown type", "x a=%d", 2, -EINVAL },
	{ "no type", "x a=", 2, -EINVAL },
	{ "id 96 is none", "x", 96, -ERANGE },
	{ "id 12288 is none", "x", 12288, -ERANGE },
	{ "17 parameters",
	  "x a=%c b=%c c=%c d=%c e=%c f=%c g=%c h=%c i=%c j=%c k=%c l=%c "
	  "m=%c n=%c o=%c p=%c q=%c",
	  2, -E2BIG },
};

static void test_format(void **state)
{
	const struct format_row *row = *state;
	struct kcan_klp_format f;

	assert_int_equal(
		kcan_klp_format_parse(&f, row->text, row->id, KCAN_KLP_COMMAND),
		row->want);
}

/* section 5.5: the MCU reads ids as plain numbers */
static const struct id_row {
	const char *name;
	const char *bytes;
	int want; /* -EBADMSG: cut off */
} id_rows[] = {
	{ "id 95", "5f", 95 },
	{ "id of 60 is -32", "60", -32 },
	{ "id of 7f is -1", "7f", -1 },
	{ "id 300", "822c", 300 },
	{ "id of 80 02 is 2, too", "8002", 2 },
	{ "id of ff 7f is -1", "ff7f", -1 },
	{ "id cut off", "82", -EBADMSG },
	{ "no id", "", -EBADMSG },
};

static void test_id(void **state)
{
	const struct id_row *row = *state;
	uint8_t bytes[2];
	size_t len = unhex(row->bytes, bytes);
	int id, used = kcan_klp_id_decode(&id, bytes, len, KCAN_KLP_COMMAND);

	assert_int_equal(used, row->want == -EBADMSG ? -EBADMSG : (int)len);
	if (used > 0)
		assert_int_equal(id, row->want);
}

static void test_strings(void **state)
{
	struct kcan_klp_format f;
	struct kcan_klp_value v;
	uint8_t bytes[] = { 3, 1, 2, 3 }, out[KCAN_KLP_CONTENT_MAX];

	(void)state;
	kcan_klp_format_parse(&f, "pong data=%*s", 23, KCAN_KLP_RESPONSE);
	assert_int_equal(kcan_klp_params_decode(&v, &f, bytes, 4), 4);
	assert_int_equal(v.len, 3);
	assert_ptr_equal(v.data, bytes + 1);
	assert_int_equal(kcan_klp_params_decode(&v, &f, bytes, 3), -EBADMSG);
	v = (struct kcan_klp_value){ .data = out, .len = 58 };
	assert_int_equal(kcan_klp_msg_encode(out, sizeof(out), &f, &v),
			 -EMSGSIZE);
}

static void test_long_content(void **state)
{
	struct kcan_klp_block block = { .len = KCAN_KLP_CONTENT_MAX + 1 };
	uint8_t out[KCAN_KLP_MAX];

	(void)state;
	assert_int_equal(kcan_klp_encode(out, &block), -EMSGSIZE);
}

/* klipper-mcu-protocol.md, section 9.1, by id */
static const struct {
	const char *text;
	enum kcan_klp_dir dir;
} dictionary[] = {
	{ "identify_response offset=%u data=%.*s", KCAN_KLP_RESPONSE },
	{ "identify offset=%u count=%c", KCAN_KLP_COMMAND },
	{ "get_config", KCAN_KLP_COMMAND },
	{ "finalize_config crc=%u", KCAN_KLP_COMMAND },
	{ "allocate_oids count=%c", KCAN_KLP_COMMAND },
	{ "get_clock", KCAN_KLP_COMMAND },
	{ "get_uptime", KCAN_KLP_COMMAND },
	{ "emergency_stop", KCAN_KLP_COMMAND },
	{ "clear_shutdown", KCAN_KLP_COMMAND },
	{ "reset", KCAN_KLP_COMMAND },
	{ "get_canbus_id", KCAN_KLP_COMMAND },
	{ "get_canbus_status", KCAN_KLP_COMMAND },
	{ "debug_ping data=%*s", KCAN_KLP_COMMAND },
	{ "debug_nop", KCAN_KLP_COMMAND },
	{ "config is_config=%c crc=%u is_shutdown=%c move_count=%hu",
	  KCAN_KLP_RESPONSE },
	{ "clock clock=%u", KCAN_KLP_RESPONSE },
	{ "uptime high=%u clock=%u", KCAN_KLP_RESPONSE },
	{ "stats count=%u sum=%u sumsq=%u", KCAN_KLP_RESPONSE },
	{ "shutdown clock=%u static_string_id=%hu", KCAN_KLP_RESPONSE },
	{ "is_shutdown static_string_id=%hu", KCAN_KLP_RESPONSE },
	{ "starting", KCAN_KLP_RESPONSE },
	{ "canbus_id canbus_uuid=%.*s canbus_nodeid=%u", KCAN_KLP_RESPONSE },
	{ "canbus_status rx_error=%u tx_error=%u tx_retries=%u "
	  "canbus_bus_state=%u",
	  KCAN_KLP_RESPONSE },
	{ "pong data=%*s", KCAN_KLP_RESPONSE },
};

static struct vector vectors[VECTORS_MAX];

/* What a vector's line says of integers: "uptime high=1 clock=45610636". */
static void check_told(const char *told, const struct kcan_klp_format *f,
		       const struct kcan_klp_value *values)
{
	for (size_t i = 0; i < f->count && (told = strchr(told, '=')); i++) {
		uint32_t want = (uint32_t)strtoul(++told, NULL, 10);

		if (f->types[i] != KCAN_KLP_BYTES)
			assert_int_equal(values[i].num, want);
	}
}

/* Take one message apart, and make the same bytes of it again. */
static size_t check_message(const char *told, const uint8_t *bytes, size_t len,
			    enum kcan_klp_dir dir)
{
	struct kcan_klp_value values[KCAN_KLP_PARAMS_MAX];
	struct kcan_klp_format f;
	uint8_t again[KCAN_KLP_CONTENT_MAX];
	int id, head = kcan_klp_id_decode(&id, bytes, len, dir), used;

	assert_int_equal(head, 1);
	if (id == 90) /* V49: in no dictionary */
		return 1;
	assert_in_range(id, 0, ARRAY_SIZE(dictionary) - 1);
	assert_int_equal(dictionary[id].dir, dir);
	assert_int_equal(
		kcan_klp_format_parse(&f, dictionary[id].text, id, dir), 0);
	used = kcan_klp_params_decode(values, &f, bytes + 1, len - 1);
	assert_true(used >= 0);
	check_told(told, &f, values);
	assert_int_equal(kcan_klp_msg_encode(again, sizeof(again), &f, values),
			 used + 1);
	assert_memory_equal(again, bytes, used + 1);
	return (size_t)used + 1;
}

static void test_vector(void **state)
{
	const struct vector *vector = *state;
	bool is_host = strstr(vector->name, " host ");
	uint8_t bytes[KCAN_KLP_MAX + 1], again[KCAN_KLP_MAX];
	size_t len = unhex(vector->value, bytes);
	size_t front = bytes[0] == KCAN_KLP_SYNC; /* V53 */
	struct kcan_klp_block block;

	assert_int_equal(kcan_klp_decode(&block, bytes + front, len - front),
			 len - front);
	for (size_t pos = 0; pos < block.len;)
		pos += check_message(
			vector->name, block.content + pos, block.len - pos,
			is_host ? KCAN_KLP_COMMAND : KCAN_KLP_RESPONSE);
	assert_int_equal(kcan_klp_encode(again, &block), len - front);
	assert_memory_equal(again, bytes + front, len - front);
}

int main(void)
{
	struct CMUnitTest tests[192] = {
		cmocka_unit_test(test_empty_blocks),
		cmocka_unit_test(test_signed_field),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_long_content),
	};
	size_t n = 4, len = vectors_load("klipper.txt", ':', vectors);

	assert_int_equal(len, 64);
	for (size_t i = 0; i < len; i++)
		tests[n++] =
			ROW_TEST(vectors[i].name, test_vector, &vectors[i]);
	ROWS(vlq_rows, test_vlq);
	ROWS(format_rows, test_format);
	ROWS(id_rows, test_id);
	return _cmocka_run_group_tests("klp", tests, n, NULL, NULL);
}
