// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Keys that tell how an MCU is reached: CAN, USB, a serial line. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../ports/names.h"
#include "keys_parse.h"
#include "util/number.h"

#define BAUD_MIN 300
#define BAUD_MAX 4000000
#define VHCI_PORT_MAX 239 /* Debian has the most: 240 */

/* Four ways, and an MCU has one of them. */
static int choose_link(struct keys_board *b, enum mcu_link link, char *want)
{
	if (b->cfg.link != MCU_LINK_CAN && b->cfg.link != link)
		return refuse(want,
			      "it has '%s' already; leave one of the two "
			      "away",
			      mcu_link_name(b->cfg.link));
	b->cfg.link = link;
	return 0;
}

static int switch_link(struct keys_board *b, enum mcu_link link,
		       const char *value, char *want)
{
	bool on = false;
	int err = keys_read_switch(value, &on, want);

	if (!err && on)
		return choose_link(b, link, want);
	if (!err && b->cfg.link == link)
		b->cfg.link = MCU_LINK_CAN;
	return err;
}

int keys_parse_bridge(struct keys_board *b, const char *value, char *want)
{
	return switch_link(b, MCU_LINK_BRIDGE, value, want);
}

int keys_parse_usb(struct keys_board *b, const char *value, char *want)
{
	return switch_link(b, MCU_LINK_USB, value, want);
}

int keys_parse_uart(struct keys_board *b, const char *value, char *want)
{
	size_t pty = strlen(PORT_NAME_PTY);
	size_t kind = strncmp(value, PORT_NAME_PTY, pty) ? 0 : pty;

	if (value[kind] != '/')
		return refuse(want, "give 'pty:/PATH' to make a serial line "
				    "with that name, or one there is, like "
				    "/dev/ttyS0");
	if (keys_has_control(value))
		return refuse(want, "give a path without control characters");
	if (choose_link(b, MCU_LINK_UART, want))
		return -EINVAL;
	b->cfg.uart = value;
	return 0;
}

static int read_baud(const char *value, uint32_t *out, char *want)
{
	uint64_t baud;

	if (util_parse_number(value, &baud) || baud < BAUD_MIN ||
	    baud > BAUD_MAX)
		return refuse(want, "give a number from %d to %d", BAUD_MIN,
			      BAUD_MAX);
	*out = (uint32_t)baud;
	return 0;
}

int keys_parse_baud(struct keys_board *b, const char *value, char *want)
{
	return read_baud(value, &b->cfg.baud, want);
}

int keys_parse_katapult_baud(struct keys_board *b, const char *value,
			     char *want)
{
	return read_baud(value, &b->cfg.katapult_baud, want);
}

static int read_bitrate(const char *text, uint32_t *out, char *want)
{
	uint64_t bps;

	if (util_parse_number(text, &bps) || bps < MCU_CAN_BPS_MIN ||
	    bps > MCU_CAN_BPS_MAX)
		return refuse(want, "give bits per second from %d to %d",
			      MCU_CAN_BPS_MIN, MCU_CAN_BPS_MAX);
	*out = (uint32_t)bps;
	return 0;
}

int keys_parse_katapult_bitrate(struct keys_board *b, const char *value,
				char *want)
{
	return read_bitrate(value, &b->cfg.katapult_bps, want);
}

int keys_parse_klipper_bitrate(struct keys_board *b, const char *value,
			       char *want)
{
	return read_bitrate(value, &b->cfg.klipper_bps, want);
}

int keys_parse_usb_serial(struct keys_board *b, const char *value, char *want)
{
	b->has_serial = true;
	return keys_read_text(value, b->cfg.usb.serial, want);
}

int keys_parse_usb_port(struct keys_board *b, const char *value, char *want)
{
	uint64_t port;
	int err = keys_read_number(value, VHCI_PORT_MAX, &port, want);

	if (!err)
		b->cfg.usb.vhci_port = (int)port;
	return err;
}

int keys_parse_usb_tcp(struct keys_board *b, const char *value, char *want)
{
	uint64_t port;
	int err = keys_read_number(value, UINT16_MAX, &port, want);

	if (!err)
		b->cfg.usb.tcp_port = (uint16_t)port;
	return err;
}

int keys_parse_bridge_bitrate(struct keys_board *b, const char *value,
			      char *want)
{
	uint64_t bps;
	int err = keys_read_number(value, MCU_CAN_BPS_MAX, &bps, want);

	if (!err)
		b->cfg.usb.bitrate_bps = (uint32_t)bps;
	return err;
}

int keys_parse_bridge_state(struct keys_board *b, const char *value, char *want)
{
	for (int i = 0; i < CONFINEMENT_STATE_COUNT; i++) {
		enum confinement_state state = (enum confinement_state)i;

		if (strcmp(confinement_state_name(state), value) != 0)
			continue;
		b->cfg.usb.bus_state = state;
		return 0;
	}
	return refuse(want, "give 'error-active', 'error-warning', "
			    "'error-passive' or 'bus-off'");
}

int keys_parse_bridge_echo(struct keys_board *b, const char *value, char *want)
{
	bool echo = true;
	int err = keys_read_switch(value, &echo, want);

	b->cfg.usb.mute = !echo;
	return err;
}

int keys_parse_bridge_slow(struct keys_board *b, const char *value, char *want)
{
	return keys_read_switch(value, &b->cfg.usb.slow, want);
}

int keys_parse_bridge_stall(struct keys_board *b, const char *value, char *want)
{
	return keys_read_switch(value, &b->cfg.usb.stalled, want);
}
