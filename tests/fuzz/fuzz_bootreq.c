// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * Any frames at any time, with any fate of what is sent: the exchange ends, a
 * proof is only ever the 20 bytes, and who was assigned is handed back.
 */
#include <stdlib.h>
#include <string.h>

#include <kcan/bootreq.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct kcan_uuid UUID = { { 0x41, 0xf9, 0x05, 0xf5, 0x50, 0x04 } };
/* katapult-protocol.md, section 12 */
static const uint8_t ANSWER[20] = { 0x01, 0x88, 0xa0, 0x03, 0x16, 0x00, 0x00,
				    0x00, 0x41, 0xf9, 0x05, 0xf5, 0x50, 0x04,
				    0x00, 0x00, 0x32, 0x40, 0x99, 0x03 };
static const uint8_t BACK[8] = {
	0x11, 0xbe, 0x06, 0xfa, 0x0a, 0xaf, 0xfb, 0xf0
};

struct run {
	struct kcan_bootreq *req;
	struct can_frame last;
	uint64_t now;
	uint8_t heard[4096];
	size_t heard_len;
};

static void check(bool ok)
{
	if (!ok)
		abort();
}

static void hear(struct run *r, const uint8_t *data, size_t len)
{
	struct can_frame frame = { .can_id = 0x2e1, .can_dlc = (uint8_t)len };

	memcpy(frame.data, data, len);
	if (r->heard_len + len <= sizeof(r->heard)) {
		memcpy(r->heard + r->heard_len, data, len);
		r->heard_len += len;
	}
	kcan_bootreq_rx(r->req, &frame, r->now);
}

/* @fate: 0 confirmed, 1 no room, 2 confirmation never comes */
static void send(struct run *r, unsigned int fate)
{
	struct can_frame frame;

	if (kcan_bootreq_deadline(r->req) != UINT64_MAX &&
	    kcan_bootreq_deadline(r->req) > r->now)
		r->now = kcan_bootreq_deadline(r->req);
	if (!kcan_bootreq_tx(r->req, &frame, r->now))
		return;
	if (fate == 1) {
		kcan_bootreq_unsent(r->req, r->now);
		return;
	}
	r->last = frame;
	if (fate == 0)
		kcan_bootreq_sent(r->req, r->now);
}

static void finish(struct run *r)
{
	struct kcan_bootreq_result result;
	unsigned int turns = 0;

	while (!kcan_bootreq_done(r->req)) {
		check(turns++ < 2000);
		send(r, 0);
	}
	result = kcan_bootreq_result(r->req);
	check(result.verdict != KCAN_BOOTREQ_PENDING);
	if (result.assigned && result.handback != KCAN_DELIVERY_NONE)
		check(!memcmp(r->last.data, BACK, sizeof(BACK)));
	if (result.verdict == KCAN_BOOTREQ_PROVEN)
		check(memmem(r->heard, r->heard_len, ANSWER, sizeof(ANSWER)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct kcan_bootreq_cfg cfg = { 2000000, 0xf0, true };
	struct run r = { 0 };

	if (size > sizeof(r.heard) / 8 ||
	    kcan_bootreq_new(&r.req, &UUID, &cfg, 0))
		return 0;
	while (size) {
		uint8_t op = *data++;
		size_t len = op & 7;

		size--;
		len = len < size ? len : size;
		if (op & 0x80)
			hear(&r, data, len);
		else if (op & 0x40)
			hear(&r, ANSWER + (op & 31) % 20,
			     20 - (op & 31) % 20 < 8 ? 20 - (op & 31) % 20 : 8);
		else if (op & 0x20)
			send(&r, op % 3);
		else if (op == 0x1f)
			kcan_bootreq_abort(r.req, r.now);
		else
			r.now += op * 1000u;
		if (op & 0x80) {
			data += len;
			size -= len;
		}
	}
	finish(&r);
	kcan_bootreq_free(r.req);
	return 0;
}
