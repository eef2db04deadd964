// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "op.h"

#include <errno.h>
#include <string.h>

#include "util/array.h"
#include "util/cursor.h"

#define VERSION 0x0111
#define OP_REQ_DEVLIST 0x8005
#define OP_REP_DEVLIST 0x0005
#define OP_REQ_IMPORT 0x8003
#define OP_REP_IMPORT 0x0003
#define OP_HEADER_LEN 8
#define PATH_LEN 256
#define STATUS_NO_DEVICE 4

static void put_text(struct util_cursor *c, const char *text, size_t size)
{
	size_t len = strnlen(text, size - 1);

	util_put_bytes(c, text, len);
	util_put_zeros(c, size - len);
}

/* @at: in a descriptor, little endian */
static void put_id(struct util_cursor *c, const uint8_t *at)
{
	util_put_be16(c, (uint16_t)(at[0] | at[1] << 8));
}

static void put_device(struct util_cursor *c, const struct usbip_export *what)
{
	const struct usb_device *d = what->device;
	const uint8_t *config = d->personality->config;

	put_text(c, what->path, PATH_LEN);
	put_text(c, what->busid, USBIP_BUSID_LEN);
	util_put_be32(c, what->busnum);
	util_put_be32(c, what->devnum);
	util_put_be32(c, what->speed);
	put_id(c, d->descriptor + 8);  /* idVendor */
	put_id(c, d->descriptor + 10); /* idProduct */
	put_id(c, d->descriptor + 12); /* bcdDevice */
	/* class, subclass, protocol */
	util_put_bytes(c, d->descriptor + 4, 3);
	util_put_u8(c, config[5]); /* bConfigurationValue */
	util_put_u8(c, d->descriptor[17]);
	util_put_u8(c, config[4]); /* bNumInterfaces */
}

static struct util_cursor begin(struct usbip_op *op, uint16_t code,
				uint32_t status)
{
	struct util_cursor c = util_cursor_on(op->answer, sizeof(op->answer));

	util_put_be16(&c, VERSION);
	util_put_be16(&c, code);
	util_put_be32(&c, status);
	return c;
}

static void list(struct usbip_op *op, const struct usbip_export *what)
{
	struct util_cursor c = begin(op, OP_REP_DEVLIST, 0);
	const uint8_t *at = NULL;

	op->state = USBIP_OP_LISTED;
	util_put_be32(&c, what->device != NULL);
	if (what->device) {
		put_device(&c, what);
		while ((at = usb_device_interface(what->device, at))) {
			util_put_bytes(&c, at + 5, 3);
			util_put_u8(&c, 0);
		}
	}
	op->answer_len = c.pos;
}

static void import(struct usbip_op *op, const struct usbip_export *what)
{
	const char *busid = (const char *)op->request + OP_HEADER_LEN;
	bool found = what->device &&
		     !strncmp(busid, what->busid, USBIP_BUSID_LEN);
	struct util_cursor c =
		begin(op, OP_REP_IMPORT, found ? 0 : STATUS_NO_DEVICE);

	op->state = found ? USBIP_OP_IMPORTED : USBIP_OP_REFUSED;
	if (found)
		put_device(&c, what);
	op->answer_len = c.pos;
}

static const struct op_row {
	uint16_t code;
	size_t len;
	void (*run)(struct usbip_op *op, const struct usbip_export *what);
} op_rows[] = {
	{ OP_REQ_DEVLIST, OP_HEADER_LEN, list },
	{ OP_REQ_IMPORT, OP_HEADER_LEN + USBIP_BUSID_LEN, import },
};

/* Return: NULL when what has come is not the begin of one. */
static const struct op_row *find_row(const struct usbip_op *op)
{
	struct util_cursor c = util_cursor_reading(op->request, OP_HEADER_LEN);
	uint16_t version = util_get_be16(&c);
	uint16_t code = util_get_be16(&c);

	for (size_t i = 0; i < ARRAY_SIZE(op_rows); i++)
		if (version == VERSION && op_rows[i].code == code)
			return &op_rows[i];
	return NULL;
}

/* Return: how many bytes @len are of a request of @want. */
static size_t take(struct usbip_op *op, const uint8_t *data, size_t len,
		   size_t want)
{
	size_t n = want - op->len < len ? want - op->len : len;

	memcpy(op->request + op->len, data, n);
	op->len += n;
	return n;
}

int usbip_op_feed(struct usbip_op *op, const struct usbip_export *what,
		  const uint8_t *data, size_t len)
{
	const struct op_row *row;
	size_t used = 0;

	if (op->state != USBIP_OP_ASKING)
		return -EPROTO;
	if (op->len < OP_HEADER_LEN)
		used = take(op, data, len, OP_HEADER_LEN);
	if (op->len < OP_HEADER_LEN)
		return (int)used;
	row = find_row(op);
	if (!row)
		return -EPROTO;
	used += take(op, data + used, len - used, row->len);
	if (op->len == row->len)
		row->run(op, what);
	return (int)used;
}
