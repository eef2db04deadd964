// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Power, reset, and what starts then: can-admin-channel.md, section 8. */
#include <errno.h>

#include "mcu_program.h"

/* from COMPLETE to the reset, katapult-protocol.md, section 4.5 */
#define COMPLETE_US 100000

/* Katapult's double-reset window, section 8.3, step 3 */
#define WINDOW_OPENS_US 10000
#define WINDOW_LASTS_US 490000

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
	state = mcu_first_state(m, state);
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
