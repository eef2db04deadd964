// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* cc -o enter enter.c $(pkg-config --cflags --libs kcan); ./enter can0 UUID */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <kcan/bootreq.h>
#include <kcan/bus.h>

static volatile sig_atomic_t stopped;

static void stop(int number)
{
	stopped = number;
}

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* Counts up to fe. Klipper hosts and the known tools stay below c0. */
static uint8_t draw(void *next)
{
	return *(uint8_t *)next < 0xff ? (*(uint8_t *)next)++ : 0;
}

static void run(struct kcan_bus *bus, struct kcan_bootreq *req)
{
	struct pollfd fd = { .fd = kcan_bus_fd(bus), .events = POLLIN };
	struct can_frame sent = { 0 };
	struct kcan_bus_rx rx;
	int n;

	while (!kcan_bootreq_done(req)) {
		uint64_t due = kcan_bootreq_deadline(req), now = now_us();

		poll(&fd, 1, due > now ? 1 + (int)((due - now) / 1000) : 0);
		n = kcan_bus_recv(bus, &rx, 1);
		if (n < 0 || stopped) /* it hands the nodeid back, then ends */
			kcan_bootreq_abort(req, now_us());
		else if (n && !rx.own)
			kcan_bootreq_rx(req, &rx.frame, rx.at_us);
		else if (n && !memcmp(&rx.frame, &sent, sizeof(sent)))
			kcan_bootreq_sent(req, now_us());
		if (kcan_bootreq_tx(req, &sent, now_us()) &&
		    kcan_bus_send(bus, &sent))
			kcan_bootreq_unsent(req, now_us());
	}
}

int main(int argc, char **argv)
{
	struct kcan_bus_cfg where = { .ifname = argv[1], .times = true };
	uint8_t next = (uint8_t)(0xc0 + now_us() % 32);
	struct kcan_bootreq_cfg how = { 5000000, KCAN_BOOTREQ_GOAL_ENTER, draw,
					&next };
	enum kcan_bootreq_verdict verdict;
	struct kcan_bootreq *req;
	struct kcan_bus *bus;
	struct kcan_uuid uuid;
	int err;

	if (argc != 3 || kcan_uuid_parse(&uuid, argv[2]))
		return puts("usage: enter INTERFACE UUID"), 2;
	if ((err = kcan_bus_open(&bus, &where)) ||
	    (err = kcan_bootreq_new(&req, &uuid, &how, now_us())))
		return printf("%s: %s\n", argv[1], strerror(-err)), 1;
	signal(SIGINT, stop);
	run(bus, req);
	verdict = kcan_bootreq_verdict(req);
	printf("%s: %s\n", kcan_bootreq_verdict_name(verdict),
	       kcan_bootreq_verdict_text(verdict));
	return kcan_outcome_get(kcan_bootreq_outcome(verdict))->code;
}
