// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/usb/stream.c sim/canmcu/usb/usbip.c sim/canmcu/usb/device.c
// needs: sim/canmcu/usb/gsusb.c sim/canmcu/usb/cdc.c sim/canmcu/usb/dfuse.c
// needs: sim/canmcu/usb/bootrom.c
/* Enumeration: usbip-gsusb-bridge.md, sections 3 and 4.1 */
#include "host.h"

#include "../../../sim/canmcu/usb/bootrom.h"
#include "../../../sim/canmcu/usb/cdc.h"
#include "../../../sim/canmcu/usb/dfuse.h"
#include "../../../sim/canmcu/usb/gsusb.h"

#define MCU "stm32f446xx"
#define MCU_STRING BYTES("\x18\x03s\0t\0m\0003\0002\0f\0004\0004\0006\0x\0x\0")
#define KLIPPER_STRING BYTES("\x10\x03K\0l\0i\0p\0p\0e\0r\0")
#define KATAPULT_STRING BYTES("\x12\x03k\0a\0t\0a\0p\0u\0l\0t\0")
#define SERIAL "3B0028001451303432353938"
#define SERIAL_STRING                                                        \
	BYTES("\x32\x03"                                                     \
	      "3\000B\0000\0000\0002\0008\0000\0000\0001\0004\0005\0001\000" \
	      "3\0000\0003\0004\0003\0002\0003\0005\0003\0009\0003\0008\000")

/* What is asked in this order, in each attachment. */
#define DEVICE(len)                           \
	{                                     \
		0x80, 6, 0, 1, 0, 0, (len), 0 \
	}
#define QUALIFIER                          \
	{                                  \
		0x80, 6, 0, 6, 0, 0, 10, 0 \
	}
#define CONFIG(len)                           \
	{                                     \
		0x80, 6, 0, 2, 0, 0, (len), 0 \
	}
#define STRING(index)                                    \
	{                                                \
		0x80, 6, (index), 3, 0x09, 0x04, 0xff, 0 \
	}
#define LANGUAGES                            \
	{                                    \
		0x80, 6, 0, 3, 0, 0, 0xff, 0 \
	}
#define SET_CONFIGURATION              \
	{                              \
		0, 9, 1, 0, 0, 0, 0, 0 \
	}

#define GSUSB_DEVICE                                       \
	"\x12\x01\x00\x02\x00\x00\x00\x10\x50\x1d\x6f\x60" \
	"\x00\x00\x01\x02\x03\x01"
#define GSUSB_CONFIG                           \
	"\x09\x02\x20\x00\x01\x01\x00\xc0\x32" \
	"\x09\x04\x00\x00\x02\xff\xff\xff\x00" \
	"\x07\x05\x02\x02\x40\x00\x00"         \
	"\x07\x05\x81\x02\x40\x00\x00"
#define CDC_DEVICE(product)                                           \
	"\x12\x01\x00\x02\x02\x00\x00\x10\x50\x1d" product "\x00\x01" \
	"\x01\x02\x03\x01"
#define CDC_CONFIG                             \
	"\x09\x02\x3e\x00\x02\x01\x00\xc0\x32" \
	"\x09\x04\x00\x00\x01\x02\x02\x01\x00" \
	"\x05\x24\x00\x10\x01"                 \
	"\x04\x24\x02\x06"                     \
	"\x05\x24\x06\x00\x01"                 \
	"\x07\x05\x83\x03\x08\x00\xff"         \
	"\x09\x04\x01\x00\x02\x0a\x00\x00\x00" \
	"\x07\x05\x02\x02\x40\x00\x00"         \
	"\x07\x05\x81\x02\x40\x00\x00"
#define DFU_DEVICE                                         \
	"\x12\x01\x00\x01\x00\x00\x00\x40\x83\x04\x11\xdf" \
	"\x00\x22\x01\x02\x03\x01"
#define DFU_CONFIG                             \
	"\x09\x02\x1b\x00\x01\x01\x00\xc0\x32" \
	"\x09\x04\x00\x00\x00\xfe\x01\x02\x04" \
	"\x09\x21\x0b\xff\x00\x00\x08\x1a\x01"
#define ROM_CONFIG                             \
	"\x09\x02\x37\x00\x02\x01\x00\x80\xfa" \
	"\x09\x04\x00\x00\x02\x08\x06\x50\x00" \
	"\x07\x05\x81\x02\x40\x00\x00"         \
	"\x07\x05\x02\x02\x40\x00\x00"         \
	"\x09\x04\x01\x00\x02\xff\x00\x00\x00" \
	"\x07\x05\x03\x02\x40\x00\x00"         \
	"\x07\x05\x84\x02\x40\x00\x00"

static const struct enumeration {
	const char *name;
	const struct usb_personality *personality;
	struct usb_identity identity;
	struct control script[20];
} enumerations[] = {
	{ "the bridge, and lsusb -v",
	  &gsusb_personality,
	  { .strings = { NULL, "Klipper", MCU, SERIAL } },
	  { { DEVICE(64), BYTES(GSUSB_DEVICE) },
	    { DEVICE(18), BYTES(GSUSB_DEVICE) },
	    { QUALIFIER, NULL, STALL },
	    { QUALIFIER, NULL, STALL },
	    { QUALIFIER, NULL, STALL },
	    { CONFIG(9), GSUSB_CONFIG, 9 },
	    { CONFIG(32), BYTES(GSUSB_CONFIG) },
	    { LANGUAGES, BYTES("\x04\x03\x09\x04") },
	    { STRING(2), MCU_STRING },
	    { STRING(1), KLIPPER_STRING },
	    { STRING(3), SERIAL_STRING },
	    { SET_CONFIGURATION, NULL, 0 },
	    { QUALIFIER, NULL, STALL },
	    { { 0x80, 6, 0, 0x0a, 0, 0, 9, 0 }, NULL, STALL },
	    { { 0x80, 0, 0, 0, 0, 0, 2, 0 }, BYTES("\0\0") },
	    { { 0x80, 0, 0, 0, 0, 0, 3, 0 }, BYTES("\0\0") } } },
	{ "Klipper's serial port",
	  &cdc_klipper_personality,
	  { .strings = { NULL, "Klipper", MCU, SERIAL } },
	  { { DEVICE(64), BYTES(CDC_DEVICE("\x4e\x61")) },
	    { QUALIFIER, NULL, STALL },
	    { CONFIG(9), CDC_CONFIG, 9 },
	    { CONFIG(62), BYTES(CDC_CONFIG) },
	    { STRING(2), MCU_STRING },
	    { STRING(1), KLIPPER_STRING },
	    { STRING(3), SERIAL_STRING },
	    { SET_CONFIGURATION, NULL, 0 } } },
	{ "Katapult's serial port",
	  &cdc_katapult_personality,
	  { .strings = { NULL, "katapult", MCU, SERIAL } },
	  { { DEVICE(64), BYTES(CDC_DEVICE("\x77\x61")) },
	    { CONFIG(62), BYTES(CDC_CONFIG) },
	    { STRING(2), MCU_STRING },
	    { STRING(1), KATAPULT_STRING },
	    { STRING(3), SERIAL_STRING },
	    { SET_CONFIGURATION, NULL, 0 } } },
	{ "ids of one's own",
	  &cdc_klipper_personality,
	  { .vid = 0x1209, .pid = 0xbeba },
	  { { DEVICE(64), BYTES("\x12\x01\x00\x02\x02\x00\x00\x10\x09\x12"
				"\xba\xbe\x00\x01\x01\x02\x03\x01") } } },
	{ "the ROM of an STM32",
	  &dfuse_personality,
	  { .strings = { NULL, "ST", "BL", "12", "@F" } },
	  { { DEVICE(64), BYTES(DFU_DEVICE) },
	    { DEVICE(18), BYTES(DFU_DEVICE) },
	    { CONFIG(9), DFU_CONFIG, 9 },
	    { CONFIG(27), BYTES(DFU_CONFIG) },
	    { LANGUAGES, BYTES("\x04\x03\x09\x04") },
	    { STRING(2), BYTES("\x06\x03"
			       "B\0L\0") },
	    { STRING(1), BYTES("\x06\x03S\0T\0") },
	    { STRING(3), BYTES("\x06\x03"
			       "1\0002\0") },
	    { SET_CONFIGURATION, NULL, 0 },
	    { STRING(4), BYTES("\x06\x03@\0F\0") },
	    { { 0x01, 11, 0, 0, 0, 0, 0, 0 }, NULL, 0 } } },
	{ "the ROM of an RP2040",
	  &bootrom_rp2040_personality,
	  { .strings = { NULL, "Raspberry Pi", "RP2 Boot", NULL } },
	  { { DEVICE(18), BYTES("\x12\x01\x10\x01\x00\x00\x00\x40\x8a\x2e\x03"
				"\x00\x00\x01\x01\x02\x03\x01") },
	    { CONFIG(55), BYTES(ROM_CONFIG) },
	    { SET_CONFIGURATION, NULL, 0 },
	    { { 0xa1, 0xfe, 0, 0, 0, 0, 1, 0 }, NULL, STALL } } },
	{ "the ROM of an RP2350",
	  &bootrom_rp2350_personality,
	  { .strings = { NULL, "Raspberry Pi", "RP2350 Boot", NULL } },
	  { { DEVICE(18), BYTES("\x12\x01\x00\x02\x00\x00\x00\x40\x8a\x2e\x0f"
				"\x00\x00\x01\x01\x02\x03\x01") },
	    { CONFIG(255), BYTES(ROM_CONFIG) },
	    { SET_CONFIGURATION, NULL, 0 } } },
	{ "what nobody has: other strings, interfaces, features",
	  &gsusb_personality,
	  { .strings = { NULL, "Klipper", NULL } },
	  { { STRING(2), NULL, STALL },
	    { STRING(4), NULL, STALL },
	    { STRING(0xee), NULL, STALL },
	    { { 0x80, 6, 1, 2, 0, 0, 9, 0 }, NULL, STALL },
	    { { 0x00, 5, 7, 0, 0, 0, 0, 0 }, NULL, STALL },
	    { { 0x81, 10, 0, 0, 0, 0, 1, 0 }, NULL, STALL },
	    { { 0x00, 9, 2, 0, 0, 0, 0, 0 }, NULL, STALL },
	    { SET_CONFIGURATION, NULL, 0 },
	    { { 0x80, 8, 0, 0, 0, 0, 1, 0 }, BYTES("\1") },
	    { { 0x81, 10, 0, 0, 0, 0, 1, 0 }, BYTES("\0") },
	    { { 0x81, 10, 0, 0, 1, 0, 1, 0 }, NULL, STALL },
	    { { 0x81, 10, 0, 0, 0, 1, 1, 0 }, NULL, STALL },
	    { { 0x01, 11, 1, 0, 0, 0, 0, 0 }, NULL, STALL },
	    { { 0x00, 3, 1, 0, 0, 0, 0, 0 }, NULL, STALL },
	    { { 0x02, 3, 1, 0, 0x81, 0, 0, 0 }, NULL, STALL },
	    { { 0x02, 3, 0, 0, 0x82, 0, 0, 0 }, NULL, STALL },
	    { { 0x82, 0, 0, 0, 0x01, 0, 2, 0 }, NULL, STALL } } },
	{ "an endpoint that is halted, and works again",
	  &gsusb_personality,
	  { 0 },
	  { { SET_CONFIGURATION, NULL, 0 },
	    { { 0x82, 0, 0, 0, 0x81, 0, 2, 0 }, BYTES("\0\0") },
	    { { 0x02, 3, 0, 0, 0x81, 0, 0, 0 }, NULL, 0 },
	    { { 0x82, 0, 0, 0, 0x81, 0, 2, 0 }, BYTES("\1\0") },
	    { { 0x82, 0, 0, 0, 0x02, 0, 2, 0 }, BYTES("\0\0") },
	    { { 0x02, 1, 0, 0, 0x81, 0, 0, 0 }, NULL, 0 },
	    { { 0x82, 0, 0, 0, 0x81, 0, 2, 0 }, BYTES("\0\0") } } },
	/* USB 2.0, section 9.4.5 */
	{ "SET_CONFIGURATION ends a halt",
	  &gsusb_personality,
	  { 0 },
	  { { SET_CONFIGURATION, NULL, 0 },
	    { { 0x02, 3, 0, 0, 0x81, 0, 0, 0 }, NULL, 0 },
	    { { 0x82, 0, 0, 0, 0x81, 0, 2, 0 }, BYTES("\1\0") },
	    { SET_CONFIGURATION, NULL, 0 },
	    { { 0x82, 0, 0, 0, 0x81, 0, 2, 0 }, BYTES("\0\0") } } },
};

static void test_enumeration(void **state)
{
	const struct enumeration *row = *state;
	struct host *h = calloc(1, sizeof(*h));

	assert_non_null(h);
	host_attach(h, row->personality, NULL, &row->identity);
	for (const struct control *c = row->script; c->setup[1] || c->setup[0];
	     c++)
		host_control(h, c);
	host_detach(h);
	free(h);
}

/* What has no endpoint, no configuration or no function is stalled. */
static void test_dead_endpoints(void **state)
{
	struct host *h = calloc(1, sizeof(*h));

	(void)state;
	assert_non_null(h);
	host_attach(h, &bootrom_rp2040_personality, NULL,
		    &(struct usb_identity){ 0 });
	host_hears_done(h, host_in(h, 1, 13), STALL, 0);
	host_configure(h);
	host_hears_done(h, host_in(h, 1, 13), STALL, 0);
	host_hears_done(h, host_out(h, 2, "USBC", 4), STALL, 0);
	host_hears_done(h, host_out(h, 4, "USBC", 4), STALL, 0);
	host_hears_done(h, host_in(h, 15, 1), STALL, 0);
	host_detach(h);
	free(h);
}

static int take_all(void *self, uint8_t ep, const uint8_t *data, uint32_t len,
		    uint64_t now_us)
{
	(void)self;
	(void)ep;
	(void)data;
	(void)now_us;
	return (int)len;
}

static int give_two(void *self, uint8_t ep, uint8_t *data, uint32_t room,
		    uint64_t now_us)
{
	(void)self;
	(void)ep;
	(void)room;
	(void)now_us;
	memcpy(data, "ab", 2);
	return 2;
}

static void hear_work(struct host *h, bool in, bool out)
{
	uint32_t asked = host_in(h, 1, 64);

	if (in)
		host_hears_data(h, asked, "ab", 2);
	else
		host_hears_done(h, asked, STALL, 0);
	host_hears_done(h, host_out(h, 2, "xyz", 3), out ? 0 : STALL,
			out ? 3 : 0);
}

/* They are there with the configuration, and while they are not halted. */
static void test_endpoints_work_while_configured(void **state)
{
	struct usb_personality busy = gsusb_personality;
	static const struct control script[] = {
		{ { 0x02, 3, 0, 0, 0x81, 0, 0, 0 }, NULL, 0 },
		{ { 0x02, 3, 0, 0, 0x02, 0, 0, 0 }, NULL, 0 },
		{ { 0x00, 9, 0, 0, 0, 0, 0, 0 }, NULL, 0 },
	};
	struct host *h = calloc(1, sizeof(*h));

	(void)state;
	assert_non_null(h);
	busy.in = give_two;
	busy.out = take_all;
	host_attach(h, &busy, NULL, &(struct usb_identity){ 0 });
	hear_work(h, false, false);
	host_configure(h);
	hear_work(h, true, true);
	host_control(h, &script[0]);
	hear_work(h, false, true);
	host_control(h, &script[1]);
	hear_work(h, false, false);
	host_configure(h);
	hear_work(h, true, true);
	host_control(h, &script[2]);
	hear_work(h, false, false);
	host_detach(h);
	free(h);
}

static void test_long_string(void **state)
{
	char text[200];
	struct host *h = calloc(1, sizeof(*h));
	struct usb_identity identity = { .strings = { NULL, text } };
	uint8_t want[254] = { 254, 3 };

	(void)state;
	assert_non_null(h);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (size_t i = 2; i < sizeof(want); i += 2)
		want[i] = 'x';
	host_attach(h, &gsusb_personality, NULL, &identity);
	host_control(h, &(struct control){ STRING(1), (const char *)want,
					   sizeof(want) });
	host_detach(h);
	free(h);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(enumerations) + 3] = {
		{ "endpoints that do not exist are stalled",
		  test_dead_endpoints },
		{ "endpoints work while configured, and not halted",
		  test_endpoints_work_while_configured },
		{ "a string is cut to what a descriptor holds",
		  test_long_string },
	};
	size_t n = 3;

	ROWS(enumerations, test_enumeration);
	return _cmocka_run_group_tests("usb_device", tests, n, NULL, NULL);
}
