/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CONFIG_MCUS_H
#define CONFIG_MCUS_H

/*
 * What a printer.cfg says of how its MCUs are reached. Pure.
 *
 * A section [mcu] or [mcu NAME] is an MCU, and so is any other one that has a
 * canbus_uuid, like [scanner] or [beacon].
 */
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "config.h"
#include "util/texts.h"

#define CONFIG_UUID_LEN 12 /* hex digits */
#define CONFIG_MCUS_MAX 256

/** Return: whether a section is an MCU's by its name: [mcu] or [mcu NAME]. */
static inline bool config_is_mcu(const char *section)
{
	return !strncmp(section, "mcu", 3) &&
	       (!section[3] || section[3] == ' ');
}

/** Return: what the MCU of a section is called: "mcu", "NAME", "scanner". */
static inline const char *config_mcu_name(const char *section)
{
	return config_is_mcu(section) && section[3] ? section + 4 : section;
}

/**
 * config_read_uuid() - read a canbus_uuid as klippy does
 * @text: a hex number, with or without 0x; of 12 digits at most, as more are
 *        a mistake
 * @out:  set on success only: all 12 digits, in the case that they have
 *
 * Return: whether it is one.
 */
bool config_read_uuid(const char *text, char out[static CONFIG_UUID_LEN + 1]);

/** Return: whether an interface can be called so: 1 to 15 signs of ASCII. */
bool config_is_ifname(const char *text);

/** A value, and where it stands; all NULL and zero when it does not. */
struct config_value {
	const char *text;
	const char *file;
	unsigned int line;
};

/** An MCU, and what its section says; nothing of it is checked. */
struct config_mcu {
	const char *section;	       /* "mcu EBB"; any bytes */
	const char *name;	       /* points into it */
	struct config_value uuid;      /* canbus_uuid */
	struct config_value interface; /* canbus_interface */
	struct config_value serial;
	struct config_value baud;
};

/** The MCUs of a file and all that it includes, in the order of its sections. */
struct config_mcus {
	struct config_mcu *list;
	size_t len;
	/* private */
	size_t last;
	struct util_texts *texts;
	void (*missing)(void *ctx, const char *sentence);
	void *ctx;
};

/**
 * config_mcus_read() - read the MCUs of a printer.cfg
 * @out:     to be released with config_mcus_free(), after an error, too
 * @files:   see config_parse(), also for @path and @error
 * @missing: told of includes that are left out, with @ctx
 *
 * Klippy reads canbus_uuid where a section has both that and serial. An MCU has
 * one of them.
 *
 * Return: as config_parse(); -EINVAL with more than CONFIG_MCUS_MAX MCUs.
 */
int config_mcus_read(struct config_mcus *out, const struct config_files *files,
		     const char *path,
		     void (*missing)(void *ctx, const char *sentence),
		     void *ctx, char error[static CONFIG_ERROR_MAX]);

void config_mcus_free(struct config_mcus *mcus);

/**
 * config_mcus_find() - an MCU by its name, or by that of its section
 * @out:   set on success
 * @name:  "EBB" or "mcu EBB"
 * @error: set otherwise: there is none, and which ones there are, or there are two;
 *         any bytes
 *
 * Return: 0 or -EINVAL.
 */
int config_mcus_find(const struct config_mcus *mcus,
		     const struct config_mcu **out, const char *name,
		     char error[static CONFIG_ERROR_MAX]);

/** Return: whether its serial is that of a process of a computer: no chip. */
bool config_mcu_is_process(const struct config_mcu *mcu);

/**
 * config_mcu_digits() - check the canbus_uuid of an MCU
 * @digits: set on success only
 * @error:  set otherwise: "file:line: sentence", any bytes; that it is none, or
 *          that another section has the same
 *
 * Return: 0 or -EINVAL.
 */
int config_mcu_digits(const struct config_mcus *mcus,
		      const struct config_mcu *mcu,
		      char digits[static CONFIG_UUID_LEN + 1],
		      char error[static CONFIG_ERROR_MAX]);

/**
 * config_mcu_interface() - the CAN interface of an MCU
 * @out: set on success: that of the file, or Klipper's default
 *
 * Return: 0, or -EINVAL and "file:line: sentence" in @error, any bytes.
 */
int config_mcu_interface(const struct config_mcu *mcu, const char **out,
			 char error[static CONFIG_ERROR_MAX]);

/** Where printer.cfg usually is, below the folder of a user; the last is NULL. */
extern const char *const config_places[];

#endif
