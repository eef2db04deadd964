// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/device
/*
 * What all registers of Trinamic's drivers read as, at first and when all have been
 * written to. These were recorded from canmcu: they show that one has changed, not that
 * it was right. test_tmc.c has what is known from elsewhere.
 */
#include "section.h"

#include <stdio.h>

#include "../../../sim/canmcu/device/chip/tmc.h"

static const struct row {
	const char *name;
	const char *section;
	const char *first;   /* "register=value " each, but what is 0 */
	const char *written; /* likewise, after ones to all; ~: all ones */
} rows[] = {
	{ "TMC2208", "tmc2208 x",
	  "00=101 01=1 06=20000140 12=fffff 6b=f70000 6c=10000053 "
	  "6f=c0100000 70=c10d0024 72=e0024 ",
	  "00=~ 06=20000140 07=~ 12=fffff 6b=f70000 6c=~ 6f=801f0000 "
	  "70=~ 72=e0024 " },
	{ "TMC2209", "tmc2209 x",
	  "00=101 01=1 06=21000040 12=fffff 6b=f70000 6c=10000053 "
	  "6f=c0100000 70=c10d0024 72=e0024 ",
	  "00=~ 06=21000040 07=~ 12=fffff 6b=f70000 6c=~ 6f=801f0000 "
	  "70=~ 72=e0024 " },
	{ "TMC2130", "tmc2130 x",
	  "01=1 04=11000000 12=fffff 6b=f70000 6f=80000000 ",
	  "00=~ 04=11000000 12=fffff 2d=~ 6b=f70000 6c=~ 6f=801f0000 " },
	{ "TMC5160", "tmc5160 x",
	  "01=1 04=30000040 12=fffff 6b=f70000 6c=10410150 6f=80000000 "
	  "72=1e ",
	  "00=~ 04=30000040 07=~ 08=~ 0b=~ 12=fffff 2d=~ 6b=f70000 "
	  "6c=~ 6f=801f4000 72=1e " },
	{ "TMC2240", "tmc2240 x",
	  "01=1 04=40000040 0a=20 11=a 12=fffff 50=9a2 51=8dd "
	  "52=b920f25 6b=f70000 6c=10410150 6f=80000000 70=c44c001d ",
	  "00=~ 03=~ 04=40000040 0a=~ 0b=~ 10=~ 11=~ 12=fffff 13=~ "
	  "14=~ 15=~ 2d=~ 38=~ 39=~ 3a=~ 3b=~ 3c=~ 50=9a2 51=8dd 52=~ "
	  "60=~ 61=~ 62=~ 63=~ 64=~ 65=~ 66=~ 67=~ 68=~ 69=~ 6b=f70000 "
	  "6c=~ 6d=~ 6f=801f4000 70=~ 74=~ " },
};

/* Return: how long it is. */
static size_t put(char *out, size_t size, unsigned int reg, uint32_t value)
{
	char text[16] = "~";

	if (value != UINT32_MAX)
		snprintf(text, sizeof(text), "%x", value);
	return (size_t)snprintf(out, size, "%02x=%s ", reg, text);
}

static void assert_reads(struct tmc *t, const char *want)
{
	char got[1024] = "";
	size_t at = 0;

	for (unsigned int reg = 0; reg < 0x80; reg++) {
		uint32_t value = tmc_read(t, (uint8_t)reg);

		if (value)
			at += put(got + at, sizeof(got) - at, reg, value);
		assert_true(at < sizeof(got));
	}
	assert_string_equal(got, want);
}

static void test_row(void **state)
{
	const struct row *row = *state;
	const struct device_source source = { .section = row->section };
	struct tmc t = { 0 };

	assert_true(tmc_init(&t, &source));
	assert_reads(&t, row->first);
	for (unsigned int reg = 0; reg < 0x80; reg++)
		tmc_write(&t, (uint8_t)reg, UINT32_MAX);
	assert_reads(&t, row->written);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows)];
	size_t n = 0;

	ROWS(rows, test_row);
	return cmocka_run_group_tests_name("tmc_registers", tests, NULL, NULL);
}
