// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* The Klipper application: its admin channel, and the way to its engine. */
#include "program.h"

#include <errno.h>
#include <kcan/admin.h>
#include <string.h>

#include "engine.h"
#include "motion/stepper.h"
#include "pin.h"
#include "util/array.h"

/* What it remembers: mcu_own.flags */
enum { WOKEN };

static int klipper_shut_down(struct mcu *m, const char *reason, uint64_t now_us)
{
	struct klipper *k = klipper_of(m, now_us);

	if (!k)
		return -ENOMEM;
	/* CAN goes on as before: can-admin-channel.md, section 7 */
	klipper_shutdown(k, reason, now_us);
	return 0;
}

static void klipper_stop(struct mcu *m)
{
	klipper_free(mcu_object(m));
}

static void klipper_pin_changed(struct mcu *m, uint64_t now_us)
{
	if (mcu_object(m))
		klipper_oids_pin_changed(mcu_object(m), now_us);
}

static int32_t klipper_steps(const struct mcu *m, uint8_t step_pin,
			     uint64_t now_us)
{
	struct klipper *k = mcu_object(m);

	return k ? klipper_stepper_steps(k, step_pin, now_us) : 0;
}

static bool klipper_look_at_pin(const struct mcu *m, uint8_t pin,
				const char **use, float *level, uint64_t now_us)
{
	static const char *const names[] = {
		[KLIPPER_PIN_UNUSED] = "unused",
		[KLIPPER_PIN_OUTPUT] = "output",
		[KLIPPER_PIN_INPUT] = "input",
		[KLIPPER_PIN_PULL_UP] = "input",
		[KLIPPER_PIN_ADC] = "adc",
		[KLIPPER_PIN_PWM] = "output",
	};
	struct klipper *k = mcu_object(m);

	if (!k)
		return false;
	*use = names[klipper_pin_use(k, pin)];
	*level = klipper_pin_level(k, pin, now_us);
	return true;
}

static void klipper_conflict(struct mcu *m, uint64_t now_us)
{
	mcu_shutdown(m, "Another CAN node assigned this ID", now_us);
}

static void klipper_discards(struct mcu *m, bool discards, uint64_t now_us)
{
	struct klipper *k = klipper_of(m, now_us);

	if (k)
		klipper_respond(k, &klipper_bridges, 0, &NUM(discards));
}

/* Stats come even before a host has talked: section 12. */
static void klipper_assigned(struct mcu *m, uint64_t now_us)
{
	if (!mcu_has_alarm(m))
		mcu_wake_at(m, klipper_stats_us(m, now_us));
}

static bool klipper_data(struct mcu *m, struct kcan_stream *rx, uint64_t now_us)
{
	struct klipper *k = klipper_of(m, now_us);

	return k && klipper_step(k, rx, now_us);
}

/* What is said first goes out by the main loop, which has to be called. */
static void klipper_starting(struct mcu *m, uint64_t now_us)
{
	struct klipper *k = klipper_of(m, now_us);

	if (k)
		klipper_respond_basic(k, KLIPPER_STARTING, NULL);
	mcu_wake_at(m, klipper_stats_us(m, now_us));
}

static void klipper_started(struct mcu *m, uint64_t now_us)
{
	mcu_set_alarm(m, now_us, klipper_starting);
}

/* A block is run when its answer has room, and there is nobody to wait for. */
static bool klipper_serial_data(struct mcu *m, struct kcan_stream *rx,
				uint64_t now_us)
{
	mcu_transmit_queued(m, now_us);
	return klipper_data(m, rx, now_us);
}

/* The task that reads the buffer is woken by the byte that ends a block. */
static void klipper_uart_interrupt(struct mcu *m, const uint8_t *bytes,
				   size_t len)
{
	if (memchr(bytes, KCAN_KLP_SYNC, len))
		mcu_own(m)->flags[WOKEN] = true;
}

static bool klipper_uart_data(struct mcu *m, struct kcan_stream *rx,
			      uint64_t now_us)
{
	if (mcu_own(m)->flags[WOKEN] && klipper_serial_data(m, rx, now_us))
		return true;
	mcu_own(m)->flags[WOKEN] = false;
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

/* What does not depend on the link. */
#define COMMON                                                             \
	.app = KCAN_ADMIN_APP_KLIPPER, .tx_size = MCU_TX_SIZE,             \
	.stop = klipper_stop, .alarm = klipper_alarm,                      \
	.shutdown = klipper_shut_down, .pin_changed = klipper_pin_changed, \
	.look_at_pin = klipper_look_at_pin, .steps = klipper_steps

/* More room than firmware has to send: klipper-mcu-protocol.md, section 2.4. */
#define ON_CAN                                                           \
	COMMON, .rx_size = MCU_RX_SIZE, .cmds = klipper_cmds,            \
		.cmds_len = ARRAY_SIZE(klipper_cmds),                    \
		.data_task = klipper_data, .assigned = klipper_assigned, \
		.conflict = klipper_conflict

static const struct mcu_program klipper_programs[MCU_LINK_COUNT] = {
	[MCU_LINK_CAN] = { ON_CAN },
	[MCU_LINK_BRIDGE] = { ON_CAN, .discards = klipper_discards },
	[MCU_LINK_USB] = {
		COMMON,
		.serial = true,
		.throttles = true,
		.rx_size = 128,
		.data_task = klipper_serial_data,
		.started = klipper_started,
		.usb_touched = mcu_request_bootloader,
	},
	[MCU_LINK_UART] = {
		COMMON,
		.serial = true,
		.rx_size = MCU_RX_SIZE,
		.data_task = klipper_uart_data,
		.started = klipper_started,
		.interrupt = klipper_uart_interrupt,
	},
};

int klipper_install(struct mcu_software *s, uint64_t lateness_us)
{
	struct klipper_firmware *firmware;
	int err = klipper_firmware_new(&firmware, klipper_modules);

	if (err)
		return err;
	firmware->lateness.max_us = lateness_us;
	s->application = klipper_programs;
	s->shared = firmware;
	return 0;
}

void klipper_uninstall(struct mcu_software *s)
{
	klipper_firmware_free(s->shared);
	s->shared = NULL;
}
