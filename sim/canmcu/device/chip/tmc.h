/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_TMC_H
#define CANMCU_TMC_H

#include "../device.h"

#define TMC_REGISTERS 128

/** A value that a register has at first; of number TMC_REGISTERS: behind them. */
struct tmc_reset {
	uint8_t reg;
	uint32_t value;
};

/** One driver of stepper motors, as its data sheet tells. */
struct tmc_model {
	const char *section;  /* of a printer.cfg: "tmc2209" */
	const char *readable; /* registers, in hex: "00-02 6A" */
	const struct tmc_reset *resets;
	uint32_t stealth;    /* the bit of DRV_STATUS for StealthChop */
	bool stealth_first;  /* it is on unless GCONF tells otherwise */
	bool reading_clears; /* GSTAT; else a 1 that is written does */
	bool uart;
	bool spi;
	uint8_t addresses; /* on one UART */
};

/** Registers of a driver, which read back what was written. */
struct tmc {
	const struct tmc_model *model;
	uint32_t regs[TMC_REGISTERS];
};

/**
 * tmc_init() - be as after switching on, if there is a driver of such a section
 *
 * Return: false when there is none.
 */
bool tmc_init(struct tmc *t, const struct device_source *source);

/** Return: what reading gives; 0 where nothing can be read. */
uint32_t tmc_read(struct tmc *t, uint8_t reg);

void tmc_write(struct tmc *t, uint8_t reg, uint32_t value);

#endif
