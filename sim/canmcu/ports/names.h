/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef CANMCU_PORT_NAMES_H
#define CANMCU_PORT_NAMES_H

/* How ports are named by those who set them up; the rest is the ports' own. */

/*
 * The name of a bus within the simulator begins so, which no interface's does:
 * the kernel refuses it.
 */
#define PORT_NAME_INTERNAL ':'

/* What the name of a serial line begins with that is to be made. */
#define PORT_NAME_PTY "pty:"

#endif
