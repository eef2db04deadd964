/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_CONFIG_H
#define CANMCU_CONFIG_H

#include "config/mcus.h"

#define CONFIG_SECTION_MAX 44 /* bytes of a section's name with its NUL */
#define CONFIG_VALUE_MAX 151  /* bytes of a value with its NUL */

/**
 * config_read() - config_parse() for canmcu
 *
 * [mcu] and [mcu NAME] are strict. What is too long for an MCU is refused there,
 * and not told elsewhere.
 */
int config_read(const struct config_files *files,
		const struct config_sink *sink, const char *path,
		char error[static CONFIG_ERROR_MAX]);

#endif
