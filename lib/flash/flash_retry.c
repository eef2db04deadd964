// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * What is done when an answer does not come, or is not the right one. Sections
 * are those of flashing.md.
 */
#include "flash_machine.h"

#define TRIES_MAX 3
#define NACK_US 100000 /* until the answer behind it has come (section 4.3) */

static enum kcan_chip_write writing(const struct kcan_flash *f)
{
	return f->cfg.chip->layout->write;
}

/*
 * On CAN one of several frames may have got lost behind the bus. If it was the
 * last one, the node waits for it, and anything else would block its receiver.
 * If it was not, the zeros behind it make a NACK, and no more.
 */
static bool wants_tail(const struct kcan_flash *f)
{
	return flashing_on_can(f) && f->out.parts_len > 1 && !f->nacked &&
	       f->said != FLASHING_SAID_TAIL && f->said != FLASHING_SAID_REPAIR;
}

static void repeat(struct kcan_flash *f, uint64_t now_us)
{
	/* writing it again may do harm: section 4.1 */
	bool looks = f->phase == FLASHING_WRITE &&
		     writing(f) == KCAN_CHIP_WRITE_DIRECT;

	if (++f->tries == TRIES_MAX) {
		flashing_decide(f, f->nacked ? KCAN_FLASH_STUCK :
					       KCAN_FLASH_SILENT);
		return;
	}
	/* somebody may have taken it away, unnoticed */
	f->place.assigned = false;
	flashing_say(f, looks ? FLASHING_SAID_LOOK : FLASHING_SAID_COMMAND,
		     now_us);
}

static void say_tail(struct kcan_flash *f, uint64_t now_us)
{
	f->said = FLASHING_SAID_TAIL;
	flashing_cut_tail(f);
	f->place.assigned = false;
	flashing_send(f, now_us);
}

static void unanswered(struct kcan_flash *f, uint64_t now_us)
{
	f->result.repeats++;
	if (f->phase == FLASHING_COMPLETE) {
		/* a third one would come after the 100 ms of the first */
		if (f->tries++)
			flashing_end(f);
		else
			flashing_say(f, FLASHING_SAID_COMMAND, now_us);
	} else if (wants_tail(f)) {
		say_tail(f, now_us);
	} else {
		repeat(f, now_us);
	}
}

/*
 * Confirmations may get lost on their way to us, as any frame, but who answers
 * a command has all of it.
 *
 * Return: whether it was answered.
 */
static bool answered_unconfirmed(struct kcan_flash *f, uint64_t now_us)
{
	const struct flashing_out before = f->out;

	if (f->aborted || flashing_any(f, FLASHING_WAITS) ||
	    flashing_any(f, FLASHING_HANDED))
		return false;
	for (size_t i = 0; i < f->out.parts_len; i++)
		if (f->out.parts[i].state == FLASHING_TAKEN)
			f->out.parts[i].state = FLASHING_WENT;
	flashing_listen(f, now_us);
	if (f->phase == FLASHING_DONE || !flashing_is_out(f))
		return true;
	f->out = before;
	return false;
}

void flashing_expire(struct kcan_flash *f, uint64_t now_us)
{
	if (f->phase == FLASHING_DONE || now_us < f->until_us)
		return;
	if (flashing_is_out(f) && !f->aborted)
		unanswered(f, now_us);
	else if (answered_unconfirmed(f, now_us))
		return;
	else if (f->phase == FLASHING_COMPLETE) /* all else has been done */
		flashing_end(f);
	else if (f->aborted)
		flashing_decide(f, KCAN_FLASH_ABORTED);
	else
		flashing_decide(f, flashing_any(f, FLASHING_TAKEN) ||
						   f->place.set_handed ?
					   KCAN_FLASH_UNCONFIRMED :
					   KCAN_FLASH_NOT_QUEUED);
}

void flashing_nacked(struct kcan_flash *f, uint64_t now_us)
{
	bool erases =
		f->said != FLASHING_SAID_TAIL &&
		(f->phase == FLASHING_WRITE || f->phase == FLASHING_EOF) &&
		!f->looks;

	f->nacked = true;
	if (!erases && f->until_us > now_us + NACK_US)
		f->until_us = now_us + NACK_US;
}

void flashing_refused(struct kcan_flash *f, uint64_t now_us)
{
	bool writes = f->phase == FLASHING_WRITE && !f->looks;

	f->nacked = false;
	if (f->phase == FLASHING_COMPLETE)
		return; /* none of ours: COMPLETE is never refused */
	if (f->phase == FLASHING_IDENTIFY || f->phase == FLASHING_CONNECT) {
		flashing_decide(f, KCAN_FLASH_OTHER_BOARD);
	} else if (writes && f->tries &&
		   writing(f) == KCAN_CHIP_WRITE_IN_ORDER) {
		/* it was there: the next one would have been taken */
		flashing_written(f, now_us);
	} else if (writes && flashing_order_restart(&f->order)) {
		f->result.repeats++;
		flashing_say(f, FLASHING_SAID_COMMAND, now_us);
	} else if (!writes && ++f->tries < TRIES_MAX) {
		/* or what comes here was for a block, and late */
		f->result.repeats++;
		flashing_say(f,
			     f->looks ? FLASHING_SAID_LOOK :
					FLASHING_SAID_COMMAND,
			     now_us);
	} else {
		flashing_decide(f, KCAN_FLASH_REFUSED);
	}
}

void flashing_unspoil(struct kcan_flash *f, uint64_t now_us)
{
	bool restarts = f->phase == FLASHING_WRITE &&
			writing(f) == KCAN_CHIP_WRITE_DIRECT;

	f->result.repeats++;
	if (restarts && !flashing_order_restart(&f->order))
		flashing_decide(f, KCAN_FLASH_REFUSED);
	else
		flashing_say(f, FLASHING_SAID_COMMAND, now_us);
}
