// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The converters ADS131M02 and ADS131M04 of load cells, by their data sheets. */
#include <string.h>

#include "load.h"
#include "util/array.h"
#include "util/crc16.h"
#include "wires.h"

#define WORD 3 /* bytes, of which two tell something but in a value */
#define CHANNELS_MAX 4
#define USUAL_HZ 8192000

/* Commands; the upper bits of those for registers. */
#define RESET 0x0011
#define READ 0xa000
#define WRITE 0x6000
#define KIND_BITS 0xe000
#define REPLY 0x10000 /* there is one */
/* As an M02 says; that of an M04 ends with 24, which klippy refuses. */
#define WAS_RESET 0xff22

enum { ID, STATUS, MODE, CLOCK, GAIN1, CFG = 6, REGISTERS };

static const struct ads131m0x_model {
	const char *sensor_type;
	uint8_t channels;
	uint16_t clock; /* its register, after a reset */
} models[] = {
	{ "ads131m02", 2, 0x030e },
	{ "ads131m04", 4, 0x0f0e },
};

struct ads131m0x {
	struct device_wires wires; /* first */
	struct load load;
	const struct ads131m0x_model *model;
	double clock_hz;
	uint64_t taken; /* the last sample that was read, and all before */
	uint8_t ready_pin;
	uint16_t regs[REGISTERS];
	uint32_t reply; /* REPLY, and what the next frame begins with; or 0 */
};

static double rate_of(const struct ads131m0x *a)
{
	unsigned int clock = a->regs[CLOCK], cfg = a->regs[CFG];
	double osr = clock & 0x20 ? 64 : 128 << (clock >> 2 & 7);

	if (cfg & 0x100)
		osr = 3 * osr + (2 << (cfg >> 9 & 15));
	return a->clock_hz / 2 / osr;
}

static uint64_t last_sample(const struct ads131m0x *a, uint64_t now_us)
{
	return (uint64_t)((double)now_us * rate_of(a) / 1e6);
}

static bool has_new(const struct ads131m0x *a, uint64_t now_us)
{
	return last_sample(a, now_us) > a->taken;
}

static bool read_level(const void *self, uint8_t pin, uint64_t now_us,
		       float *level)
{
	const struct ads131m0x *a = self;

	if (pin != a->ready_pin)
		return false;
	*level = has_new(a, now_us) ? 0 : 1;
	return true;
}

static void start(struct ads131m0x *a)
{
	static const uint16_t regs[REGISTERS] = {
		[MODE] = 0x0510, [CFG] = 0x0600
	};

	memcpy(a->regs, regs, sizeof(regs));
	a->regs[ID] = (uint16_t)(0x2000 | a->model->channels << 8);
	a->regs[CLOCK] = a->model->clock;
}

/* It was reset, has words of 24 bits, and channels that are ready. */
static uint16_t status_of(const struct ads131m0x *a, uint64_t now_us)
{
	unsigned int ready = has_new(a, now_us) ? 1 : 0;

	return (uint16_t)((a->regs[MODE] & 0x0700) |
			  (ready * (a->regs[CLOCK] >> 8 & 0x0f)));
}

static void put_word(uint8_t *at, uint32_t bits)
{
	for (int i = 0; i < WORD; i++)
		at[i] = (uint8_t)(bits >> 8 * (WORD - 1 - i));
}

/* A status or another reply, the channels, and a CRC. */
static void speak(struct ads131m0x *a, uint8_t *in, size_t len, uint64_t now_us)
{
	uint8_t frame[(CHANNELS_MAX + 2) * WORD] = { 0 };
	size_t crc_at = (a->model->channels + 1u) * WORD;

	put_word(frame, (a->reply ? a->reply & 0xffff : status_of(a, now_us))
				<< 8);
	if (len > WORD)
		a->taken = last_sample(a, now_us);
	for (size_t at = WORD; at < crc_at; at += WORD)
		put_word(frame + at, load_counts(&a->load, a->taken, now_us));
	put_word(frame + crc_at, (uint32_t)util_crc16_msb(frame, crc_at) << 8);
	memset(in, 0, len);
	memcpy(in, frame, len < sizeof(frame) ? len : sizeof(frame));
}

/* Return: as struct ads131m0x.reply; the status of then is no reply. */
static uint32_t obey(struct ads131m0x *a, uint16_t command, uint16_t value,
		     uint64_t now_us)
{
	unsigned int reg = command >> 7 & 0x3f;

	if (command == RESET) {
		start(a);
		a->taken = last_sample(a, now_us);
		return REPLY | WAS_RESET;
	}
	if ((command & KIND_BITS) == WRITE && reg > STATUS && reg < REGISTERS) {
		a->regs[reg] = value;
		a->taken = last_sample(a, now_us);
		return REPLY | 0x4000u | (command & 0x1fffu);
	}
	if ((command & KIND_BITS) != READ || reg == STATUS)
		return 0;
	return REPLY | (reg < REGISTERS ? a->regs[reg] : 0u);
}

static bool talk(void *self, const struct device_message *message,
		 uint64_t now_us)
{
	struct ads131m0x *a = self;
	const uint8_t *out = message->out;
	uint16_t value = 0;

	speak(a, message->in, message->in_len, now_us);
	if (message->out_len < 2)
		return true;
	if (message->out_len >= WORD + 2)
		value = (uint16_t)(out[WORD] << 8 | out[WORD + 1]);
	a->reply = obey(a, (uint16_t)(out[0] << 8 | out[1]), value, now_us);
	return true;
}

static bool make(void *self, const struct device_source *source)
{
	const char *type = device_value(source, "sensor_type");
	struct ads131m0x *a = self;

	for (size_t i = 0; type && i < ARRAY_SIZE(models); i++)
		if (!strcmp(models[i].sensor_type, type))
			a->model = &models[i];
	if (!a->model)
		return false;
	start(a);
	load_read(&a->load, source);
	a->clock_hz =
		device_positive(device_value(source, "clock_freq"), USUAL_HZ);
	return wires_spi(source, "cs_pin", &a->wires) &&
	       device_pin(source, "data_ready_pin", &a->ready_pin, NULL);
}

static const char *const keys[] = { "sensor_type", "cs_pin",  "data_ready_pin",
				    "clock_freq",  LOAD_KEYS, NULL };

const struct device_kind device_ads131m0x = {
	.size = sizeof(struct ads131m0x),
	.keys = keys,
	.make = make,
	.read = read_level,
	.talk = talk,
};
