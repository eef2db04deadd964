// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "keys.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config/mcus.h"
#include "keys_parse.h"
#include "util/array.h"
#include "util/hex.h"
#include "util/number.h"

#define BOOT_MS_MAX 3600000
#define ERASE_MS_MAX 1000
/* klipper-mcu-protocol.md, section 8.4: what a host takes, and was tried */
#define CLOCK_HZ_MIN 1000000
#define CLOCK_HZ_MAX 715827882
#define NAME_MAX_LEN 31
#define NEAR 2 /* typing errors */

/* Checked here, and read once more when all is told. */
static int parse_fault(struct keys_board *b, const char *value, char *want)
{
	struct fault fault;

	if (fault_parse(&fault, value, want))
		return -EINVAL;
	if (b->faults_len == KEYS_FAULTS_MAX)
		return refuse(want,
			      "at most %d faults can be given to start "
			      "with; 'canmcu ctl fault' adds more",
			      KEYS_FAULTS_MAX);
	b->faults[b->faults_len++] = value;
	return 0;
}

static int parse_unplugged(struct keys_board *b, const char *value, char *want)
{
	if (!*value || !keys_is_printable(value))
		return refuse(want, "give the name of a section, like adxl345 "
				    "or tmc2209 stepper_x");
	if (b->unplugged_len == KEYS_UNPLUGGED_MAX)
		return refuse(want,
			      "at most %d can be given to start with; 'canmcu "
			      "ctl unplug' takes more",
			      KEYS_UNPLUGGED_MAX);
	b->unplugged[b->unplugged_len++] = value;
	return 0;
}

static int read_interface(const char *text, const char **out, char *want)
{
	if (!config_is_ifname(text))
		return refuse(want, "give the name of a CAN interface, like "
				    "can0, or of a bus in here, like :desk");
	*out = text;
	return 0;
}

static int parse_canbus_uuid(struct keys_board *b, const char *value,
			     char *want)
{
	char digits[CONFIG_UUID_LEN + 1];

	if (!config_read_uuid(value, digits) ||
	    kcan_uuid_parse(&b->cfg.uuid, digits))
		return refuse(want, "give up to 12 hex digits, like "
				    "112233445566");
	b->has_uuid = true;
	b->chip_id_len = 0;
	if (!b->has_serial)
		b->cfg.usb.serial[0] = '\0';
	return 0;
}

/* As firmware writes it: can-admin-channel.md, section 9. */
static void set_serial(struct keys_board *b, const uint8_t *id, size_t len)
{
	for (size_t i = 0; i < len; i++)
		snprintf(b->cfg.usb.serial + 2 * i, 3, "%02X", id[i]);
}

static int parse_chip_id(struct keys_board *b, const char *value, char *want)
{
	size_t len = strlen(value) / 2;
	uint8_t id[KEYS_CHIP_ID_MAX];

	if (!len || len > sizeof(id) ||
	    util_hex_decode(id, value, strlen(value)))
		return refuse(want, "give 24 hex digits for an STM32, 16 for "
				    "an RP2040, 32 for LPC and SAM");
	kcan_uuid_from_chip_id(&b->cfg.uuid, id, len);
	b->has_uuid = true;
	b->chip_id_len = len;
	if (!b->has_serial)
		set_serial(b, id, len);
	return 0;
}

static int parse_canbus_interface(struct keys_board *b, const char *value,
				  char *want)
{
	return read_interface(value, &b->canbus_interface, want);
}

static int parse_interface(struct keys_board *b, const char *value, char *want)
{
	return read_interface(value, &b->interface, want);
}

static int parse_mcu_type(struct keys_board *b, const char *value, char *want)
{
	const struct mcu_type *type = mcu_type_find(value);

	if (!type)
		return refuse(want, "give one that --help lists, like "
				    "stm32g0b1xx");
	b->cfg.type = type;
	return 0;
}

static int parse_bootloader(struct keys_board *b, const char *value, char *want)
{
	if (!bootloader_find(&b->cfg.bootloader, value))
		return refuse(want, "give 'katapult', 'rom' or 'none'");
	b->has_bootloader = true;
	return 0;
}

static int parse_state(struct keys_board *b, const char *value, char *want)
{
	enum mcu_state state;

	if (!mcu_state_find(&state, value) || state == MCU_BOOT ||
	    state == MCU_ROM || state == MCU_DEAD)
		return refuse(want, "give 'klipper', 'shutdown', 'katapult' or "
				    "'off'");
	b->cfg.state = state;
	return 0;
}

static int parse_nodeid(struct keys_board *b, const char *value, char *want)
{
	uint64_t nodeid;
	int err = keys_read_number(value, 255, &nodeid, want);

	if (!err)
		b->cfg.nodeid = (int)nodeid;
	return err;
}

static int parse_boot_ms(struct keys_board *b, const char *value, char *want)
{
	uint64_t ms;
	int err = keys_read_number(value, BOOT_MS_MAX, &ms, want);

	if (!err)
		b->cfg.boot_us = ms * 1000u;
	return err;
}

static int parse_double_reset(struct keys_board *b, const char *value,
			      char *want)
{
	return keys_read_switch(value, &b->cfg.double_reset, want);
}

static int parse_no_application(struct keys_board *b, const char *value,
				char *want)
{
	return keys_read_switch(value, &b->cfg.blank, want);
}

static int parse_application_start(struct keys_board *b, const char *value,
				   char *want)
{
	uint64_t address;

	if (util_parse_number(value, &address) || !address ||
	    address > UINT32_MAX)
		return refuse(want, "give an address, like 0x8002000");
	b->cfg.app_start = (uint32_t)address;
	return 0;
}

static int parse_mcu_name(struct keys_board *b, const char *value, char *want)
{
	return keys_read_text(value, b->cfg.mcu_name, want);
}

static int parse_katapult_version(struct keys_board *b, const char *value,
				  char *want)
{
	return keys_read_text(value, b->cfg.katapult_version, want);
}

static int parse_flash_image(struct keys_board *b, const char *value,
			     char *want)
{
	if (!*value || *value == '~')
		return refuse(want, "give a path, without '~'");
	if (keys_has_control(value))
		return refuse(want, "give a path without control characters");
	b->cfg.flash_image = value;
	return 0;
}

static int parse_erase_ms(struct keys_board *b, const char *value, char *want)
{
	uint64_t ms;
	int err = keys_read_number(value, ERASE_MS_MAX, &ms, want);

	if (!err)
		b->cfg.erase_us = (uint32_t)ms * 1000u;
	return err;
}

static int parse_ecc(struct keys_board *b, const char *value, char *want)
{
	return keys_read_switch(value, &b->cfg.ecc, want);
}

static int parse_clock_freq(struct keys_board *b, const char *value, char *want)
{
	uint64_t hz;

	if (util_parse_number(value, &hz) || hz < CLOCK_HZ_MIN ||
	    hz > CLOCK_HZ_MAX)
		return refuse(want, "give a number of Hz from %d to %d",
			      CLOCK_HZ_MIN, CLOCK_HZ_MAX);
	b->cfg.clock_hz = (uint32_t)hz;
	return 0;
}

static int parse_same_uuid(struct keys_board *b, const char *value, char *want)
{
	return keys_read_switch(value, &b->cfg.same_uuid, want);
}

static int parse_sane_rx(struct keys_board *b, const char *value, char *want)
{
	return keys_read_switch(value, &b->cfg.sane_rx, want);
}

static const struct key table[] = {
	{ "canbus_uuid", .parse = parse_canbus_uuid, .effect = KEY_BOARD,
	  .file_only = true },
	{ "chip_id", .parse = parse_chip_id, .effect = KEY_BOARD,
	  .file_only = true },
	{ "canbus_interface", .parse = parse_canbus_interface,
	  .effect = KEY_BOARD, .file_only = true },
	{ "same_uuid", 0, NULL, "may have the UUID of an earlier MCU",
	  parse_same_uuid },
	{ "interface", 'i', "IFACE",
	  "CAN interface, or :NAME (vcan0; in a file can0)", parse_interface,
	  .effect = KEY_BOARD },
	{ "klipper_bitrate", 0, "N",
	  "CAN bit rate of its Klipper (that of the bus)",
	  keys_parse_klipper_bitrate },
	{ "katapult_bitrate", 0, "N", "the same of its Katapult",
	  keys_parse_katapult_bitrate },
	{ "bridge", 0, NULL, "be a USB-to-CAN bridge (gs_usb)",
	  keys_parse_bridge, .effect = KEY_FIXED },
	{ "usb", 0, NULL, "be a serial port on USB (CDC-ACM)", keys_parse_usb,
	  .effect = KEY_FIXED },
	{ "uart", 0, "LINE", "be on a serial line: pty:/PATH (new) or a tty",
	  keys_parse_uart, .effect = KEY_FIXED },
	{ "baud", 0, "N", "speed of the serial line (250000)", keys_parse_baud,
	  .effect = KEY_FIXED },
	{ "katapult_baud", 0, "N", "the same while Katapult runs (as --baud)",
	  keys_parse_katapult_baud, .effect = KEY_FIXED },
	{ "usb_serial", 0, "TEXT", "USB serial number (the chip id)",
	  keys_parse_usb_serial, .effect = KEY_BOARD },
	{ "usb_port", 0, "N", "port of vhci_hcd (the lowest free one)",
	  keys_parse_usb_port, .effect = KEY_FIXED },
	{ "usb_tcp", 0, "PORT", "wait on PORT for 'usbip attach'",
	  keys_parse_usb_tcp, .effect = KEY_FIXED },
	{ "bridge_bitrate", 0, "N",
	  "bit rate that a bridge's host has to set (any)",
	  keys_parse_bridge_bitrate },
	{ "bridge_state", 0, "STATE",
	  "least severe state of its bus (error-active)",
	  keys_parse_bridge_state },
	{ "bridge_echo", 0, "on|off", "echo the frames of a bridge's host (on)",
	  keys_parse_bridge_echo },
	{ "bridge_slow", 0, NULL, "accept no frames of a bridge's host",
	  keys_parse_bridge_slow },
	{ "bridge_stall", 0, NULL, "let its bus take no frames of the host",
	  keys_parse_bridge_stall },
	{ "mcu_type", 0, "TYPE", "chip, see below (stm32g0b1xx)",
	  parse_mcu_type, .effect = KEY_BOARD },
	{ "bootloader", 0, "WHICH",
	  "katapult, rom or none (katapult if it knows CAN)", parse_bootloader,
	  .effect = KEY_BOARD },
	{ "state", 0, "STATE", "klipper, shutdown, katapult or off (klipper)",
	  parse_state, .effect = KEY_STATE },
	{ "nodeid", 0, "N", "start with this nodeid, 0..255 (unassigned)",
	  parse_nodeid, .effect = KEY_NODEID },
	{ "boot_ms", 0, "N", "ms from a request until Katapult listens (30)",
	  parse_boot_ms },
	{ "double_reset", 0, "on|off",
	  "500 ms wait of Katapult after a reset (on)", parse_double_reset },
	{ "no_application", 0, NULL, "start with blank flash: Katapult stays",
	  parse_no_application, .effect = KEY_BOARD },
	{ "application_start", 0, "ADDR",
	  "where the application lies (as usual on the chip)",
	  parse_application_start, .effect = KEY_BOARD },
	{ "mcu_name", 0, "TEXT",
	  "name of the MCU in CONNECT's answer (the chip)", parse_mcu_name },
	{ "katapult_version", 0, "TEXT", "software version in CONNECT's answer",
	  parse_katapult_version },
	{ "flash_image", 0, "PATH", "keep the flash in this file (in memory)",
	  parse_flash_image, .effect = KEY_BOARD, .path = true },
	{ "erase_ms", 0, "N", "ms that it takes to erase a KiB of flash (10)",
	  parse_erase_ms },
	{ "ecc", 0, "on|off", "cells of flash with ECC on G0, G4, H7 (on)",
	  parse_ecc },
	{ "clock_freq", 0, "HZ",
	  "rate of Klipper's clock (as usual on the chip)", parse_clock_freq,
	  .effect = KEY_BOARD },
	{ "fault", 0, "FAULT", "inject a fault, see below; may be repeated",
	  parse_fault, .effect = KEY_FAULT, .lines = true },
	{ "unplugged", 0, "SECTION",
	  "disconnect what that section has; may be repeated", parse_unplugged,
	  .effect = KEY_UNPLUGGED, .lines = true },
	{ "sane_rx", 0, NULL, "let Katapult recover from any broken block",
	  parse_sane_rx },
};
#define KEYS ARRAY_SIZE(table)

const struct key *keys_at(size_t index)
{
	return index < KEYS ? &table[index] : NULL;
}

/* Whether @option, without its dashes, is what becomes of @name. */
static bool is_option(const char *option, const char *name)
{
	for (; *name; name++, option++)
		if (*option != (*name == '_' ? '-' : *name))
			return false;
	return !*option;
}

const struct key *keys_find(const char *name)
{
	bool option = !strncmp(name, "--", 2);

	for (size_t i = 0; i < KEYS; i++)
		if (option ? is_option(name + 2, table[i].name) :
			     !strcmp(name, table[i].name))
			return &table[i];
	return NULL;
}

static size_t min(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Letters to change, to add and to drop: Levenshtein's distance. */
static size_t distance(const char *a, const char *b)
{
	size_t row[NAME_MAX_LEN + 1], b_len = strlen(b);

	for (size_t j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 1; *a; a++, i++) {
		size_t corner = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t change = corner + (*a != b[j - 1]);

			corner = row[j];
			row[j] = min(change, 1 + min(row[j], row[j - 1]));
		}
	}
	return row[b_len];
}

const struct key *keys_nearest(const char *name)
{
	const struct key *nearest = NULL;
	size_t best = NEAR + 1;

	if (strlen(name) > NAME_MAX_LEN)
		return NULL;
	for (size_t i = 0; i < KEYS; i++) {
		size_t far = distance(name, table[i].name);

		/* of three letters, two are nearly all */
		if (far >= best || far >= strlen(table[i].name) - 1)
			continue;
		nearest = &table[i];
		best = far;
	}
	return nearest;
}

int keys_apply(struct keys_board *b, const char *name, const char *value,
	       char *error, size_t size)
{
	const struct key *key = keys_find(name);
	const struct key *near = key ? NULL : keys_nearest(name);
	char want[KEYS_WANT_MAX];

	if (near)
		snprintf(error, size,
			 "there is no key '%s': did you mean '%s'?", name,
			 near->name);
	else if (!key)
		snprintf(error, size, "there is no key '%s': see canmcu(1)",
			 name);
	else if (key->parse(b, value, want))
		snprintf(error, size, "%s '%s': %s", name, value, want);
	else
		return 0;
	return -EINVAL;
}
