// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/usb/stream.c sim/canmcu/usb/usbip.c sim/canmcu/usb/device.c
// needs: sim/canmcu/usb/gsusb.c sim/canmcu/usb/cdc.c sim/canmcu/usb/dfuse.c
// needs: sim/canmcu/usb/bootrom.c sim/canmcu/board/flash.c
// needs: sim/canmcu/board/flash_write.c
// needs: sim/canmcu/board/sparse.c sim/canmcu/board/cells.c
/*
 * Any control requests to each personality: answers fit what was asked for, the
 * flash is only touched where it is, and its state machine stays one.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../../sim/canmcu/usb/bootrom.h"
#include "../../sim/canmcu/usb/cdc.h"
#include "../../sim/canmcu/usb/dfuse.h"
#include "../../sim/canmcu/usb/gsusb.h"
#include "fuzz.h"

static const struct flash_map map = { .start = 0x08000000,
				      .app_start = 0x08002000,
				      .erase = { { 0, 2048 } } };

struct world {
	struct flash flash;
	uint8_t late; /* every so often memory is */
	uint8_t asked;
	bool left;
	struct gsusb gsusb;
	struct cdc cdc;
	struct dfuse dfuse;
};

static bool is_late(struct world *w)
{
	return w->late && w->asked++ % w->late == 0;
}

static int erase(void *arg, uint32_t address, uint64_t now_us)
{
	struct world *w = arg;
	struct flash_result result;

	(void)now_us;
	if (is_late(w))
		return -EAGAIN;
	result = flash_erase(&w->flash, address);
	return result.err ? result.err : (int)result.erased_bytes;
}

static int program(void *arg, uint32_t address, const uint8_t *data, size_t len,
		   uint64_t now_us)
{
	struct world *w = arg;

	(void)now_us;
	check(len <= DFUSE_TRANSFER_MAX);
	return is_late(w) ? -EAGAIN :
			    flash_program(&w->flash, address, data, len);
}

static int read_flash(void *arg, uint32_t address, uint8_t *out, size_t len,
		      uint64_t now_us)
{
	struct world *w = arg;
	int err = is_late(w) ? -EAGAIN :
			       flash_read(&w->flash, address, out, len);

	(void)now_us;
	check(err == 0 || err == -EAGAIN);
	return err;
}

static void leave(void *arg, uint32_t address, uint64_t now_us)
{
	struct world *w = arg;

	(void)now_us;
	check(address - map.start < w->flash.size);
	w->left = true;
}

static size_t receive(void *arg, const uint8_t *data, size_t len,
		      uint64_t now_us)
{
	(void)arg;
	(void)data;
	(void)now_us;
	return len;
}

static void touch(void *arg, uint64_t now_us)
{
	struct world *w = arg;

	(void)now_us;
	check(cdc_rate(&w->cdc) == 1200);
}

static bool take_frame(void *arg, const struct can_frame *f, uint64_t now_us)
{
	(void)arg;
	(void)f;
	(void)now_us;
	return true;
}

static void take_discards(void *arg, bool discards, uint64_t now_us)
{
	(void)arg;
	(void)discards;
	(void)now_us;
}

static void take_mode(void *arg, bool up, uint32_t bitrate_bps, uint64_t now_us)
{
	(void)arg;
	(void)up;
	(void)now_us;
	check(bitrate_bps <= GSUSB_CLOCK_HZ);
}

/* One request, its data in a buffer of just their length. */
static size_t ask(struct usb_device *d, const uint8_t *data, size_t size,
		  uint64_t now_us)
{
	struct usb_control c = { .type = data[0],
				 .request = data[1],
				 .value = (uint16_t)(data[2] | data[3] << 8),
				 .index = data[4],
				 .length = data[5] };
	size_t used = 6;
	uint8_t *payload = NULL;
	uint8_t *reply = malloc(USB_ANSWER_MAX);
	int len;

	check(reply);
	if (!(c.type & 0x80)) {
		if (c.length > size - used)
			c.length = (uint16_t)(size - used);
		payload = malloc(c.length + 1u);
		check(payload);
		memcpy(payload, data + used, c.length);
		c.data = payload;
		used += c.length;
	}
	len = usb_device_ops.control(d, &c, reply, now_us);
	check(len <= c.length);
	check(len >= 0 || len == -EPIPE || len == -EAGAIN);
	free(payload);
	free(reply);
	return used;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct usb_identity identity = {
		.strings = { NULL, "Klipper", "stm32g0b1xx", "12345", "@" }
	};
	struct world w = { 0 };
	const struct gsusb_env gsusb = { take_frame, take_frame, take_mode,
					 take_discards, &w };
	const struct cdc_env cdc = { receive, touch, &w };
	const struct dfuse_env dfuse = { erase, program, read_flash, leave,
					 &w };
	const struct dfuse_cfg cfg = { map.start, 8 * 2048, 1000 };
	const struct {
		const struct usb_personality *personality;
		void *self;
	} devices[] = {
		{ &gsusb_personality, &w.gsusb },
		{ &cdc_klipper_personality, &w.cdc },
		{ &dfuse_personality, &w.dfuse },
		{ &bootrom_rp2040_personality, NULL },
	};
	struct usb_device d;
	uint64_t now_us = 0;

	if (size < 2)
		return 0;
	flash_init(&w.flash, &map, cfg.size, 0x20000400);
	w.late = data[1] % 4;
	gsusb_init(&w.gsusb, &gsusb);
	cdc_init(&w.cdc, &cdc);
	dfuse_init(&w.dfuse, &cfg, &dfuse);
	usb_device_init(&d, devices[data[0] % 4].personality,
			devices[data[0] % 4].self, &identity);
	data += 2;
	size -= 2;
	while (size >= 6 && !w.left) {
		size_t used = ask(&d, data, size, now_us);

		data += used;
		size -= used;
		now_us += 300;
		check(w.dfuse.state >= DFUSE_IDLE &&
		      w.dfuse.state <= DFUSE_ERROR);
		check((w.dfuse.state == DFUSE_ERROR) == !!w.dfuse.status);
	}
	flash_fini(&w.flash);
	return 0;
}
