// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * Any bytes at any time: the exchange ends in the time that it has, asks once,
 * and says nothing of a Katapult that it has not heard.
 */
#include <stdlib.h>
#include <string.h>

#include <kcan/serialreq.h>

#include "fuzz.h"

#define TIMEOUT_US 1000000
#define TURNS_MAX 64 /* without a byte */

/* Return: whether it was the request. */
static bool write_due(struct kcan_serialreq *req, uint64_t now_us)
{
	struct kcan_serialreq_send send;

	if (!kcan_serialreq_tx(req, &send, now_us))
		return false;
	check(send.len && send.rate_bps);
	kcan_serialreq_sent(req, now_us);
	return send.len == KCAN_SERIALREQ_LEN;
}

static void check_end(const struct kcan_serialreq *req, unsigned int requests)
{
	struct kcan_serialreq_result r = kcan_serialreq_result(req);

	check(requests <= 1 && r.requested == requests);
	if (r.verdict == KCAN_SERIALREQ_PROVEN ||
	    r.verdict == KCAN_SERIALREQ_APPLICATION ||
	    r.verdict == KCAN_SERIALREQ_SILENT)
		check(r.requested);
	if (r.verdict == KCAN_SERIALREQ_ALREADY)
		check(!r.requested);
	check(memchr(r.ident.mcu, 0, sizeof(r.ident.mcu)) != NULL);
}

/* pieces: a byte of length, and the bytes; length 0 lets the time pass */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct kcan_serialreq_cfg cfg = { TIMEOUT_US, 115200, 250000 };
	struct kcan_serialreq *req;
	unsigned int requests = 0;
	size_t turns = TURNS_MAX + size;
	uint64_t now_us = 0;
	size_t len;

	if (kcan_serialreq_new(&req, &cfg))
		return 0;
	while (!kcan_serialreq_result(req).verdict) {
		check(turns-- > 0);
		requests += write_due(req, now_us);
		len = size ? *data : 0;
		if (size) {
			data++;
			size--;
		}
		len = len < size ? len : size;
		if (!len && !kcan_serialreq_result(req).verdict)
			now_us = kcan_serialreq_deadline(req);
		kcan_serialreq_rx(req, data, len, now_us);
		data += len;
		size -= len;
	}
	check(kcan_serialreq_deadline(req) == UINT64_MAX);
	check_end(req, requests);
	kcan_serialreq_free(req);
	return 0;
}
