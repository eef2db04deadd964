// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "transceiver.h"

#include <stdlib.h>
#include <string.h>

#include "../wire/wire.h"

void transceiver_fini(struct transceiver *t)
{
	free(t->late);
	t->late = NULL;
	t->len = 0;
}

static struct transceiver_late take(struct transceiver *t, size_t at)
{
	struct transceiver_late late = t->late[at];

	t->len--;
	memmove(&t->late[at], &t->late[at + 1],
		(t->len - at) * sizeof(t->late[0]));
	return late;
}

/* Behind those of the same time: they keep their order. */
static void keep(struct transceiver *t, const struct transceiver_late *late)
{
	size_t at = t->len;

	if (!t->late)
		t->late = calloc(TRANSCEIVER_LATE_MAX, sizeof(t->late[0]));
	if (!t->late || t->len == TRANSCEIVER_LATE_MAX)
		return;
	while (at && t->late[at - 1].due_us > late->due_us)
		at--;
	memmove(&t->late[at + 1], &t->late[at],
		(t->len - at) * sizeof(t->late[0]));
	t->late[at] = *late;
	t->len++;
}

/* One frame on its way through. */
struct passage {
	struct faults *faults;
	enum fault_dir dir;
	struct transceiver_out *out;
};

static const struct fault *strike(struct passage *p, enum fault_kind kind)
{
	const struct fault *fault = faults_strike(
		p->faults,
		&(struct fault_place){ .kind = kind, .dir = p->dir });

	if (fault)
		p->out->faults[p->out->faults_len++] = fault;
	return fault;
}

static bool is_lost(struct passage *p)
{
	return strike(p, p->dir == FAULT_TX ? FAULT_MUTE : FAULT_DEAF) ||
	       strike(p, FAULT_DROP);
}

static void corrupt(struct passage *p, struct can_frame *frame)
{
	const struct fault *fault;
	uint8_t len = wire_data_len(frame);
	uint32_t bit;

	if (!len)
		return;
	fault = strike(p, FAULT_CORRUPT);
	if (!fault)
		return;
	bit = faults_random(p->faults, 8u * len);
	if (fault->has_byte)
		bit = 8u * (fault->byte % len) + bit % 8;
	frame->data[bit / 8] ^= (uint8_t)(1u << bit % 8);
}

static void release_overtaken(struct transceiver *t, struct passage *p)
{
	for (size_t i = 0; i < t->len;) {
		if (t->late[i].overtaken && t->late[i].dir == p->dir)
			p->out->frames[p->out->len++] = take(t, i).frame;
		else
			i++;
	}
}

/* When it arrives: now, or after a delay, or behind the next one. */
static void arrive(struct transceiver *t, struct passage *p,
		   const struct can_frame *frame, uint64_t now_us)
{
	struct transceiver_late late = { .due_us = now_us,
					 .dir = p->dir,
					 .frame = *frame };
	const struct fault *delay = strike(p, FAULT_DELAY);

	if (delay) {
		late.due_us += delay->ms * 1000;
	} else if (strike(p, FAULT_REORDER)) {
		late.due_us += TRANSCEIVER_REORDER_US;
		late.overtaken = true;
	}
	if (late.due_us > now_us) {
		keep(t, &late);
		return;
	}
	p->out->frames[p->out->len++] = *frame;
	release_overtaken(t, p);
}

void transceiver_pass(struct transceiver *t, struct faults *faults,
		      enum fault_dir dir, const struct can_frame *frame,
		      uint64_t now_us, struct transceiver_out *out)
{
	struct passage p = { faults, dir, out };
	struct can_frame f = *frame;

	out->len = 0;
	out->faults_len = 0;
	if (is_lost(&p))
		return;
	corrupt(&p, &f);
	if (strike(&p, FAULT_DUPLICATE))
		out->frames[out->len++] = f;
	arrive(t, &p, &f, now_us);
}

bool transceiver_due(struct transceiver *t, uint64_t now_us,
		     enum fault_dir *dir, struct can_frame *frame)
{
	struct transceiver_late late;

	if (transceiver_deadline(t) > now_us)
		return false;
	late = take(t, 0);
	*dir = late.dir;
	*frame = late.frame;
	return true;
}

uint64_t transceiver_deadline(const struct transceiver *t)
{
	return t->len ? t->late[0].due_us : UINT64_MAX;
}
