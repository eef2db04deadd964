// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Reading and writing memory: klipper-mcu-protocol.md, section 20. */
#include "chip_pins.h"
#include "klipper.h"

#define KEPT_MAX 64 /* bytes */

enum { DEBUG_RESULT = 2 };

/*
 * Of a chip's memory there are the words of its calibration, and the bytes that
 * were written last. All others are 0; on a real chip there may be a fault.
 */
struct memory {
	struct {
		uint32_t addr;
		uint8_t value;
	} kept[KEPT_MAX];
	uint8_t kept_len;
	uint8_t next; /* to be forgotten, when all are in use */
};

static uint8_t *find_kept(struct memory *memory, uint32_t addr)
{
	for (unsigned int i = 0; i < memory->kept_len; i++)
		if (memory->kept[i].addr == addr)
			return &memory->kept[i].value;
	return NULL;
}

static uint8_t read_byte(struct klipper *k, uint32_t addr)
{
	const struct chip_sensor *sensor =
		chip_pins_of(klipper_built_for(k))->sensor;
	uint8_t value, *kept;

	if (sensor && chip_sensor_read(sensor, addr, &value))
		return value;
	kept = find_kept(klipper_state(k, &klipper_debug), addr);
	return kept ? *kept : 0;
}

static void write_byte(struct klipper *k, uint32_t addr, uint8_t value)
{
	struct memory *memory = klipper_state(k, &klipper_debug);
	uint8_t *kept = find_kept(memory, addr);

	if (kept) {
		*kept = value;
		return;
	}
	memory->kept[memory->next].addr = addr;
	memory->kept[memory->next].value = value;
	memory->next = (memory->next + 1) % KEPT_MAX;
	if (memory->kept_len < KEPT_MAX)
		memory->kept_len++;
}

/* Return: bytes; what is no order is a byte. */
static unsigned int size_of(uint32_t order)
{
	return (uint8_t)order == 1 ? 2 : (uint8_t)order == 2 ? 4 : 1;
}

static const char *debug_read(const struct klipper_call *c)
{
	struct kcan_klp_value answer = { .num = 0 };

	for (unsigned int i = 0; i < size_of(c->v[0].num); i++)
		answer.num |= (uint32_t)read_byte(c->k, c->v[1].num + i)
			      << 8 * i;
	klipper_respond(c->k, &klipper_debug, DEBUG_RESULT, &answer);
	return NULL;
}

static const char *debug_write(const struct klipper_call *c)
{
	for (unsigned int i = 0; i < size_of(c->v[0].num); i++)
		write_byte(c->k, c->v[1].num + i,
			   (uint8_t)(c->v[2].num >> 8 * i));
	return NULL;
}

static const struct klipper_message messages[] = {
	{ "debug_read order=%c addr=%u", debug_read, .in_shutdown = true },
	{ "debug_write order=%c addr=%u val=%u", debug_write,
	  .in_shutdown = true },
	[DEBUG_RESULT] = { "debug_result val=%u" },
};

const struct klipper_module klipper_debug = {
	KLIPPER_MESSAGES(messages),
	.state_size = sizeof(struct memory),
};
