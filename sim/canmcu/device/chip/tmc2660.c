// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The TMC2660, by its data sheet: 20 bits in, and 20 out. */
#include "wires.h"

/* bytes; the uppermost four bits out, the lowest in, are none */
#define FRAME 3
#define REGISTER(frame) ((frame) >> 17 & 7) /* DRVCTRL: any below 4 */
#define SGCSCONF 6
#define DRVCONF 7
#define RDSEL(drvconf) ((drvconf) >> 4 & 3)
#define CURRENT 0x1f /* CS of SGCSCONF, SE of an answer */
#define STANDSTILL 0x80

struct tmc2660 {
	struct device_wires wires; /* first */
	uint32_t regs[8];
};

/* A current that CoolStep does not reduce, of a motor that stands. */
static uint32_t answer(const struct tmc2660 *t)
{
	uint32_t value =
		RDSEL(t->regs[DRVCONF]) == 2 ? t->regs[SGCSCONF] & CURRENT : 0;

	return (value << 10 | STANDSTILL) << 4;
}

static bool talk(void *self, const struct device_message *message,
		 uint64_t now_us)
{
	struct tmc2660 *t = self;
	uint32_t frame, told = answer(t);

	(void)now_us;
	if (message->out_len != FRAME)
		return false;
	frame = wires_get(message->out, FRAME);
	t->regs[REGISTER(frame)] = frame;
	wires_put(message->in, FRAME, told);
	return true;
}

static bool make(void *self, const struct device_source *source)
{
	struct tmc2660 *t = self;

	return device_is(source, "tmc2660") &&
	       wires_spi(source, "cs_pin", &t->wires);
}

const struct device_kind device_tmc2660 = {
	.size = sizeof(struct tmc2660),
	.keys = "cs_pin",
	.make = make,
	.talk = talk,
};
