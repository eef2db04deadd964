// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/usb sim/canmcu/board/flash.c sim/canmcu/board/sparse.c
// needs: sim/canmcu/board/flash_write.c
// needs: sim/canmcu/board/cells.c
/* A bootloader in the ROM, whose memory is in another process than its endpoint. */
#include "board_bench.h"

#define STATUS(state)                                                   \
	{                                                               \
		{ 0xa1, 3, 0, 0, 0, 0, 6, 0 }, "\0\0\0\0" state "\0", 6 \
	}
static const struct control busy = STATUS("\4"), done = STATUS("\5"),
			    manifest = STATUS("\7");

static void answer(struct bench *b, uint32_t seq, int32_t result)
{
	tell(b, &(struct usb_link_msg){
			.kind = USB_LINK_MEMORY,
			.memory = { .seq = seq, .result = result } });
}

static void test_memory(void **state)
{
	static const struct control erase = { { 0x21, 1, 0, 0, 0, 0, 5, 0 },
					      "\x41\0\0\0\x08",
					      5 };
	static const struct control write = { { 0x21, 1, 2, 0, 0, 0, 3, 0 },
					      "abc",
					      3 };
	static const struct control leave = { { 0x21, 1, 0, 0, 0, 0, 0, 0 },
					      NULL,
					      0 };
	struct bench *b = new_bench();
	const struct usb_link_msg *msg;

	(void)state;
	plug(b, USB_DFUSE);
	control(b, &erase);
	control(b, &busy);
	msg = told(b, USB_LINK_ERASE);
	assert_int_equal(msg->memory.address, 0x08000000);
	control(b, &busy);
	answer(b, msg->memory.seq + 1, -EIO);
	control(b, &busy);
	answer(b, msg->memory.seq, 2048);
	control(b, &done);
	control(b, &write);
	control(b, &busy);
	msg = told(b, USB_LINK_PROGRAM);
	assert_int_equal(msg->memory.len, 3);
	assert_memory_equal(msg->memory.bytes, "abc", 3);
	answer(b, msg->memory.seq, 0);
	control(b, &done);
	control(b, &leave);
	control(b, &manifest);
	assert_int_equal(told(b, USB_LINK_LEAVE)->number, 0x08000000);
	told_nothing(b);
	end(b);
}

static void test_upload(void **state)
{
	static const uint8_t setup[8] = { 0xa1, 2, 2, 0, 0, 0, 3, 0 };
	struct usb_link_msg reply = { .kind = USB_LINK_MEMORY };
	struct bench *b = new_bench();
	uint32_t first, second, unlink;

	(void)state;
	plug(b, USB_DFUSE);
	first = host_submit(&b->host, 0, true, setup, NULL, 3);
	reply.memory.seq = told(b, USB_LINK_READ)->memory.seq;
	host_hears_nothing(&b->host);
	/* the host gives up, and what comes now is for nobody (trap 2) */
	unlink = host_unlink(&b->host, first);
	host_hears_unlinked(&b->host, unlink, -ECONNRESET);
	reply.memory.len = 3;
	memcpy(reply.memory.bytes, "abc", 3);
	tell(b, &reply);
	host_hears_nothing(&b->host);
	/* the same again is what was read already */
	second = host_submit(&b->host, 0, true, setup, NULL, 3);
	host_hears_data(&b->host, second, "abc", 3);
	told_nothing(b);
	end(b);
}

/* Asked for, and taken back; what was asked instead has this address and length. */
static void ask_and_take_back(struct bench *b, const uint8_t setup[static 8],
			      uint32_t address)
{
	uint32_t asked = host_submit(&b->host, 0, true, setup, NULL, setup[6]);
	const struct usb_link_msg *msg = told(b, USB_LINK_READ);

	assert_int_equal(msg->memory.address, address);
	assert_int_equal(msg->memory.len, setup[6]);
	host_hears_nothing(&b->host);
	host_hears_unlinked(&b->host, host_unlink(&b->host, asked),
			    -ECONNRESET);
}

static void test_another_question(void **state)
{
	static const struct control to_idle = { { 0x21, 6 }, NULL, 0 };
	static const struct control write = { { 0x21, 1, 2, 0, 0, 0, 3, 0 },
					      "abc",
					      3 };
	struct bench *b = new_bench();

	(void)state;
	plug(b, USB_DFUSE);
	ask_and_take_back(b, (uint8_t[]){ 0xa1, 2, 2, 0, 0, 0, 3, 0 },
			  0x08000000);
	ask_and_take_back(b, (uint8_t[]){ 0xa1, 2, 2, 0, 0, 0, 2, 0 },
			  0x08000000);
	/* wBlockNum - 2 times wTransferSize: AN3156, read memory */
	ask_and_take_back(b, (uint8_t[]){ 0xa1, 2, 3, 0, 0, 0, 2, 0 },
			  0x08000800);
	ask_and_take_back(b, (uint8_t[]){ 0xa1, 2, 2, 0, 0, 0, 3, 0 },
			  0x08000000);
	control(b, &to_idle);
	control(b, &write);
	control(b, &busy);
	assert_int_equal(told(b, USB_LINK_PROGRAM)->memory.len, 3);
	end(b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		{ "a memory elsewhere is asked once, and waited for",
		  test_memory },
		{ "an upload that was taken back is not answered",
		  test_upload },
		{ "another question is not answered with the first one's",
		  test_another_question },
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
