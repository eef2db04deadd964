/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_KEYS_PARSE_H
#define CANMCU_KEYS_PARSE_H

/* For the table of keys: what reads a value, as key.parse does. */
#include "keys.h"

/* -EINVAL, and what should be given instead. */
#define refuse(want, ...) \
	(snprintf((want), KEYS_WANT_MAX, __VA_ARGS__), -EINVAL)

/* In keys_read.c. */

/** A number from 0 to @max. */
int keys_read_number(const char *text, uint64_t max, uint64_t *out, char *want);
/** A word that means yes or no. */
int keys_read_switch(const char *text, bool *out, char *want);
/** A character that a sentence cannot show. */
bool keys_has_control(const char *text);
/** Printable ASCII. */
bool keys_is_printable(const char *text);
/** The same, and not too long. */
int keys_read_text(const char *text, char out[static MCU_TEXT_MAX], char *want);

/* In keys_link.c. */
int keys_parse_bridge(struct keys_board *b, const char *value, char *want);
int keys_parse_usb(struct keys_board *b, const char *value, char *want);
int keys_parse_uart(struct keys_board *b, const char *value, char *want);
int keys_parse_baud(struct keys_board *b, const char *value, char *want);
int keys_parse_katapult_baud(struct keys_board *b, const char *value,
			     char *want);
int keys_parse_katapult_bitrate(struct keys_board *b, const char *value,
				char *want);
int keys_parse_klipper_bitrate(struct keys_board *b, const char *value,
			       char *want);
int keys_parse_usb_serial(struct keys_board *b, const char *value, char *want);
int keys_parse_usb_port(struct keys_board *b, const char *value, char *want);
int keys_parse_usb_tcp(struct keys_board *b, const char *value, char *want);
int keys_parse_bridge_bitrate(struct keys_board *b, const char *value,
			      char *want);
int keys_parse_bridge_state(struct keys_board *b, const char *value,
			    char *want);
int keys_parse_bridge_echo(struct keys_board *b, const char *value, char *want);
int keys_parse_bridge_slow(struct keys_board *b, const char *value, char *want);
int keys_parse_bridge_stall(struct keys_board *b, const char *value,
			    char *want);

#endif
