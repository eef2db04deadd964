// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* What keys mean: how their values are read, and where they are kept. */
#include "keys.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../ports/names.h"
#include "config/mcus.h"
#include "util/array.h"
#include "util/hex.h"
#include "util/number.h"

#define BOOT_MS_MAX 3600000
#define ERASE_MS_MAX 1000
/* klipper-mcu-protocol.md, section 8.4: what a host takes, and was tried */
#define CLOCK_HZ_MIN 1000000
#define CLOCK_HZ_MAX 715827882
#define VHCI_PORT_MAX 239 /* Debian has the most: 240 */

/* -EINVAL, and what should be given instead. */
#define refuse(t, ...) \
	(snprintf((t)->want, KEYS_WANT_MAX, __VA_ARGS__), -EINVAL)

/* What sets one member, whichever it is. */

static void *member(const struct key_told *t)
{
	return (char *)t->board + t->key->at;
}

static int parse_number(const struct key_told *t)
{
	const struct key *k = t->key;
	uint64_t number;

	if (util_parse_number(t->value, &number) || number < k->min ||
	    number > k->max)
		return refuse(t, "give %s from %" PRIu32 " to %" PRIu32,
			      k->unit ? k->unit : "a number", k->min, k->max);
	if (k->ms)
		number *= 1000;
	if (k->size == sizeof(uint64_t))
		*(uint64_t *)member(t) = number;
	else if (k->size == sizeof(uint32_t))
		*(uint32_t *)member(t) = (uint32_t)number;
	else
		*(uint16_t *)member(t) = (uint16_t)number;
	return 0;
}

static int parse_address(const struct key_told *t)
{
	return parse_number(t) ? refuse(t, "give an address, like 0x8002000") :
				 0;
}

static int parse_switch(const struct key_told *t)
{
	return config_read_switch(t->value, member(t)) ?
		       0 :
		       refuse(t, "give 'on' or 'off'");
}

static bool is_printable(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

static int parse_text(const struct key_told *t)
{
	size_t len = strlen(t->value);

	if (len >= t->key->size || !is_printable(t->value))
		return refuse(t, "give at most %zu printable ASCII characters",
			      t->key->size - 1);
	memcpy(member(t), t->value, len + 1);
	return 0;
}

static int parse_interface(const struct key_told *t)
{
	if (!config_is_ifname(t->value))
		return refuse(t, "give the name of a CAN interface, like can0, "
				 "or of a bus in here, like :desk");
	*(const char **)member(t) = t->value;
	return 0;
}

static int parse_path(const struct key_told *t)
{
	for (const char *c = t->value; *c; c++)
		if (iscntrl((unsigned char)*c))
			return refuse(t,
				      "give a path without control characters");
	*(const char **)member(t) = t->value;
	return 0;
}

/* What does more. */

/* Checked here, and read once more when all is told. */
static int parse_fault(const struct key_told *t)
{
	struct keys_board *b = t->board;
	struct fault fault;

	if (fault_parse(&fault, t->value, t->want))
		return -EINVAL;
	if (b->faults_len == KEYS_FAULTS_MAX)
		return refuse(t,
			      "at most %d faults can be given to start with; "
			      "'canmcu ctl fault' adds more",
			      KEYS_FAULTS_MAX);
	b->faults[b->faults_len++] = t->value;
	return 0;
}

static int parse_unplugged(const struct key_told *t)
{
	struct keys_board *b = t->board;

	if (!*t->value || !is_printable(t->value))
		return refuse(t, "give the name of a section, like adxl345 or "
				 "tmc2209 stepper_x");
	if (b->unplugged_len == KEYS_UNPLUGGED_MAX)
		return refuse(t,
			      "at most %d can be given to start with; 'canmcu "
			      "ctl unplug' takes more",
			      KEYS_UNPLUGGED_MAX);
	b->unplugged[b->unplugged_len++] = t->value;
	return 0;
}

static int parse_canbus_uuid(const struct key_told *t)
{
	struct keys_board *b = t->board;
	char digits[CONFIG_UUID_LEN + 1];

	if (!config_read_uuid(t->value, digits) ||
	    kcan_uuid_parse(&b->cfg.uuid, digits))
		return refuse(t, "give up to 12 hex digits, like 112233445566");
	b->has_uuid = true;
	b->chip_id_len = 0;
	if (!b->has_serial)
		b->cfg.usb.serial[0] = '\0';
	return 0;
}

static int parse_chip_id(const struct key_told *t)
{
	struct keys_board *b = t->board;
	size_t len = strlen(t->value) / 2;
	uint8_t id[KEYS_CHIP_ID_MAX];

	if (!len || len > sizeof(id) ||
	    util_hex_decode(id, t->value, strlen(t->value)))
		return refuse(t, "give 24 hex digits for an STM32, 16 for an "
				 "RP2040, 32 for LPC and SAM");
	kcan_uuid_from_chip_id(&b->cfg.uuid, id, len);
	b->has_uuid = true;
	b->chip_id_len = len;
	/* as firmware writes it: can-admin-channel.md, section 9 */
	for (size_t i = 0; i < len && !b->has_serial; i++)
		snprintf(b->cfg.usb.serial + 2 * i, 3, "%02X", id[i]);
	return 0;
}

static int parse_usb_serial(const struct key_told *t)
{
	t->board->has_serial = true;
	return parse_text(t);
}

static int parse_mcu_type(const struct key_told *t)
{
	const struct mcu_type *type = mcu_type_find(t->value);

	if (!type)
		return refuse(t,
			      "give one that --help lists, like stm32g0b1xx");
	t->board->cfg.type = type;
	return 0;
}

static int parse_bootloader(const struct key_told *t)
{
	if (!bootloader_find(&t->board->cfg.bootloader, t->value))
		return refuse(t, "give 'katapult', 'rom' or 'none'");
	t->board->has_bootloader = true;
	return 0;
}

static int parse_state(const struct key_told *t)
{
	enum mcu_state state;

	if (!mcu_state_find(&state, t->value) || state == MCU_BOOT ||
	    state == MCU_ROM || state == MCU_DEAD)
		return refuse(t, "give 'klipper', 'shutdown', 'katapult' or "
				 "'off'");
	t->board->cfg.state = state;
	return 0;
}

static int parse_flash_image(const struct key_told *t)
{
	if (!*t->value || *t->value == '~')
		return refuse(t, "give a path, without '~'");
	return parse_path(t);
}

/* Four ways, and an MCU has one of them. */
static int choose_link(const struct key_told *t, enum mcu_link link)
{
	struct mcu_cfg *cfg = &t->board->cfg;

	if (cfg->link != MCU_LINK_CAN && cfg->link != link)
		return refuse(t,
			      "it has '%s' already; leave one of the two away",
			      mcu_link_name(cfg->link));
	cfg->link = link;
	return 0;
}

static int switch_link(const struct key_told *t, enum mcu_link link)
{
	bool on;

	if (!config_read_switch(t->value, &on))
		return refuse(t, "give 'on' or 'off'");
	if (on)
		return choose_link(t, link);
	if (t->board->cfg.link == link)
		t->board->cfg.link = MCU_LINK_CAN;
	return 0;
}

static int parse_bridge(const struct key_told *t)
{
	return switch_link(t, MCU_LINK_BRIDGE);
}

static int parse_usb(const struct key_told *t)
{
	return switch_link(t, MCU_LINK_USB);
}

static int parse_uart(const struct key_told *t)
{
	size_t pty = strlen(PORT_NAME_PTY);
	size_t kind = strncmp(t->value, PORT_NAME_PTY, pty) ? 0 : pty;

	if (t->value[kind] != '/')
		return refuse(t, "give 'pty:/PATH' to make a serial line with "
				 "that name, or one there is, like /dev/ttyS0");
	return parse_path(t) ? -EINVAL : choose_link(t, MCU_LINK_UART);
}

static int parse_bridge_state(const struct key_told *t)
{
	for (int i = 0; i < CONFINEMENT_STATE_COUNT; i++) {
		enum confinement_state state = (enum confinement_state)i;

		if (strcmp(confinement_state_name(state), t->value) != 0)
			continue;
		t->board->cfg.usb.bus_state = state;
		return 0;
	}
	return refuse(t, "give 'error-active', 'error-warning', "
			 "'error-passive' or 'bus-off'");
}

static int parse_bridge_echo(const struct key_told *t)
{
	bool *mute = member(t);
	int err = parse_switch(t);

	if (!err)
		*mute = !*mute;
	return err;
}

#define MEMBER(m) \
	offsetof(struct keys_board, m), sizeof(((struct keys_board *)0)->m)
#define NUMBER(m, min, max) parse_number, MEMBER(m), (min), (max)
#define SWITCH(m) parse_switch, MEMBER(m)
#define BAUD(m) NUMBER(m, MCU_BAUD_MIN, MCU_BAUD_MAX)
#define BIT_RATE(m) \
	NUMBER(m, MCU_CAN_BPS_MIN, MCU_CAN_BPS_MAX), .unit = "bits per second"

static const struct key table[] = {
	{ "canbus_uuid", .parse = parse_canbus_uuid, .effect = KEY_BOARD,
	  .file_only = true },
	{ "chip_id", .parse = parse_chip_id, .effect = KEY_BOARD,
	  .file_only = true },
	{ "canbus_interface", .parse = parse_interface,
	  MEMBER(canbus_interface), .effect = KEY_BOARD, .file_only = true },
	{ "same_uuid", 0, NULL, "may have the UUID of an earlier MCU",
	  SWITCH(cfg.same_uuid) },
	{ "interface", 'i', "IFACE",
	  "CAN interface, or :NAME (vcan0; in a file can0)", parse_interface,
	  MEMBER(interface), .effect = KEY_BOARD },
	{ "klipper_bitrate", 0, "N",
	  "CAN bit rate of its Klipper (that of the bus)",
	  BIT_RATE(cfg.klipper_bps) },
	{ "katapult_bitrate", 0, "N", "the same of its Katapult",
	  BIT_RATE(cfg.katapult_bps) },
	{ "bridge", 0, NULL, "be a USB-to-CAN bridge (gs_usb)", parse_bridge,
	  .effect = KEY_FIXED },
	{ "usb", 0, NULL, "be a serial port on USB (CDC-ACM)", parse_usb,
	  .effect = KEY_FIXED },
	{ "uart", 0, "LINE", "be on a serial line: pty:/PATH (new) or a tty",
	  parse_uart, MEMBER(cfg.uart), .effect = KEY_FIXED },
	{ "baud", 0, "N", "speed of the serial line (250000)", BAUD(cfg.baud),
	  .effect = KEY_FIXED },
	{ "katapult_baud", 0, "N", "the same while Katapult runs (as --baud)",
	  BAUD(cfg.katapult_baud), .effect = KEY_FIXED },
	{ "usb_serial", 0, "TEXT", "USB serial number (the chip id)",
	  parse_usb_serial, MEMBER(cfg.usb.serial), .effect = KEY_BOARD },
	{ "usb_port", 0, "N", "port of vhci_hcd (the lowest free one)",
	  NUMBER(cfg.usb.vhci_port, 0, VHCI_PORT_MAX), .effect = KEY_FIXED },
	{ "usb_tcp", 0, "PORT", "wait on PORT for 'usbip attach'",
	  NUMBER(cfg.usb.tcp_port, 0, UINT16_MAX), .effect = KEY_FIXED },
	{ "bridge_bitrate", 0, "N",
	  "bit rate that a bridge's host has to set (any)",
	  NUMBER(cfg.usb.bitrate_bps, 0, MCU_CAN_BPS_MAX) },
	{ "bridge_state", 0, "STATE",
	  "least severe state of its bus (error-active)", parse_bridge_state },
	{ "bridge_echo", 0, "on|off", "echo the frames of a bridge's host (on)",
	  parse_bridge_echo, MEMBER(cfg.usb.mute) },
	{ "bridge_slow", 0, NULL, "accept no frames of a bridge's host",
	  SWITCH(cfg.usb.slow) },
	{ "bridge_stall", 0, NULL, "let its bus take no frames of the host",
	  SWITCH(cfg.usb.stalled) },
	{ "mcu_type", 0, "TYPE", "chip, see below (stm32g0b1xx)",
	  parse_mcu_type, .effect = KEY_BOARD },
	{ "bootloader", 0, "WHICH",
	  "katapult, rom or none (katapult if it knows CAN)", parse_bootloader,
	  .effect = KEY_BOARD },
	{ "state", 0, "STATE", "klipper, shutdown, katapult or off (klipper)",
	  parse_state, .effect = KEY_STATE },
	{ "nodeid", 0, "N", "start with this nodeid, 0..255 (unassigned)",
	  NUMBER(cfg.nodeid, 0, UINT8_MAX), .effect = KEY_NODEID },
	{ "boot_ms", 0, "N", "ms from a request until Katapult listens (30)",
	  NUMBER(cfg.boot_us, 0, BOOT_MS_MAX), .ms = true },
	{ "double_reset", 0, "on|off",
	  "500 ms wait of Katapult after a reset (on)",
	  SWITCH(cfg.double_reset) },
	{ "no_application", 0, NULL, "start with blank flash: Katapult stays",
	  SWITCH(cfg.blank), .effect = KEY_BOARD },
	{ "application_start", 0, "ADDR",
	  "where the application lies (as usual on the chip)", parse_address,
	  MEMBER(cfg.app_start), 1, UINT32_MAX, .effect = KEY_BOARD },
	{ "mcu_name", 0, "TEXT",
	  "name of the MCU in CONNECT's answer (the chip)", parse_text,
	  MEMBER(cfg.mcu_name) },
	{ "katapult_version", 0, "TEXT", "software version in CONNECT's answer",
	  parse_text, MEMBER(cfg.katapult_version) },
	{ "flash_image", 0, "PATH", "keep the flash in this file (in memory)",
	  parse_flash_image, MEMBER(cfg.flash_image), .effect = KEY_BOARD,
	  .path = true },
	{ "erase_ms", 0, "N", "ms that it takes to erase a KiB of flash (10)",
	  NUMBER(cfg.erase_us, 0, ERASE_MS_MAX), .ms = true },
	{ "ecc", 0, "on|off", "cells of flash with ECC on G0, G4, H7 (on)",
	  SWITCH(cfg.ecc) },
	{ "clock_freq", 0, "HZ",
	  "rate of Klipper's clock (as usual on the chip)",
	  NUMBER(cfg.clock_hz, CLOCK_HZ_MIN, CLOCK_HZ_MAX),
	  .unit = "a number of Hz", .effect = KEY_BOARD },
	{ "fault", 0, "FAULT", "inject a fault, see below; may be repeated",
	  parse_fault, .effect = KEY_FAULT, .lines = true },
	{ "unplugged", 0, "SECTION",
	  "disconnect what that section has; may be repeated", parse_unplugged,
	  .effect = KEY_UNPLUGGED, .lines = true },
	{ "sane_rx", 0, NULL, "let Katapult recover from any broken block",
	  SWITCH(cfg.sane_rx) },
};

const struct key *keys_at(size_t index)
{
	return index < ARRAY_SIZE(table) ? &table[index] : NULL;
}
