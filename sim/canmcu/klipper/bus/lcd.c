// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * Character displays, which are written to and never read: klipper-mcu-protocol.md,
 * section 20.2. What they show is not kept.
 */
#include "bus.h"
#include "util/array.h"

enum {
	CONFIG_ST7920,
	ST7920_SEND_CMDS,
	ST7920_SEND_DATA,
	CONFIG_HD44780,
	HD44780_SEND_CMDS,
	HD44780_SEND_DATA,
};

#define PINS 6

struct lcd {
	uint8_t pins[PINS]; /* that are low while nothing is sent */
	uint8_t pins_len;
};

static void shut_down(struct klipper *k, void *object, uint64_t now_us)
{
	const struct lcd *lcd = object;

	for (uint8_t i = 0; i < lcd->pins_len; i++)
		klipper_pin_drive(k, lcd->pins[i], 0, now_us);
}

static const struct klipper_kind st7920_kind = {
	.size = sizeof(struct lcd),
	.shutdown = shut_down,
};
static const struct klipper_kind hd44780_kind = {
	.size = sizeof(struct lcd),
	.shutdown = shut_down,
};

static const char *set_up(struct klipper *k, uint32_t pin, float level,
			  uint64_t now_us)
{
	const char *reason = klipper_pin_setup(k, pin, KLIPPER_PIN_OUTPUT);

	if (!reason)
		klipper_pin_drive(k, (uint8_t)pin, level, now_us);
	return reason;
}

/* @pins: as many as there are in a command, one after the other. */
static const char *config(struct klipper *k, struct lcd *lcd,
			  const struct kcan_klp_value *pins, size_t len,
			  uint64_t now_us)
{
	const char *reason = NULL;

	for (size_t i = 0; i < len && !reason; i++) {
		reason = set_up(k, pins[i].num, 0, now_us);
		if (!reason)
			lcd->pins[lcd->pins_len++] = (uint8_t)pins[i].num;
	}
	return reason;
}

static const char *config_st7920(struct klipper *k, void *object,
				 const struct kcan_klp_value *v,
				 uint64_t now_us)
{
	const char *reason = config(k, object, v + 2, 2, now_us);

	return reason ? reason : set_up(k, v[1].num, 1, now_us);
}

static const char *config_hd44780(struct klipper *k, void *object,
				  const struct kcan_klp_value *v,
				  uint64_t now_us)
{
	return config(k, object, v + 1, PINS, now_us);
}

/* What is shown is kept nowhere. */
static const struct klipper_message messages[] = {
	[CONFIG_ST7920] = { "config_st7920 oid=%c cs_pin=%u sclk_pin=%u "
			    "sid_pin=%u sync_delay_ticks=%u "
			    "cmd_delay_ticks=%u",
			    KLIPPER_MAKES(st7920_kind, config_st7920) },
	[ST7920_SEND_CMDS] = { "st7920_send_cmds oid=%c cmds=%*s",
			       KLIPPER_ON(st7920_kind, NULL) },
	[ST7920_SEND_DATA] = { "st7920_send_data oid=%c data=%*s",
			       KLIPPER_ON(st7920_kind, NULL) },
	[CONFIG_HD44780] = { "config_hd44780 oid=%c rs_pin=%u e_pin=%u "
			     "d4_pin=%u d5_pin=%u d6_pin=%u d7_pin=%u "
			     "delay_ticks=%u",
			     KLIPPER_MAKES(hd44780_kind, config_hd44780) },
	[HD44780_SEND_CMDS] = { "hd44780_send_cmds oid=%c cmds=%*s",
				KLIPPER_ON(hd44780_kind, NULL) },
	[HD44780_SEND_DATA] = { "hd44780_send_data oid=%c data=%*s",
				KLIPPER_ON(hd44780_kind, NULL) },
};

const struct klipper_module klipper_lcds = {
	.messages = messages,
	.messages_len = ARRAY_SIZE(messages),
};
