// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/usb/stream.c sim/canmcu/usb/usbip.c sim/canmcu/usb/device.c
// needs: sim/canmcu/usb/gsusb.c
/*
 * A kernel that asks for anything, and garbage at last: each SUBMIT has one
 * answer at most, none after it was taken back, none that is too long; each
 * UNLINK has its own, at once, and it tells the truth.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../../sim/canmcu/usb/gsusb.h"
#include "fuzz.h"

#define SEQNUMS 1024

struct run {
	struct fuzz_input in;
	uint64_t now_us;
	struct usb_stream stream;
	struct usb_device device;
	struct gsusb gsusb;
	struct gsusb_env env;
	bool bus_is_full;
	uint32_t seqnum;
	unsigned int open; /* SUBMITs without an answer */
	struct {
		bool open;
		bool in;
		uint32_t len;
	} submits[SEQNUMS];
};

static void put_be32(uint8_t *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (24 - 8 * i));
}

static uint32_t get_be32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3];
}

/* Return: the status of @unlink, when its answer was among them; or 1. */
static int32_t read_answers(struct run *r, uint32_t unlink)
{
	int32_t status = 1;
	const uint8_t *tx;

	while (usb_stream_tx(&r->stream, &tx)) {
		uint32_t seqnum = get_be32(tx + 4), len = get_be32(tx + 24);
		bool in = false;

		check(seqnum < SEQNUMS);
		if (get_be32(tx) == 4) {
			check(seqnum == unlink && status == 1);
			status = (int32_t)get_be32(tx + 20);
			check(status == 0 || status == -ECONNRESET);
		} else {
			check(get_be32(tx) == 3 && r->submits[seqnum].open);
			check(len <= r->submits[seqnum].len);
			in = r->submits[seqnum].in;
			r->submits[seqnum].open = false;
			r->open--;
		}
		usb_stream_sent(&r->stream, 48 + (in ? len : 0));
	}
	return status;
}

static void feed(struct run *r, const uint8_t *data, size_t len)
{
	for (size_t n; len; data += n, len -= n) {
		n = 1 + fuzz_next(&r->in);
		if (n > len)
			n = len;
		check(usb_stream_feed(&r->stream, data, n, r->now_us) ==
		      (int)n);
	}
}

static void submit(struct run *r)
{
	static uint8_t payload[USB_PAYLOAD_MAX + 64];
	uint8_t header[48] = { 0, 0, 0, 1 };
	uint8_t where = fuzz_next(&r->in);
	bool in = where & 0x10;
	uint32_t len = fuzz_next(&r->in);

	if (r->seqnum + 1 >= SEQNUMS)
		return;
	if (where & 0x20)
		len = GSUSB_RECORD_LEN;
	else if (where & 0x40)
		len = USB_PAYLOAD_MAX - 128 + len;
	put_be32(header + 4, ++r->seqnum);
	put_be32(header + 12, in);
	put_be32(header + 16, where & 0x0f);
	put_be32(header + 24, len);
	for (size_t i = 40; i < 48; i++)
		header[i] = fuzz_next(&r->in);
	for (size_t i = 0; i < 12; i++)
		payload[i] = fuzz_next(&r->in);
	r->submits[r->seqnum].open = true;
	r->submits[r->seqnum].in = in;
	r->submits[r->seqnum].len = len;
	r->open++;
	feed(r, header, sizeof(header));
	if (!in)
		feed(r, payload, len);
	read_answers(r, 0);
}

static void unlink_any(struct run *r)
{
	uint32_t victim =
		(uint32_t)(fuzz_next(&r->in) | fuzz_next(&r->in) << 8) %
		SEQNUMS;
	uint8_t header[48] = { 0, 0, 0, 2 };
	int32_t want = r->submits[victim].open ? -ECONNRESET : 0;

	if (r->seqnum + 1 >= SEQNUMS)
		return;
	put_be32(header + 4, ++r->seqnum);
	put_be32(header + 20, victim);
	feed(r, header, sizeof(header));
	r->open -= r->submits[victim].open;
	r->submits[victim].open = false;
	check(read_answers(r, r->seqnum) == want);
}

static void go_on(struct run *r)
{
	uint8_t how = fuzz_next(&r->in);

	r->now_us += how * 1000u;
	r->bus_is_full = how & 1;
	r->gsusb.cfg.slow = how & 2;
	r->gsusb.cfg.mute = how & 4;
	gsusb_run(&r->gsusb, r->now_us);
	usb_stream_run(&r->stream, r->now_us);
	read_answers(r, 0);
}

static void receive(struct run *r)
{
	struct can_frame f = { .can_id = fuzz_next(&r->in),
			       .can_dlc = fuzz_next(&r->in) };

	gsusb_receive(&r->gsusb, &f);
	usb_stream_run(&r->stream, r->now_us);
	read_answers(r, 0);
}

/* What the driver does at "up", so that frames are reached. */
static void start(struct run *r)
{
	static const struct usb_control configure = { 0, 9, 1, 0, 0, NULL },
					mode = { 0x41,
						 2,
						 0,
						 0,
						 8,
						 (const uint8_t *)"\1\0\0\0"
								  "\0\0\0\0" };
	uint8_t reply[8];

	usb_device_ops.control(&r->device, &configure, reply, r->now_us);
	usb_device_ops.control(&r->device, &mode, reply, r->now_us);
}

static void garbage(struct run *r)
{
	const uint8_t *tx;

	while (r->in.size) {
		int n = usb_stream_feed(&r->stream, r->in.data, r->in.size, 0);

		if (n < 0)
			return;
		r->in.data += n;
		r->in.size -= (size_t)n;
		usb_stream_sent(&r->stream, usb_stream_tx(&r->stream, &tx));
		usb_stream_run(&r->stream, 0);
	}
}

static bool take_local(void *arg, const struct can_frame *f, uint64_t now_us)
{
	(void)arg;
	(void)now_us;
	check(f->can_dlc <= 8);
	return true;
}

static bool take_bus(void *arg, const struct can_frame *f, uint64_t now_us)
{
	(void)now_us;
	check(f->can_dlc <= 8);
	return !((struct run *)arg)->bus_is_full;
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const deeds[])(struct run * r) = {
		submit,	    submit, submit,  submit,
		unlink_any, go_on,  receive, start,
	};
	struct run *r = calloc(1, sizeof(*r));

	check(r);
	r->in.data = data;
	r->in.size = size;
	r->env = (struct gsusb_env){ take_local, take_bus, take_mode,
				     take_discards, r };
	gsusb_init(&r->gsusb, &r->env);
	usb_device_init(&r->device, &gsusb_personality, &r->gsusb,
			&(struct usb_identity){ 0 });
	usb_stream_init(&r->stream, &usb_device_ops, &r->device);
	while (r->in.size) {
		uint8_t op = fuzz_next(&r->in);

		if (op == 0xff)
			break;
		deeds[op & 7](r);
		check(r->stream.pending == r->open);
	}
	garbage(r);
	usb_stream_reset(&r->stream);
	free(r);
	return 0;
}
