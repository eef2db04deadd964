// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Power, reset, and what starts then: can-admin-channel.md, section 8. */
#include <errno.h>
#include <kcan/admin.h>
#include <string.h>

#include "mcu_program.h"

/* from COMPLETE to the reset, katapult-protocol.md, section 4.5 */
#define COMPLETE_US 100000

/* Katapult's double-reset window, section 8.3, step 3 */
#define WINDOW_OPENS_US 10000
#define WINDOW_LASTS_US 490000

static bool is_application(enum mcu_state state)
{
	return state == MCU_KLIPPER || state == MCU_SHUTDOWN;
}

static bool is_for_other_link(const struct mcu *m)
{
	static const enum kcan_image_link links[MCU_LINK_COUNT] = {
		[MCU_LINK_CAN] = KCAN_IMAGE_LINK_CAN,
		[MCU_LINK_BRIDGE] = KCAN_IMAGE_LINK_BRIDGE,
		[MCU_LINK_USB] = KCAN_IMAGE_LINK_USB,
		[MCU_LINK_UART] = KCAN_IMAGE_LINK_UART,
	};

	return m->flashed.link && m->flashed.link != links[m->cfg.link];
}

/* As it is built for the link; what is flashed for another one is not seen here. */
static const struct mcu_program *program_of(const struct mcu *m,
					    enum mcu_state state)
{
	const struct mcu_software *software = &m->env->software;
	const struct mcu_program *rows = NULL;

	if (is_application(state) && !is_for_other_link(m))
		rows = software->application;
	else if (state == MCU_KATAPULT)
		rows = software->bootloader;
	return rows ? &rows[m->cfg.link] : NULL;
}

static void stop(struct mcu *m)
{
	if (m->live.program && m->live.program->stop)
		m->live.program->stop(m);
}

/* What is flashed counts where the bus has a rate that somebody has named. */
static uint32_t klipper_bps(const struct mcu *m)
{
	uint32_t flashed_bps = m->flashed.dictionary.can_bps;
	bool is_named = m->env->bitrate_bps || m->cfg.klipper_bps;

	return flashed_bps && is_named ? flashed_bps : m->cfg.klipper_bps;
}

static bool is_off_speed(const struct mcu *m)
{
	uint32_t bus_bps = m->env->bitrate_bps, own_bps = 0;

	if (m->state == MCU_KATAPULT)
		own_bps = m->cfg.katapult_bps;
	else if (is_application(m->state))
		own_bps = klipper_bps(m);
	return own_bps && own_bps != (bus_bps ? bus_bps : MCU_CAN_BPS_MAX);
}

static void forget(struct mcu *m, enum mcu_state state, uint64_t now_us)
{
	struct mcu_live *live = &m->live;

	stop(m);
	devices_reset(&m->devices, now_us);
	memset(live, 0, sizeof(*live));
	flash_reset(&m->flash);
	m->state = state;
	live->program = program_of(m, state);
	live->off_speed = is_off_speed(m);
	live->start_us = now_us;
	kcan_stream_init(&live->rx, live->rx_buf,
			 live->program ? live->program->rx_size : 0);
	kcan_stream_init(&live->tx, live->tx_buf,
			 live->program ? live->program->tx_size : 0);
}

/* What comes of @state, which a board is to start in. */
static enum mcu_state first_state(struct mcu *m, enum mcu_state state)
{
	if (!m->flash.map || !is_application(state))
		return state;
	if (m->cfg.bootloader == BOOTLOADER_KATAPULT &&
	    !flash_has_application(&m->flash))
		return MCU_KATAPULT;
	return mcu_problem_at(m, m->flash.app_start) ? MCU_DEAD : state;
}

bool mcu_is_on_can(const struct mcu *m)
{
	return m->live.program && !mcu_is_serial(m);
}

static void start_assigned(struct mcu *m, uint8_t nodeid)
{
	m->live.rx_id = kcan_nodeid_rx_id(nodeid);
	if (m->live.program->assigned)
		m->live.program->assigned(m, m->live.start_us);
}

int mcu_init(struct mcu *m, const struct mcu_cfg *cfg,
	     const struct mcu_env *env)
{
	int err = 0;

	memset(m, 0, sizeof(*m));
	m->cfg = *cfg;
	m->env = env;
	mcu_init_flash(m);
	m->generation = 1;
	forget(m, first_state(m, cfg->state), env->start_us);
	if (m->state == MCU_DEAD)
		mcu_event(m, EVENT_CRASH, m->flashed.problem, env->start_us);
	if (cfg->nodeid >= 0 && mcu_is_on_can(m))
		start_assigned(m, (uint8_t)cfg->nodeid);
	if (m->live.program && m->live.program->started)
		m->live.program->started(m, env->start_us);
	faults_init(&m->faults, env->seed, &cfg->uuid);
	err = mcu_init_devices(m);
	for (size_t i = 0; i < cfg->faults_len && !err; i++)
		err = faults_add(&m->faults, &cfg->faults[i]);
	return err;
}

void mcu_fini(struct mcu *m)
{
	stop(m);
	faults_fini(&m->faults);
	pins_fini(&m->pins);
	devices_fini(&m->devices);
	flash_fini(&m->flash);
}

void mcu_configure(struct mcu *m, const struct mcu_cfg *cfg)
{
	bool other_flash = !mcu_same_flash(&m->cfg, cfg) ||
			   mcu_starts_first(&m->cfg) != mcu_starts_first(cfg);

	/* another chip has other pins, with nothing on them */
	if (m->cfg.type != cfg->type) {
		pins_fini(&m->pins);
		devices_fini(&m->devices);
	}
	m->cfg = *cfg;
	m->live.off_speed = is_off_speed(m);
	flash_set_ecc(&m->flash, cfg->ecc);
	if (!other_flash)
		return;
	flash_fini(&m->flash);
	mcu_init_flash(m);
	m->rom_for_good = false;
}

static void change(struct mcu *m, enum mcu_state state, uint64_t now_us)
{
	enum mcu_state old = m->state;
	int err = m->live.stall_us ? flash_cut_short(&m->flash) : 0;

	if (err)
		mcu_event_flash_error(m, err, now_us);
	forget(m, state, now_us);
	if (state != old)
		mcu_event(m, EVENT_STATE, mcu_state_name(state), now_us);
	if (m->live.program && m->live.program->started)
		m->live.program->started(m, now_us);
}

void mcu_enter(struct mcu *m, enum mcu_state state, uint64_t now_us)
{
	m->generation++;
	change(m, state, now_us);
}

void mcu_halt(struct mcu *m, const char *reason, uint64_t now_us)
{
	uint8_t slots_used = m->live.slots_used;

	mcu_event(m, EVENT_CRASH, reason, now_us);
	change(m, MCU_DEAD, now_us);
	/* the CAN hardware needs no CPU to send what it holds */
	m->live.slots_used = slots_used;
}

static void enter_rom(struct mcu *m, uint64_t now_us)
{
	m->rom_flag = false;
	mcu_enter(m, MCU_ROM, now_us);
}

static void start_at(struct mcu *m, uint32_t address, uint64_t now_us)
{
	const char *problem = mcu_problem_at(m, address);

	m->cell = MCU_CELL_CLEARED;
	if (problem)
		mcu_halt(m, problem, now_us);
	/* its own early start code looks at the flag first (section 8.4) */
	else if (m->rom_flag)
		enter_rom(m, now_us);
	else
		mcu_enter(m, MCU_KLIPPER, now_us);
	mcu_event_application(m, now_us);
}

static void start_application(struct mcu *m, uint64_t now_us)
{
	start_at(m, m->flash.app_start, now_us);
}

static void start_katapult(struct mcu *m, uint64_t now_us)
{
	mcu_enter(m, MCU_KATAPULT, now_us);
}

/* Step 4: by way of another reset, which finds the cell. */
static void leave_katapult(struct mcu *m, uint64_t now_us)
{
	m->cell = MCU_CELL_START;
	mcu_boot(m, now_us);
}

void mcu_complete(struct mcu *m, bool at_once, uint64_t now_us)
{
	mcu_set_alarm(m, now_us + (at_once ? 0 : COMPLETE_US), leave_katapult);
}

static void open_window(struct mcu *m, uint64_t now_us)
{
	m->cell = MCU_CELL_STAY;
	mcu_set_alarm(m, now_us + WINDOW_LASTS_US, leave_katapult);
}

static void boot_through_katapult(struct mcu *m, uint64_t now_us)
{
	enum mcu_cell cell = m->cell;
	bool present = flash_has_application(&m->flash);

	m->cell = MCU_CELL_CLEARED;
	/* step 1 does not look before it jumps */
	if (cell == MCU_CELL_START)
		start_application(m, now_us);
	else if (cell == MCU_CELL_STAY || !present)
		mcu_set_alarm(m, now_us + m->cfg.boot_us, start_katapult);
	else if (m->cfg.double_reset)
		mcu_set_alarm(m, now_us + WINDOW_OPENS_US, open_window);
	else
		leave_katapult(m, now_us);
}

/* Only of these STM32 it is the application that goes on to the ROM. */
static bool goes_to_rom(const struct mcu *m)
{
	return m->rom_for_good ||
	       (m->rom_flag && m->cfg.type->rom != FAMILY_ROM_DFUSE);
}

static void start(struct mcu *m, uint64_t now_us)
{
	m->live.alarm = NULL;
	if (goes_to_rom(m))
		enter_rom(m, now_us);
	else if (m->cfg.bootloader == BOOTLOADER_KATAPULT)
		boot_through_katapult(m, now_us);
	else
		start_application(m, now_us);
}

static const struct fault *boot_fault(struct mcu *m, enum fault_kind kind,
				      uint64_t now_us)
{
	return mcu_fault(m, &(struct fault_place){ .kind = kind }, now_us);
}

void mcu_boot(struct mcu *m, uint64_t now_us)
{
	const struct fault *late;

	mcu_enter(m, MCU_BOOT, now_us);
	if (boot_fault(m, FAULT_BOOT_NEVER, now_us))
		return;
	late = boot_fault(m, FAULT_BOOT_LATE, now_us);
	if (late)
		mcu_set_alarm(m, now_us + late->ms * 1000, start);
	else
		start(m, now_us);
}

static void power_on(struct mcu *m, uint64_t now_us)
{
	mcu_power(m, true, now_us);
}

void mcu_lose_power(struct mcu *m, uint64_t back_us, uint64_t now_us)
{
	mcu_power(m, false, now_us);
	if (back_us)
		mcu_set_alarm(m, now_us + back_us, power_on);
}

int mcu_reset(struct mcu *m, uint64_t now_us)
{
	if (m->state == MCU_OFF)
		return -EHOSTDOWN;
	mcu_event(m, EVENT_RESET, "pin", now_us);
	mcu_boot(m, now_us);
	return 0;
}

/* The other columns of the family's table: can-admin-channel.md, section 8.1. */
static enum bootloader asked_for(const struct mcu *m)
{
	const struct mcu_cfg *cfg = &m->cfg;

	if (cfg->bootloader != BOOTLOADER_KATAPULT || m->flashed.is_signed)
		return cfg->bootloader;
	/* builds with USB go on with the ROM, where it can do it */
	return mcu_link_is_usb(cfg->link) &&
			       cfg->type->rom == FAMILY_ROM_DFUSE ?
		       BOOTLOADER_ROM :
		       BOOTLOADER_NONE;
}

void mcu_restart(struct mcu *m, uint64_t now_us)
{
	/* klipper-mcu-protocol.md, section 14.1 */
	if (asked_for(m) == BOOTLOADER_KATAPULT)
		m->cell = MCU_CELL_START;
	mcu_event(m, EVENT_RESET, "command", now_us);
	mcu_boot(m, now_us);
}

void mcu_power(struct mcu *m, bool on, uint64_t now_us)
{
	if (on == (m->state != MCU_OFF))
		return;
	mcu_event(m, EVENT_POWER, on ? "on" : "off", now_us);
	m->cell = MCU_CELL_CLEARED;
	m->rom_flag = false;
	if (on)
		mcu_boot(m, now_us);
	else
		mcu_enter(m, MCU_OFF, now_us);
}

int mcu_put(struct mcu *m, enum mcu_state state, uint64_t now_us)
{
	if (state == MCU_KATAPULT && m->cfg.bootloader != BOOTLOADER_KATAPULT)
		return -EINVAL;
	if (state == m->state)
		return 0;
	if (state == MCU_OFF) {
		mcu_power(m, false, now_us);
		return 0;
	}
	if (m->state == MCU_OFF)
		mcu_event(m, EVENT_POWER, "on", now_us);
	m->cell = MCU_CELL_CLEARED;
	m->rom_flag = false;
	m->rom_for_good = false;
	state = first_state(m, state);
	if (state == MCU_DEAD)
		mcu_event(m, EVENT_CRASH, m->flashed.problem, now_us);
	mcu_enter(m, state, now_us);
	mcu_event_application(m, now_us);
	return 0;
}

void mcu_rom_leave(struct mcu *m, uint32_t address, uint64_t now_us)
{
	if (m->state != MCU_ROM)
		return;
	start_at(m, address, now_us);
}

void mcu_request_bootloader(struct mcu *m, uint64_t now_us)
{
	const struct family *family = m->cfg.type->family;
	enum request_action action = family->on_request[asked_for(m)];

	if (boot_fault(m, FAULT_IGNORE_REQUEST, now_us))
		return;
	mcu_event(m, EVENT_REQUEST, request_action_name(action), now_us);
	if (action == REQUEST_IGNORED)
		return;
	m->cell = action == REQUEST_KATAPULT ? MCU_CELL_STAY : MCU_CELL_CLEARED;
	m->rom_flag = action == REQUEST_ROM;
	m->rom_for_good = action == REQUEST_ROM_FOR_GOOD;
	mcu_event(m, EVENT_RESET, "request", now_us);
	mcu_boot(m, now_us);
}
