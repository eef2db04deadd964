/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_FAULT_TABLE_H
#define CANMCU_FAULT_TABLE_H

#include "fault.h"

#define FAULT_PPM 1000000u /* struck each time */

/** Parameters that a row may have beside those of all; bits. */
enum fault_takes {
	FAULT_TAKES_MS = 1,
	FAULT_NEEDS_MS = 2,
	FAULT_TAKES_BYTE = 4,
	FAULT_TAKES_ADDRESS = 8,
	FAULT_TAKES_UUID = 16,
};

/** What there is to know of one kind of fault. */
struct fault_row {
	struct fault_info info;
	unsigned int dirs; /* it can be about; 0: not about a frame */
	unsigned int takes;
	uint64_t count; /* when none is given; 0: no end */
};

extern const struct fault_row fault_rows[FAULT_COUNT];

#endif
