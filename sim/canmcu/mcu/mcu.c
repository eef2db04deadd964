// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "mcu.h"

#include <kcan/admin.h>
#include <kcan/klp.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#define FLASH_ERROR_MAX (PATH_MAX + 256)

static const char *const state_names[MCU_STATE_COUNT] = {
	[MCU_OFF] = "off",	     [MCU_BOOT] = "boot",
	[MCU_KLIPPER] = "klipper",   [MCU_SHUTDOWN] = "shutdown",
	[MCU_KATAPULT] = "katapult", [MCU_ROM] = "rom",
	[MCU_DEAD] = "dead",
};

const char *mcu_link_name(enum mcu_link link)
{
	static const char *const names[MCU_LINK_COUNT] = {
		[MCU_LINK_CAN] = "can",
		[MCU_LINK_BRIDGE] = "bridge",
		[MCU_LINK_USB] = "usb",
		[MCU_LINK_UART] = "uart",
	};

	return names[link];
}

const char *mcu_state_name(enum mcu_state state)
{
	return state_names[state];
}

bool mcu_state_find(enum mcu_state *out, const char *name)
{
	for (int i = 0; i < MCU_STATE_COUNT; i++) {
		if (strcmp(state_names[i], name) != 0)
			continue;
		*out = (enum mcu_state)i;
		return true;
	}
	return false;
}

static void report(struct mcu *m, struct event event, uint64_t now_us)
{
	event.uuid = &m->cfg.uuid;
	event.now_us = now_us;
	m->env->events.emit(m->env->events.arg, &event);
}

void mcu_event(struct mcu *m, enum event_type type, const char *text,
	       uint64_t now_us)
{
	report(m, (struct event){ .type = type, .text = text }, now_us);
}

void mcu_event_flashed(struct mcu *m, uint32_t pages, uint64_t now_us)
{
	report(m, (struct event){ .type = EVENT_FLASHED, .count = pages },
	       now_us);
}

void mcu_event_fault(struct mcu *m, const struct fault *fault, uint64_t now_us)
{
	report(m,
	       (struct event){ .type = EVENT_FAULT,
			       .text = fault_info(fault->kind)->name,
			       .count = fault->struck },
	       now_us);
}

const struct fault *
mcu_meet_fault(struct mcu *m, const struct fault_place *place, uint64_t now_us)
{
	const struct fault *fault = faults_strike(&m->faults, place);

	if (fault)
		mcu_event_fault(m, fault, now_us);
	return fault;
}

struct kcan_uuid mcu_told_uuid(struct mcu *m, uint64_t now_us)
{
	const struct fault *fault = mcu_fault(
		m, &(struct fault_place){ .kind = FAULT_WRONG_UUID }, now_us);

	if (!fault)
		return m->cfg.uuid;
	return fault->has_uuid ? fault->uuid :
				 kcan_uuid_complement(&m->cfg.uuid);
}

void mcu_event_flash_error(struct mcu *m, int err, uint64_t now_us)
{
	const char *path = m->cfg.flash_image;
	char text[FLASH_ERROR_MAX];

	if (path)
		snprintf(text, sizeof(text),
			 "flash image '%s': %s; mend that and flash again",
			 path, strerror(-err));
	else
		snprintf(text, sizeof(text),
			 "flash: %s; simulate fewer MCUs, or give an image",
			 strerror(-err));
	mcu_event(m, EVENT_FLASH_ERROR, text, now_us);
}

void mcu_event_application(struct mcu *m, uint64_t now_us)
{
	const struct dictionary *application = mcu_application(m);

	if (application)
		report(m,
		       (struct event){ .type = EVENT_APPLICATION,
				       .text = application->version,
				       .detail = application->mcu },
		       now_us);
}

static void report_nodeid(struct mcu *m, enum event_type type, int nodeid,
			  uint64_t now_us)
{
	report(m, (struct event){ .type = type, .nodeid = (uint8_t)nodeid },
	       now_us);
}

const struct dictionary *mcu_application(const struct mcu *m)
{
	const struct dictionary *application = &m->application;

	if (!m->live.program || m->live.program->app != KCAN_ADMIN_APP_KLIPPER)
		return NULL;
	return application->version[0] ? application : NULL;
}

void mcu_stall(struct mcu *m, uint64_t us, uint64_t now_us)
{
	struct mcu_live *live = &m->live;

	if (!us)
		return;
	live->stall_us = now_us + us;
	/* timers do not run either while the flash is busy */
	if (live->alarm && live->alarm_us < live->stall_us)
		live->alarm_us = live->stall_us;
}

/* Filing: what the interrupt does. */

static void file_admin(struct mcu_live *live, const struct can_frame *f)
{
	if (live->admin_len == MCU_ADMIN_QUEUE_LEN)
		return;
	live->admin[(live->admin_first + live->admin_len++) %
		    MCU_ADMIN_QUEUE_LEN] = *f;
}

static inline bool browns_out(struct mcu *m, uint64_t now_us)
{
	if (!mcu_fault(m, &(struct fault_place){ .kind = FAULT_BROWN_OUT },
		       now_us))
		return false;
	mcu_event(m, EVENT_RESET, "brown-out", now_us);
	mcu_boot(m, now_us);
	return true;
}

/*
 * Ids are compared with their flags: an EFF, RTR or error frame is never equal
 * (section 2).
 */
void mcu_rx(struct mcu *m, const struct can_frame *f, uint64_t now_us)
{
	struct mcu_live *live = &m->live;

	if (!live->program)
		return;
	if (f->can_id == KCAN_ADMIN_ID) {
		file_admin(live, f);
		return;
	}
	if (!live->rx_id || now_us < live->filter_us)
		return;
	if (f->can_id == live->rx_id && browns_out(m, now_us))
		return;
	if (f->can_id == live->rx_id)
		kcan_stream_push_frame(&live->rx, f);
	else if (f->can_id == live->rx_id + 1)
		file_admin(live, f);
}

size_t mcu_rx_bytes(struct mcu *m, const uint8_t *bytes, size_t len,
		    uint64_t now_us)
{
	struct mcu_live *live = &m->live;
	const struct mcu_program *program = live->program;
	size_t room = live->rx.size - live->rx.len;

	if (!len || !program || !program->serial || browns_out(m, now_us))
		return len;
	if (memchr(bytes, KCAN_KLP_SYNC, len))
		live->woken = true;
	if (len <= room)
		room = len;
	kcan_stream_push(&live->rx, bytes, room);
	return program->throttles ? room : len;
}

/* Nodeids. */

void mcu_assign(struct mcu *m, uint8_t nodeid, uint64_t now_us)
{
	canid_t rx_id = kcan_nodeid_rx_id(nodeid);

	/* the id already held: the filter is not touched (section 5) */
	if (!m->live.program || m->live.rx_id == rx_id)
		return;
	m->live.rx_id = rx_id;
	m->live.filter_us = now_us + MCU_FILTER_CHANGE_US;
	report_nodeid(m, EVENT_ASSIGNED, nodeid, now_us);
	if (m->live.program->assigned)
		m->live.program->assigned(m, now_us);
}

void mcu_unassign(struct mcu *m, uint64_t now_us)
{
	int nodeid = mcu_nodeid(m);

	if (nodeid < 0)
		return;
	m->live.rx_id = 0;
	report_nodeid(m, EVENT_UNASSIGNED, nodeid, now_us);
}

static void conflict(struct mcu *m, uint64_t now_us)
{
	report_nodeid(m, EVENT_CONFLICT, mcu_nodeid(m), now_us);
	mcu_unassign(m, now_us);
	if (m->live.program->conflict)
		m->live.program->conflict(m, now_us);
}

/* Admin commands. */

static bool is_own(const struct mcu *m, const struct can_frame *f)
{
	return !memcmp(&f->data[1], m->cfg.uuid.b, KCAN_UUID_LEN);
}

bool mcu_cmd_query(struct mcu *m, const struct can_frame *f, uint64_t now_us)
{
	struct kcan_admin_msg msg = { .cmd = KCAN_ADMIN_NEED_NODEID,
				      .app = m->live.program->app };
	struct can_frame answer;

	(void)f;
	if (m->live.rx_id)
		return true;
	msg.uuid = mcu_told_uuid(m, now_us);
	kcan_admin_encode(&answer, &msg);
	return mcu_transmit(m, &answer, now_us);
}

bool mcu_cmd_set(struct mcu *m, const struct can_frame *f, uint64_t now_us)
{
	if (is_own(m, f))
		mcu_assign(m, f->data[7], now_us);
	else if (mcu_nodeid(m) == f->data[7])
		conflict(m, now_us);
	return true;
}

/* Return: false when it has to be run again later. */
static bool run_cmd(struct mcu *m, const struct can_frame *f, uint64_t now_us)
{
	const struct mcu_program *program = m->live.program;

	if (!f->can_dlc)
		return true;
	for (size_t i = 0; i < program->cmds_len; i++) {
		const struct mcu_cmd *cmd = &program->cmds[i];

		if (cmd->opcode != f->data[0])
			continue;
		if (f->can_dlc < cmd->min_len)
			return true;
		if (cmd->own_uuid && !is_own(m, f))
			return true;
		return cmd->run(m, f, now_us);
	}
	return true;
}

static bool run_admin(struct mcu *m, const struct can_frame *f, uint64_t now_us)
{
	if (f->can_id == KCAN_ADMIN_ID)
		return run_cmd(m, f, now_us);
	if (m->live.rx_id && f->can_id == m->live.rx_id + 1)
		conflict(m, now_us);
	return true;
}

/* The main loop. */

/* All of them, before the data is looked at (section 5). */
static void admin_task(struct mcu *m, uint64_t now_us)
{
	struct mcu_live *live = &m->live;

	while (live->admin_len) {
		struct can_frame f = live->admin[live->admin_first];
		uint32_t generation = m->generation;

		live->blocked = !run_admin(m, &f, now_us);
		/* a reset has already emptied the queue */
		if (live->blocked || m->generation != generation)
			return;
		live->admin_first =
			(live->admin_first + 1) % MCU_ADMIN_QUEUE_LEN;
		live->admin_len--;
	}
}

static size_t write_bytes(struct mcu *m, uint64_t now_us)
{
	const struct mcu_env *env = m->env;
	const struct kcan_stream *tx = &m->live.tx;

	if (!tx->len || !m->live.program->serial || !env->write)
		return tx->len;
	return env->write(env->arg, m, tx->buf, tx->len, now_us);
}

void mcu_transmit_queued(struct mcu *m, uint64_t now_us)
{
	struct kcan_stream *tx = &m->live.tx;
	struct can_frame f;
	size_t len;

	if (!m->live.rx_id) {
		kcan_stream_drop(tx, write_bytes(m, now_us));
		return;
	}
	while ((len = kcan_stream_peek_frame(tx, m->live.rx_id + 1, &f))) {
		if (!mcu_transmit(m, &f, now_us))
			return;
		kcan_stream_drop(tx, len);
	}
}

void mcu_run(struct mcu *m, uint64_t now_us)
{
	bool more = true;

	if (now_us < m->live.stall_us)
		return;
	if (m->live.stall_us) {
		/* where it stood still: an answer goes before the next block */
		m->live.stall_us = 0;
		mcu_transmit_queued(m, now_us);
	}
	while (mcu_deadline(m) <= now_us)
		m->live.alarm(m, m->live.alarm_us);
	while (more && m->live.program) {
		admin_task(m, now_us);
		if (!m->live.program || m->live.blocked)
			return;
		more = m->live.rx.len && m->live.program->data_task(m, now_us);
		if (m->live.stall_us)
			return;
		if (m->live.tx.len)
			mcu_transmit_queued(m, now_us);
	}
}

bool mcu_transmit(struct mcu *m, const struct can_frame *f, uint64_t now_us)
{
	if (m->live.slots_used >= m->cfg.type->family->tx_slots)
		return false;
	m->live.slots_used++;
	m->env->transmit(m->env->arg, m, f, now_us);
	return true;
}

void mcu_tx_done(struct mcu *m)
{
	if (m->live.slots_used)
		m->live.slots_used--;
}

void mcu_answer(struct mcu *m, const void *data, size_t len)
{
	kcan_stream_push(&m->live.tx, data, len);
}
