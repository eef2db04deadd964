/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_TMC_H
#define CANMCU_TMC_H

#include "wires.h"

#define TMC_REGISTERS 128

/** One driver of stepper motors, as its data sheet tells. */
struct tmc_model {
	struct device_model match;
	const char *readable; /* registers, in hex: "00-02 6a" */
	const char *resets;   /* as for wires_reset() */
	uint32_t stealth;     /* the bit of DRV_STATUS for StealthChop */
	bool stealth_first;   /* it is on unless GCONF tells otherwise */
	bool reading_clears;  /* GSTAT; else a 1 that is written does */
	bool spi;
	uint8_t addresses; /* on one UART; 0: it has none */
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
