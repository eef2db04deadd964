// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "usbip.h"

#include <errno.h>

#include "util/cursor.h"

#define EP_MAX 15
/* What the documentation gives for "no isochronous packets"; the kernel: 0. */
#define NO_PACKETS 0xffffffff

static int decode_submit(struct usbip_request *out, struct util_cursor *c,
			 uint32_t direction, uint32_t ep)
{
	uint32_t packets;

	util_get_be32(c); /* transfer_flags */
	out->length = util_get_be32(c);
	util_get_be32(c); /* start_frame */
	packets = util_get_be32(c);
	util_get_be32(c); /* interval */
	util_get_bytes(c, out->setup, sizeof(out->setup));
	if (direction > 1 || ep > EP_MAX || out->length > INT32_MAX)
		return -EPROTO;
	if (packets && packets != NO_PACKETS)
		return -EPROTO;
	out->in = direction == 1;
	out->ep = (uint8_t)ep;
	return 0;
}

int usbip_decode_request(struct usbip_request *out,
			 const uint8_t header[static USBIP_HEADER_LEN])
{
	struct util_cursor c = util_cursor_reading(header, USBIP_HEADER_LEN);
	uint32_t command = util_get_be32(&c);
	uint32_t direction, ep;

	*out = (struct usbip_request){ .command = command };
	out->seqnum = util_get_be32(&c);
	util_get_be32(&c); /* devid */
	direction = util_get_be32(&c);
	ep = util_get_be32(&c);
	if (command == USBIP_CMD_SUBMIT)
		return decode_submit(out, &c, direction, ep);
	if (command != USBIP_CMD_UNLINK)
		return -EPROTO;
	out->unlink = util_get_be32(&c);
	return 0;
}

/* devid, direction and endpoint may be 0 in an answer. */
static struct util_cursor begin(uint8_t *out, enum usbip_command command,
				uint32_t seqnum, int32_t status)
{
	struct util_cursor c = util_cursor_on(out, USBIP_HEADER_LEN);

	util_put_be32(&c, command);
	util_put_be32(&c, seqnum);
	util_put_zeros(&c, 12);
	util_put_be32(&c, (uint32_t)status);
	return c;
}

void usbip_encode_ret_submit(uint8_t out[static USBIP_HEADER_LEN],
			     uint32_t seqnum, int32_t status, uint32_t length)
{
	struct util_cursor c = begin(out, USBIP_RET_SUBMIT, seqnum, status);

	util_put_be32(&c, length);
	util_put_zeros(&c, util_cursor_left(&c));
}

void usbip_encode_ret_unlink(uint8_t out[static USBIP_HEADER_LEN],
			     uint32_t seqnum, int32_t status)
{
	struct util_cursor c = begin(out, USBIP_RET_UNLINK, seqnum, status);

	util_put_zeros(&c, util_cursor_left(&c));
}
