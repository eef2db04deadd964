// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "port_uart.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "tty.h"
#include "util/clean.h"

#define BATCH 4096    /* bytes */
#define BATCHES_MAX 4 /* then signals and clients have their turn */
#define TELL_EVERY_US 1000000u

/*
 * Edges: while nobody has the other end of a pty open, there would be no end of
 * its hanging up.
 */
#define EVENTS (EPOLLIN | EPOLLET)

struct port_uart {
	struct port_uart_cfg cfg;
	struct tty tty;
	sd_event_source *source;
	struct faults noise; /* none, but their chances */
	uint32_t baud;	     /* that a real line is set to */
	uint32_t told_baud;  /* a wrong one that was complained of, or 0 */
	uint64_t lost;	     /* bytes that were not told yet */
	uint64_t told_us;    /* when some last were */
	bool unread;	     /* something was sent, and maybe never read */
};

static void report(struct port_uart *p, struct event event, uint64_t now_us)
{
	event.now_us = now_us;
	p->cfg.events.emit(p->cfg.events.arg, &event);
}

static void complain_of_speed(struct port_uart *p, uint32_t baud)
{
	if (baud == p->told_baud)
		return;
	p->told_baud = baud;
	if (baud)
		util_say(STDERR_FILENO,
			 "canmcu: %s is used at %u baud, and the MCU at %u: "
			 "both hear noise; set %u baud",
			 p->tty.link, baud, mcu_baud(p->cfg.mcu),
			 mcu_baud(p->cfg.mcu));
}

/* Return: 0, or the speed that made noise of it; of a real line the wire does. */
static uint32_t pass(struct port_uart *p, uint8_t *bytes, size_t len)
{
	uint32_t baud = tty_is_pty(&p->tty) ? tty_speed(&p->tty) : 0;

	if (!baud || baud == mcu_baud(p->cfg.mcu))
		return 0;
	for (size_t i = 0; i < len; i++)
		bytes[i] ^= (uint8_t)(1 + faults_random(&p->noise, 255));
	return baud;
}

static void report_lost(struct port_uart *p, uint64_t now_us)
{
	report(p,
	       (struct event){ .type = EVENT_LOST,
			       .uuid = &p->cfg.mcu->cfg.uuid,
			       .count = p->lost },
	       now_us);
	p->lost = 0;
	p->told_us = now_us;
}

void port_uart_write(struct port_uart *p, const uint8_t *bytes, size_t len,
		     uint64_t now_us)
{
	uint8_t copy[MCU_TX_SIZE];
	ssize_t n;

	/* the kernel would keep it for whoever comes next */
	if (tty_alone(&p->tty))
		return;
	memcpy(copy, bytes, len);
	complain_of_speed(p, pass(p, copy, len));
	n = write(p->tty.fd, copy, len);
	p->unread = true;
	p->lost += len - (size_t)(n < 0 ? 0 : n);
	if (p->lost && now_us - p->told_us >= TELL_EVERY_US)
		report_lost(p, now_us);
}

void port_uart_follow(struct port_uart *p)
{
	uint32_t baud = mcu_baud(p->cfg.mcu);

	if (baud == p->baud || tty_is_pty(&p->tty))
		return;
	p->baud = baud;
	if (kcan_tty_speed(p->tty.port, baud))
		util_say(STDERR_FILENO,
			 "canmcu: '%s' cannot be set to %u baud: give speeds "
			 "that it has",
			 p->cfg.mcu->cfg.uart, baud);
}

/* Its user has closed it: what was not read is not there for the next one. */
static void hung_up(struct port_uart *p, uint64_t now_us)
{
	if (tty_is_pty(&p->tty)) {
		if (p->unread)
			tty_forget_sent(&p->tty);
		p->unread = false;
		return;
	}
	report(p,
	       (struct event){ .type = EVENT_LINK,
			       .uuid = &p->cfg.mcu->cfg.uuid,
			       .text = "gone" },
	       now_us);
	util_say(STDERR_FILENO,
		 "canmcu: %s has vanished: plug it in again, then start canmcu "
		 "again",
		 p->cfg.mcu->cfg.uart);
	sd_event_exit(p->cfg.loop, EXIT_FAILURE);
}

static int on_line(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	struct port_uart *p = arg;
	uint8_t bytes[BATCH];
	uint64_t now_us = 0;
	ssize_t n = 0;

	(void)revents;
	sd_event_now(p->cfg.loop, CLOCK_MONOTONIC, &now_us);
	for (int i = 0; i < BATCHES_MAX; i++) {
		n = read(fd, bytes, sizeof(bytes));
		if (n <= 0)
			break;
		complain_of_speed(p, pass(p, bytes, (size_t)n));
		world_rx_bytes(p->cfg.world, p->cfg.mcu, bytes, (size_t)n,
			       now_us);
	}
	if (n > 0)
		/* there may be more, and no edge: this asks once more */
		sd_event_source_set_io_events(source, EVENTS);
	else if (!n || errno != EAGAIN)
		hung_up(p, now_us);
	p->cfg.on_turn(p->cfg.arg);
	return 0;
}

int port_uart_open(struct port_uart **out, const struct port_uart_cfg *cfg,
		   char *sentence, size_t size)
{
	const struct mcu_cfg *mcu = &cfg->mcu->cfg;
	struct port_uart *p = calloc(1, sizeof(*p));
	int err;

	snprintf(sentence, size, "out of memory: ask for fewer MCUs");
	if (!p)
		return -ENOMEM;
	p->cfg = *cfg;
	faults_init(&p->noise, world_seed(cfg->world), &mcu->uuid);
	p->baud = mcu_baud(cfg->mcu);
	err = tty_open(&p->tty, mcu->uart, p->baud, sentence, size);
	if (!err)
		err = sd_event_add_io(cfg->loop, &p->source, p->tty.fd, EVENTS,
				      on_line, p);
	if (err < 0) {
		port_uart_close(p);
		return err;
	}
	*out = p;
	return 0;
}

void port_uart_close(struct port_uart *p)
{
	if (!p)
		return;
	sd_event_source_unref(p->source);
	tty_close(&p->tty);
	faults_fini(&p->noise);
	free(p);
}

const struct mcu *port_uart_mcu(const struct port_uart *p)
{
	return p->cfg.mcu;
}
