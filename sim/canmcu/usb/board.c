// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "board.h"

#include <errno.h>
#include <string.h>

#include "bootrom.h"

/* To the world. */

static void empty_outbox(struct usb_board *b)
{
	while (b->outbox_len && b->send(b->arg, &b->outbox[b->outbox_first])) {
		b->outbox_first = (b->outbox_first + 1) % USB_BOARD_OUTBOX_LEN;
		b->outbox_len--;
	}
}

void usb_board_send(struct usb_board *b, const struct usb_link_msg *msg)
{
	empty_outbox(b);
	if (!b->outbox_len && b->send(b->arg, msg))
		return;
	if (b->outbox_len == USB_BOARD_OUTBOX_LEN) {
		b->lost++;
		return;
	}
	b->outbox[(b->outbox_first + b->outbox_len++) % USB_BOARD_OUTBOX_LEN] =
		*msg;
}

/* Return: false when it has to wait. */
static bool offer(struct usb_board *b, const struct usb_link_msg *msg)
{
	empty_outbox(b);
	if (!b->outbox_len && b->send(b->arg, msg))
		return true;
	b->waits = true;
	return false;
}

static bool take_local(void *arg, const struct can_frame *f, uint64_t now_us)
{
	(void)now_us;
	return offer(arg, &(struct usb_link_msg){ .kind = USB_LINK_LOCAL,
						  .frame = *f });
}

static bool take_bus(void *arg, const struct can_frame *f, uint64_t now_us)
{
	(void)now_us;
	return offer(arg, &(struct usb_link_msg){ .kind = USB_LINK_BUS,
						  .frame = *f });
}

static void take_mode(void *arg, bool up, uint32_t bitrate_bps, uint64_t now_us)
{
	(void)now_us;
	usb_board_send(arg,
		       &(struct usb_link_msg){ .kind = USB_LINK_MODE,
					       .mode = { up, bitrate_bps } });
}

static void take_discards(void *arg, bool discards, uint64_t now_us)
{
	(void)now_us;
	usb_board_send(arg, &(struct usb_link_msg){ .kind = USB_LINK_DISCARDS,
						    .number = discards });
}

static size_t take_bytes(void *arg, const uint8_t *data, size_t len,
			 uint64_t now_us)
{
	struct usb_link_msg msg = { .kind = USB_LINK_BYTES };

	(void)now_us;
	if (len > sizeof(msg.bytes.bytes))
		len = sizeof(msg.bytes.bytes);
	memcpy(msg.bytes.bytes, data, len);
	msg.bytes.len = (uint32_t)len;
	return offer(arg, &msg) ? len : 0;
}

static void take_touch(void *arg, uint64_t now_us)
{
	(void)now_us;
	usb_board_send(arg, &(struct usb_link_msg){ .kind = USB_LINK_TOUCH });
}

static void take_leave(void *arg, uint32_t address, uint64_t now_us)
{
	(void)now_us;
	usb_board_send(arg,
		       &(struct usb_link_msg){ .kind = USB_LINK_LEAVE,
					       .number = (int32_t)address });
}

/*
 * Ask the world about its memory, once; the same question then has the answer,
 * and another one makes the world's answer to the first one void.
 */
static int ask_memory(struct usb_board *b, enum usb_link_kind kind,
		      uint32_t address, const uint8_t *data, size_t len)
{
	struct usb_board_memory *m = &b->memory;
	struct usb_link_msg msg = { .kind = kind };

	if (m->asked && m->kind == kind && m->request.address == address &&
	    m->request.len == len) {
		if (!m->answered)
			return -EAGAIN;
		m->asked = false;
		return m->answer.result;
	}
	m->asked = true;
	m->answered = false;
	m->kind = kind;
	m->request.seq++;
	m->request.address = address;
	m->request.len = (uint32_t)len;
	msg.memory.seq = m->request.seq;
	msg.memory.address = address;
	msg.memory.len = (uint32_t)len;
	if (data)
		memcpy(msg.memory.bytes, data, len);
	usb_board_send(b, &msg);
	return -EAGAIN;
}

static int erase(void *arg, uint32_t address, uint64_t now_us)
{
	(void)now_us;
	return ask_memory(arg, USB_LINK_ERASE, address, NULL, 0);
}

static int program(void *arg, uint32_t address, const uint8_t *data, size_t len,
		   uint64_t now_us)
{
	(void)now_us;
	return ask_memory(arg, USB_LINK_PROGRAM, address, data, len);
}

static int read_memory(void *arg, uint32_t address, uint8_t *out, size_t len,
		       uint64_t now_us)
{
	struct usb_board *b = arg;
	int err = ask_memory(b, USB_LINK_READ, address, NULL, len);

	(void)now_us;
	if (!err && b->memory.answer.len != len)
		return -EIO;
	if (!err)
		memcpy(out, b->memory.answer.bytes, len);
	return err;
}

void usb_board_init(struct usb_board *b,
		    bool (*send)(void *arg, const struct usb_link_msg *msg),
		    void *arg)
{
	memset(b, 0, sizeof(*b));
	b->send = send;
	b->arg = arg;
	b->gsusb_env = (struct gsusb_env){ take_local, take_bus, take_mode,
					   take_discards, b };
	b->cdc_env = (struct cdc_env){ take_bytes, take_touch, b };
	b->dfuse_env = (struct dfuse_env){ erase, program, read_memory,
					   take_leave, b };
	usb_stream_init(&b->stream, &usb_device_ops, &b->device);
}

void usb_board_reconnect(struct usb_board *b)
{
	usb_stream_reset(&b->stream);
}

/* From the world. */

static void start_gsusb(struct usb_board *b)
{
	gsusb_init(&b->gsusb, &b->gsusb_env);
}

static void start_cdc(struct usb_board *b)
{
	/* Katapult does not heed the touch */
	b->cdc_env.touch = b->plug.kind == USB_CDC_KLIPPER ? take_touch : NULL;
	cdc_init(&b->cdc, &b->cdc_env);
}

static void start_dfuse(struct usb_board *b)
{
	dfuse_init(&b->dfuse, &b->plug.memory, &b->dfuse_env);
}

static const struct kind_row {
	const struct usb_personality *personality;
	void (*start)(struct usb_board *b);
} kinds[USB_KIND_COUNT] = {
	[USB_GSUSB] = { &gsusb_personality, start_gsusb },
	[USB_CDC_KLIPPER] = { &cdc_klipper_personality, start_cdc },
	[USB_CDC_KATAPULT] = { &cdc_katapult_personality, start_cdc },
	[USB_DFUSE] = { &dfuse_personality, start_dfuse },
	[USB_RP2040] = { &bootrom_rp2040_personality, NULL },
	[USB_RP2350] = { &bootrom_rp2350_personality, NULL },
};

static void unplug(struct usb_board *b, const struct usb_link_msg *msg)
{
	(void)msg;
	usb_stream_reset(&b->stream);
	b->plugged = false;
	b->memory.asked = false;
	b->own_len = 0;
}

static void plug(struct usb_board *b, const struct usb_link_msg *msg)
{
	struct usb_identity identity = { .vid = msg->plug.vid,
					 .pid = msg->plug.pid };
	const struct kind_row *row;

	unplug(b, msg);
	if ((unsigned int)msg->plug.kind >= USB_KIND_COUNT)
		return;
	row = &kinds[msg->plug.kind];
	b->plug = msg->plug;
	for (size_t i = 1; i < USB_STRING_COUNT; i++) {
		b->plug.strings[i][USB_LINK_TEXT_MAX - 1] = '\0';
		if (b->plug.strings[i][0])
			identity.strings[i] = b->plug.strings[i];
	}
	if (row->start)
		row->start(b);
	usb_device_init(&b->device, row->personality, &b->gsusb, &identity);
	b->plugged = true;
}

static void receive(struct usb_board *b, const struct usb_link_msg *msg)
{
	gsusb_receive(&b->gsusb, &msg->frame);
}

static void sent(struct usb_board *b, const struct usb_link_msg *msg)
{
	if (b->own_len == USB_BOARD_OWN_LEN) {
		b->gsusb.dropped++;
		return;
	}
	b->own[(b->own_first + b->own_len++) % USB_BOARD_OWN_LEN] = msg->frame;
}

/* The MCU sends its next one when the bridge has taken this one. */
static void send_own(struct usb_board *b)
{
	while (b->own_len && gsusb_send(&b->gsusb, &b->own[b->own_first])) {
		b->own_first = (b->own_first + 1) % USB_BOARD_OWN_LEN;
		b->own_len--;
		usb_board_send(
			b, &(struct usb_link_msg){ .kind = USB_LINK_ACCEPTED });
	}
}

static void set_local_id(struct usb_board *b, const struct usb_link_msg *msg)
{
	b->gsusb.local_id = msg->local_id;
}

static void deviate(struct usb_board *b, const struct usb_link_msg *msg)
{
	b->gsusb.cfg = msg->gsusb;
}

static void bytes(struct usb_board *b, const struct usb_link_msg *msg)
{
	cdc_send(&b->cdc, msg->bytes.bytes, msg->bytes.len);
}

static void memory(struct usb_board *b, const struct usb_link_msg *msg)
{
	struct usb_board_memory *m = &b->memory;

	if (!m->asked || m->answered || msg->memory.seq != m->request.seq)
		return;
	m->answer = msg->memory;
	m->answered = true;
}

#define OF(kind) (1u << (kind))
#define ANY UINT32_MAX

static const struct take_row {
	uint32_t kinds; /* that have to be plugged in; ANY: or nothing at all */
	void (*take)(struct usb_board *b, const struct usb_link_msg *msg);
} takes[USB_LINK_KIND_COUNT] = {
	[USB_LINK_PLUG] = { ANY, plug },
	[USB_LINK_UNPLUG] = { ANY, unplug },
	[USB_LINK_FRAME] = { OF(USB_GSUSB), receive },
	[USB_LINK_SENT] = { OF(USB_GSUSB), sent },
	[USB_LINK_LOCAL_ID] = { OF(USB_GSUSB), set_local_id },
	[USB_LINK_DEVIATE] = { OF(USB_GSUSB), deviate },
	[USB_LINK_MEMORY] = { OF(USB_DFUSE), memory },
	[USB_LINK_BYTES] = { OF(USB_CDC_KLIPPER) | OF(USB_CDC_KATAPULT),
			     bytes },
};

static bool is(const struct usb_board *b, uint32_t set)
{
	return set == ANY || (b->plugged && set & OF(b->plug.kind));
}

void usb_board_take(struct usb_board *b, const struct usb_link_msg *msg)
{
	const struct take_row *row = &takes[msg->kind];

	if (row->take && is(b, row->kinds))
		row->take(b, msg);
}

void usb_board_run(struct usb_board *b, uint64_t now_us)
{
	empty_outbox(b);
	b->waits = false;
	if (!b->plugged)
		return;
	if (b->plug.kind == USB_GSUSB) {
		gsusb_run(&b->gsusb, now_us);
		send_own(b);
	}
	usb_stream_run(&b->stream, now_us);
	if (b->own_len) {
		send_own(b);
		usb_stream_run(&b->stream, now_us);
	}
}

uint64_t usb_board_deadline(const struct usb_board *b)
{
	return is(b, OF(USB_GSUSB)) ? gsusb_deadline(&b->gsusb) : UINT64_MAX;
}
