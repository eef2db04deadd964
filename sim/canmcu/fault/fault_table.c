// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "fault_table.h"

#include <stddef.h>

const struct fault_row fault_rows[FAULT_COUNT] = {
	[FAULT_DROP] = { { "drop", "[rx|tx]", "the frame is lost",
			   "an adapter or a receive buffer that overflows" },
			 FAULT_RX | FAULT_TX },
	[FAULT_DELAY] = { { "delay", "[rx|tx] ms=N",
			    "the frame arrives N milliseconds later",
			    "a slow USB adapter, a busy host" },
			  FAULT_RX | FAULT_TX,
			  FAULT_TAKES_MS | FAULT_NEEDS_MS },
	[FAULT_DUPLICATE] = { { "duplicate", "[rx|tx]",
				"the frame arrives twice",
				"a bit error at the very end of a frame, after "
				"which the sender repeats what others have "
				"received already" },
			      FAULT_RX | FAULT_TX },
	[FAULT_CORRUPT] = { { "corrupt", "[rx|tx] [byte=N]",
			      "one bit of a data byte is inverted",
			      "bad memory in an adapter or a gateway, which the "
			      "CRC of the bus does not protect" },
			    FAULT_RX | FAULT_TX,
			    FAULT_TAKES_BYTE },
	[FAULT_REORDER] = { { "reorder", "[rx|tx]",
			      "the frame changes places with the next one",
			      "adapters with several transfers in progress, "
			      "mailboxes that are not sent in order" },
			    FAULT_RX | FAULT_TX },
	[FAULT_MUTE] = { { "mute", "",
			   "nothing that the MCU sends reaches the bus",
			   "a broken TX line or transceiver" },
			 FAULT_TX },
	[FAULT_DEAF] = { { "deaf", "", "nothing on the bus reaches the MCU",
			   "a broken RX line or transceiver" },
			 FAULT_RX },
	[FAULT_IGNORE_REQUEST] = { { "ignore-request", "",
				     "a bootloader request has no effect",
				     "firmware without a bootloader to go to" } },
	[FAULT_BOOT_LATE] = { { "boot-late", "ms=N",
				"a reset takes N milliseconds longer",
				"a slow oscillator, a supply that rises "
				"slowly" },
			      0,
			      FAULT_TAKES_MS | FAULT_NEEDS_MS },
	[FAULT_BOOT_NEVER] = { { "boot-never", "",
				 "nothing starts after a reset",
				 "a chip in latch-up, a floating boot pin" } },
	[FAULT_WRONG_UUID] = { { "wrong-uuid", "[uuid=UUID]",
				 "the MCU reports another UUID, by default its "
				 "own with all bits inverted",
				 "two boards whose flash chips have the same id, "
				 "swapped bytes" },
			       0,
			       FAULT_TAKES_UUID },
	[FAULT_ANSWER_NACK] = { { "answer-nack", "",
				  "a block is answered with NACK and not executed",
				  "bytes lost on the way to the MCU" },
				0,
				0,
				1 },
	[FAULT_ANSWER_ERROR] = { { "answer-error", "",
				   "a block is answered with ERROR and not executed",
				   "a Katapult that does not know the command" },
				 0,
				 0,
				 1 },
	[FAULT_ANSWER_BUSY] = { { "answer-busy", "",
				  "a block is answered with BUSY and not executed",
				  "other bootloaders of this protocol" },
				0,
				0,
				1 },
	[FAULT_STUCK] = { { "stuck", "",
			    "a block is treated as broken: a NACK, then silence "
			    "until a reset",
			    "a byte lost in a block that begins with 01" },
			  0,
			  0,
			  1 },
	[FAULT_WRITE_FAIL] = { { "write-fail", "[address=N]",
				 "a block is not written: ERROR, but ACK from "
				 "RP2040 and RP2350",
				 "worn-out or write-protected flash" },
			       0,
			       FAULT_TAKES_ADDRESS },
	[FAULT_POWER_LOSS] = { { "power-loss", "[address=N] [ms=N]",
				 "power fails while a block is written, and "
				 "returns after N ms, if given",
				 "a pulled plug" },
			       0,
			       FAULT_TAKES_ADDRESS | FAULT_TAKES_MS,
			       1 },
	[FAULT_LEAVE_EARLY] = { { "leave-early", "",
				  "COMPLETE starts the application at once, and "
				  "is not answered",
				  "a host that is busy, and looks for the answer "
				  "when the USB device has gone" },
				0,
				0,
				1 },
	[FAULT_BROWN_OUT] = { { "brown-out", "",
				"a data frame resets the MCU in the middle of an "
				"exchange",
				"a supply that dips under load" },
			      0,
			      0,
			      1 },
};

const struct fault_info *fault_info(enum fault_kind kind)
{
	return (unsigned int)kind < FAULT_COUNT ? &fault_rows[kind].info : NULL;
}
