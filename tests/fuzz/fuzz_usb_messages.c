// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu sim/canmcu/ports/hotplug.c
// needs: sim/canmcu/ports/hotplug_device.c sim/canmcu/usb sim/canmcu/wire
// needs: sim/canmcu/world
/*
 * A world, the process with the USB device of one of its boards, and a kernel.
 * Messages go to and fro, late, damaged, or made up by a peer that is broken: what
 * is no message is found out, and both ends hold whatever the others are.
 */
#include <stdio.h>

#include "../../sim/canmcu/ports/hotplug.h"
#include "../../sim/canmcu/usb/board.h"
#include "../../sim/canmcu/usb/vhci.h"
#include "../support/software.h"
#include "fuzz.h"

#define LINK_MAX 4 /* messages that are on their way in one direction */
#define MCUS 2	   /* the one on USB, and a node behind it */

enum end { DEVICE, WORLD, ENDS };

/* What the end of that name is yet to receive. */
struct queue {
	struct usb_link_msg msgs[LINK_MAX];
	size_t len;
};

struct run {
	struct fuzz_input in;
	uint64_t now_us;
	struct world *world;
	const struct mcu *m;
	struct hotplug hotplug;
	struct usb_board board;
	struct queue queues[ENDS];
	uint32_t seqnum;
	bool broken; /* the connection to the kernel */
};

static uint32_t next_u32(struct run *r)
{
	uint32_t value = 0;

	for (int i = 0; i < 4; i++)
		value = value << 8 | fuzz_next(&r->in);
	return value;
}

/* The link. */

/* Only what the other end takes is ever sent. */
static bool put(struct queue *q, const struct usb_link_msg *msg)
{
	if (q->len == LINK_MAX)
		return false;
	check(usb_link_valid(msg, usb_link_len(msg)));
	q->msgs[q->len++] = *msg;
	return true;
}

static bool to_device(void *arg, const struct usb_link_msg *msg)
{
	return put(&((struct run *)arg)->queues[DEVICE], msg);
}

static bool to_world(void *arg, const struct usb_link_msg *msg)
{
	return put(&((struct run *)arg)->queues[WORLD], msg);
}

static void run_board(struct run *r)
{
	usb_board_run(&r->board, r->now_us);
	check(r->board.outbox_len <= USB_BOARD_OUTBOX_LEN);
	check(r->board.own_len <= USB_BOARD_OWN_LEN);
	check(r->board.stream.pending <= USB_PENDING_MAX);
}

/* The bus behind the bridge, which takes all at once, and the host's side. */
static void run_world(struct run *r)
{
	struct can_frame f;

	world_step(r->world, r->now_us);
	do {
		while (world_tx(r->world, 0, &f, r->now_us)) {
			check(f.can_dlc <= CAN_MAX_DLEN);
			world_sent(r->world, 0);
			world_rx(r->world, 0, &f, true, r->now_us);
		}
	} while (hotplug_kick(&r->hotplug, r->now_us));
	check(r->hotplug.sent_len <= USB_BOARD_OWN_LEN);
}

static void take(struct run *r, enum end end, const struct usb_link_msg *msg)
{
	if (end == DEVICE) {
		usb_board_take(&r->board, msg);
		run_board(r);
	} else if (!hotplug_is_full(&r->hotplug)) {
		hotplug_take(&r->hotplug, msg, r->now_us);
		run_world(r);
	}
}

static void deliver_one(struct run *r, enum end end)
{
	struct queue *q = &r->queues[end];
	struct usb_link_msg msg;

	if (!q->len || (end == WORLD && hotplug_is_full(&r->hotplug)))
		return;
	msg = q->msgs[0];
	memmove(q->msgs, q->msgs + 1, --q->len * sizeof(q->msgs[0]));
	take(r, end, &msg);
}

static void deliver(struct run *r)
{
	uint8_t count = fuzz_next(&r->in);

	for (uint8_t i = 0; i <= count % 8; i++)
		deliver_one(r, i % ENDS);
}

/* As it is received: only if it is a message, and with anything behind it. */
static void receive(struct run *r, enum end end, const void *bytes, size_t len)
{
	struct usb_link_msg *msg = malloc(len ? len : 1), whole;
	bool valid;

	check(msg);
	memcpy(msg, bytes, len);
	valid = usb_link_valid(msg, len);
	check(!valid || usb_link_len(msg) == len);
	memset(&whole, 0xa5, sizeof(whole));
	memcpy(&whole, msg, len);
	free(msg);
	if (valid)
		take(r, end, &whole);
}

/* Of the length that it claims, or of another one. */
static void forge(struct run *r)
{
	uint8_t shape = fuzz_next(&r->in);
	struct usb_link_msg msg;
	uint8_t *bytes = (uint8_t *)&msg;
	size_t len = sizeof(msg), claimed = len;

	memset(&msg, shape & 2 ? 0xff : 0, sizeof(msg));
	msg.kind = fuzz_next(&r->in) % (USB_LINK_KIND_COUNT + 1);
	for (size_t i = sizeof(msg.kind); i < 40; i++)
		bytes[i] = fuzz_next(&r->in);
	if (msg.kind < USB_LINK_KIND_COUNT && shape & 4)
		msg.memory.len %= USB_LINK_BYTES_MAX + 1;
	if (msg.kind < USB_LINK_KIND_COUNT && shape & 8)
		msg.memory.seq = r->board.memory.request.seq;
	if (msg.kind < USB_LINK_KIND_COUNT)
		claimed = usb_link_len(&msg);
	if (claimed < len)
		len = claimed;
	if (shape & 0x10)
		len = fuzz_next(&r->in);
	receive(r, shape & 1 ? DEVICE : WORLD, &msg, len);
}

/* What one end has sent, with some bytes that it has not. */
static void damage(struct run *r)
{
	enum end end = fuzz_next(&r->in) & 1 ? DEVICE : WORLD;
	struct queue *q = &r->queues[end];
	uint8_t *bytes = (uint8_t *)&q->msgs[0];
	size_t len;

	if (!q->len)
		return;
	len = usb_link_len(&q->msgs[0]);
	for (int i = 0; i < 2; i++)
		bytes[fuzz_next(&r->in) % len] = fuzz_next(&r->in);
	receive(r, end, &q->msgs[0], len);
	memmove(q->msgs, q->msgs + 1, --q->len * sizeof(q->msgs[0]));
}

/* The kernel. */

static void put_be32(uint8_t *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (24 - 8 * i));
}

static void feed(struct run *r, const uint8_t *data, size_t len)
{
	int n = r->broken ?
			0 :
			usb_stream_feed(&r->board.stream, data, len, r->now_us);

	/* one that takes nothing for now is of no further interest */
	r->broken |= n != (int)len;
	run_board(r);
}

/* SUBMIT: usbip-gsusb-bridge.md, section 2. */
static void submit(struct run *r, bool in, uint8_t ep, const uint8_t *setup,
		   size_t len)
{
	uint8_t header[48] = { [3] = 1 }, payload[64];

	check(len <= sizeof(payload));
	put_be32(header + 4, ++r->seqnum);
	put_be32(header + 12, in);
	put_be32(header + 16, ep);
	put_be32(header + 24, (uint32_t)len);
	if (setup)
		memcpy(header + 40, setup, 8);
	feed(r, header, sizeof(header));
	for (size_t i = 0; i < len; i++)
		payload[i] = in ? 0 : fuzz_next(&r->in);
	if (!in)
		feed(r, payload, len);
}

static void control(struct run *r)
{
	static const uint8_t types[] = { 0x00, 0x80, 0x21, 0xa1,
					 0x41, 0xc1, 0x02, 0x82 };
	uint8_t shape = fuzz_next(&r->in);
	uint8_t setup[8] = { types[shape % 8], fuzz_next(&r->in) };

	for (size_t i = 2; i < 6; i++)
		setup[i] = fuzz_next(&r->in);
	setup[6] = fuzz_next(&r->in) % 64;
	submit(r, setup[0] & 0x80, 0, setup, setup[6]);
}

static void data(struct run *r)
{
	uint8_t shape = fuzz_next(&r->in);
	size_t len = shape & 0x80 ? GSUSB_RECORD_LEN : shape >> 2 & 31;

	submit(r, shape & 1, shape & 2 ? 1 : 2, NULL, len);
}

/* What drivers do at first. */
static void start_up(struct run *r)
{
	static const uint8_t configure[8] = { 0, 9, 1 }, mode[48 + 8] = {
		[3] = 1, [27] = 8, [40] = 0x41, [41] = 2, [46] = 8, [48] = 1
	};
	struct usb_link_msg plugged = { .kind = USB_LINK_PLUGGED };

	to_world(r, &plugged);
	submit(r, false, 0, configure, 0);
	feed(r, mode, sizeof(mode));
}

static void read_answers(struct run *r)
{
	const uint8_t *tx;
	size_t len = usb_stream_tx(&r->board.stream, &tx);
	size_t part = 1u + fuzz_next(&r->in) * 64u;

	usb_stream_sent(&r->board.stream, part < len ? part : len);
	run_board(r);
}

static void reconnect(struct run *r)
{
	usb_board_reconnect(&r->board);
	r->broken = false;
}

/* The board, and time. */

static void handle_board(struct run *r)
{
	uint8_t what = fuzz_next(&r->in);

	if (what & 0x80)
		world_reset(r->world, r->m, r->now_us);
	else if (what & 0x40)
		world_power(r->world, r->m, what & 0x20, r->now_us);
	else
		world_put(r->world, r->m, what % MCU_STATE_COUNT, r->now_us);
	run_world(r);
}

static void wait(struct run *r)
{
	r->now_us += (uint64_t)fuzz_next(&r->in) * 1000;
	run_board(r);
	run_world(r);
}

static void hear_from_bus(struct run *r)
{
	struct can_frame f = { .can_id = next_u32(r),
			       .can_dlc = fuzz_next(&r->in) % 9 };

	world_rx(r->world, 0, &f, false, r->now_us);
	run_world(r);
}

static void take_event(void *arg, const struct event *event)
{
	char line[EVENT_LINE_MAX];

	(void)arg;
	check(event_format(line, event, true));
}

static size_t write_bytes(void *arg, const struct mcu *m, const uint8_t *bytes,
			  size_t len, uint64_t now_us)
{
	struct run *r = arg;

	(void)now_us;
	return m == r->m ? hotplug_write(&r->hotplug, bytes, len) : len;
}

static void build(struct run *r, uint8_t shape)
{
	struct mcu_cfg cfgs[MCUS] = {
		{ .uuid = { { 1 } },
		  .link = shape & 1 ? MCU_LINK_USB : MCU_LINK_BRIDGE,
		  .usb.serial = "3B0028001451303432353938",
		  .type = mcu_type_find(shape & 2 ? "rp2040" : "stm32f446xx"),
		  .bootloader = shape & 4 ? BOOTLOADER_ROM :
					    BOOTLOADER_KATAPULT,
		  .state = shape & 8 ? MCU_KATAPULT : MCU_KLIPPER,
		  .nodeid = 1 },
	};
	struct world_cfg cfg = { .mcus = cfgs,
				 .mcus_len = MCUS,
				 .buses_len = 1,
				 .events = { take_event, NULL },
				 .serial = { write_bytes, r },
				 .software = real_software() };
	struct hotplug_cfg hotplug = { .events = { take_event, NULL },
				       .send = to_device,
				       .arg = r };

	if (shape & 4)
		cfgs[0].state = MCU_KLIPPER;
	cfgs[1] = cfgs[0];
	cfgs[1].uuid.b[0] = 2;
	cfgs[1].link = MCU_LINK_CAN;
	cfgs[1].nodeid = 2;
	check(!world_new(&r->world, &cfg));
	hotplug.world = r->world;
	hotplug.mcu = r->m = world_at(r->world, 0);
	hotplug_init(&r->hotplug, &hotplug);
	usb_board_init(&r->board, to_world, r);
	run_world(r);
	deliver_one(r, DEVICE);
}

/* The kernel's text about its ports: one that is there, or none. */
static void find_port(const uint8_t *bytes, size_t len)
{
	char *text = malloc(len + 1);

	check(text);
	memcpy(text, bytes, len);
	text[len] = '\0';
	vhci_find_free(text);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static void (*const deeds[])(struct run * r) = {
		deliver, deliver,	forge,	      forge,
		damage,	 control,	control,      data,
		data,	 start_up,	wait,	      handle_board,
		deliver, hear_from_bus, read_answers, reconnect,
	};
	struct run *r = calloc(1, sizeof(*r));

	check(r);
	find_port(bytes, size);
	r->in = (struct fuzz_input){ bytes, size };
	build(r, fuzz_next(&r->in));
	while (r->in.size)
		deeds[fuzz_next(&r->in) % 16](r);
	usb_board_reconnect(&r->board);
	world_free(r->world);
	free(r);
	return 0;
}
