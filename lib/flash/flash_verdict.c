// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <kcan/flash.h>

#include <stddef.h>

#include "util/array.h"

static const struct row {
	const char *name;
	const char *text;
} rows[] = {
	[KCAN_FLASH_PENDING] = {
		"pending",
		"it is not decided yet: go on until it is done",
	},
	[KCAN_FLASH_FLASHED] = {
		"flashed",
		"the image was written, read back and is equal: wait until the "
		"application answers",
	},
	[KCAN_FLASH_SAME] = {
		"same",
		"the flash holds this image, so nothing was written",
	},
	[KCAN_FLASH_READ] = {
		"read",
		"all of it was read: keep it",
	},
	[KCAN_FLASH_DIFFERS] = {
		"differs",
		"the flash holds something else than the image: write it, and "
		"if it has just been written twice, the flash is likely worn "
		"out",
	},
	[KCAN_FLASH_REFUSED] = {
		"refused",
		"Katapult refused a block, whatever was tried: look whether "
		"the flash is write-protected; it may be worn out",
	},
	[KCAN_FLASH_STUCK] = {
		"stuck",
		"Katapult answered NACK and then nothing, so its receiver is "
		"stuck: press reset or switch the board's power off and on, "
		"then flash again",
	},
	[KCAN_FLASH_SILENT] = {
		"silent",
		"Katapult does not answer any more: look for power and wiring, "
		"switch the board's power off and on, then flash again",
	},
	[KCAN_FLASH_NOT_QUEUED] = {
		"not-queued",
		"the kernel did not take what was to be sent: look whether the "
		"interface is up, and for power, wiring and bit rate",
	},
	[KCAN_FLASH_UNCONFIRMED] = {
		"unconfirmed",
		"frames were never confirmed and are still queued: set the "
		"interface down and up, which drops them, and switch the "
		"board's power off and on",
	},
	[KCAN_FLASH_OTHER_BOARD] = {
		"other-board",
		"Katapult answered, but is not the board that was expected: "
		"its UUID, start or block size is another one, or it does not "
		"know the question for its UUID; ask again which board it is",
	},
	[KCAN_FLASH_NODEID_LOST] = {
		"nodeid-lost",
		"another program keeps taking the nodeid away from the board: "
		"stop it, then flash again",
	},
	[KCAN_FLASH_ABORTED] = {
		"aborted",
		"the caller ended it before it was done: flash again",
	},
};

static const struct row *row_of(enum kcan_flash_verdict verdict)
{
	if ((size_t)verdict >= ARRAY_SIZE(rows))
		return &rows[KCAN_FLASH_PENDING];
	return &rows[verdict];
}

const char *kcan_flash_verdict_name(enum kcan_flash_verdict verdict)
{
	return row_of(verdict)->name;
}

const char *kcan_flash_verdict_text(enum kcan_flash_verdict verdict)
{
	return row_of(verdict)->text;
}
