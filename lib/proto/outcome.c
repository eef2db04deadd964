// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <kcan/outcome.h>

#include <stddef.h>

static const struct kcan_outcome_info outcomes[KCAN_OUTCOME_COUNT] = {
	[KCAN_OUTCOME_IN_BOOTLOADER] = {
		.code = 0,
		.name = "in-bootloader",
		.meaning = "proven: Katapult answered, or a bootloader is on USB",
	},
	[KCAN_OUTCOME_REQUESTED] = {
		.code = 0,
		.name = "requested",
		.meaning = "only with --no-verify: the request left, no proof",
	},
	[KCAN_OUTCOME_LEFT_BOOTLOADER] = {
		.code = 0,
		.name = "left-bootloader",
		.meaning = "with --leave: acknowledged, and no longer answers",
	},
	[KCAN_OUTCOME_HEARD] = {
		.code = 0,
		.name = "heard",
		.meaning = "with --listen: at least one node was heard",
	},
	[KCAN_OUTCOME_LOCAL_ERROR] = {
		.code = 1,
		.name = "local-error",
		.meaning = "nothing could be attempted here: see the reason",
	},
	[KCAN_OUTCOME_USAGE] = {
		.code = 2,
		.name = "usage",
		.meaning = "the command line was wrong",
	},
	[KCAN_OUTCOME_NO_ANSWER] = {
		.code = 3,
		.name = "no-answer",
		.meaning = "asked, but no proof came in time",
	},
	[KCAN_OUTCOME_STILL_APPLICATION] = {
		.code = 4,
		.name = "still-application",
		.meaning = "Klipper still runs: it answered, or is on its USB port",
	},
	[KCAN_OUTCOME_NOT_SENT] = {
		.code = 5,
		.name = "not-sent",
		.meaning = "the request itself is not known to have left",
	},
	[KCAN_OUTCOME_BUSY] = {
		.code = 6,
		.name = "busy",
		.meaning = "proving would have disturbed somebody else",
	},
	[KCAN_OUTCOME_UNPROVEN] = {
		.code = 7,
		.name = "unproven",
		.meaning = "an answer like Katapult's, but not the proof",
	},
	[KCAN_OUTCOME_NO_APPLICATION] = {
		.code = 8,
		.name = "no-application",
		.meaning = "none there to start or save, so it stays in Katapult",
	},
	[KCAN_OUTCOME_FLASHED] = {
		.code = 0,
		.name = "flashed",
		.meaning = "compared, and runs (not with --no-start, --no-wait)",
	},
	[KCAN_OUTCOME_SAME] = {
		.code = 0,
		.name = "same",
		.meaning = "the image was there already; nothing was written",
	},
	[KCAN_OUTCOME_CHECKED] = {
		.code = 0,
		.name = "checked",
		.meaning = "with --check: there is no reason to refuse the image",
	},
	[KCAN_OUTCOME_SAVED] = {
		.code = 0,
		.name = "saved",
		.meaning = "with --read: what is in the flash is in the file now",
	},
	[KCAN_OUTCOME_IMAGE_REFUSED] = {
		.code = 9,
		.name = "image-refused",
		.meaning = "the image cannot work there; nothing was erased",
	},
	[KCAN_OUTCOME_INCOMPLETE] = {
		.code = 10,
		.name = "incomplete",
		.meaning = "the flash does not hold the image: see the reason",
	},
	[KCAN_OUTCOME_NOT_STARTED] = {
		.code = 11,
		.name = "not-started",
		.meaning = "the image is in the flash, but was not seen to run",
	},
	[KCAN_OUTCOME_INTERRUPTED] = {
		.code = 128,
		.name = "interrupted",
		.meaning = "ended by a signal; code is 128 plus the signal",
	},
};

const struct kcan_outcome_info *kcan_outcome_get(enum kcan_outcome outcome)
{
	if ((unsigned int)outcome >= KCAN_OUTCOME_COUNT)
		return NULL;
	return &outcomes[outcome];
}
