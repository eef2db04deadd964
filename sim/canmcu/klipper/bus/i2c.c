// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* I2C, in hardware and software: klipper-mcu-protocol.md, section 20.2. */
#include "bus.h"

enum { I2C_RESPONSE = 4 };

#define ADDRESS_BITS 0x7f

struct klipper_i2c {
	uint16_t line; /* as in struct device_wires */
	uint8_t address;
	bool ready; /* it has a bus */
};

static const struct klipper_kind kind = { .size = sizeof(struct klipper_i2c) };

struct klipper_i2c *klipper_i2c_find(struct klipper *k, uint8_t oid)
{
	return klipper_oid_find(k, oid, &kind);
}

/* Of nobody there the first address is not acknowledged. */
enum klipper_i2c_status klipper_i2c_transfer(const struct klipper_call *c,
					     const struct klipper_i2c *i2c,
					     struct device_message *message)
{
	message->to =
		(struct device_wires){ DEVICE_I2C, i2c->line, i2c->address };
	if (i2c->ready && mcu_talk(klipper_mcu(c->k), message, c->now_us))
		return KLIPPER_I2C_SUCCESS;
	return message->out_len || !message->in_len ?
		       KLIPPER_I2C_START_NACK :
		       KLIPPER_I2C_START_READ_NACK;
}

static const char *const reasons[] = {
	[KLIPPER_I2C_NACK] = "I2C NACK",
	[KLIPPER_I2C_TIMEOUT] = "I2C Timeout",
	[KLIPPER_I2C_START_NACK] = "I2C START NACK",
	[KLIPPER_I2C_START_READ_NACK] = "I2C START READ NACK",
};

const char *klipper_i2c_reason(enum klipper_i2c_status status)
{
	return reasons[status];
}

/* Another one may be set later. */
static const char *i2c_set_bus(const struct klipper_call *c)
{
	const struct mcu_type *type = klipper_built_for(c->k);
	struct klipper_i2c *i2c = c->object;
	struct bus_name bus;

	if (!bus_at(type, BUS_I2C, c->v[1].num, &bus))
		return bus_refusal(type, BUS_I2C);
	i2c->line = (uint16_t)c->v[1].num;
	i2c->address = c->v[3].num & ADDRESS_BITS;
	i2c->ready = true;
	return NULL;
}

static const char *i2c_set_sw_bus(const struct klipper_call *c)
{
	struct klipper_i2c *i2c = c->object;

	for (int i = 1; i <= 2; i++) {
		const char *reason = klipper_pin_setup(c->k, c->v[i].num,
						       KLIPPER_PIN_OUTPUT);

		if (reason)
			return reason;
		/* it is left to its pull-up but for a low level */
		klipper_pin_setup(c->k, c->v[i].num, KLIPPER_PIN_PULL_UP);
	}
	i2c->line = DEVICE_SOFTWARE + (uint8_t)c->v[1].num;
	i2c->address = c->v[4].num & ADDRESS_BITS;
	i2c->ready = true;
	return NULL;
}

/* More than a response can hold is read, but not told. */
static const char *i2c_transfer(const struct klipper_call *c)
{
	uint8_t in[UINT8_MAX] = { 0 };
	struct device_message message = {
		.out = c->v[1].data,
		.out_len = c->v[1].len,
		.in = in,
		.in_len = (uint8_t)c->v[2].num,
	};
	enum klipper_i2c_status status;

	status = klipper_i2c_transfer(c, c->object, &message);
	KLIPPER_RESPOND(c->k, &klipper_i2cs, I2C_RESPONSE,
			NUM((uint8_t)c->v[0].num), NUM(status),
			BYTES(in, (uint8_t)c->v[2].num));
	return NULL;
}

static int describe(const struct klipper_dictionary *d)
{
	json_t *statuses = json_pack(
		"{s:i, s:i, s:i, s:i, s:i}", "SUCCESS", KLIPPER_I2C_SUCCESS,
		"NACK", KLIPPER_I2C_NACK, "START_NACK", KLIPPER_I2C_START_NACK,
		"START_READ_NACK", KLIPPER_I2C_START_READ_NACK, "BUS_TIMEOUT",
		KLIPPER_I2C_TIMEOUT);

	return json_object_set_new(d->enumerations, "i2c_bus_status",
				   statuses) |
	       klipper_describe_buses(d, BUS_I2C);
}

static const struct klipper_message messages[] = {
	{ "config_i2c oid=%c", .makes = &kind },
	{ "i2c_set_bus oid=%c i2c_bus=%u rate=%u address=%u", i2c_set_bus,
	  &kind },
	{ "i2c_set_sw_bus oid=%c scl_pin=%u sda_pin=%u pulse_ticks=%u "
	  "address=%u",
	  i2c_set_sw_bus, &kind },
	{ "i2c_transfer oid=%c write=%*s read_len=%u", i2c_transfer, &kind },
	[I2C_RESPONSE] = { "i2c_response oid=%c i2c_bus_status=%c "
			   "response=%*s" },
};

/* With all that bus_refusal() may return, but for those of SPI. */
const struct klipper_module klipper_i2cs = {
	KLIPPER_MESSAGES(messages),
	.strings = KLIPPER_STRINGS("I2C NACK", "I2C Timeout", "I2C START NACK",
				   "I2C START READ NACK", "Unsupported i2c bus",
				   "Invalid i2c bus",
				   "Invalid i2c_setup parameters!"),
	.describe = describe,
};
