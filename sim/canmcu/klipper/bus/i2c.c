// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* I2C, in hardware and software: klipper-mcu-protocol.md, section 20.2. */
#include "bus.h"
#include "util/array.h"

enum { CONFIG_I2C, I2C_SET_BUS, I2C_SET_SW_BUS, I2C_TRANSFER, I2C_RESPONSE };

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
enum klipper_i2c_status klipper_i2c_transfer(struct klipper *k,
					     const struct klipper_i2c *i2c,
					     struct device_message *message,
					     uint64_t now_us)
{
	message->to =
		(struct device_wires){ DEVICE_I2C, i2c->line, i2c->address };
	if (i2c->ready && mcu_talk(klipper_mcu(k), message, now_us))
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
static const char *i2c_set_bus(struct klipper *k, void *object,
			       const struct kcan_klp_value *v, uint64_t now_us)
{
	const struct mcu_type *type = klipper_mcu(k)->cfg.type;
	struct klipper_i2c *i2c = object;
	struct bus_name bus;

	(void)now_us;
	if (!bus_at(type, BUS_I2C, v[1].num, &bus))
		return bus_refusal(type, BUS_I2C);
	i2c->line = (uint16_t)v[1].num;
	i2c->address = v[3].num & ADDRESS_BITS;
	i2c->ready = true;
	return NULL;
}

static const char *i2c_set_sw_bus(struct klipper *k, void *object,
				  const struct kcan_klp_value *v,
				  uint64_t now_us)
{
	struct klipper_i2c *i2c = object;

	(void)now_us;
	for (int i = 1; i <= 2; i++) {
		const char *reason =
			klipper_pin_setup(k, v[i].num, KLIPPER_PIN_OUTPUT);

		if (reason)
			return reason;
		/* it is left to its pull-up but for a low level */
		klipper_pin_setup(k, v[i].num, KLIPPER_PIN_PULL_UP);
	}
	i2c->line = DEVICE_SOFTWARE + (uint8_t)v[1].num;
	i2c->address = v[4].num & ADDRESS_BITS;
	i2c->ready = true;
	return NULL;
}

/* More than a response can hold is read, but not told. */
static const char *i2c_transfer(struct klipper *k, void *object,
				const struct kcan_klp_value *v, uint64_t now_us)
{
	struct klipper_i2c *i2c = object;
	uint8_t in[UINT8_MAX] = { 0 };
	struct device_message message = {
		.out = v[1].data,
		.out_len = v[1].len,
		.in = in,
		.in_len = (uint8_t)v[2].num,
	};
	enum klipper_i2c_status status;

	status = klipper_i2c_transfer(k, i2c, &message, now_us);
	klipper_respond(k, &klipper_i2cs, I2C_RESPONSE,
			(struct kcan_klp_value[]){
				{ .num = (uint8_t)v[0].num },
				{ .num = status },
				{ .data = in, .len = (uint8_t)v[2].num },
			});
	return NULL;
}

static int describe(json_t *config, json_t *enumerations,
		    const struct klipper_build *build)
{
	json_t *statuses = json_pack(
		"{s:i, s:i, s:i, s:i, s:i}", "SUCCESS", KLIPPER_I2C_SUCCESS,
		"NACK", KLIPPER_I2C_NACK, "START_NACK", KLIPPER_I2C_START_NACK,
		"START_READ_NACK", KLIPPER_I2C_START_READ_NACK, "BUS_TIMEOUT",
		KLIPPER_I2C_TIMEOUT);

	return json_object_set_new(enumerations, "i2c_bus_status", statuses) ||
			       klipper_describe_buses(config, enumerations,
						      build->type, BUS_I2C) ?
		       -1 :
		       0;
}

static const struct klipper_message messages[] = {
	[CONFIG_I2C] = { "config_i2c oid=%c", KLIPPER_MAKES(kind, NULL) },
	[I2C_SET_BUS] = { "i2c_set_bus oid=%c i2c_bus=%u rate=%u address=%u",
			  KLIPPER_ON(kind, i2c_set_bus) },
	[I2C_SET_SW_BUS] = { "i2c_set_sw_bus oid=%c scl_pin=%u sda_pin=%u "
			     "pulse_ticks=%u address=%u",
			     KLIPPER_ON(kind, i2c_set_sw_bus) },
	[I2C_TRANSFER] = { "i2c_transfer oid=%c write=%*s read_len=%u",
			   KLIPPER_ON(kind, i2c_transfer) },
	[I2C_RESPONSE] = { "i2c_response oid=%c i2c_bus_status=%c "
			   "response=%*s" },
};

/* With all that bus_refusal() may return, but for those of SPI. */
static const char *const strings[] = {
	"I2C NACK",
	"I2C Timeout",
	"I2C START NACK",
	"I2C START READ NACK",
	"Unsupported i2c bus",
	"Invalid i2c bus",
	"Invalid i2c_setup parameters!",
};

const struct klipper_module klipper_i2cs = {
	.messages = messages,
	.messages_len = ARRAY_SIZE(messages),
	.strings = strings,
	.strings_len = ARRAY_SIZE(strings),
	.describe = describe,
};
