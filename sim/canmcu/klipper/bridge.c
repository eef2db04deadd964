// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* What a USB-CAN adapter says of itself: klipper-mcu-protocol.md, section 9.1. */
#include "klipper.h"

static const struct klipper_message messages[] = {
	{ "usb_canbus_state discard=%u", .builds = KLIPPER_BRIDGE },
};

const struct klipper_module klipper_bridges = {
	KLIPPER_MESSAGES(messages),
};
