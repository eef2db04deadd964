// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Thermometers that are chips on a bus, by their data sheets. */
#include <math.h>
#include <string.h>

#include "../heat.h"
#include "wires.h"

#define ANSWER_MAX 32
#define HUMIDITY 0.4 /* of all of them, 0..1 */

struct thermometer {
	struct heat heat; /* first */
	const struct thermometer_model *model;
	double rtd_ratio; /* at 0 degrees C, to the reference; of a MAX31865 */
	uint16_t command; /* the last two bytes that were written */
};

/* In quarters of a degree; and 25 degrees C at the cold junction. */
static void answer_max31855(const struct thermometer *t, double celsius,
			    uint8_t *in)
{
	(void)t;
	wires_put(in, 4, (lround(celsius * 4) & 0x3fff) << 18 | 400 << 4);
}

static void answer_max6675(const struct thermometer *t, double celsius,
			   uint8_t *in)
{
	(void)t;
	wires_put(in, 2, lround(celsius * 4) << 3);
}

/* Behind the byte that tells the register; no fault in any. */
static void answer_registers(const struct thermometer *t, const uint8_t *regs,
			     size_t len, uint8_t *in)
{
	size_t reg = t->command & 0x7f;

	if (reg < len)
		memcpy(in + 1, regs + reg, len - reg);
}

static void answer_max31856(const struct thermometer *t, double celsius,
			    uint8_t *in)
{
	uint8_t regs[16] = { 0 };

	wires_put(regs + 0x0c, 3, lround(celsius * 128) << 5);
	answer_registers(t, regs, sizeof(regs), in);
}

/* As a part of the reference. */
static void answer_max31865(const struct thermometer *t, double celsius,
			    uint8_t *in)
{
	double ratio = t->rtd_ratio * heat_platinum_ohm(celsius);
	uint8_t regs[8] = { 0 };

	wires_put(regs + 0x01, 2, lround(fmin(ratio * 32768, 32767)) << 1);
	answer_registers(t, regs, sizeof(regs), in);
}

/* Register 7 is what a Texas LM75B tells of itself. */
static void answer_lm75(const struct thermometer *t, double celsius,
			uint8_t *in)
{
	if (!t->command)
		wires_put(in, 2, lround(celsius * 2) << 7);
	else if (t->command == 7)
		in[0] = 0xa1;
}

/* The checksum is x^8 + x^5 + x^4 + 1. */
static void put_checked(uint8_t *in, long value, uint8_t first)
{
	wires_put(in, 2, (uint32_t)value);
	in[2] = wires_crc(first, 0x31, in, 2);
}

static void answer_sht3x(const struct thermometer *t, double celsius,
			 uint8_t *in)
{
	bool fetched = t->command != 0xf32d; /* otherwise its status */

	put_checked(in, fetched ? lround((celsius + 45) / 175 * 65535) : 0,
		    0xff);
	put_checked(in + 3, lround(HUMIDITY * 65535), 0xff);
}

/* The two lowest bits tell what a value is. */
static void answer_htu21d(const struct thermometer *t, double celsius,
			  uint8_t *in)
{
	switch (t->command & 0xff) {
	case 0xe3:
	case 0xf3:
		put_checked(in, lround((celsius + 46.85) / 175.72 * 65536) & ~3,
			    0);
		break;
	case 0xe5:
	case 0xf5:
		put_checked(in,
			    (lround((HUMIDITY * 100 + 6) / 125 * 65536) & ~3) |
				    2,
			    0);
		break;
	case 0xe7:
		in[0] = 0x02;
		break;
	case 0xc9:
		put_checked(in, 0x3200, 0);
		break;
	}
}

/* Calibrated, and two values of 20 bits. */
static void answer_aht(const struct thermometer *t, double celsius, uint8_t *in)
{
	(void)t;
	in[0] = 0x18;
	wires_put(in + 1, 3, lround(HUMIDITY * 1048576) << 4);
	wires_put(in + 3, 3,
		  (long)in[3] << 16 | lround((celsius + 50) / 200 * 1048576));
}

/* The trimming of the data sheet's example, in which dig_T3 is 0, and 1006 hPa. */
static void answer_bme280(const struct thermometer *t, double celsius,
			  uint8_t *in)
{
	static const uint8_t trimming[] = {
		0x70, 0x6b, 0x43, 0x67, 0x00, 0x00, 0x7d, 0x8e,
		0x43, 0xd6, 0xd0, 0x0b, 0x27, 0x0b, 0x8c, 0x00,
		0xf9, 0xff, 0x8c, 0x3c, 0xf8, 0xc6, 0x70, 0x17
	};
	double raw = (celsius * 5120 / 26435 + 27504 / 1024.0) * 16384;
	uint8_t regs[256] = { [0xd0] = 0x60 };
	size_t reg = t->command & 0xff;

	memcpy(regs + 0x88, trimming, sizeof(trimming));
	wires_put(regs + 0xf7, 3, 415148L << 4);
	wires_put(regs + 0xfa, 3, lround(raw) << 4);
	for (size_t i = 0; i < ANSWER_MAX && reg + i < sizeof(regs); i++)
		in[i] = regs[reg + i];
}

static const struct thermometer_model {
	struct device_model match;
	uint8_t address; /* of I2C; 0: it is on SPI */
	/* Fill in what is read after @t's command. */
	void (*answer)(const struct thermometer *t, double celsius,
		       uint8_t *in);
} models[] = {
	{ { NULL, "MAX31855" }, 0, answer_max31855 },
	{ { NULL, "MAX31856" }, 0, answer_max31856 },
	{ { NULL, "MAX31865" }, 0, answer_max31865 },
	{ { NULL, "MAX6675" }, 0, answer_max6675 },
	{ { NULL, "LM75" }, 0x48, answer_lm75 },
	{ { NULL, "SHT3X" }, 0x44, answer_sht3x },
	{ { NULL, "HTU21D" }, 0x40, answer_htu21d },
	{ { NULL, "SI7013" }, 0x40, answer_htu21d },
	{ { NULL, "SI7020" }, 0x40, answer_htu21d },
	{ { NULL, "SI7021" }, 0x40, answer_htu21d },
	{ { NULL, "SHT21" }, 0x40, answer_htu21d },
	{ { NULL, "AHT10" }, 0x38, answer_aht },
	{ { NULL, "AHT1X" }, 0x38, answer_aht },
	{ { NULL, "AHT2X" }, 0x38, answer_aht },
	{ { NULL, "AHT3X" }, 0x38, answer_aht },
	{ { NULL, "BME280" }, 0x76, answer_bme280 },
};

/* What is set up is taken, and changes nothing. */
static bool talk(void *self, const struct device_message *message,
		 uint64_t now_us)
{
	struct thermometer *t = self;
	uint8_t in[ANSWER_MAX] = { 0 };
	size_t len = message->in_len < ANSWER_MAX ? message->in_len :
						    ANSWER_MAX;

	if (message->out_len)
		t->command = 0;
	for (size_t i = 0; i < message->out_len && i < 2; i++)
		t->command = (uint16_t)(t->command << 8 | message->out[i]);
	if (t->heat.base.wires.bus == DEVICE_SPI && message->out_len)
		t->command = message->out[0];
	t->model->answer(t, heat_celsius(&t->heat, now_us), in);
	if (len)
		memcpy(message->in, in, len);
	return true;
}

static bool make(void *self, const struct device_source *source)
{
	struct thermometer *t = self;
	const struct thermometer_model *m = DEVICE_MODEL(source, models);
	struct device_wires *wires = &t->heat.base.wires;

	t->model = m;
	t->rtd_ratio = device_positive(source, "rtd_nominal_r", 100) /
		       device_positive(source, "rtd_reference_r", 430);
	heat_read_heater(&t->heat, source);
	return m && (m->address ? wires_i2c(source, m->address, wires) :
				  wires_spi(source, "sensor_pin", wires));
}

const struct device_kind device_thermometer = {
	.size = sizeof(struct thermometer),
	.keys = "sensor_type sensor_pin heater_pin rtd_nominal_r "
		"rtd_reference_r " WIRES_I2C_KEYS,
	.make = make,
	.talk = talk,
	.drive = heat_drive,
	.show = heat_show,
	.reset = heat_reset,
};
