/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef VCAN_RUN_KIT_H
#define VCAN_RUN_KIT_H

/* What QEMU and its guest must agree on. */
#define QEMU_TAG_ROOT "root"
#define QEMU_TAG_CWD "cwd"
#define QEMU_EXIT_PORT 0xf4

/* The guest's folder of what it needs before it has the machine's files. */
#define QEMU_KIT "/vcan-run"
#define QEMU_KIT_ORDER QEMU_KIT "/order" /* modules in it, one a line */
#define QEMU_KIT_CWD QEMU_KIT "/cwd" /* where QEMU_TAG_CWD goes; may be empty */
#define QEMU_KIT_MODULES QEMU_KIT "/modules" /* the machine's folder of all */

#endif
