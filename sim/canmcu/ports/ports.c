// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "ports.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "port_uart.h"
#include "port_usb.h"

struct ports {
	struct ports_cfg cfg;
	uint64_t armed_us;
	sd_event_source *timer;
	struct port_uart **uarts;
	size_t uarts_len;
	struct port_usb **usb; /* of each MCU that is on USB */
	size_t usb_len;
	struct port_can *port[]; /* NULL: a bus within the simulator */
};

/* Re-arming for every frame would cost more than waking up in vain. */
static void arm(struct ports *p)
{
	uint64_t deadline_us = world_deadline(p->cfg.world);

	if (deadline_us >= p->armed_us)
		return;
	p->armed_us = deadline_us;
	sd_event_source_set_time(p->timer, deadline_us);
	sd_event_source_set_enabled(p->timer, SD_EVENT_ONESHOT);
}

static void loop_back(struct ports *p, unsigned int bus)
{
	uint64_t now_us = 0;

	sd_event_now(p->cfg.loop, CLOCK_MONOTONIC, &now_us);
	world_loop_back(p->cfg.world, bus, now_us);
}

static void kick_buses(struct ports *p)
{
	for (unsigned int bus = 0; bus < p->cfg.len; bus++) {
		if (p->port[bus])
			port_can_kick(p->port[bus]);
		else
			loop_back(p, bus);
	}
}

static bool kick_usb(struct ports *p)
{
	bool news = false;

	for (size_t i = 0; i < p->usb_len; i++)
		news |= port_usb_kick(p->usb[i]);
	return news;
}

void ports_kick(struct ports *p)
{
	/* what was sent on a bus makes room for frames of a host */
	do
		kick_buses(p);
	while (kick_usb(p));
	for (size_t i = 0; i < p->uarts_len; i++)
		port_uart_follow(p->uarts[i]);
	arm(p);
}

static void on_turn(void *arg)
{
	ports_kick(arg);
}

static int on_timer(sd_event_source *source, uint64_t at_us, void *arg)
{
	struct ports *p = arg;
	uint64_t now_us = at_us;

	(void)source;
	p->armed_us = UINT64_MAX;
	sd_event_now(p->cfg.loop, CLOCK_MONOTONIC, &now_us);
	world_step(p->cfg.world, now_us);
	ports_kick(p);
	return 0;
}

static bool has_bridges(const struct world *w)
{
	for (size_t i = 0; i < world_len(w); i++)
		if (world_at(w, i)->cfg.link == MCU_LINK_BRIDGE)
			return true;
	return false;
}

static int open_all(struct ports *p, char *sentence, size_t size)
{
	struct port_can_cfg cfg = { .loop = p->cfg.loop,
				    .world = p->cfg.world,
				    .all = has_bridges(p->cfg.world),
				    .events = p->cfg.events,
				    .on_turn = on_turn,
				    .arg = p };
	int err = sd_event_add_time(cfg.loop, &p->timer, CLOCK_MONOTONIC,
				    UINT64_MAX, 1, on_timer, p);

	if (err >= 0)
		err = sd_event_source_set_enabled(p->timer, SD_EVENT_OFF);
	for (; err >= 0 && cfg.bus < p->cfg.len; cfg.bus++) {
		cfg.ifname = p->cfg.ifnames[cfg.bus];
		if (cfg.ifname[0] == PORT_NAME_INTERNAL)
			continue;
		err = port_can_open(&p->port[cfg.bus], &cfg);
		if (err)
			port_can_error(sentence, size, cfg.ifname, err);
	}
	return err < 0 ? err : 0;
}

static int open_uarts(struct ports *p, char *sentence, size_t size)
{
	struct port_uart_cfg cfg = { .loop = p->cfg.loop,
				     .world = p->cfg.world,
				     .events = p->cfg.events,
				     .on_turn = on_turn,
				     .arg = p };
	size_t mcus = world_len(cfg.world);
	int err = 0;

	p->uarts = calloc(mcus + 1, sizeof(struct port_uart *));
	if (!p->uarts)
		return -ENOMEM;
	for (size_t i = 0; i < mcus && !err; i++) {
		cfg.mcu = world_at(cfg.world, i);
		if (cfg.mcu->cfg.link != MCU_LINK_UART)
			continue;
		err = port_uart_open(&p->uarts[p->uarts_len], &cfg, sentence,
				     size);
		p->uarts_len += !err;
	}
	return err;
}

static int open_usb(struct ports *p, char *sentence, size_t size)
{
	struct port_usb_cfg cfg = { .loop = p->cfg.loop,
				    .world = p->cfg.world,
				    .events = p->cfg.events,
				    .on_turn = on_turn,
				    .arg = p };
	size_t mcus = world_len(cfg.world);
	int err = 0;

	p->usb = calloc(mcus + 1, sizeof(struct port_usb *));
	if (!p->usb)
		return -ENOMEM;
	for (size_t i = 0; i < mcus && !err; i++) {
		cfg.mcu = world_at(cfg.world, i);
		if (!mcu_link_is_usb(cfg.mcu->cfg.link))
			continue;
		err = port_usb_open(&p->usb[p->usb_len], &cfg, sentence, size);
		p->usb_len += !err;
	}
	return err;
}

size_t ports_write(struct ports *p, const struct mcu *m, const uint8_t *bytes,
		   size_t len, uint64_t now_us)
{
	for (size_t i = 0; p && i < p->uarts_len; i++)
		if (port_uart_mcu(p->uarts[i]) == m) {
			port_uart_write(p->uarts[i], bytes, len, now_us);
			return len;
		}
	for (size_t i = 0; p && i < p->usb_len; i++)
		if (port_usb_mcu(p->usb[i]) == m)
			return port_usb_write(p->usb[i], bytes, len);
	return len;
}

int ports_open(struct ports **out, const struct ports_cfg *cfg, char *sentence,
	       size_t size)
{
	struct ports *p =
		calloc(1, sizeof(*p) + cfg->len * sizeof(struct port_can *));
	int err;

	snprintf(sentence, size, "out of memory: ask for fewer MCUs");
	if (!p)
		return -ENOMEM;
	p->cfg = *cfg;
	p->armed_us = UINT64_MAX;
	err = open_all(p, sentence, size);
	if (!err)
		err = open_uarts(p, sentence, size);
	if (!err)
		err = open_usb(p, sentence, size);
	if (err) {
		ports_close(p);
		return err;
	}
	/* some have something to do without being asked: Klipper's stats */
	arm(p);
	*out = p;
	return 0;
}

void ports_close(struct ports *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->usb_len; i++)
		port_usb_close(p->usb[i]);
	free(p->usb);
	for (size_t i = 0; i < p->cfg.len; i++)
		port_can_close(p->port[i]);
	for (size_t i = 0; i < p->uarts_len; i++)
		port_uart_close(p->uarts[i]);
	free(p->uarts);
	sd_event_source_unref(p->timer);
	free(p);
}
