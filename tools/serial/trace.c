// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "trace.h"

#include <stdio.h>

void trace_bytes(const struct loop *l, uint32_t rate_bps, const char *way,
		 const uint8_t *bytes, size_t len)
{
	FILE *to;

	if (!l->trace || !len)
		return;
	to = loop_trace(l);
	fprintf(to, "%u %s ", rate_bps, way);
	for (size_t i = 0; i < len; i++)
		fprintf(to, "%02X", bytes[i]);
	fputc('\n', to);
}

void trace_text(const struct loop *l, const char *text)
{
	if (l->trace)
		fprintf(loop_trace(l), "%s\n", text);
}

void trace_device(const struct loop *l, const char *port,
		  const struct kcan_usbdev *dev)
{
	FILE *to;

	if (!l->trace)
		return;
	to = loop_trace(l);
	fprintf(to, "port %s: ", port);
	if (dev->devnum)
		fprintf(to, "%04x:%04x, ", dev->vendor, dev->product);
	fprintf(to, "%s\n", kcan_usbdev_info(dev)->what);
}
