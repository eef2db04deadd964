// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Load cells, and their converters, by the data sheets of those. */
#include <math.h>
#include <string.h>

#include "../motion.h"
#include "util/crc16.h"
#include "wires.h"

/* counts, where the section tells none */
#define ZERO 1000
#define PER_GRAM 100
#define GRAMS_PER_MM 5000 /* a bed gives way by a fifth of a mm under 1 kg */
#define COUNTS_MAX 0x7fffff

#define WORD 3 /* bytes of a value */
#define REGISTERS 7

struct load_cell;

/* A converter: a row of the table below. */
struct load_cell_model {
	struct device_model match;
	void (*talk)(struct load_cell *l, const struct device_message *message,
		     uint64_t now_us);
	double rate;	  /* samples a second, when the section tells none */
	uint8_t channels; /* of an ADS131M0x */
	uint16_t clock;	  /* its register, after a reset */
};

struct load_cell {
	struct device_base base; /* first; its pin tells of a new sample */
	const struct load_cell_model *model;
	const struct motion *motion; /* NULL: nothing is ever on it */
	double zero;		     /* counts with nothing on it */
	double per_gram;
	double clock_hz; /* of an ADS131M0x */
	double rate;	 /* samples a second */
	uint64_t taken;	 /* the last sample that was read, and all before */
	uint16_t regs[REGISTERS];
	uint32_t reply; /* of an ADS131M0x, see there */
};

static uint64_t last_sample(const struct load_cell *l, uint64_t now_us)
{
	return (uint64_t)((double)now_us * l->rate / 1e6);
}

static bool has_new(const struct load_cell *l, uint64_t now_us)
{
	return last_sample(l, now_us) > l->taken;
}

static float level(const void *self, uint64_t now_us)
{
	return !has_new(self, now_us);
}

/* On a [load_cell_probe] there is the nozzle, when it is below the bed. */
static double grams(const struct load_cell *l, uint64_t now_us)
{
	static const double nozzle[2];

	if (!l->motion)
		return 0;
	return GRAMS_PER_MM *
	       fmax(-motion_height(l->motion, nozzle, now_us), 0);
}

/* What is converted, of 24 bits; sample for sample a little more. */
static void put_value(const struct load_cell *l, uint8_t *in, uint64_t now_us)
{
	double counts = l->zero + (double)(l->taken % 3) +
			l->per_gram * grams(l, now_us);

	/* beyond them it has reached its end */
	counts = fmin(fmax(counts, -COUNTS_MAX), COUNTS_MAX);
	wires_put(in, WORD, (uint32_t)lround(counts));
}

static void put_new(struct load_cell *l, const struct device_message *message,
		    uint64_t now_us)
{
	if (message->in_len != WORD)
		return;
	l->taken = last_sample(l, now_us);
	put_value(l, message->in, now_us);
}

/* ADS1220: four registers. */

#define ADS1220_RESET 0x06
#define ADS1220_READ 0x20
#define ADS1220_WRITE 0x40
#define ADS1220_KIND 0xf0

/* "0x40 | register << 2 | count - 1", and what is written or read. */
static void talk_ads1220(struct load_cell *l,
			 const struct device_message *message, uint64_t now_us)
{
	uint8_t command = message->out_len ? message->out[0] : ADS1220_READ;
	unsigned int reg = command >> 2 & 3;
	size_t count = (command & 3u) + 1;

	memset(message->in, 0, message->in_len);
	if (command == ADS1220_RESET)
		memset(l->regs, 0, sizeof(l->regs));
	for (size_t i = 1; i <= count && i < message->out_len; i++, reg++) {
		if ((command & ADS1220_KIND) == ADS1220_WRITE)
			l->regs[reg % 4] = message->out[i];
		if ((command & ADS1220_KIND) == ADS1220_READ)
			message->in[i] = (uint8_t)l->regs[reg % 4];
	}
	if (!command)
		put_new(l, message, now_us);
}

/* ADS131M02 and ADS131M04: words, of which two bytes tell but in a value. */

#define CHANNELS_MAX 4
#define USUAL_HZ 8192000

/* Commands; the upper bits of those for registers. */
#define RESET 0x0011
#define READ 0xa000
#define WRITE 0x6000
#define KIND_BITS 0xe000
#define REPLY 0x10000 /* there is one; else the next frame has the status */
/* As an M02 says; that of an M04 ends with 24, which klippy refuses. */
#define WAS_RESET 0xff22

enum { ID, STATUS, MODE, CLOCK, GAIN1, CFG = 6 };

static void set_rate(struct load_cell *l)
{
	unsigned int clock = l->regs[CLOCK], cfg = l->regs[CFG];
	double osr = clock & 0x20 ? 64 : 128 << (clock >> 2 & 7);

	if (cfg & 0x100)
		osr = 3 * osr + (2 << (cfg >> 9 & 15));
	l->rate = l->clock_hz / 2 / osr;
}

static void start(struct load_cell *l)
{
	static const uint16_t regs[REGISTERS] = {
		[MODE] = 0x0510, [CFG] = 0x0600
	};

	memcpy(l->regs, regs, sizeof(regs));
	l->regs[ID] = (uint16_t)(0x2000 | l->model->channels << 8);
	l->regs[CLOCK] = l->model->clock;
	set_rate(l);
}

/* It was reset, has words of 24 bits, and channels that are ready. */
static uint16_t status_of(const struct load_cell *l, uint64_t now_us)
{
	unsigned int ready = has_new(l, now_us) ? 1 : 0;

	return (uint16_t)((l->regs[MODE] & 0x0700) |
			  (ready * (l->regs[CLOCK] >> 8 & 0x0f)));
}

/* A status or another reply, the channels, and a CRC. */
static void speak(struct load_cell *l, uint8_t *in, size_t len, uint64_t now_us)
{
	uint8_t frame[(CHANNELS_MAX + 2) * WORD] = { 0 };
	size_t crc_at = (l->model->channels + 1u) * WORD;

	wires_put(frame, 2, l->reply ? l->reply : status_of(l, now_us));
	if (len > WORD)
		l->taken = last_sample(l, now_us);
	for (size_t at = WORD; at < crc_at; at += WORD)
		put_value(l, frame + at, now_us);
	wires_put(frame + crc_at, 2, util_crc16_msb(frame, crc_at));
	memset(in, 0, len);
	memcpy(in, frame, len < sizeof(frame) ? len : sizeof(frame));
}

/* Return: as struct load_cell.reply; the status of then is no reply. */
static uint32_t obey(struct load_cell *l, uint16_t command, uint16_t value,
		     uint64_t now_us)
{
	unsigned int reg = command >> 7 & 0x3f;

	if (command == RESET) {
		start(l);
		l->taken = last_sample(l, now_us);
		return REPLY | WAS_RESET;
	}
	if ((command & KIND_BITS) == WRITE && reg > STATUS && reg < REGISTERS) {
		l->regs[reg] = value;
		set_rate(l);
		l->taken = last_sample(l, now_us);
		return REPLY | 0x4000u | (command & 0x1fffu);
	}
	if ((command & KIND_BITS) != READ || reg == STATUS)
		return 0;
	return REPLY | (reg < REGISTERS ? l->regs[reg] : 0u);
}

static void talk_ads131m0x(struct load_cell *l,
			   const struct device_message *message,
			   uint64_t now_us)
{
	const uint8_t *out = message->out;
	uint16_t value = 0;

	speak(l, message->in, message->in_len, now_us);
	if (message->out_len < 2)
		return;
	if (message->out_len >= WORD + 2)
		value = (uint16_t)wires_get(out + WORD, 2);
	l->reply = obey(l, (uint16_t)wires_get(out, 2), value, now_us);
}

static const struct load_cell_model models[] = {
	{ { NULL, "hx711" }, put_new, 80 },
	{ { NULL, "hx717" }, put_new, 320 },
	{ { NULL, "ads1220" }, talk_ads1220, 660 },
	{ { NULL, "ads131m02" }, talk_ads131m0x, 0, 2, 0x030e },
	{ { NULL, "ads131m04" }, talk_ads131m0x, 0, 4, 0x0f0e },
};

static bool talk(void *self, const struct device_message *message,
		 uint64_t now_us)
{
	struct load_cell *l = self;

	l->model->talk(l, message, now_us);
	return true;
}

static bool find_wires(struct load_cell *l, const struct device_source *source)
{
	struct device_pin clock;

	if (l->model->talk != put_new)
		return wires_spi(source, "cs_pin", &l->base.wires) &&
		       device_pin(source, "data_ready_pin", &l->base.pin);
	if (!device_pin(source, "dout_pin", &l->base.pin) ||
	    !device_pin(source, "sclk_pin", &clock))
		return false;
	l->base.wires = (struct device_wires){ DEVICE_BITS, clock.number,
					       l->base.pin.number };
	return true;
}

static bool make(void *self, const struct device_source *source)
{
	struct load_cell *l = self;
	const char *way = device_value(source, "sensor_orientation");

	l->model = DEVICE_MODEL(source, models);
	if (!l->model)
		return false;
	l->zero = ZERO;
	device_number(source, "reference_tare_counts", &l->zero);
	l->per_gram = device_positive(source, "counts_per_gram", PER_GRAM);
	if (way && !strcmp(way, "inverted"))
		l->per_gram = -l->per_gram;
	if (device_is(source, "load_cell_probe"))
		l->motion = source->motion;
	l->rate = device_positive(source, "sample_rate", l->model->rate);
	l->clock_hz = device_positive(source, "clock_freq", USUAL_HZ);
	if (l->model->channels)
		start(l);
	return find_wires(l, source);
}

const struct device_kind device_load_cell = {
	.size = sizeof(struct load_cell),
	.keys = "sensor_type cs_pin data_ready_pin dout_pin sclk_pin "
		"sample_rate clock_freq counts_per_gram reference_tare_counts "
		"sensor_orientation",
	.make = make,
	.level = level,
	.talk = talk,
};
