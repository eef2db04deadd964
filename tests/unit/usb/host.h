/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_USB_HOST_H
#define UNIT_USB_HOST_H

/*
 * The kernel's end of a USB/IP connection, by hand: requests as the tables of
 * usbip-gsusb-bridge.md, section 2 lay them out, answers taken apart likewise.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "../../../sim/canmcu/usb/device.h"
#include "../../support/unit.h"

#define STALL (-EPIPE)

struct host {
	struct usb_stream *stream; /* of a device; @own, or another one's */
	struct usb_stream own;
	struct usb_device device;
	uint32_t seqnum; /* of the last request */
	uint64_t now_us;
};

static inline void host_put_be32(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 24);
	at[1] = (uint8_t)(value >> 16);
	at[2] = (uint8_t)(value >> 8);
	at[3] = (uint8_t)value;
}

static inline uint32_t host_be32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3];
}

static inline void host_feed(struct host *h, const void *data, size_t len)
{
	assert_int_equal(usb_stream_feed(h->stream, data, len, h->now_us),
			 (int)len);
}

/* @in: room for @len bytes, else @len bytes of @data. Return: its seqnum. */
static inline uint32_t host_submit(struct host *h, uint8_t ep, bool in,
				   const uint8_t *setup, const void *data,
				   uint32_t len)
{
	uint8_t header[48] = { 0 };

	host_put_be32(header, 1);
	host_put_be32(header + 0x04, ++h->seqnum);
	host_put_be32(header + 0x08, 0x00010002);
	host_put_be32(header + 0x0c, in);
	host_put_be32(header + 0x10, ep);
	host_put_be32(header + 0x14, in ? 0x200 : 0);
	host_put_be32(header + 0x18, len);
	if (setup)
		memcpy(header + 0x28, setup, 8);
	host_feed(h, header, sizeof(header));
	if (!in)
		host_feed(h, data, len);
	return h->seqnum;
}

static inline uint32_t host_out(struct host *h, uint8_t ep, const void *data,
				uint32_t len)
{
	return host_submit(h, ep, false, NULL, data, len);
}

static inline uint32_t host_in(struct host *h, uint8_t ep, uint32_t room)
{
	return host_submit(h, ep, true, NULL, NULL, room);
}

static inline uint32_t host_unlink(struct host *h, uint32_t seqnum)
{
	uint8_t header[48] = { 0 };

	host_put_be32(header, 2);
	host_put_be32(header + 0x04, ++h->seqnum);
	host_put_be32(header + 0x08, 0x00010002);
	host_put_be32(header + 0x14, seqnum);
	host_feed(h, header, sizeof(header));
	return h->seqnum;
}

/* Nothing (more) has come from the device. */
static inline void host_hears_nothing(struct host *h)
{
	const uint8_t *tx;

	assert_int_equal(usb_stream_tx(h->stream, &tx), 0);
}

static inline const uint8_t *host_hears(struct host *h, uint32_t command,
					uint32_t seqnum, int32_t status)
{
	static const uint8_t zeros[20];
	const uint8_t *tx;
	size_t len = usb_stream_tx(h->stream, &tx);

	assert_in_range(len, 48, USB_TX_SIZE);
	assert_int_equal(host_be32(tx), command);
	assert_int_equal(host_be32(tx + 0x04), seqnum);
	assert_memory_equal(tx + 0x08, zeros, 12);
	assert_int_equal((int32_t)host_be32(tx + 0x14), status);
	assert_memory_equal(tx + 0x1c, zeros, 20);
	return tx;
}

/* RET_SUBMIT of an OUT, or one that failed. */
static inline void host_hears_done(struct host *h, uint32_t seqnum, int status,
				   uint32_t actual)
{
	const uint8_t *tx = host_hears(h, 3, seqnum, status);

	assert_int_equal(host_be32(tx + 0x18), actual);
	usb_stream_sent(h->stream, 48);
}

/* RET_SUBMIT of an IN. */
static inline void host_hears_data(struct host *h, uint32_t seqnum,
				   const void *data, size_t len)
{
	const uint8_t *tx = host_hears(h, 3, seqnum, 0);

	assert_int_equal(host_be32(tx + 0x18), len);
	assert_memory_equal(tx + 48, data, len);
	usb_stream_sent(h->stream, 48 + len);
}

static inline void host_hears_unlinked(struct host *h, uint32_t seqnum,
				       int status)
{
	const uint8_t *tx = host_hears(h, 4, seqnum, status);

	assert_int_equal(host_be32(tx + 0x18), 0);
	usb_stream_sent(h->stream, 48);
}

/* One line of a recording. */
struct control {
	uint8_t setup[8];
	const char *data; /* OUT: what goes; IN: what has to come */
	int len;	  /* of @data, or STALL */
};

#define BYTES(text) (text), sizeof(text) - 1

/* A control request and its answer, which has to come at once. */
static inline void host_control(struct host *h, const struct control *c)
{
	uint32_t length = (uint32_t)(c->setup[6] | c->setup[7] << 8);
	bool in = length && c->setup[0] & 0x80;
	uint32_t seqnum = host_submit(h, 0, in, c->setup, c->data, length);

	if (c->len < 0)
		host_hears_done(h, seqnum, c->len, 0);
	else if (in)
		host_hears_data(h, seqnum, c->data, (size_t)c->len);
	else
		host_hears_done(h, seqnum, 0, length);
	host_hears_nothing(h);
}

/* A device is plugged in. */
static inline void host_attach(struct host *h,
			       const struct usb_personality *personality,
			       void *self, const struct usb_identity *identity)
{
	h->seqnum = 0x1000;
	usb_device_init(&h->device, personality, self, identity);
	h->stream = &h->own;
	usb_stream_init(h->stream, &usb_device_ops, &h->device);
}

/* ... and has got its driver. */
static inline void host_configure(struct host *h)
{
	host_control(h, &(struct control){ { 0x00, 9, 1 }, NULL, 0 });
}

static inline void host_detach(struct host *h)
{
	usb_stream_reset(h->stream);
}

#endif
