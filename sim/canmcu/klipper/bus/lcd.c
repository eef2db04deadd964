// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * Character displays, which are written to and never read: klipper-mcu-protocol.md,
 * section 20.2. What they show is not kept.
 */
#include "bus.h"

#define PINS 6

struct lcd {
	uint8_t pins[PINS]; /* that are low while nothing is sent */
	uint8_t pins_len;
};

static void shut_down(const struct klipper_call *c)
{
	const struct lcd *lcd = c->object;

	for (uint8_t i = 0; i < lcd->pins_len; i++)
		klipper_pin_drive(c->k, lcd->pins[i], 0, c->now_us);
}

static const struct klipper_kind st7920_kind = {
	.size = sizeof(struct lcd),
	.shutdown = shut_down,
};
static const struct klipper_kind hd44780_kind = {
	.size = sizeof(struct lcd),
	.shutdown = shut_down,
};

/* @pins: as many as there are in a command, one after the other. */
static const char *config(const struct klipper_call *c,
			  const struct kcan_klp_value *pins, size_t len)
{
	struct lcd *lcd = c->object;
	const char *reason = NULL;

	for (size_t i = 0; i < len && !reason; i++) {
		reason = klipper_pin_setup_output(c->k, pins[i].num, 0,
						  c->now_us);
		if (!reason)
			lcd->pins[lcd->pins_len++] = (uint8_t)pins[i].num;
	}
	return reason;
}

static const char *config_st7920(const struct klipper_call *c)
{
	const char *reason = config(c, c->v + 2, 2);

	return reason ? reason :
			klipper_pin_setup_output(c->k, c->v[1].num, 1,
						 c->now_us);
}

static const char *config_hd44780(const struct klipper_call *c)
{
	return config(c, c->v + 1, PINS);
}

/* What is shown is kept nowhere. */
static const struct klipper_message messages[] = {
	{ "config_st7920 oid=%c cs_pin=%u sclk_pin=%u sid_pin=%u "
	  "sync_delay_ticks=%u cmd_delay_ticks=%u",
	  config_st7920, .makes = &st7920_kind },
	{ "st7920_send_cmds oid=%c cmds=%*s", .on = &st7920_kind },
	{ "st7920_send_data oid=%c data=%*s", .on = &st7920_kind },
	{ "config_hd44780 oid=%c rs_pin=%u e_pin=%u d4_pin=%u d5_pin=%u "
	  "d6_pin=%u d7_pin=%u delay_ticks=%u",
	  config_hd44780, .makes = &hd44780_kind },
	{ "hd44780_send_cmds oid=%c cmds=%*s", .on = &hd44780_kind },
	{ "hd44780_send_data oid=%c data=%*s", .on = &hd44780_kind },
};

const struct klipper_module klipper_lcds = {
	KLIPPER_MESSAGES(messages),
};
