// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/usb/op.c sim/canmcu/usb/stream.c sim/canmcu/usb/usbip.c
// needs: sim/canmcu/usb/device.c sim/canmcu/usb/gsusb.c sim/canmcu/usb/cdc.c
/* usbip(8) on TCP: usbip-gsusb-bridge.md, section 8 */
#include "host.h"

#include "../../../sim/canmcu/usb/cdc.h"
#include "../../../sim/canmcu/usb/gsusb.h"
#include "../../../sim/canmcu/usb/op.h"

static const uint8_t devlist[8] = { 0x01, 0x11, 0x80, 0x05 };
static const uint8_t import[40] = { 0x01, 0x11, 0x80, 0x03, 0,	0,
				    0,	  0,	'1',  '-',  '1' };
static const uint8_t other_busid[40] = { 0x01, 0x11, 0x80, 0x03, 0,   0,
					 0,    0,    '1',  '-',	 '1', '1' };
static const uint8_t other_version[8] = { 0x01, 0x10, 0x80, 0x05 };
static const uint8_t other_code[8] = { 0x01, 0x11, 0x80, 0x04 };

/* From byte 0x120 of the record: busnum, devnum, speed, ids and classes. */
#define GSUSB_RECORD_TAIL                                  \
	"\0\0\0\1\0\0\0\2\0\0\0\2\x1d\x50\x60\x6f\x00\x00" \
	"\0\0\0\1\1\1"
#define CDC_RECORD_TAIL                                    \
	"\0\0\0\1\0\0\0\2\0\0\0\2\x1d\x50\x61\x77\x01\x00" \
	"\2\0\0\1\1\2"

static struct usb_device device;

static struct usbip_export export_of(const struct usb_personality *personality)
{
	usb_device_init(&device, personality, NULL,
			&(struct usb_identity){ 0 });
	return (struct usbip_export){ "/sys/x", "1-1", 1, 2, 2, &device };
}

static void feed(struct usbip_op *op, const struct usbip_export *what,
		 const uint8_t *request, size_t len)
{
	/* byte by byte */
	for (size_t i = 0; i < len; i++) {
		assert_int_equal(op->state, USBIP_OP_ASKING);
		assert_int_equal(usbip_op_feed(op, what, request + i, 1), 1);
	}
}

static void assert_record(const uint8_t *at, const char *tail)
{
	uint8_t want[312] = "/sys/x";

	memcpy(want + 256, "1-1", 3);
	memcpy(want + 288, tail, 24);
	assert_memory_equal(at, want, sizeof(want));
}

static void test_list(void **state)
{
	static const uint8_t head[12] = { 0x01, 0x11, 0x00, 0x05, 0, 0,
					  0,	0,    0,    0,	  0, 1 };
	struct usbip_export what = export_of(&cdc_katapult_personality);
	struct usbip_op op = { 0 };

	(void)state;
	feed(&op, &what, devlist, sizeof(devlist));
	assert_int_equal(op.state, USBIP_OP_LISTED);
	assert_int_equal(op.answer_len, 12 + 312 + 2 * 4);
	assert_memory_equal(op.answer, head, sizeof(head));
	assert_record(op.answer + 12, CDC_RECORD_TAIL);
	assert_memory_equal(op.answer + 12 + 312, "\2\2\1\0\x0a\0\0\0", 8);
	assert_int_equal(usbip_op_feed(&op, &what, devlist, 1), -EPROTO);
}

static void test_empty_list(void **state)
{
	static const uint8_t want[12] = { 0x01, 0x11, 0x00, 0x05 };
	struct usbip_export what = { "/sys/x", "1-1", 1, 2, 2, NULL };
	struct usbip_op op = { 0 };

	(void)state;
	feed(&op, &what, devlist, sizeof(devlist));
	assert_int_equal(op.answer_len, sizeof(want));
	assert_memory_equal(op.answer, want, sizeof(want));
}

static void test_import(void **state)
{
	static const uint8_t head[8] = { 0x01, 0x11, 0x00, 0x03 };
	struct usbip_export what = export_of(&gsusb_personality);
	struct usbip_op op = { 0 };
	uint8_t bytes[41];

	(void)state;
	memcpy(bytes, import, 40);
	bytes[40] = 0; /* of the first SUBMIT */
	assert_int_equal(usbip_op_feed(&op, &what, bytes, 41), 40);
	assert_int_equal(op.state, USBIP_OP_IMPORTED);
	assert_int_equal(op.answer_len, 320);
	assert_memory_equal(op.answer, head, sizeof(head));
	assert_record(op.answer + 8, GSUSB_RECORD_TAIL);
}

static const struct refused {
	const char *name;
	const uint8_t *request;
	bool plugged;
	size_t len;
} refused[] = {
	{ "another busid is not found", other_busid, true, 40 },
	{ "nothing is found when nothing is plugged in", import, false, 40 },
	{ "another version is no request", other_version, true, 8 },
	{ "another code is no request", other_code, true, 8 },
};

static void test_refused(void **state)
{
	static const uint8_t want[8] = { 0x01, 0x11, 0x00, 0x03, 0, 0, 0, 4 };
	const struct refused *row = *state;
	struct usbip_export what = export_of(&gsusb_personality);
	struct usbip_op op = { 0 };
	int n;

	if (!row->plugged)
		what.device = NULL;
	n = usbip_op_feed(&op, &what, row->request, row->len);
	if (row->len == 8) {
		assert_int_equal(n, -EPROTO);
		return;
	}
	assert_int_equal(n, 40);
	assert_int_equal(op.state, USBIP_OP_REFUSED);
	assert_int_equal(op.answer_len, sizeof(want));
	assert_memory_equal(op.answer, want, sizeof(want));
}

int main(void)
{
	struct CMUnitTest tests[16] = {
		{ "usbip list", test_list },
		{ "usbip list with nothing to list", test_empty_list },
		{ "usbip attach", test_import },
	};
	size_t n = 3;

	ROWS(refused, test_refused);
	return _cmocka_run_group_tests("usb_op", tests, n, NULL, NULL);
}
