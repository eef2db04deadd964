// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* What runs in a state of the board, and what is forgotten with another one. */
#include <kcan/admin.h>
#include <string.h>

#include "mcu_program.h"

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

enum mcu_state mcu_first_state(struct mcu *m, enum mcu_state state)
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
	forget(m, mcu_first_state(m, cfg->state), env->start_us);
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
