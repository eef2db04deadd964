/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_REPORT_CANBOOTREQ_H
#define UNIT_REPORT_CANBOOTREQ_H

#include "../../tools/canbootreq/say/report.h"

#define PROGRAM "canbootreq"

#include "report_capture.h"

#define UUID                                               \
	{                                                  \
		{                                          \
			0x11, 0x22, 0x33, 0x44, 0x55, 0x66 \
		}                                          \
	}

/* An end of a UUID, with what all of them have. */
static inline struct words_facts complete(const struct words_facts *part)
{
	struct words_facts facts = *part;

	facts.ifname = "can0";
	facts.has_uuid = true;
	facts.uuid = (struct kcan_uuid)UUID;
	facts.nodeid = 192;
	facts.timeout_us = 1500000;
	facts.bitrate_bps = 500000;
	return facts;
}

#endif
