// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "trace.h"

#include <stdio.h>
#include <time.h>

static void begin(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	fprintf(stderr, "(%010lld.%06ld) ", (long long)now.tv_sec,
		now.tv_nsec / 1000);
}

void trace_bytes(const struct loop *l, uint32_t rate_bps, const char *way,
		 const uint8_t *bytes, size_t len)
{
	if (!l->trace || !len)
		return;
	begin();
	fprintf(stderr, "%u %s ", rate_bps, way);
	for (size_t i = 0; i < len; i++)
		fprintf(stderr, "%02X", bytes[i]);
	fputc('\n', stderr);
}

void trace_text(const struct loop *l, const char *text)
{
	if (!l->trace)
		return;
	begin();
	fprintf(stderr, "%s\n", text);
}

void trace_device(const struct loop *l, const char *port,
		  const struct kcan_usbdev *dev)
{
	if (!l->trace)
		return;
	begin();
	fprintf(stderr, "port %s: ", port);
	if (dev->devnum)
		fprintf(stderr, "%04x:%04x, ", dev->vendor, dev->product);
	fprintf(stderr, "%s\n", kcan_usbdev_info(dev)->what);
}
