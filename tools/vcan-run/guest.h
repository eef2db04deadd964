// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#ifndef VCAN_RUN_GUEST_H
#define VCAN_RUN_GUEST_H

/* What the guest's kernel hands to its init, which is this very program. */
#define GUEST_ARG "--guest-init"
#define GUEST_LINE "/dev/ttyS0"

/** Be the guest's first process. Return: never; the guest powers off. */
int guest_main(void);

#endif
