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

#define NEXT                                                               \
	"python3 ~/katapult/scripts/flashtool.py -i can0 -u 112233445566 " \
	"-f ~/klipper/out/klipper.bin"

#define BACK "canbootreq -i can0 --leave -u 112233445566"
#define IDENT                                                           \
	{                                                               \
		.mcu = "stm32g0b1xx", .version = "v0.0.1-109-g902f335", \
		.app_start = 0x08002000,                                \
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
