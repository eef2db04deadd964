// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu
/*
 * What stops the simulated Klipper's steppers. Commands are written by hand: the
 * formats are in klipper-mcu-protocol.md, section 20, integers in 5.2.
 */
#include "story.h"

/* config_endstop oid=0 pin=PA0 pull_up=1; config_trsync oid=1 */
#define ENDSTOP                               \
	{                                     \
		"04022e00000129010301", "ack" \
	}
/* trsync_start oid=1, without reports, expire_reason=2 */
#define TRSYNC                      \
	{                           \
		"2a01000002", "ack" \
	}
/*
 * endstop_home oid=0 clock=1000 sample_ticks=10 sample_count=4 rest_ticks=1000
 * pin_value=0 trsync_oid=1 trigger_reason=1: looked at 1000, 2000 ...
 */
#define HOME                                    \
	{                                       \
		"2f0087680a048768000101", "ack" \
	}
/* trsync_state oid=1 can_trigger trigger_reason clock */
#define TRSYNC_STATE "2d01"
#define ENDSTOP_STATE \
	"3100" /* endstop_state oid=0 homing next_clock pin_value */

static const struct story stories[] = {
	{ "endstop: not homing", { ENDSTOP, { "3000", "3100000001 ack" } } },
	{ "endstop: looked at, and open",
	  { ENDSTOP,
	    TRSYNC,
	    HOME,
	    { "3000", ENDSTOP_STATE "010001 ack" },
	    { "3000", ENDSTOP_STATE "010001 ack", 1500 },
	    { "3000", ENDSTOP_STATE "010001 ack", 3000 } } },
	/* 5000 to 5030; next_clock is rest_ticks behind the first sample */
	{ "endstop: hit, and homing until the host ends it",
	  { ENDSTOP,
	    TRSYNC,
	    HOME,
	    { "put PA0 0", "", 4500 },
	    { "", "", 529 },
	    { "", TRSYNC_STATE "0001a726", 1 },
	    { "3000", ENDSTOP_STATE "01ae7000 ack" },
	    { "2f0000000000000000", "ack", 2000 },
	    { "3000", ENDSTOP_STATE "00ae7000 ack" } } },
	{ "endstop: after a hit it is not looked at any more",
	  { ENDSTOP,
	    TRSYNC,
	    HOME,
	    { "put PA0 0", "", 4500 },
	    { "put PA0 1", TRSYNC_STATE "0001a726", 600 },
	    { "put PA0 0", "", 2000 },
	    { "3000", ENDSTOP_STATE "01ae7000 ack", 3000 } } },
	{ "endstop: the next homing tells of the last hit until there is one",
	  { ENDSTOP,
	    { "put PA0 0", "" },
	    TRSYNC,
	    HOME,
	    { "", TRSYNC_STATE "00018806", 1030 },
	    { "put PA0 1", "" },
	    TRSYNC,
	    { "2f00ce100a048768000101", "ack" }, /* 10000 */
	    { "3000", ENDSTOP_STATE "018f5001 ack" } } },
	{ "endstop: hit from the beginning",
	  { ENDSTOP,
	    { "put PA0 0", "" },
	    TRSYNC,
	    HOME,
	    { "", TRSYNC_STATE "00018806", 1030 } } },
	{ "endstop: samples have to agree",
	  { ENDSTOP,
	    TRSYNC,
	    HOME,
	    { "put PA0 0", "", 4500 },
	    { "put PA0 1", "", 515 },
	    { "put PA0 0", "", 485 },
	    { "", "", 529 },
	    { "", TRSYNC_STATE "0001af0e", 1 } } },
	{ "endstop: hit for less than a look",
	  { ENDSTOP,
	    TRSYNC,
	    HOME,
	    { "put PA0 0", "", 4100 },
	    { "put PA0 1", "", 100 },
	    { "3000", ENDSTOP_STATE "010001 ack", 1000 } } },
	{ "endstop: hit for two samples is no hit, but tells of the next look",
	  { ENDSTOP,
	    TRSYNC,
	    HOME,
	    { "put PA0 0", "", 4500 },
	    { "put PA0 1", "", 515 },
	    { "3000", ENDSTOP_STATE "01ae7001 ack", 100 } } },
	{ "endstop: given up by the host",
	  { ENDSTOP,
	    TRSYNC,
	    HOME,
	    { "2f0000000000000000", "ack" },
	    { "put PA0 0", "" },
	    { "", "", 4000 } } },
	{ "endstop: given up by a shutdown",
	  { ENDSTOP,
	    TRSYNC,
	    HOME,
	    { "07", "120002 ack" },
	    { "put PA0 0", "" },
	    { "", "", 4000 } } },
	{ "endstop: after a shutdown it is not looked at any more",
	  { ENDSTOP,
	    TRSYNC,
	    HOME,
	    { "07", "120002 ack" },
	    { "08", "ack" },
	    { "put PA0 0", "" },
	    { "3000", ENDSTOP_STATE "010000 ack", 4000 } } },
	{ "endstop: still homing for the host after a shutdown",
	  { ENDSTOP,
	    TRSYNC,
	    HOME,
	    { "07", "120002 ack" },
	    { "08", "ack" },
	    { "3000", ENDSTOP_STATE "010001 ack" } } },
	{ "endstop: a trsync that is none",
	  { ENDSTOP, { "2f0087680a048768000001", "12000a ack" } } },
	{ "endstop: a clock in the past",
	  { ENDSTOP, { "2f0087680a048768000101", "12876911 ack", 1001 } } },
	{ "endstop: a pin that is not there",
	  { { "04012e00814801", "120016 ack" } } },

	{ "endstop: the sensor in the chip is no pin",
	  { { "04012e00817e01", "120016 ack" } } },

	/* trsync_start oid=1 report_clock=1000 report_ticks=1000 */
	{ "trsync: reports that it may trigger",
	  { ENDSTOP,
	    { "2a018768876802", "ack" },
	    { "", TRSYNC_STATE "01008768", 1000 },
	    { "", TRSYNC_STATE "01008f50", 1000 },
	    { "2c0103", TRSYNC_STATE "000300 ack" },
	    { "", "", 4000 } } },
	{ "trsync: triggered, it goes on to report until the host stops it",
	  { ENDSTOP,
	    { "2a018768876802", "ack" },
	    { "2b018b5c", "ack" }, /* 1500 */
	    { "", TRSYNC_STATE "01008768 " TRSYNC_STATE "00028b5c", 1500 },
	    { "", TRSYNC_STATE "00028f50", 500 },
	    { "", TRSYNC_STATE "00029738", 1000 },
	    { "2c0103", TRSYNC_STATE "000200 ack" },
	    { "", "", 4000 } } },
	{ "trsync: triggered when a report is due, it reports once",
	  { ENDSTOP,
	    { "2a018768876802", "ack" },
	    { "2b018768", "ack" },
	    { "", TRSYNC_STATE "00028768", 1000 },
	    { "", TRSYNC_STATE "00028f50", 1000 } } },
	{ "trsync: a new start ends the reports of the last one",
	  { ENDSTOP,
	    { "2a018768876802", "ack" },
	    { "2b01874c", "ack" }, /* 972 */
	    { "", TRSYNC_STATE "0002874c", 972 },
	    { "2a01000002", "ack" },
	    { "", "", 4000 } } },
	{ "trsync: forgotten in shutdown",
	  { ENDSTOP,
	    TRSYNC,
	    { "2b018768", "ack" },
	    { "", TRSYNC_STATE "00028768", 1000 },
	    { "07", "12876802 ack" },
	    { "08", "ack" },
	    { "2c0103", TRSYNC_STATE "000000 ack" } } },
	{ "trsync: no host for too long",
	  { ENDSTOP,
	    TRSYNC,
	    { "2b018f50", "ack" },
	    { "", "", 1999 },
	    { "", TRSYNC_STATE "00028f50", 1 } } },
	{ "trsync: a host in time",
	  { ENDSTOP,
	    TRSYNC,
	    { "2b018f50", "ack" },
	    { "2b019738", "ack", 1000 },
	    { "", "", 1999 },
	    { "", TRSYNC_STATE "00029738", 1 } } },
	{ "trsync: the first reason stays",
	  { ENDSTOP,
	    TRSYNC,
	    { "2c0103", TRSYNC_STATE "000300 ack" },
	    { "2c0104", TRSYNC_STATE "000300 ack" },
	    { "2b018f50", "ack" },
	    { "", "", 4000 } } },
	{ "trsync: does not trigger in shutdown",
	  { ENDSTOP,
	    TRSYNC,
	    { "2b018f50", "ack" },
	    { "07", "120002 ack" },
	    { "", "", 4000 } } },
	{ "trsync: too often", { ENDSTOP, { "2a0187680102", "120013 ack" } } },
	{ "trsync: an oid of nothing",
	  { ENDSTOP, { "2c0003", "12000a ack" } } },
};

int main(void)
{
	struct CMUnitTest tests[64];
	size_t n = 0;

	ROWS(stories, story_test);
	return _cmocka_run_group_tests("klipper_homing", tests, n, NULL, NULL);
}
