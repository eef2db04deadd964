// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/device
/*
 * Chips on I2C that are told something: which addresses they have is from
 * klippy/extras (mcp4018.py, mcp4451.py and so on), which registers from their data
 * sheets.
 */
#include "section.h"
#include "util/hex.h"

#define BYTES 4
#define STEPS 5

static const struct row {
	const char *name;
	const char *section;
	const char *lcd_type;
	uint8_t address;
	struct {
		const char *say;
		const char *want; /* what is read then */
	} steps[STEPS];
} rows[] = {
	{ "MCP4018: it has no registers",
	  "mcp4018",
	  NULL,
	  0x2f,
	  { { "5511", "" }, { "", "0000" }, { "55", "0000" } } },
	{ "MCP4451: what it was told is not read",
	  "mcp4451",
	  NULL,
	  44,
	  { { "00ff", "" }, { "00", "0000" } } },
	{ "MCP4728",
	  "mcp4728",
	  NULL,
	  0x60,
	  { { "40ff", "" }, { "40", "0000" } } },
	{ "PCA9533: registers follow each other",
	  "pca9533",
	  NULL,
	  98,
	  { { "111234", "" },
	    { "11", "1234" },
	    { "12", "3400" },
	    { "", "3400" },
	    { "10", "0012" } } },
	{ "PCA9632",
	  "pca9632",
	  NULL,
	  98,
	  { { "0812", "" }, { "08", "12" }, { "07", "00" } } },
	{ "SX1509: behind the last register is the first",
	  "sx1509",
	  NULL,
	  62,
	  { { "ff1234", "" }, { "ff", "1234" }, { "00", "34" } } },
	{ "ADS1115: two bytes, the upper one first",
	  "ads1x1x",
	  NULL,
	  0x48,
	  { { "01c383", "" },
	    { "01", "c383" },
	    { "00", "0000" },
	    { "02", "0000" } } },
	{ "SSD1306: nothing is read",
	  "display",
	  "ssd1306",
	  60,
	  { { "40ff", "" }, { "40", "0000" } } },
	{ "SH1106",
	  "display",
	  "sh1106",
	  60,
	  { { "40ff", "" }, { "40", "0000" } } },
};

static bool talk(struct devices *d, uint8_t address, const char *say, char *got,
		 size_t in_len)
{
	uint8_t out[BYTES], in[BYTES] = { 0 };
	struct device_message message = { .to = { DEVICE_I2C, 0, address },
					  .out = out,
					  .out_len = strlen(say) / 2,
					  .in = in,
					  .in_len = in_len };

	assert_int_equal(util_hex_decode(out, say, strlen(say)), 0);
	*got = '\0';
	if (!devices_talk(d, &message, 0))
		return false;
	util_hex_encode(got, in, in_len);
	return true;
}

static void test_row(void **state)
{
	const struct row *row = *state;
	char got[2 * BYTES + 1];
	struct devices d;

	section_make(&d, (struct section){
				 .source.section = row->section,
				 .told = { { "lcd_type", row->lcd_type } } });
	for (size_t i = 0; i < STEPS && row->steps[i].say; i++) {
		assert_true(talk(&d, row->address, row->steps[i].say, got,
				 strlen(row->steps[i].want) / 2));
		assert_string_equal(got, row->steps[i].want);
	}
	assert_false(talk(&d, row->address + 1, "00", got, 1));
	devices_fini(&d);
}

static void test_a_display_on_other_wires_is_none(void **state)
{
	struct devices d;

	(void)state;
	section_try(&d,
		    (struct section){ .source.section = "display",
				      .told = { { "lcd_type", "hd44780" } } });
	assert_int_equal(d.len, 0);
	devices_fini(&d);
	section_try(&d, (struct section){ .source.section = "display" });
	assert_int_equal(d.len, 0);
	devices_fini(&d);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows) + 1] = {
		cmocka_unit_test(test_a_display_on_other_wires_is_none),
	};
	size_t n = 1;

	ROWS(rows, test_row);
	return cmocka_run_group_tests_name("sinks", tests, NULL, NULL);
}
