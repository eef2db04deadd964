// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "mcu.h"

#include <errno.h>
#include <kcan/admin.h>
#include <string.h>

#include "mcu_program.h"

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
 * (can-admin-channel.md, section 2).
 */
static bool passes_filter(const struct mcu_live *live,
			  const struct can_frame *f, uint64_t now_us)
{
	if (!live->program)
		return false;
	if (f->can_id == KCAN_ADMIN_ID)
		return true;
	return live->rx_id && now_us >= live->filter_us &&
	       (f->can_id == live->rx_id || f->can_id == live->rx_id + 1);
}

/* No interrupt runs while the flash is busy; the hardware holds the first few. */
static bool is_overrun(struct mcu_live *live)
{
	if (!live->stall_us)
		return false;
	if (live->unread == MCU_RX_SLOTS)
		return true;
	live->unread++;
	return false;
}

void mcu_rx(struct mcu *m, const struct can_frame *f, uint64_t now_us)
{
	struct mcu_live *live = &m->live;

	if (!passes_filter(live, f, now_us))
		return;
	if (f->can_id == live->rx_id && browns_out(m, now_us))
		return;
	if (is_overrun(live))
		return;
	if (f->can_id == live->rx_id)
		kcan_stream_push_frame(&live->rx, f);
	else
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
	if (program->interrupt)
		program->interrupt(m, bytes, len);
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
	if (!mcu_is_on_can(m) || m->live.rx_id == rx_id)
		return;
	m->live.rx_id = rx_id;
	m->live.filter_us = now_us + MCU_FILTER_CHANGE_US;
	mcu_event_nodeid(m, EVENT_ASSIGNED, nodeid, now_us);
	if (m->live.program->assigned)
		m->live.program->assigned(m, now_us);
}

void mcu_unassign(struct mcu *m, uint64_t now_us)
{
	int nodeid = mcu_nodeid(m);

	if (nodeid < 0)
		return;
	m->live.rx_id = 0;
	mcu_event_nodeid(m, EVENT_UNASSIGNED, nodeid, now_us);
}

static void conflict(struct mcu *m, uint64_t now_us)
{
	mcu_event_nodeid(m, EVENT_CONFLICT, mcu_nodeid(m), now_us);
	mcu_unassign(m, now_us);
	if (m->live.program->conflict)
		m->live.program->conflict(m, now_us);
}

/* Admin commands. */

static bool is_own(const struct mcu *m, const struct can_frame *f)
{
	return !memcmp(&f->data[1], m->cfg.uuid.b, KCAN_UUID_LEN);
}

/* Return: false when all slots of the hardware are taken. */
static bool transmit(struct mcu *m, const struct can_frame *f, uint64_t now_us)
{
	if (m->live.slots_used >= m->cfg.type->family->tx_slots)
		return false;
	m->live.slots_used++;
	m->env->transmit(m->env->arg, m, f, now_us);
	return true;
}

bool mcu_cmd_query(struct mcu *m, const struct can_frame *f, uint64_t now_us)
{
	struct kcan_admin_msg msg = { .cmd = KCAN_ADMIN_NEED_NODEID,
				      .app = m->live.program->app };
	struct can_frame answer;

	(void)f;
	if (m->live.rx_id)
		return true;
	msg.uuid = mcu_reported_uuid(m, now_us);
	kcan_admin_encode(&answer, &msg);
	return transmit(m, &answer, now_us);
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

/* The application: what only it can do. */

int mcu_shutdown(struct mcu *m, const char *reason, uint64_t now_us)
{
	const struct mcu_program *program = m->live.program;

	if (!program || !program->shutdown)
		return -EINVAL;
	return program->shutdown(m, reason, now_us);
}

void mcu_enter_shutdown(struct mcu *m, const char *reason, uint64_t now_us)
{
	m->state = MCU_SHUTDOWN;
	mcu_event(m, EVENT_SHUTDOWN, reason, now_us);
	mcu_event(m, EVENT_STATE, mcu_state_name(MCU_SHUTDOWN), now_us);
}

void mcu_leave_shutdown(struct mcu *m, uint64_t now_us)
{
	m->state = MCU_KLIPPER;
	mcu_event(m, EVENT_STATE, mcu_state_name(MCU_KLIPPER), now_us);
}

void mcu_bridge_discards(struct mcu *m, bool discards, uint64_t now_us)
{
	const struct mcu_program *program = m->live.program;

	if (program && program->discards)
		program->discards(m, discards, now_us);
}

void mcu_usb_touch(struct mcu *m, uint64_t now_us)
{
	const struct mcu_program *program = m->live.program;

	if (program && program->usb_touched)
		program->usb_touched(m, now_us);
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
		if (!transmit(m, &f, now_us))
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
		m->live.unread = 0;
		mcu_transmit_queued(m, now_us);
	}
	while (mcu_deadline(m) <= now_us)
		m->live.alarm(m, m->live.alarm_us);
	while (more && m->live.program) {
		admin_task(m, now_us);
		if (!m->live.program || m->live.blocked)
			return;
		more = m->live.rx.len &&
		       m->live.program->data_task(m, &m->live.rx, now_us);
		if (m->live.stall_us)
			return;
		if (m->live.tx.len)
			mcu_transmit_queued(m, now_us);
	}
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
