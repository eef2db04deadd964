// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "fault_table.h"

#include <stddef.h>

const struct fault_row fault_rows[FAULT_COUNT] = {
	[FAULT_DROP] = { { "drop", "[rx|tx]", "the frame is lost",
			   "an adapter or a receive buffer that overflows" },
			 FAULT_RX | FAULT_TX },
	[FAULT_DELAY] = { { "delay", "[rx|tx] ms=N",
			    "the frame comes so much later",
			    "a slow USB adapter, a busy host" },
			  FAULT_RX | FAULT_TX,
			  FAULT_TAKES_MS | FAULT_NEEDS_MS },
	[FAULT_DUPLICATE] = { { "duplicate", "[rx|tx]", "the frame comes twice",
				"a bit error at the very end of a frame: its "
				"sender repeats what others have taken" },
			      FAULT_RX | FAULT_TX },
	[FAULT_CORRUPT] = { { "corrupt", "[rx|tx] [byte=N]",
			      "one bit of a data byte is turned over",
			      "bad memory in an adapter or a gateway, where no "
			      "CRC of the bus helps" },
			    FAULT_RX | FAULT_TX,
			    FAULT_TAKES_BYTE },
	[FAULT_REORDER] = { { "reorder", "[rx|tx]",
			      "the frame changes places with the next one",
			      "adapters with several transfers under way, "
			      "mailboxes sent out of turn" },
			    FAULT_RX | FAULT_TX },
	[FAULT_MUTE] = { { "mute", "", "nothing of it reaches the bus",
			   "a broken TX line or transceiver" },
			 FAULT_TX },
	[FAULT_DEAF] = { { "deaf", "", "nothing on the bus reaches it",
			   "a broken RX line or transceiver" },
			 FAULT_RX },
	[FAULT_IGNORE_REQUEST] = { { "ignore-request", "",
				     "a bootloader request has no effect",
				     "firmware without a bootloader to go to" } },
	[FAULT_BOOT_LATE] = { { "boot-late", "ms=N",
				"a reset takes so much longer",
				"a slow oscillator, a supply that rises "
				"slowly" },
			      0,
			      FAULT_TAKES_MS | FAULT_NEEDS_MS },
	[FAULT_BOOT_NEVER] = { { "boot-never", "",
				 "after a reset nothing starts",
				 "a latched-up chip, a boot pin that floats" } },
	[FAULT_WRONG_UUID] = { { "wrong-uuid", "[uuid=UUID]",
				 "it tells another UUID (all bits turned over)",
				 "two boards with one flash chip's id, bytes "
				 "mixed up" },
			       0,
			       FAULT_TAKES_UUID },
	[FAULT_ANSWER_NACK] = { { "answer-nack", "",
				  "a block is answered NACK, and not done",
				  "bytes lost on the way in" },
				0,
				0,
				1 },
	[FAULT_ANSWER_ERROR] = { { "answer-error", "",
				   "a block is answered ERROR, and not done",
				   "a Katapult that does not know the command" },
				 0,
				 0,
				 1 },
	[FAULT_ANSWER_BUSY] = { { "answer-busy", "",
				  "a block is answered BUSY, and not done",
				  "other bootloaders of this protocol" },
				0,
				0,
				1 },
	[FAULT_STUCK] = { { "stuck", "",
			    "a block is taken for a broken one: NACK, then "
			    "silence until a reset",
			    "a byte lost in a block that begins with 01" },
			  0,
			  0,
			  1 },
	[FAULT_WRITE_FAIL] = { { "write-fail", "[address=N]",
				 "a block is not written: ERROR, but "
				 "ACK from RP2040 and RP2350, which do not look",
				 "worn-out or write-protected flash" },
			       0,
			       FAULT_TAKES_ADDRESS },
	[FAULT_POWER_LOSS] = { { "power-loss", "[address=N] [ms=N]",
				 "power goes while a block is written, and "
				 "comes back after ms, if given",
				 "somebody pulls the plug" },
			       0,
			       FAULT_TAKES_ADDRESS | FAULT_TAKES_MS,
			       1 },
	[FAULT_BROWN_OUT] = { { "brown-out", "",
				"a reset at a data frame, in mid-exchange",
				"a supply that dips under load" },
			      0,
			      0,
			      1 },
};

const struct fault_info *fault_info(enum fault_kind kind)
{
	return (unsigned int)kind < FAULT_COUNT ? &fault_rows[kind].info : NULL;
}
