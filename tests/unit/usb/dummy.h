/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_USB_DUMMY_H
#define UNIT_USB_DUMMY_H

/*
 * A device that does what the test says, and bytes of its connection in full, as
 * usbip-gsusb-bridge.md has them.
 */
#include "host.h"

/* A device that does what the test says. */
struct dummy {
	struct usb_control control; /* the last one */
	uint8_t data[64];	    /* of it */
	int control_result;
	int out_result;
	int in_result;
	uint8_t got[4096]; /* from all endpoints */
	size_t got_len;
	unsigned int asked;
};

static inline int dummy_control(void *arg, const struct usb_control *c,
				uint8_t *reply, uint64_t now_us)
{
	struct dummy *d = arg;

	(void)now_us;
	d->asked++;
	d->control = *c;
	if (c->data && c->length <= sizeof(d->data))
		memcpy(d->data, c->data, c->length);
	memset(reply, 0xcc, USB_ANSWER_MAX);
	return d->control_result;
}

static inline int dummy_out(void *arg, uint8_t ep, const uint8_t *data,
			    uint32_t len, uint64_t now_us)
{
	struct dummy *d = arg;
	int n = d->out_result;

	(void)ep;
	(void)now_us;
	d->asked++;
	if (n > 0)
		n = (uint32_t)n < len ? n : (int)len;
	if (n > 0) {
		assert_in_range(d->got_len + (size_t)n, 0, sizeof(d->got));
		memcpy(d->got + d->got_len, data, (size_t)n);
		d->got_len += (size_t)n;
	}
	/* takes once, and then no more */
	if (d->out_result > 0)
		d->out_result = -EAGAIN;
	return n;
}

static inline int dummy_in(void *arg, uint8_t ep, uint8_t *data, uint32_t room,
			   uint64_t now_us)
{
	struct dummy *d = arg;
	int n = d->in_result;

	(void)now_us;
	d->asked++;
	memset(data, ep, room);
	/* gives once, and then no more */
	if (n >= 0)
		d->in_result = -EAGAIN;
	return n;
}

static const struct usb_stream_ops dummy_ops = {
	.control = dummy_control,
	.out = dummy_out,
	.in = dummy_in,
};

static struct dummy dummy;

static inline struct host *new_host(void)
{
	struct host *h = calloc(1, sizeof(*h));

	assert_non_null(h);
	dummy = (struct dummy){ .control_result = -EAGAIN,
				.out_result = -EAGAIN,
				.in_result = -EAGAIN };
	h->stream = &h->own;
	usb_stream_init(h->stream, &dummy_ops, &dummy);
	return h;
}

static inline void end(struct host *h)
{
	host_detach(h);
	free(h);
}

static inline void give(struct host *h, int len)
{
	dummy.in_result = len;
	usb_stream_run(h->stream, h->now_us);
}

/* The tables of section 2, written out once in full. */
static const uint8_t get_descriptor[48] = {
	0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x2a, 0x00, 0x01, 0x00, 0x02,
	0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00,
	0x00, 0x00, 0x00, 0x40, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x80, 0x06, 0x00, 0x01, 0x00, 0x00, 0x40, 0x00,
};
static const uint8_t answered[48 + 2] = {
	0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x2a, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xcc, 0xcc,
};
static const uint8_t stalled[48] = {
	0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x2a, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xe0,
};
static const uint8_t unlink_it[48] = {
	0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x2b, 0x00, 0x01, 0x00, 0x02,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x2a,
};
static const uint8_t unlinked[48] = {
	0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x2b, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0x98,
};

static inline void assert_tx(struct host *h, const void *want, size_t len)
{
	const uint8_t *tx;

	assert_int_equal(usb_stream_tx(h->stream, &tx), len);
	assert_memory_equal(tx, want, len);
	usb_stream_sent(h->stream, len);
}

#endif
