// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * The least that a Klipper host takes for nodes: what canmcu's answers are
 * measured against. Each frame to any node is answered with the two blocks that
 * canmcu has for get_clock, "clock" and the ACK behind it, in the same two frames
 * (klipper-mcu-protocol.md, sections 3 and 4): no stream, no clock, no states,
 * and nothing of libkcan.
 * Usage: ticker IFACE
 */
#include "raw.h"

#include <stdio.h>
#include <string.h>

/* Even ids from 100 to 1FE: to nodeids up to 127. */
#define TO_NODES 0x100
#define TO_NODES_MASK 0x701

#define SYNC 0x7e
#define ANSWER_LEN 15 /* 10 bytes of clock, 5 of ACK */

/* Of a block: CRC and sync behind @len bytes. */
static void finish(uint8_t *block, size_t len)
{
	uint16_t crc = raw_crc16(block, len);

	block[len] = (uint8_t)(crc >> 8);
	block[len + 1] = (uint8_t)crc;
	block[len + 2] = SYNC;
}

/* Vector V17's clock, with the number that follows the block's. */
static void make_answer(uint8_t answer[static ANSWER_LEN], uint8_t seq)
{
	const uint8_t clock[] = { 0x0a, 0x10, 0x0f, 0x97, 0x99, 0x86, 0x0c };

	memcpy(answer, clock, sizeof(clock));
	answer[1] = (uint8_t)(0x10 | ((seq + 1) & 0x0f));
	finish(answer, sizeof(clock));
	answer[10] = 0x05;
	answer[11] = answer[1];
	finish(answer + 10, 2);
}

static void send_frame(int fd, canid_t id, const uint8_t *data, uint8_t len)
{
	struct can_frame f = { .can_id = id, .can_dlc = len };

	memcpy(f.data, data, len);
	if (write(fd, &f, sizeof(f)) != sizeof(f))
		err(1, "write");
}

int main(int argc, char **argv)
{
	const struct can_filter filter = { TO_NODES, TO_NODES_MASK };
	uint8_t answers[16][ANSWER_LEN];
	struct can_frame f;
	int fd;

	if (argc != 2)
		errx(2, "usage: ticker IFACE");
	for (uint8_t seq = 0; seq < 16; seq++)
		make_answer(answers[seq], seq);
	fd = raw_open(argv[1], &filter);
	puts("ready");
	fflush(stdout);
	while (read(fd, &f, sizeof(f)) == sizeof(f)) {
		/* what is sent again has a sync byte in front */
		size_t at = f.data[0] == SYNC ? 2 : 1;
		const uint8_t *answer = answers[f.data[at] & 0x0f];

		send_frame(fd, f.can_id + 1, answer, 8);
		send_frame(fd, f.can_id + 1, answer + 8, ANSWER_LEN - 8);
	}
	err(1, "read");
}
