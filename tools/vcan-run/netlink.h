// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#ifndef VCAN_RUN_NETLINK_H
#define VCAN_RUN_NETLINK_H

/** All return 0 or -errno as the kernel answered. */
int netlink_add_vcan(const char *name);
int netlink_set_up(const char *name);

#endif
