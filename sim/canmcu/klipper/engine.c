// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Blocks, commands and shutdown: klipper-mcu-protocol.md, 4, 6 and 13. */
#include "engine.h"

#include <stdlib.h>
#include <string.h>

#define ANY_REASON "Shutdown by command"

#define TRAILER_LEN 3 /* bytes of a block behind its content: CRC and sync */

/* The longest answer to one block: 59 canbus_status of 22 bytes, and an ACK. */
#define ANSWER_MAX (KCAN_KLP_CONTENT_MAX * 22 + KCAN_KLP_MIN)

struct klipper *klipper_of(struct mcu *m, uint64_t now_us)
{
	struct klipper_firmware *fw = m->env->software.shared;
	struct klipper *k = mcu_object(m);

	if (k)
		return k;
	k = calloc(1, sizeof(*k) + fw->state_size);
	if (!k)
		return NULL;
	k->mcu = m;
	k->fw = fw;
	k->set_back_before_us = fw->lateness.set_back_us;
	k->reason = firmware_string_id(fw, ANY_REASON);
	mcu_own(m)->object = k;
	klipper_start_stats(k, now_us);
	return k;
}

void klipper_free(struct klipper *k)
{
	if (!k)
		return;
	klipper_forget_config(k);
	free(k);
}

/* Shutdown. */

bool klipper_is_shutdown(const struct klipper *k)
{
	return k->mcu->state == MCU_SHUTDOWN;
}

static void enter_shutdown(struct klipper *k, const char *reason,
			   uint64_t now_us)
{
	uint16_t id = firmware_string_id(k->fw, reason);

	k->reason = id ? id : firmware_string_id(k->fw, ANY_REASON);
	mcu_enter_shutdown(k->mcu, reason, now_us);
}

static void report_shutdown(struct klipper *k, uint64_t now_us)
{
	struct kcan_klp_value values[] = { NUM(klipper_clock(k, now_us)),
					   NUM(k->reason) };

	klipper_respond_basic(k, KLIPPER_SHUTDOWN, values);
}

static void report_is_shutdown(struct klipper *k)
{
	klipper_respond_basic(k, KLIPPER_IS_SHUTDOWN, &NUM(k->reason));
}

void klipper_shutdown(struct klipper *k, const char *reason, uint64_t now_us)
{
	if (!klipper_is_shutdown(k))
		enter_shutdown(k, reason, now_us);
	klipper_stop_timers(k, false);
	klipper_oids_shutdown(k, now_us);
	report_shutdown(k, now_us);
}

void klipper_clear_shutdown(struct klipper *k, uint64_t now_us)
{
	if (klipper_is_shutdown(k))
		mcu_leave_shutdown(k->mcu, now_us);
}

/* Commands. */

/* Those below 0 are single bytes: section 5.5. */
static const struct firmware_row *find_command(const struct klipper *k, int id,
					       int used)
{
	const struct firmware_row *row =
		id < 0 && used > 1 ? NULL : firmware_find(k->fw, id);

	return row && klipper_is_command(row->message) ? row : NULL;
}

/*
 * The firmware only looks at where a parameter begins: an integer that is the last
 * one, and cut off, is read on into the CRC and the sync, which ends any
 * (section 20.1). So is an id. Return: as kcan_klp_params_decode().
 */
static int decode_params(struct kcan_klp_value *values,
			 const struct kcan_klp_format *format,
			 const struct kcan_klp_block *block, size_t pos)
{
	struct kcan_klp_format most = *format, last = { .count = 1 };
	const uint8_t *params = block->content + pos;
	size_t left = block->len > pos ? block->len - pos : 0;
	int used = kcan_klp_params_decode(values, format, params, left);
	int behind;

	if (used >= 0 || pos > block->len ||
	    format->types[format->count - 1] == KCAN_KLP_BYTES)
		return used;
	most.count--;
	used = kcan_klp_params_decode(values, &most, params, left);
	if (used < 0)
		return used;
	last.types[0] = format->types[most.count];
	behind = kcan_klp_params_decode(values + most.count, &last,
					params + used,
					left - (size_t)used + TRAILER_LEN);
	return behind < 0 ? behind : used + behind;
}

/* Return: as a command; the object of @m is in @c. */
static const char *find_object(struct klipper_call *c,
			       const struct klipper_message *m)
{
	uint8_t oid = (uint8_t)c->v[0].num;

	if (m->makes)
		return klipper_oid_new(c->k, oid, m->makes, &c->object);
	c->object = klipper_oid_find(c->k, oid, m->on);
	return c->object ? NULL : KLIPPER_INVALID_OID;
}

static const char *run(struct klipper_call *c, const struct klipper_message *m)
{
	const char *reason;

	c->k->config.made = NULL;
	reason = m->on || m->makes ? find_object(c, m) : NULL;
	if (!reason && m->run)
		reason = m->run(c);
	if (reason)
		klipper_oid_break(c->k);
	return reason;
}

/* Run what is at @pos. Return: as a command. */
static const char *run_message(struct klipper *k,
			       const struct kcan_klp_block *block, size_t *pos,
			       uint64_t now_us)
{
	struct kcan_klp_value values[KCAN_KLP_PARAMS_MAX];
	struct klipper_call call = { .k = k, .v = values, .now_us = now_us };
	const struct firmware_row *row;
	int id, used = kcan_klp_id_decode(&id, block->content + *pos,
					  block->len - *pos + TRAILER_LEN,
					  KCAN_KLP_COMMAND);

	if (used < 0)
		return "Invalid command";
	*pos += (size_t)used;
	row = find_command(k, id, used);
	if (!row)
		return "Invalid command";
	used = decode_params(values, &row->format, block, *pos);
	if (used < 0)
		return "Command parser error";
	*pos += (size_t)used;
	if (!klipper_is_shutdown(k) || row->message->in_shutdown)
		return run(&call, row->message);
	report_is_shutdown(k);
	return NULL;
}

static void run_block(struct klipper *k, const struct kcan_klp_block *block,
		      uint64_t now_us)
{
	const char *reason = NULL;
	size_t pos = 0;

	k->rounds++;
	while (pos < block->len && !reason && !k->restart)
		reason = run_message(k, block, &pos, now_us);
	if (reason)
		klipper_shutdown(k, reason, now_us);
}

/*
 * What is rejected may be the request of a serial line: 32 bytes, with the sync
 * that ends them and nothing in front (can-admin-channel.md, section 11.2).
 */
static bool asks_for_bootloader(const struct klipper *k,
				const struct kcan_stream *rx,
				const struct kcan_klp_step *step)
{
	static const char request[] = " \x1c Request Serial Bootloader!! ~";

	_Static_assert(sizeof(request) == 32 + 1, "as it is told there");
	return k->mcu->cfg.link == MCU_LINK_UART &&
	       step->used == sizeof(request) - 1 &&
	       !memcmp(rx->buf, request, sizeof(request) - 1);
}

/*
 * A block waits until its answer has room: a simulator should not lose one as
 * the firmware does (section 2.4).
 */
bool klipper_step(struct klipper *k, struct kcan_stream *rx, uint64_t now_us)
{
	struct kcan_klp_step step;
	bool request;

	if (mcu_room(k->mcu) < ANSWER_MAX)
		return false;
	step = kcan_klp_mcu_rx(&k->link, rx->buf, rx->len);
	if (step.event == KCAN_KLP_WAIT)
		return false;
	if (step.event == KCAN_KLP_BLOCK)
		run_block(k, &step.block, now_us);
	if (k->restart) {
		/* no ACK, and @k is no more: section 14.1 */
		mcu_restart(k->mcu, now_us);
		return true;
	}
	request = step.event != KCAN_KLP_BLOCK &&
		  asks_for_bootloader(k, rx, &step);
	kcan_stream_drop(rx, step.used);
	if (step.event != KCAN_KLP_DROP)
		klipper_send(k, NULL, 0);
	/* the NAK before it does not get out when there is a reset */
	if (request)
		mcu_request_bootloader(k->mcu, now_us);
	return true;
}

/* Timers. */

static void run_timers(struct klipper *k, uint64_t now_us)
{
	while (k->timers && klipper_timer_due_us(k, k->timers) <= now_us) {
		struct klipper_timer *t = k->timers;
		const char *reason;

		klipper_timer_stop(k, t);
		reason = t->fire(&(struct klipper_call){
			.k = k, .object = t, .now_us = now_us });
		if (reason)
			klipper_shutdown(k, reason, now_us);
	}
	/* due when it was armed, and the clock was set back since */
	klipper_follow_timers(k);
}

void klipper_alarm(struct mcu *m, uint64_t now_us)
{
	struct klipper *k = klipper_of(m, now_us);

	if (k)
		run_timers(k, now_us);
	else
		/* out of memory: maybe not so the next time */
		mcu_wake_at(m, klipper_stats_us(m, now_us + 1));
}
