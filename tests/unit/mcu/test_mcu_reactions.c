// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu
/* can-admin-channel.md, sections 2 to 5: what a node does on which frame. */
#include "../../support/unit.h"

#include <stdio.h>
#include <string.h>

#include "klipper_board.h"

#define OWN 0x41, 0xf9, 0x05, 0xf5, 0x50, 0x04
#define OTHER 0x11, 0x22, 0x33, 0x44, 0x55, 0x66

#define QUERY FRAME(0x3f0, 0x00)
#define SET_KLIPPER FRAME(0x3f0, 0x01, OWN, 4)
#define SET_KLIPPER_OTHER FRAME(0x3f0, 0x01, OTHER, 4)
#define REQUEST FRAME(0x3f0, 0x02, OWN)
#define SET_CANBOOT FRAME(0x3f0, 0x11, OWN, 4)
#define SET_CANBOOT_OTHER FRAME(0x3f0, 0x11, OTHER, 4)
#define CLEAR FRAME(0x3f0, 0x12)
#define ON_TX_ID FRAME(0x109, 0x55)

enum situation {
	KLIPPER_FREE,
	KLIPPER_ASSIGNED,
	SHUTDOWN_FREE,
	SHUTDOWN_ASSIGNED,
	KATAPULT_FREE,
	KATAPULT_ASSIGNED,
	IN_ROM,
	RESETTING,
	WAITING,
	SWITCHED_OFF,
};

enum answer { SILENT, ANSWERS_01, ANSWERS_11 };

struct cell {
	const char *name;
	enum situation situation;
	struct can_frame frame;
	enum answer answer;
	enum mcu_state state;
	int nodeid;
};

/* Section 3.7, cell by cell. */
static const struct cell cells[] = {
	{ "klipper, unassigned: 00: answers", KLIPPER_FREE, QUERY, ANSWERS_01,
	  MCU_KLIPPER, -1 },
	{ "klipper, unassigned: 01 own uuid: assigned", KLIPPER_FREE,
	  SET_KLIPPER, SILENT, MCU_KLIPPER, 4 },
	{ "klipper, unassigned: 01 other uuid, same N: no reaction",
	  KLIPPER_FREE, SET_KLIPPER_OTHER, SILENT, MCU_KLIPPER, -1 },
	{ "klipper, unassigned: 02 own uuid: leaves", KLIPPER_FREE, REQUEST,
	  SILENT, MCU_BOOT, -1 },
	{ "klipper, unassigned: 11 own uuid: no reaction", KLIPPER_FREE,
	  SET_CANBOOT, SILENT, MCU_KLIPPER, -1 },
	{ "klipper, unassigned: 11 other uuid, same N: no reaction",
	  KLIPPER_FREE, SET_CANBOOT_OTHER, SILENT, MCU_KLIPPER, -1 },
	{ "klipper, unassigned: 12: no reaction", KLIPPER_FREE, CLEAR, SILENT,
	  MCU_KLIPPER, -1 },
	{ "klipper, unassigned: frame on own tx id: no reaction", KLIPPER_FREE,
	  ON_TX_ID, SILENT, MCU_KLIPPER, -1 },
	{ "klipper, assigned: 00: no reaction", KLIPPER_ASSIGNED, QUERY, SILENT,
	  MCU_KLIPPER, 4 },
	{ "klipper, assigned: 01 own uuid: keeps its id", KLIPPER_ASSIGNED,
	  SET_KLIPPER, SILENT, MCU_KLIPPER, 4 },
	{ "klipper, assigned: 01 other uuid, same N: unassigned, shutdown",
	  KLIPPER_ASSIGNED, SET_KLIPPER_OTHER, SILENT, MCU_SHUTDOWN, -1 },
	{ "klipper, assigned: 02 own uuid: leaves", KLIPPER_ASSIGNED, REQUEST,
	  SILENT, MCU_BOOT, -1 },
	{ "klipper, assigned: 11 own uuid: no reaction", KLIPPER_ASSIGNED,
	  SET_CANBOOT, SILENT, MCU_KLIPPER, 4 },
	{ "klipper, assigned: 11 other uuid, same N: no reaction",
	  KLIPPER_ASSIGNED, SET_CANBOOT_OTHER, SILENT, MCU_KLIPPER, 4 },
	{ "klipper, assigned: 12: no reaction", KLIPPER_ASSIGNED, CLEAR, SILENT,
	  MCU_KLIPPER, 4 },
	{ "klipper, assigned: frame on own tx id: unassigned, shutdown",
	  KLIPPER_ASSIGNED, ON_TX_ID, SILENT, MCU_SHUTDOWN, -1 },
	{ "klipper in shutdown, unassigned: 00: answers", SHUTDOWN_FREE, QUERY,
	  ANSWERS_01, MCU_SHUTDOWN, -1 },
	{ "klipper in shutdown, unassigned: 01 own uuid: assigned",
	  SHUTDOWN_FREE, SET_KLIPPER, SILENT, MCU_SHUTDOWN, 4 },
	{ "klipper in shutdown, unassigned: 01 other uuid, same N: no reaction",
	  SHUTDOWN_FREE, SET_KLIPPER_OTHER, SILENT, MCU_SHUTDOWN, -1 },
	{ "klipper in shutdown, unassigned: 02 own uuid: leaves", SHUTDOWN_FREE,
	  REQUEST, SILENT, MCU_BOOT, -1 },
	{ "klipper in shutdown, unassigned: 11 own uuid: no reaction",
	  SHUTDOWN_FREE, SET_CANBOOT, SILENT, MCU_SHUTDOWN, -1 },
	{ "klipper in shutdown, unassigned: 11 other uuid, same N: no reaction",
	  SHUTDOWN_FREE, SET_CANBOOT_OTHER, SILENT, MCU_SHUTDOWN, -1 },
	{ "klipper in shutdown, unassigned: 12: no reaction", SHUTDOWN_FREE,
	  CLEAR, SILENT, MCU_SHUTDOWN, -1 },
	{ "klipper in shutdown, unassigned: frame on own tx id: no reaction",
	  SHUTDOWN_FREE, ON_TX_ID, SILENT, MCU_SHUTDOWN, -1 },
	{ "klipper in shutdown, assigned: 00: no reaction", SHUTDOWN_ASSIGNED,
	  QUERY, SILENT, MCU_SHUTDOWN, 4 },
	{ "klipper in shutdown, assigned: 01 own uuid: keeps its id",
	  SHUTDOWN_ASSIGNED, SET_KLIPPER, SILENT, MCU_SHUTDOWN, 4 },
	{ "klipper in shutdown, assigned: 01 other uuid, same N: unassigned, shutdown",
	  SHUTDOWN_ASSIGNED, SET_KLIPPER_OTHER, SILENT, MCU_SHUTDOWN, -1 },
	{ "klipper in shutdown, assigned: 02 own uuid: leaves",
	  SHUTDOWN_ASSIGNED, REQUEST, SILENT, MCU_BOOT, -1 },
	{ "klipper in shutdown, assigned: 11 own uuid: no reaction",
	  SHUTDOWN_ASSIGNED, SET_CANBOOT, SILENT, MCU_SHUTDOWN, 4 },
	{ "klipper in shutdown, assigned: 11 other uuid, same N: no reaction",
	  SHUTDOWN_ASSIGNED, SET_CANBOOT_OTHER, SILENT, MCU_SHUTDOWN, 4 },
	{ "klipper in shutdown, assigned: 12: no reaction", SHUTDOWN_ASSIGNED,
	  CLEAR, SILENT, MCU_SHUTDOWN, 4 },
	{ "klipper in shutdown, assigned: frame on own tx id: unassigned, shutdown",
	  SHUTDOWN_ASSIGNED, ON_TX_ID, SILENT, MCU_SHUTDOWN, -1 },
	{ "katapult, unassigned: 00: answers", KATAPULT_FREE, QUERY, ANSWERS_11,
	  MCU_KATAPULT, -1 },
	{ "katapult, unassigned: 01 own uuid: no reaction", KATAPULT_FREE,
	  SET_KLIPPER, SILENT, MCU_KATAPULT, -1 },
	{ "katapult, unassigned: 01 other uuid, same N: no reaction",
	  KATAPULT_FREE, SET_KLIPPER_OTHER, SILENT, MCU_KATAPULT, -1 },
	{ "katapult, unassigned: 02 own uuid: no reaction", KATAPULT_FREE,
	  REQUEST, SILENT, MCU_KATAPULT, -1 },
	{ "katapult, unassigned: 11 own uuid: assigned", KATAPULT_FREE,
	  SET_CANBOOT, SILENT, MCU_KATAPULT, 4 },
	{ "katapult, unassigned: 11 other uuid, same N: no reaction",
	  KATAPULT_FREE, SET_CANBOOT_OTHER, SILENT, MCU_KATAPULT, -1 },
	{ "katapult, unassigned: 12: no reaction", KATAPULT_FREE, CLEAR, SILENT,
	  MCU_KATAPULT, -1 },
	{ "katapult, unassigned: frame on own tx id: no reaction",
	  KATAPULT_FREE, ON_TX_ID, SILENT, MCU_KATAPULT, -1 },
	{ "katapult, assigned: 00: no reaction", KATAPULT_ASSIGNED, QUERY,
	  SILENT, MCU_KATAPULT, 4 },
	{ "katapult, assigned: 01 own uuid: no reaction", KATAPULT_ASSIGNED,
	  SET_KLIPPER, SILENT, MCU_KATAPULT, 4 },
	{ "katapult, assigned: 01 other uuid, same N: no reaction",
	  KATAPULT_ASSIGNED, SET_KLIPPER_OTHER, SILENT, MCU_KATAPULT, 4 },
	{ "katapult, assigned: 02 own uuid: no reaction", KATAPULT_ASSIGNED,
	  REQUEST, SILENT, MCU_KATAPULT, 4 },
	{ "katapult, assigned: 11 own uuid: keeps its id", KATAPULT_ASSIGNED,
	  SET_CANBOOT, SILENT, MCU_KATAPULT, 4 },
	{ "katapult, assigned: 11 other uuid, same N: unassigned",
	  KATAPULT_ASSIGNED, SET_CANBOOT_OTHER, SILENT, MCU_KATAPULT, -1 },
	{ "katapult, assigned: 12: unassigned", KATAPULT_ASSIGNED, CLEAR,
	  SILENT, MCU_KATAPULT, -1 },
	{ "katapult, assigned: frame on own tx id: unassigned",
	  KATAPULT_ASSIGNED, ON_TX_ID, SILENT, MCU_KATAPULT, -1 },
	{ "rom bootloader: 00: no reaction", IN_ROM, QUERY, SILENT, MCU_ROM,
	  -1 },
	{ "rom bootloader: 01 own uuid: no reaction", IN_ROM, SET_KLIPPER,
	  SILENT, MCU_ROM, -1 },
	{ "rom bootloader: 01 other uuid, same N: no reaction", IN_ROM,
	  SET_KLIPPER_OTHER, SILENT, MCU_ROM, -1 },
	{ "rom bootloader: 02 own uuid: no reaction", IN_ROM, REQUEST, SILENT,
	  MCU_ROM, -1 },
	{ "rom bootloader: 11 own uuid: no reaction", IN_ROM, SET_CANBOOT,
	  SILENT, MCU_ROM, -1 },
	{ "rom bootloader: 11 other uuid, same N: no reaction", IN_ROM,
	  SET_CANBOOT_OTHER, SILENT, MCU_ROM, -1 },
	{ "rom bootloader: 12: no reaction", IN_ROM, CLEAR, SILENT, MCU_ROM,
	  -1 },
	{ "rom bootloader: frame on own tx id: no reaction", IN_ROM, ON_TX_ID,
	  SILENT, MCU_ROM, -1 },
	{ "resetting: 00: no reaction", RESETTING, QUERY, SILENT, MCU_BOOT,
	  -1 },
	{ "resetting: 01 own uuid: no reaction", RESETTING, SET_KLIPPER, SILENT,
	  MCU_BOOT, -1 },
	{ "resetting: 01 other uuid, same N: no reaction", RESETTING,
	  SET_KLIPPER_OTHER, SILENT, MCU_BOOT, -1 },
	{ "resetting: 02 own uuid: no reaction", RESETTING, REQUEST, SILENT,
	  MCU_BOOT, -1 },
	{ "resetting: 11 own uuid: no reaction", RESETTING, SET_CANBOOT, SILENT,
	  MCU_BOOT, -1 },
	{ "resetting: 11 other uuid, same N: no reaction", RESETTING,
	  SET_CANBOOT_OTHER, SILENT, MCU_BOOT, -1 },
	{ "resetting: 12: no reaction", RESETTING, CLEAR, SILENT, MCU_BOOT,
	  -1 },
	{ "resetting: frame on own tx id: no reaction", RESETTING, ON_TX_ID,
	  SILENT, MCU_BOOT, -1 },
	{ "double-reset wait: 00: no reaction", WAITING, QUERY, SILENT,
	  MCU_BOOT, -1 },
	{ "double-reset wait: 01 own uuid: no reaction", WAITING, SET_KLIPPER,
	  SILENT, MCU_BOOT, -1 },
	{ "double-reset wait: 01 other uuid, same N: no reaction", WAITING,
	  SET_KLIPPER_OTHER, SILENT, MCU_BOOT, -1 },
	{ "double-reset wait: 02 own uuid: no reaction", WAITING, REQUEST,
	  SILENT, MCU_BOOT, -1 },
	{ "double-reset wait: 11 own uuid: no reaction", WAITING, SET_CANBOOT,
	  SILENT, MCU_BOOT, -1 },
	{ "double-reset wait: 11 other uuid, same N: no reaction", WAITING,
	  SET_CANBOOT_OTHER, SILENT, MCU_BOOT, -1 },
	{ "double-reset wait: 12: no reaction", WAITING, CLEAR, SILENT,
	  MCU_BOOT, -1 },
	{ "double-reset wait: frame on own tx id: no reaction", WAITING,
	  ON_TX_ID, SILENT, MCU_BOOT, -1 },
	{ "off: 00: no reaction", SWITCHED_OFF, QUERY, SILENT, MCU_OFF, -1 },
	{ "off: 01 own uuid: no reaction", SWITCHED_OFF, SET_KLIPPER, SILENT,
	  MCU_OFF, -1 },
	{ "off: 01 other uuid, same N: no reaction", SWITCHED_OFF,
	  SET_KLIPPER_OTHER, SILENT, MCU_OFF, -1 },
	{ "off: 02 own uuid: no reaction", SWITCHED_OFF, REQUEST, SILENT,
	  MCU_OFF, -1 },
	{ "off: 11 own uuid: no reaction", SWITCHED_OFF, SET_CANBOOT, SILENT,
	  MCU_OFF, -1 },
	{ "off: 11 other uuid, same N: no reaction", SWITCHED_OFF,
	  SET_CANBOOT_OTHER, SILENT, MCU_OFF, -1 },
	{ "off: 12: no reaction", SWITCHED_OFF, CLEAR, SILENT, MCU_OFF, -1 },
	{ "off: frame on own tx id: no reaction", SWITCHED_OFF, ON_TX_ID,
	  SILENT, MCU_OFF, -1 },
};

/* The rest of section 2 and the rules of 3.1 to 3.6. */
static const struct cell rules[] = {
	{ "an EFF frame is not an admin frame", KLIPPER_FREE,
	  FRAME(0x3f0 | CAN_EFF_FLAG, 0x00), SILENT, MCU_KLIPPER, -1 },
	{ "an RTR frame is not an admin frame", KLIPPER_FREE,
	  FRAME(0x3f0 | CAN_RTR_FLAG, 0x00), SILENT, MCU_KLIPPER, -1 },
	{ "an error frame is not an admin frame", KLIPPER_FREE,
	  FRAME(0x3f0 | CAN_ERR_FLAG, 0x00), SILENT, MCU_KLIPPER, -1 },
	{ "an EFF frame on the own tx id is no conflict", KLIPPER_ASSIGNED,
	  FRAME(0x109 | CAN_EFF_FLAG, 0x55), SILENT, MCU_KLIPPER, 4 },
	{ "an RTR frame on the own tx id is no conflict", KLIPPER_ASSIGNED,
	  FRAME(0x109 | CAN_RTR_FLAG, 0x55), SILENT, MCU_KLIPPER, 4 },
	{ "an EFF frame on the own rx id is no data", KATAPULT_ASSIGNED,
	  FRAME(0x108 | CAN_EFF_FLAG, 0x01, 0x88, 0x16, 0x00, 0xf9, 0x31, 0x99,
		0x03),
	  SILENT, MCU_KATAPULT, 4 },
	{ "an RTR frame on the own rx id is no data", KATAPULT_ASSIGNED,
	  FRAME(0x108 | CAN_RTR_FLAG, 0x01, 0x88, 0x16, 0x00, 0xf9, 0x31, 0x99,
		0x03),
	  SILENT, MCU_KATAPULT, 4 },
	{ "DLC 0 on 3F0 is ignored",
	  KLIPPER_FREE,
	  { .can_id = 0x3f0 },
	  SILENT,
	  MCU_KLIPPER,
	  -1 },
	{ "DLC 0 on the own rx id adds nothing",
	  KATAPULT_ASSIGNED,
	  { .can_id = 0x108 },
	  SILENT,
	  MCU_KATAPULT,
	  4 },
	{ "DLC 0 on the own tx id is a conflict",
	  KATAPULT_ASSIGNED,
	  { .can_id = 0x109 },
	  SILENT,
	  MCU_KATAPULT,
	  -1 },
	{ "DLC 15 is long enough",
	  KLIPPER_FREE,
	  { .can_id = 0x3f0, .can_dlc = 15, .data = { 0x01, OWN, 4 } },
	  SILENT,
	  MCU_KLIPPER,
	  4 },
	{ "QUERY with eight bytes is a query", KLIPPER_FREE,
	  FRAME(0x3f0, 0x00, 1, 2, 3, 4, 5, 6, 7), ANSWERS_01, MCU_KLIPPER,
	  -1 },
	{ "CLEAR with eight bytes is a clear", KATAPULT_ASSIGNED,
	  FRAME(0x3f0, 0x12, 1, 2, 3, 4, 5, 6, 7), SILENT, MCU_KATAPULT, -1 },
	{ "an unknown first byte is ignored", KLIPPER_FREE,
	  FRAME(0x3f0, 0x03, OWN, 4), SILENT, MCU_KLIPPER, -1 },
	{ "the response code on 3F0 is ignored", KATAPULT_FREE,
	  FRAME(0x3f0, 0x20, OWN, 0x11), SILENT, MCU_KATAPULT, -1 },
	{ "a command on 3F1 is ignored", KLIPPER_FREE, FRAME(0x3f1, 0x02, OWN),
	  SILENT, MCU_KLIPPER, -1 },
	{ "a request with DLC 6 is ignored",
	  KLIPPER_FREE,
	  { .can_id = 0x3f0, .can_dlc = 6, .data = { 0x02, OWN } },
	  SILENT,
	  MCU_KLIPPER,
	  -1 },
	{ "a request with DLC 8 is obeyed", KLIPPER_FREE,
	  FRAME(0x3f0, 0x02, OWN, 0xff), SILENT, MCU_BOOT, -1 },
	{ "a request for another uuid is ignored", KLIPPER_FREE,
	  FRAME(0x3f0, 0x02, OTHER), SILENT, MCU_KLIPPER, -1 },
	{ "SET with DLC 7 is ignored",
	  KLIPPER_FREE,
	  { .can_id = 0x3f0, .can_dlc = 7, .data = { 0x01, OWN, 4 } },
	  SILENT,
	  MCU_KLIPPER,
	  -1 },
	{ "SET with DLC 7 is no conflict either",
	  KLIPPER_ASSIGNED,
	  { .can_id = 0x3f0, .can_dlc = 7, .data = { 0x01, OTHER, 4 } },
	  SILENT,
	  MCU_KLIPPER,
	  4 },
	{ "SET for another uuid and another N is ignored", KLIPPER_ASSIGNED,
	  FRAME(0x3f0, 0x01, OTHER, 5), SILENT, MCU_KLIPPER, 4 },
	{ "an assigned Klipper is re-assigned", KLIPPER_ASSIGNED,
	  FRAME(0x3f0, 0x01, OWN, 5), SILENT, MCU_KLIPPER, 5 },
	{ "an assigned Klipper in shutdown is re-assigned", SHUTDOWN_ASSIGNED,
	  FRAME(0x3f0, 0x01, OWN, 5), SILENT, MCU_SHUTDOWN, 5 },
	{ "an assigned Katapult is re-assigned", KATAPULT_ASSIGNED,
	  FRAME(0x3f0, 0x11, OWN, 5), SILENT, MCU_KATAPULT, 5 },
	{ "nodeid 0 is valid", KLIPPER_FREE, FRAME(0x3f0, 0x01, OWN, 0), SILENT,
	  MCU_KLIPPER, 0 },
	{ "nodeid 255 is valid", KATAPULT_FREE, FRAME(0x3f0, 0x11, OWN, 255),
	  SILENT, MCU_KATAPULT, 255 },
};

static void arrange(struct board *b, enum situation situation)
{
	static const enum mcu_state states[] = {
		[KLIPPER_FREE] = MCU_KLIPPER,
		[KLIPPER_ASSIGNED] = MCU_KLIPPER,
		[SHUTDOWN_FREE] = MCU_SHUTDOWN,
		[SHUTDOWN_ASSIGNED] = MCU_SHUTDOWN,
		[KATAPULT_FREE] = MCU_KATAPULT,
		[KATAPULT_ASSIGNED] = MCU_KATAPULT,
		[IN_ROM] = MCU_KLIPPER,
		[RESETTING] = MCU_KLIPPER,
		[WAITING] = MCU_KLIPPER,
		[SWITCHED_OFF] = MCU_OFF,
	};
	bool assigned = situation == KLIPPER_ASSIGNED ||
			situation == SHUTDOWN_ASSIGNED ||
			situation == KATAPULT_ASSIGNED;
	struct mcu_cfg cfg = board_cfg("stm32g0b1xx");

	cfg.state = states[situation];
	cfg.nodeid = assigned ? 4 : -1;
	if (situation == IN_ROM)
		cfg.bootloader = BOOTLOADER_ROM;
	board_init(b, &cfg);
	if (situation == IN_ROM || situation == RESETTING)
		board_hear(b, REQUEST);
	if (situation == WAITING)
		mcu_reset(&b->mcu, b->now_us);
	board_wait(b, situation == WAITING ? 100000 : 1000);
	b->sent_len = 0;
}

static void test_cell(void **state)
{
	static const struct can_frame answers[] = {
		[ANSWERS_01] = FRAME(0x3f1, 0x20, OWN, 0x01),
		[ANSWERS_11] = FRAME(0x3f1, 0x20, OWN, 0x11),
	};
	const struct cell *c = *state;
	struct board b;

	arrange(&b, c->situation);
	board_hear(&b, c->frame);
	assert_int_equal(b.sent_len, c->answer == SILENT ? 0 : 1);
	if (c->answer != SILENT)
		assert_frame_equal(b.sent[0], answers[c->answer]);
	assert_int_equal(b.mcu.state, c->state);
	assert_int_equal(mcu_nodeid(&b.mcu), c->nodeid);
	mcu_fini(&b.mcu);
}

#define WHO(id) FRAME(id, 0x01, 0x88, 0x16, 0x00, 0xf9, 0x31, 0x99, 0x03)

static void test_the_first_shutdown_reason_is_kept(void **state)
{
	struct board b;

	(void)state;
	arrange(&b, KLIPPER_ASSIGNED);
	mcu_shutdown(&b.mcu, "Timer too close", b.now_us);
	board_hear(&b, ON_TX_ID);
	assert_int_equal(mcu_nodeid(&b.mcu), -1);
	assert_string_equal(b.reason, "Timer too close");
	mcu_fini(&b.mcu);
}

static void test_a_conflict_has_klippers_own_words(void **state)
{
	struct board b;

	(void)state;
	arrange(&b, KLIPPER_ASSIGNED);
	board_hear(&b, SET_KLIPPER_OTHER);
	assert_true(board_reported(&b, EVENT_CONFLICT));
	assert_string_equal(b.reason, "Another CAN node assigned this ID");
	mcu_fini(&b.mcu);
}

static void test_after_a_conflict_it_obeys_as_before(void **state)
{
	struct board b;

	(void)state;
	arrange(&b, KLIPPER_ASSIGNED);
	board_hear(&b, ON_TX_ID);
	board_hear(&b, QUERY);
	assert_int_equal(b.sent_len, 1);
	board_hear(&b, SET_KLIPPER);
	assert_int_equal(mcu_nodeid(&b.mcu), 4);
	board_hear(&b, REQUEST);
	assert_int_equal(b.mcu.state, MCU_BOOT);
	mcu_fini(&b.mcu);
}

static void test_data_right_behind_set_is_not_heard(void **state)
{
	struct board b;

	(void)state;
	arrange(&b, KATAPULT_FREE);
	board_hear(&b, SET_CANBOOT);
	board_hear(&b, WHO(0x108));
	assert_int_equal(b.sent_len, 0);
	board_wait(&b, MCU_FILTER_CHANGE_US);
	board_hear(&b, WHO(0x108));
	assert_frame_equal(b.sent[0],
			   FRAME(0x109, 0x01, 0x88, 0xa0, 0x03, 0x16, 0, 0, 0));
	mcu_fini(&b.mcu);
}

static void test_set_with_the_id_held_leaves_the_filter_alone(void **state)
{
	struct board b;

	(void)state;
	arrange(&b, KATAPULT_ASSIGNED);
	board_hear(&b, SET_CANBOOT);
	board_hear(&b, WHO(0x108));
	assert_int_equal(b.sent_len, 3);
	mcu_fini(&b.mcu);
}

static void test_dlc_9_on_the_own_rx_id_counts_as_eight_bytes(void **state)
{
	struct can_frame frame = WHO(0x108);
	struct board b;

	(void)state;
	arrange(&b, KATAPULT_ASSIGNED);
	frame.can_dlc = 9;
	board_hear(&b, frame);
	assert_int_equal(b.sent_len, 3);
	mcu_fini(&b.mcu);
}

static void test_a_re_assigned_node_is_deaf_on_its_old_id(void **state)
{
	struct board b;

	(void)state;
	arrange(&b, KATAPULT_ASSIGNED);
	board_hear(&b, FRAME(0x3f0, 0x11, OWN, 5));
	board_wait(&b, MCU_FILTER_CHANGE_US);
	board_hear(&b, WHO(0x108));
	board_hear(&b, ON_TX_ID);
	assert_int_equal(b.sent_len, 0);
	assert_int_equal(mcu_nodeid(&b.mcu), 5);
	board_hear(&b, WHO(0x10a));
	assert_int_equal(b.sent_len, 3);
	mcu_fini(&b.mcu);
}

static void test_a_ninth_waiting_admin_frame_is_lost(void **state)
{
	struct board b;

	(void)state;
	arrange(&b, KLIPPER_FREE);
	for (int i = 0; i < 8; i++)
		mcu_rx(&b.mcu, &FRAME(0x3f0, 0x03), b.now_us);
	mcu_rx(&b.mcu, &REQUEST, b.now_us);
	board_run(&b);
	assert_int_equal(b.mcu.state, MCU_KLIPPER);
	for (int i = 0; i < 7; i++)
		mcu_rx(&b.mcu, &FRAME(0x3f0, 0x03), b.now_us);
	mcu_rx(&b.mcu, &REQUEST, b.now_us);
	board_run(&b);
	assert_int_equal(b.mcu.state, MCU_BOOT);
	mcu_fini(&b.mcu);
}

static void test_admin_frames_come_before_data_that_came_first(void **state)
{
	struct board b;

	(void)state;
	arrange(&b, KATAPULT_ASSIGNED);
	mcu_rx(&b.mcu, &WHO(0x108), b.now_us);
	mcu_rx(&b.mcu, &CLEAR, b.now_us);
	board_run(&b);
	assert_int_equal(b.sent_len, 0);
	mcu_fini(&b.mcu);
}

static void
test_a_hand_back_throws_away_what_is_not_in_the_hardware(void **state)
{
	struct board b;

	(void)state;
	arrange(&b, KATAPULT_ASSIGNED);
	board_hear(&b, FRAME(0x108, 0x01, 0x88, 0x11, 0x00, 0xf1, 0x7c, 0x99,
			     0x03));
	assert_int_equal(b.sent_len, 3);
	board_hear(&b, SET_CANBOOT_OTHER);
	board_drain(&b);
	assert_int_equal(b.sent_len, 3);
}

static void test_losing_the_nodeid_keeps_the_receive_buffer(void **state)
{
	struct board b;

	(void)state;
	arrange(&b, KATAPULT_ASSIGNED);
	board_hear(&b, FRAME(0x108, 0x01, 0x88, 0x16, 0x00));
	board_hear(&b, CLEAR);
	board_hear(&b, SET_CANBOOT);
	board_wait(&b, MCU_FILTER_CHANGE_US);
	board_hear(&b, FRAME(0x108, 0xf9, 0x31, 0x99, 0x03));
	assert_int_equal(b.sent_len, 3);
	mcu_fini(&b.mcu);
}

static void test_a_reset_empties_all_buffers(void **state)
{
	struct board b;

	(void)state;
	arrange(&b, KATAPULT_ASSIGNED);
	board_hear(&b, FRAME(0x108, 0x01, 0x88, 0x16, 0x00));
	mcu_reset(&b.mcu, b.now_us);
	board_wait(&b, 20000);
	mcu_reset(&b.mcu, b.now_us);
	board_wait(&b, 30000);
	assert_int_equal(b.mcu.state, MCU_KATAPULT);
	board_hear(&b, SET_CANBOOT);
	board_wait(&b, MCU_FILTER_CHANGE_US);
	board_hear(&b, FRAME(0x108, 0xf9, 0x31, 0x99, 0x03));
	assert_int_equal(b.sent_len, 0);
	mcu_fini(&b.mcu);
}

/* Section 3.2: the answer waits for the hardware, and so does the main loop. */
static void test_a_query_answer_without_a_free_slot_blocks(void **state)
{
	struct board b;

	(void)state;
	arrange(&b, KLIPPER_FREE);
	for (int i = 0; i < 3; i++)
		board_hear(&b, QUERY);
	assert_false(mcu_blocked(&b.mcu));
	board_hear(&b, QUERY);
	assert_true(mcu_blocked(&b.mcu));
	board_hear(&b, SET_KLIPPER);
	assert_int_equal(mcu_nodeid(&b.mcu), -1);
	mcu_tx_done(&b.mcu);
	board_run(&b);
	assert_int_equal(b.sent_len, 4);
	assert_int_equal(mcu_nodeid(&b.mcu), 4);
	mcu_fini(&b.mcu);
}

static void test_can2040_holds_four_frames(void **state)
{
	struct mcu_cfg cfg = board_cfg("rp2040");
	struct board b;

	(void)state;
	board_init(&b, &cfg);
	for (int i = 0; i < 6; i++)
		board_hear(&b, QUERY);
	assert_int_equal(b.sent_len, 4);
	mcu_fini(&b.mcu);
}

static void test_klipper_naks_a_katapult_block_once(void **state)
{
	struct board b;

	(void)state;
	arrange(&b, KLIPPER_ASSIGNED);
	board_hear(&b, WHO(0x108));
	assert_int_equal(b.sent_len, 1);
	assert_frame_equal(b.sent[0],
			   FRAME(0x109, 0x05, 0x10, 0x9e, 0x81, 0x7e));
	board_hear(&b, WHO(0x108));
	assert_int_equal(b.sent_len, 1);
	mcu_fini(&b.mcu);
}

/* klipper-mcu-protocol.md, sections 4.2 and 4.3 */
static void test_klipper_naks_again_after_a_good_block(void **state)
{
	struct board b;

	(void)state;
	arrange(&b, SHUTDOWN_ASSIGNED);
	board_hear(&b, WHO(0x108));
	board_hear(&b, FRAME(0x108, 0x7e, 0x05, 0x10, 0x9e, 0x81, 0x7e));
	assert_int_equal(b.sent_len, 2);
	assert_frame_equal(b.sent[1],
			   FRAME(0x109, 0x05, 0x11, 0x8f, 0x08, 0x7e));
	board_hear(&b, WHO(0x108));
	assert_int_equal(b.sent_len, 3);
	mcu_fini(&b.mcu);
}

static void test_klipper_drops_a_leading_sync_in_silence(void **state)
{
	struct board b;

	(void)state;
	arrange(&b, KLIPPER_ASSIGNED);
	board_hear(&b, FRAME(0x108, 0x7e, 0x7e, 0x7e, 0x7e, 0x7e));
	assert_int_equal(b.sent_len, 0);
	mcu_fini(&b.mcu);
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(test_the_first_shutdown_reason_is_kept),
		cmocka_unit_test(test_a_conflict_has_klippers_own_words),
		cmocka_unit_test(test_after_a_conflict_it_obeys_as_before),
		cmocka_unit_test(test_data_right_behind_set_is_not_heard),
		cmocka_unit_test(
			test_set_with_the_id_held_leaves_the_filter_alone),
		cmocka_unit_test(
			test_dlc_9_on_the_own_rx_id_counts_as_eight_bytes),
		cmocka_unit_test(test_a_re_assigned_node_is_deaf_on_its_old_id),
		cmocka_unit_test(test_a_ninth_waiting_admin_frame_is_lost),
		cmocka_unit_test(
			test_admin_frames_come_before_data_that_came_first),
		cmocka_unit_test(
			test_a_hand_back_throws_away_what_is_not_in_the_hardware),
		cmocka_unit_test(
			test_losing_the_nodeid_keeps_the_receive_buffer),
		cmocka_unit_test(test_a_reset_empties_all_buffers),
		cmocka_unit_test(
			test_a_query_answer_without_a_free_slot_blocks),
		cmocka_unit_test(test_can2040_holds_four_frames),
		cmocka_unit_test(test_klipper_naks_a_katapult_block_once),
		cmocka_unit_test(test_klipper_naks_again_after_a_good_block),
		cmocka_unit_test(test_klipper_drops_a_leading_sync_in_silence),
	};
	struct CMUnitTest tests[ARRAY_SIZE(cells) + ARRAY_SIZE(rules) +
				ARRAY_SIZE(others)];
	size_t n = 0;

	ROWS(cells, test_cell);
	ROWS(rules, test_cell);
	memcpy(&tests[n], others, sizeof(others));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
