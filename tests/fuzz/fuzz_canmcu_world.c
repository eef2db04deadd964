// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/device sim/canmcu/fault sim/canmcu/klipper
// needs: sim/canmcu/mcu sim/canmcu/ports/hotplug.c
// needs: sim/canmcu/ports/hotplug_device.c sim/canmcu/usb sim/canmcu/wire
// needs: sim/canmcu/world
/*
 * A world with two buses, bridges between them and their hosts, and a board on USB, at
 * any bit rate: whatever users, hosts and others do at any time, time goes on, a bus
 * carries no more than its bits, who is bus-off neither sends nor hears, and nothing
 * grows without an end. What one bus does with frames is in fuzz_canmcu_frames.
 */
#include <errno.h>

#include "fuzz_world_buses.h"

#define FRAME_BITS_MIN 47 /* of a frame and its intermission */
#define FRAME_BITS_MAX 160

/* What happens. */

static void step(struct run *r, uint64_t to_us)
{
	struct before list[MCUS];

	note(r, list);
	r->now_us = to_us;
	world_step(r->world, r->now_us);
	check_mute(r, list);
}

static void hear(struct run *r)
{
	unsigned int bus = fuzz_next(&r->in) % BUSES;
	struct before list[MCUS];
	struct can_frame f;

	fuzz_valid_frame(&r->in, &f, MCUS);
	f.can_id &= ~CAN_ERR_FLAG; /* the kernel's, who is not asked for them */
	step(r, r->now_us);
	note(r, list);
	world_rx(r->world, bus, &f, false, r->now_us);
	check_deaf(r, list);
}

static void echo(struct run *r)
{
	uint8_t which = fuzz_next(&r->in);
	struct wire *wire = &r->wires[which % BUSES];

	for (size_t n = which & 0x80 ? wire->len : 1; n && wire->len; n--) {
		struct can_frame f = wire->frames[0];

		memmove(wire->frames, wire->frames + 1,
			--wire->len * sizeof(wire->frames[0]));
		world_rx(r->world, which % BUSES, &f, true, r->now_us);
	}
}

static void lose(struct run *r)
{
	unsigned int bus = fuzz_next(&r->in) % BUSES;

	if (r->wires[bus].len)
		r->wires[bus].len--;
	world_lost(r->world, bus, r->now_us);
}

static void cut(struct run *r)
{
	uint8_t which = fuzz_next(&r->in);

	r->exact = false; /* some of it is sent again */
	world_link(r->world, which % BUSES, which & 0x80);
	if (!(which & 0x80))
		r->wires[which % BUSES].len = 0;
}

/* To the next moment at which there is something to do, or any time. */
static void wait(struct run *r)
{
	uint64_t deadline_us = world_deadline(r->world);
	uint8_t how = fuzz_next(&r->in);

	if (how & 0x80)
		step(r, r->now_us + (how & 0x7f) * 1000u);
	else if (how & 0x40)
		step(r, r->now_us + (how & 0x3f));
	else if (deadline_us != UINT64_MAX)
		step(r, deadline_us > r->now_us ? deadline_us : r->now_us);
}

/* What users do to a board. */

static void reset(struct run *r, const struct mcu *m, uint8_t how)
{
	(void)how;
	world_reset(r->world, m, r->now_us);
}

static void power(struct run *r, const struct mcu *m, uint8_t how)
{
	world_power(r->world, m, how & 1, r->now_us);
}

static void shut_down(struct run *r, const struct mcu *m, uint8_t how)
{
	(void)how;
	world_shutdown(r->world, m, "fuzz", r->now_us);
}

static void assign(struct run *r, const struct mcu *m, uint8_t how)
{
	world_assign(r->world, m, how, r->now_us);
}

static void put(struct run *r, const struct mcu *m, uint8_t how)
{
	static const enum mcu_state states[] = { MCU_OFF, MCU_KLIPPER,
						 MCU_SHUTDOWN, MCU_KATAPULT };

	world_put(r->world, m, states[how % ARRAY_SIZE(states)], r->now_us);
}

static void put_pin(struct run *r, const struct mcu *m, uint8_t how)
{
	world_put_pin(r->world, m, how % 64, how & 0x80 ? 1.0f : 0.0f,
		      r->now_us);
}

static void repair(struct run *r, const struct mcu *m, uint8_t how)
{
	(void)how;
	world_remove_faults(r->world, m, NULL);
}

static void handle_board(struct run *r)
{
	static void (*const handles[])(struct run * r, const struct mcu *m,
				       uint8_t how) = {
		reset, power, power, shut_down, assign, put, put_pin, repair,
	};
	uint8_t what = fuzz_next(&r->in);

	handles[what >> 5](r, world_at(r->world, what % MCUS),
			   fuzz_next(&r->in));
}

static void hear_device(struct run *r)
{
	struct fuzz_host *host = &r->hosts[fuzz_next(&r->in) % DEVICES];
	struct usb_link_msg msg;

	fuzz_host_read_message(&r->in, host, &msg);
	fuzz_host_take(host, &msg, r->now_us);
}

static void hear_bytes(struct run *r)
{
	struct fuzz_host *host = &r->hosts[fuzz_next(&r->in) % DEVICES];
	struct usb_link_msg msg = { .kind = USB_LINK_BYTES };

	fuzz_host_read_bytes(&r->in, msg.bytes.bytes, &msg.bytes.len);
	fuzz_host_take(host, &msg, r->now_us);
}

static void make_room(struct run *r)
{
	uint8_t room = fuzz_next(&r->in);

	r->room = room & 0x80 ? SIZE_MAX : room;
}

/* A board becomes another one. */
static void configure(struct run *r)
{
	uint8_t what = fuzz_next(&r->in), how = fuzz_next(&r->in);
	const struct mcu *m = world_at(r->world, what % MCUS);
	enum mcu_state state = m->state;
	struct mcu_cfg cfg = m->cfg;
	int err;

	if (what & 0x80)
		cfg.uuid.b[KCAN_UUID_LEN - 1] = how % (2 * MCUS);
	if (what & 0x40)
		cfg.bus = how >> 4 & 3;
	if (what & 0x20 && !mcu_link_is_serial(cfg.link))
		cfg.klipper_bps = cfg.usb.bitrate_bps =
			fuzz_rates_bps[how % ARRAY_SIZE(fuzz_rates_bps)];
	if (what & 0x10)
		cfg.usb.bus_state = (enum confinement_state)(how >> 2) %
				    CONFINEMENT_STATE_COUNT;
	if (what & 0x08) {
		cfg.usb.mute = how & 1;
		cfg.usb.slow = how & 2;
		cfg.usb.stalled = how & 4;
	}
	err = world_configure(r->world, m, &cfg, r->now_us);
	check(!err || err == -EBUSY || err == -EEXIST || err == -EINVAL);
	check(err != -EBUSY || state != MCU_OFF);
	check(err || kcan_uuid_equal(&m->cfg.uuid, &cfg.uuid));
}

/* After whatever happened, as the loop around a world does it. */

static void take_frames(struct run *r, unsigned int bus)
{
	struct wire *wire = &r->wires[bus];
	struct can_frame f;

	while (world_tx(r->world, bus, &f, r->now_us)) {
		if (wire->len == WIRE_MAX) {
			world_refused(r->world, bus, r->now_us);
			return;
		}
		world_sent(r->world, bus);
		wire->frames[wire->len++] = f;
		wire->sent++;
	}
}

static bool kick(struct run *r)
{
	bool news = false;

	for (unsigned int bus = 0; bus < BUSES; bus++)
		take_frames(r, bus);
	for (size_t i = 0; i < DEVICES; i++)
		news |= hotplug_kick(&r->hosts[i].hotplug, r->now_us);
	return news;
}

static void check_bits(const struct run *r)
{
	uint64_t bits =
		(r->now_us - r->cfg.start_us) * r->cfg.bitrate_bps / 1000000;

	for (size_t i = 0; i < BUSES && r->exact; i++)
		check(r->wires[i].sent * FRAME_BITS_MIN <=
		      bits + FRAME_BITS_MAX);
}

static void settle(struct run *r)
{
	step(r, r->now_us);
	while (kick(r))
		continue;
	check(world_deadline(r->world) > r->now_us); /* or it would spin */
	check_bits(r);
	fuzz_check_world(r->world, MCUS);
}

/* The beginning. */

static void choose_mcu(struct run *r, uint8_t i)
{
	static const char *const types[MCUS] = {
		"stm32g0b1xx", "stm32g0b1xx", "rp2040",	     "stm32f103xe",
		"same70",      "rp2040",      "stm32f446xx", "stm32h723xx",
	};
	uint8_t how = fuzz_next(&r->in);

	r->mcus[i] = (struct mcu_cfg){
		.uuid.b[KCAN_UUID_LEN - 1] = i,
		.type = mcu_type_find(types[i]),
		.link = i == 6		 ? MCU_LINK_USB :
			i == 0 || i == 5 ? MCU_LINK_BRIDGE :
					   MCU_LINK_CAN,
		.bus = how & 1,
		.state = how & 2 ? MCU_KATAPULT : MCU_KLIPPER,
		.boot_us = how & 4 ? 30000 : 0,
		.double_reset = how & 8,
		.nodeid = how & 16 ? how >> 6 : -1,
		.klipper_bps = how & 32 && i != 6 ? 250000 : 0,
		.faults = r->faults,
		.usb.vhci_port = -1,
	};
	r->mcus[i].bootloader =
		mcu_usual_bootloader(r->mcus[i].type, r->mcus[i].link);
	if (i == 6 && how & 0x80)
		r->mcus[i].bootloader = BOOTLOADER_ROM;
	if (r->mcus[i].bootloader != BOOTLOADER_KATAPULT)
		r->mcus[i].state = MCU_KLIPPER;
}

static void build(struct run *r)
{
	uint8_t how = fuzz_next(&r->in);
	size_t faults_len = fuzz_faults(r->faults, fuzz_next16(&r->in));

	for (uint8_t i = 0; i < MCUS; i++) {
		choose_mcu(r, i);
		if (i & 1)
			r->mcus[i].faults_len = faults_len;
	}
	r->now_us = 1000000;
	r->json = how & 0x80;
	r->cfg = (struct world_cfg){
		.mcus = r->mcus,
		.mcus_len = MCUS,
		.bitrate_bps = fuzz_rates_bps[how % ARRAY_SIZE(fuzz_rates_bps)],
		.collisions = how & 0x40,
		.start_us = r->now_us,
		.buses_len = BUSES,
		.software = real_software(),
		.events = { take_event, r },
		.serial = { write_bytes, r },
	};
	r->exact = r->cfg.bitrate_bps && !faults_len;
	check(!world_new(&r->world, &r->cfg));
}

static void plug_in(struct run *r)
{
	const struct usb_link_msg plugged = { .kind = USB_LINK_PLUGGED };

	r->room = SIZE_MAX;
	for (size_t i = 0; i < DEVICES; i++) {
		struct fuzz_host *host = &r->hosts[i];

		host->room = &r->room;
		host->mcus = MCUS;
		hotplug_init(&host->hotplug,
			     &(struct hotplug_cfg){
				     .world = r->world,
				     .mcu = world_at(r->world, on_usb[i]),
				     .events = { take_event, r },
				     .send = fuzz_host_tell,
				     .arg = host });
		hotplug_kick(&host->hotplug, r->now_us);
		fuzz_host_take(host, &plugged, r->now_us);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const deeds[])(struct run * r) = {
		hear,	     hear,	  hear,	      echo,	    echo,
		echo,	     wait,	  wait,	      wait,	    hear_device,
		hear_device, hear_device, hear_bytes, handle_board, configure,
		cut,	     lose,	  make_room,
	};
	struct run *r = calloc(1, sizeof(*r));

	check(r);
	r->in = (struct fuzz_input){ data, size };
	build(r);
	plug_in(r);
	while (r->in.size) {
		deeds[fuzz_next(&r->in) % ARRAY_SIZE(deeds)](r);
		settle(r);
	}
	world_free(r->world);
	free(r);
	return 0;
}
