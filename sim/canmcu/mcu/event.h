/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_EVENT_H
#define CANMCU_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include <kcan/uuid.h>

/** What is reported, one line each; the names are in the table of event.c. */
enum event_type {
	EVENT_READY,	   /* text: interface; count: MCUs */
	EVENT_STATE,	   /* text: the program that runs now */
	EVENT_ASSIGNED,	   /* nodeid: the new one */
	EVENT_UNASSIGNED,  /* nodeid: the old one */
	EVENT_CONFLICT,	   /* nodeid: the one somebody else uses too */
	EVENT_SHUTDOWN,	   /* text: reason */
	EVENT_CRASH,	   /* text: what the CPU ran into */
	EVENT_REQUEST,	   /* text: what the request leads to */
	EVENT_RESET,	   /* text: cause */
	EVENT_POWER,	   /* text: "on" or "off" */
	EVENT_FLASHED,	   /* count: pages, as SEND_EOF tells them */
	EVENT_FLASH_ERROR, /* text: what failed, and what to do */
	EVENT_APPLICATION, /* text: its version; detail: MCU it is built for */
	EVENT_BUS_STATE,   /* text: of its controller, by its error counters */
	EVENT_FAULT,	   /* text: its name; detail: frame; count: strikes */
	EVENT_SEED,	   /* count: what all chances come from */
	EVENT_LINK,	   /* text: "up", "down" or "gone" */
	EVENT_DROPPED,	   /* count: frames the kernel dropped */
	EVENT_LOST,	   /* count: bytes of an MCU that nobody read */
	EVENT_PLUGGED,	   /* text: USB device; count: port, or -1: TCP */
	EVENT_UNPLUGGED,   /* count: likewise */
	EVENT_HOST,	   /* text: "up" or "down"; count: bit/s it has set */
	EVENT_LATE,	   /* count: us that all clocks were set back */
	EVENT_COUNT
};

/** One event; which members count depends on @type. */
struct event {
	enum event_type type;
	uint64_t now_us;	      /* CLOCK_MONOTONIC */
	const struct kcan_uuid *uuid; /* NULL: not about one MCU */
	const char *text;
	uint64_t count;
	uint8_t nodeid;
	const char *detail; /* NULL: not known, the key is absent */
	uint64_t seq;	    /* running number from 1; 0: not numbered */
};

/** Where events go. */
struct event_sink {
	void (*emit)(void *arg, const struct event *event);
	void *arg;
};

/** Return: "ready", "state", ... */
const char *event_name(enum event_type type);

/** Return: false when no event is called @name. */
bool event_find(enum event_type *out, const char *name);

/** Longest line of event_format() with its NUL. */
#define EVENT_LINE_MAX 8192

/**
 * event_format() - one line without its newline
 * @json: an object with the keys "event", "time_us", "seq" when it is numbered,
 *        "uuid" and those of the event; otherwise the values of the last two:
 *        "112233445566 assigned 240"
 *
 * Return: false when it does not fit EVENT_LINE_MAX; then @out is "".
 */
bool event_format(char out[static EVENT_LINE_MAX], const struct event *event,
		  bool json);

#endif
