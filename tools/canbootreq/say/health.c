// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "health.h"

#include <string.h>

#include "../../canbus/up.h"
#include "words.h"

/* Without an acknowledgement this counter stops here: Bosch, CAN 2.0, 8. */
#define PASSIVE_LIMIT 128

static bool is_unacknowledged(const struct kcan_link *link,
			      const struct health_counts *counts)
{
	bool stuck = link->state == KCAN_LINK_STATE_ERROR_PASSIVE &&
		     link->has_counters && link->tx_errors == PASSIVE_LIMIT;

	/* who is heard acknowledges; what fails then fails at times */
	return !counts->frames && (stuck || counts->unacknowledged);
}

static unsigned int look_at_state(const struct kcan_link *link,
				  const struct health_counts *counts)
{
	if (link->state < KCAN_LINK_STATE_BUS_OFF &&
	    is_unacknowledged(link, counts))
		return 1u << WARNING_UNACKNOWLEDGED;
	return link->state > KCAN_LINK_STATE_ERROR_ACTIVE ?
		       1u << WARNING_STATE :
		       0;
}

unsigned int health_of(const struct kcan_link *link,
		       const struct health_counts *counts)
{
	unsigned int found = link->up ? look_at_state(link, counts) : 0;

	if (link->txqueuelen < CANBUS_QUEUE_USUAL)
		found |= 1u << WARNING_SHORT_QUEUE;
	/* usbip-gsusb-bridge.md, section 4.4 */
	if (link->restart_ms && !strcmp(link->driver, "gs_usb"))
		found |= 1u << WARNING_RESTART;
	return found;
}
