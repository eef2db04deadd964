// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <kcan/bootreq.h>

#include <stddef.h>

#include "util/array.h"

static const struct row {
	enum kcan_outcome outcome;
	const char *name;
	const char *text;
} rows[] = {
	[KCAN_BOOTREQ_PENDING] = {
		KCAN_OUTCOME_LOCAL_ERROR,
		"pending",
		"it is not decided yet: go on until it is done",
	},
	[KCAN_BOOTREQ_PROVEN] = {
		KCAN_OUTCOME_IN_BOOTLOADER,
		"proven",
		"Katapult answered with this UUID: it can be flashed now",
	},
	[KCAN_BOOTREQ_REQUESTED] = {
		KCAN_OUTCOME_REQUESTED,
		"requested",
		"the request was confirmed, and no proof was wanted: whether "
		"the node obeyed is not known",
	},
	[KCAN_BOOTREQ_SILENT] = {
		KCAN_OUTCOME_NO_ANSWER,
		"silent",
		"no Katapult answered with this UUID in time: look whether the "
		"UUID is right and Katapult for CAN is on the board, and "
		"switch its power off and on, as it may be stuck",
	},
	[KCAN_BOOTREQ_NOT_QUEUED] = {
		KCAN_OUTCOME_NOT_SENT,
		"not-queued",
		"the kernel did not take the first frame: look whether the "
		"interface is up, and for power, wiring and bit rate",
	},
	[KCAN_BOOTREQ_UNCONFIRMED] = {
		KCAN_OUTCOME_NOT_SENT,
		"unconfirmed",
		"the first frame was never confirmed and is still queued: set "
		"the interface down and up, which drops it, and look for "
		"power, wiring and bit rate",
	},
	[KCAN_BOOTREQ_NO_NODEID] = {
		KCAN_OUTCOME_BUSY,
		"no-nodeid",
		"no free nodeid was left to draw: wait until others have given "
		"theirs back, then ask again",
	},
	[KCAN_BOOTREQ_NODEID_TAKEN] = {
		KCAN_OUTCOME_BUSY,
		"nodeid-taken",
		"a Klipper node answered on the nodeid that was drawn: ask "
		"again with another one",
	},
	[KCAN_BOOTREQ_WRONG_UUID] = {
		KCAN_OUTCOME_UNPROVEN,
		"wrong-uuid",
		"a Katapult with another UUID answered on the nodeid that was "
		"drawn: ask again with another one",
	},
	[KCAN_BOOTREQ_NACKED] = {
		KCAN_OUTCOME_UNPROVEN,
		"nacked",
		"Katapult answered NACK and then nothing, so its receiver is "
		"likely stuck: switch the board's power off and on, then ask "
		"again",
	},
	[KCAN_BOOTREQ_REFUSED] = {
		KCAN_OUTCOME_UNPROVEN,
		"refused",
		"Katapult answered, but does not know the question for its "
		"UUID: update it, or go on without proof",
	},
	[KCAN_BOOTREQ_GARBLED] = {
		KCAN_OUTCOME_UNPROVEN,
		"garbled",
		"answers came that begin like Katapult's, but none was a "
		"complete and correct answer to a confirmed question: look at "
		"the error "
		"counters of the interface, then ask again",
	},
	[KCAN_BOOTREQ_ABORTED] = {
		KCAN_OUTCOME_INTERRUPTED,
		"aborted",
		"the caller ended it before it was decided: ask again",
	},
	[KCAN_BOOTREQ_LEFT] = {
		KCAN_OUTCOME_LEFT_BOOTLOADER,
		"left",
		"Katapult acknowledged that it leaves, and no longer answers: "
		"Klipper's host can be started again",
	},
	[KCAN_BOOTREQ_BLANK] = {
		KCAN_OUTCOME_NO_APPLICATION,
		"blank",
		"its flash holds no application, so it was left in Katapult: "
		"flash one",
	},
	[KCAN_BOOTREQ_UNANSWERED] = {
		KCAN_OUTCOME_UNPROVEN,
		"unanswered",
		"Katapult answered with this UUID, but did not answer what "
		"came after: "
		"ask again, and if this persists, switch the board's power off "
		"and on",
	},
	[KCAN_BOOTREQ_STAYED] = {
		KCAN_OUTCOME_UNPROVEN,
		"stayed",
		"Katapult was told to leave and still answers: ask again, and "
		"if this persists, make sure that its boot button is not held",
	},
	[KCAN_BOOTREQ_UNSURE] = {
		KCAN_OUTCOME_UNPROVEN,
		"unsure",
		"there is no proof that Katapult has left: ask again, which "
		"ends as silent once it has left",
	},
};

static const struct row *row_of(enum kcan_bootreq_verdict verdict)
{
	if ((size_t)verdict >= ARRAY_SIZE(rows))
		return &rows[KCAN_BOOTREQ_PENDING];
	return &rows[verdict];
}

enum kcan_outcome kcan_bootreq_outcome(enum kcan_bootreq_verdict verdict)
{
	return row_of(verdict)->outcome;
}

const char *kcan_bootreq_verdict_name(enum kcan_bootreq_verdict verdict)
{
	return row_of(verdict)->name;
}

const char *kcan_bootreq_verdict_text(enum kcan_bootreq_verdict verdict)
{
	return row_of(verdict)->text;
}
