// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "ask.h"

#include <errno.h>

/* An adapter is on USB, too, but what is behind it is asked as a UART is. */
static bool is_usb(const struct words_facts *facts)
{
	return facts->way == WAY_USB ||
	       kcan_usbdev_info(&facts->usb)->kind == KCAN_USBDEV_KLIPPER;
}

static void ask_port(struct words_facts *facts, struct loop *l,
		     struct kcan_usbport *port)
{
	snprintf(facts->port, sizeof(facts->port), "%s",
		 kcan_usbport_name(port));
	kcan_usbport_look(port, &facts->usb);
	if (kcan_usbdev_is_loader(&facts->usb)) {
		facts->way = WAY_USB;
		facts->cause = CAUSE_USB_ALREADY;
	} else if (is_usb(facts)) {
		ask_usb(facts, l, port);
	} else {
		ask_uart(facts, l);
	}
}

/* What cannot be found out here is found out by opening it. */
void ask_device(struct words_facts *facts, struct loop *l)
{
	struct kcan_usbport *port = NULL;
	int err = facts->way == WAY_UART ?
			  -ENXIO :
			  kcan_usbport_of_tty(&port, facts->device);

	if (err == -ENOENT && ask_by_name(facts))
		return;
	if (!err)
		ask_port(facts, l, port);
	else if (facts->way == WAY_USB && err == -ENXIO)
		facts->cause = CAUSE_NOT_USB;
	else
		ask_uart(facts, l);
	kcan_usbport_close(port);
}
