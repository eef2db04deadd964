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
#include "../../sim/canmcu/device/probe.h"
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
	const struct firmware_row *row;
	struct kcan_klp_value values[KCAN_KLP_PARAMS_MAX];
	int id, used;

	if (!block->len)
		return;
	used = kcan_klp_id_decode(&id, block->content, block->len,
				  KCAN_KLP_RESPONSE);
	check(used > 0);
	row = firmware_find(r->env.software.shared, id);
	check(row && !klipper_is_command(row->message));
	check(kcan_klp_params_decode(
		      values, &row->format, block->content + used,
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
		return choice & 15;
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
	static uint8_t bytes[16];

	for (size_t i = 0; i < row->format.count; i++) {
		values[i].num = choose_number(r);
		values[i].data = bytes;
		values[i].len = values[i].num & 15;
		for (size_t j = 0; row->format.types[i] == KCAN_KLP_BYTES &&
				   j < values[i].len;
		     j++)
			bytes[j] = fuzz_next(&r->in);
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
		{ 0x04, 16 },
		{ 0x19, 0, 0, 0, 0, 0, 0x1e, 1, 1, 32, 0, 0, 0x80, 0x7f },
		{ 0x21, 2, 2, 0x24, 3, 2, 0x25, 3, 0, 3, 1, 0x25, 3, 1, 4, 0 },
		{ 0x29, 4, 0x2e, 5, 3, 1, 0x32, 6, 5, 6, 0, 0 },
		{ 0x3f, 7, 1, 0, 0x41, 7, 0, 0, 0, 0x4a, 8, 0x4b, 8, 0, 0, 1 },
		{ 0x47, 9, 0, 0, 0, 1, 0x58, 10, 7, 0x53, 11, 7, 0, 0x5e, 12, 8,
		  0x03, 1 },
	};
	static const uint8_t lens[] = { 1, 1, 2, 14, 16, 12, 16, 18 };

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

/* What configure() moves and looks at, and its analog input. */
static void add_pins(struct devices *d, struct motion *motion)
{
	struct heat *heat = devices_add(d, &device_heat);
	struct motor *motor = devices_add(d, &device_motor);
	struct rail *rail = devices_add(d, &device_rail);
	struct probe *probe = devices_add(d, &device_bltouch);

	check(heat && motor && rail && probe);
	*heat = (struct heat){ .kind = HEAT_BED,
			       .pullup_ohm = HEAT_PULLUP_OHM,
			       .base.pin = { true, false, 2 },
			       .heater = { true, false, 0 } };
	*motor = (struct motor){ .motion = motion };
	*rail = (struct rail){
		.motion = motion,
		.carriage = { .by = { { 0, 1 } }, .end_mm = 5, .at_max = true },
		.base = { .pin = { true, false, 3 }, .moves = true },
	};
	*probe = (struct probe){ .motion = motion,
				 .base = { .pin = { true, false, 4 },
					   .moves = true },
				 .control = { true, false, 0 } };
}

/* Sections that have all keys; the last letter tells the pin or the address. */
static const char *value(const struct device_source *source,
			 const char *section, const char *key)
{
	const char *last = section + strlen(section) - 1;

	(void)source;
	if (!strcmp(key, "sensor_type"))
		return *section == 'M' || *section == 'S' || *section == 'H' ?
			       section :
			       NULL;
	if (!strcmp(key, "sensor_pin"))
		return *section == 'M' ? last : NULL;
	if (!strcmp(key, "cs_pin"))
		return *section == 't' || *section == 'a' ? last : NULL;
	if (!strcmp(key, "step_pin") || !strcmp(key, "endstop_pin") ||
	    !strcmp(key, "i2c_mcu"))
		return NULL;
	if (!strcmp(key, "uart_pin"))
		return !strncmp(section, "tmc22", 5) ? last : NULL;
	return strcmp(key, "i2c_address") ? NULL : last;
}

static bool read_pin(const struct device_source *source, const char *text,
		     struct device_pin *out)
{
	(void)source;
	*out = (struct device_pin){ .number = (uint8_t)(*text - '0') };
	return true;
}

static int find_bus(const struct device_source *source, enum bus_kind kind,
		    const char *name)
{
	(void)source;
	(void)kind;
	(void)name;
	return 0;
}

static const struct devices *machine(void)
{
	static const char *const sections[] = {
		"tmc2209 0", "tmc5160 1", "tmc2660 2", "adxl345 1", "MAX31865",
		"lis3dh 1",  "mpu9250 1", "bmi160 2",  "SHT3X",	    "sx1509 3"
	};
	struct device_source source = {
		.mcu = "mcu", .value = value, .pin = read_pin, .bus = find_bus
	};
	static struct devices all;
	static struct motion motion;

	motion = (struct motion){ .motors = { { .mm = 0.01, .step_pin = 5 } },
				  .motors_len = 1,
				  .axes[2] = { .by = { { 0, 1 } } } };
	if (all.len)
		return &all;
	add_pins(&all, &motion);
	for (size_t i = 0; i < ARRAY_SIZE(sections); i++) {
		source.section = sections[i];
		check(!devices_make(&all, &source));
	}
	return &all;
}

static void start(struct run *r)
{
	struct mcu_cfg cfg = { .type = mcu_type_find("samc21"),
			       .bootloader = BOOTLOADER_NONE,
			       .state = MCU_KLIPPER,
			       .nodeid = 1,
			       .devices = machine() };

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
