// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Accelerometers that Klipper reads, by their data sheets. */
#include "accel.h"

#define END                        \
	{                          \
		ACCEL_REGISTERS, 0 \
	}

static bool changes_nothing(uint8_t *regs, uint8_t reg)
{
	(void)regs;
	(void)reg;
	return false;
}

/* ADXL345 */
static const struct accel_reset resets_adxl345[] = {
	{ 0x00, 0xe5 }, { 0x2c, 0x0a }, { 0x30, 0x02 }, END
};

/* With a FIFO that is not bypassed, and while POWER_CTL says so. */
static double rate_adxl345(const uint8_t *regs)
{
	if (!(regs[0x2d] & 0x08) || !(regs[0x38] & 0xc0))
		return 0;
	return 3200.0 / (double)(1 << (15 - (regs[0x2c] & 0x0f)));
}

static void count_adxl345(uint8_t *regs, uint32_t samples)
{
	regs[0x39] = (uint8_t)samples;
}

/* LIS2DW12 */
static const struct accel_reset resets_lis2dw[] = { { 0x0f, 0x44 },
						    { 0x21, 0x04 },
						    END };

static double rate_lis2dw(const uint8_t *regs)
{
	static const double rates[16] = { 0,   12.5, 12.5, 25,	50,
					  100, 200,  400,  800, 1600 };

	return regs[0x2e] & 0xe0 ? rates[regs[0x20] >> 4] : 0;
}

static void count_lis2dw(uint8_t *regs, uint32_t samples)
{
	regs[0x2f] = (uint8_t)(samples | (samples >= 32 ? 0x40 : 0));
}

/* LIS3DH */
static const struct accel_reset resets_lis3dh[] = { { 0x0f, 0x33 },
						    { 0x20, 0x07 },
						    END };

static double rate_lis3dh(const uint8_t *regs)
{
	static const double rates[16] = { 0,   1,   10,	 25,   50,
					  100, 200, 400, 1600, 1344 };

	if (!(regs[0x24] & 0x40) || !(regs[0x2e] & 0xc0))
		return 0;
	return rates[regs[0x20] >> 4];
}

static void count_lis3dh(uint8_t *regs, uint32_t samples)
{
	regs[0x2f] = (uint8_t)(samples >= 32 ? 0x5f : samples ? samples : 0x20);
}

/* MPU-9250, whose siblings differ in the number that they tell */
static const struct accel_reset resets_mpu9250[] = { { 0x75, 0x71 },
						     { 0x6b, 0x01 },
						     END };

static double rate_mpu9250(const uint8_t *regs)
{
	bool on = regs[0x23] & 0x08 && regs[0x6a] & 0x40 &&
		  !(regs[0x6b] & 0x40);

	return on ? 4000 : 0;
}

static void count_mpu9250(uint8_t *regs, uint32_t samples)
{
	uint32_t bytes = samples * ACCEL_SAMPLE;

	regs[0x72] = (uint8_t)(bytes >> 8);
	regs[0x73] = (uint8_t)bytes;
}

/* FIFO_RST of USER_CTRL goes back by itself. */
static bool written_mpu9250(uint8_t *regs, uint8_t reg)
{
	bool reset = reg == 0x6a && regs[0x6a] & 0x04;

	regs[0x6a] &= (uint8_t)~0x04;
	return reset;
}

/* ICM-20948; what is written in other banks is not told apart */
static const struct accel_reset resets_icm20948[] = { { 0x00, 0xea },
						      { 0x06, 0x41 },
						      END };

static double rate_icm20948(const uint8_t *regs)
{
	bool on = regs[0x67] & 0x10 && regs[0x03] & 0x40 &&
		  !(regs[0x06] & 0x40);

	return on ? 4500 : 0;
}

static void count_icm20948(uint8_t *regs, uint32_t samples)
{
	uint32_t bytes = samples * ACCEL_SAMPLE;

	regs[0x70] = (uint8_t)(bytes >> 8);
	regs[0x71] = (uint8_t)bytes;
}

/* BMI160 */
static const struct accel_reset resets_bmi160[] = {
	{ 0x00, 0xd1 }, { 0x40, 0x28 }, { 0x41, 0x03 }, { 0x47, 0x10 }, END
};

static double rate_bmi160(const uint8_t *regs)
{
	unsigned int odr = regs[0x40] & 0x0f;

	if (!(regs[0x03] & 0x10) || !(regs[0x47] & 0x40))
		return 0;
	return 100.0 * (double)(1u << odr) / 256;
}

static void count_bmi160(uint8_t *regs, uint32_t samples)
{
	uint32_t bytes = samples * ACCEL_SAMPLE;

	regs[0x22] = (uint8_t)bytes;
	regs[0x23] = (uint8_t)(bytes >> 8);
}

/* CMD: acc_set_pmu_mode, which PMU_STATUS tells, and fifo_flush. */
static bool written_bmi160(uint8_t *regs, uint8_t reg)
{
	uint8_t command = regs[0x7e];

	regs[0x7e] = 0;
	if (reg != 0x7e)
		return false;
	if (command == 0x10 || command == 0x11)
		regs[0x03] = command == 0x11 ? 0x10 : 0;
	return command == 0xb0;
}

const struct accel_model accel_models[] = {
	{ .section = "adxl345",
	  .resets = resets_adxl345,
	  .rate = rate_adxl345,
	  .count = count_adxl345,
	  .written = changes_nothing,
	  .per_g = 256,
	  .spi = true,
	  .spi_more = 0x40,
	  .fifo_reg = 0x32,
	  .fifo_regs = ACCEL_SAMPLE,
	  .fifo_end = 0x38,
	  .depth = 32 },
	{ .section = "lis2dw",
	  .resets = resets_lis2dw,
	  .rate = rate_lis2dw,
	  .count = count_lis2dw,
	  .written = changes_nothing,
	  .per_g = 1000 / 1.952,
	  .shift = 2,
	  .spi = true,
	  .address = 0x19,
	  .fifo_reg = 0x28,
	  .fifo_regs = ACCEL_SAMPLE,
	  .depth = 32 },
	{ .section = "lis3dh",
	  .resets = resets_lis3dh,
	  .rate = rate_lis3dh,
	  .count = count_lis3dh,
	  .written = changes_nothing,
	  .per_g = 1000 / 11.718,
	  .shift = 4,
	  .spi = true,
	  .spi_more = 0x40,
	  .address = 0x19,
	  .fifo_reg = 0x28,
	  .fifo_regs = ACCEL_SAMPLE,
	  .depth = 32 },
	{ .section = "mpu9250",
	  .resets = resets_mpu9250,
	  .rate = rate_mpu9250,
	  .count = count_mpu9250,
	  .written = written_mpu9250,
	  .per_g = 4096,
	  .big_endian = true,
	  .address = 0x68,
	  .fifo_reg = 0x74,
	  .fifo_regs = 1,
	  .depth = 85 },
	{ .section = "icm20948",
	  .resets = resets_icm20948,
	  .rate = rate_icm20948,
	  .count = count_icm20948,
	  .written = changes_nothing,
	  .per_g = 2048,
	  .big_endian = true,
	  .address = 0x68,
	  .fifo_reg = 0x72,
	  .fifo_regs = 1,
	  .depth = 85 },
	{ .section = "bmi160",
	  .resets = resets_bmi160,
	  .rate = rate_bmi160,
	  .count = count_bmi160,
	  .written = written_bmi160,
	  .per_g = 2048,
	  .spi = true,
	  .address = 0x69,
	  .fifo_reg = 0x24,
	  .fifo_regs = 1,
	  .depth = 170 },
	{ 0 },
};
