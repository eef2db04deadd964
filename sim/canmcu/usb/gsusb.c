// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "gsusb.h"

#include <errno.h>
#include <string.h>

#include <kcan/admin.h>

#include "descriptor.h"
#include "util/array.h"
#include "util/cursor.h"

#define NOT_AN_ECHO 0xffffffff
#define EP_IN 1
#define EP_OUT 2
#define MODE_START 1

/* usbip-gsusb-bridge.md, section 3.1 */
static const uint8_t device_descriptor[] = {
	USB_DEVICE(0x0200, 0, 16, 0x1d50, 0x606f, 0x0000),
};
static const uint8_t config_descriptor[] = {
	USB_CONFIG(32, 1, 0xc0, 100),
	USB_INTERFACE(0, 2, 0xff, 0xff, 0xff, 0),
	USB_BULK(EP_OUT),
	USB_BULK(EP_IN | 0x80),
};

/* Section 4.2: reserved and icount, sw_version, hw_version */
static const uint8_t device_config[12] = { 0, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0 };
/* feature, clock, tseg1, tseg2, sjw_max, brp from, to and step */
static const uint32_t bt_const[] = { 0, GSUSB_CLOCK_HZ, 1, 16, 1, 8, 4,
				     1, 1024,		1 };

void gsusb_init(struct gsusb *g, const struct gsusb_env *env)
{
	*g = (struct gsusb){ .env = env };
}

/* Frames on USB. */

static struct gsusb_record record_of(const struct can_frame *f)
{
	struct gsusb_record record;
	struct util_cursor c = util_cursor_on(record.b, sizeof(record.b));
	uint8_t len = f->can_dlc < CAN_MAX_DLEN ? f->can_dlc : CAN_MAX_DLEN;

	util_put_le32(&c, NOT_AN_ECHO);
	util_put_le32(&c, f->can_id);
	util_put_u8(&c, len);
	util_put_zeros(&c, 3); /* channel, flags, reserved */
	util_put_bytes(&c, f->data, len);
	util_put_zeros(&c, CAN_MAX_DLEN - len);
	return record;
}

static struct can_frame frame_of(const struct gsusb_record *record)
{
	struct util_cursor c =
		util_cursor_reading(record->b, sizeof(record->b));
	struct can_frame f = { 0 };

	util_get_le32(&c); /* echo_id */
	f.can_id = util_get_le32(&c);
	f.can_dlc = util_get_u8(&c);
	if (f.can_dlc > CAN_MAX_DLEN)
		f.can_dlc = CAN_MAX_DLEN;
	util_get_u8(&c); /* channel */
	util_get_u8(&c); /* flags */
	util_get_u8(&c); /* reserved */
	util_get_bytes(&c, f.data, f.can_dlc);
	return f;
}

static bool is_own(const struct gsusb *g, const struct can_frame *f)
{
	return g->local_id &&
	       (f->can_id == g->local_id || f->can_id == g->local_id + 1);
}

static bool put_bus(struct gsusb *g, const struct can_frame *f)
{
	struct gsusb_live *live = &g->live;

	if (live->bus_len == GSUSB_BUS_QUEUE_LEN)
		return false;
	live->bus[(live->bus_first + live->bus_len++) % GSUSB_BUS_QUEUE_LEN] =
		record_of(f);
	return true;
}

void gsusb_receive(struct gsusb *g, const struct can_frame *f)
{
	if (g->live.up && !is_own(g, f) && !put_bus(g, f))
		g->dropped++;
}

bool gsusb_send(struct gsusb *g, const struct can_frame *f)
{
	/* an interface that is down is a bus that nobody listens on */
	return !g->live.up || put_bus(g, f);
}

/* The host's frames, one after the other. */

static bool echo(struct gsusb *g, const struct gsusb_record *record)
{
	struct gsusb_live *live = &g->live;

	if (live->echoed || g->cfg.mute)
		return true;
	if (live->echo_len == GSUSB_ECHOES_MAX)
		return false;
	live->echo[(live->echo_first + live->echo_len++) % GSUSB_ECHOES_MAX] =
		*record;
	live->echoed = true;
	return true;
}

static bool is_local(const struct gsusb *g, const struct can_frame *f)
{
	return g->local_id && f->can_id == g->local_id;
}

/* Return: false when the MCU has no room. */
static bool receive(struct gsusb *g, const struct can_frame *f, uint64_t now_us)
{
	bool ours = f->can_id == KCAN_ADMIN_ID || is_local(g, f);

	if (!g->live.heard && ours && !g->env->local(g->env->arg, f, now_us))
		return false;
	g->live.heard = true;
	return true;
}

static void set_discarding(struct gsusb *g, bool discarding, uint64_t now_us)
{
	if (g->discarding == discarding)
		return;
	g->discarding = discarding;
	g->env->discards(g->env->arg, discarding, now_us);
}

/* Return: false when the bus has no room, and the host has to wait. */
static bool forward(struct gsusb *g, const struct can_frame *f, uint64_t now_us)
{
	if (!g->cfg.stalled && g->env->bus(g->env->arg, f, now_us)) {
		g->stalled_us = 0;
		set_discarding(g, false, now_us);
		return true;
	}
	if (!g->stalled_us)
		g->stalled_us = now_us ? now_us : 1;
	if (now_us - g->stalled_us >= GSUSB_PATIENCE_US)
		set_discarding(g, true, now_us);
	if (g->discarding)
		g->discarded++;
	return g->discarding;
}

/* Return: false when the oldest frame has to wait. */
static bool handle_one(struct gsusb *g, uint64_t now_us)
{
	struct gsusb_live *live = &g->live;
	const struct gsusb_record *record = &live->host[live->host_first];
	struct can_frame f = frame_of(record);

	if (!echo(g, record) || !receive(g, &f, now_us))
		return false;
	if (!is_local(g, &f) && !forward(g, &f, now_us))
		return false;
	live->echoed = false;
	live->heard = false;
	live->host_first = (live->host_first + 1) % GSUSB_HOST_QUEUE_LEN;
	live->host_len--;
	return true;
}

void gsusb_run(struct gsusb *g, uint64_t now_us)
{
	while (g->live.host_len && handle_one(g, now_us))
		;
}

uint64_t gsusb_deadline(const struct gsusb *g)
{
	if (!g->live.host_len || !g->stalled_us || g->discarding)
		return UINT64_MAX;
	return g->stalled_us + GSUSB_PATIENCE_US;
}

static int out(void *self, uint8_t ep, const uint8_t *data, uint32_t len,
	       uint64_t now_us)
{
	struct gsusb *g = self;
	struct gsusb_live *live = &g->live;
	struct gsusb_record *record;

	(void)ep;
	/* the firmware reads whole frames only, and only when it is started */
	if (len != GSUSB_RECORD_LEN || !live->up)
		return (int)len;
	if (g->cfg.slow || live->host_len == GSUSB_HOST_QUEUE_LEN)
		return -EAGAIN;
	record = &live->host[(live->host_first + live->host_len++) %
			     GSUSB_HOST_QUEUE_LEN];
	memcpy(record->b, data, len);
	gsusb_run(g, now_us);
	return (int)len;
}

static int in(void *self, uint8_t ep, uint8_t *data, uint32_t room,
	      uint64_t now_us)
{
	struct gsusb *g = self;
	struct gsusb_live *live = &g->live;
	const struct gsusb_record *record;

	(void)ep;
	if (live->bus_len) {
		record = &live->bus[live->bus_first];
		live->bus_first = (live->bus_first + 1) % GSUSB_BUS_QUEUE_LEN;
		live->bus_len--;
	} else if (live->echo_len) {
		record = &live->echo[live->echo_first];
		live->echo_first = (live->echo_first + 1) % GSUSB_ECHOES_MAX;
		live->echo_len--;
	} else {
		return -EAGAIN;
	}
	if (room > sizeof(record->b))
		room = sizeof(record->b);
	memcpy(data, record->b, room);
	/* there is room for an echo now */
	gsusb_run(g, now_us);
	return (int)room;
}

/* Control requests: section 4.2. */

static int host_format(void *self, const struct usb_control *c, uint8_t *reply,
		       uint64_t now_us)
{
	(void)self;
	(void)c;
	(void)reply;
	(void)now_us;
	return 0;
}

static int get_device_config(void *self, const struct usb_control *c,
			     uint8_t *reply, uint64_t now_us)
{
	(void)self;
	(void)c;
	(void)now_us;
	memcpy(reply, device_config, sizeof(device_config));
	return sizeof(device_config);
}

static int get_bt_const(void *self, const struct usb_control *c, uint8_t *reply,
			uint64_t now_us)
{
	struct util_cursor out_at = util_cursor_on(reply, sizeof(bt_const));

	(void)self;
	(void)c;
	(void)now_us;
	for (size_t i = 0; i < ARRAY_SIZE(bt_const); i++)
		util_put_le32(&out_at, bt_const[i]);
	return sizeof(bt_const);
}

/* Klipper ignores it; here it is kept, so that somebody can compare. */
static int set_bittiming(void *self, const struct usb_control *c,
			 uint8_t *reply, uint64_t now_us)
{
	struct util_cursor at = util_cursor_reading(c->data, c->length);
	uint64_t tq = 1, divisor;
	struct gsusb *g = self;

	(void)reply;
	(void)now_us;
	tq += util_get_le32(&at); /* prop_seg */
	tq += util_get_le32(&at); /* phase_seg1 */
	tq += util_get_le32(&at); /* phase_seg2 */
	util_get_le32(&at);	  /* sjw */
	divisor = util_get_le32(&at);
	if (divisor > GSUSB_CLOCK_HZ || tq > GSUSB_CLOCK_HZ)
		divisor = 0;
	divisor *= tq;
	g->bitrate_bps = divisor ? (uint32_t)(GSUSB_CLOCK_HZ / divisor) : 0;
	return 0;
}

static int set_mode(void *self, const struct usb_control *c, uint8_t *reply,
		    uint64_t now_us)
{
	struct util_cursor at = util_cursor_reading(c->data, c->length);
	struct gsusb *g = self;

	(void)reply;
	/* or old echoes would appear after the next start */
	g->live = (struct gsusb_live){ .up = util_get_le32(&at) == MODE_START };
	g->env->mode(g->env->arg, g->live.up, g->bitrate_bps, now_us);
	return 0;
}

static const struct usb_request_row requests[] = {
	{ 0x41, 0, 4, host_format },
	{ 0x41, 1, 20, set_bittiming },
	{ 0x41, 2, 8, set_mode },
	{ 0xc1, 4, USB_ANY_LENGTH, get_bt_const },
	{ 0xc1, 5, USB_ANY_LENGTH, get_device_config },
};

const struct usb_personality gsusb_personality = {
	.device = device_descriptor,
	.config = config_descriptor,
	.config_len = sizeof(config_descriptor),
	.requests = requests,
	.requests_len = ARRAY_SIZE(requests),
	.out = out,
	.in = in,
};
