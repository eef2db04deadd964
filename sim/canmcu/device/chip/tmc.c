// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Trinamic's drivers of stepper motors, by their data sheets. */
#include "tmc.h"

#include <stdio.h>

#include "util/array.h"

#define GCONF 0x00
#define GSTAT 0x01
#define IHOLD_IRUN 0x10
#define DRV_STATUS 0x6f

#define GCONF_CHOPPER 4u /* SpreadCycle on some, StealthChop on others */
#define STANDSTILL 0x80000000u
#define CURRENT_BITS 0x1fu /* IHOLD, and CS_ACTUAL from bit 16 on */

#define TSTEP_STANDS "12=fffff "
#define SINE_BEGINS "6b=f70000 " /* MSCURACT at MSCNT 0 */

/* What TMC2208 and TMC2209 have in common: all but what they are. */
#define RESETS_220X                                            \
	"00=101 01=1 10=11f10 11=14 " TSTEP_STANDS SINE_BEGINS \
	"6c=10000053 70=c10d0024 72=e0024"

static const struct tmc_model models[] = {
	{ CHIP("tmc2208"), "00-02 05-07 12 6a-6c 6f-72",
	  "06=20000140 " RESETS_220X, 1u << 30, .stealth_first = true,
	  .addresses = 1 },
	{ CHIP("tmc2209"), "00-02 05-07 12 41 6a-6c 6f-72",
	  "06=21000040 " RESETS_220X, 1u << 30, .stealth_first = true,
	  .addresses = 4 },
	{ CHIP("tmc2130"), "00-01 04 12 2d 6a-6c 6f 71 73",
	  "01=1 04=11000000 " TSTEP_STANDS SINE_BEGINS, .reading_clears = true,
	  .spi = true },
	{ CHIP("tmc5160"), "00-02 04 07-08 0b 12 2d 6a-6c 6f 71-73",
	  "01=1 04=30000040 " TSTEP_STANDS SINE_BEGINS
	  "6c=10410150 70=c40c001e 72=1e",
	  1u << 14, .spi = true },
	/* 30 degrees C, and a supply of 24 V */
	{ CHIP("tmc2240"), "00-04 0a-0b 10-15 2d 38-3c 50-52 60-6d 6f-72 74-76",
	  "01=1 04=40000040 0a=20 11=a " TSTEP_STANDS
	  "50=9a2 51=8dd 52=b920f25 " SINE_BEGINS "6c=10410150 70=c44c001d",
	  1u << 14, .spi = true, .addresses = 8 },
};

bool tmc_init(struct tmc *t, const struct device_source *source)
{
	unsigned int reg, value;

	t->model = DEVICE_MODEL(source, models);
	if (!t->model)
		return false;
	for (const char *at = t->model->resets; wires_reset(&at, &reg, &value);)
		t->regs[reg] = value;
	return true;
}

static bool is_readable(const struct tmc *t, uint8_t reg)
{
	const char *list = t->model->readable;
	unsigned int first, last;
	int used;

	for (; sscanf(list, " %x%n", &first, &used) == 1; list += used) {
		list += used;
		used = 0;
		last = first;
		if (sscanf(list, "-%x%n", &last, &used) < 1)
			used = 0;
		if (reg >= first && reg <= last)
			return true;
	}
	return false;
}

/* The motor stands, whenever somebody asks, and gets the current for that. */
static uint32_t driver_status(const struct tmc *t)
{
	bool other = t->regs[GCONF] & GCONF_CHOPPER;

	return STANDSTILL | (t->regs[IHOLD_IRUN] & CURRENT_BITS) << 16 |
	       (t->model->stealth_first != other ? t->model->stealth : 0);
}

uint32_t tmc_read(struct tmc *t, uint8_t reg)
{
	uint32_t value = t->regs[reg];

	if (!is_readable(t, reg))
		return 0;
	if (reg == DRV_STATUS)
		return driver_status(t);
	if (reg == GSTAT && t->model->reading_clears)
		t->regs[GSTAT] = 0;
	return value;
}

/* What can be read only does not change. */
static bool is_written(const struct tmc *t, uint8_t reg)
{
	static const uint8_t read_only[] = { 0x02, 0x04, 0x05, 0x06, 0x12, 0x41,
					     0x50, 0x51, 0x6a, 0x6b, 0x6f, 0x71,
					     0x72, 0x73, 0x75, 0x76 };

	for (size_t i = 0; i < ARRAY_SIZE(read_only); i++)
		if (read_only[i] == reg)
			return false;
	return reg != GSTAT || !t->model->reading_clears;
}

void tmc_write(struct tmc *t, uint8_t reg, uint32_t value)
{
	if (!is_written(t, reg))
		return;
	if (reg == GSTAT)
		value = t->regs[GSTAT] & ~value;
	t->regs[reg] = value;
}
