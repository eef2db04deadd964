// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Thermometers that are chips on a bus, by their data sheets. */
#include <math.h>
#include <string.h>

#include "../heat.h"
#include "util/array.h"
#include "wires.h"

#define ANSWER_MAX 32
#define HUMIDITY 0.4 /* of all of them, 0..1 */

struct thermometer;

/** One chip: a row of the table below. */
struct thermometer_model {
	const char *sensor_type; /* in a printer.cfg */
	uint8_t address;	 /* of I2C; 0: it is on SPI */
	/* Fill in what is read after @t's command. */
	void (*answer)(const struct thermometer *t, double celsius,
		       uint8_t *in);
};

struct thermometer {
	struct device_wires wires; /* first */
	struct heat heat;
	const struct thermometer_model *model;
	double rtd_ratio; /* at 0 degrees C, to the reference; of a MAX31865 */
	uint16_t command; /* the last two bytes that were written */
};

static void put(uint8_t *in, size_t len, long value)
{
	for (size_t i = 0; i < len; i++)
		in[i] = (uint8_t)((unsigned long)value >> 8 * (len - 1 - i));
}

/* In quarters of a degree; and 25 degrees C at the cold junction. */
static void answer_max31855(const struct thermometer *t, double celsius,
			    uint8_t *in)
{
	(void)t;
	put(in, 4, (lround(celsius * 4) & 0x3fff) << 18 | 400 << 4);
}

static void answer_max6675(const struct thermometer *t, double celsius,
			   uint8_t *in)
{
	(void)t;
	put(in, 2, lround(celsius * 4) << 3);
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

	put(regs + 0x0c, 3, lround(celsius * 128) << 5);
	answer_registers(t, regs, sizeof(regs), in);
}

/* Platinum by Callendar and van Dusen, as a part of the reference. */
static void answer_max31865(const struct thermometer *t, double celsius,
			    uint8_t *in)
{
	double ratio = t->rtd_ratio *
		       (1 + 3.9083e-3 * celsius - 5.775e-7 * celsius * celsius);
	uint8_t regs[8] = { 0 };

	put(regs + 0x01, 2, lround(fmin(ratio * 32768, 32767)) << 1);
	answer_registers(t, regs, sizeof(regs), in);
}

/* Register 7 is what a Texas LM75B tells of itself. */
static void answer_lm75(const struct thermometer *t, double celsius,
			uint8_t *in)
{
	if (!t->command)
		put(in, 2, lround(celsius * 2) << 7);
	else if (t->command == 7)
		in[0] = 0xa1;
}

/* x^8 + x^5 + x^4 + 1 */
static void put_checked(uint8_t *in, long value, uint8_t first)
{
	uint8_t crc = first;

	put(in, 2, value);
	for (int bit = 0; bit < 16; bit++) {
		bool carry = (crc >> 7) ^ (value >> (15 - bit) & 1);

		crc = (uint8_t)(crc << 1 ^ (carry ? 0x31 : 0));
	}
	in[2] = crc;
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
	put(in + 1, 3, lround(HUMIDITY * 1048576) << 4);
	put(in + 3, 3,
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
	put(regs + 0xf7, 3, 415148L << 4);
	put(regs + 0xfa, 3, lround(raw) << 4);
	for (size_t i = 0; i < ANSWER_MAX && reg + i < sizeof(regs); i++)
		in[i] = regs[reg + i];
}

static const struct thermometer_model models[] = {
	{ "MAX31855", 0, answer_max31855 }, { "MAX31856", 0, answer_max31856 },
	{ "MAX31865", 0, answer_max31865 }, { "MAX6675", 0, answer_max6675 },
	{ "LM75", 0x48, answer_lm75 },	    { "SHT3X", 0x44, answer_sht3x },
	{ "HTU21D", 0x40, answer_htu21d },  { "SI7013", 0x40, answer_htu21d },
	{ "SI7020", 0x40, answer_htu21d },  { "SI7021", 0x40, answer_htu21d },
	{ "SHT21", 0x40, answer_htu21d },   { "AHT10", 0x38, answer_aht },
	{ "AHT1X", 0x38, answer_aht },	    { "AHT2X", 0x38, answer_aht },
	{ "AHT3X", 0x38, answer_aht },	    { "BME280", 0x76, answer_bme280 },
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
	if (t->wires.bus == DEVICE_SPI && message->out_len)
		t->command = message->out[0];
	t->model->answer(t, heat_celsius(&t->heat, now_us), in);
	if (len)
		memcpy(message->in, in, len);
	return true;
}

static void drive(void *self, uint8_t pin, float level, uint64_t now_us)
{
	heat_drive(&((struct thermometer *)self)->heat, pin, level, now_us);
}

static void reset(void *self, uint64_t now_us)
{
	heat_reset(&((struct thermometer *)self)->heat, now_us);
}

static void show(const void *self, uint64_t now_us, char *out, size_t size)
{
	heat_measure(&((const struct thermometer *)self)->heat, now_us, out,
		     size);
}

static const struct thermometer_model *find_model(const char *sensor_type)
{
	for (size_t i = 0; sensor_type && i < ARRAY_SIZE(models); i++)
		if (!strcmp(models[i].sensor_type, sensor_type))
			return &models[i];
	return NULL;
}

static bool make(void *self, const struct device_source *source)
{
	struct thermometer *t = self;
	const struct thermometer_model *m =
		find_model(device_value(source, "sensor_type"));

	if (!m || (m->address ? !wires_i2c(source, m->address, &t->wires) :
				!wires_spi(source, "sensor_pin", &t->wires)))
		return false;
	t->model = m;
	t->rtd_ratio =
		device_positive(device_value(source, "rtd_nominal_r"), 100) /
		device_positive(device_value(source, "rtd_reference_r"), 430);
	heat_read_heater(&t->heat, source);
	return true;
}

static const char *const keys[] = {
	"sensor_type",	   "sensor_pin",   "heater_pin", "rtd_nominal_r",
	"rtd_reference_r", WIRES_I2C_KEYS, NULL
};

const struct device_kind device_thermometer = {
	.size = sizeof(struct thermometer),
	.keys = keys,
	.make = make,
	.talk = talk,
	.drive = drive,
	.show = show,
	.reset = reset,
};
