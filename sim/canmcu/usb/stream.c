// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/cursor.h"

/* A SUBMIT without its answer. */
struct usb_urb {
	struct usb_urb *next;
	struct usbip_request request;
	uint32_t filled; /* bytes of the payload that have come */
	uint32_t taken;	 /* bytes of the payload that the device has */
	uint8_t payload[];
};

void usb_stream_init(struct usb_stream *s, const struct usb_stream_ops *ops,
		     void *arg)
{
	memset(s, 0, sizeof(*s));
	s->ops = ops;
	s->arg = arg;
}

static struct usb_urb *pop(struct usb_fifo *fifo)
{
	struct usb_urb *urb = fifo->first;

	if (!urb)
		return NULL;
	fifo->first = urb->next;
	if (!fifo->first)
		fifo->last = NULL;
	return urb;
}

void usb_stream_reset(struct usb_stream *s)
{
	struct usb_urb *urb;

	for (size_t i = 0; i < USB_ENDPOINTS * 2; i++)
		while ((urb = pop(&s->waiting[i / 2][i % 2])))
			free(urb);
	free(s->coming);
	usb_stream_init(s, s->ops, s->arg);
}

/* What goes to the kernel. */

size_t usb_stream_tx(const struct usb_stream *s, const uint8_t **data)
{
	*data = s->tx + s->tx_first;
	return s->tx_len;
}

void usb_stream_sent(struct usb_stream *s, size_t len)
{
	s->tx_first += len;
	s->tx_len -= len;
	if (!s->tx_len)
		s->tx_first = 0;
}

/* Return: room for @len bytes in one piece, or NULL. */
static uint8_t *tx_room(struct usb_stream *s, size_t len)
{
	if (len > sizeof(s->tx) - s->tx_len)
		return NULL;
	if (len > sizeof(s->tx) - s->tx_len - s->tx_first) {
		memmove(s->tx, s->tx + s->tx_first, s->tx_len);
		s->tx_first = 0;
	}
	return s->tx + s->tx_first + s->tx_len;
}

/* Answer what the device is not asked about; there is room. */
static void refuse(struct usb_stream *s, int status)
{
	usbip_encode_ret_submit(tx_room(s, USBIP_HEADER_LEN), s->request.seqnum,
				status, 0);
	s->tx_len += USBIP_HEADER_LEN;
}

/* SUBMITs, from the kernel to the device and back. */

static int ask_control(struct usb_stream *s, struct usb_urb *urb,
		       uint8_t *reply, uint64_t now_us)
{
	struct util_cursor c =
		util_cursor_reading(urb->request.setup, USBIP_SETUP_LEN);
	struct usb_control control = { .type = util_get_u8(&c) };
	int len;

	control.request = util_get_u8(&c);
	control.value = util_get_le16(&c);
	control.index = util_get_le16(&c);
	control.length = util_get_le16(&c);
	/* without data it goes out, whatever the type says */
	if (control.length && !(control.type & 0x80) == urb->request.in)
		return -EPIPE;
	if (urb->request.in)
		return s->ops->control(s->arg, &control, reply, now_us);
	if (control.length != urb->request.length)
		return -EPIPE;
	control.data = urb->payload;
	len = s->ops->control(s->arg, &control, reply, now_us);
	if (len < 0)
		return len;
	urb->taken = urb->request.length;
	return 0;
}

static int ask_out(struct usb_stream *s, struct usb_urb *urb, uint64_t now_us)
{
	uint32_t left;
	int len;

	do {
		left = urb->request.length - urb->taken;
		len = s->ops->out(s->arg, urb->request.ep,
				  urb->payload + urb->taken, left, now_us);
		if (len < 0)
			return len;
		urb->taken += (uint32_t)len < left ? (uint32_t)len : left;
	} while (len && urb->taken < urb->request.length);
	return urb->taken < urb->request.length ? -EAGAIN : 0;
}

static uint32_t answer_max(const struct usb_urb *urb)
{
	return urb->request.length < USB_ANSWER_MAX ? urb->request.length :
						      USB_ANSWER_MAX;
}

/* Return: as the functions of usb_stream_ops. */
static int ask(struct usb_stream *s, struct usb_urb *urb, uint8_t *answer,
	       uint64_t now_us)
{
	if (urb->request.ep == 0)
		return ask_control(s, urb, answer, now_us);
	if (!urb->request.in)
		return ask_out(s, urb, now_us);
	return s->ops->in(s->arg, urb->request.ep, answer, answer_max(urb),
			  now_us);
}

/* Return: true when the oldest SUBMIT of @fifo has got its answer. */
static bool answer_one(struct usb_stream *s, struct usb_fifo *fifo,
		       uint64_t now_us)
{
	struct usb_urb *urb = fifo->first;
	uint32_t max, len = 0;
	uint8_t *tx;
	int status;

	if (!urb)
		return false;
	tx = tx_room(s, USBIP_HEADER_LEN + USB_ANSWER_MAX);
	if (!tx)
		return false;
	status = ask(s, urb, tx + USBIP_HEADER_LEN, now_us);
	if (status == -EAGAIN)
		return false;
	/* more than there is room for would cost us the connection */
	max = urb->request.in ? answer_max(urb) : 0;
	if (status > 0)
		len = (uint32_t)status < max ? (uint32_t)status : max;
	usbip_encode_ret_submit(tx, urb->request.seqnum,
				status < 0 ? status : 0,
				urb->request.in ? len : urb->taken);
	s->tx_len += USBIP_HEADER_LEN + len;
	s->pending--;
	free(pop(fifo));
	return true;
}

void usb_stream_run(struct usb_stream *s, uint64_t now_us)
{
	bool again;

	/* what went out on one endpoint may bring an answer on another */
	do {
		again = false;
		for (size_t i = 0; i < USB_ENDPOINTS * 2; i++)
			while (answer_one(s, &s->waiting[i / 2][i % 2], now_us))
				again = true;
	} while (again);
}

static void file(struct usb_stream *s, struct usb_urb *urb, uint64_t now_us)
{
	uint8_t ep = urb->request.ep;
	struct usb_fifo *fifo = &s->waiting[ep][ep && urb->request.in];

	if (fifo->last)
		fifo->last->next = urb;
	else
		fifo->first = urb;
	fifo->last = urb;
	usb_stream_run(s, now_us);
}

/* Return: false when nothing like that waits. */
static bool forget(struct usb_stream *s, struct usb_fifo *fifo, uint32_t seqnum)
{
	struct usb_urb *before = NULL;
	struct usb_urb *urb = fifo->first;

	while (urb && urb->request.seqnum != seqnum) {
		before = urb;
		urb = urb->next;
	}
	if (!urb)
		return false;
	if (before)
		before->next = urb->next;
	else
		fifo->first = urb->next;
	if (fifo->last == urb)
		fifo->last = before;
	s->pending--;
	free(urb);
	return true;
}

/* Messages from the kernel. */

static void unlink_urb(struct usb_stream *s)
{
	bool found = false;

	for (size_t i = 0; i < USB_ENDPOINTS * 2 && !found; i++)
		found = forget(s, &s->waiting[i / 2][i % 2], s->request.unlink);
	usbip_encode_ret_unlink(tx_room(s, USBIP_HEADER_LEN), s->request.seqnum,
				found ? -ECONNRESET : 0);
	s->tx_len += USBIP_HEADER_LEN;
}

static void submit(struct usb_stream *s, uint64_t now_us)
{
	uint32_t payload = s->request.in ? 0 : s->request.length;
	struct usb_urb *urb;

	if (payload > USB_PAYLOAD_MAX || s->pending == USB_PENDING_MAX) {
		s->skip = payload;
		refuse(s, payload > USB_PAYLOAD_MAX ? -EMSGSIZE : -ENOMEM);
		return;
	}
	urb = calloc(1, sizeof(*urb) + payload);
	if (!urb) {
		s->err = -ENOMEM;
		return;
	}
	urb->request = s->request;
	s->pending++;
	if (payload)
		s->coming = urb;
	else
		file(s, urb, now_us);
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t take_payload(struct usb_stream *s, const uint8_t *data,
			   size_t len, uint64_t now_us)
{
	struct usb_urb *urb = s->coming;
	size_t n = smaller(len, urb->request.length - urb->filled);

	memcpy(urb->payload + urb->filled, data, n);
	urb->filled += (uint32_t)n;
	if (urb->filled == urb->request.length) {
		s->coming = NULL;
		file(s, urb, now_us);
	}
	return n;
}

static size_t take_header(struct usb_stream *s, const uint8_t *data, size_t len,
			  uint64_t now_us)
{
	size_t n = smaller(len, USBIP_HEADER_LEN - s->header_len);

	memcpy(s->header + s->header_len, data, n);
	s->header_len += n;
	if (s->header_len < USBIP_HEADER_LEN)
		return n;
	s->header_len = 0;
	s->err = usbip_decode_request(&s->request, s->header);
	if (s->err)
		return n;
	if (s->request.command == USBIP_CMD_UNLINK)
		unlink_urb(s);
	else
		submit(s, now_us);
	return n;
}

int usb_stream_feed(struct usb_stream *s, const uint8_t *data, size_t len,
		    uint64_t now_us)
{
	size_t used = 0;

	while (used < len && !s->err) {
		size_t n = smaller(len - used, s->skip);

		if (s->skip)
			s->skip -= (uint32_t)n;
		else if (s->coming)
			n = take_payload(s, data + used, len - used, now_us);
		else if (tx_room(s, USBIP_HEADER_LEN))
			n = take_header(s, data + used, len - used, now_us);
		else
			break;
		used += n;
	}
	return s->err ? s->err : (int)used;
}
