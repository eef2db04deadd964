// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Calls, and what runs beside them: klipper-mcu-protocol.md, 4.4 and 15.2. */
#include "host.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "connect.h"
#include "util/array.h"

#define BATCH 16
#define TRIES 6
#define RETRY_US 10000u
#define QUERY_EVERY_US 983900u
#define UNANSWERED_MAX 4

/* What klippy asks with, and what it waits for then. */
static const char *const answers[][2] = {
	{ "identify", "identify_response" },
	{ "get_config", "config" },
	{ "get_clock", "clock" },
	{ "get_uptime", "uptime" },
	{ "get_canbus_id", "canbus_id" },
	{ "get_canbus_status", "canbus_status" },
	{ "debug_ping", "pong" },
	{ "endstop_query_state", "endstop_state" },
	{ "stepper_get_position", "stepper_position" },
};

/* Return: NULL for a command, and for several of them in a block. */
static const char *answer_to(const char *line)
{
	size_t len = strcspn(line, " ;");

	for (size_t i = 0; i < ARRAY_SIZE(answers); i++)
		if (strlen(answers[i][0]) == len &&
		    !memcmp(line, answers[i][0], len) && !strchr(line, ';'))
			return answers[i][1];
	return NULL;
}

uint64_t host_send(void *arg, const uint8_t *bytes, size_t len)
{
	struct host *h = arg;

	wire_send(&h->wire, bytes, len);
	return wire_now_us();
}

/* The answers to klippy's own queries are shown to nobody. */
void host_hear(void *arg, const uint8_t *content, size_t len)
{
	struct host *h = arg;
	char *text = h->heard[h->heard_len % HOST_HEARD_MAX];
	int err = message_read(&h->dict, text, content, len);
	bool is_clock = !err && message_matches(text, "clock", "");
	bool own = is_clock && h->unanswered && !h->wants_clock;

	if (is_clock || message_matches(text, "uptime", "")) {
		h->clock = message_number(text, "clock");
		h->clock_us = wire_now_us();
	}
	if (is_clock)
		h->unanswered = 0;
	if (own)
		return;
	h->heard_len++;
	if (!h->quiet)
		puts(text);
}

static int query_clock(struct host *h, uint64_t now_us)
{
	const struct dict_message *m =
		dict_find(&h->dict, KCAN_KLP_COMMAND, "get_clock");
	uint8_t content[KCAN_KLP_CONTENT_MAX];
	uint64_t number;
	int len;

	if (now_us < h->next_query_us || !m)
		return 0;
	if (h->unanswered > UNANSWERED_MAX)
		return host_fail(h, -ENOTCONN,
				 "Lost communication with MCU: %u get_clock "
				 "have no answer",
				 h->unanswered);
	len = kcan_klp_msg_encode(content, sizeof(content), &m->format, NULL);
	h->next_query_us += QUERY_EVERY_US;
	h->unanswered++;
	session_send(&h->session, content, (size_t)len, &number);
	return 0;
}

void host_query_clock(struct host *h)
{
	h->next_query_us = wire_now_us() + QUERY_EVERY_US;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

int host_step(struct host *h, int input, uint64_t until_us)
{
	struct can_frame rx[BATCH];
	uint64_t now_us;
	int n;

	until_us = earlier(until_us, h->session.deadline_us);
	wire_wait(&h->wire, input, earlier(until_us, h->next_query_us));
	/* what came in time counts, however late it is read */
	now_us = wire_now_us();
	n = wire_receive(&h->wire, rx, BATCH);
	for (int i = 0; i < n; i++)
		session_rx(&h->session, &rx[i], now_us);
	if (n < BATCH)
		session_tick(&h->session, now_us);
	if (n < 0 || h->wire.err)
		return host_fail(h, n < 0 ? n : h->wire.err,
				 "%s cannot be used any more (%s)",
				 h->cfg.ifname,
				 strerror(n < 0 ? -n : -h->wire.err));
	return query_clock(h, now_us);
}

int host_pause(struct host *h, uint64_t us)
{
	uint64_t until_us = wire_now_us() + us;
	int err = 0;

	while (!err && wire_now_us() < until_us)
		err = host_step(h, -1, until_us);
	return err;
}

/* Return: bytes, or a negative errno. */
static int encode(struct host *h, const char *line, uint8_t *content)
{
	struct message_writer w = { .dict = &h->dict };
	double s = (double)(wire_now_us() - h->clock_us) / 1e6;
	double hz = (double)dict_constant(&h->dict, "CLOCK_FREQ");
	int len;

	w.ticks = h->clock + (uint32_t)(uint64_t)(s * hz);
	len = message_write(&w, line, content);
	return len < 0 ? host_fail(h, len, "%s", w.error) : len;
}

/* One block, as soon as there is room for it. */
static int send_block(struct host *h, const uint8_t *content, size_t len,
		      uint64_t deadline_us, uint64_t *number)
{
	int err;

	for (;;) {
		err = session_send(&h->session, content, len, number);
		if (err != -EAGAIN)
			return err;
		if (wire_now_us() >= deadline_us)
			return host_fail(h, -ETIMEDOUT,
					 "nothing is acknowledged any more");
		err = host_step(h, -1, deadline_us);
		if (err)
			return err;
	}
}

int host_post(struct host *h, const char *line)
{
	uint8_t content[KCAN_KLP_CONTENT_MAX];
	int len = encode(h, line, content);
	uint64_t number;

	if (len < 0)
		return len;
	h->looked = h->heard_len;
	return send_block(h, content, (size_t)len,
			  wire_now_us() + h->cfg.timeout_us, &number);
}

const char *host_find(struct host *h, const char *name, const char *value)
{
	const char *text;

	if (h->heard_len - h->looked > HOST_HEARD_MAX)
		h->looked = h->heard_len - HOST_HEARD_MAX;
	for (uint64_t i = h->looked; i < h->heard_len; i++) {
		text = h->heard[i % HOST_HEARD_MAX];
		if (!message_matches(text, name, value))
			continue;
		h->looked = i + 1;
		return text;
	}
	return NULL;
}

/* Send a block, and wait for the empty block that finishes it. */
static int try_once(struct host *h, const uint8_t *content, size_t len,
		    uint64_t deadline_us)
{
	uint64_t number;
	int err = send_block(h, content, len, deadline_us, &number);

	while (!err && h->session.finished <= number) {
		if (wire_now_us() >= deadline_us)
			return host_fail(h, -ETIMEDOUT,
					 "no ACK came: the MCU has gone, or an "
					 "ACK was lost behind its answer");
		err = host_step(h, -1, deadline_us);
	}
	return err;
}

int host_call_until(struct host *h, const char *line, uint64_t deadline_us)
{
	uint8_t content[KCAN_KLP_CONTENT_MAX];
	const char *answer = answer_to(line);
	int len = encode(h, line, content), err = len < 0 ? len : 0;
	uint64_t begin = h->heard_len;

	h->wants_clock = answer && !strcmp(answer, "clock");
	for (int i = 0; i < TRIES && !err; i++) {
		h->looked = begin;
		err = i ? host_pause(h, RETRY_US << (i - 1)) : 0;
		if (!err)
			err = try_once(h, content, (size_t)len, deadline_us);
		if (err || !answer || host_find(h, answer, ""))
			break;
		if (i == TRIES - 1)
			err = host_fail(h, -ENODATA,
					"Unable to obtain '%s' response",
					answer);
	}
	h->looked = begin;
	h->wants_clock = false;
	return err;
}

int host_call(struct host *h, const char *line)
{
	return host_call_until(h, line, wire_now_us() + h->cfg.timeout_us);
}

int host_wait(struct host *h, const char *name, const char *value)
{
	uint64_t deadline_us = wire_now_us() + h->cfg.timeout_us;
	int err = 0;

	while (!err && !host_find(h, name, value)) {
		if (wire_now_us() >= deadline_us)
			return host_fail(h, -ETIMEDOUT, "no '%s %s' came", name,
					 value);
		err = host_step(h, -1, deadline_us);
	}
	return err;
}

int host_listen(struct host *h, int input)
{
	return host_step(h, input, UINT64_MAX);
}
