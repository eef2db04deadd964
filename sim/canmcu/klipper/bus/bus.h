/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_KLIPPER_BUS_H
#define CANMCU_KLIPPER_BUS_H

/* What modules share whose chips are on a bus: klipper-mcu-protocol.md, 20.2. */
#include "../../board/buses.h"
#include "../pin.h"

/** A chip on SPI, or on I2C, by its oid. */
struct klipper_spi;
struct klipper_i2c;

/** How a transfer has ended, as i2c_bus_status of the dictionary. */
enum klipper_i2c_status {
	KLIPPER_I2C_SUCCESS,
	KLIPPER_I2C_NACK,
	KLIPPER_I2C_TIMEOUT,
	KLIPPER_I2C_START_NACK,
	KLIPPER_I2C_START_READ_NACK,
};

/** Return, both: NULL: the command returns KLIPPER_INVALID_OID. */
struct klipper_spi *klipper_spi_find(struct klipper *k, uint8_t oid);
struct klipper_i2c *klipper_i2c_find(struct klipper *k, uint8_t oid);

/** Send @len bytes, at most KCAN_KLP_CONTENT_MAX, and replace them by the answer. */
void klipper_spi_transfer(const struct klipper_call *c,
			  const struct klipper_spi *spi, uint8_t *data,
			  size_t len);

/** Return: whether a pin selects it. */
bool klipper_spi_has_pin(const struct klipper_spi *spi);

/** Write, then read what fits in @message; @message->to is filled in here. */
enum klipper_i2c_status klipper_i2c_transfer(const struct klipper_call *c,
					     const struct klipper_i2c *i2c,
					     struct device_message *message);

/** Return: NULL, or the reason of a shutdown that a @status is. */
const char *klipper_i2c_reason(enum klipper_i2c_status status);

/**
 * klipper_describe_names() - add an enumeration: @names, numbered from 0 on
 *
 * Return: 0, or -1 as jansson does.
 */
int klipper_describe_names(const struct klipper_dictionary *d,
			   const char *enumeration, const char *const *names,
			   size_t len);

/** Add the buses of a kind that a chip has. Return: 0 or -1. */
int klipper_describe_buses(const struct klipper_dictionary *d,
			   enum bus_kind kind);

#endif
