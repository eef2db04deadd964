/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef FUZZ_WORLD_H
#define FUZZ_WORLD_H

/* What targets with a world of MCUs make of their input. */
#include <stdio.h>

#include <kcan/admin.h>

#include "../../sim/canmcu/world/world.h"
#include "../support/software.h"
#include "fuzz.h"

/* UUIDs are 0000000000nn, below @mcus; they are met more often than chance has it. */
static inline void fuzz_frame(struct fuzz_input *in, struct can_frame *f,
			      uint8_t mcus)
{
	uint8_t shape = fuzz_next(in);

	memset(f, 0, sizeof(*f));
	f->can_id = shape & 1 ? KCAN_ADMIN_ID : 0x100u + fuzz_next(in);
	if (shape & 2)
		f->can_id ^= (canid_t)fuzz_next(in) << 24 | fuzz_next(in);
	f->can_dlc = shape >> 4;
	for (int i = 0; i < CAN_MAX_DLEN; i++)
		f->data[i] = fuzz_next(in);
	if (!(shape & 4))
		return;
	memset(&f->data[1], 0, 5);
	f->data[6] %= mcus + 1;
}

/* The same, as a kernel or a process with a USB device hands it on. */
static inline void fuzz_valid_frame(struct fuzz_input *in, struct can_frame *f,
				    uint8_t mcus)
{
	fuzz_frame(in, f, mcus);
	if (f->can_dlc > CAN_MAX_DLEN)
		f->can_dlc = CAN_MAX_DLEN;
}

/* Every fault there is, seldom; which, and on whom, is up to the bytes. */
static inline size_t fuzz_faults(struct fault faults[static FAULT_COUNT],
				 uint16_t choice)
{
	static char error[FAULT_ERROR_MAX];
	size_t len = 0;

	for (int i = 0; i < FAULT_COUNT; i++) {
		char text[FAULT_TEXT_MAX];
		const char *name = fault_info(i)->name;

		if (!(choice >> i % 16 & 1))
			continue;
		snprintf(text, sizeof(text), "%s chance=0.1 count=0%s", name,
			 strstr(fault_info(i)->parameters, "ms=") ? " ms=20" :
								    "");
		check(!fault_parse(&faults[len++], text, error));
	}
	return len;
}

static inline uint16_t fuzz_next16(struct fuzz_input *in)
{
	uint8_t high = fuzz_next(in);

	return (uint16_t)(high << 8 | fuzz_next(in));
}

#endif
