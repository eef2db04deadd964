// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * Any frames at any time, with any fate of what is sent: a flash ends, writes
 * in the pages of the image and nowhere else, and is only ever called flashed when
 * each block has been read back behind the last one that was written.
 */
#include <stdlib.h>
#include <string.h>

#include <kcan/flash.h>

#include "fuzz.h"
#include "util/cursor.h"

#define START 0x08002000
#define BLOCKS 34 /* two pages of 2 KiB, the last one not full */
#define BLOCK 64
#define PAGES_LEN (2 * 2048)
#define NODEID 240
#define TO_NODE (0x100 + 2 * NODEID)
#define FROM_NODE (TO_NODE + 1)
#define SIZE_MAX_IN 2000

static const struct kcan_uuid UUID = { { 0x41, 0xf9, 0x05, 0xf5, 0x50, 0x04 } };

struct run {
	struct kcan_flash *flash;
	uint64_t now_us;
	struct can_frame taken[KCAN_FLASH_FRAMES]; /* and not confirmed */
	size_t taken_len;
	uint8_t command[KCAN_KAT_MAX + 2 * KCAN_KAT_MAX]; /* handed out last */
	size_t command_len;
	bool equal[PAGES_LEN / BLOCK]; /* was read since a block was handed out */
};

static uint8_t image[PAGES_LEN];

static void hear(struct run *r, const uint8_t *bytes, size_t len)
{
	struct can_frame frame = { .can_id = FROM_NODE };

	for (size_t at = 0; at < len; at += frame.can_dlc) {
		frame.can_dlc = (uint8_t)(len - at < 8 ? len - at : 8);
		memcpy(frame.data, bytes + at, frame.can_dlc);
		kcan_flash_rx(r->flash, &frame, r->now_us);
	}
}

static void note_command(struct run *r, const struct can_frame *frame)
{
	if (!memcmp(frame->data, "\x01\x88", 2))
		r->command_len = 0;
	if (r->command_len + frame->can_dlc <= sizeof(r->command)) {
		memcpy(r->command + r->command_len, frame->data,
		       frame->can_dlc);
		r->command_len += frame->can_dlc;
	}
}

/* A block goes where the image belongs, or behind it, where it is erased. */
static void check_frame(struct run *r, const struct can_frame *frame)
{
	uint8_t data[CAN_MAX_DLEN];
	struct util_cursor c = util_cursor_on(data, sizeof(data));
	uint32_t offset;

	memcpy(data, frame->data, sizeof(data));
	check(frame->can_id == 0x3f0 || frame->can_id == TO_NODE);
	if (frame->can_id == 0x3f0)
		return;
	note_command(r, frame);
	if (memcmp(data, "\x01\x88\x12\x11", 4) != 0)
		return;
	util_get_le32(&c);
	offset = util_get_le32(&c) - START;
	check(offset % BLOCK == 0 && offset < sizeof(image));
	memset(r->equal, 0, sizeof(r->equal));
}

static void send(struct run *r, size_t room)
{
	struct can_frame frames[KCAN_FLASH_FRAMES];
	size_t n = kcan_flash_tx(r->flash, frames, r->now_us);

	if (!n)
		return;
	check(n <= KCAN_FLASH_FRAMES);
	for (size_t i = 0; i < n; i++)
		check_frame(r, &frames[i]);
	n = n < room ? n : room;
	kcan_flash_taken(r->flash, n, r->now_us);
	for (size_t i = 0; i < n && r->taken_len < KCAN_FLASH_FRAMES; i++)
		r->taken[r->taken_len++] = frames[i];
}

static void confirm(struct run *r, size_t skip)
{
	for (size_t i = 0; i < r->taken_len; i++)
		if (i != skip)
			kcan_flash_sent(r->flash, &r->taken[i], r->now_us);
	r->taken_len = 0;
}

static int answer_to(struct run *r, const struct kcan_kat_block *asked,
		     uint8_t *out, bool equal)
{
	struct kcan_kat_ident ident = { KCAN_KAT_PROTOCOL, START, BLOCK,
					"stm32g0b1xx", "" };
	static const uint8_t words[] = { [KCAN_KAT_SEND_BLOCK] = 2,
					 [KCAN_KAT_SEND_EOF] = 2,
					 [KCAN_KAT_REQUEST_BLOCK] = 18,
					 [KCAN_KAT_COMPLETE] = 1 };
	uint8_t payload[8 + BLOCK] = { asked->code };
	struct util_cursor c = util_cursor_reading(asked->payload, 4);
	size_t at = util_get_le32(&c) - START;

	if (asked->code == KCAN_KAT_CONNECT)
		return kcan_kat_encode_ident(out, &ident);
	if (asked->code == KCAN_KAT_GET_CANBUS_ID)
		return kcan_kat_encode_canbus_id(out, &UUID);
	memcpy(payload + 4, asked->payload, 4);
	if (asked->code == KCAN_KAT_REQUEST_BLOCK) {
		check(at < sizeof(image));
		memcpy(payload + 8, image + at, BLOCK);
		payload[8] ^= !equal;
		r->equal[at / BLOCK] |= equal;
	}
	return kcan_kat_encode(
		out, &(struct kcan_kat_block){ .code = KCAN_KAT_ACK,
					       .words = words[asked->code],
					       .payload = payload });
}

static void answer(struct run *r, bool equal)
{
	uint8_t out[KCAN_KAT_MAX];
	struct kcan_kat_block asked;

	if (kcan_kat_decode(&asked, r->command, r->command_len) > 0)
		hear(r, out, (size_t)answer_to(r, &asked, out, equal));
}

static void say_code(struct run *r, uint8_t code)
{
	uint8_t out[KCAN_KAT_MAX];
	int len = kcan_kat_encode(out, &(struct kcan_kat_block){ code });

	hear(r, out, (size_t)len);
}

static void hear_any(struct run *r, struct fuzz_input *in)
{
	uint8_t bytes[CAN_MAX_DLEN];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = fuzz_next(in);
	hear(r, bytes, sizeof(bytes));
}

static void act(struct run *r, struct fuzz_input *in)
{
	static const struct can_frame clear = { .can_id = 0x3f0,
						.can_dlc = 1,
						.data = { 0x12 } };
	uint8_t what = fuzz_next(in);

	switch (what & 15) {
	case 0:
		send(r, what >> 4);
		break;
	case 1:
		confirm(r, what >> 4);
		break;
	case 2:
		kcan_flash_lost(r->flash, r->now_us);
		r->taken_len = 0;
		break;
	case 3:
		hear_any(r, in);
		break;
	case 4:
		kcan_flash_rx(r->flash, &clear, r->now_us);
		break;
	case 5:
		say_code(r, KCAN_KAT_NACK + (what >> 4));
		break;
	case 6:
		r->now_us = kcan_flash_deadline(r->flash);
		break;
	case 7:
		if (what >> 4 == 15)
			kcan_flash_abort(r->flash, r->now_us);
		break;
	case 8:
		answer(r, false);
		break;
	default: /* all goes well */
		r->now_us += 10000;
		send(r, SIZE_MAX);
		confirm(r, SIZE_MAX);
		answer(r, true);
	}
}

static void check_end(const struct run *r)
{
	struct kcan_flash_result result = kcan_flash_result(r->flash);
	bool all = !memchr(r->equal, false, BLOCKS);

	check(kcan_flash_deadline(r->flash) == UINT64_MAX);
	if (result.verdict == KCAN_FLASH_FLASHED)
		check(all && result.content == KCAN_FLASH_CONTENT_NEW);
	if (result.content == KCAN_FLASH_CONTENT_NEW)
		check(all);
	check(memchr(result.ident.mcu, 0, sizeof(result.ident.mcu)) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct kcan_flash_cfg cfg = {
		.goal = KCAN_FLASH_GOAL_WRITE,
		.chip = kcan_chip_find("stm32g0b1xx"),
		.start = START,
		.image = image,
		.len = BLOCKS * BLOCK,
		.nodeid = NODEID,
		.uuid = UUID,
	};
	struct fuzz_input in = { data, size };
	size_t turns = size + 1000;
	static struct run r;

	r = (struct run){ 0 };
	for (size_t i = 0; i < sizeof(image); i++)
		image[i] = (uint8_t)(i * 7 + i / BLOCK);
	memset(image + 5 * BLOCK, 0xff, 3 * BLOCK); /* is not sent */
	if (size > SIZE_MAX_IN || kcan_flash_new(&r.flash, &cfg, 0))
		return 0;
	while (in.size && !kcan_flash_done(r.flash))
		act(&r, &in);
	/* and then nothing comes any more */
	while (!kcan_flash_done(r.flash)) {
		check(turns-- > 0);
		send(&r, SIZE_MAX);
		if (!kcan_flash_done(r.flash))
			r.now_us = kcan_flash_deadline(r.flash);
	}
	check_end(&r);
	kcan_flash_free(r.flash);
	return 0;
}
