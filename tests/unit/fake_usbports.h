/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_FAKE_USBPORTS_H
#define UNIT_FAKE_USBPORTS_H

#include "io/usbport.h"

#define PORTS 4

static const struct kcan_usbdev *plugged; /* on ports 1-1, 1-2 ...: PORTS */

void kcan_usbport_each(void (*seen)(const char *port,
				    const struct kcan_usbdev *dev, void *arg),
		       void *arg)
{
	char port[] = "1-1";

	for (size_t i = 0; i < PORTS; i++, port[2]++)
		if (plugged[i].devnum)
			seen(port, &plugged[i], arg);
}

#endif
