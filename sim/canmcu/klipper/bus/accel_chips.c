// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* How much is in the FIFO of an accelerometer, chip by chip. */
#include "accel.h"

static uint32_t pending_adxl345(const uint8_t *status, bool *lost)
{
	unsigned int entries = status[0] & ADXL_ENTRIES;

	(void)lost;
	return entries > ADXL_ENTRIES_MAX ? UINT32_MAX : entries * ADXL_SAMPLE;
}

static uint32_t pending_lis2dw(const uint8_t *status, bool *lost)
{
	*lost = status[0] & 0x40;
	return (status[0] & 0x3fu) * 6;
}

static uint32_t pending_lis3dh(const uint8_t *status, bool *lost)
{
	*lost = status[0] & 0x40;
	return status[0] & 0x20 ? 0 : (status[0] & 0x1fu) * 6;
}

static uint32_t pending_mpu(const uint8_t *status, bool *lost)
{
	(void)lost;
	return (status[0] & 0x1fu) << 8 | status[1];
}

static uint32_t pending_bmi160(const uint8_t *status, bool *lost)
{
	uint32_t bytes = (uint32_t)status[1] << 8 | status[0];

	*lost = bytes > 1024;
	return bytes;
}

const struct accel_chip accel_adxl345 = {
	.status_reg = 0x39,
	.status_len = 1,
	.spi_more = 0x40,
	.pending = pending_adxl345,
};
const struct accel_chip accel_lis2dw = {
	.status_reg = 0x2f,
	.status_len = 1,
	.fifo_reg = 0x28,
	.pending = pending_lis2dw,
};
const struct accel_chip accel_lis3dh = {
	.status_reg = 0x2f,
	.status_len = 1,
	.fifo_reg = 0x28,
	.spi_more = 0x40,
	.i2c_more = 0x80,
	.pending = pending_lis3dh,
};
const struct accel_chip accel_mpu9250 = {
	.status_reg = 0x72,
	.status_len = 2,
	.fifo_reg = 0x74,
	.pending = pending_mpu,
	.lost_reg = 0x3a,
	.lost_bits = 0x10,
};
const struct accel_chip accel_icm20948 = {
	.status_reg = 0x70,
	.status_len = 2,
	.fifo_reg = 0x72,
	.pending = pending_mpu,
	.lost_reg = 0x1b,
	.lost_bits = 0x0f,
};
const struct accel_chip accel_bmi160 = {
	.status_reg = 0x22,
	.status_len = 2,
	.fifo_reg = 0x24,
	.pending = pending_bmi160,
};
