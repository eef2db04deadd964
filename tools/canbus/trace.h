/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANBUS_TRACE_H
#define CANBUS_TRACE_H

#include <linux/can.h>

#include "../shared/loop.h"

#define TRACE_FRAME_LEN 28

/** A frame as can-utils write it: 3F0#02112233445566, 123#R, 12345678#. */
void trace_format(char out[static TRACE_FRAME_LEN],
		  const struct can_frame *frame);

/** One line, as `candump -L` logs it, when @l wants it. */
void trace_frame(const struct loop *l, const char *ifname,
		 const struct can_frame *frame);

#endif
