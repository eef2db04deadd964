// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "cdc.h"

#include <errno.h>
#include <string.h>

#include "descriptor.h"
#include "util/array.h"
#include "util/cursor.h"

#define EP_IN 1
#define EP_OUT 2
#define EP_NOTIFY 3
#define DTR 0x01
#define TOUCH_RATE 1200

/* usbip-gsusb-bridge.md, section 3.2 */
static const uint8_t klipper_descriptor[] = {
	USB_DEVICE(0x0200, 2, 16, CDC_VID, CDC_PID_KLIPPER, 0x0100),
};
static const uint8_t katapult_descriptor[] = {
	USB_DEVICE(0x0200, 2, 16, CDC_VID, CDC_PID_KATAPULT, 0x0100),
};
/* header 1.10; ACM with line coding, state and break; union of 0 and 1 */
#define FUNCTIONS 5, 0x24, 0, 0x10, 1, 4, 0x24, 2, 6, 5, 0x24, 6, 0, 1
static const uint8_t config_descriptor[] = {
	USB_CONFIG(62, 2, 0xc0, 100),
	/* communications, ACM, V.25ter */
	USB_INTERFACE(0, 1, 0x02, 0x02, 0x01, 0),
	FUNCTIONS,
	USB_INTERRUPT(EP_NOTIFY | 0x80, 8, 255),
	USB_INTERFACE(1, 2, 0x0a, 0, 0, 0), /* data */
	USB_BULK(EP_OUT),
	USB_BULK(EP_IN | 0x80),
};

void cdc_init(struct cdc *cdc, const struct cdc_env *env)
{
	*cdc = (struct cdc){ .env = env };
}

bool cdc_send(struct cdc *cdc, const uint8_t *data, size_t len)
{
	if (len > sizeof(cdc->tx) - cdc->tx_len)
		return false;
	memcpy(cdc->tx + cdc->tx_len, data, len);
	cdc->tx_len += len;
	return true;
}

uint32_t cdc_rate(const struct cdc *cdc)
{
	struct util_cursor c = util_cursor_reading(cdc->line_coding, 4);

	return util_get_le32(&c);
}

static int out(void *self, uint8_t ep, const uint8_t *data, uint32_t len,
	       uint64_t now_us)
{
	const struct cdc_env *env = ((struct cdc *)self)->env;
	size_t taken = len ? env->receive(env->arg, data, len, now_us) : 0;

	(void)ep;
	return len && !taken ? -EAGAIN : (int)taken;
}

static int in(void *self, uint8_t ep, uint8_t *data, uint32_t room,
	      uint64_t now_us)
{
	struct cdc *cdc = self;
	size_t len = cdc->tx_len < room ? cdc->tx_len : room;

	(void)now_us;
	/* firmware never notifies anything */
	if (ep != EP_IN || !len)
		return -EAGAIN;
	memcpy(data, cdc->tx, len);
	cdc->tx_len -= len;
	memmove(cdc->tx, cdc->tx + len, cdc->tx_len);
	return (int)len;
}

/* After each of the two requests: can-admin-channel.md, section 11.1. */
static void evaluate(const struct cdc *cdc, uint64_t now_us)
{
	if (cdc->env->touch && cdc_rate(cdc) == TOUCH_RATE &&
	    !(cdc->lines & DTR))
		cdc->env->touch(cdc->env->arg, now_us);
}

static int set_line_coding(void *self, const struct usb_control *c,
			   uint8_t *reply, uint64_t now_us)
{
	struct cdc *cdc = self;

	(void)reply;
	if (c->value || c->index)
		return -EPIPE;
	memcpy(cdc->line_coding, c->data, sizeof(cdc->line_coding));
	evaluate(cdc, now_us);
	return 0;
}

static int get_line_coding(void *self, const struct usb_control *c,
			   uint8_t *reply, uint64_t now_us)
{
	const struct cdc *cdc = self;

	(void)c;
	(void)now_us;
	memcpy(reply, cdc->line_coding, sizeof(cdc->line_coding));
	return sizeof(cdc->line_coding);
}

static int set_line_state(void *self, const struct usb_control *c,
			  uint8_t *reply, uint64_t now_us)
{
	struct cdc *cdc = self;

	(void)reply;
	if (c->index)
		return -EPIPE;
	cdc->lines = c->value;
	evaluate(cdc, now_us);
	return 0;
}

static const struct usb_request_row requests[] = {
	{ 0x21, 0x20, CDC_LINE_CODING_LEN, set_line_coding },
	{ 0xa1, 0x21, USB_ANY_LENGTH, get_line_coding },
	{ 0x21, 0x22, 0, set_line_state },
};

#define PERSONALITY(descriptor)                                                \
	{                                                                      \
		.device = (descriptor), .config = config_descriptor,           \
		.config_len = sizeof(config_descriptor), .requests = requests, \
		.requests_len = ARRAY_SIZE(requests), .out = out, .in = in     \
	}
const struct usb_personality cdc_klipper_personality =
	PERSONALITY(klipper_descriptor);
const struct usb_personality cdc_katapult_personality =
	PERSONALITY(katapult_descriptor);
