// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* What is sent and received for a board on a serial port. */
#include "port.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "../serial/trace.h"
#include "../shared/usb.h"
#include "board.h"
#include "stages.h"
#include "tell/tell.h"

static bool is_usb(const struct port *port)
{
	return port->facts.way == WAY_USB;
}

bool port_is_there(const struct port *port, struct end *end)
{
	struct words_facts facts = { .device = port->device };
	char reason[SAY_SENTENCE_LEN], next[SAY_SENTENCE_LEN];
	const struct words *words;
	struct stat st;

	if (!stat(port->device, &st))
		return true;
	facts.cause = CAUSE_NO_DEVICE;
	snprintf(facts.detail, sizeof(facts.detail), "%s", strerror(errno));
	words = words_of(facts.cause);
	if (ask_by_name(&facts))
		return true;
	words_expand(reason, words->reason, &facts);
	words_expand(next, words->next, &facts);
	end_with(end, words->outcome, "%.200s: %.400s; nothing was sent",
		 port->device, reason);
	end_next(end, "%.1000s", next);
	return false;
}

bool port_is_same(const struct port *a, const struct port *b)
{
	struct stat st_a, st_b;

	if (stat(a->device, &st_a) || stat(b->device, &st_b))
		return !strcmp(a->device, b->device);
	return S_ISCHR(st_a.st_mode) && S_ISCHR(st_b.st_mode) &&
	       st_a.st_rdev == st_b.st_rdev;
}

/* It goes on under the name that it has now. */
static void rename_to_tty(struct port *port)
{
	const struct kcan_usbdev *dev = &port->facts.usb;

	snprintf(port->path, sizeof(port->path), "%s",
		 dev->by_id[0] ? dev->by_id : dev->tty);
	port->facts.device = port->path;
	port->facts.cause = CAUSE_PENDING;
}

static bool is_katapult(const struct words_facts *facts)
{
	return (facts->cause == CAUSE_USB_ALREADY ||
		facts->cause == CAUSE_USB_KATAPULT) &&
	       kcan_usbdev_info(&facts->usb)->kind == KCAN_USBDEV_KATAPULT &&
	       facts->usb.tty[0];
}

bool port_begin(struct board *b)
{
	struct port *port = b->port;

	port->facts.device = port->device;
	port->facts.baud_bps = port->baud_bps;
	port->facts.katapult_bps = port->katapult_bps;
	port->facts.timeout_us = b->opts->timeout_us;
	port->facts.keeps = true;
	port->facts.retry = "the same command";
	if (b->loop->signal)
		port->facts.cause = CAUSE_INTERRUPTED;
	return !b->loop->signal;
}

void port_ask(struct board *b)
{
	struct port *port = b->port;

	if (is_katapult(&port->facts)) {
		rename_to_tty(port);
		ask_katapult(&port->facts, b->loop);
	}
	port->tty = port->facts.tty;
	port->rate_bps = port->katapult_bps;
}

/* All of it, at once: no other board is in the middle of something. */
static bool enter(struct board *b)
{
	struct port *port = b->port;

	if (!port_begin(b))
		return true;
	ask_device(&port->facts, b->loop);
	if (port->facts.cause == CAUSE_USB_RENAMED && port->facts.usb.tty[0]) {
		rename_to_tty(port);
		ask_device(&port->facts, b->loop);
	}
	port_ask(b);
	return true;
}

/* Before it leaves: what comes after that must not be missed. */
static bool watch(struct board *b)
{
	struct port *port = b->port;
	int err = 0;

	if (!port->usb)
		err = kcan_usbport_of_tty(&port->usb, port->path);
	if (!err)
		err = kcan_usbport_watch(port->usb);
	if (err)
		end_unwatched(b, err);
	return !err;
}

enum entry port_entered(struct board *b)
{
	struct port *port = b->port;

	b->ident = port->facts.katapult;
	b->target = (struct kcan_image_board){
		.link = is_usb(port) ? KCAN_IMAGE_LINK_USB :
				       KCAN_IMAGE_LINK_UART,
	};
	if (port->facts.identified)
		return !is_usb(port) || watch(b) ? ENTRY_PROVEN : ENTRY_FAILED;
	end_port(b);
	return ENTRY_FAILED;
}

/* Where it does not begin, it is as with @stay. */
bool port_leave(struct board *b, bool stay)
{
	struct kcan_flash_cfg cfg = { .goal = KCAN_FLASH_GOAL_START,
				      .start = b->ident.app_start };

	if (!stay)
		kcan_flash_new(&b->flash, &cfg, b->loop->now_us);
	return true;
}

static void left(struct board *b)
{
	struct kcan_flash_result result = { 0 };

	if (b->flash)
		result = kcan_flash_result(b->flash);
	if (result.completed)
		stages_leaves(b);
	if (result.completed || *b->end.next)
		return;
	if (result.content == KCAN_FLASH_CONTENT_NONE)
		end_next(&b->end, END_STAYS_BLANK);
	else
		end_next(&b->end,
			 "it is in Katapult; to start what is in its flash, "
			 "press its reset button, or switch its power off and "
			 "on");
}

/* What keeps the old tty open gets the new one another name. */
void port_starts(struct board *b)
{
	struct port *port = b->port;

	if (!is_usb(port))
		return;
	kcan_tty_close(port->tty);
	port->tty = NULL;
}

/* Return: whether Klipper came up on the port, and could be opened. */
static bool find_on_usb(struct board *b)
{
	struct port *port = b->port;
	struct words_facts *facts = &port->facts;
	uint64_t until_us = loop_now(b->loop) + b->opts->timeout_us;

	if (!usb_wait_for_kind(port->usb, &facts->usb, KCAN_USBDEV_KLIPPER,
			       b->loop, until_us) ||
	    !usb_wait_for_name(port->usb, &facts->usb, b->loop)) {
		end_elsewhere(b);
		return false;
	}
	rename_to_tty(port);
	port->tty = ask_open(facts);
	if (!port->tty)
		end_unopened(b);
	return port->tty;
}

static bool find(struct board *b, struct kcan_running_cfg *cfg)
{
	struct port *port = b->port;
	const struct kcan_image_dictionary *d = &b->firmware->dictionary;
	int err;

	cfg->reset = NULL;
	if (is_usb(port) && !find_on_usb(b))
		return false;
	port->rate_bps = d->uart_bps ? d->uart_bps : port->baud_bps;
	err = kcan_tty_speed(port->tty, port->rate_bps);
	port->lost = err == -ERANGE ? 0 : err;
	if (err == -ERANGE)
		end_rate(b);
	return err != -ERANGE;
}

/* On USB it was seen to be none. */
static bool turn_back(struct board *b)
{
	struct port *port = b->port;

	port->rate_bps = port->katapult_bps;
	return !is_usb(port) && !kcan_tty_speed(port->tty, port->rate_bps);
}

/* Return: how many bytes were taken. */
static size_t put(struct board *b, const uint8_t *bytes, size_t len)
{
	struct port *port = b->port;
	ssize_t n = kcan_tty_send(port->tty, bytes, len);

	loop_now(b->loop);
	if (n < 0)
		port->lost = (int)n;
	if (n > 0)
		trace_bytes(b->loop, port->rate_bps, ">", bytes, (size_t)n);
	return n < 0 ? 0 : (size_t)n;
}

static void send_flash(struct board *b)
{
	const uint8_t *bytes;
	size_t len, n = 1;

	while (n &&
	       (len = kcan_flash_tx_bytes(b->flash, &bytes, b->loop->now_us))) {
		n = put(b, bytes, len);
		kcan_flash_taken(b->flash, n, b->loop->now_us);
	}
}

static void send_question(struct board *b)
{
	const uint8_t *bytes;
	size_t len = kcan_running_tx_bytes(b->running, &bytes, b->loop->now_us);

	if (!len)
		return;
	if (put(b, bytes, len) == len)
		kcan_running_sent(b->running, b->loop->now_us);
	else
		kcan_running_unsent(b->running, b->loop->now_us);
}

static void send_due(struct board *b)
{
	if (b->port->lost)
		return;
	if (b->flash)
		send_flash(b);
	else if (b->running)
		send_question(b);
}

static uint64_t deadline(const struct board *b)
{
	if (b->flash)
		return kcan_flash_deadline(b->flash);
	if (b->running)
		return kcan_running_deadline(b->running);
	return b->due_us;
}

void port_hear(struct board *b)
{
	struct port *port = b->port;
	uint8_t bytes[512];
	ssize_t n = port->tty ? kcan_tty_read(port->tty, bytes, sizeof(bytes)) :
				0;

	if (n < 0)
		port->lost = (int)n;
	if (n <= 0)
		return;
	trace_bytes(b->loop, port->rate_bps, "<", bytes, (size_t)n);
	if (b->flash)
		kcan_flash_rx_bytes(b->flash, bytes, (size_t)n,
				    b->loop->now_us);
	else if (b->running)
		kcan_running_rx_bytes(b->running, bytes, (size_t)n,
				      b->loop->now_us);
}

static int turn(struct board *b, uint64_t deadline_us)
{
	struct port *port = b->port;
	int n = loop_wait(b->loop, port->tty ? kcan_tty_fd(port->tty) : -1,
			  deadline_us);

	if (n > 0)
		port_hear(b);
	return n < 0 ? n : 0;
}

void port_close(struct board *b)
{
	struct port *port = b->port;

	kcan_tty_close(port->tty);
	kcan_usbport_close(port->usb);
	port->tty = NULL;
	port->usb = NULL;
}

const struct link_ops board_on_port = {
	.enter = enter,
	.entered = port_entered,
	.leave = port_leave,
	.left = left,
	.starts = port_starts,
	.find = find,
	.turn_back = turn_back,
	.send = send_due,
	.deadline = deadline,
	.wait = turn,
	.close = port_close,
};
