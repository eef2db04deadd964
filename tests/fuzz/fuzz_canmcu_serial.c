// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu
/*
 * Any bytes for an MCU on a serial line, in any pieces, with time and resets in
 * between. Nothing overflows, no byte that has room is refused, and a bootloader
 * is asked for only by somebody who has sent the whole request.
 */
#include <stdlib.h>
#include <string.h>

#include "../../sim/canmcu/klipper/firmware.h"
#include "../../sim/canmcu/mcu/mcu.h"
#include "../support/software.h"
#include "fuzz.h"
#include "util/array.h"

/* can-admin-channel.md, section 11.2 */
#define REQUEST " \x1c Request Serial Bootloader!! ~"
#define REQUEST_LEN 32

struct run {
	struct mcu mcu;
	struct mcu_env env;
	struct fuzz_input in;
	uint64_t now_us;
	size_t room;		   /* of the line; SIZE_MAX: a UART */
	uint8_t last[REQUEST_LEN]; /* that was sent, the newest one behind */
	bool has_request;	   /* was sent since the last one was obeyed */
	bool touched;
	volatile uint8_t sum; /* of what it says */
};

static size_t take(void *arg, struct mcu *m, const uint8_t *bytes, size_t len,
		   uint64_t now_us)
{
	struct run *r = arg;
	uint8_t sum = 0;

	(void)m;
	(void)now_us;
	check(len && len <= MCU_TX_SIZE);
	if (len > r->room)
		len = r->room;
	/* they are there */
	for (size_t i = 0; i < len; i++)
		sum ^= bytes[i];
	r->sum ^= sum;
	if (r->room != SIZE_MAX)
		r->room -= len;
	return len;
}

static void look(void *arg, const struct event *event)
{
	struct run *r = arg;

	if (event->type != EVENT_REQUEST)
		return;
	check(r->touched || r->has_request);
	r->has_request = false;
}

static void remember(struct run *r, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		memmove(r->last, r->last + 1, REQUEST_LEN - 1);
		r->last[REQUEST_LEN - 1] = bytes[i];
		r->has_request |= !memcmp(r->last, REQUEST, REQUEST_LEN);
	}
}

static void feed(struct run *r, const uint8_t *bytes, size_t len)
{
	const struct kcan_stream *rx = &r->mcu.live.rx;
	size_t before = rx->size - rx->len, taken;

	taken = mcu_rx_bytes(&r->mcu, bytes, len, r->now_us);
	check(taken <= len && rx->len <= rx->size);
	check(taken == len || (taken == before && r->room != SIZE_MAX));
	remember(r, bytes, taken);
	mcu_run(&r->mcu, r->now_us);
}

static void feed_some(struct run *r)
{
	size_t len = fuzz_next(&r->in) % 64;

	if (len > r->in.size)
		len = r->in.size;
	r->in.data += len;
	r->in.size -= len;
	feed(r, r->in.data - len, len);
}

static void feed_request(struct run *r)
{
	feed(r, (const uint8_t *)REQUEST, REQUEST_LEN);
}

static void wait(struct run *r)
{
	r->now_us += (uint64_t)fuzz_next(&r->in) << (fuzz_next(&r->in) % 16);
	mcu_run(&r->mcu, r->now_us);
	check(mcu_deadline(&r->mcu) > r->now_us);
}

static void touch(struct run *r)
{
	r->touched = true;
	mcu_usb_touch(&r->mcu, r->now_us);
	r->touched = false;
}

static void reset(struct run *r)
{
	mcu_reset(&r->mcu, r->now_us);
}

static void give_room(struct run *r)
{
	if (r->room != SIZE_MAX)
		r->room += fuzz_next(&r->in);
	mcu_run(&r->mcu, r->now_us);
}

static void (*const steps[])(struct run *) = {
	feed_some, feed_some, feed_some, feed_request,
	wait,	   touch,     reset,	 give_room,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct run r = { .in = { data, size } };
	struct mcu_cfg cfg = { .type = mcu_type_find("stm32g0b1xx"),
			       .nodeid = -1,
			       .boot_us = 1000,
			       .erase_us = 10 };

	cfg.link = fuzz_next(&r.in) % 2 ? MCU_LINK_UART : MCU_LINK_USB;
	cfg.state = fuzz_next(&r.in) % 2 ? MCU_KLIPPER : MCU_KATAPULT;
	cfg.bootloader = BOOTLOADER_KATAPULT;
	r.room = cfg.link == MCU_LINK_UART ? SIZE_MAX : 100;
	r.env = (struct mcu_env){ .write = take,
				  .arg = &r,
				  .software = real_software(),
				  .events = { look, &r } };
	check(!mcu_init(&r.mcu, &cfg, &r.env));
	while (r.in.size)
		steps[fuzz_next(&r.in) % ARRAY_SIZE(steps)](&r);
	mcu_fini(&r.mcu);
	return 0;
}
