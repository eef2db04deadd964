// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Chapter 9 of the USB 2.0 specification, as far as Linux asks for it. */
#include "device.h"

#include <errno.h>
#include <string.h>

#include "util/array.h"

#define TYPE_MASK 0x60 /* 0: a standard request */
#define FEATURE_ENDPOINT_HALT 0
#define ENGLISH_US "\x04\x03\x09\x04"
#define STRING_CHARS_MAX 126

enum descriptor {
	DESCRIPTOR_DEVICE = 1,
	DESCRIPTOR_CONFIG,
	DESCRIPTOR_STRING,
	DESCRIPTOR_INTERFACE,
	DESCRIPTOR_ENDPOINT,
};

/* Return: the descriptor behind @at, or the first one; NULL at the end. */
static const uint8_t *next_descriptor(const struct usb_personality *p,
				      const uint8_t *at)
{
	at = at ? at + at[0] : p->config;
	return at < p->config + p->config_len ? at : NULL;
}

const uint8_t *usb_device_interface(const struct usb_device *d,
				    const uint8_t *at)
{
	do
		at = next_descriptor(d->personality, at);
	while (at && at[1] != DESCRIPTOR_INTERFACE);
	return at;
}

static bool has_interface(const struct usb_device *d, uint16_t interface,
			  uint16_t alternate)
{
	const uint8_t *at = NULL;

	while ((at = usb_device_interface(d, at)))
		if (at[2] == interface && at[3] == alternate)
			return true;
	return false;
}

void usb_device_init(struct usb_device *d,
		     const struct usb_personality *personality, void *self,
		     const struct usb_identity *identity)
{
	const uint8_t *at = NULL;

	*d = (struct usb_device){ .personality = personality,
				  .self = self,
				  .identity = *identity };
	memcpy(d->descriptor, personality->device, sizeof(d->descriptor));
	if (identity->vid) {
		d->descriptor[8] = (uint8_t)identity->vid;
		d->descriptor[9] = (uint8_t)(identity->vid >> 8);
		d->descriptor[10] = (uint8_t)identity->pid;
		d->descriptor[11] = (uint8_t)(identity->pid >> 8);
	}
	while ((at = next_descriptor(personality, at)))
		if (at[1] == DESCRIPTOR_ENDPOINT)
			d->endpoints |= usb_endpoint_bit(at[2]);
}

/* Standard requests. Return: bytes put to @reply, or -EPIPE. */

static int put(uint8_t *reply, const void *data, size_t len)
{
	memcpy(reply, data, len);
	return (int)len;
}

static int get_string(const struct usb_device *d, uint8_t index, uint8_t *reply)
{
	const char *text;
	size_t len;

	if (index == 0)
		return put(reply, ENGLISH_US, 4);
	text = index < USB_STRING_COUNT ? d->identity.strings[index] : NULL;
	if (!text)
		return -EPIPE;
	len = strnlen(text, STRING_CHARS_MAX);
	for (size_t i = 0; i < len; i++) {
		reply[2 + 2 * i] = (uint8_t)text[i];
		reply[3 + 2 * i] = 0;
	}
	reply[0] = (uint8_t)(2 + 2 * len);
	reply[1] = DESCRIPTOR_STRING;
	return reply[0];
}

static int get_descriptor(struct usb_device *d, const struct usb_control *c,
			  uint8_t *reply)
{
	uint8_t index = (uint8_t)c->value;

	switch (c->value >> 8) {
	case DESCRIPTOR_DEVICE:
		return put(reply, d->descriptor, sizeof(d->descriptor));
	case DESCRIPTOR_CONFIG:
		if (index)
			return -EPIPE;
		return put(reply, d->personality->config,
			   d->personality->config_len);
	case DESCRIPTOR_STRING:
		return get_string(d, index, reply);
	default: /* among them the qualifier: a full speed device has none */
		return -EPIPE;
	}
}

/* Klipper's bridge says the same whatever its descriptor says of its supply. */
static int get_status(struct usb_device *d, const struct usb_control *c,
		      uint8_t *reply)
{
	(void)d;
	(void)c;
	return put(reply, "\0\0", 2);
}

/* Return: 0 when there is no such endpoint. */
static uint32_t endpoint_of(const struct usb_device *d,
			    const struct usb_control *c)
{
	return usb_endpoint_bit((uint8_t)c->index) & d->endpoints;
}

static int get_endpoint_status(struct usb_device *d,
			       const struct usb_control *c, uint8_t *reply)
{
	uint32_t endpoint = endpoint_of(d, c);

	if (!endpoint)
		return -EPIPE;
	return put(reply, d->halted & endpoint ? "\1\0" : "\0\0", 2);
}

static int clear_halt(struct usb_device *d, const struct usb_control *c,
		      uint8_t *reply)
{
	(void)reply;
	if (c->value != FEATURE_ENDPOINT_HALT || !endpoint_of(d, c))
		return -EPIPE;
	d->halted &= ~endpoint_of(d, c);
	return 0;
}

static int set_halt(struct usb_device *d, const struct usb_control *c,
		    uint8_t *reply)
{
	(void)reply;
	if (c->value != FEATURE_ENDPOINT_HALT || !endpoint_of(d, c))
		return -EPIPE;
	d->halted |= endpoint_of(d, c);
	return 0;
}

static int get_configuration(struct usb_device *d, const struct usb_control *c,
			     uint8_t *reply)
{
	(void)c;
	return put(reply, &d->configuration, 1);
}

static int set_configuration(struct usb_device *d, const struct usb_control *c,
			     uint8_t *reply)
{
	(void)reply;
	if (c->value && c->value != d->personality->config[5])
		return -EPIPE;
	d->configuration = (uint8_t)c->value;
	d->halted = 0;
	memset(d->alternate, 0, sizeof(d->alternate));
	return 0;
}

static int get_interface(struct usb_device *d, const struct usb_control *c,
			 uint8_t *reply)
{
	if (!d->configuration || !has_interface(d, c->index, 0))
		return -EPIPE;
	return put(reply, &d->alternate[c->index], 1);
}

static int set_interface(struct usb_device *d, const struct usb_control *c,
			 uint8_t *reply)
{
	(void)reply;
	if (!d->configuration || !has_interface(d, c->index, c->value))
		return -EPIPE;
	d->alternate[c->index] = (uint8_t)c->value;
	return 0;
}

/* SET_ADDRESS is not here: the kernel answers it for us. */
static const struct standard_row {
	uint8_t type;
	uint8_t request;
	int (*run)(struct usb_device *d, const struct usb_control *c,
		   uint8_t *reply);
} standard_rows[] = {
	{ 0x80, 0, get_status },
	{ 0x81, 0, get_status },
	{ 0x82, 0, get_endpoint_status },
	{ 0x02, 1, clear_halt },
	{ 0x02, 3, set_halt },
	{ 0x80, 6, get_descriptor },
	{ 0x80, 8, get_configuration },
	{ 0x00, 9, set_configuration },
	{ 0x81, 10, get_interface },
	{ 0x01, 11, set_interface },
};

static int standard(struct usb_device *d, const struct usb_control *c,
		    uint8_t *reply)
{
	const struct standard_row *row = standard_rows;
	size_t n = ARRAY_SIZE(standard_rows);

	for (size_t i = 0; i < n; i++, row++)
		if (row->type == c->type && row->request == c->request)
			return row->run(d, c, reply);
	return -EPIPE;
}

static int personal(struct usb_device *d, const struct usb_control *c,
		    uint8_t *reply, uint64_t now_us)
{
	const struct usb_personality *p = d->personality;
	const struct usb_request_row *row = p->requests;

	for (size_t i = 0; i < p->requests_len; i++, row++) {
		if (row->type != c->type || row->request != c->request)
			continue;
		if (row->length != USB_ANY_LENGTH && row->length != c->length)
			return -EPIPE;
		return row->run(d->self, c, reply, now_us);
	}
	return -EPIPE;
}

static int control(void *arg, const struct usb_control *c, uint8_t *reply,
		   uint64_t now_us)
{
	struct usb_device *d = arg;
	int len = c->type & TYPE_MASK ? personal(d, c, reply, now_us) :
					standard(d, c, reply);

	return len > c->length ? c->length : len;
}

/* Return: whether there is such an endpoint, and it works. */
static bool works(const struct usb_device *d, uint8_t address)
{
	return d->configuration &&
	       usb_endpoint_bit(address) & d->endpoints & ~d->halted;
}

static int out(void *arg, uint8_t ep, const uint8_t *data, uint32_t len,
	       uint64_t now_us)
{
	struct usb_device *d = arg;

	if (!d->personality->out || !works(d, ep))
		return -EPIPE;
	return d->personality->out(d->self, ep, data, len, now_us);
}

static int in(void *arg, uint8_t ep, uint8_t *data, uint32_t room,
	      uint64_t now_us)
{
	struct usb_device *d = arg;

	if (!d->personality->in || !works(d, ep | 0x80))
		return -EPIPE;
	return d->personality->in(d->self, ep, data, room, now_us);
}

const struct usb_stream_ops usb_device_ops = {
	.control = control,
	.out = out,
	.in = in,
};
