/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_USB_BRIDGE_H
#define UNIT_USB_BRIDGE_H

/*
 * The bridge as Linux's gs_usb sees it: usbip-gsusb-bridge.md, sections 4.2 and
 * 4.3; can-admin-channel.md, sections 4 and 14.4.
 */
#include "host.h"

#include <stdio.h>

#include "../../../sim/canmcu/usb/gsusb.h"

#define ROOM 20

struct bridge {
	struct host host;
	struct gsusb gsusb;
	struct gsusb_env env;
	char log[256]; /* who got what, in order */
	bool bus_is_full;
	bool mcu_is_full;
	bool up;
	uint32_t bitrate_bps;
	unsigned int modes;
	struct can_frame last;
};

static inline void note(struct bridge *b, const char *who,
			const struct can_frame *f)
{
	size_t len = strlen(b->log);

	snprintf(b->log + len, sizeof(b->log) - len, "%s%s:%x", len ? " " : "",
		 who, f->can_id);
	b->last = *f;
}

static inline bool take_local(void *arg, const struct can_frame *f,
			      uint64_t now_us)
{
	struct bridge *b = arg;
	const uint8_t *tx;

	(void)now_us;
	if (b->mcu_is_full)
		return false;
	/* the echo is on its way already */
	if (b->gsusb.live.echo_len || usb_stream_tx(b->host.stream, &tx))
		note(b, "echoed,mcu", f);
	else
		note(b, "mcu", f);
	return true;
}

static inline bool take_bus(void *arg, const struct can_frame *f,
			    uint64_t now_us)
{
	struct bridge *b = arg;

	(void)now_us;
	if (b->bus_is_full)
		return false;
	note(b, "bus", f);
	return true;
}

static inline void take_mode(void *arg, bool up, uint32_t bitrate_bps,
			     uint64_t now_us)
{
	struct bridge *b = arg;

	(void)now_us;
	b->up = up;
	b->bitrate_bps = bitrate_bps;
	b->modes++;
}

/* As klippy is told it: "discard=1" */
static inline void take_discards(void *arg, bool discards, uint64_t now_us)
{
	struct bridge *b = arg;
	size_t len = strlen(b->log);

	(void)now_us;
	snprintf(b->log + len, sizeof(b->log) - len, "%sdiscard=%d",
		 len ? " " : "", discards);
}

static inline struct bridge *new_bridge(void)
{
	struct bridge *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->env = (struct gsusb_env){ .local = take_local,
				     .bus = take_bus,
				     .mode = take_mode,
				     .discards = take_discards,
				     .arg = b };
	b->host.now_us = 1000;
	gsusb_init(&b->gsusb, &b->env);
	host_attach(&b->host, &gsusb_personality, &b->gsusb,
		    &(struct usb_identity){ 0 });
	host_configure(&b->host);
	return b;
}

static inline void end(struct bridge *b)
{
	host_detach(&b->host);
	free(b);
}

/* Section 4.2, the table; 1 Mbit/s as kernel 6.1 sets it. */
#define TIMING(prop, seg1, seg2, sjw, brp)                            \
	{                                                             \
		{ 0x41, 1, 0, 0, 0, 0, 20, 0 },                       \
			prop "\0\0\0" seg1 "\0\0\0" seg2 "\0\0\0" sjw \
			     "\0\0\0" brp "\0\0",                     \
			20                                            \
	}
#define MODE(mode)                                                      \
	{                                                               \
		{ 0x41, 2, 0, 0, 0, 0, 8, 0 }, mode "\0\0\0\0\0\0\0", 8 \
	}
static const struct control timing_1m =
	TIMING("\x05", "\x06", "\x04", "\x01", "\x03\0");
static const struct control start = MODE("\x01");
static const struct control reset = MODE("\0");

static inline void up(struct bridge *b)
{
	host_control(&b->host, &timing_1m);
	host_control(&b->host, &start);
	assert_true(b->up);
}

static inline void run(struct bridge *b)
{
	usb_stream_run(b->host.stream, b->host.now_us);
}

/* Frames on USB, literally. */
#define REQUEST /* 3F0#02 b091ccc241c9, slot 0 */ \
	"\0\0\0\0\xf0\x03\0\0\x07\0\0\0\x02\xb0\x91\xcc\xc2\x41\xc9\0"
#define DATA(slot, id) slot "\0\0\0" id "\0\0\x02\0\0\0\xab\xcd\0\0\0\0\0\0"
#define RECEIVED(id) "\xff\xff\xff\xff" id "\0\0\x02\0\0\0\xab\xcd\0\0\0\0\0\0"

static inline uint32_t send(struct bridge *b, const char *record)
{
	return host_out(&b->host, 2, record, ROOM);
}

#endif
