/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_REPORT_USB_H
#define UNIT_REPORT_USB_H

/* Devices on USB that canbootreq says something about. */
#include "report_canbootreq.h"

#define CHIP "3B0028001451303432353938"
#define BY_ID "/dev/serial/by-id/usb-katapult_stm32g0b1xx_" CHIP "-if00"
#define BRIDGE                                                    \
	{                                                         \
		.devnum = 4, .vendor = 0x1d50, .product = 0x606f, \
		.manufacturer = "Klipper", .name = "stm32g0b1xx", \
		.serial = CHIP, .ifname = "can0"                  \
	}
#define KATAPULT(...)                                              \
	{                                                          \
		.devnum = 3, .vendor = 0x1d50, .product = 0x6177,  \
		.manufacturer = "katapult", .name = "stm32g0b1xx", \
		.serial = CHIP, __VA_ARGS__                        \
	}
#define DFU                                                      \
	{                                                        \
		.devnum = 3, .vendor = 0x0483, .product = 0xdf11 \
	}
#define FOLLOWED(verdict, ...)                           \
	.request = REQUEST_HANDED_OVER, .port = "1-1.4", \
	.followed = KCAN_USBFOLLOW_##verdict, .usb = __VA_ARGS__
#define UP "sudo ip link set can0 up type can bitrate 500000"
#define NAME "112233445566: "
#define HANDED "the request was handed to the adapter"

#endif
