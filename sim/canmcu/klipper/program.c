// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The Klipper application: its admin channel, and the way to its engine. */
#include <errno.h>
#include <kcan/admin.h>

#include "../mcu/mcu.h"
#include "engine.h"
#include "pin.h"
#include "stepper.h"

int mcu_shutdown(struct mcu *m, const char *reason, uint64_t now_us)
{
	struct klipper *k;

	if (!m->live.program || m->live.program->app != KCAN_ADMIN_APP_KLIPPER)
		return -EINVAL;
	k = klipper_of(m, now_us);
	if (!k)
		return -ENOMEM;
	/* CAN goes on as before: can-admin-channel.md, section 7 */
	klipper_shutdown(k, reason, now_us);
	return 0;
}

int mcu_put_pin(struct mcu *m, uint8_t pin, float level, uint64_t now_us)
{
	int err = pins_put(&m->pins, pin, level);

	if (!err && m->live.klipper)
		klipper_oids_pin_changed(m->live.klipper, now_us);
	return err;
}

/* An application, and when its steps are counted. */
struct moment {
	struct klipper *k;
	uint64_t now_us;
};

static int32_t steps_of(void *ctx, uint8_t step_pin)
{
	const struct moment *at = ctx;

	return at->k ? klipper_stepper_steps(at->k, step_pin, at->now_us) : 0;
}

bool mcu_read_pin(const struct mcu *m, uint8_t pin, uint64_t now_us,
		  float *level)
{
	struct moment at = { m->live.klipper, now_us };

	return pins_read(&m->pins, pin, level) ||
	       heat_read(&m->heat, pin, now_us, level) ||
	       rails_read(&m->rails, pin, steps_of, &at, level);
}

float mcu_look_at_pin(const struct mcu *m, uint8_t pin, const char **use,
		      uint64_t now_us)
{
	static const char *const names[] = {
		[KLIPPER_PIN_UNUSED] = "unused",
		[KLIPPER_PIN_OUTPUT] = "output",
		[KLIPPER_PIN_INPUT] = "input",
		[KLIPPER_PIN_PULL_UP] = "input",
		[KLIPPER_PIN_ADC] = "adc",
	};
	struct klipper *k = m->live.klipper;
	float level = 0;

	*use = names[k ? klipper_pin_use(k, pin) : KLIPPER_PIN_UNUSED];
	if (k)
		return klipper_pin_level(k, pin, now_us);
	mcu_read_pin(m, pin, now_us, &level);
	return level;
}

static void klipper_conflict(struct mcu *m, uint64_t now_us)
{
	mcu_shutdown(m, "Another CAN node assigned this ID", now_us);
}

/* Stats come even before a host has talked: section 12. */
static void klipper_assigned(struct mcu *m, uint64_t now_us)
{
	if (m->live.alarm)
		return;
	m->live.alarm = klipper_alarm;
	m->live.alarm_us = klipper_stats_us(m, now_us);
}

static bool klipper_data(struct mcu *m, uint64_t now_us)
{
	struct klipper *k = klipper_of(m, now_us);

	return k && klipper_step(k, now_us);
}

/* What is said first goes out by the main loop, which has to be called. */
static void klipper_starting(struct mcu *m, uint64_t now_us)
{
	struct klipper *k = klipper_of(m, now_us);

	if (k)
		klipper_tell_starting(k);
	m->live.alarm = klipper_alarm;
	m->live.alarm_us = klipper_stats_us(m, now_us);
}

static void klipper_started(struct mcu *m, uint64_t now_us)
{
	m->live.alarm = klipper_starting;
	m->live.alarm_us = now_us;
}

/* A block is run when its answer has room, and there is nobody to wait for. */
static bool klipper_serial_data(struct mcu *m, uint64_t now_us)
{
	mcu_transmit_queued(m, now_us);
	return klipper_data(m, now_us);
}

/* The task that reads the buffer is woken by the byte that ends a block. */
static bool klipper_uart_data(struct mcu *m, uint64_t now_us)
{
	if (m->live.woken && klipper_serial_data(m, now_us))
		return true;
	m->live.woken = false;
	return false;
}

static bool cmd_request_bootloader(struct mcu *m, const struct can_frame *f,
				   uint64_t now_us)
{
	(void)f;
	mcu_request_bootloader(m, now_us);
	return true;
}

static const struct mcu_cmd klipper_cmds[] = {
	{ KCAN_ADMIN_QUERY_UNASSIGNED, 1, false, mcu_cmd_query },
	/* not own_uuid: another MCU taking our id is how we see a conflict */
	{ KCAN_ADMIN_SET_KLIPPER_NODEID, 8, false, mcu_cmd_set },
	{ KCAN_ADMIN_REQUEST_BOOTLOADER, 7, true, cmd_request_bootloader },
};

/* More room than firmware has to send: klipper-mcu-protocol.md, section 2.4. */
#define ON_CAN                                                              \
	{                                                                   \
		.app = KCAN_ADMIN_APP_KLIPPER, .rx_size = MCU_RX_SIZE,      \
		.tx_size = MCU_TX_SIZE, .cmds = klipper_cmds,               \
		.cmds_len = sizeof(klipper_cmds) / sizeof(klipper_cmds[0]), \
		.data_task = klipper_data, .assigned = klipper_assigned,    \
		.conflict = klipper_conflict,                               \
	}

const struct mcu_program klipper_programs[MCU_LINK_COUNT] = {
	[MCU_LINK_CAN] = ON_CAN,
	[MCU_LINK_BRIDGE] = ON_CAN,
	[MCU_LINK_USB] = {
		.app = KCAN_ADMIN_APP_KLIPPER,
		.serial = true,
		.throttles = true,
		.rx_size = 128,
		.tx_size = MCU_TX_SIZE,
		.data_task = klipper_serial_data,
		.started = klipper_started,
	},
	[MCU_LINK_UART] = {
		.app = KCAN_ADMIN_APP_KLIPPER,
		.serial = true,
		.rx_size = MCU_RX_SIZE,
		.tx_size = MCU_TX_SIZE,
		.data_task = klipper_uart_data,
		.started = klipper_started,
	},
};
