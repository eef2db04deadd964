// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "trace.h"

#include <stdio.h>
#include <time.h>

static FILE *begin(const struct loop *l)
{
	FILE *to = l->streams->trace;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	fprintf(to, "(%010lld.%06ld) ", (long long)now.tv_sec,
		now.tv_nsec / 1000);
	return to;
}

void trace_bytes(const struct loop *l, uint32_t rate_bps, const char *way,
		 const uint8_t *bytes, size_t len)
{
	FILE *to;

	if (!l->trace || !len)
		return;
	to = begin(l);
	fprintf(to, "%u %s ", rate_bps, way);
	for (size_t i = 0; i < len; i++)
		fprintf(to, "%02X", bytes[i]);
	fputc('\n', to);
}

void trace_text(const struct loop *l, const char *text)
{
	if (l->trace)
		fprintf(begin(l), "%s\n", text);
}

void trace_device(const struct loop *l, const char *port,
		  const struct kcan_usbdev *dev)
{
	FILE *to;

	if (!l->trace)
		return;
	to = begin(l);
	fprintf(to, "port %s: ", port);
	if (dev->devnum)
		fprintf(to, "%04x:%04x, ", dev->vendor, dev->product);
	fprintf(to, "%s\n", kcan_usbdev_info(dev)->what);
}
