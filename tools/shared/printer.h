/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef SHARED_PRINTER_H
#define SHARED_PRINTER_H

#include <kcan/uuid.h>

#include "config/mcus.h"

#include "report.h"

/** The printer.cfg that names of MCUs are looked up in. */
struct printer {
	char *path;
	struct config_mcus mcus;
	char error[CONFIG_ERROR_MAX]; /* a sentence, any bytes */
};

/**
 * printer_open() - read a printer.cfg
 * @p:    to be released with printer_close(), after an error, too
 * @path: NULL: look where it usually is; which one is taken is said
 * @r:    is told of includes that are missing
 *
 * Return: 0, or a negative errno and why in @p->error.
 */
int printer_open(struct printer *p, const char *path, struct report *r);

void printer_close(struct printer *p);

/**
 * printer_reach() - the UUID and the interface of an MCU that is on CAN
 * @mcu:    has a canbus_uuid
 * @uuid:   set on success
 * @ifname: set on success; NULL: it is known from elsewhere
 *
 * Return: 0, or -EINVAL and why, with file and line, in @p->error.
 */
int printer_reach(struct printer *p, const struct config_mcu *mcu,
		  struct kcan_uuid *uuid, const char **ifname);

/**
 * printer_port() - the device and the rate of an MCU that is on a serial port
 * @mcu:    has no canbus_uuid
 * @device: set on success
 * @baud:   set on success, where the section tells one; NULL: it is known from
 *          elsewhere
 *
 * Return: 0, or -EINVAL and why, with file and line, in @p->error.
 */
int printer_port(struct printer *p, const struct config_mcu *mcu,
		 const char **device, uint32_t *baud);

/**
 * printer_serial_advice() - where an MCU that is not on CAN is asked
 * @out: "EBB is on a serial port: serialbootreq -d ..."; any bytes
 *
 * Return: @out.
 */
const char *printer_serial_advice(const struct config_mcu *mcu,
				  char out[static CONFIG_ERROR_MAX]);

/**
 * printer_can_advice() - where an MCU that is on CAN is asked
 * @p: gets the sentence as its error; or what is wrong with the section
 */
void printer_can_advice(struct printer *p, const struct config_mcu *mcu);

#endif
