// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "dfuse.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "descriptor.h"
#include "util/array.h"
#include "util/cursor.h"

/* Block 0 carries commands, block 1 nothing, and from block 2 on it is data. */
#define BLOCK_COMMAND 0
#define BLOCK_DATA 2
#define CMD_SET_ADDRESS 0x21
#define CMD_ERASE 0x41
#define CMD_READ_UNPROTECT 0x92
#define CMD_GET 0x00

/* usbip-gsusb-bridge.md, section 3.3 */
static const uint8_t device_descriptor[] = {
	USB_DEVICE(0x0100, 0, 64, 0x0483, 0xdf11, 0x2200),
};
/* can download, can upload, detaches by itself; 255 ms; DfuSe 1.1a */
#define FUNCTION                                                    \
	9, 0x21, 0x0b, USB_LE16(255), USB_LE16(DFUSE_TRANSFER_MAX), \
		USB_LE16(0x011a)
static const uint8_t config_descriptor[] = {
	USB_CONFIG(27, 1, 0xc0, 100),
	USB_INTERFACE(0, 0, 0xfe, 1, 2, USB_STRING_INTERFACE),
	FUNCTION,
};

void dfuse_init(struct dfuse *d, const struct dfuse_cfg *cfg,
		const struct dfuse_env *env)
{
	*d = (struct dfuse){ .env = env,
			     .cfg = *cfg,
			     .state = DFUSE_IDLE,
			     .address = cfg->start };
}

void dfuse_memory_text(char out[static DFUSE_MEMORY_TEXT_MAX],
		       const struct flash_map *map, uint32_t size)
{
	size_t rows = ARRAY_SIZE(map->erase);
	size_t len = (size_t)snprintf(out, DFUSE_MEMORY_TEXT_MAX,
				      "@Internal Flash  /0x%08x/", map->start);
	uint32_t first = 0;

	for (size_t i = 0; i < rows && map->erase[i].size; i++) {
		bool last = i + 1 == rows || !map->erase[i + 1].size ||
			    size <= map->erase[i].below;
		uint32_t end = last ? size : map->erase[i].below;

		len += (size_t)snprintf(out + len, DFUSE_MEMORY_TEXT_MAX - len,
					"%s%02u*%03uKg", i ? "," : "",
					(end - first) / map->erase[i].size,
					map->erase[i].size / 1024);
		if (last)
			break;
		first = end;
	}
}

/* What is done while the host asks for the status. Return: 0 or errno. */

static int set_address(struct dfuse *d, uint64_t now_us)
{
	(void)now_us;
	if (d->job_address - d->cfg.start >= d->cfg.size)
		return -EFAULT;
	d->address = d->job_address;
	return 0;
}

static int erase_one(struct dfuse *d, uint64_t now_us)
{
	int erased = d->env->erase(d->env->arg, d->job_address, now_us);

	return erased < 0 ? erased : 0;
}

static int erase_all(struct dfuse *d, uint64_t now_us)
{
	while (d->job_address - d->cfg.start < d->cfg.size) {
		int erased = d->env->erase(d->env->arg, d->job_address, now_us);

		if (erased <= 0)
			return erased ? erased : -EIO;
		d->job_address += (uint32_t)erased;
	}
	return 0;
}

static int write_data(struct dfuse *d, uint64_t now_us)
{
	return d->env->program(d->env->arg, d->job_address, d->data,
			       d->data_len, now_us);
}

struct dfuse_job {
	int (*run)(struct dfuse *d, uint64_t now_us);
	bool takes_time;
	enum dfuse_status failed; /* when it was not for the address */
};

static const struct dfuse_job jobs[] = {
	{ set_address, false, DFUSE_ERR_TARGET },
	{ erase_one, true, DFUSE_ERR_ERASE },
	{ erase_all, true, DFUSE_ERR_ERASE },
	{ write_data, true, DFUSE_ERR_WRITE },
};
enum { SET_ADDRESS, ERASE_ONE, ERASE_ALL, WRITE_DATA };

static void fail(struct dfuse *d, enum dfuse_status status)
{
	d->state = DFUSE_ERROR;
	d->status = status;
	d->job = NULL;
}

static int stall(struct dfuse *d)
{
	fail(d, DFUSE_ERR_STALLED);
	return -EPIPE;
}

static void work(struct dfuse *d, uint64_t now_us)
{
	int err = d->job ? d->job->run(d, now_us) : 0;

	if (err == -EFAULT)
		fail(d, DFUSE_ERR_TARGET);
	else if (err && err != -EAGAIN)
		fail(d, d->job->failed);
	else if (!err)
		d->job = NULL;
}

/* Requests. */

static int begin(struct dfuse *d, size_t job, uint32_t address)
{
	d->job = &jobs[job];
	d->job_address = address;
	d->state = DFUSE_DNLOAD_SYNC;
	return 0;
}

static int command(struct dfuse *d, const struct usb_control *c)
{
	struct util_cursor at = util_cursor_reading(c->data, c->length);
	uint8_t code = util_get_u8(&at);
	uint32_t address = util_get_le32(&at);

	if (code == CMD_ERASE && c->length == 1)
		return begin(d, ERASE_ALL, d->cfg.start);
	if (c->length != 5)
		return stall(d);
	if (code == CMD_ERASE)
		return begin(d, ERASE_ONE, address);
	return code == CMD_SET_ADDRESS ? begin(d, SET_ADDRESS, address) :
					 stall(d);
}

static uint32_t block_address(const struct dfuse *d, uint16_t block)
{
	return d->address + (block - BLOCK_DATA) * (uint32_t)DFUSE_TRANSFER_MAX;
}

static int dnload(void *self, const struct usb_control *c, uint8_t *reply,
		  uint64_t now_us)
{
	struct dfuse *d = self;

	(void)reply;
	(void)now_us;
	if (d->state != DFUSE_IDLE && d->state != DFUSE_DNLOAD_IDLE)
		return stall(d);
	if (!c->length) {
		d->state = DFUSE_MANIFEST_SYNC;
		return 0;
	}
	if (c->value == BLOCK_COMMAND)
		return command(d, c);
	if (c->value < BLOCK_DATA || c->length > sizeof(d->data))
		return stall(d);
	memcpy(d->data, c->data, c->length);
	d->data_len = c->length;
	return begin(d, WRITE_DATA, block_address(d, c->value));
}

/* Return: how many bytes there are to read, @max at most. */
static uint32_t readable(const struct dfuse *d, uint32_t address, uint32_t max)
{
	uint32_t offset = address - d->cfg.start;
	uint32_t left = offset < d->cfg.size ? d->cfg.size - offset : 0;

	return left < max ? left : max;
}

static int upload(void *self, const struct usb_control *c, uint8_t *reply,
		  uint64_t now_us)
{
	static const uint8_t commands[] = { CMD_GET, CMD_SET_ADDRESS, CMD_ERASE,
					    CMD_READ_UNPROTECT };
	struct dfuse *d = self;
	uint32_t address = block_address(d, c->value), len;
	int err;

	if (d->state != DFUSE_IDLE && d->state != DFUSE_UPLOAD_IDLE)
		return stall(d);
	if (c->value == BLOCK_COMMAND) {
		memcpy(reply, commands, sizeof(commands));
		return sizeof(commands);
	}
	if (c->value < BLOCK_DATA || c->length > DFUSE_TRANSFER_MAX)
		return stall(d);
	len = readable(d, address, c->length);
	err = len ? d->env->read(d->env->arg, address, reply, len, now_us) : 0;
	if (err == -EAGAIN)
		return err;
	if (err)
		return stall(d);
	d->state = len < c->length ? DFUSE_IDLE : DFUSE_UPLOAD_IDLE;
	return (int)len;
}

/* The next state, as the host asks for it. */
static void step(struct dfuse *d, uint64_t now_us)
{
	bool begins = d->state == DFUSE_DNLOAD_SYNC;

	if (begins) {
		d->state = DFUSE_DNBUSY;
		d->busy_until_us =
			now_us + (d->job->takes_time ? d->cfg.busy_us : 0);
	}
	if (d->state == DFUSE_DNBUSY) {
		work(d, now_us);
		/* it is always told of once, however fast it was */
		if (!begins && !d->job && d->state == DFUSE_DNBUSY &&
		    now_us >= d->busy_until_us)
			d->state = DFUSE_DNLOAD_IDLE;
	} else if (d->state == DFUSE_MANIFEST_SYNC) {
		d->state = DFUSE_MANIFEST;
		d->env->leave(d->env->arg, d->address, now_us);
	}
}

static int get_status(void *self, const struct usb_control *c, uint8_t *reply,
		      uint64_t now_us)
{
	struct dfuse *d = self;
	uint64_t poll_ms = 0;

	(void)c;
	step(d, now_us);
	if (d->state == DFUSE_DNBUSY && d->busy_until_us > now_us)
		poll_ms = (d->busy_until_us - now_us + 999) / 1000;
	reply[0] = (uint8_t)d->status;
	reply[1] = (uint8_t)poll_ms;
	reply[2] = (uint8_t)(poll_ms >> 8);
	reply[3] = (uint8_t)(poll_ms >> 16);
	reply[4] = (uint8_t)d->state;
	reply[5] = 0;
	return 6;
}

static int get_state(void *self, const struct usb_control *c, uint8_t *reply,
		     uint64_t now_us)
{
	(void)c;
	(void)now_us;
	reply[0] = (uint8_t)((struct dfuse *)self)->state;
	return 1;
}

static int clear_status(void *self, const struct usb_control *c, uint8_t *reply,
			uint64_t now_us)
{
	struct dfuse *d = self;

	(void)c;
	(void)reply;
	(void)now_us;
	if (d->state != DFUSE_ERROR)
		return stall(d);
	d->state = DFUSE_IDLE;
	d->status = DFUSE_OK;
	return 0;
}

static int stop(void *self, const struct usb_control *c, uint8_t *reply,
		uint64_t now_us)
{
	struct dfuse *d = self;

	(void)c;
	(void)reply;
	(void)now_us;
	if (d->state == DFUSE_ERROR || d->state == DFUSE_DNBUSY)
		return stall(d);
	d->state = DFUSE_IDLE;
	d->job = NULL;
	return 0;
}

static const struct usb_request_row requests[] = {
	{ 0x21, 1, USB_ANY_LENGTH, dnload },
	{ 0xa1, 2, USB_ANY_LENGTH, upload },
	{ 0xa1, 3, USB_ANY_LENGTH, get_status },
	{ 0x21, 4, 0, clear_status },
	{ 0xa1, 5, USB_ANY_LENGTH, get_state },
	{ 0x21, 6, 0, stop },
};

const struct usb_personality dfuse_personality = {
	.device = device_descriptor,
	.config = config_descriptor,
	.config_len = sizeof(config_descriptor),
	.requests = requests,
	.requests_len = ARRAY_SIZE(requests),
};
