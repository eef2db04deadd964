// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "trace.h"

static int format_id(char out[static TRACE_FRAME_LEN], canid_t id)
{
	if (id & CAN_ERR_FLAG)
		return snprintf(out, TRACE_FRAME_LEN, "%08X#",
				id & (CAN_ERR_MASK | CAN_ERR_FLAG));
	if (id & CAN_EFF_FLAG)
		return snprintf(out, TRACE_FRAME_LEN, "%08X#",
				id & CAN_EFF_MASK);
	return snprintf(out, TRACE_FRAME_LEN, "%03X#", id & CAN_SFF_MASK);
}

void trace_format(char out[static TRACE_FRAME_LEN],
		  const struct can_frame *frame)
{
	int len = frame->can_dlc < CAN_MAX_DLEN ? frame->can_dlc : CAN_MAX_DLEN;
	char *at = out + format_id(out, frame->can_id);

	if (frame->can_id & CAN_RTR_FLAG) {
		snprintf(at, 2, "R");
		return;
	}
	for (int i = 0; i < len; i++)
		at += snprintf(at, 3, "%02X", frame->data[i]);
}

void trace_frame(const struct loop *l, const char *ifname,
		 const struct can_frame *frame)
{
	char text[TRACE_FRAME_LEN];

	if (!l->trace)
		return;
	trace_format(text, frame);
	fprintf(loop_trace(l), "%s %s\n", ifname, text);
}
