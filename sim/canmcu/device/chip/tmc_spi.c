// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Trinamic's drivers on SPI, alone or in a chain: the TMC5160's data sheet. */
#include "tmc.h"

#define FRAME 5 /* bytes: a register, and 32 bits */
#define WRITE 0x80
#define GSTAT 0x01
#define STANDSTILL 0x08 /* in the status byte */
#define GSTAT_BITS 0x03 /* reset_flag, driver_error */
#define CHAIN_MAX 12

struct tmc_spi {
	struct device_wires wires; /* first */
	struct tmc tmc;
	uint32_t answer; /* to the last frame, told with the next one */
	uint8_t at;	 /* whose of a message its frame is; 0: the first */
	uint8_t count;	 /* of drivers in the chain */
};

static void take(struct tmc_spi *s, const uint8_t *out)
{
	uint8_t reg = out[0] & (uint8_t)~WRITE;
	uint32_t value = wires_get(out + 1, 4);

	if (out[0] & WRITE)
		tmc_write(&s->tmc, reg, value);
	s->answer = out[0] & WRITE ? value : tmc_read(&s->tmc, reg);
}

/* What is shifted in first comes to rest in the last driver of the chain. */
static bool talk(void *self, const struct device_message *message,
		 uint64_t now_us)
{
	struct tmc_spi *s = self;
	uint8_t *in = message->in + (size_t)s->at * FRAME;

	(void)now_us;
	if (message->out_len != (size_t)s->count * FRAME)
		return false;
	in[0] = (uint8_t)(STANDSTILL | (s->tmc.regs[GSTAT] & GSTAT_BITS));
	wires_put(in + 1, 4, s->answer);
	take(s, message->out + (size_t)s->at * FRAME);
	return true;
}

/* The position counts from 1, for the one that is next to the MCU. */
static bool read_chain(struct tmc_spi *s, const struct device_source *source)
{
	double length = 1, position = 1;

	device_number(source, "chain_length", &length);
	device_number(source, "chain_position", &position);
	if (length < 1 || length > CHAIN_MAX || position < 1 ||
	    position > length)
		return false;
	s->count = (uint8_t)length;
	s->at = (uint8_t)(s->count - (uint8_t)position);
	return true;
}

static bool make(void *self, const struct device_source *source)
{
	struct tmc_spi *s = self;

	return tmc_init(&s->tmc, source) && s->tmc.model->spi &&
	       !device_value(source, "uart_pin") && read_chain(s, source) &&
	       wires_spi(source, "cs_pin", &s->wires);
}

const struct device_kind device_tmc_spi = {
	.size = sizeof(struct tmc_spi),
	.keys = "cs_pin chain_length chain_position",
	.make = make,
	.talk = talk,
};
