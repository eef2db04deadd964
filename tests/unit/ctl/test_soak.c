// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board sim/canmcu/ctl sim/canmcu/device sim/canmcu/fault
// needs: sim/canmcu/klipper sim/canmcu/mcu sim/canmcu/setup sim/canmcu/wire
// needs: sim/canmcu/world
/*
 * Random traffic, handling and faults on the simulator's world, for ten minutes
 * of its time, under the address and undefined behaviour sanitizers: nothing is
 * touched that must not be, memory stays bounded, and the same seed leads to the
 * same frames. Prints TAP. Environment: SOAK_S, seconds; SOAK_SEED.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kcan/admin.h>
#include <kcan/kat.h>

#include "../../../sim/canmcu/ctl/ctl.h"
#include "../../../sim/canmcu/world/world.h"
#include "../../support/software.h"
#include "util/array.h"

/* of the address sanitizer, whose header not every compiler brings, if it is there */
__attribute__((weak)) size_t __sanitizer_get_current_allocated_bytes(void);

#define MCUS 24
#define BUSES 2
#define NODEID 100 /* of the first one; the others count up */
#define WIRE_MAX 4096
#define BYTES_EACH 0x20000 /* 64 KiB are flashed, the rest is all else */
#define REPEAT_S 2	   /* of a run that is done twice */

/* Frames that were sent and have not come back. */
struct wire {
	struct can_frame frames[WIRE_MAX];
	size_t first;
	size_t len;
};

struct soak {
	struct world *world;
	struct ctl_log log; /* stays empty */
	struct wire wires[BUSES];
	uint64_t random;
	uint64_t now_us;
	uint64_t sent;
	uint64_t events;
	uint64_t hash; /* of all frames that were sent */
	size_t bytes_max;
};

static uint32_t draw(struct soak *s, uint32_t below)
{
	uint64_t z = s->random += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (uint32_t)((z ^ (z >> 31)) % below);
}

static void on_event(void *arg, const struct event *event)
{
	struct soak *s = arg;
	char line[EVENT_LINE_MAX];

	if (s->events++ % 64 == 0 && !event_format(line, event, true))
		errx(1, "an event does not fit its line");
}

static const char *const types[] = { "stm32g0b1xx", "stm32f446xx",
				     "stm32h723xx", "rp2040",
				     "stm32f103xe", "stm32f072xb" };

static void start(struct soak *s, uint64_t seed)
{
	struct mcu_cfg cfgs[MCUS] = { 0 };
	struct world_cfg cfg = { .mcus = cfgs,
				 .mcus_len = MCUS,
				 .buses_len = BUSES,
				 .bitrate_bps = seed & 1 ? 1000000 : 0,
				 .collisions = seed & 1,
				 .seed = seed,
				 .events = { on_event, s },
				 .software = real_software() };

	memset(s, 0, sizeof(*s));
	s->random = seed;
	for (uint8_t i = 0; i < MCUS; i++)
		cfgs[i] = (struct mcu_cfg){
			.uuid = { { 0x11, 0, 0, 0, 0, i } },
			.bus = i % BUSES,
			.type = mcu_type_find(types[i % ARRAY_SIZE(types)]),
			.bootloader = BOOTLOADER_KATAPULT,
			.state = i & 4 ? MCU_KATAPULT : MCU_KLIPPER,
			.boot_us = 1000u * i,
			.nodeid = i & 1 ? NODEID + i : -1,
			.double_reset = i & 2,
			.sane_rx = i % 5 == 0,
			.erase_us = i % 3 ? 0 : 100,
		};
	if (world_new(&s->world, &cfg))
		errx(1, "no world");
}

/* What the world has to send goes to the wire. */
static void take(struct soak *s)
{
	for (unsigned int bus = 0; bus < BUSES; bus++) {
		struct wire *w = &s->wires[bus];
		struct can_frame f;

		while (world_tx(s->world, bus, &f, s->now_us)) {
			if (w->len == WIRE_MAX || draw(s, 200) == 0) {
				world_refused(s->world, bus, s->now_us);
				break;
			}
			world_sent(s->world, bus);
			w->frames[(w->first + w->len++) % WIRE_MAX] = f;
			for (int i = 0; i < f.can_dlc; i++)
				s->hash =
					(s->hash ^ f.data[i]) * 0x100000001b3u;
			s->hash = (s->hash ^ f.can_id) * 0x100000001b3u;
			s->sent++;
		}
	}
}

static void hear(struct soak *s, unsigned int bus, const struct can_frame *f)
{
	world_rx(s->world, bus, f, false, s->now_us);
	take(s);
}

static void echo(struct soak *s)
{
	unsigned int bus = draw(s, BUSES);
	struct wire *w = &s->wires[bus];
	uint32_t n = 1 + draw(s, 8);

	while (n-- && w->len) {
		struct can_frame f = w->frames[w->first];

		w->first = (w->first + 1) % WIRE_MAX;
		w->len--;
		world_rx(s->world, bus, &f, true, s->now_us);
		take(s);
	}
}

static void send_bytes(struct soak *s, uint8_t mcu, const uint8_t *bytes,
		       size_t len)
{
	for (size_t at = 0; at < len; at += 8) {
		struct can_frame f = { .can_id = kcan_nodeid_rx_id(
					       (uint8_t)(NODEID + mcu)) };

		f.can_dlc = (uint8_t)(len - at < 8 ? len - at : 8);
		memcpy(f.data, bytes + at, f.can_dlc);
		hear(s, mcu % BUSES, &f);
		if (draw(s, 4) == 0)
			echo(s);
	}
}

/* A block as a host sends it: any command, addresses mostly in the flash. */
static void ask(struct soak *s)
{
	static const uint8_t words[] = { 0, 17, 0, 1, 0, 0 };
	uint8_t mcu = (uint8_t)draw(s, MCUS);
	const struct mcu *m = world_at(s->world, mcu);
	uint32_t command = draw(s, 6);
	uint32_t address = m->flash.app_start + 64 * draw(s, 1024);
	uint8_t payload[68], block[KCAN_KAT_MAX];
	int len;

	for (size_t i = 0; i < sizeof(payload); i++)
		payload[i] = (uint8_t)draw(s, 256);
	if (draw(s, 3000) == 0)
		address = draw(s, UINT32_MAX);
	for (int i = 0; i < 4; i++)
		payload[i] = (uint8_t)(address >> 8 * i);
	len = kcan_kat_encode(block, &(struct kcan_kat_block){
					     .code = (uint8_t)(0x11 + command),
					     .words = words[command],
					     .payload = payload });
	if (draw(s, 1000) == 0)
		block[draw(s, (uint32_t)len)] ^= 1;
	send_bytes(s, mcu, block, (size_t)len);
}

static void command(struct soak *s)
{
	static const uint8_t commands[] = { 0x00, 0x01, 0x02, 0x11,
					    0x11, 0x11, 0x12, 0x20 };
	uint8_t mcu = (uint8_t)draw(s, MCUS);
	struct can_frame f = {
		.can_id = KCAN_ADMIN_ID,
		.can_dlc = 8,
		.data = { commands[draw(s, sizeof(commands))], 0x11, 0, 0, 0, 0,
			  mcu, (uint8_t)(NODEID + mcu) },
	};

	if (draw(s, 20) == 0)
		f.data[7] = (uint8_t)draw(s, 256);
	hear(s, mcu % BUSES, &f);
}

static void rubbish(struct soak *s)
{
	struct can_frame f = { .can_id = 0xf0 + draw(s, 0x310),
			       .can_dlc = (uint8_t)draw(s, 9) };

	for (int i = 0; i < 8; i++)
		f.data[i] = (uint8_t)draw(s, 256);
	hear(s, draw(s, BUSES), &f);
}

static void control(struct soak *s, const char *line)
{
	static const char *const ifnames[BUSES] = { "vcan0", "vcan1" };
	const struct ctl ctl = { .world = s->world,
				 .log = &s->log,
				 .ifnames = ifnames,
				 .ifnames_len = BUSES };
	struct ctl_result r = ctl_execute(&ctl, line, strlen(line), s->now_us);

	if (r.waiting)
		r.reply = ctl_wait_reply(&r.wait, &ctl, r.wait.deadline_us);
	if (!r.reply)
		errx(1, "no reply to '%s'", line);
	free(r.reply);
	take(s);
}

static void handle(struct soak *s)
{
	static const char *const lines[] = {
		"reset 1100000000%02x",
		"power 1100000000%02x off",
		"power 1100000000%02x on",
		"power 1100000000%02x on",
		"shutdown 1100000000%02x soak",
		"wait 1100000000%02x rom",
		"set 1100000000%02x interface vcan0",
		"set 1100000000%02x interface vcan1",
		"set 1100000000%02x mcu_type rp2040",
		"set 1100000000%02x mcu_type stm32f103xe",
		"set 1100000000%02x state klipper",
		"set 1100000000%02x nodeid 5",
	};
	char line[64];

	/* the format is one of those above, with one number each */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(line, sizeof(line), lines[draw(s, ARRAY_SIZE(lines))],
		 draw(s, MCUS));
#pragma GCC diagnostic pop
	control(s, line);
}

static void go_wrong(struct soak *s)
{
	const struct mcu *m = world_at(s->world, draw(s, MCUS));
	struct fault fault = { .kind = draw(s, FAULT_COUNT),
			       .dirs = 1 + draw(s, 3),
			       .chance_ppm = draw(s, 1000000),
			       .after = draw(s, 10),
			       .count = 1 + draw(s, 100),
			       .ms = draw(s, 100) };

	if (draw(s, 2))
		world_add_fault(s->world, m, &fault);
	else
		world_remove_faults(s->world, m, NULL);
}

static void cut(struct soak *s)
{
	unsigned int bus = draw(s, BUSES);

	world_link(s->world, bus, false);
	s->wires[bus].len = 0;
	s->now_us += draw(s, 10000);
	world_step(s->world, s->now_us);
	world_link(s->world, bus, true);
	take(s);
}

static void lose(struct soak *s)
{
	unsigned int bus = draw(s, BUSES);
	struct wire *w = &s->wires[bus];

	w->len -= w->len ? draw(s, (uint32_t)w->len) : 0;
	world_lost(s->world, bus, s->now_us);
}

/* How often each happens, of all. */
static const struct deed {
	uint32_t parts;
	void (*run)(struct soak *s);
} deeds[] = {
	{ 500, echo },	  { 300, ask },	  { 80, command }, { 60, rubbish },
	{ 12, go_wrong }, { 40, handle }, { 2, lose },	   { 1, cut },
};

static void act(struct soak *s)
{
	uint32_t part = draw(s, 995);

	for (const struct deed *d = deeds;; d++) {
		if (part < d->parts) {
			d->run(s);
			return;
		}
		part -= d->parts;
	}
}

static void note_memory(struct soak *s)
{
	size_t bytes = 0;

	if (__sanitizer_get_current_allocated_bytes)
		bytes = __sanitizer_get_current_allocated_bytes();
	if (bytes > s->bytes_max)
		s->bytes_max = bytes;
}

static void run(struct soak *s, uint64_t until_us)
{
	for (uint64_t n = 0; s->now_us < until_us; n++) {
		s->now_us += draw(s, 250);
		world_step(s->world, s->now_us);
		take(s);
		act(s);
		if (n % 1000 == 0)
			note_memory(s);
	}
}

/* Return: a hash of all frames of a short run. */
static uint64_t short_run(uint64_t seed)
{
	static struct soak s;

	start(&s, seed);
	run(&s, REPEAT_S * 1000000u);
	world_free(s.world);
	return s.hash;
}

static void result(int n, bool ok, const char *what)
{
	printf("%sok %d - %s\n", ok ? "" : "not ", n, what);
}

static uint64_t setting(const char *name, uint64_t usual)
{
	const char *text = getenv(name);

	return text ? strtoul(text, NULL, 10) : usual;
}

int main(void)
{
	static struct soak s;
	uint64_t seconds = setting("SOAK_S", 600);
	uint64_t seed = setting("SOAK_SEED", 1);

	puts("1..3");
	result(1, short_run(seed) == short_run(seed),
	       "the same seed leads to the same frames");
	result(2, short_run(seed) != short_run(seed + 1),
	       "another seed leads to others");
	start(&s, seed);
	run(&s, seconds * 1000000u);
	printf("# %llu s of simulated time, %llu frames sent, %llu events, "
	       "%zu KiB at most\n",
	       (unsigned long long)seconds, (unsigned long long)s.sent,
	       (unsigned long long)s.events, s.bytes_max / 1024);
	if (__sanitizer_get_current_allocated_bytes)
		result(3, s.bytes_max < MCUS * BYTES_EACH,
		       "memory stays bounded");
	else
		puts("# skipped: the address sanitizer counts bytes, and is not "
		     "in here\nok 3 # SKIP memory stays bounded");
	world_free(s.world);
	return 0;
}
