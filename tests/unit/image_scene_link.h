/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef UNIT_IMAGE_SCENE_LINK_H
#define UNIT_IMAGE_SCENE_LINK_H

/* Images for another link than the board has, another bit rate, or other pins. */
#include "image_usual.h"

static inline void for_a_bridge(void)
{
	scene.dictionary.bridge = true;
	scene.dictionary.can_bps = 0;
}

static inline void for_usb(void)
{
	scene.dictionary.can_bps = 0;
}

static inline void for_a_uart(void)
{
	scene.dictionary.can_bps = 0;
	scene.dictionary.uart_bps = 250000;
}

static inline void usb_to_usb(void)
{
	for_usb();
	scene.board.link = KCAN_IMAGE_LINK_USB;
}

static inline void uart_to_uart(void)
{
	for_a_uart();
	scene.board.link = KCAN_IMAGE_LINK_UART;
}

static inline void bridge_to_bridge(void)
{
	for_a_bridge();
	scene.board.link = KCAN_IMAGE_LINK_BRIDGE;
}

static inline void can_to_bridge(void)
{
	scene.board.link = KCAN_IMAGE_LINK_BRIDGE;
}

static inline void can_to_bridge_at_another_rate(void)
{
	can_to_bridge();
	scene.dictionary.can_bps = 500000;
}

static inline void any_link(void)
{
	for_usb();
	scene.board.link = KCAN_IMAGE_LINK_UNKNOWN;
}

static inline void another_rate(void)
{
	scene.dictionary.can_bps = 500000;
}

static inline void on_vcan(void)
{
	scene.board.owns_timing = false;
}

static inline void another_rate_behind_a_bridge(void)
{
	another_rate();
	on_vcan();
}

static inline void no_rate_known(void)
{
	scene.board.bit_rate = 0;
}

static inline const struct kcan_image_dictionary *
old_with_pins(const char *pins)
{
	static struct kcan_image_dictionary old;

	old = usual_dictionary;
	snprintf(old.pins, sizeof(old.pins), "%s", pins);
	return &old;
}

static inline void other_pins_before(void)
{
	scene.board.old = old_with_pins("PD0,PD1");
}

static inline void same_pins_before(void)
{
	scene.board.old = old_with_pins("PB0,PB1");
}

static inline void no_pins_before(void)
{
	scene.board.old = old_with_pins("?");
}

static inline void no_pins_now(void)
{
	other_pins_before();
	strcpy(scene.dictionary.pins, "?");
}

static inline void no_dictionary_before(void)
{
	static const struct kcan_image_dictionary none;

	scene.board.old = &none;
}

#endif
