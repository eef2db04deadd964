// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu
/*
 * Any bytes and any commands for the simulated Klipper: what it sends are whole
 * blocks with at most one response of its dictionary each.
 */
#include <stdlib.h>
#include <string.h>

#include "../../sim/canmcu/device/heat.h"
#include "../../sim/canmcu/device/rail.h"
#include "../../sim/canmcu/klipper/engine.h"
#include "../support/software.h"
#include "fuzz.h"
#include "util/array.h"

#define HEARD_MAX 256

struct run {
	struct mcu mcu;
	struct mcu_env env;
	struct fuzz_input in;
	uint64_t now_us;
	unsigned int on_wire;
	uint8_t heard[HEARD_MAX]; /* a block that has not come to its end */
	size_t heard_len;
};

static void check_response(const struct run *r,
			   const struct kcan_klp_block *block)
{
	const struct klipper_firmware *fw = r->env.software.shared;
	struct kcan_klp_value values[KCAN_KLP_PARAMS_MAX];
	int id, used;

	if (!block->len)
		return;
	used = kcan_klp_id_decode(&id, block->content, block->len,
				  KCAN_KLP_RESPONSE);
	check(used > 0 && id >= 0 && (size_t)id < fw->rows_len);
	check(!fw->rows[id].message->run);
	check(kcan_klp_params_decode(
		      values, &fw->rows[id].format, block->content + used,
		      block->len - (size_t)used) == block->len - used);
}

static void transmit(void *arg, struct mcu *m, const struct can_frame *f,
		     uint64_t now_us)
{
	struct run *r = arg;
	struct kcan_klp_block block;
	int used;

	(void)m;
	(void)now_us;
	r->on_wire++;
	if (f->can_id == KCAN_ADMIN_RESP_ID)
		return;
	check(r->mcu.state == MCU_KLIPPER || r->mcu.state == MCU_SHUTDOWN);
	check(f->can_dlc && r->heard_len + f->can_dlc <= HEARD_MAX);
	memcpy(r->heard + r->heard_len, f->data, f->can_dlc);
	r->heard_len += f->can_dlc;
	while ((used = kcan_klp_decode(&block, r->heard, r->heard_len))) {
		check(used > 0);
		check_response(r, &block);
		r->heard_len -= (size_t)used;
		memmove(r->heard, r->heard + used, r->heard_len);
	}
}

static void emit(void *arg, const struct event *event)
{
	struct run *r = arg;

	if (event->type == EVENT_RESET)
		r->on_wire = 0;
	/* what it had begun to send, it does not end */
	if (event->type == EVENT_RESET || event->type == EVENT_UNASSIGNED)
		r->heard_len = 0;
}

static void drain(struct run *r)
{
	while (r->on_wire) {
		r->on_wire--;
		mcu_tx_done(&r->mcu);
		mcu_run(&r->mcu, r->now_us);
	}
}

static void hear(struct run *r, canid_t id, const uint8_t *bytes, size_t len)
{
	struct can_frame f = { .can_id = id };

	for (; len; len -= f.can_dlc, bytes += f.can_dlc) {
		f.can_dlc = len < CAN_MAX_DLEN ? (uint8_t)len : CAN_MAX_DLEN;
		memcpy(f.data, bytes, f.can_dlc);
		mcu_rx(&r->mcu, &f, r->now_us);
		mcu_run(&r->mcu, r->now_us);
	}
}

static void say_bytes(struct run *r)
{
	uint8_t bytes[KCAN_KLP_MAX];
	size_t len = fuzz_next(&r->in) % sizeof(bytes);

	for (size_t i = 0; i < len; i++)
		bytes[i] = fuzz_next(&r->in);
	if (r->mcu.live.rx_id)
		hear(r, r->mcu.live.rx_id, bytes, len);
}

/* Small ones are oids, pins and counts; a clock is often not far from now. */
static uint32_t choose_number(struct run *r)
{
	const struct klipper *k = mcu_object(&r->mcu);
	uint8_t choice = fuzz_next(&r->in);

	if (choice < 160)
		return choice & 3;
	if (choice < 220)
		return choice;
	if (choice < 250 && k)
		return (uint32_t)klipper_clock(k, r->now_us) +
		       fuzz_next(&r->in) * 1000u;
	return (uint32_t)fuzz_next(&r->in) << 24 | (uint32_t)fuzz_next(&r->in)
							   << 8;
}

/* One command of the dictionary with any parameters. Return: its bytes. */
static int choose_command(struct run *r, uint8_t *out, size_t size)
{
	const struct klipper_firmware *fw = r->env.software.shared;
	const struct firmware_row *row =
		&fw->rows[fuzz_next(&r->in) % fw->rows_len];
	struct kcan_klp_value values[KCAN_KLP_PARAMS_MAX] = { 0 };
	static const uint8_t bytes[4];

	for (size_t i = 0; i < row->format.count; i++) {
		values[i].num = choose_number(r);
		values[i].data = bytes;
		values[i].len = values[i].num & 3;
	}
	return kcan_klp_msg_encode(out, size, &row->format, values);
}

static void say_content(struct run *r, const uint8_t *content, size_t len)
{
	const struct klipper *k = mcu_object(&r->mcu);
	uint8_t out[KCAN_KLP_MAX];
	struct kcan_klp_block block = { .seq = k ? k->link.expected : 0,
					.len = (uint8_t)len,
					.content = content };

	if (r->mcu.live.rx_id)
		hear(r, r->mcu.live.rx_id, out,
		     (size_t)kcan_klp_encode(out, &block));
}

static void say_commands(struct run *r)
{
	uint8_t content[KCAN_KLP_CONTENT_MAX];
	size_t len = 0;
	int used;

	do {
		used = choose_command(r, content + len, sizeof(content) - len);
		len += used > 0 ? (size_t)used : 0;
	} while (used > 0 && r->in.size && fuzz_next(&r->in) & 3);
	say_content(r, content, len);
}

/* As hosts begin: oids, and something on each of them. */
static void configure(struct run *r)
{
	static const uint8_t blocks[][20] = {
		{ 0x07 },
		{ 0x18 },
		{ 0x04, 8 },
		{ 0x19, 0, 0, 0, 0, 0, 0x1e, 1, 1, 32, 0, 0, 0x80, 0x7f },
		{ 0x21, 2, 2, 0x24, 3, 2, 0x25, 3, 0, 3, 1, 0x25, 3, 1, 4, 0 },
		{ 0x29, 4, 0x2e, 5, 3, 1, 0x32, 6, 5, 6, 0, 0, 0x03, 1 },
	};
	static const uint8_t lens[] = { 1, 1, 2, 14, 16, 14 };

	for (size_t i = 0; i < sizeof(lens); i++)
		say_content(r, blocks[i], lens[i]);
}

static void press(struct run *r)
{
	check(!mcu_put_pin(&r->mcu, fuzz_next(&r->in) & 7,
			   fuzz_next(&r->in) & 1, r->now_us));
	mcu_run(&r->mcu, r->now_us);
}

/* Mostly with the right sequence. */
static void say_block(struct run *r)
{
	const struct klipper *k = mcu_object(&r->mcu);
	uint8_t content[KCAN_KLP_CONTENT_MAX], out[KCAN_KLP_MAX];
	struct kcan_klp_block block = { .content = content };
	uint8_t choice = fuzz_next(&r->in);

	block.len = choice % (KCAN_KLP_CONTENT_MAX + 1);
	for (size_t i = 0; i < block.len; i++)
		content[i] = fuzz_next(&r->in);
	block.seq = k ? k->link.expected : 0;
	block.seq = (block.seq + (choice > 250)) & 15;
	if (r->mcu.live.rx_id)
		hear(r, r->mcu.live.rx_id, out,
		     (size_t)kcan_klp_encode(out, &block));
}

static void set_nodeid(struct run *r)
{
	uint8_t choice = fuzz_next(&r->in);
	const uint8_t bytes[8] = {
		0x01, 0, 0, 0, 0, 0, choice & 0x80 ? 1 : 0, choice & 3
	};

	drain(r);
	r->heard_len = 0;
	hear(r, KCAN_ADMIN_ID, bytes, sizeof(bytes));
	r->now_us += MCU_FILTER_CHANGE_US;
}

static void wait(struct run *r)
{
	r->now_us += (uint64_t)fuzz_next(&r->in) * fuzz_next(&r->in) * 1000;
	mcu_run(&r->mcu, r->now_us);
}

static void handle(struct run *r)
{
	uint8_t choice = fuzz_next(&r->in);

	if (choice < 64)
		mcu_shutdown(&r->mcu, choice & 1 ? "Timer too close" : "fuzz",
			     r->now_us);
	else if (choice < 80)
		mcu_reset(&r->mcu, r->now_us);
	mcu_run(&r->mcu, r->now_us);
}

static void start(struct run *r)
{
	/* what configure() moves and looks at, and its analog input */
	static struct rail rail = { .motors = { { 5, 0.01 } },
				    .endstop_mm = 5,
				    .at_max = true,
				    .endstop_pin = 3 };
	static struct heat heat = { .kind = HEAT_BED,
				    .pullup_ohm = HEAT_PULLUP_OHM,
				    .sensor_pin = 2,
				    .heater_pin = 0 };
	static struct device list[] = { { &device_heat, &heat },
					{ &device_rail, &rail } };
	static const struct devices devices = { list, 2 };
	struct mcu_cfg cfg = { .type = mcu_type_find("samc21"),
			       .bootloader = BOOTLOADER_NONE,
			       .state = MCU_KLIPPER,
			       .nodeid = 1,
			       .devices = &devices };

	r->env = (struct mcu_env){ .transmit = transmit,
				   .arg = r,
				   .software = real_software(),
				   .events = { emit, r } };
	check(!mcu_init(&r->mcu, &cfg, &r->env));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const deeds[])(struct run * r) = {
		say_block, say_commands, say_commands, say_commands,
		say_bytes, configure,	 press,	       drain,
		drain,	   wait,	 set_nodeid,   handle,
	};
	struct run r = { .in = { data, size }, .now_us = 1000000 };

	start(&r);
	while (r.in.size) {
		deeds[fuzz_next(&r.in) % ARRAY_SIZE(deeds)](&r);
		/* a command may have set a timer for this very moment */
		mcu_run(&r.mcu, r.now_us);
		check(mcu_deadline(&r.mcu) > r.now_us);
	}
	mcu_fini(&r.mcu);
	return 0;
}
