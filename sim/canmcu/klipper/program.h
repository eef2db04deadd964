/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_KLIPPER_PROGRAM_H
#define CANMCU_KLIPPER_PROGRAM_H

#include "../mcu/mcu_program.h"

/**
 * klipper_install() - make Klipper, with all its modules, the application
 * @s: its application and what these share are set; give that back with
 *     klipper_uninstall() when no MCU runs any more
 *
 * Return: 0 or -ENOMEM.
 */
int klipper_install(struct mcu_software *s, uint64_t lateness_us);

/** What was never installed may be given. */
void klipper_uninstall(struct mcu_software *s);

#endif
