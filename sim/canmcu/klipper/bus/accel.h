/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_KLIPPER_ACCEL_H
#define CANMCU_KLIPPER_ACCEL_H

#include <stdbool.h>
#include <stdint.h>

/* The ADXL345 is read by samples. */
#define ADXL_SAMPLE 5 /* bytes of a report */
#define ADXL_ENTRIES 0x7f
#define ADXL_ENTRIES_MAX 32

/** How a chip is read; its registers are those of its data sheet. */
struct accel_chip {
	uint8_t status_reg; /* what tells how much is in the FIFO */
	uint8_t status_len; /* bytes */
	uint8_t fifo_reg;   /* of a block; 0: it is read by samples */
	uint8_t spi_more;   /* in the first byte, for more than a register */
	uint8_t i2c_more;
	/*
	 * Return: bytes of reports in the FIFO, UINT32_MAX for what cannot be;
	 * @lost: set when some were lost.
	 */
	uint32_t (*pending)(const uint8_t *status, bool *lost);
	uint8_t lost_reg; /* another one that tells it; 0: none */
	uint8_t lost_bits;
};

extern const struct accel_chip accel_adxl345;
extern const struct accel_chip accel_lis2dw;
extern const struct accel_chip accel_lis3dh;
extern const struct accel_chip accel_mpu9250;
extern const struct accel_chip accel_icm20948;
extern const struct accel_chip accel_bmi160;

#endif
