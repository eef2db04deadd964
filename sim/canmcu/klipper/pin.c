// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The pins of an MCU, and what is on them: klipper-mcu-protocol.md, 8.1. */
#include "pin.h"

#include "chip_pins.h"
#include "util/items.h"

/* 100 kOhm at 25 degrees C below 4.7 kOhm: open, it would read as very cold */
#define ROOM_LEVEL 0.955F
#define LINK_PIN_MAX 16

struct pin {
	float level; /* of an output */
	uint8_t use; /* enum klipper_pin_use */
};

static struct pin *pin_of(struct klipper *k, uint8_t pin)
{
	struct pin *pins = klipper_state(k, &klipper_pins);

	return &pins[pin];
}

static bool is_able(const struct mcu_type *type, uint32_t pin,
		    enum klipper_pin_use use)
{
	const struct chip_pins *chip = chip_pins_of(type);

	if (use == KLIPPER_PIN_ADC)
		return chip_pins_have(type, chip->adc, pin);
	if (use == KLIPPER_PIN_PWM)
		return chip_pins_have(type, chip->pwm, pin);
	/* the sensor in the chip has a number, but is no pin */
	return pin != PINS_TEMPERATURE && pins_has(type->pins, pin);
}

const char *klipper_pin_setup(struct klipper *k, uint32_t pin,
			      enum klipper_pin_use use)
{
	static const char *const reasons[] = {
		[KLIPPER_PIN_OUTPUT] = KLIPPER_NOT_OUTPUT,
		[KLIPPER_PIN_INPUT] = KLIPPER_NOT_INPUT,
		[KLIPPER_PIN_PULL_UP] = KLIPPER_NOT_INPUT,
		[KLIPPER_PIN_ADC] = KLIPPER_NOT_ADC,
		[KLIPPER_PIN_PWM] = KLIPPER_NOT_PWM,
	};

	if (!is_able(klipper_built_for(k), pin, use))
		return reasons[use];
	pin_of(k, (uint8_t)pin)->use = use;
	return NULL;
}

const char *klipper_pin_setup_input(struct klipper *k, uint32_t pin,
				    uint32_t pull_up)
{
	/* 0: none, and below 0: down, which reads the same with nothing on it */
	return klipper_pin_setup(k, pin,
				 (int8_t)pull_up > 0 ? KLIPPER_PIN_PULL_UP :
						       KLIPPER_PIN_INPUT);
}

enum klipper_pin_use klipper_pin_use(struct klipper *k, uint8_t pin)
{
	return pin_of(k, pin)->use;
}

void klipper_pin_drive(struct klipper *k, uint8_t pin, float level,
		       uint64_t now_us)
{
	pin_of(k, pin)->level = level;
	mcu_drive_pin(klipper_mcu(k), pin, level, now_us);
}

const char *klipper_pin_setup_output(struct klipper *k, uint32_t pin,
				     float level, uint64_t now_us)
{
	const char *reason = klipper_pin_setup(k, pin, KLIPPER_PIN_OUTPUT);

	if (!reason)
		klipper_pin_drive(k, (uint8_t)pin, level, now_us);
	return reason;
}

/* With nothing on it. */
static float level_alone(struct klipper *k, uint8_t pin)
{
	static const float alone[] = {
		[KLIPPER_PIN_UNUSED] = 0,
		[KLIPPER_PIN_INPUT] = 0,
		[KLIPPER_PIN_PULL_UP] = 1,
		[KLIPPER_PIN_ADC] = ROOM_LEVEL,
	};
	const struct chip_sensor *sensor;

	if (pin != PINS_TEMPERATURE)
		return alone[pin_of(k, pin)->use];
	sensor = chip_pins_of(klipper_built_for(k))->sensor;
	return sensor ? sensor->room_level : 0;
}

float klipper_pin_level(struct klipper *k, uint8_t pin, uint64_t now_us)
{
	const struct pin *p = pin_of(k, pin);
	float level;

	if (p->use == KLIPPER_PIN_OUTPUT || p->use == KLIPPER_PIN_PWM)
		return p->level;
	if (mcu_read_pin(klipper_mcu(k), pin, now_us, &level))
		return level;
	return level_alone(k, pin);
}

enum { RESERVE_CAN, RESERVE_USB, RESERVE_SERIAL, RESERVES };

/* Return: "PA11,PA12", or NULL when the link takes none such, or does not tell. */
static const char *reserved_pins(const struct mcu_type *type,
				 enum mcu_link link, int what)
{
	const struct link_pins *pins = chip_pins_of(type)->links;
	const char *const rows[RESERVES][MCU_LINK_COUNT] = {
		[RESERVE_CAN] = { [MCU_LINK_CAN] = pins->can,
				  [MCU_LINK_BRIDGE] = pins->bridge_can },
		[RESERVE_USB] = { [MCU_LINK_USB] = pins->usb,
				  [MCU_LINK_BRIDGE] = pins->usb },
		[RESERVE_SERIAL] = { [MCU_LINK_UART] = pins->serial },
	};

	return rows[what][link];
}

/* Return: whether one of @list is named by what is on the board. */
static bool is_in_use(const struct mcu *m, const char *list)
{
	char name[LINK_PIN_MAX];

	while (list && util_next_item(&list, name, sizeof(name))) {
		int pin = pins_find(m->cfg.type->pins, name);

		if (pin >= 0 && devices_is_named(&m->devices, (uint8_t)pin))
			return true;
	}
	return false;
}

uint8_t klipper_pins_elsewhere(const struct mcu *m)
{
	uint8_t bits = 0;

	for (int i = 0; i < RESERVES; i++)
		if (is_in_use(m, reserved_pins(m->cfg.type, m->cfg.link, i)))
			bits |= (uint8_t)(1 << i);
	return bits;
}

/* A host that wants one of them for something else is told. */
static int reserve(json_t *config, const struct klipper_build *build)
{
	static const char *const names[RESERVES] = { "RESERVE_PINS_CAN",
						     "RESERVE_PINS_USB",
						     "RESERVE_PINS_serial" };
	int err = 0;

	for (int i = 0; i < RESERVES; i++) {
		const char *pins = reserved_pins(build->type, build->link, i);

		if (pins && !(build->elsewhere >> i & 1))
			err |= json_object_set_new(config, names[i],
						   json_string(pins));
	}
	return err;
}

/* One entry for a row of pins: section 8.1. */
static int describe(const struct klipper_dictionary *d)
{
	json_t *pins = json_object();
	const struct pin_range *range = d->build->type->pins;
	int err = reserve(d->config, d->build);

	for (; range->name && !err; range++)
		err = json_object_set_new(
			pins, range->name,
			range->count == 1 ? json_integer(range->first) :
					    json_pack("[i, i]", range->first,
						      range->count));
	return json_object_set_new(d->enumerations, "pin", pins) | err;
}

const struct klipper_module klipper_pins = {
	.strings = KLIPPER_STRINGS(KLIPPER_NOT_OUTPUT, KLIPPER_NOT_INPUT,
				   KLIPPER_NOT_ADC),
	.state_size = PINS_MAX * sizeof(struct pin),
	.describe = describe,
};
