/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_ACCEL_H
#define CANMCU_ACCEL_H

#include "../device.h"

#define ACCEL_REGISTERS 128
#define ACCEL_SAMPLE 6 /* bytes: three axes */

/** A value that a register has at first; of number ACCEL_REGISTERS: behind them. */
struct accel_reset {
	uint8_t reg;
	uint8_t value;
};

/** One accelerometer with a FIFO, as its data sheet tells. */
struct accel_model {
	const char *section; /* of a printer.cfg: "adxl345" */
	const struct accel_reset *resets;
	/* Return: samples a second; 0: it does not measure. */
	double (*rate)(const uint8_t *regs);
	/* Fill in the registers that tell how many samples are in the FIFO. */
	void (*count)(uint8_t *regs, uint32_t samples);
	/* A register was written. Return: whether that empties the FIFO. */
	bool (*written)(uint8_t *regs, uint8_t reg);
	double per_g;	 /* a value of 1 g, in the range that Klipper sets */
	uint8_t shift;	 /* of a value in its two bytes */
	bool big_endian; /* the upper one is first */
	bool spi;
	uint8_t spi_more; /* the bit of an address for more than one register */
	uint8_t address;  /* of I2C; 0: it has none */
	uint8_t fifo_reg; /* where samples are read, and in how many registers */
	uint8_t fifo_regs;
	uint8_t fifo_end; /* what follows a sample; 0: the next one */
	uint16_t depth;	  /* samples in the FIFO */
};

/** All of them; one without a section is behind the last one. */
extern const struct accel_model accel_models[];

#endif
